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
import subprocess
import sys
import time
import urllib.request
from dataclasses import asdict, dataclass, field

import processes
from servers import (BUILD, BareNginx, Broadcaster, CanvasStack,
                     FunctionRedis, ServerError)

LOAD = BUILD / "bench" / "load"
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
            self.result, self.cpu, self.held = {}, {}, None
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
                if held:
                    self.held = held()
                    process.stdin.close()
                    process.stdin = None    # communicate() would flush it

            elif message.get("event") == "stop":
                after = self.sample()
                self.cpu = {name: after[name] - before[name]
                            for name in after}

            else:
                self.result = message

    def sample(self):
        return {name: processes.cpu_seconds(pid)
                for name, pid in self.server.pids.items()}

    def rate(self, key):
        return self.result[key] / self.result["seconds"]

    def milliseconds(self, name, percentile):
        hist = self.result[name]
        return hist[percentile] if hist else None

    def notes(self, who):
        """What a reader has to know before believing the figure."""
        result, found = self.result, []

        for key in ("failed", "lost", "refused", "unanswered", "gaps",
                    "resyncs"):
            if result.get(key):
                found.append(f"{who}: {result[key]} {key}")

        missing = result.get("expected", 0) - result.get("deliveries", 0)
        if missing > 0:
            found.append(f"{who}: {missing} deliveries missing")

        if result["errors"]:
            found.append(f"{who}: " + ", ".join(
                f"{name} {n}" for name, n in result["errors"].items()))

        busy = result["generator_cpu_seconds"] / max(result["seconds"], 1e-9)
        if busy > 0.9:
            found.append(f"{who}: the generator was busy {busy:.0%} of a "
                         "core: at least this much")

        return found


