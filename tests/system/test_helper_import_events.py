"""canvas-helper import-events, alone and after export-events."""

import base64
import collections
import contextlib
import datetime
import gzip
import random
import re

import PIL.Image
import psycopg2
import pytest

from event_files import COLORS, ENVIRONMENT, HEADER
from event_files import failure, recorded, rows_of, stamp
from harness.stack import wait_for
from redis_fixture import unpack
from stores import Load, flood
from stores import library_redis, shared_postgres  # noqa: F401
from stores import bare_stores, stores  # noqa: F401

NOW = datetime.datetime.now(datetime.timezone.utc)


def write(stores, form, *lines, name="in.csv"):
    path = stores.directory / name
    path.write_text("\n".join([HEADER[form], *lines, ""]))
    return path


def write_months(stores, months, each):
    """A file for imports of many parts: so many events in each month."""
    return write(stores, "2022", *(
        f'2022-0{1 + i // each}-0{1 + i % 9} 12:00:00 UTC,'
        f'u{i % 99},#FF4500,"{i % 100},{i % 70}"'
        for i in range(months * each)))


def archive_pixels(stores, archive):
    data, width, height, palette = stores.sql(
        "SELECT canvas_data, width, height, palette FROM canvas_archives "
        "WHERE id = %s", archive)[0]
    return unpack(base64.b64decode(data), len(palette), width * height)


def nothing_visible(stores):
    assert stores.value("SELECT count(*) FROM canvas_imports") == 0
    assert stores.value("SELECT count(*) FROM canvas_archives") == 0
    assert stores.value("SELECT count(*) FROM pixel_events") == 0


def staged(stores):
    return stores.value("SELECT count(*) FROM pg_class WHERE relkind = 'r' "
                        "AND relname LIKE 'pixel_import%%'")


def nothing_imported(stores):
    nothing_visible(stores)
    assert staged(stores) == 0


@pytest.mark.parametrize("form", ["2017", "2022"])
def test_round_trip(stores, form):
    """Out, in as an archive of several parts, out again: the same but for
    the names."""
    recorded(stores, 700)
    path = stores.directory / "out.csv.gzip"
    stores.ok("export-events", "--format", form, "--gzip", "-o", path,
              environment=ENVIRONMENT)
    more = ["--palette", "canvas"] if form == "2017" else []
    answer = stores.json("import-events", path, "--part", "100", *more)
    assert (answer["form"], answer["events"], answer["skipped"],
            answer["width"], answer["height"], answer["colors"]) == (
                form, 700, 0, 64, 48, 16)

    archive = answer["archiveId"]
    assert archive_pixels(stores, archive) == unpack(stores.state(), 16,
                                                     64 * 48)
    assert stores.sql("SELECT total_pixels_placed, unique_contributors "
                      "FROM canvas_archives") == [(700, 20)]

    out = gzip.decompress(path.read_bytes()).decode()
    arguments = ["export-events", "--format", form, "--archive", archive,
                 "-o", "-"]
    again = stores.ok(*arguments, environment=ENVIRONMENT)
    assert stores.ok(*arguments, environment=ENVIRONMENT) == again

    before, after = rows_of(out), rows_of(again)
    assert [row[:1] + row[2:] for row in before] == [row[:1] + row[2:]
                                                     for row in after]
    # each user has one new name, and nobody shares it
    names = {old[1]: new[1] for old, new in zip(before, after)}
    assert [names[row[1]] for row in before] == [row[1] for row in after]
    assert len(set(names.values())) == len(names)

    # a picture from the log is the one that the import stored
    picture = stores.directory / "out.png"
    stores.ok("export-png", "--archive", archive, "--at-seq", "700", "-o",
              picture)
    with PIL.Image.open(picture) as image:
        assert list(image.getdata()) == archive_pixels(stores, archive)

    # what restores and counts sees nothing of it
    assert stores.sql("SELECT count(*) FROM restore_events(0, 0)") == [(700,)]
    assert stores.value(
        "SELECT total_pixels_this_week FROM current_canvas") == 700


def naive(lines, width, height, background):
    """seq -> (user, x, y, color, old_color) by the simplest means."""
    pixels, made = [background] * (width * height), []
    for _, user, color, places in sorted(lines, key=lambda line: line[0]):
        for x, y in places:
            made.append((user, x, y, color, pixels[x + y * width]))
            pixels[x + y * width] = color
    return made, pixels


