"""Runs bench/load, with the CPU time of the servers during the measurement."""

import collections
import json
import statistics
import subprocess
import threading
import time

import processes
from servers import BUILD, ServerError

LOAD = BUILD / "bench" / "load"

# how long a run may take beyond what it measures: to open its sockets, to
# wait for what is outstanding
GRACE = 45

# what a reader has to know, when it is not 0
TROUBLE = ("failed", "lost", "refused", "unanswered", "gaps", "resyncs",
           "outside", "wrong", "behind")


class Load:
    """One run of the generator, with the CPU time of the server during it."""

    def __init__(self, server, mode, *options, held=None, events=None,
                 settle=False, limit=None):
        """held() is called while the sockets of mode idle are open, events
        has a function for each line {"event": ...}; settle: the CPU time is
        taken when the servers have come to rest."""
        self.server = server
        self.settle = settle
        self.calls = events or {}
        self.result, self.cpu, self.held, self.machine = {}, {}, None, 0
        seconds = [float(value) for name, value in zip(options, options[1:])
                   if name == "--seconds"]
        limit = limit or GRACE + (seconds[0] if seconds else 5)
        process = subprocess.Popen(
            [LOAD, mode, "--address", f"127.0.0.1:{server.port}",
             *map(str, options)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        watchdog = threading.Timer(limit, process.kill)
        watchdog.start()

        try:
            self.follow(process, held)
        finally:
            watchdog.cancel()
            process.kill()
            process.communicate()

        if not self.result:
            raise ServerError(f"load {mode} gave no result in {limit:.0f} s")

        if not self.result["opened"]:
            raise ServerError(f"load {mode}: no client was opened: "
                              f"{self.result['errors']}")

    def follow(self, process, held):
        for line in process.stdout:
            message = json.loads(line)
            event = message.get("event")

            if event == "start":
                before = self.sample()
                self.machine = -processes.machine_seconds()
                if held:
                    self.held = held()
                    process.stdin.close()
                    process.stdin = None    # communicate() would flush it

            elif event == "stop":
                if self.settle:
                    self.rest()
                after = self.sample()
                self.machine += processes.machine_seconds()
                self.cpu = {name: after[name] - before[name]
                            for name in after}

            elif event:
                self.calls[event]()

            else:
                self.result = message

    def rest(self, seconds=10):
        """Until the servers use less than a tenth of a core."""
        end = time.monotonic() + seconds
        last = sum(self.sample().values())

        while time.monotonic() < end:
            time.sleep(0.2)
            current = sum(self.sample().values())
            if current - last < 0.02:
                return
            last = current

    def sample(self):
        return {name: processes.cpu_seconds(pid)
                for name, pid in self.server.pids.items()}

    @property
    def others(self):
        """CPU seconds of whoever else ran on the machine meanwhile."""
        return max(0, self.machine - sum(self.cpu.values())
                   - self.result["generator_cpu_seconds"])


class Rounds:
    """Several runs of the same load as one: sums, and the median of the
    rounds' percentiles and ratios."""

    def __init__(self, who):
        self.who = who
        self.loads = []

    def sum(self, key):
        return sum(load.result.get(key, 0) for load in self.loads)

    def rate(self, key):
        return self.sum(key) / self.sum("seconds")

    def cpu(self, *names):
        """CPU seconds of these servers, or of all."""
        return sum(seconds for load in self.loads
                   for name, seconds in load.cpu.items()
                   if not names or name in names)

    def per_million(self, key, *names):
        """CPU seconds for a million of them: the median of the rounds."""
        values = [sum(seconds for name, seconds in load.cpu.items()
                      if not names or name in names)
                  / (load.result[key] / 1e6) for load in self.loads]
        return statistics.median(values)

    def milliseconds(self, name, percentile):
        values = [load.result[name][percentile] for load in self.loads
                  if load.result[name]]
        return statistics.median(values) if values else None

    def longest(self, name):
        values = [load.result[name]["max"] for load in self.loads
                  if load.result[name]]
        return max(values) if values else None

    def raw(self):
        return [{**load.result, "cpu_seconds": load.cpu,
                 "others_cpu_seconds": round(load.others, 2)}
                for load in self.loads]

    @property
    def late(self):
        """ms that the generator itself was late, p99."""
        return self.milliseconds("late_ms", "p99") or 0

    @property
    def busy(self):
        """The part of a core that the generator used."""
        return self.sum("generator_cpu_seconds") / self.sum("seconds")

    def notes(self):
        """What a reader has to know before believing the figure."""
        found = [f"{self.who}: {self.sum(key):,} {key}" for key in TROUBLE
                 if self.sum(key)]

        missing = self.sum("expected") - self.sum("deliveries")
        if missing > 0:
            found.append(f"{self.who}: {missing:,} deliveries missing")

        errors = collections.Counter()
        for load in self.loads:
            errors.update(load.result["errors"])
        found += [f"{self.who}: {name} {n:,}" for name, n in errors.items()]

        if self.busy > 0.9:
            found.append(f"{self.who}: the generator was busy {self.busy:.0%}"
                         " of a core: at least this much")

        return found
