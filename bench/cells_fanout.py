"""Fan-out: CPU and delay of a delivered update, beside a bare broadcaster;
the curve of listeners and rates; the flood; viewports; deflate."""

import contextlib

from bench import Row, fill, say_all
from references import Broadcaster
from servers import CanvasStack, ServerError

TICK = 40                   # ms, of the canvas by default
FLOOD = 4000                # placements a second
FORMS = {"binary": ["--binary"], "JSON": []}


def single(rate):
    """Is every change a tick of its own?"""
    return rate * TICK < 1000


def floors(listeners, rate):
    """(name, tick, processes) of what a fan-out is compared with."""
    if single(rate):
        return [("floor, unbatched", 0, 1),
                ("floor, unbatched, 2 processes", 0, 2)]

    found = [(f"floor, {TICK} ms", TICK, 1),
             (f"floor, {TICK} ms, 2 processes", TICK, 2)]
    return found + ([("floor, 50 ms", 50, 1)] if listeners <= 1000 else [])


def fanout(bench):
    options = bench.options

    for listeners in options.listeners:
        for form in options.forms:
            if form == "JSON" and listeners > 1000 and not options.only:
                continue
            for rate in options.rates:
                one(bench, listeners, rate, form)


def one(bench, listeners, rate, form):
    name = f"{listeners:,} x {rate:g}/s {form}"
    aim = 1.15 if single(rate) else 1.2

    def measure(cpu, two, everything, p50, p99, write=None):
        load = ["fanout", "--connections", listeners, "--rate", rate,
                "--placers", 4, *FORMS[form]]
        with contextlib.ExitStack() as open_servers:
            references = [(who, open_servers.enter_context(
                Broadcaster(tick, processes)), *load)
                for who, tick, processes in floors(listeners, rate)]
            sides = bench.rounds(f"fanout {name}",
                                 ("canvas", bench.stack, *load), *references)

            base(bench, form, rate, references[0])

        canvas, floor, floor2, *other = sides
        cpu.canvas = everything_of = canvas.per_million("deliveries", "nginx")
        two.canvas = everything_of
        everything.canvas = canvas.per_million("deliveries")
        for row, side in ((cpu, floor), (two, floor2), (everything, floor)):
            row.reference = side.per_million("deliveries")
            row.of = side.who
        for side in other:
            cpu.notes.append(f"{side.who}: {side.per_million('deliveries'):.3f}"
                             f" s, p50 {side.milliseconds('lag_ms', 'p50'):.1f}"
                             " ms")
        if write:
            writes(write, listeners, canvas, floor)
            often = canvas.rate("frames") / floor.rate("frames")
            if abs(often - 1) > 0.1:
                cpu.notes.append(f"the canvas wrote {often:.0%} as often as "
                                 "the floor: compare the CPU of one write")
        without_placements(cpu, bench.bases[form, rate], canvas, floor)
        say_all(cpu, sides)
        fill((p50, p99), (canvas, floor), "lag_ms")
        bench.curve.append((form, listeners, rate, {
            side.who: side.cpu("nginx", "broadcaster") / side.sum("seconds")
            for side in sides}))

    bench.compare([
        Row(f"fan-out {name}: CPU, nginx", "s/M", aim=aim),
        Row("  the same", "s/M"),
        Row("  with Redis, PostgreSQL, recorder", "s/M"),
        Row("  placed to delivered, p50", "ms",
            aim=1.15 if single(rate) else None),
        Row("  placed to delivered, p99", "ms", absolute=True,
            aim=250 if (listeners, rate) == (10000, 1000) else None),
        *([Row("  CPU of one write, nginx", "µs")] if form == "binary"
          else [])], measure)


def base(bench, form, rate, reference):
    """CPU a second for the same placements, with one listener."""
    if (form, rate) in bench.bases:
        return

    load = ["fanout", "--connections", 1, "--rate", rate, "--placers", 4,
            *FORMS[form]]
    sides = bench.rounds(f"fanout 1 x {rate:g}/s {form}",
                         ("canvas", bench.stack, *load),
                         (*reference[:2], *load), seconds=1)
    bench.bases[form, rate] = [side.cpu("nginx", "broadcaster")
                               / side.sum("seconds") for side in sides]


