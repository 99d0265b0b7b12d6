#!/usr/bin/python3
"""The benchmark: every figure of the canvas beside a reference that is
measured in the same run, one table, and the same as JSON.

What could not be measured is said, with the reason; no figure is filled in.
"""

import argparse
import json
import os
import pathlib
import platform
import resource
import statistics
import subprocess
import sys
import time
import urllib.request
from dataclasses import asdict, dataclass, field

import processes
from load import Load, Rounds
from servers import (BUILD, BareNginx, Broadcaster, CanvasStack,
                     FunctionRedis, ServerError)

WORKERS = max(2, len(os.sched_getaffinity(0)))

LISTENERS = 1000
IDLE = 4000
RATE = 200                  # placements a second of a fan-out
FLOOD = 4000                # the same, to see what gets through


@dataclass
class Row:
    what: str
    unit: str
    canvas: float | None = None
    reference: float | None = None
    of: str = ""            # what the reference is
    less: bool = False      # less is better
    notes: list = field(default_factory=list)

    @property
    def ratio(self):
        if self.canvas is None or not self.reference:
            return None
        return self.canvas / self.reference


class Bench:
    def __init__(self, seconds, rounds):
        self.seconds = seconds
        self.rounds = rounds
        self.rows = []
        self.raw = {}
        self.cpu = {"wall": 0, "others": 0}

    def rounds_of(self, label, *sides):
        """Runs each side (who, server, mode, options) in turn, round after
        round, so that what disturbs the machine disturbs both."""
        results = [Rounds(who) for who, *_ in sides]

        for _ in range(self.rounds):
            for result, (_, server, mode, *options) in zip(results, sides):
                load = Load(server, mode, "--seconds",
                            self.seconds / self.rounds, *options)
                result.loads.append(load)
                self.cpu["wall"] += load.result["seconds"]
                self.cpu["others"] += load.others

        for result in results:
            self.raw[f"{label}, {result.who}"] = result.raw()

        return results

    def compare(self, names, measure):
        """Adds the rows that measure() fills, or says why it could not."""
        rows = [Row(*name) for name in names]

        try:
            measure(*rows)
        except (ServerError, OSError, KeyError, ValueError,
                ZeroDivisionError) as error:
            for row in rows:
                row.notes.append(f"not measured: {error}")

        self.rows += rows
        for row in rows:
            print(line(row), flush=True)

    # one method is one comparison

    def memory(self, stack, nginx):
        def measure(row):
            row.canvas = self.idle("canvas", stack)
            row.reference = self.idle("nginx", nginx, "--plain", "--path",
                                      "/api/pixel")
            row.of = "nginx keep-alive connection"
            row.less = True

        self.compare([("memory of an idle socket", "bytes")], measure)

    def idle(self, who, server, *options):
        """Of workers that have not served yet: what they freed would hide
        what they take."""
        def total():
            return processes.memory_bytes(server.pids["nginx"])

        before = total()
        load = Load(server, "idle", "--seconds", 30, "--connections", IDLE,
                    *options, held=lambda: settled(total))
        self.raw[f"idle, {who}"] = load.result
        if load.result["opened"] < IDLE:
            raise ServerError(f"{who}: {load.result['opened']} sockets of "
                              f"{IDLE} were opened")
        return (load.held - before) / IDLE

    def placements(self, stack):
        def measure(row):
            calls, rates = 50000, []
            canvas = Rounds("canvas")

            with FunctionRedis() as redis:
                for _ in range(self.rounds):
                    canvas.loads += self.rounds_once(
                        stack, "place-ws", "--connections", 16, "--window",
                        8, "--binary")
                    rates.append(redis.calls_per_second(calls))

            self.raw["place-ws, canvas"] = canvas.raw()
            self.raw["place-ws, redis-benchmark"] = rates
            row.canvas = canvas.rate("ok")
            row.reference = statistics.median(rates)
            row.of = "redis-benchmark, same function"
            row.notes += canvas.notes() + [cpu_note(canvas)]

        self.compare([("placements/s, WebSocket", "/s")], measure)

    def rounds_once(self, server, mode, *options):
        return [Load(server, mode, "--seconds", self.seconds / self.rounds,
                     *options)]

    def latency(self, stack):
        def measure(*rows):
            options = ["place-ws", "--connections", 16, "--rate", 1000,
                       "--binary"]
            with Broadcaster(0) as broadcaster:
                sides = self.rounds_of("ack at 1,000/s",
                                       ("canvas", stack, *options),
                                       ("epoll", broadcaster, *options))

            fill(rows, sides, "ack_ms", "epoll broadcaster, no store")
            rows[0].notes += [note for side in sides for note in side.notes()]

        self.compare([("ack p50 at 1,000/s", "ms"),
                      ("ack p99 at 1,000/s", "ms")], measure)

    def placements_http(self, stack, nginx):
        def measure(rate, *times):
            options = ["place-http", "--connections", 32]
            sides = self.rounds_of("place-http", ("canvas", stack, *options),
                                   ("nginx", nginx, *options))
            rate.canvas, rate.reference = (side.rate("ok") for side in sides)
            rate.of = "nginx return 204"
            rate.notes += [note for side in sides for note in side.notes()]
            rate.notes.append(cpu_note(sides[0]))
            fill(times, sides, "ack_ms", rate.of)

        self.compare([("placements/s, HTTP", "/s"),
                      ("  answer p50, 32 at once", "ms"),
                      ("  answer p99, 32 at once", "ms")], measure)

    def reads(self, stack, nginx, gzipped):
        def measure(rate, volume, *times):
            options = ["--connections", 16] + (["--gzip"] if gzipped else [])
            sides = self.rounds_of(
                f"read {'gzip' if gzipped else 'plain'}",
                ("canvas", stack, "read", *options),
                ("nginx", nginx, "read", "--path", "/canvas.bin", *options))

            rate.canvas, rate.reference = (side.rate("ok") for side in sides)
            volume.canvas, volume.reference = (
                side.rate("body_bytes") / 1e6 for side in sides)
            rate.of = "nginx gzip_static" if gzipped else "nginx static file"
            rate.notes += [note for side in sides for note in side.notes()]
            volume.of = rate.of
            fill(times, sides, "response_ms", rate.of)

        form = "gzip" if gzipped else "250,000 bytes"
        self.compare([(f"canvas reads/s, {form}", "/s"), ("  body", "MB/s"),
                      ("  answer p50", "ms"), ("  answer p99", "ms")],
                     measure)

    def fanout(self, form, options, stack):
        """CPU at a rate that all can hold, beside both ways to send it."""
        def measure(batched, single, everything, p50, p99):
            options_all = ["fanout", "--connections", LISTENERS, "--rate",
                           RATE, *options]
            with Broadcaster(50) as slow, Broadcaster(0) as fast:
                sides = self.rounds_of(
                    f"fanout {form}", ("canvas", stack, *options_all),
                    ("epoll, 50 ms batches", slow, *options_all),
                    ("epoll, a send an update", fast, *options_all))

            canvas, slow, fast = sides
            for row, side in ((batched, slow), (single, fast),
                              (everything, slow)):
                row.canvas = per_million(canvas, "nginx")
                row.reference = per_million(side)
                row.of, row.less = side.who, True

            everything.canvas = per_million(canvas)
            batched.notes += [note for side in sides for note in side.notes()]
            fill((p50, p99), (canvas, slow), "lag_ms", slow.who)

        self.compare([
            (f"CPU s a million delivered, {form}", "s"), ("  the same", "s"),
            ("  with Redis, PostgreSQL, recorder", "s"),
            ("  placed to delivered, p50", "ms"),
            ("  placed to delivered, p99", "ms")], measure)

    def flood(self, form, options, stack):
        """As many deliveries as get through."""
        def measure(row):
            options_all = ["fanout", "--connections", LISTENERS, "--rate",
                           FLOOD, "--placers", 16, *options]
            with Broadcaster(50) as broadcaster:
                sides = self.rounds_of(
                    f"flood {form}", ("canvas", stack, *options_all),
                    ("epoll", broadcaster, *options_all))

            row.canvas, row.reference = (side.rate("deliveries")
                                         for side in sides)
            row.of = "epoll, 50 ms batches"
            row.notes += [note for side in sides for note in side.notes()]

        asked = FLOOD * LISTENERS
        self.compare([(f"deliveries/s of {asked:,} asked, {form}", "/s")],
                     measure)

    def run(self):
        with CanvasStack() as stack:
            with BareNginx(b"", WORKERS) as nginx:
                self.memory(stack, nginx)

            self.placements(stack)
            self.latency(stack)

            with BareNginx(b"", WORKERS) as nginx:
                self.placements_http(stack, nginx)

            # the reference file is the canvas as the placements left it
            body = fetch(stack.port, "/api/v1/canvas")
            with BareNginx(body, WORKERS) as nginx:
                self.reads(stack, nginx, gzipped=False)
                self.reads(stack, nginx, gzipped=True)

            for form, options in (("JSON", []), ("binary", ["--binary"])):
                self.fanout(form, options, stack)
                self.flood(form, options, stack)


