"""Runs bench/load, with the CPU time of the servers during the measurement."""

import collections
import json
import statistics
import subprocess

import processes
from servers import BUILD, ServerError

LOAD = BUILD / "bench" / "load"


class Load:
    """One run of the generator, with the CPU time of the server during it."""

    def __init__(self, server, mode, *options, held=None):
        """held is called while the sockets of mode idle are open."""
        self.server = server
        process = subprocess.Popen(
            [LOAD, mode, "--address", f"127.0.0.1:{server.port}",
             *map(str, options)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            self.result, self.cpu, self.held, self.machine = {}, {}, None, 0
            self.follow(process, held)
        finally:
            process.kill()
            process.communicate()

        if not self.result:
            raise ServerError(f"load {mode} gave no result")

    def follow(self, process, held):
        for line in process.stdout:
            message = json.loads(line)

            if message.get("event") == "start":
                before = self.sample()
                self.machine = -processes.machine_seconds()
                if held:
                    self.held = held()
                    process.stdin.close()
                    process.stdin = None    # communicate() would flush it

            elif message.get("event") == "stop":
                after = self.sample()
                self.machine += processes.machine_seconds()
                self.cpu = {name: after[name] - before[name]
                            for name in after}

            else:
                self.result = message

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
    rounds' percentiles."""

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

    def milliseconds(self, name, percentile):
        values = [load.result[name][percentile] for load in self.loads
                  if load.result[name]]
        return statistics.median(values) if values else None

    def raw(self):
        return [{**load.result, "cpu_seconds": load.cpu,
                 "others_cpu_seconds": round(load.others, 2)}
                for load in self.loads]

    def notes(self):
        """What a reader has to know before believing the figure."""
        found = [f"{self.who}: {self.sum(key)} {key}"
                 for key in ("failed", "lost", "refused", "unanswered",
                             "gaps", "resyncs") if self.sum(key)]

        missing = self.sum("expected") - self.sum("deliveries")
        if missing > 0:
            found.append(f"{self.who}: {missing} deliveries missing")

        errors = collections.Counter()
        for load in self.loads:
            errors.update(load.result["errors"])
        found += [f"{self.who}: {name} {n}" for name, n in errors.items()]

        busy = self.sum("generator_cpu_seconds") / self.sum("seconds")
        if busy > 0.9:
            found.append(f"{self.who}: the generator was busy {busy:.0%} of "
                         "a core: at least this much")

        return found
