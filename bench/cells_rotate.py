"""The week turns: what it takes to archive a week of many events, and whether
those who paint meanwhile notice."""

import contextlib
import json
import os
import resource
import shutil
import statistics
import subprocess
import time

import processes
from bench import Row, say_all
from load import Rounds
from servers import ServerError, run, wait_for
from week import COPY, Database, event_rows, helper, make_week

EVENTS = 12_000_000
RATE = 500                      # placements a second meanwhile
LIMIT = 180                     # s, of a rotation
WEEK = ["place-ws", "--connections", 16, "--binary", "--spread", "--rate",
        RATE]

# a step that is noted, and what was done when it is
STEPS = {"chosen": "mode chosen", "turned": "page turned",
         "drained": "recorder at the turn", "archived": "archived",
         "imaged": "picture and thumbnail", "done": "closed"}


class Watch:
    """Wall and CPU seconds of servers and helper since the last look."""

    def __init__(self, pids):
        self.pids = pids
        self.last = self.sample()
        self.at = time.monotonic()

    def sample(self):
        return {name: processes.cpu_seconds(pid)
                + processes.reaped_seconds(pid)
                for name, pid in self.pids.items()}

    def look(self, **ended):
        """ended: CPU seconds of one that is gone."""
        now, at = {**self.sample(), **ended}, time.monotonic()
        found = {name: max(0, now[name] - self.last[name]) for name in now}
        found["wall"] = at - self.at
        self.last, self.at = now, at
        return found