def without_placements(row, bases, *sides):
    own = [(side.cpu("nginx", "broadcaster") - taken * side.sum("seconds"))
           / (side.sum("deliveries") / 1e6)
           for side, taken in zip(sides, bases)]
    row.notes.append("less what the placements take with one listener: "
                     f"{own[0]:.3f} and {own[1]:.3f} s, ratio "
                     f"{own[0] / own[1]:.2f}")


def writes(row, listeners, *sides):
    """A binary frame is a write: what a socket costs a tick, whatever the
    tick has become under load."""
    row.canvas, row.reference = (
        side.cpu("nginx", "broadcaster") / side.sum("frames") * 1e6
        for side in sides)
    row.of = sides[1].who
    row.notes.append("writes a socket a second: " + ", ".join(
        f"{side.who} {side.rate('frames') / listeners:.1f}"
        for side in sides))


def flood(bench):
    """As many deliveries as get through."""
    for form in bench.options.forms:
        def measure(row, form=form):
            load = ["fanout", "--connections", 1000, "--rate", FLOOD,
                    "--placers", 16, *FORMS[form]]
            with Broadcaster(TICK) as floor:
                sides = bench.rounds(f"flood {form}",
                                     ("canvas", bench.stack, *load),
                                     (f"floor, {TICK} ms", floor, *load))

            row.canvas, row.reference = (side.rate("deliveries")
                                         for side in sides)
            row.of = sides[1].who
            say_all(row, sides)

        bench.compare([Row(f"deliveries/s of {FLOOD * 1000:,} asked, {form}",
                           "/s", less=False)], measure)


def viewports(bench):
    """A canvas of its own, as large as there may be."""
    def measure(cpu, volume, p99):
        load = ["--connections", 2000, "--rate", 200, "--placers", 4,
                "--binary", "--size", "4000x4000", "--spread"]
        with CanvasStack(size="4000x4000") as stack:
            parts, whole = bench.rounds(
                "viewports", ("viewports", stack, "viewport", "--view",
                              "400x400", *load),
                ("whole canvas", stack, "fanout", *load), seconds=2)

        say_all(cpu, (parts, whole))
        if parts.sum("refused"):
            raise ServerError("the message viewport was refused")
        for row, key in ((cpu, None), (volume, "received_bytes")):
            row.canvas, row.reference = (
                side.rate(key) / 1e6 if key
                else side.cpu("nginx") / side.sum("seconds")
                for side in (parts, whole))
            row.of = "the same without viewports"
        fill([p99], (parts, whole), "lag_ms", ["p99"])

    bench.compare([
        Row("2,000 viewports of 400x400 in 4,000x4,000: CPU", "s/s", aim=1),
        Row("  received", "MB/s"),
        Row("  placed to delivered, p99", "ms")], measure)


def deflate(bench):
    def measure(volume, cpu, p99):
        load = ["fanout", "--connections", 1000, "--rate", 200,
                "--placers", 4]
        with_it, without = bench.rounds(
            "deflate", ("permessage-deflate", bench.stack, *load,
                        "--deflate"), ("without", bench.stack, *load))

        say_all(volume, (with_it, without))
        if not with_it.sum("deflated"):
            raise ServerError("permessage-deflate was not agreed on")
        for row, figure in (
                (volume, lambda side: side.sum("received_bytes")
                 / side.sum("deliveries")),
                (cpu, lambda side: side.per_million("deliveries", "nginx"))):
            row.canvas, row.reference = figure(with_it), figure(without)
            row.of = "JSON without permessage-deflate"
        fill([p99], (with_it, without), "lag_ms", ["p99"])

    bench.compare([
        Row("permessage-deflate, 1,000 x 200/s: received", "B", aim=1),
        Row("  CPU, nginx", "s/M"),
        Row("  placed to delivered, p99", "ms")], measure)


CELLS = {
    "fanout": (fanout, "CPU and delay of an update, listeners x rates"),
    "flood": (flood, "deliveries/s when more are asked than get through"),
    "viewports": (viewports, "2,000 clients that each watch a part"),
    "deflate": (deflate, "permessage-deflate, bytes and CPU"),
}
