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
import signal
import subprocess
import sys
import time
from dataclasses import asdict

import cells_fanout
import cells_place
import cells_read
import cells_rotate
import cells_sockets
from bench import Bench, NoCanvas
from servers import BUILD
from table import HEAD, number

# memory needs workers that have not served; loop looks back on the others
ORDER = ("memory", "connect", "redis", "place", "read", "fanout", "flood",
         "deflate", "storm", "loop", "tls", "viewports", "import", "rotate")

CELLS = {**cells_fanout.CELLS, **cells_place.CELLS, **cells_read.CELLS,
         **cells_rotate.CELLS, **cells_sockets.CELLS}


def numbers(kind):
    return lambda text: [kind(part) for part in text.split(",")]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--list", action="store_true",
                        help="the measurements, and nothing else")
    parser.add_argument("--only", metavar="NAME[,NAME]", default="",
                        help="these measurements alone")
    parser.add_argument("--seconds", type=float,
                        help="of each round, instead of its own default")
    parser.add_argument("--rounds", type=int, default=2,
                        help="in turn with the reference (2)")
    parser.add_argument("--listeners", type=numbers(int),
                        default=[1000, 5000, 10000], metavar="N[,N]",
                        help="of fanout (1000,5000,10000)")
    parser.add_argument("--rate", "--rates", dest="rates",
                        type=numbers(float), default=[20, 200, 1000],
                        metavar="R[,R]",
                        help="placements a second of fanout (20,200,1000)")
    parser.add_argument("--form", "--forms", dest="forms",
                        type=lambda text: text.split(","),
                        default=["binary", "JSON"], metavar="F[,F]",
                        help="binary,JSON (both)")
    parser.add_argument("--sockets", type=int, default=10000,
                        help="of memory and storm (10000)")
    parser.add_argument("--events", type=int, default=cells_rotate.EVENTS,
                        help="in the week of rotate (12000000); import takes "
                             "a sixth")
    parser.add_argument("--json", type=pathlib.Path,
                        default=BUILD / "bench" / "result.json")
    options = parser.parse_args()
    options.only = [name for name in options.only.split(",") if name]

    unknown = [name for name in options.only if name not in CELLS]
    if unknown or not set(options.forms) <= set(cells_fanout.FORMS):
        parser.error(f"no such measurement or form: {', '.join(unknown)}")

    return options


def first_line(*command):
    result = subprocess.run(command, capture_output=True, text=True,
                            check=False)
    return (result.stdout or result.stderr).strip().splitlines()[0]


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        model = next((row.split(":", 1)[1].strip() for row in file
                      if row.startswith("model name")), platform.machine())

    return {
        "cpu": model, "cores": len(os.sched_getaffinity(0)),
        "kernel": platform.release(), "load_before": os.getloadavg()[0],
        "nginx": first_line("/usr/sbin/nginx", "-v"),
        "redis": first_line("redis-server", "--version"),
        "date": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


def matrices(curve):
    """CPU seconds of nginx or of the floor in a second, listeners x rates:
    it grows with sockets and ticks, not with pixels and sockets."""
    for form in sorted({form for form, *_ in curve}):
        cells = {(n, rate): sides for f, n, rate, sides in curve if f == form}
        rates = sorted({rate for _, rate in cells})

        print(f"\nCPU seconds a second, {form}: nginx / floor in one process")
        print(f"{'listeners':>12}" + "".join(f"{rate:>14g}/s"
                                              for rate in rates))
        for n in sorted({n for n, _ in cells}):
            print(f"{n:>12,}" + "".join(
                f"{number(a):>8} /{number(b):>6}" if sides else f"{'-':>16}"
                for rate in rates
                for sides in [list(cells.get((n, rate), {}).values())]
                for a, b in [(sides + [None, None])[:2]]))


def report(bench, options, about, seconds):
    others = bench.cpu["others"] / max(bench.cpu["wall"], 1)
    matrices(bench.curve)
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps({
        "machine": about, "seconds": seconds, "others_cpu": others,
        "rows": [{**asdict(row), "ratio": row.ratio, "met": row.met}
                 for row in bench.rows],
        "curve": bench.curve, "runs": bench.raw}, indent=1) + "\n")

    print("\ns/M: CPU seconds for a million.  ratio: canvas / reference.\n"
          "Memory is that of the processes (Pss), without socket buffers of "
          "the kernel.\n"
          "Sockets that place also receive every update.\n"
          f"Other processes, or other guests of the host, took {others:.2f} "
          f"of {about['cores']} cores meanwhile.\n"
          f"{seconds:.0f} s; {options.json}")


def main():
    options = arguments()

    if options.list:
        for name in ORDER:
            print(f"{name:<12}{CELLS[name][1]}")
        return 0

    # the servers that are started inherit it
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    started, about = time.monotonic(), machine()
    bench = Bench(options)

    print(f"{about['cpu']}, {about['cores']} cores shared by servers and "
          f"generator; load average before: {about['load_before']:.1f}\n\n"
          f"{HEAD}")

    try:
        for name in ORDER:
            if not options.only or name in options.only:
                CELLS[name][0](bench)
    except NoCanvas as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    finally:
        bench.close()

    report(bench, options, about, time.monotonic() - started)
    return 0


if __name__ == "__main__":
    sys.exit(main())