class Rotation:
    """One canvas-helper rotate, step by step."""

    def __init__(self, stack, database):
        self.stack, self.database = stack, database
        self.parts = []             # (what, {name: seconds})
        self.summary = None

    def run(self):
        process = subprocess.Popen(
            helper(self.stack, "rotate", "--force", "--mode", "classic",
                   "--json", timelapse="off"),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            self.follow(process, Watch({**self.stack.pids,
                                        "helper": process.pid}))
        finally:
            process.kill()
            out, err = process.communicate()

        if not out:
            raise ServerError(f"rotate: {err.strip()}")
        self.summary = json.loads(out)["summary"]

    def follow(self, process, watch):
        """Until it is gone; what a step took is noted when it is done."""
        end = time.monotonic() + LIMIT
        steps = list(STEPS)

        while time.monotonic() < end:
            pid, _, usage = os.wait4(process.pid, os.WNOHANG)
            step = self.database.step()
            while step in steps:
                self.parts.append((STEPS[steps[0]], watch.look(
                    **({"helper": seconds(usage)} if pid else {}))))
                if steps.pop(0) == step:
                    break
            if pid:
                process.returncode = 0
                self.parts.append(("heat map", watch.look(
                    helper=seconds(usage))))
                return
            time.sleep(0.01)

        raise ServerError(f"rotate was not done in {LIMIT} s")

    def took(self, *names, behind=False):
        """Until the week is closed, or what was made behind that."""
        chosen = self.parts[-1:] if behind else self.parts[:-1]
        return sum(part[name] for _, part in chosen for name in names)

    def notes(self):
        return [f"{what}: {part['wall']:.2f} s; CPU helper "
                f"{part['helper']:.2f}, PostgreSQL {part['postgres']:.2f}, "
                f"recorder {part['record']:.2f}, Redis {part['redis']:.2f}"
                for what, part in self.parts]


def seconds(usage):
    return usage.ru_utime + usage.ru_stime


def rotate(bench):
    events = bench.options.events
    helpers = ("helper", "postgres", "record", "redis")

    def measure(cpu, wall, ack, wrong, heat, back):
        stack = bench.fresh_stack()
        with contextlib.closing(Database(stack)) as database:
            make_week(database, events)
            back.canvas = restore(stack)
            reference = copy_out(stack, database)

            quiet, busy = Rounds("nobody rotates"), Rounds("canvas")
            quiet.loads.append(bench.load("rotate, quiet", stack, *WEEK,
                                          "--seconds", 5))
            rotation = Rotation(stack, database)
            busy.loads.append(bench.load(
                "rotate", stack, *WEEK, "--hold", "--seconds", LIMIT,
                held=rotation.run))
            bench.raw["rotation"] = rotation.parts

            cpu.canvas = rotation.took(*helpers)
            wall.canvas = rotation.took("wall")
            cpu.reference, wall.reference = reference
            cpu.of = wall.of = "COPY of the same rows"
            cpu.notes += rotation.notes()
            ack.canvas, ack.reference = (side.longest("ack_ms")
                                         for side in (busy, quiet))
            ack.of = quiet.who
            heat.canvas = rotation.took(*helpers, behind=True)
            say_all(ack, (busy, quiet))
            count(wrong, database, events, quiet.sum("ok") + busy.sum("ok"))
        bench.close()

    bench.compare([
        Row(f"rotation of {events / 1e6:g} M events: CPU of all", "s",
            aim=60, absolute=True),
        Row("  until the week is closed", "s", aim=60, absolute=True),
        Row(f"  longest ack at {RATE}/s meanwhile", "ms", aim=250,
            absolute=True),
        Row("  pixels that are not in exactly one week", "", aim=0,
            absolute=True),
        Row("  heat map, behind it: CPU", "s"),
        Row(f"restore of {events / 1e6:g} M events", "s")], measure)


def restore(stack):
    """Seconds until Redis holds the canvas of the log again."""
    began = time.monotonic()
    run(helper(stack, "restore", "--force"), "restore")
    return time.monotonic() - began


def copy_out(stack, database):
    """CPU and wall seconds of PostgreSQL for reading the rows, no more."""
    watch = Watch({"postgres": stack.pids["postgres"]})
    with open(os.devnull, "wb") as nowhere:
        database.copy(f"COPY (SELECT {COPY} FROM pixel_events "
                      "ORDER BY epoch, seq) TO STDOUT (FORMAT binary)",
                      nowhere)
    part = watch.look()
    return part["postgres"], part["wall"]


def count(row, database, events, placed):
    """Every acknowledged pixel is in the log once and in one week."""
    wait_for(lambda: database.value(
        "SELECT counted_seq FROM recorder_progress") >= events + placed,
        "the recorder", 60)
    rows, different, archived, running = database.row(
        "SELECT count(*), count(DISTINCT seq), "
        "(SELECT sum(total_pixels_placed) FROM canvas_archives), "
        "(SELECT total_pixels_this_week FROM current_canvas) "
        "FROM pixel_events WHERE seq > %s", events)
    row.canvas = abs(placed - different) + rows - different \
        + abs(events + placed - int(archived) - running)
    row.notes.append(f"{placed:,} acknowledged; archived "
                     f"{int(archived):,}, in the new week {running:,}")


def imported(bench):
    """A public event file becomes a week, beside COPY of the same rows: the
    median of the rounds, each in a stack of its own."""
    events = bench.options.events // 6

    def once(stack, database):
        """The figures of one import, by name."""
        path = stack.path("events.csv")
        with open(path, "wb") as file:
            rows, _ = event_rows("2022", events)
            with rows:
                shutil.copyfileobj(rows.stdout, file)
        copied, copy_wall = copy_in(stack, database, events)
        watch = Watch({"postgres": stack.pids["postgres"]})
        before = seconds(resource.getrusage(resource.RUSAGE_CHILDREN))
        run(helper(stack, "import-events", path), "import-events")
        part = watch.look()
        millions = events / 1e6
        return {"copy": copied / millions, "copy_rate": events / copy_wall,
                "helper": (seconds(resource.getrusage(
                    resource.RUSAGE_CHILDREN)) - before) / millions,
                "postgres": part["postgres"] / millions,
                "rate": events / part["wall"]}

    def measure(cpu, rate):
        rounds = []
        for _ in range(max(3, bench.options.rounds)):
            stack = bench.fresh_stack()
            with contextlib.closing(Database(stack)) as database:
                rounds.append(once(stack, database))
            bench.close()

        bench.raw["import"] = rounds
        middle = {name: statistics.median(found[name] for found in rounds)
                  for name in rounds[0]}
        cpu.canvas = middle["helper"] + middle["postgres"]
        cpu.notes.append(f"helper {middle['helper']:.2f}, "
                         f"PostgreSQL {middle['postgres']:.2f}")
        cpu.reference, rate.reference = middle["copy"], middle["copy_rate"]
        rate.canvas = middle["rate"]
        rate.notes.append("in turn: " + ", ".join(
            f"{found['rate']:,.0f}" for found in rounds))
        cpu.of = rate.of = "COPY, no index"

    bench.compare([
        Row(f"import of {events / 1e6:g} M events: CPU of all", "s/M",
            aim=5, absolute=True),
        Row("  events a second", "/s", less=False, aim=200_000,
            absolute=True)], measure)


def copy_in(stack, database, events):
    """CPU and wall seconds of PostgreSQL for taking the rows, no more."""
    database.run("CREATE UNLOGGED TABLE bare AS SELECT "
                 f"{COPY} FROM pixel_events LIMIT 0")
    watch = Watch({"postgres": stack.pids["postgres"]})
    rows, _ = event_rows("copy", events)
    with rows:
        database.copy(f"COPY bare ({COPY}) FROM STDIN (FORMAT binary)",
                      rows.stdout)
    part = watch.look()
    database.run("DROP TABLE bare")
    return part["postgres"], part["wall"]


CELLS = {
    "import": (imported, "a public event file becomes a week"),
    "rotate": (rotate, "a week of 12 million events is archived under load"),
}