@pytest.mark.parametrize("arguments,tables", [
    ([], 3), (["--part", "700", "--jobs", "1"], 10),
    (["--part", "300", "--jobs", "3"], 21)])
def test_order_old_colours_and_rectangles(stores, arguments, tables):
    """Lines in any order over three ISO weeks, some of a same time."""
    rng = random.Random(5)
    base = datetime.datetime(2021, 12, 31, 12, tzinfo=datetime.timezone.utc)
    lines, texts = [], []
    for _ in range(3000):
        at = base + datetime.timedelta(
            milliseconds=rng.randrange(1500) * 864000)
        user, color = f"u{rng.randrange(9)}", rng.randrange(16)
        x, y, a, b = (rng.randrange(20) for _ in range(4))
        if rng.random() < 0.02:
            places = [(i, j) for j in range(min(y, b), max(y, b) + 1)
                      for i in range(min(x, a), max(x, a) + 1)]
            where = f"{x},{y},{a},{b}"
        else:
            places, where = [(x, y)], f"{x},{y}"
        lines.append((at, user, color, places))
        texts.append(f'{stamp(at)},{user},#{COLORS[color]},"{where}"')

    answer = stores.json("import-events", "--canvas-size", "20x20",
                         *arguments, write(stores, "2022", *texts))
    made, pixels = naive(lines, 20, 20, 15)
    rows = stores.sql(
        "SELECT user_id::text, x, y, color, old_color, seq, epoch "
        "FROM pixel_events ORDER BY seq")
    assert [row[1:5] for row in rows] == [row[1:] for row in made]
    assert [row[5] for row in rows] == list(range(1, len(made) + 1))
    assert {row[6] for row in rows} == {10 ** 9}
    users = collections.defaultdict(set)
    for row, line in zip(rows, made):
        users[line[0]].add(row[0])
    assert {len(ids) for ids in users.values()} == {1}
    assert len(set.union(*users.values())) == 9
    assert archive_pixels(stores, answer["archiveId"]) == pixels

    assert stores.value("SELECT count(DISTINCT tableoid) "
                        "FROM pixel_events") == tables
    assert stores.value("SELECT count(DISTINCT id) FROM pixel_events") == \
        len(made)
    # VACUUM would find nothing to do
    stores.sql("CREATE EXTENSION pg_visibility")
    assert stores.value(
        "SELECT count(*) FROM (SELECT DISTINCT tableoid AS id "
        "FROM pixel_events) AS t, pg_visibility_map(t.id::regclass) AS v "
        "WHERE NOT v.all_frozen") == 0
    assert stores.sql(
        "SELECT week_number, year, total_pixels_placed, unique_contributors, "
        "stats->'totals'->>'guests' FROM canvas_archives") == [
            (2, 2022, len(made), 9, "9")]


def test_forms_of_lines(stores):
    """Both headers and times of 2017, CRLF, a byte order mark."""
    path = stores.directory / "x.csv"
    path.write_bytes(
        b"\xef\xbb\xbfts,user_hash,x_coordinate,y_coordinate,color\r\n"
        b"1490991480000,+++/DjiwyzTQzfai1RGavwwdeF0=,4,0,13\r\n"
        b"\r\n"
        b"2017-04-01 00:00:00 UTC,b,0,1,3\r\n"
        b"2017-04-01 00:00:00.5 UTC,b,1,1,4")
    answer = stores.json("import-events", path)
    assert (answer["width"], answer["height"], answer["events"]) == (5, 2, 3)
    assert archive_pixels(stores, answer["archiveId"]) == [
        0, 0, 0, 0, 13, 3, 4, 0, 0, 0]
    assert stores.value("SELECT palette[14] FROM canvas_archives") == "#0000EA"
    assert stores.sql("SELECT extract(epoch FROM created_at)::float8 "
                      "FROM pixel_events ORDER BY seq") == [
        (1490991480.0,), (1491004800.0,), (1491004800.5,)]