class Bench:
    def __init__(self, seconds):
        self.seconds = seconds
        self.rows = []
        self.raw = {}

    def load(self, label, server, mode, *options, **keywords):
        load = Load(server, mode, "--seconds", self.seconds, *options,
                    **keywords)
        self.raw[label] = {**load.result, "cpu_seconds": load.cpu}
        return load

    def compare(self, names, measure):
        """Adds the rows that measure() fills, or says why it could not."""
        rows = [Row(*name) for name in names]

        try:
            measure(*rows)
        except (ServerError, OSError, KeyError, ValueError) as error:
            for row in rows:
                row.notes.append(f"not measured: {error}")

        self.rows += rows
        for row in rows:
            print(line(row), flush=True)

    # one method is one comparison

    def memory(self, stack, nginx):
        def measure(row):
            row.canvas = self.idle(row, "canvas", stack)
            row.reference = self.idle(row, "nginx", nginx, "--plain",
                                      "--path", "/api/pixel")
            row.of = "nginx keep-alive connection"
            row.less = True

        self.compare([("memory of an idle socket", "bytes")], measure)

    def idle(self, row, who, server, *options):
        def total():
            return processes.memory_bytes(server.pids["nginx"])

        before = total()
        load = self.load(f"idle {who}", server, "idle", "--connections",
                         IDLE, *options, held=lambda: settled(total))
        row.notes += load.notes(who)
        return (load.held - before) / load.result["opened"]

    def placements(self, stack, broadcaster):
        def measure(rate, p50, p99):
            calls = 200000
            with FunctionRedis() as redis:
                rate.reference = redis.calls_per_second(calls)
                rate.of = "redis-benchmark, same function"

            full = self.load("place-ws", stack, "place-ws", "--connections",
                             16, "--window", 8, "--binary")
            rate.canvas = full.rate("ok")
            rate.notes += full.notes("canvas")
            rate.notes.append(cpu_note(full, full.result["ok"]))

            self.latency((p50, p99), stack, broadcaster)

        self.compare([("placements/s, WebSocket", "/s"),
                      ("  ack p50 at 1,000/s", "ms"),
                      ("  ack p99 at 1,000/s", "ms")], measure)

    def latency(self, rows, stack, broadcaster):
        loads = {}

        for who, server in (("canvas", stack), ("reference", broadcaster)):
            loads[who] = self.load(f"ack {who}", server, "place-ws",
                                   "--connections", 16, "--rate", 1000,
                                   "--binary")

        for row, percentile in zip(rows, ("p50", "p99")):
            row.canvas = loads["canvas"].milliseconds("ack_ms", percentile)
            row.reference = loads["reference"].milliseconds("ack_ms",
                                                            percentile)
            row.of = "epoll broadcaster, no store"
            row.less = True
            row.notes += (loads["canvas"].notes("canvas")
                          + loads["reference"].notes("reference"))

    def placements_http(self, stack, nginx):
        def measure(rate, p50, p99):
            loads = [self.load(f"place-http {who}", server, "place-http",
                               "--connections", 32)
                     for who, server in (("canvas", stack),
                                         ("nginx", nginx))]
            rate.canvas, rate.reference = (load.rate("ok") for load in loads)
            rate.notes += (loads[0].notes("canvas") + loads[1].notes("nginx"))
            rate.notes.append(cpu_note(loads[0], loads[0].result["ok"]))

            for row, percentile in ((p50, "p50"), (p99, "p99")):
                row.canvas, row.reference = (
                    load.milliseconds("ack_ms", percentile)
                    for load in loads)
                row.less = True

            for row in (rate, p50, p99):
                row.of = "nginx return 204"

        self.compare([("placements/s, HTTP", "/s"),
                      ("  answer p50, 32 at once", "ms"),
                      ("  answer p99, 32 at once", "ms")], measure)

    def fanout(self, form, options, stack, tick):
        """CPU at a rate that all can hold."""
        def measure(cpu, everything, lag):
            canvas = self.load(f"fanout {form} canvas", stack, "fanout",
                               "--connections", LISTENERS, "--rate", RATE,
                               *options)

            with Broadcaster(tick) as broadcaster:
                bare = self.load(f"fanout {form} epoll {tick} ms",
                                 broadcaster, "fanout", "--connections",
                                 LISTENERS, "--rate", RATE, *options)

            millions = canvas.result["deliveries"] / 1e6
            cpu.canvas = canvas.cpu["nginx"] / millions
            cpu.reference = (bare.cpu["broadcaster"]
                             / (bare.result["deliveries"] / 1e6))
            everything.canvas = sum(canvas.cpu.values()) / millions
            everything.reference = cpu.reference
            lag.canvas = canvas.milliseconds("lag_ms", "p99")
            lag.reference = bare.milliseconds("lag_ms", "p99")

            cpu.notes += canvas.notes("canvas") + bare.notes("reference")
            for row in (cpu, everything, lag):
                row.of = (f"epoll, {tick} ms batches" if tick
                          else "epoll, a send an update")
                row.less = True

        label = f"{form}, {'batched' if tick else 'one by one'}"
        self.compare([
            (f"CPU s a million delivered, {label}", "s"),
            ("  with Redis, PostgreSQL, recorder", "s"),
            ("  placed to delivered, p99", "ms")], measure)

    def flood(self, form, options, stack):
        """As many deliveries as get through."""
        def measure(row):
            asked = ["--connections", LISTENERS, "--rate", FLOOD,
                     "--placers", 16, *options]
            canvas = self.load(f"flood {form} canvas", stack, "fanout",
                               *asked)

            with Broadcaster(50) as broadcaster:
                bare = self.load(f"flood {form} epoll", broadcaster,
                                 "fanout", *asked)

            row.canvas = canvas.rate("deliveries")
            row.reference = bare.rate("deliveries")
            row.of = "epoll, 50 ms batches"
            row.notes += canvas.notes("canvas") + bare.notes("reference")

        asked = FLOOD * LISTENERS
        self.compare([(f"deliveries/s of {asked:,} asked, {form}", "/s")],
                     measure)

    def reads(self, stack, nginx, gzipped):
        def measure(rate, volume, p99):
            options = ["--connections", 16] + (["--gzip"] if gzipped else [])
            form = "gzip" if gzipped else "plain"
            canvas = self.load(f"read {form} canvas", stack, "read",
                               *options)
            static = self.load(f"read {form} nginx", nginx, "read",
                               "--path", "/canvas.bin", *options)

            rate.canvas, rate.reference = canvas.rate("ok"), static.rate("ok")
            volume.canvas, volume.reference = (
                load.rate("body_bytes") / 1e6 for load in (canvas, static))
            p99.canvas, p99.reference = (
                load.milliseconds("response_ms", "p99")
                for load in (canvas, static))
            p99.less = True
            rate.notes += canvas.notes("canvas") + static.notes("nginx")

            for row in (rate, volume, p99):
                row.of = "nginx gzip_static" if gzipped else "nginx static"

        form = "gzip" if gzipped else "250,000 bytes"
        self.compare([(f"canvas reads/s, {form}", "/s"),
                      ("  body", "MB/s"), ("  answer p99", "ms")], measure)

    def run(self):
        with CanvasStack() as stack, Broadcaster(0) as broadcaster:
            with BareNginx(b"", WORKERS) as nginx:
                self.memory(stack, nginx)

            self.placements(stack, broadcaster)

            with BareNginx(b"", WORKERS) as nginx:
                self.placements_http(stack, nginx)

            # the reference file is the canvas as the placements left it
            body = fetch(stack.port, "/api/v1/canvas")
            with BareNginx(body, WORKERS) as nginx:
                self.reads(stack, nginx, gzipped=False)
                self.reads(stack, nginx, gzipped=True)

            for form, options in (("JSON", []), ("binary", ["--binary"])):
                self.fanout(form, options, stack, 0)
                self.fanout(form, options, stack, 50)
                self.flood(form, options, stack)


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


def cpu_note(load, operations):
    parts = ", ".join(f"{name} {seconds / operations * 1e6:.0f}"
                      for name, seconds in load.cpu.items())
    return f"CPU µs each: {parts}"


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
    parser.add_argument("--seconds", type=float, default=4,
                        help="of one measurement (4)")
    parser.add_argument("--json", type=pathlib.Path,
                        default=BUILD / "bench" / "result.json")
    options = parser.parse_args()
    bench = Bench(options.seconds)
    started, about = time.monotonic(), machine()

    print(f"{about['cpu']}, {about['cores']} cores shared by servers and "
          f"generator; load average before: {about['load_before']:.2f}\n")
    print(f"{'':<42} {'canvas':>13} {'reference':>13} {'':<6}{'ratio':>7}")

    try:
        bench.run()
    except ServerError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1

    seconds = time.monotonic() - started
    options.json.write_text(json.dumps(
        {"machine": about, "seconds": seconds,
         "rows": [{**asdict(row), "ratio": row.ratio} for row in bench.rows],
         "runs": bench.raw}, indent=1) + "\n")

    print("\nratio: canvas / reference.  >: more is better, <: less is "
          "better.\n"
          "Memory is that of the processes (Pss), without socket buffers of "
          "the kernel.\n"
          "Sockets that place also receive every update (binary).\n"
          f"{seconds:.0f} s; {options.json}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
