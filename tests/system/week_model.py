"""The statistics of a week, counted in the plainest way.

Written from docs/sql.md, "Statistics of a week", and not from the helper: it
keeps the canvas as a dictionary, and after each placement walks all of the
area that the pixel is in.
"""

import collections
import fractions

ROUND = {10 ** n: text for n, text in
         ((4, "10k"), (5, "100k"), (6, "1M"), (7, "10M"))}

# who: what it is counted for; None: nobody, a rule changed the pixel
Change = collections.namedtuple("Change", "seq at x y color who faction")
Reset = collections.namedtuple("Reset", "at")


class Owner:
    def __init__(self):
        self.placed = self.overwritten = self.largest = self.final = 0
        self.collaborations = self.last_seq = 0
        self.partners = set()

    def columns(self):
        return (self.placed, self.overwritten, self.placed - self.overwritten,
                self.largest, self.final, self.collaborations,
                len(self.partners))


class Week:
    """changes: those of the week in order, resets between them."""

    def __init__(self, changes, owner_of):
        self.owners = collections.defaultdict(Owner)
        self.canvas = {}
        self.best = (0, None, None)
        for change in changes:
            if isinstance(change, Reset):
                for who in self.canvas.values():
                    self.owners[who].overwritten += 1
                self.canvas = {}
            else:
                self.change(change, owner_of(change))
        for pixel, who in self.canvas.items():
            owner = self.owners[who]
            owner.final = max(owner.final, len(self.area(pixel)))

    def change(self, change, who):
        pixel = change.x, change.y
        if pixel in self.canvas:
            self.owners[self.canvas.pop(pixel)].overwritten += 1
        if who is None:
            return
        others = {self.canvas[near] for near in around(pixel)
                  if self.canvas.get(near, who) != who}
        owner = self.owners[who]
        owner.placed += 1
        owner.last_seq = change.seq
        owner.collaborations += bool(others)
        owner.partners |= others
        self.canvas[pixel] = who
        area = len(self.area(pixel))
        owner.largest = max(owner.largest, area)
        if area > self.best[0]:
            self.best = area, who, change.at

    def area(self, pixel):
        who, seen, left = self.canvas[pixel], {pixel}, [pixel]
        while left:
            for near in around(left.pop()):
                if near not in seen and self.canvas.get(near) == who:
                    seen.add(near)
                    left.append(near)
        return seen

    def scores(self, scoring, votes):
        """By owner, exactly: (score, last seq)."""
        factor = {name: fractions.Fraction(str(value))
                  for name, value in scoring.items()}
        return {who: (factor.get("pixel_points", 1) * owner.placed
                      + factor.get("territory_multiplier", 0) * owner.largest
                      + factor.get("collaboration_bonus", 0)
                      * owner.collaborations
                      + factor.get("vote_points", 0) * votes.get(who, 0),
                      owner.last_seq)
                for who, owner in self.owners.items()}


def around(pixel):
    x, y = pixel
    return (x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)


def ranks(scores):
    """Equal scores share a rank: 1, 1, 3."""
    return {who: 1 + sum(other > score for other, _ in scores.values())
            for who, (score, _) in scores.items()}


def winner(scores):
    if not scores:
        return None
    return min(scores, key=lambda who: (-scores[who][0], scores[who][1]))


def reputation(rank, participants, won):
    share = fractions.Fraction(participants - rank, max(participants - 1, 1))
    # half a point is rounded up, as numeric does
    return 10 + int(40 * share + fractions.Fraction(1, 2)) + 50 * won


def heatmap(changes, width, height):
    side = -(-max(width, height) // 50)
    columns, rows = -(-width // side), -(-height // side)
    counts = [0] * (columns * rows)
    for change in placed(changes):
        counts[change.x // side + change.y // side * columns] += 1
    return {"cell": side, "width": columns, "height": rows, "counts": counts}


def colors(changes, palette):
    counts = collections.Counter(change.color for change in placed(changes))
    return [{"index": color, "color": palette[color], "pixels_placed": count}
            for color, count in sorted(counts.items(),
                                       key=lambda item: (-item[1], item[0]))]


def placed(changes):
    return [change for change in changes
            if isinstance(change, Change) and change.who is not None]


def moments(changes, best, name_of):
    """[(instant, event)], in order of time."""
    pixels = placed(changes)
    found = [(change.at, "Canvas reset") for change in changes
             if isinstance(change, Reset)][:8]
    if pixels:
        minutes = collections.Counter(
            change.at.replace(second=0, microsecond=0) for change in pixels)
        most = max(minutes.values())
        first = min(at for at, count in minutes.items() if count == most)
        size, who, at = best
        found += [
            (pixels[0].at, f"First pixel, by {name_of(pixels[0].who)}"),
            (first, f"Busiest minute: {most} pixels"),
            (at, f"Largest territory: {size} pixels of {name_of(who)}"),
            (pixels[-1].at, f"Last pixel, by {name_of(pixels[-1].who)}")]
        found += [(pixels[count - 1].at, f"First {text} pixels")
                  for count, text in ROUND.items() if count <= len(pixels)]
    return sorted(found)
