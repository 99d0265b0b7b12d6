"""The canvas as nginx serves it, as Redis holds it and as PostgreSQL tells.

Every way of reading gives an Image; images of the same (epoch, seq) must be
equal.  Nothing here uses the project's own code: packing, replay and order
are written again from docs/redis.md and docs/sql.md.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Image:
    width: int
    height: int
    epoch: int
    seq: int
    pixels: bytes           # one a pixel, row by row

    def __getitem__(self, at):
        x, y = at
        return self.pixels[y * self.width + x]

    def differences(self, other):
        """Up to ten (x, y, ours, theirs)."""
        found = [(i % self.width, i // self.width, a, b)
                 for i, (a, b) in enumerate(zip(self.pixels, other.pixels))
                 if a != b]
        return found[:10]


def unpack(packed, pixels):
    """4 bits a pixel, high nibble first, to one byte a pixel."""
    nibbles = bytes(value for byte in packed
                    for value in (byte >> 4, byte & 15))
    return nibbles[:pixels]


def from_http(response):
    """The body and headers of GET /api/v1/canvas."""
    head = response.headers
    width, height = int(head["X-Canvas-Width"]), int(head["X-Canvas-Height"])
    assert len(response.content) == width * height

    return Image(width, height, int(head["X-Canvas-Epoch"]),
                 int(head["X-Canvas-Seq"]), response.content)


def from_redis(redis, prefix):
    """The bit field with its seq, read in one transaction."""
    with redis.pipeline(transaction=True) as pipe:
        pipe.get(prefix + "canvas:state")
        pipe.get(prefix + "canvas:seq")
        pipe.get(prefix + "canvas:epoch")
        pipe.hgetall(prefix + "canvas:rules")
        state, seq, epoch, rules = pipe.execute()

    width, height = int(rules[b"width"]), int(rules[b"height"])
    pixels = state if int(rules[b"colors"]) > 16 \
        else unpack(state, width * height)

    return Image(width, height, int(epoch), int(seq),
                 pixels[:width * height])


def from_postgres(cursor):
    """The replay of the log since the canvas was last fresh."""
    cursor.execute("SELECT width, height, background FROM current_canvas")
    width, height, background = cursor.fetchone()

    cursor.execute("SELECT epoch, base_seq FROM canvas_epochs WHERE reason "
                   "IN ('init', 'rotate', 'reset') ORDER BY epoch DESC "
                   "LIMIT 1")
    first, _ = cursor.fetchone()
    cursor.execute("SELECT epoch, seq FROM recorder_progress")
    epoch, seq = cursor.fetchone()

    pixels = bytearray([background]) * (width * height)
    cursor.execute("SELECT x, y, color FROM pixel_events WHERE epoch >= %s "
                   "ORDER BY epoch, seq", (first,))
    for x, y, color in cursor:
        pixels[y * width + x] = color

    return Image(width, height, epoch, seq, bytes(pixels))
