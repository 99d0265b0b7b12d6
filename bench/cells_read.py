"""Reading the canvas, while it changes 200 times a second."""

import subprocess
import time

import processes
from bench import Row, fetch, fill, say_all
from load import LOAD
from references import BareNginx

RATE = 200

# a canvas that compresses to less is too blank to be measured
PACKED_MIN = 20000


class Placements:
    """Somebody who places all the while, on either side's turn."""

    def __init__(self, stack):
        self.stack = stack

    def __enter__(self):
        self.process = subprocess.Popen(
            [LOAD, "place-ws", "--address", f"127.0.0.1:{self.stack.port}",
             "--connections", "4", "--rate", str(RATE), "--seconds", "60",
             "--binary"], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()          # it began
        return self

    def cpu(self):
        """CPU seconds a second of nginx for them, nobody reading."""
        pid = self.stack.pids["nginx"]
        before, began = processes.cpu_seconds(pid), time.monotonic()
        time.sleep(1)
        return (processes.cpu_seconds(pid) - before) \
            / (time.monotonic() - began)

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()


def read(bench):
    if len(fetch(bench.stack.port, "/api/v1/canvas", "gzip")) < PACKED_MIN:
        bench.load("fill", bench.stack, "place-ws", "--connections", 16,
                   "--window", 8, "--binary", "--seconds", 8, "--count",
                   100000)

    for gzipped in (False, True):
        one(bench, gzipped)


def one(bench, gzipped):
    form = "gzip" if gzipped else "plain"

    def measure(cpu, rate, p50, p99, copied=None):
        stack = bench.stack
        body = fetch(stack.port, "/api/v1/canvas")
        packed = fetch(stack.port, "/api/v1/canvas", "gzip")
        options = ["--connections", 16] + (["--gzip"] if gzipped else [])

        with BareNginx(bench.workers, body, packed) as nginx, \
                Placements(stack) as placements:
            own = placements.cpu()
            sides = bench.rounds(
                f"read {form}", ("canvas", stack, "read", *options),
                ("nginx gzip_static" if gzipped else "nginx static file",
                 nginx, "read", "--path", "/canvas.bin", *options),
                *([] if gzipped else [
                    ("nginx static file, sendfile off", nginx, "read",
                     "--path", "/copied/canvas.bin", *options)]))

        cpu.canvas = sides[0].per_million("ok", "nginx")
        cpu.reference = sides[1].per_million("ok")
        rate.canvas, rate.reference = (side.rate("ok") for side in sides[:2])
        cpu.of = rate.of = sides[1].who
        sizes = [side.sum("body_bytes") / side.sum("ok") for side in sides]
        cpu.notes.append(f"bodies of {sizes[0]:,.0f} and {sizes[1]:,.0f} "
                         f"bytes; {RATE} placements/s on both sides' turns")
        less = cpu.canvas - own / rate.canvas * 1e6
        cpu.notes.append(f"without the placements' own CPU: {less:.2f} s, "
                         f"ratio {less / cpu.reference:.2f}")
        say_all(rate, sides)
        fill((p50, p99), sides, "response_ms")
        if copied:
            copied.canvas, copied.of = cpu.canvas, sides[2].who
            copied.reference = sides[2].per_million("ok")

    bench.compare([
        Row(f"canvas read, {form}: CPU, nginx", "s/M",
            aim=1.15 if gzipped else 1.1),
        Row("  reads/s", "/s", less=False), Row("  answer p50", "ms"),
        Row("  answer p99", "ms"),
        *([] if gzipped else [Row("  CPU again", "s/M", aim=1.1)])], measure)


CELLS = {"read": (read, f"GET canvas, plain and gzip, at {RATE} changes/s")}