def fill(rows, sides, hist, of):
    """The last two rows: p50 and p99 of the first two sides."""
    for row, percentile in zip(rows, ("p50", "p99")):
        row.canvas, row.reference = (side.milliseconds(hist, percentile)
                                     for side in sides[:2])
        row.of, row.less = of, True


def per_million(side, *names):
    return side.cpu(*names) / (side.sum("deliveries") / 1e6)


def fetch(port, path):
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}",
                                     headers={"Accept-Encoding": "identity"})
    with urllib.request.urlopen(request, timeout=10) as response:
        return response.read()


def settled(value):
    """value() when it has stopped to rise."""
    last = value()

    for _ in range(50):
        time.sleep(0.1)
        current = value()
        if current <= last:
            return current
        last = current

    return last


def cpu_note(side):
    names = side.loads[0].cpu
    return "CPU µs each: " + ", ".join(
        f"{name} {side.cpu(name) / side.sum('ok') * 1e6:.0f}"
        for name in names)


def number(value):
    if value is None:
        return "not measured"
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if value >= 1 else f"{value:.3f}"


def line(row):
    ratio = "-" if row.ratio is None else f"{row.ratio:.2f}"
    better = "<" if row.less else ">"
    text = (f"{row.what:<42} {number(row.canvas):>13} "
            f"{number(row.reference):>13} {row.unit:<6}{ratio:>7} {better}  "
            f"{row.of}")
    return "\n".join([text.rstrip(),
                      *(f"      {note}" for note in row.notes)])


