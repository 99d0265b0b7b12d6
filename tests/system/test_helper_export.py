"""canvas-helper export-png and user."""

import gzip
import io
import math
import os
import pathlib
import random
import stat
import subprocess

import PIL.Image
import pytest

from filmed import PALETTE as COLORS
from filmed import Week, moment, pack, written
from redis_fixture import unpack
from stores import HELPER, flood
from stores import library_redis, shared_postgres  # noqa: F401
from stores import bare_stores, stores  # noqa: F401

PALETTE = bytes.fromhex(
    "FF4500FFA800FFD63500A3687EED562450A43690EA51E9F4"
    "811E9FB44AC0FF99AA9C6926000000898D90D4D7D9FFFFFF")


@pytest.mark.parametrize("scale", [1, 4])
def test_live_canvas(stores, scale):
    flood(stores, 500)
    pixels = unpack(stores.state(), 16, 64 * 48)
    target = stores.directory / "out.png"
    stores.ok("export-png", "--live", "--scale", scale, "-o", target)
    with PIL.Image.open(target) as image:
        assert image.mode == "P"
        assert bytes(image.getpalette()[:48]) == PALETTE
        assert image.size == (64 * scale, 48 * scale)
        assert [image.getpixel((x * scale, y * scale)) for y in range(48)
                for x in range(64)] == pixels
    assert stat.S_IMODE(target.stat().st_mode) == 0o644
    assert sorted(path.name for path in stores.directory.iterdir()) == [
        "canvas-helper.conf", "out.png"]


def test_standard_output(stores):
    result = subprocess.run(
        [HELPER, "--config", stores.conf, "export-png", "-o", "-"],
        capture_output=True, timeout=60)
    assert (result.returncode, result.stderr) == (0, b"")
    assert PIL.Image.open(io.BytesIO(result.stdout)).size == (64, 48)


@pytest.mark.parametrize("target, pattern", [
    ("/nonexistent/x.png", "cannot write /nonexistent/x.png: No such file"),
    ("/dev/full", "cannot write /dev/full: it is no regular file"),
    ("/proc/x.png", "cannot write /proc/x.png"),
    ("/tmp", "cannot write /tmp: it is no regular file"),
    ("/tmp/" + "x" * 300, "File name too long"),
    ("/" + "x" * 5000, "File name too long"),
])
def test_target_that_cannot_be_written(stores, target, pattern):
    result = stores.helper("export-png", "-o", target)
    assert result.code == 1
    assert pattern in result.err
    assert result.err.count("\n") == 1


def test_full_disk_leaves_the_old_file(stores):
    """A file size limit stands for a disk that fills up half-way."""
    target = stores.directory / "out.png"
    target.write_bytes(b"old")
    flood(stores, 3000)
    result = subprocess.run(
        ["prlimit", "--fsize=700", HELPER, "--config", stores.conf,
         "export-png", "-o", target], capture_output=True, text=True)
    assert result.returncode == 1, result
    assert "cannot write" in result.stderr
    assert target.read_bytes() == b"old"
    assert sorted(path.name for path in stores.directory.iterdir()) == [
        "canvas-helper.conf", "out.png"]


def test_archive_that_does_not_exist(stores):
    archive = "00000000-0000-4000-8000-000000000000"
    result = stores.helper("export-png", "--archive", archive, "-o", "x.png")
    assert result.code == 1
    assert f"no archive {archive}" in result.err
    assert not pathlib.Path("x.png").exists()


def test_palette_that_does_not_fit(stores):
    stores.configure(palette="#000000,#FFFFFF", background=1)
    result = stores.helper("export-png", "-o", stores.directory / "x.png")
    assert result.code == 1
    assert "the canvas has 16 colours" in result.err


@pytest.fixture
def week(stores):
    return Week(stores).store()


def export(stores, *arguments):
    """Size, mode and pixels of the picture."""
    target = stores.directory / "out.png"
    stores.ok("export-png", "-o", target, *arguments)
    with PIL.Image.open(target) as image:
        return image.size, image.mode, list(image.getdata())