def test_colours_that_are_found(stores):
    """Not of the canvas: a palette of its own, white is added."""
    answer = stores.json("import-events", write(
        stores, "2022", '2022-04-01 12:00:00 UTC,a,#6D001A,"0,0"',
        '2022-04-01 12:00:01 UTC,a,#ff4500,"1,0"'))
    assert stores.sql("SELECT palette, background FROM canvas_archives") == [
        (["#6D001A", "#FF4500", "#FFFFFF"], 2)]
    assert archive_pixels(stores, answer["archiveId"]) == [0, 1]


def test_palettes(stores):
    lines = [f'2022-04-01 12:00:00 UTC,a,#{i:06X},"{i},0"'
             for i in range(257)]
    assert "line 258: this is the 257th colour" in failure(
        stores, "import-events", write(stores, "2022", *lines))
    answer = stores.json("import-events", write(stores, "2022", *lines[:256]))
    assert answer["colors"] == 256
    assert archive_pixels(stores, answer["archiveId"]) == list(range(256))

    colors = stores.directory / "colors"
    colors.write_text("#000000\n#000001\n")
    assert "line 4: this colour is not in the palette" in failure(
        stores, "import-events", "--palette", colors,
        write(stores, "2022", *lines[:3]))
    assert stores.json(
        "import-events", "--palette", colors, "--skip-bad",
        write(stores, "2022", *lines[:3]))["skipped"] == 1
    colors.write_text("red\n")
    assert "colors:1: expected #RRGGBB" in failure(
        stores, "import-events", "--palette", colors,
        write(stores, "2022", *lines[:3]))
    assert "line 2: this colour is not in the palette" in failure(
        stores, "import-events",
        write(stores, "2017", "2017-04-01 00:00:00 UTC,a,0,0,16"))
    assert "by number" in failure(
        stores, "import-events", "--palette", "found", write(stores, "2017"),
        code=2)


GOOD = '2022-04-01 12:00:00.1 UTC,a,#FF4500,"1,2"'


MALFORMED = [
    ("nonsense", "4 fields expected"),
    (GOOD + ",x", "4 fields expected"),
    (GOOD.replace("2022-04", "2022-13"), "no time like"),
    (GOOD.replace("2022-04-01", "2022-02-29"), "no time like"),
    (GOOD.replace("12:00", "25:00"), "no time like"),
    (GOOD.replace(" UTC", ""), "no time like"),
    (GOOD.replace("2022", "1969"), "no time like"),
    (GOOD.replace(",a,", ",,"), "the user is missing"),
    (GOOD.replace(",a,", "," + "a" * 129 + ","), "the user is missing"),
    (GOOD.replace(",a,", ",a b,"), "a character that no hash has"),
    (GOOD.replace("#FF4500", "#FF450G"), "a colour is #RRGGBB"),
    (GOOD.replace("#FF4500", "4"), "a colour is #RRGGBB"),
    (GOOD.replace("1,2", "1"), "coordinates are"),
    (GOOD.replace("1,2", "1,2,3"), "coordinates are"),
    (GOOD.replace("1,2", "1,-2"), "coordinates are"),
    (GOOD.replace("1,2", "1,65535"), "coordinates are"),
    (GOOD.replace("1,2", "1,99999999999"), "coordinates are"),
    (GOOD.replace("1,2", "0,0,60000,60000"), "larger than any canvas"),
    (GOOD.replace('"1,2"', '"{X: 1, Y: 2, R: 3}"'), "coordinates are"),
    ("x" * 3000000, "4 fields expected"),
]


def test_malformed_lines(stores):
    for line, pattern in MALFORMED:
        path = write(stores, "2022", GOOD, line, GOOD)
        assert re.search(rf"in.csv, line 3: .*{re.escape(pattern)}",
                         failure(stores, "import-events", path))
    nothing_imported(stores)

    # or left out
    path = write(stores, "2022", GOOD, *(line for line, _ in MALFORMED), GOOD)
    answer = stores.json("import-events", "--skip-bad", path)
    assert answer["events"] == 2
    assert answer["skipped"] >= len(MALFORMED)
    assert stores.value("SELECT skipped FROM canvas_imports") == \
        answer["skipped"]


