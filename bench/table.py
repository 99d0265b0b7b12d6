"""The rows of the table, and how they are printed."""

from dataclasses import dataclass, field


@dataclass
class Row:
    what: str
    unit: str
    canvas: float | None = None
    reference: float | None = None
    of: str = ""            # what the reference is
    less: bool = True       # less is better
    aim: float | None = None        # of the ratio, or of the figure
    absolute: bool = False  # the aim is of the figure
    notes: list = field(default_factory=list)

    @property
    def ratio(self):
        if self.canvas is None or not self.reference:
            return None
        return self.canvas / self.reference

    @property
    def met(self):
        """None: there is no aim, or nothing was measured."""
        value = self.canvas if self.absolute else self.ratio
        if self.aim is None or value is None:
            return None
        return value <= self.aim if self.less else value >= self.aim


def number(value):
    if value is None:
        return "not measured"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    if abs(value) >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}" if abs(value) >= 1 else f"{value:.3f}"


def aim_text(row):
    if row.aim is None:
        return ""

    sign = "≤" if row.less else "≥"
    text = f"{sign} {row.aim:,.6g}{'' if row.absolute else ' ×'}"
    return text + {True: " ok", False: " MISSED", None: ""}[row.met]


HEAD = (f"{'':<46} {'canvas':>12} {'reference':>12} {'':<5} {'ratio':>6}  "
        f"{'aim':<16} reference")


def line(row):
    ratio = "-" if row.ratio is None else f"{row.ratio:.2f}"
    reference = "-" if row.reference is None else number(row.reference)
    text = (f"{row.what:<46} {number(row.canvas):>12} {reference:>12} "
            f"{row.unit:<5} {ratio:>6}  {aim_text(row):<16} {row.of}")

    return "\n".join([text.rstrip(),
                      *(f"      {note}" for note in row.notes)])