def first_line(*command):
    try:
        out = subprocess.run(command, capture_output=True, text=True)
    except OSError:
        return None
    return (out.stdout or out.stderr).strip().splitlines()[0]


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        model = [text.split(":", 1)[1].strip() for text in file
                 if text.startswith("model name")]
    return {
        "cpu": model[0] if model else platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "load_before": os.getloadavg()[0],
        "kernel": platform.release(),
        "nginx": first_line("/usr/sbin/nginx", "-v"),
        "redis": first_line("redis-server", "--version"),
        "date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.5,
                        help="of one measurement (4.5)")
    parser.add_argument("--rounds", type=int, default=3,
                        help="that it is cut into, in turn with its "
                        "reference (3)")
    parser.add_argument("--json", type=pathlib.Path,
                        default=BUILD / "bench" / "result.json")
    options = parser.parse_args()
    bench = Bench(options.seconds, options.rounds)

    # the servers that are started inherit it
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    started, about = time.monotonic(), machine()

    print(f"{about['cpu']}, {about['cores']} cores shared by servers and "
          f"generator; load average before: {about['load_before']:.1f}\n")
    print(f"{'':<42} {'canvas':>13} {'reference':>13} {'':<6}{'ratio':>7}")

    try:
        bench.run()
    except ServerError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1

    seconds = time.monotonic() - started
    others = bench.cpu["others"] / max(bench.cpu["wall"], 1)
    options.json.write_text(json.dumps(
        {"machine": about, "seconds": seconds, "others_cpu": others,
         "rows": [{**asdict(row), "ratio": row.ratio} for row in bench.rows],
         "runs": bench.raw}, indent=1) + "\n")

    print("\nratio: canvas / reference.  >: more is better, <: less is "
          "better.\n"
          "Memory is that of the processes (Pss), without socket buffers of "
          "the kernel.\n"
          "Sockets that place also receive every update (binary).\n"
          f"Other processes, or other guests of the host, took {others:.2f} "
          f"of {about['cores']} cores meanwhile.\n"
          f"{seconds:.0f} s; {options.json}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