def moments(week, count, seed=5):
    """Random ones, and those where it matters: of a change, just before."""
    rng = random.Random(seed)
    found = [rng.randrange(week.began, week.ended) for _ in range(count)]
    for entry in rng.sample(week.entries, count):
        found += [entry[1], entry[1] - 1]
    turns = [entry[1] for entry in week.entries if entry[0] == "clear"]
    return ([week.ended, week.began] + found
            + [us - after for us in turns for after in (0, 1)])


def snapshots(stores, week, count=5):
    """Some, as the command of that name stores them."""
    rng = random.Random(8)
    seen = -1
    for i, entry in enumerate(week.entries):
        seen += entry[0] == "p"
        if entry[0] == "p" and rng.random() < count / len(week.entries):
            epoch, seq = week.rows[seen][:2]
            stores.sql("INSERT INTO canvas_snapshots (canvas_data, width, "
                       "height, epoch, seq) VALUES (%s, 64, 48, %s, %s)",
                       gzip.compress(pack(week.image(i + 1))), epoch, seq)


@pytest.mark.parametrize("kind", ["live", "archive", "snapshots"])
def test_any_instant(stores, week, kind):
    """The week is found by the time alone."""
    if kind == "snapshots":
        snapshots(stores, week)
        assert stores.value("SELECT count(*) FROM canvas_snapshots") > 2
    if kind == "archive":
        week.archive()              # its end is the next one's beginning
    for us in moments(week, 8)[kind == "archive":]:
        size, mode, pixels = export(stores, "--at", written(us))
        assert (size, mode) == ((64, 48), "P")
        assert pixels == week.image_at(us), written(us)


def test_snapshots_make_up_for_events_that_are_gone(stores, week):
    """Nothing before the nearest one is read."""
    count = next(i for i, entry in enumerate(week.entries)
                 if entry[0] == "clear") // 2
    epoch, seq = week.rows[count - 1][:2]
    stores.sql("INSERT INTO canvas_snapshots (canvas_data, width, height, "
               "epoch, seq) VALUES (%s, 64, 48, %s, %s)",
               gzip.compress(pack(week.image(count))), epoch, seq)
    stores.sql("DELETE FROM pixel_events WHERE epoch = %s AND seq <= %s",
               epoch, seq)
    later = week.entries[count + 9][1]
    assert export(stores, "--at", written(later))[2] == week.image_at(later)
    result = stores.helper("export-png", "--at",
                           written(week.entries[count - 9][1]), "-o",
                           stores.directory / "x.png")
    assert result.code == 1
    assert "are not in PostgreSQL any more" in result.err
    assert not (stores.directory / "x.png").exists()


def test_events_that_are_gone(stores, week):
    """In the middle, so that the position is known but not the way."""
    archive = week.archive()
    index = [i for i, row in enumerate(week.rows)
             if row[0] == week.start[0]][50]
    stores.sql("DELETE FROM pixel_events WHERE epoch = %s AND seq = %s",
               *week.rows[index - 20][:2])
    for arguments in (["--at-seq", week.rows[index][1]], ["--heatmap"]):
        result = stores.helper("export-png", "--archive", archive, *arguments,
                               "-o", stores.directory / "x.png")
        assert result.code == 1
        assert "1 of the changes" in result.err
        assert "not in PostgreSQL any more" in result.err


def test_snapshot_of_what_was_lost_is_not_used(stores, week):
    """Of an entry that the epoch after it began without."""
    epoch, base, _, us = week.epochs[1]         # a restart
    before = week.epochs[0][0]
    stores.sql("INSERT INTO canvas_snapshots (canvas_data, width, height, "
               "epoch, seq) VALUES (%s, 64, 48, %s, %s)",
               gzip.compress(bytes(64 * 24)), before, base + 3)
    assert export(stores, "--at", written(us))[2] == week.image_at(us)