NONE = [
    (b"", "is empty"),
    (b"a,b,c\n", "line 1: no header of an event file"),
    (HEADER["2022"].encode(), "has no event"),
    (gzip.compress(HEADER["2022"].encode() + b"\n" + GOOD.encode() * 50)[:-30],
     "the gzip file is cut off"),
    (gzip.compress(b"x" * 100)[:12] + b"\xff" * 50, "cannot read"),
    (b"\x00\x01\x02\xff" * 500, "no header"),
]


def test_files_that_are_none(stores):
    for content, pattern in NONE:
        path = stores.directory / "in.csv.gz"
        path.write_bytes(content)
        assert pattern in failure(stores, "import-events", path)
    nothing_imported(stores)


def test_import_errors(stores):
    path = write(stores, "2022", GOOD)
    for arguments, code, pattern in (
            ([stores.directory / "none"], 1, "No such file"),
            ([stores.directory], 1, "Is a directory"),
            ([path, "--format", "2017"], 1, "header of the 2022 form"),
            ([path, "--format", "2019"], 2, "--format is 2017, 2022 or auto"),
            ([path, "--canvas-size", "0x4"], 2, "WIDTHxHEIGHT"),
            ([path, "--canvas-size", "65535x65535"], 2, "WIDTHxHEIGHT"),
            ([path, "--canvas-size", "1x1"], 1, "line 2: outside the canvas"),
            ([path, "--mode", "none"], 1, 'no game mode "none"'),
            ([path, "--jobs", "0"], 2, "--jobs is a number from 1 to 16"),
            ([path, "--part", "x"], 2, "--part is a number from 1 to"),
            ([path, "--palette", "/nonexistent"], 1, "cannot read /nonexist"),
            ([path, "--live", "--mode", "classic"], 2, "--live takes"),
            ([write(stores, "2022", GOOD, GOOD.replace("1,2", "65000,65000"),
                    name="far.csv")], 1, "need a canvas of 65001x65001"),
            ([], 2, "usage: canvas-helper import-events")):
        assert pattern in failure(stores, "import-events", *arguments,
                                  code=code)
    nothing_imported(stores)


def test_same_file_twice(stores):
    path = write(stores, "2022", GOOD)
    archive = stores.json("import-events", path)["archiveId"]
    assert f"this file is archive {archive} already" in failure(
        stores, "import-events", path)

    # nor in another wrapping; another file is another archive
    packed = stores.directory / "in.csv.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert "already" in failure(stores, "import-events", packed)
    other = stores.json("import-events", "-", "--mode", "speed-run",
                        stdin=path.read_text() + GOOD + "\n")["archiveId"]
    assert stores.sql(
        "SELECT i.epoch, m.slug, a.total_pixels_placed FROM canvas_imports i "
        "JOIN canvas_archives a ON a.id = i.archive_id JOIN game_modes m "
        "ON m.id = a.game_mode_id ORDER BY 1") == [
            (10 ** 9, "classic", 1), (10 ** 9 + 1, "speed-run", 2)]
    assert len(rows_of(stores.ok(
        "export-events", "--archive", other, "--format", "2022", "-o", "-",
        environment=ENVIRONMENT))) == 3


def test_two_at_once(stores):
    with stores.connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('canvas:import'))")
        assert "another import is running" in failure(
            stores, "import-events", write(stores, "2022", GOOD), code=3)
        cursor.execute("SELECT pg_advisory_unlock_all()")


def test_beside_a_recorder(stores):
    """Placements go on and are recorded; nothing of theirs is touched."""
    recorder = stores.record()
    flood(stores, 100)
    with Load(stores, 3, batch=200) as load:
        for number in range(4):
            lines = [GOOD.replace("2022-04-01", f"20{number:02}-{month:02}-07")
                     for month in range(1, 13)]
            # the last of them is of a week that is being recorded
            lines.append(GOOD.replace("2022-04-01", f"{stamp(NOW)[:10]}"))
            assert stores.json("import-events", write(
                stores, "2022", *lines))["events"] == 13
    stores.wait_recorded()
    assert stores.value("SELECT count(*) FROM pixel_events") == \
        len(load.acknowledged) + 100 + 4 * 13
    assert stores.value("SELECT count(*) FROM pixel_events_default") == 0
    assert recorder.poll() is None
    assert "[error]" not in stores.record_log()
    assert "[alert]" not in stores.record_log()


