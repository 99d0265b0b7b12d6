"""Fan-out: CPU and delay of a delivered update, beside a bare broadcaster;
the curve of listeners and rates; the flood; viewports; deflate."""

import contextlib

from bench import Row, fill, say_all
from references import Broadcaster
from servers import CanvasStack, ServerError

TICK = 40                   # ms, of the canvas by default
FLOOD = 4000                # placements a second
FEW = 1000                  # listeners that leave every side its tick
MANY = 5000                 # more take a while to open
FLOORS = 16                 # processes that the floor can have
FORMS = {"binary": ["--binary"], "JSON": []}


def single(rate):
    """Is every change a tick of its own?"""
    return rate * TICK < 1000


def floors(workers, listeners, rate):
    """(name, tick, processes) of what a fan-out is compared with: first one
    process, then as many as there are workers."""
    tick, name = (0, "unbatched") if single(rate) else (TICK, f"{TICK} ms")
    found = [(f"floor, {name}, {n} process{'es' * (n > 1)}", tick, n)
             for n in (1, min(workers, FLOORS))]

    if listeners <= FEW and not single(rate):
        found.append(("floor, 50 ms, 1 process", 50, 1))

    return found


def rounds(listeners):
    """Few sockets are opened at once, and what the cores do meanwhile shows
    more."""
    return 5 if listeners <= FEW else 3 if listeners <= MANY else 2


def fanout(bench):
    options = bench.options

    for listeners in options.listeners:
        with contextlib.ExitStack() as servers:
            lone = servers.enter_context(CanvasStack(workers=1)) \
                if listeners <= FEW else None
            for form in options.forms:
                if form == "JSON" and listeners > FEW and not options.only:
                    continue
                for rate in options.rates:
                    one(bench, listeners, rate, form, lone)


def one(bench, listeners, rate, form, lone):
    """lone: a canvas with one worker, or None."""
    name = f"{listeners:,} x {rate:g}/s {form}"
    aim = 1.15 if single(rate) else 1.2
    alone = [Row("  CPU, nginx, one worker", "s/M", aim=aim)] if lone else []
    write = [Row("  CPU of one write, nginx", "µs")] if form == "binary" \
        else []

    def measure(cpu, everything, p50, p99, across, *_):
        load = ["fanout", "--connections", listeners, "--rate", rate,
                "--placers", 4, *FORMS[form]]
        with contextlib.ExitStack() as open_servers:
            references = [
                (who, open_servers.enter_context(Broadcaster(tick, n)), *load)
                for who, tick, n in floors(bench.workers, listeners, rate)]
            sides = bench.rounds(
                f"fanout {name}", ("canvas", bench.stack, *load),
                *references, *([("one worker", lone, *load)] if lone else []),
                rounds=rounds(listeners), seconds=1 if lone else None)

            base(bench, form, rate, references[0])

        canvas, floor, peer, *other = sides
        last = other.pop() if lone else None
        everything.canvas = canvas.per_million("deliveries")
        for row, side, to in ((cpu, canvas, peer), (across, canvas, floor),
                              *((row, last, floor) for row in alone)):
            row.canvas = side.per_million("deliveries", "nginx")
            row.reference, row.of = to.per_million("deliveries"), to.who
            less_often(row, form, side, to)
        everything.reference, everything.of = cpu.reference, peer.who
        for side in other:
            across.notes.append(
                f"{side.who}: {side.per_million('deliveries'):.3f} s, p50 "
                f"{side.milliseconds('lag_ms', 'p50'):.1f} ms")
        for row in write:
            writes(row, listeners, canvas, peer)
        without_placements(across, bench.bases[form, rate], canvas, floor)
        say_all(cpu, sides)
        fill((p50, p99), (canvas, peer), "lag_ms")
        bench.curve.append((form, listeners, rate, {
            side.who: side.cpu("nginx", "broadcaster") / side.sum("seconds")
            for side in sides}))

    bench.compare([
        Row(f"fan-out {name}: CPU, nginx", "s/M", aim=aim),
        Row("  with Redis, PostgreSQL, recorder", "s/M"),
        Row("  placed to delivered, p50", "ms",
            aim=1.15 if single(rate) and lone else None),
        Row("  placed to delivered, p99", "ms", absolute=True,
            aim=250 if (listeners, rate) == (10000, 1000) else None),
        Row("  CPU, nginx, again", "s/M"), *alone, *write], measure)


def less_often(row, form, side, to):
    """A tick that was stretched; only binary frames are counted."""
    often = form == "binary" and side.rate("frames") / to.rate("frames")

    if often and abs(often - 1) > 0.1:
        row.notes.append(f"wrote {often:.0%} as often as the floor: compare "
                         "the CPU of one write")


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
