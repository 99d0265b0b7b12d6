"""Placements: what they cost, how many a second, how long an ack takes; and
the Function library in Redis alone."""

import statistics

from bench import Row, fill, say_all
from references import BareNginx, FunctionRedis
from servers import ServerError

CALLS = 102400                          # in whole batches, and pipelines
PARTS = ("nginx", "redis", "record", "postgres")
LOADS = {
    "WebSocket": ("place-ws", ["--connections", 16, "--binary"],
                  ["--window", 8], "place"),
    "HTTP": ("place-http", ["--connections", 32], [], "place_session"),
}


def redis(bench):
    """How fast the judge is when nobody else is on the machine."""
    def measure(batch, strict, place, session, alone):
        with FunctionRedis() as server:
            figures = [[] for _ in range(5)]
            for _ in range(bench.options.rounds):
                for found, call in zip(figures, (
                        server.place_batch, server.place_batch_cooldown,
                        server.place, server.place_session,
                        server.set_nx)):
                    found.append(call(CALLS))

        bench.raw["redis-benchmark"] = figures
        rates = [statistics.median(rate for rate, _ in found)
                 for found in figures]
        for row, rate, found in zip((batch, strict, place, session, alone),
                                    rates, figures):
            cpu = statistics.median(cpu for _, cpu in found)
            row.canvas = rate
            row.notes.append(f"Redis: {cpu:.2f} CPU s a million, so "
                             f"{1e6 / cpu:,.0f}/s on a core of its own")
        for row in (batch, strict, place, session):
            row.reference, row.of = rates[-1], "SET NX PX alone"

    bench.compare([
        Row("placements, FCALL canvas_place_batch of 16", "/s", less=False,
            aim=100000, absolute=True),
        Row("  with a cooldown, each by another actor", "/s", less=False,
            aim=100000, absolute=True),
        Row("FCALL canvas_place, 2 connections x 16", "/s", less=False),
        Row("FCALL canvas_place_session", "/s", less=False),
        Row("SET NX PX", "/s", less=False)], measure)


def place(bench):
    for way in LOADS:
        closed(bench, way)
        paced(bench, way)


def closed(bench, way):
    """As many as are answered, beside nginx and Redis each for itself."""
    mode, options, window, call = LOADS[way]

    def measure(cpu, two, rate, *times):
        with BareNginx(bench.workers) as nginx, FunctionRedis() as server:
            calls = []
            canvas, bare = bench.rounds(
                f"place {way}",
                ("canvas", bench.stack, mode, *options, *window),
                ("nginx return 204", nginx, "place-http", "--connections",
                 32),
                each=lambda: calls.append(
                    getattr(server, call)(CALLS // 2)),
                settle=True)

        floor = bare.per_million("ok") \
            + statistics.median(cost for _, cost in calls)
        cpu.canvas, cpu.reference = canvas.per_million("ok"), floor
        two.canvas = canvas.per_million("ok", "nginx", "redis")
        two.reference = floor
        cpu.of = two.of = f"return 204 + FCALL canvas_{call}"
        cpu.notes.append("; ".join(
            f"{name} {canvas.per_million('ok', name):.2f}"
            for name in PARTS) + f" | floor: nginx "
            f"{bare.per_million('ok'):.2f}, Redis "
            f"{floor - bare.per_million('ok'):.2f}")
        rate.canvas, rate.reference = canvas.rate("ok"), bare.rate("ok")
        rate.of = bare.who
        say_all(rate, (canvas, bare))
        fill(times, (canvas, bare), "ack_ms")

    bench.compare([
        Row(f"placement, {way}: CPU of all processes", "s/M", aim=25 / 19),
        Row("  nginx and Redis alone", "s/M"),
        Row("  placements/s, closed loop", "/s", less=False),
        Row("  ack p50", "ms"), Row("  ack p99", "ms")], measure)


def paced(bench, way):
    """At a rate that leaves the machine at ease."""
    mode, options, *_ = LOADS[way]
    rate = 1000

    def measure(p50, p99, cpu):
        with BareNginx(bench.workers) as nginx:
            sides = bench.rounds(
                f"ack {way}", ("canvas", bench.stack, mode, *options,
                               "--rate", rate),
                ("nginx return 204, HTTP", nginx, "place-http",
                 "--connections", 32, "--rate", rate))

        fill((p50, p99), sides, "ack_ms")
        cpu.canvas = sides[0].per_million("ok", "nginx", "redis")
        cpu.reference = sides[1].per_million("ok")
        cpu.of = "nginx alone"
        say_all(p50, sides)
        if sides[0].sum("ok") < 0.98 * rate * sides[0].sum("seconds"):
            raise ServerError("fewer placements than were due")

    bench.compare([
        Row(f"  ack p50 at {rate:,}/s, {way}", "ms"),
        Row(f"  ack p99 at {rate:,}/s", "ms", aim=3, absolute=True),
        Row("  CPU at that rate, nginx and Redis", "s/M")], measure)


CELLS = {
    "redis": (redis, "the Function library alone, by redis-benchmark"),
    "place": (place, "placements over WebSocket and HTTP"),
}