def test_import_beside_analyze(stores):
    """Whoever looks at a part while it is on its way waits, or is waited for:
    a deadlock ended the import."""
    path = write_months(stores, 5, 40000)
    process = stores.spawn("import-events", "--part", "20000", path)
    analyzed = 0
    other = stores.postgres.connect(stores.name)
    other.autocommit = True
    with contextlib.closing(other), other.cursor() as cursor:
        while process.poll() is None:
            cursor.execute("SELECT relname FROM pg_class "
                           "WHERE relname ~ '^pixel_import_[0-9_]+$' "
                           "AND relkind = 'r'")
            for name, in cursor.fetchall():
                try:
                    cursor.execute(f"ANALYZE canvas.{name}")
                    analyzed += 1
                except psycopg2.errors.UndefinedTable:
                    pass                # it has become part of the log
    assert process.returncode == 0
    assert analyzed > 0
    assert stores.value("SELECT count(*) FROM pixel_events") == 200000
    assert stores.value("SELECT count(*) FROM pg_class "
                        "WHERE 'autovacuum_enabled=off' = ANY (reloptions)"
                        ) == 0


def killed_import(stores, path):
    """Killed with some of its parts staged, and others on their way."""
    process = stores.spawn("import-events", "--part", "20000", path)
    wait_for(lambda: staged(stores) > 2 or process.poll() is not None, 60)
    process.kill()
    process.wait()
    wait_for(lambda: stores.value(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = "
        "current_database()") == 1, 60)
    nothing_visible(stores)
    assert staged(stores) > 0


def test_killed_import(stores):
    """Nothing of one is seen; maintain or the next one takes it away."""
    path = write_months(stores, 6, 50000)
    killed_import(stores, path)
    with stores.connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('canvas:import'))")
        left = staged(stores)
        stores.ok("maintain")
        assert staged(stores) == left, "it may be of the import that runs"
        cursor.execute("SELECT pg_advisory_unlock_all()")
    stores.ok("maintain")
    nothing_imported(stores)

    killed_import(stores, path)
    assert stores.json("import-events", path)["events"] == 300000
    assert staged(stores) == 0


def test_as_the_service_role(stores):
    """The role that the helper has outside of tests owns nothing."""
    recorded(stores, 20)
    stores.configure(postgres=stores.postgres.conninfo(stores.name).replace(
        "user=postgres", "user=canvas_service"))
    archive = stores.json("import-events",
                          write(stores, "2022", GOOD))["archiveId"]
    for source in (["--archive", archive], ["--live"]):
        assert len(rows_of(stores.ok(
            "export-events", *source, "--format", "2022", "-o", "-",
            environment=ENVIRONMENT))) == (2 if archive in source else 21)


def test_live(stores):
    """A fresh canvas begins with the picture, and goes on from there."""
    source = write(stores, "2022", *(
        f'2022-04-01 12:{i % 60:02}:00 UTC,u{i % 4},#{COLORS[i % 16]},'
        f'"{i % 64},{i % 48}"' for i in range(500)))
    assert "not recorded yet" in failure(stores, "import-events", "--live",
                                         source)
    recorder = stores.record()
    stores.wait_recorded()
    assert "a recorder is running" in failure(
        stores, "import-events", "--live", source, code=3)
    recorder.terminate()
    recorder.wait()

    stores.ok("import-events", "--live", source)
    pixels = unpack(stores.state(), 16, 64 * 48)
    lines = [(i % 60 * 500 + i, f"u{i % 4}", i % 16, [(i % 64, i % 48)])
             for i in range(500)]
    assert pixels == naive(lines, 64, 48, 15)[1]
    assert stores.position()[1] == 500
    assert stores.sql("SELECT total_pixels_this_week, "
                      "unique_contributors_this_week "
                      "FROM current_canvas") == [(500, 4)]

    recorded(stores, 10)
    assert stores.value("SELECT total_pixels_this_week "
                        "FROM current_canvas") == 510
    assert stores.value("SELECT max(seq) FROM pixel_events") == 510
    assert "is not fresh" in failure(stores, "import-events", "--live", source)
    stores.ok("rotate", "--force")
    assert stores.value("SELECT total_pixels_placed "
                        "FROM canvas_archives") == 510
