"""What a socket costs: memory, opening and closing, storms of them; TLS; and
what the module says of its own event loop."""

import re
import time

import processes
from bench import Row, fetch, fill, say_all
from cells_fanout import FORMS
from references import BareNginx, NchanNginx
from servers import ServerError, answers

SOCKETS = 10000


def memory(bench):
    def measure(canvas, nchan):
        sockets = bench.options.sockets
        canvas.canvas = nchan.canvas = idle(bench, "canvas",
                                            bench.fresh_stack(), sockets)
        with BareNginx(bench.workers) as nginx:
            canvas.reference = idle(bench, "nginx keep-alive", nginx,
                                    sockets, "--plain", "--path",
                                    "/api/pixel")
        canvas.of = "nginx keep-alive connection"
        nchan.of = "nginx + nchan subscriber"
        try:
            with NchanNginx(bench.workers) as nginx:
                nchan.reference = idle(bench, nchan.of, nginx, sockets,
                                       "--silent")
        except ServerError as error:
            nchan.notes.append(f"not measured: {error}")

    bench.compare([
        Row(f"memory of an idle socket, {bench.options.sockets:,} open",
            "B", aim=2048, absolute=True), Row("  the same", "B")], measure)


def idle(bench, who, server, sockets, *options):
    """Of workers that have not served yet: what they freed would hide what
    they take."""
    def total():
        return processes.memory_bytes(server.pids["nginx"])

    before = total()
    load = bench.load(f"idle, {who}", server, "idle", "--seconds", 30,
                      "--connections", sockets, *options,
                      held=lambda: settled(total))
    if load.result["opened"] < sockets:
        raise ServerError(f"{who}: {load.result['opened']} sockets of "
                          f"{sockets} were opened")
    return (load.held - before) / sockets


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


def connect(bench):
    """Open, upgrade, welcome, close."""
    def measure(cpu, p99):
        options = ["connect", "--connections", 64]
        with NchanNginx(bench.workers) as nginx:
            sides = bench.rounds(
                "connect", ("canvas", bench.stack, *options),
                ("nginx + nchan, no welcome", nginx, *options, "--silent"))

        cpu.canvas = sides[0].per_million("ok", "nginx")
        cpu.reference = sides[1].per_million("ok")
        cpu.of = sides[1].who
        say_all(cpu, sides)
        fill([p99], sides, "open_ms", ["p99"])

    bench.compare([
        Row("a connect and its end: CPU, nginx", "s/M", aim=1.2),
        Row("  until the welcome, p99, 64 at once", "ms")], measure)


def storm(bench):
    """All at once, then a reload and all of them again."""
    sockets = bench.options.sockets

    def measure(quiet, burst, opened, reload, back):
        stack = bench.stack
        load = bench.load(
            "storm", stack, "storm", "--binary", "--connections", sockets,
            "--handshakes", sockets + 8, "--placers", 8, "--rate", 200,
            "--seconds", 90,
            events={"reload": stack.reload}, limit=120)
        phases = load.result["phases"]

        def longest(*names):
            return max(phases[name]["ack_ms"]["max"] for name in names
                       if phases[name]["ack_ms"])

        quiet.canvas = longest("quiet")
        burst.canvas = longest("burst", "burst_tail")
        opened.canvas = phases["burst"]["seconds"] or None
        reload.canvas = longest("reload", "reload_tail")
        back.canvas = phases["reload"]["seconds"] or None
        for row in (opened, back):
            if row.canvas is None:
                row.notes.append("it did not end in 30 s")
        trouble(back, load, sockets)

    bench.compare([
        Row("longest ack at 200/s, nobody else", "ms"),
        Row(f"  {sockets:,} connect at once", "ms", aim=250, absolute=True),
        Row("  until all are open", "s"),
        Row("  after a reload, all resume by since", "ms", aim=250,
            absolute=True),
        Row("  until all are back and caught up", "s")], measure)


def trouble(row, load, sockets):
    result = load.result
    wrong = {name: result[name] for name in
             ("failed", "lost", "refused", "gaps", "resyncs", "behind",
              "unanswered")
             if result[name]}
    row.notes.append(f"opened {result['opened']:,}, came back "
                     f"{result['reopened']:,}; " + (
                         ", ".join(f"{n:,} {name}"
                                   for name, n in wrong.items())
                         or "every change seen once, in order"))
    closes = {name: n for name, n in result["errors"].items()}
    if closes:
        row.notes.append(", ".join(f"{name}: {n:,}"
                                   for name, n in closes.items()))
    if result["opened"] < sockets:
        row.notes.append("not all were opened")


class Port:
    """The same stack at another of its ports."""

    def __init__(self, stack, port):
        self.pids = stack.pids
        self.port = port


def tls(bench):
    def measure(delivered, placed, p99):
        stack = bench.stack
        secure = Port(stack, stack.listen_tls())
        load = ["fanout", "--connections", 1000, "--rate", 200,
                "--placers", 4, *FORMS["binary"]]
        sides = bench.rounds("TLS fanout", ("TLS", secure, *load, "--tls"),
                             ("plain", stack, *load))
        load = ["place-ws", "--connections", 16, "--window", 8, "--binary"]
        places = bench.rounds("TLS place", ("TLS", secure, *load, "--tls"),
                              ("plain", stack, *load))

        for row, key, pair in ((delivered, "deliveries", sides),
                               (placed, "ok", places)):
            row.canvas, row.reference = (side.per_million(key, "nginx")
                                         for side in pair)
            row.of = "the same without TLS"
            say_all(row, pair)
        fill([p99], sides, "lag_ms", ["p99"])

    bench.compare([
        Row("TLS, fan-out 1,000 x 200/s: CPU, nginx", "s/M"),
        Row("  placement, WebSocket: CPU, nginx", "s/M"),
        Row("  placed to delivered, p99", "ms")], measure)


def loop(bench):
    """After all that was before; measured by the module itself."""
    def measure(turn, wall):
        if not answers(bench.stack.port):
            raise ServerError("nginx is gone")
        text = fetch(bench.stack.port, "/metrics").decode()
        found = dict(re.findall(
            r"^(canvas_\w*(?:turn|sweep|tick)\w*(?:\{[^}]*\})?) (\S+)$",
            text, re.M))
        if not found:
            raise ServerError("GET /metrics has neither turn nor sweep nor "
                              "tick")
        bench.raw["metrics"] = found
        turn.canvas = 1000 * float(found["canvas_turn_cpu_longest_seconds"])
        wall.canvas = 1000 * float(found["canvas_turn_longest_seconds"])
        wall.notes += [f"{name} {value}" for name, value in found.items()
                       if "turn" not in name]

    bench.compare([
        Row("longest turn of the event loop: CPU", "ms", aim=5,
            absolute=True),
        Row("  with the waiting for a core", "ms")], measure)


CELLS = {
    "memory": (memory, "memory of an idle WebSocket"),
    "connect": (connect, "CPU of a connect and its end"),
    "storm": (storm, "all connect at once, and again after a reload"),
    "tls": (tls, "fan-out and placements over TLS"),
    "loop": (loop, "longest turn, sweep and tick, from GET /metrics"),
}
