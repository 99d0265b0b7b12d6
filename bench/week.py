"""A running week of many events, made without playing it."""

import contextlib
import re
import subprocess
import time

import psycopg2

from servers import BUILD, ServerError, wait_for

# columns of what event_rows writes
COPY = "epoch, seq, x, y, color, old_color, created_at, user_id"

DAY = 86_400_000                # ms


def helper(stack, *arguments, **settings):
    """The command; settings beside those of the stack."""
    conf = stack.path("run", "canvas-helper.conf")
    if settings:
        with open(conf, encoding="utf-8") as file:
            text = file.read() + "".join(f"{name} = {value}\n" for name, value
                                         in settings.items())
        conf += ".bench"
        with open(conf, "w", encoding="utf-8") as file:
            file.write(text)

    return [BUILD / "canvas-helper", "--config", conf, *arguments]


class Database:
    """The PostgreSQL of a stack, as its owner."""

    def __init__(self, stack):
        with open(stack.path("run", "canvas-helper.conf"),
                  encoding="utf-8") as file:
            found = re.search(r"^postgres = (.*) user=\S+$", file.read(),
                              re.M)
        self.connection = psycopg2.connect(
            f"{found[1]} user=postgres options='-c search_path=canvas,public "
            "-c statement_timeout=300s'")
        self.connection.autocommit = True

    def close(self):
        self.connection.close()

    @contextlib.contextmanager
    def cursor(self):
        try:
            with self.connection.cursor() as cursor:
                yield cursor
        except psycopg2.Error as error:
            raise ServerError(f"PostgreSQL: {str(error).splitlines()[0]}") \
                from None

    def run(self, text, *values):
        with self.cursor() as cursor:
            cursor.execute(text, values)

    def row(self, text, *values):
        with self.cursor() as cursor:
            cursor.execute(text, values)
            return cursor.fetchone()

    def value(self, text, *values):
        return self.row(text, *values)[0]

    def copy(self, text, file):
        with self.cursor() as cursor:
            cursor.copy_expert(text, file, size=1 << 20)

    def step(self):
        """Of the newest rotation."""
        found = self.row("SELECT step FROM rotations ORDER BY id DESC "
                         "LIMIT 1")
        return found and found[0]


def event_rows(form, events, *options):
    """The program, its rows in stdout; they are of the last ISO week."""
    monday = time.gmtime().tm_wday + 7
    first = int(time.time()) // 86400 * DAY - monday * DAY
    return subprocess.Popen(
        [BUILD / "bench" / "event_rows", form, str(events), str(first),
         str(7 * DAY - 1000), *map(str, options)],
        stdout=subprocess.PIPE), first


def make_week(database, events):
    """The running week, which must be fresh, has had so many.  What an import
    does in one part; import-events itself would need the recorder stopped."""
    wait_for(lambda: database.value("SELECT epoch FROM recorder_progress"),
             "the recorder")
    epoch = database.value("SELECT epoch FROM recorder_progress")
    session = database.value("SELECT pg_backend_pid()")
    table = f"pixel_import_{session}_1"
    rows, first = event_rows("copy", events, epoch)

    with rows:
        database.run("BEGIN")
        database.run("SELECT import_tables(), import_stage(%s, 1)", session)
        database.copy(f"COPY {table} ({COPY}) FROM STDIN "
                      "(FORMAT binary, FREEZE)", rows.stdout)
        database.run("SELECT import_index(%s, 1, %s, %s)", session, first,
                     first + 7 * DAY)
        database.run("INSERT INTO import_counts SELECT user_id, count(*), "
                     "max(seq), extract(epoch FROM max(created_at)) * 1000 "
                     f"FROM {table} GROUP BY 1")
        database.run("SELECT import_live(%s, %s, ARRAY[%s])", epoch, events,
                     first)
        database.run("UPDATE current_canvas SET week_started_at = "
                     "to_timestamp(%s / 1000.0)", first)
        database.run("UPDATE canvas_epochs SET started_at = "
                     "to_timestamp(%s / 1000.0)", first)
        database.run("COMMIT")

    database.run("ANALYZE pixel_events")
    # what it left to write is not the rotation's
    database.run("CHECKPOINT")
