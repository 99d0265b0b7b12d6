"""canvas-helper timelapse: every frame, compared with a naive replay."""

import json
import os
import pathlib
import pty
import re
import signal
import struct
import subprocess

import fcntl
import termios

import pytest

from filmed import PALETTE, Week, colors, written
from harness.stack import wait_for
from redis_fixture import unpack
from stores import HELPER, flood
from stores import library_redis, shared_postgres  # noqa: F401
from stores import bare_stores, own_stores, stores  # noqa: F401


@pytest.fixture
def week(stores):
    return Week(stores).store()


def probe(path):
    """(width, height, frames, codec) as ffprobe counts them."""
    done = subprocess.run(
        ["ffprobe", "-v", "error", "-count_frames", "-select_streams", "v",
         "-show_entries", "stream=width,height,nb_read_frames,codec_name,"
         "pix_fmt", "-of", "json", path],
        check=True, capture_output=True, text=True)
    stream = json.loads(done.stdout)["streams"][0]
    return (stream["width"], stream["height"],
            int(stream["nb_read_frames"]), stream["codec_name"])


def decode(path):
    """Frames as lists of (r, g, b)."""
    width, height, count, _ = probe(path)
    data = subprocess.run(
        ["ffmpeg", "-v", "error", "-nostdin", "-i", path, "-fps_mode",
         "passthrough", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
        check=True, capture_output=True).stdout
    size = width * height * 3
    assert len(data) == count * size
    return [list(zip(*[iter(data[i:i + size])] * 3))
            for i in range(0, len(data), size)]


def files(stores):
    return sorted(path.name for path in stores.directory.iterdir())


def moments(first, last, frames):
    """When each frame of a film over time is."""
    return [first + (last - first) * i // (frames - 1)
            for i in range(frames)]


def film(stores, name, *arguments):
    target = stores.directory / name
    stores.ok("timelapse", "-o", target, *arguments)
    return target


@pytest.mark.parametrize("name", ["film.gif", "film.png"])
def test_every_pixel_of_every_frame_over_time(stores, week, name):
    archive = week.archive()
    target = film(stores, name, "--archive", archive, "--seconds", 2,
                  "--fps", 20)
    assert probe(target)[:3] == (64, 48, 40)
    frames = decode(target)
    for i, us in enumerate(moments(week.began, week.ended, 40)):
        assert frames[i] == colors(week.image_at(us)), i
    assert frames[0] == colors([15] * 64 * 48)
    assert frames[-1] == colors(week.image())


def test_evenly_over_changes(stores, week):
    archive = week.archive()
    target = film(stores, "film.png", "--archive", archive, "--seconds",
                  "1.5", "--fps", 10, "--pace", "events")
    frames = decode(target)
    placed = len(week.rows)
    assert len(frames) == 15
    for i in range(14):
        done = placed * i // 14
        # the entry that makes it done, and what clears before the next
        count = entries_with(week, done)
        assert frames[i] in [colors(week.image(n)) for n in count], i
    assert frames[14] == colors(week.image())


def entries_with(week, placed):
    """Numbers of entries of which so many are pixels."""
    found, seen = [], 0
    for i in range(len(week.entries) + 1):
        if seen == placed:
            found.append(i)
        if i < len(week.entries):
            seen += week.entries[i][0] == "p"
    return found


def test_a_part_of_canvas_and_week_enlarged_and_held(stores, week):
    archive = week.archive()
    first, last = week.began + 600_000_000, week.began + 2_400_000_000
    target = film(stores, "film.gif", "--archive", archive, "--seconds", 1,
                  "--fps", 10, "--rect", "5,7,21,13", "--scale", 3,
                  "--from", written(first), "--to", written(last),
                  "--hold", "0.5")
    assert probe(target)[:3] == (63, 39, 15)
    frames = decode(target)
    for i, us in enumerate(moments(first, last, 10) + [last] * 5):
        image = week.image_at(us)
        assert frames[i] == [
            PALETTE[image[5 + x // 3 + (7 + y // 3) * 64]]
            for y in range(39) for x in range(63)], i


@pytest.mark.parametrize("name, codec", [
    ("film.mp4", "h264"), ("film.webm", "vp9")])
def test_video(stores, week, name, codec):
    """Colours survive but for what yuv420p does; odd sizes are padded."""
    target = film(stores, name, "--seconds", 1, "--fps", 12, "--scale", 5,
                  "--rect", "0,0,31,17", "--to", written(week.ended))
    assert probe(target) == (156, 86, 12, codec)
    frames = decode(target)
    for i, us in enumerate(moments(week.began, week.ended, 12)):
        image = week.image_at(us)
        # the middle of a pixel, where no neighbour reaches
        off = [abs(a - b) for y in range(17) for x in range(31)
               for a, b in zip(frames[i][5 * x + 2 + (5 * y + 2) * 156],
                               PALETTE[image[x + y * 64]])]
        assert sum(off) / len(off) < 12, i


@pytest.mark.parametrize("name", ["film.mp4", "film.webm"])
def test_colors_of_video(stores, name):
    """As a player shows them that believes what the file says."""
    week = Week(stores, count=0, turns=())
    for n in range(64 * 48):
        x, y = n % 64, n // 64
        week.add(x, y, x // 16 + 4 * (y // 12))
    week.store()
    frame = decode(film(stores, name, "--seconds", 1, "--scale", 2))[-1]
    for color, expected in enumerate(PALETTE):
        x, y = color % 4 * 16 + 8, color // 4 * 12 + 6
        got = frame[2 * x + 2 * y * 128]
        assert max(abs(a - b) for a, b in zip(got, expected)) <= 5, color


def test_mp4_begins_with_its_index(stores, week):
    """So that a browser plays it while it loads."""
    data = film(stores, "film.mp4", "--seconds", 1).read_bytes()
    assert 0 < data.index(b"moov") < data.index(b"mdat")


def test_live_week_ends_as_redis_has_it(stores):
    """What is not recorded yet is recorded first."""
    flood(stores, 700)
    target = film(stores, "film.png", "--live", "--seconds", 1)
    assert decode(target)[-1] == colors(unpack(stores.state(), 16, 64 * 48))


def test_archive_of_a_rotation(stores):
    """And the week after it begins empty."""
    flood(stores, 500)
    stores.ok("rotate", "--force", "--mode", "classic")
    archive, url = stores.sql("SELECT id, image_url "
                              "FROM canvas_archives")[0]
    assert url
    flood(stores, 100, seed=3)
    frames = decode(film(stores, "old.png", "--archive", archive,
                         "--seconds", 1, "--fps", 5))
    with open(stores.archives / f"{archive}.png", "rb") as picture:
        data = subprocess.run(
            ["ffmpeg", "-v", "error", "-i", "-", "-f", "rawvideo",
             "-pix_fmt", "rgb24", "-"], stdin=picture, check=True,
            capture_output=True).stdout
    assert frames[-1] == list(zip(*[iter(data)] * 3))
    frames = decode(film(stores, "new.png", "--seconds", 1, "--fps", 5))
    assert frames[0] == colors([15] * 64 * 48)
    assert frames[-1] == colors(unpack(stores.state(), 16, 64 * 48))


def test_week_closed_by_hand_hands_its_canvas_on(stores):
    week = Week(stores, turns=()).store()
    archive = week.archive()
    stores.sql("UPDATE canvas_archives SET new_epoch = NULL")
    stores.sql("DELETE FROM canvas_epochs WHERE reason = 'rotate'")
    stores.sql("UPDATE current_canvas SET start_epoch = %s, start_seq = %s",
               *week.end)
    stores.sql("UPDATE recorder_progress SET epoch = %s, seq = %s", *week.end)
    frames = decode(film(stores, "film.png", "--live", "--seconds", 1,
                         "--fps", 2))
    assert frames == [colors(week.image())] * 2
    frames = decode(film(stores, "film.png", "--archive", archive,
                         "--seconds", 1, "--fps", 2))
    assert frames == [colors([15] * 64 * 48), colors(week.image())]


def test_imported_week(stores):
    """Its epoch was no life of the canvas."""
    week = Week(stores, turns=()).store()
    archive = week.archive()
    stores.sql("UPDATE pixel_events SET epoch = 1500000000")
    stores.sql("UPDATE canvas_archives SET first_epoch = 1500000000, "
               "closing_epoch = 1500000000, new_epoch = NULL")
    stores.sql("INSERT INTO canvas_imports (epoch, archive_id, checksum, "
               "form, events, skipped) VALUES (1500000000, %s, %s, '2017', "
               "%s, 0)", archive, "0" * 64, len(week.rows))
    frames = decode(film(stores, "film.png", "--archive", archive,
                         "--seconds", 1, "--fps", 3))
    assert frames[-1] == colors(week.image())


def test_many_colors(bare_stores):
    """More than 16: a byte a pixel, also in snapshots."""
    stores = bare_stores
    palette = [(n * 9, 255 - n * 7, n * 40 % 256) for n in range(28)]
    stores.configure(size="64x48", palette=",".join(
        "#%02X%02X%02X" % color for color in palette))
    stores.ok("migrate")
    flood(stores, 300)
    stores.ok("snapshot")
    flood(stores, 200, seed=4)
    expected = [palette[index] for index in stores.state()]
    assert len(expected) == 64 * 48
    for name in ("film.gif", "film.png"):
        assert decode(film(stores, name, "--seconds", 1))[-1] == expected
    target = stores.directory / "now.png"
    stores.ok("export-png", "--at-seq", stores.position()[1], "-o", target)
    assert decode(target) == [expected]


def test_dropped_events_are_told(stores, week):
    archive = week.archive()
    stores.sql("DELETE FROM pixel_events WHERE seq <= 100")
    result = stores.helper("timelapse", "--archive", archive, "--seconds", 1,
                           "-o", stores.directory / "film.gif")
    assert result.code == 0
    assert result.err == ("canvas-helper: 100 changes of the week are not in "
                          "PostgreSQL any more; the film is without them\n")
    assert "1893 changes" in result.out


def test_summary_and_quiet(stores, week):
    target = stores.directory / "film.gif"
    out = stores.ok("timelapse", "--seconds", 1, "-o", target)
    assert out == f"{target}: 64x48, 30 frames, 1993 changes\n"
    assert stores.ok("timelapse", "--seconds", 1, "-q", "-o", target) == ""
    assert target.stat().st_mode & 0o777 == 0o644
    assert files(stores) == ["canvas-helper.conf", "film.gif"]


UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize("arguments, code, pattern", [
    (["--archive", UNKNOWN], 1, f"no archive {UNKNOWN}"),
    (["--rect", "60,0,5,5"], 2,
     "--rect 60,0,5,5 is not inside the canvas of 64x48"),
    (["--rect", "0,48,1,1"], 2, "is not inside"),
    (["--from", "2001-01-01T00:00:00Z"], 2,
     "2001-01-01T00:00:00Z is not in the running week, which lasts from 20"),
    (["--to", "2999-01-01T00:00:00Z"], 2, "is not in the running week"),
    (["--scale", "64", "--rect", "0,0,64,48", "-o", "/nonexistent/x.gif"], 1,
     "cannot write /nonexistent/x.gif: No such file or directory in "
     "directory /nonexistent"),
    (["-o", "/tmp/x/../../proc/x.gif"], 1, "cannot write /tmp/x/../../proc"),
])
def test_refused(stores, week, arguments, code, pattern):
    target = stores.directory / "film.gif"
    result = stores.helper("timelapse", "-o", target, *arguments)
    assert result.code == code, result
    assert pattern in result.err
    assert result.err.count("\n") == 1
    assert result.out == ""
    assert files(stores) == ["canvas-helper.conf"]


def test_too_large(bare_stores):
    bare_stores.configure(size="2000x1000")
    bare_stores.ok("migrate")
    result = bare_stores.helper("timelapse", "--scale", 8, "-o",
                                bare_stores.directory / "film.mp4")
    assert result.code == 2
    assert "a film of 16000x8000 is too large" in result.err


def fake_ffmpeg(stores, script):
    """A folder for PATH with an ffmpeg of ours alone."""
    folder = stores.directory / "bin"
    folder.mkdir()
    program = folder / "ffmpeg"
    program.write_text("#!/bin/sh\n" + script)
    program.chmod(0o755)
    return {"PATH": f"{folder}:/usr/bin:/bin"}


def test_ffmpeg_missing(stores, week):
    result = stores.helper("timelapse", "-o", stores.directory / "film.mp4",
                           environment={"PATH": str(stores.directory)})
    assert result.code == 1
    assert result.err == (
        "canvas-helper: ffmpeg is not installed, or not in PATH (Debian: "
        "apt-get install ffmpeg)\n")
    assert files(stores) == ["canvas-helper.conf"]


@pytest.mark.parametrize("script, pattern", [
    ("head -c 5000 >/dev/null; echo 'out of luck' >&2; echo more >&2; exit 9",
     "ffmpeg failed with code 9: out of luck\n"),
    ("exit 1", "ffmpeg failed with code 1\n"),
    ("head -c 5000 >/dev/null; kill -9 $$", "ffmpeg was killed by signal 9"),
    ("head -c 5000 >/dev/null; exit 0", "ffmpeg ended before the film did"),
    ("cat >/dev/null; echo late >&2; exit 3", "failed with code 3: late"),
    # more than a pipe holds, and frames still to come
    ("yes complaint | head -c 300000 >&2; cat >/dev/null; exit 5",
     "failed with code 5: complaint\n"),
])
def test_ffmpeg_dies(stores, week, script, pattern):
    """In the middle, at the end, with or without a word."""
    (stores.directory / "film.gif").write_bytes(b"old")
    environment = fake_ffmpeg(stores, script)
    result = stores.helper("timelapse", "--scale", 8, "-o",
                           stores.directory / "film.gif",
                           environment=environment)
    assert result.code == 1, result
    assert pattern in result.err
    assert result.err.count("\n") == 1
    assert (stores.directory / "film.gif").read_bytes() == b"old"
    assert files(stores) == ["bin", "canvas-helper.conf", "film.gif"]


@pytest.mark.parametrize("name", ["film.gif", "film.mp4", "film.webm",
                                  "film.png"])
def test_full_disk(stores, week, name):
    """A file size limit stands for a disk that fills up half-way."""
    result = subprocess.run(
        ["prlimit", "--fsize=4000", HELPER, "--config", stores.conf,
         "timelapse", "--seconds", "3", "-o", stores.directory / name],
        capture_output=True, text=True)
    assert result.returncode == 1, result
    assert "File too large" in result.stderr
    assert result.stderr.count("\n") == 1
    assert files(stores) == ["canvas-helper.conf"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_ends_it_and_ffmpeg(stores, week, number):
    """While frames are written, and while ffmpeg takes its time."""
    environment = fake_ffmpeg(
        stores, f"echo $$ > {stores.directory}/pid.new\n"
                f"mv {stores.directory}/pid.new {stores.directory}/pid\n"
                "exec sleep 1000")
    process = stores.spawn("timelapse", "-o", stores.directory / "film.gif",
                           environment=environment)
    path = stores.directory / "pid"
    wait_for(path.exists)
    pid = int(path.read_text())
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (
        1, "", "canvas-helper: interrupted\n")
    wait_for(lambda: not pathlib.Path(f"/proc/{pid}").exists())
    assert files(stores) == ["bin", "canvas-helper.conf", "pid"]


def test_killed_helper_leaves_no_ffmpeg(stores, week):
    """Its input ends, and so does it."""
    environment = fake_ffmpeg(
        stores, f"echo $$ > {stores.directory}/pid.new\n"
                f"mv {stores.directory}/pid.new {stores.directory}/pid\n"
                f"while ! test -e {stores.directory}/go; do sleep .01; done\n"
                "exec cat >/dev/null")
    process = stores.spawn("timelapse", "--scale", 16, "-o",
                           stores.directory / "film.gif",
                           environment=environment)
    path = stores.directory / "pid"
    wait_for(path.exists)
    process.kill()
    process.wait()
    (stores.directory / "go").touch()
    pid = int(path.read_text())
    wait_for(lambda: not pathlib.Path(f"/proc/{pid}").exists()
             or "Z" in pathlib.Path(f"/proc/{pid}/stat").read_text())


def on_terminal(stores, columns, *arguments):
    """What stderr shows on a terminal of that width."""
    main, side = pty.openpty()
    fcntl.ioctl(side, termios.TIOCSWINSZ,
                struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen(
        [HELPER, "--config", stores.conf, "timelapse", *map(str, arguments)],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=side)
    os.close(side)
    shown = b""
    while True:
        try:
            part = os.read(main, 10000)
        except OSError:                         # the other end is closed
            break
        if not part:
            break
        shown += part
    os.close(main)
    assert process.wait() == 0
    return shown.decode()


def test_progress_on_a_terminal(stores, week):
    target = stores.directory / "film.gif"
    shown = on_terminal(stores, 60, "--seconds", 20, "--scale", 4, "-o",
                        target)
    lines = shown.replace("\x1b[2K", "").split("\r")
    assert lines[0] == "" and lines[-1] == ""           # taken away
    assert re.fullmatch(r"  0%  0 of 600 frames  \[> +\]", lines[1])
    assert all(len(line) < 60 for line in lines)
    shown = on_terminal(stores, 12, "--seconds", 20, "-o", target)
    assert all(len(line) < 12
               for line in shown.replace("\x1b[2K", "").split("\r"))
    assert on_terminal(stores, 60, "--quiet", "-o", target) == ""


def test_postgres_gone_in_the_middle(own_stores):
    """A temporary failure, and nothing is left."""
    stores = own_stores
    Week(stores, count=60000, turns=()).store()
    environment = fake_ffmpeg(
        stores, f"echo $$ > {stores.directory}/pid.new\n"
                f"mv {stores.directory}/pid.new {stores.directory}/pid\n"
                f"while ! test -e {stores.directory}/go; do sleep .01; done\n"
                "exec cat >/dev/null")
    process = stores.spawn("timelapse", "--seconds", 60, "--scale", 8, "-o",
                           stores.directory / "film.gif",
                           environment=environment)
    wait_for((stores.directory / "pid").exists)
    stores.postgres.kill()
    (stores.directory / "go").touch()
    out, err = process.communicate(timeout=60)
    assert process.returncode == 75, err
    assert "PostgreSQL" in err and err.count("\n") == 1
    assert "film.gif" not in files(stores)
    assert not [name for name in files(stores) if name.startswith(".")]
    stores.postgres.start()
