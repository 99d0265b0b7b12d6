#!/usr/bin/python3
"""What each form of a placement costs in Redis: prints a Markdown table.

usage: functions.py [placements]

A private Redis, asked by redis-benchmark over 2 connections with 16 calls in
flight on each.  The CPU time is that of the Redis process; the forms are run
in turns, and the median of the rounds is told.
"""

import csv
import statistics
import sys

import processes
from references import (
    ANYBODY, COOLDOWN, PIXEL, FunctionRedis, batch, page)
from servers import ROOT, run

ROUNDS = 5
ALICE = "11111111-1111-4111-8111-111111111111"


class Forms(FunctionRedis):
    """Canvas "none" has no cooldown, "some" that of the request."""

    def start(self):
        super().start()
        self.command("CONFIG", "SET", "auto-aof-rewrite-percentage", "0")
        self.command("-x", "FUNCTION", "LOAD",
                     input=(ROOT / "bench" / "functions.lua").read_text())

    def begin(self, appendonly):
        """Nothing but fresh canvases."""
        self.command("CONFIG", "SET", "appendonly", appendonly)
        self.command("FLUSHALL")
        self.command("MSET", "{form}:canvas:epoch", "1795000000000",
                     "{form}:canvas:seq", "0")
        for canvas, cooldown in (("none", "0"), ("some", "")):
            self.command("FCALL", "canvas_init", "5", *page(canvas),
                         "updates", "500", "500", "16", "15", "classic", "1",
                         "2026", "", cooldown)
            self.command("FCALL", "canvas_session_create", "1",
                         f"{{{canvas}}}:session", "86400", ALICE, "bench",
                         "1", "0", "")

    def measure(self, placements, command, size):
        """(placements a second, CPU microseconds a placement)."""
        calls = placements // size
        before = processes.cpu_seconds(self.pids["redis"])
        out = run(["redis-benchmark", "-s", self.socket, "--csv", "-c", "2",
                   "-P", "16", "-n", str(calls), "-r", "1000000000",
                   "FCALL", *command], "redis-benchmark")
        cpu = processes.cpu_seconds(self.pids["redis"]) - before
        header, row = csv.reader(out.strip().splitlines()[-2:])
        return (float(row[header.index("rps")]) * size,
                cpu / (calls * size) * 1e6)


def form(function, cooldown="0"):
    """A form of functions.lua, all in text."""
    return [function, "9", *page("form"), "{form}:contributors",
            "{form}:board", "{form}:banned", "{form}:limit:__rand_int__",
            "updates", "257", "257", "5", ALICE, "g", "", cooldown]


def place(canvas):
    return ["canvas_place", "8", *page(canvas),
            f"{{{canvas}}}:limit:__rand_int__",
            f"{{{canvas}}}:ban:__rand_int__", f"{{{canvas}}}:actors",
            "updates", PIXEL + b"g" + ANYBODY + COOLDOWN, ""]


def place_session(canvas):
    return ["canvas_place_session", "7", *page(canvas),
            f"{{{canvas}}}:session", f"{{{canvas}}}:actors", "updates",
            f"{{{canvas}}}:limit:", f"{{{canvas}}}:ban:", PIXEL + COOLDOWN, "",
            "86400"]


def session_batch(canvas, size):
    return ["canvas_place_batch", str(6 + size), *page(canvas),
            f"{{{canvas}}}:actors", *[f"{{{canvas}}}:session"] * size,
            "updates", f"{{{canvas}}}:limit:", f"{{{canvas}}}:ban:", "86400",
            *[PIXEL + COOLDOWN, ""] * size]


# what, append-only file, command, placements of a call
FORMS = [
    ("a call that does nothing", "yes", form("form_empty"), 1),
    ("all in text, boards in the call", "yes", form("form_boards"), 1),
    ("… boards folded by the recorder", "yes", form("form_text"), 1),
    ("… the event as 32 bytes", "yes", form("form_packed_event"), 1),
    ("… the request as 26 bytes: `canvas_place`", "yes", place("none"), 1),
    ("… `canvas_place_batch` of 4", "yes", batch("none", 4), 4),
    ("… `canvas_place_batch` of 16", "yes", batch("none", 16), 16),
    ("`canvas_place_session`", "yes", place_session("none"), 1),
    ("… `canvas_place_batch` of 16 sessions", "yes",
     session_batch("none", 16), 16),
    ("all in text, boards in the call, with a cooldown", "yes",
     form("form_boards", "3600000"), 1),
    ("`canvas_place`, with a cooldown", "yes", place("some"), 1),
    ("… `canvas_place_batch` of 16", "yes", batch("some", 16), 16),
    ("`canvas_place`, without AOF", "no", place("none"), 1),
    ("… `canvas_place_batch` of 16", "no", batch("none", 16), 16),
]


def main():
    placements = int(sys.argv[1]) if len(sys.argv) > 1 else 100000
    results = [[] for _ in FORMS]

    with Forms() as redis:
        for _ in range(ROUNDS):
            for (_, appendonly, *call), found in zip(FORMS, results):
                redis.begin(appendonly)
                found.append(redis.measure(placements, *call))

    print("| form | CPU µs a placement | a second, a core "
          "| a second, measured |\n|---|---|---|---|")
    for (what, *_), found in zip(FORMS, results):
        rates, costs = zip(*found)
        cost = statistics.median(costs)
        print(f"| {what} | {cost:.1f} | {1e6 / cost:,.0f} "
              f"| {statistics.median(rates):,.0f} |")


if __name__ == "__main__":
    main()
