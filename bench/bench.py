"""What all cells share: the options, the canvas that is measured, rounds that
alternate with their reference, and the rows that come of it."""

import os
import time
import urllib.request

from load import Load, Rounds
from servers import CanvasStack, ServerError
from table import Row, line

# what a cell may die of without ending the run
FAILURES = (ServerError, OSError, KeyError, ValueError, TypeError,
            ZeroDivisionError)


# ms; what a loaded machine does to the generator is not the server's
LATE = 20


class NoCanvas(Exception):
    """There is nothing to be measured."""


class Bench:
    def __init__(self, options):
        self.options = options
        self.workers = max(2, len(os.sched_getaffinity(0)))
        self.rows = []
        self.raw = {}
        self.curve = []             # fan-outs, for the matrices at the end
        self.bases = {}             # the same without listeners
        self.cpu = {"wall": 0, "others": 0}
        self._stack = None

    # the canvas

    @property
    def stack(self):
        """One canvas for all cells, again when the last one died."""
        if self._stack and not self._stack.alive():
            self.close()

        if self._stack is None:
            self._stack = CanvasStack()
            try:
                self._stack.__enter__()
            except ServerError as error:
                self._stack = None
                raise NoCanvas(error) from None

        return self._stack

    def fresh_stack(self):
        """One whose workers have not served yet."""
        self.close()
        return self.stack

    def close(self):
        if self._stack:
            stack, self._stack = self._stack, None
            stack.__exit__()

    # loads

    def load(self, label, server, mode, *options, **keywords):
        load = Load(server, mode, *options, **keywords)
        self.raw.setdefault(label, []).append(
            {**load.result, "cpu_seconds": load.cpu,
             "others_cpu_seconds": round(load.others, 2)})
        self.cpu["wall"] += load.result["seconds"]
        self.cpu["others"] += load.others
        return load

    def rounds(self, label, *sides, seconds=None, rounds=None, each=None,
               **keywords):
        """Runs each(), and each side (who, server, mode, options) in turn,
        round after round, so that what disturbs the machine disturbs all.
        rounds: at least so many."""
        seconds = self.options.seconds or seconds or 1.5
        results = [Rounds(who) for who, *_ in sides]

        for _ in range(max(self.options.rounds, rounds or 0)):
            if each:
                each()
            for result, (who, server, mode, *options) in zip(results, sides):
                result.loads.append(self.load(
                    f"{label}, {who}", server, mode, "--seconds", seconds,
                    *options, **keywords))

        return results

    # rows

    def compare(self, rows, measure):
        """Prints the rows that measure() fills, or says why it could not."""
        began = time.monotonic()

        try:
            measure(*rows)
        except FAILURES as error:
            why = str(error) if isinstance(error, ServerError) \
                else f"{type(error).__name__}: {error}"
            if rows[0].canvas is None:
                rows[0].notes = [f"not measured: {why}"]
            else:
                rows[-1].notes.append(f"not measured further: {why}")

        self.rows += rows
        for row in rows:
            print(line(row), flush=True)

        self.raw.setdefault("seconds", []).append(
            [rows[0].what.strip(), round(time.monotonic() - began, 1)])


def say_all(row, sides):
    row.notes += [note for side in sides for note in side.notes()]
    late = [f"{side.who} {side.late:.0f}" for side in sides
            if side.late > LATE]

    if late:
        row.notes.append("the generator itself was late, p99 ms: "
                         + ", ".join(late))


def fill(rows, sides, hist, percentiles=("p50", "p99")):
    """The percentiles of the first two sides."""
    for row, percentile in zip(rows, percentiles):
        row.canvas, row.reference = (side.milliseconds(hist, percentile)
                                     for side in sides[:2])
        row.of = sides[1].who


def fetch(port, path, encoding="identity"):
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}",
                                     headers={"Accept-Encoding": encoding})
    with urllib.request.urlopen(request, timeout=10) as response:
        return response.read()


__all__ = ["Bench", "NoCanvas", "Row", "fill", "fetch", "say_all"]
