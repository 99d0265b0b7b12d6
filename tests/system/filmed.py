"""A week written straight into PostgreSQL, and what it should look like.

Week is a random log of one week: epochs that begin with a reset, a restart or
a restore, entries that Redis lost, a clock that is set back.  It is replayed
here as plainly as can be.  Times are microseconds since 1970.
"""

import base64
import datetime
import random
import uuid

import psycopg2.extras

UTC = datetime.timezone.utc
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=UTC)
US = datetime.timedelta(microseconds=1)

PALETTE = [tuple(bytes.fromhex(text)) for text in (
    "FF4500 FFA800 FFD635 00A368 7EED56 2450A4 3690EA 51E9F4 "
    "811E9F B44AC0 FF99AA 9C6926 000000 898D90 D4D7D9 FFFFFF").split()]
BACKGROUND = 15


def moment(us):
    return EPOCH + us * US


def written(us):
    """RFC 3339."""
    return moment(us).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class Week:
    """entries: (kind, us, x, y, color) in log order, kind p or clear."""

    def __init__(self, stores, seed=1, count=2000, began=None,
                 length=3_600_000_000, turns=("reset", "restart", "reset")):
        self.stores = stores
        self.width, self.height = stores.width, stores.height
        self.rng = random.Random(seed)
        self.entries, self.rows, self.epochs = [], [], []
        stores.ok("snapshot")                   # the first epoch is recorded
        self.start = stores.sql("SELECT max(epoch), max(seq) "
                                "FROM recorder_progress")[0]
        if began is None:
            began = int((datetime.datetime.now(UTC) - EPOCH) / US) \
                - length - 60_000_000
        self.began, self.ended = began, began + length
        self.fill(count, turns)

    def fill(self, count, turns):
        """The clock runs on, but for a step back of a minute."""
        epoch, seq = self.start
        parts = len(turns) + 1
        step = (self.ended - self.began) // (count + parts)
        us = self.began

        for part in range(parts):
            if part:
                epoch += self.rng.randrange(1, 5)
                us += step
                seq = self.turn(turns[part - 1], epoch, seq, us)
            for _ in range(count // parts):
                us += step
                seq += 1
                shown = us
                if part == 1 and self.rng.random() < .2:
                    shown -= 60_000_000
                self.place(epoch, seq, max(shown, self.began))

        self.end = epoch, seq

    def turn(self, reason, epoch, seq, us):
        """The base_seq of the epoch; a restart has lost the last few."""
        if reason == "reset":
            self.entries.append(("clear", us, None, None, BACKGROUND))
        elif reason == "restart":
            seq -= 7
            del self.entries[-7:]
            del self.rows[-7:]
        self.epochs.append((epoch, seq, reason, us))
        return seq

    def place(self, epoch, seq, us):
        """Some places are more popular than others."""
        x = min(int(self.rng.expovariate(4 / self.width)), self.width - 1)
        y = self.rng.randrange(self.height)
        color = self.rng.randrange(16)
        self.entries.append(("p", us, x, y, color))
        self.rows.append((epoch, seq, x, y, color, us))

    def add(self, x, y, color):
        """One more change, at the end."""
        epoch, seq = self.end
        us = self.began + 1000 * (len(self.rows) + 1)
        self.entries.append(("p", us, x, y, color))
        self.rows.append((epoch, seq + 1, x, y, color, us))
        self.end = epoch, seq + 1

    def store(self):
        stores = self.stores
        actor = str(uuid.UUID(int=7))
        with stores.connection.cursor() as cursor:
            cursor.execute("SET search_path = canvas, public")
            cursor.execute(
                "UPDATE current_canvas SET week_started_at = %s",
                (moment(self.began),))
            cursor.execute("UPDATE canvas_epochs SET started_at = %s",
                           (moment(self.began),))
            cursor.executemany(
                "INSERT INTO canvas_epochs (epoch, base_seq, reason, "
                "week_number, year, started_at) VALUES (%s, %s, %s, 6, 2026, "
                "%s)", [(*row[:3], moment(row[3])) for row in self.epochs])
            psycopg2.extras.execute_values(
                cursor,
                "INSERT INTO pixel_events (epoch, seq, x, y, color, "
                "old_color, created_at, user_id) VALUES %s",
                [(*row[:5], 0, moment(row[5]), actor) for row in self.rows],
                page_size=1000)
            cursor.execute("UPDATE recorder_progress SET epoch = %s, "
                           "seq = %s", self.end)
        return self

    def archive(self):
        """Closes it as rotate would; returns the id."""
        identity = str(uuid.uuid4())
        after = self.end[0] + 3
        self.stores.sql(
            "INSERT INTO canvas_archives (id, week_number, year, started_at, "
            "ended_at, game_mode_id, canvas_data, width, height, background, "
            "palette, total_pixels_placed, unique_contributors, first_epoch, "
            "closing_epoch, new_epoch, last_seq) "
            "SELECT %s, 6, 2026, %s, %s, current_game_mode_id, %s, width, "
            "height, background, palette, %s, 1, %s, %s, %s, %s "
            "FROM current_canvas",
            identity, moment(self.began), moment(self.ended),
            base64.b64encode(pack(self.image())).decode(), len(self.rows),
            self.start[0], self.end[0], after, self.end[1])
        self.stores.sql(
            "INSERT INTO canvas_epochs (epoch, base_seq, reason, week_number,"
            " year, started_at) VALUES (%s, %s, 'rotate', 7, 2026, %s)",
            after, self.end[1], moment(self.ended))
        self.stores.sql("UPDATE canvas_epochs SET archive_id = %s "
                        "WHERE epoch < %s", identity, after)
        self.stores.sql(
            "UPDATE current_canvas SET start_epoch = %s, start_seq = %s, "
            "week_started_at = %s", after, self.end[1], moment(self.ended))
        self.stores.sql("UPDATE recorder_progress SET epoch = %s", after)
        return identity

    def image(self, count=None):
        """Palette indices behind the first count entries."""
        pixels = [BACKGROUND] * (self.width * self.height)
        for kind, _, x, y, color in self.entries[:count]:
            if kind == "clear":
                pixels = [color] * len(pixels)
            else:
                pixels[x + y * self.width] = color
        return pixels

    def entries_until(self, us):
        """How many there are before the first that is later."""
        for i, entry in enumerate(self.entries):
            if entry[1] > us:
                return i
        return len(self.entries)

    def image_at(self, us):
        return self.image(self.entries_until(us))

    def counts(self, entries=None):
        counts = [0] * (self.width * self.height)
        for kind, _, x, y, _ in self.entries[:entries]:
            if kind == "p":
                counts[x + y * self.width] += 1
        return counts


def pack(pixels):
    return bytes(a << 4 | b for a, b in zip(pixels[::2], pixels[1::2]))


def colors(pixels):
    return [PALETTE[index] for index in pixels]