def test_at_seq(stores, week):
    archive = week.archive()
    for index in (0, 17, 500, 501, 1200, len(week.rows) - 1):
        seq = week.rows[index][1]
        count = [i for i, entry in enumerate(week.entries)
                 if entry[0] == "p"][index] + 1
        assert export(stores, "--archive", archive, "--at-seq", seq)[2] \
            == week.image(count)
    assert export(stores, "--archive", archive, "--at-seq", week.start[1])[2] \
        == [15] * 64 * 48


def test_end_of_archive_is_the_replay(stores, week):
    archive = week.archive()
    assert export(stores, "--archive", archive)[2] == week.image()
    assert export(stores, "--archive", archive, "--at",
                  written(week.ended))[2] == week.image()


def test_live_at_sees_what_is_not_recorded_yet(stores):
    positions = flood(stores, 50)
    size, _, pixels = export(stores, "--at-seq", positions[-1][1])
    assert pixels == unpack(stores.state(), 16, 64 * 48)


def test_rect_and_scale(stores, week):
    us = week.entries[700][1]
    size, _, pixels = export(stores, "--at", written(us), "--rect",
                             "3,5,20,11", "--scale", 2)
    image = week.image_at(us)
    assert size == (40, 22)
    assert pixels == [image[3 + x // 2 + (5 + y // 2) * 64]
                      for y in range(22) for x in range(40)]


def levels(counts):
    highest = max(counts)
    return [max(round(255 * math.log1p(count) / math.log1p(highest)),
                count > 0) for count in counts]


def test_heatmap(stores, week):
    """Every change counts, those before a reset as well."""
    archive = week.archive()
    size, mode, pixels = export(stores, "--archive", archive, "--heatmap")
    counts = week.counts()
    assert max(counts) > 5
    assert (size, mode) == ((64, 48), "P")
    assert pixels == levels(counts)
    with PIL.Image.open(stores.directory / "out.png") as image:
        ramp = image.getpalette()
    assert len(ramp) == 768
    light = [sum(ramp[i:i + 3]) for i in range(0, 768, 3)]
    assert light[0] < 60 and light[255] > 650

    us = week.entries[900][1]
    size, _, pixels = export(stores, "--heatmap", "--at", written(us),
                             "--rect", "0,10,30,20", "--scale", 3)
    counts = week.counts(week.entries_until(us))
    part = [counts[x + y * 64] for y in range(10, 30) for x in range(30)]
    assert size == (90, 60)
    expected = levels(part)
    assert pixels == [expected[x // 3 + y // 3 * 30]
                      for y in range(60) for x in range(90)]


def test_heatmap_of_nothing(stores):
    assert export(stores, "--heatmap", "--live")[2] == [0] * 64 * 48


def test_thumbnail(stores, week):
    """Means of 4 x 4 pixels in linear light."""
    archive = week.archive()
    size, mode, pixels = export(stores, "--archive", archive, "--thumbnail",
                                16)
    assert (size, mode) == ((16, 12), "RGB")
    image = week.image()
    for y in range(12):
        for x in range(16):
            area = [COLORS[image[4 * x + i + (4 * y + j) * 64]]
                    for j in range(4) for i in range(4)]
            for got, *parts in zip(pixels[x + y * 16], *area):
                mean = sum(map(linear, parts)) / 16
                assert abs(got - encoded(mean)) <= .51
    assert export(stores, "--archive", archive, "--thumbnail", 1000) \
        == ((64, 48), "RGB", [COLORS[index] for index in image])
    assert export(stores, "--archive", archive, "--thumbnail", 10, "--rect",
                  "0,0,20,40")[0] == (5, 10)


def linear(value):
    v = value / 255
    return v / 12.92 if v <= .04045 else ((v + .055) / 1.055) ** 2.4


def encoded(light):
    return 255 * (12.92 * light if light <= .0031308
                  else 1.055 * light ** (1 / 2.4) - .055)


@pytest.mark.parametrize("arguments, code, pattern", [
    (["--rect", "64,0,1,1"], 2, "is not inside the canvas of 64x48"),
    (["--heatmap", "--rect", "0,0,65,1"], 2, "is not inside the canvas"),
    (["--at", "2001-01-01T00:00:00Z"], 2,
     "2001-01-01T00:00:00Z is not in the running week, which lasts from"),
    (["--at", "2999-01-01T00:00:00Z"], 2, "is not in the running week"),
    (["--at-seq", "999999"], 2, "change 999999 is not in the running week"),
    (["--heatmap", "--archive", "00000000-0000-4000-8000-000000000000"], 1,
     "no archive 00000000-0000-4000-8000-000000000000"),
])
def test_what_the_week_does_not_have(stores, week, arguments, code, pattern):
    target = stores.directory / "out.png"
    result = stores.helper("export-png", "-o", target, *arguments)
    assert result.code == code, result
    assert pattern in result.err
    assert result.err.count("\n") == 1
    assert not target.exists()


def test_clock_that_was_set_back(stores):
    """What is later than the moment ends it, whatever follows."""
    week = Week(stores, turns=()).store()
    epoch, seq, _, _, _, us = week.rows[1000]
    stores.sql("UPDATE pixel_events SET created_at = %s WHERE seq = %s",
               moment(us + 1_000_000_000), seq)
    assert export(stores, "--at", written(us + 999_999_999))[2] \
        == week.image(1000)


def test_create_admin(stores):
    answer = stores.json("user", "create-admin", "Root_1",
                         stdin="correct horse\n")
    row = stores.sql("SELECT id::text, is_admin, is_guest, password_hash "
                     "FROM users WHERE username = 'Root_1'")
    assert row[0][:3] == (answer["userId"], True, False)
    assert row[0][3].startswith("$2b$12$") and len(row[0][3]) == 60


def test_password_file_and_taken_name(stores):
    path = stores.directory / "password"
    path.write_text("from a file\nsecond line\n")
    stores.ok("user", "create-admin", "root2", "--password-file", path)
    result = stores.helper("user", "create-admin", "ROOT2",
                           "--password-file", path)
    assert result.code == 1
    assert 'the name "ROOT2" is taken' in result.err


@pytest.mark.parametrize("name, password, code, pattern", [
    ("root", "short", 1, "8 to 72 bytes"),
    ("root", "", 1, "8 to 72 bytes"),
    ("root", "x" * 73, 1, "8 to 72 bytes"),
    ("root", "x" * 4000, 1, "8 to 72 bytes"),
    ("no", "long enough", 2, '"no" is no name'),
    ("x" * 33, "long enough", 2, "is no name"),
    ("Robert'); --", "long enough", 2, "is no name"),
    ("guest-1", "long enough", 2, "is no name"),
])
def test_refused_accounts(stores, name, password, code, pattern):
    result = stores.helper("user", "create-admin", name,
                           stdin=password + "\n")
    assert result.code == code, result
    assert pattern in result.err
    assert result.err.count("\n") == 1
    assert stores.value("SELECT count(*) FROM users") == 0


def test_password_on_a_terminal(stores):
    """Asked twice, not shown."""
    main, side = os.openpty()
    process = subprocess.Popen(
        [HELPER, "--config", stores.conf, "user", "create-admin", "tty_user"],
        stdin=side, stdout=side, stderr=side, close_fds=True)
    os.close(side)
    shown = b""

    def read_until(text):
        nonlocal shown
        while text not in shown:
            shown += os.read(main, 1000)

    read_until(b"Password: ")
    os.write(main, b"typed by hand\n")
    read_until(b"Again: ")
    os.write(main, b"typed by hand\n")
    read_until(b"created")
    assert process.wait(timeout=60) == 0
    os.close(main)
    assert b"typed" not in shown
    assert stores.value("SELECT count(*) FROM users WHERE is_admin") == 1
