"""canvas-helper rotate: one archive a week, every pixel in exactly one."""

import base64
import contextlib
import gzip
import io
import json
import os
import re
import signal

import PIL.Image
import pytest

from harness.stack import wait_for
from redis_fixture import unpack
from stores import Load, flood
from stores import library_redis, shared_postgres  # noqa: F401
from stores import bare_stores, own_stores, stores  # noqa: F401

ALICE = "11111111-1111-4111-8111-111111111111"
AGENT = "33333333-3333-4333-8333-333333333333"

# notes of the state machine, and the works that are not noted yet
STOPS = ["chosen", "turning", "turned", "drained", "counted", "archived",
         "imaging", "imaged", "done"]


def archives(stores):
    return stores.sql(
        "SELECT id, canvas_data, canvas_data_compressed, first_epoch, "
        "closing_epoch, new_epoch, last_seq, total_pixels_placed, "
        "unique_contributors, image_url FROM canvas_archives "
        "ORDER BY new_epoch")


def week_pixels(stores, before):
    """Replay of the log up to the epoch that began the next week."""
    pixels = [15] * (stores.width * stores.height)
    begin = stores.value(
        "SELECT coalesce(max(epoch), 0) FROM canvas_epochs "
        "WHERE epoch < %s AND reason IN ('init', 'rotate')", before)
    rows = stores.sql(
        "SELECT x, y, color, coalesce(user_id, agent_id) FROM pixel_events "
        "WHERE epoch >= %s AND epoch < %s ORDER BY epoch, seq", begin, before)
    for x, y, color, _ in rows:
        pixels[x + y * stores.width] = color
    return pixels, rows


def assert_archived(stores, expected=1):
    """Each archive is the replay of its week, on paper and as a picture."""
    found = archives(stores)
    assert len(found) == expected
    for (archive, data, packed, _, _, new_epoch, last_seq, total, people,
         url) in found:
        pixels, rows = week_pixels(stores, new_epoch)
        assert unpack(base64.b64decode(data), 16, len(pixels)) == pixels
        assert gzip.decompress(packed) == base64.b64decode(data)
        assert total == len(rows)
        assert people == len({row[3] for row in rows})
        assert url == f"/archives/{archive}.png"
        with PIL.Image.open(stores.archives / f"{archive}.png") as image:
            assert image.size == (stores.width, stores.height)
            assert list(image.getdata()) == pixels
    names = {path.name for path in stores.archives.iterdir()}
    # the heat map comes after the rotation, which may be killed before it
    assert names - {f"{row[0]}-heatmap.png" for row in found} \
        == {f"{row[0]}{suffix}" for row in found
            for suffix in (".png", "-thumbnail.png")}


def assert_finished(stores):
    assert stores.sql("SELECT DISTINCT step FROM rotations") == [("done",)]
    assert stores.redis.keys(stores.prefix + "canvas:closing:*") == []
    assert not stores.redis.exists(stores.prefix + "canvas:rotation:lock")


def assert_every_event_once(stores, acknowledged):
    stores.wait_recorded()
    assert stores.sql("SELECT epoch, seq FROM pixel_events "
                      "ORDER BY epoch, seq") == sorted(acknowledged)


@contextlib.contextmanager
def stopped_after(stores, stop):
    """A rotation that stands behind this step; killed at the end."""
    process = stores.spawn("rotate", "--force", "--mode", "classic",
                           environment={"CANVAS_TEST_STOP_AFTER": stop})
    wait_for(lambda: os.waitid(
        os.P_PID, process.pid,
        os.WSTOPPED | os.WEXITED | os.WNOHANG | os.WNOWAIT))
    yield process
    process.kill()
    process.wait()
    assert process.returncode == -signal.SIGKILL
    # the lock of the killed one goes with its connection
    wait_for(lambda: stores.value(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' "
        "AND objid = hashtext('canvas:rotate')::bit(32)::bigint") == 0)


def test_not_due(stores):
    before = stores.position()
    result = stores.helper("rotate")
    assert result.code == 3
    assert re.search(r"the week ends at \d{4}-.*Z; --force turns it now",
                     result.err)
    assert archives(stores) == []
    assert stores.position() == before


def test_redis_of_another_time(stores):
    """Its clock was set back: what that is, and what to do."""
    stores.ok("rotate", "--force", "--mode", "classic")
    stores.record()
    stores.wait_recorded()
    behind = 9 * 10 ** 12
    stores.sql("UPDATE rotations SET new_epoch = %s", behind)
    epoch, _ = stores.position()
    assert stores.helper("rotate").code == 3        # not due, whatever it is
    result = stores.helper("rotate", "--force")
    assert result.code == 1
    assert f"Redis is at epoch {epoch}, before the last turn of the week, " \
        f"{behind}: is its clock right?" in result.err
    assert stores.position()[0] == epoch

    # as the log has it
    stores.sql("UPDATE canvas_epochs SET epoch = %s WHERE reason = 'rotate'",
               behind)
    stores.ok("restore", "--force")
    stores.ok("rotate", "--force", "--mode", "classic")
    assert len(archives(stores)) == 2


def test_due(stores):
    stores.sql("UPDATE current_canvas SET week_started_at = now() "
               "- interval '8 days', week_resets_at = now() "
               "- interval '1 hour'")
    stores.ok("rotate")
    assert stores.helper("rotate").code == 3
    assert_archived(stores)


def test_summary(stores):
    stores.sql("INSERT INTO agents (id, name) VALUES (%s, 'painter')", AGENT)
    closed, _ = stores.place(1, 2, 3, ALICE)
    stores.place(2, 2, 4, AGENT, kind="a")
    stores.place(2, 3, 4, AGENT, kind="a")
    answer = stores.json("rotate", "--force", "--mode", "speed-run")

    archive = archives(stores)[0][0]
    summary = answer["summary"]
    assert answer["success"] is True
    assert list(summary) == ["previousWeek", "newWeek", "stats"]
    assert summary["previousWeek"]["archivedId"] == archive
    assert summary["previousWeek"]["gameModeId"] == "classic"
    assert summary["newWeek"]["gameModeId"] == "speed-run"
    assert summary["newWeek"]["startedAt"] == answer["rotatedAt"]
    assert summary["stats"] == {"totalPixelsPlaced": 3,
                                "uniqueContributors": 2}

    # the new week is a fresh page with the rules of the mode
    hello = stores.canvas.hello()
    assert hello[2] > closed and hello[3] == 3
    assert hello[8] == 1000                         # cooldown of speed-run
    assert json.loads(hello[13])["type"] == "speed"
    assert set(unpack(stores.state(), 16, 64 * 48)) == {15}
    assert hello[10:12] == [summary["newWeek"]["weekNumber"],
                            summary["newWeek"]["year"]]
    assert_archived(stores)
    assert_finished(stores)


def test_text_summary_and_unknown_mode(stores):
    out = stores.ok("rotate", "--force", "--mode", "no-such-mode")
    assert re.fullmatch(r"archived week .*: 0 pixels of 0 contributors, .*\n"
                        r"week .* \(classic\) runs until .*\n", out)


@pytest.mark.parametrize("recorder", [False, True])
@pytest.mark.parametrize("stop", STOPS)
def test_killed_after_every_step(stores, stop, recorder):
    """Killed -9 there under load and run again: as if nothing had been."""
    if recorder:
        stores.record()

    with Load(stores, STOPS.index(stop), batch=50) as load:
        wait_for(lambda: len(load.acknowledged) > 200)
        with stopped_after(stores, stop):
            assert stores.value("SELECT step FROM rotations") \
                == {"turning": "chosen", "counted": "drained",
                    "imaging": "archived"}.get(stop, stop)
        more = len(load.acknowledged) + 100
        wait_for(lambda: len(load.acknowledged) > more)
        if stop == "done":
            assert stores.helper("rotate").code == 3
        else:
            stores.ok("rotate")                     # without --force

    if not recorder:
        stores.record()

    assert_every_event_once(stores, load.acknowledged)
    assert_archived(stores)
    assert_finished(stores)
    # what is not in the archive is in the new week
    archived = archives(stores)[0][7]
    assert stores.value("SELECT total_pixels_this_week FROM current_canvas") \
        == len(load.acknowledged) - archived


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("first", ["record", "rotate", "both"])
def test_killed_while_turning_without_recorder(own_stores, first, restarted):
    """Both were killed, and Redis perhaps; they come back in any order."""
    stores = own_stores
    process = stores.record()
    placed = flood(stores, 100)
    stores.wait_recorded()
    process.kill()
    process.wait()
    placed += flood(stores, 100, seed=1)
    with stopped_after(stores, "turning"):
        placed += flood(stores, 100, seed=2)
    if restarted:
        stores.redis_server.restart()
        stores.reconnect()
    placed += flood(stores, 100, seed=3)

    if first != "rotate":
        stores.record()
    if first == "record":
        stores.wait_recorded()
        placed += flood(stores, 100, seed=4)
    stores.ok("rotate")
    assert stores.helper("rotate").code == 3
    if first == "rotate":
        stores.record()

    assert_every_event_once(stores, placed)
    assert_archived(stores)
    assert_finished(stores)
    assert archives(stores)[0][7] == 200
    assert stores.value("SELECT total_pixels_this_week FROM current_canvas") \
        == len(placed) - 200


def test_two_at_once(stores):
    flood(stores, 100)
    first = stores.spawn("rotate", "--force", "--mode", "classic",
                         environment={"CANVAS_TEST_STOP_AFTER": "turned"})
    wait_for(lambda: os.waitid(os.P_PID, first.pid,
                               os.WSTOPPED | os.WNOHANG | os.WNOWAIT))
    result = stores.helper("rotate", "--force")
    assert result.code == 3
    assert "another rotation is running" in result.err
    first.send_signal(signal.SIGCONT)
    assert first.wait(timeout=60) == 0
    assert_archived(stores)
    assert_finished(stores)


def test_many_crons_at_once(stores):
    flood(stores, 100)
    stores.sql("UPDATE current_canvas SET week_started_at = now() "
               "- interval '8 days', week_resets_at = now() "
               "- interval '1 hour'")
    processes = [stores.spawn("rotate") for _ in range(6)]
    for process in processes:
        process.communicate(timeout=60)
    assert sorted(process.returncode for process in processes) \
        == [0, 3, 3, 3, 3, 3]
    assert_archived(stores)
    assert_finished(stores)


def test_weeks_under_load(stores):
    """Pixels that straddle the turn are in the one week or in the other."""
    stores.record()
    with Load(stores, 1, batch=20) as first, \
         Load(stores, 2, batch=20) as second:
        for turn in range(4):
            stores.ok("rotate", "--force", "--mode", "classic")
            more = len(first.acknowledged) + 200
            wait_for(lambda: len(first.acknowledged) > more)

    acknowledged = first.acknowledged + second.acknowledged
    assert_every_event_once(stores, acknowledged)
    assert_archived(stores, 4)
    running = stores.value("SELECT total_pixels_this_week "
                           "FROM current_canvas")
    archived = sum(row[7] for row in archives(stores))
    assert archived + running == len(acknowledged)
    board = stores.redis.zrange(stores.prefix + "leaderboard:users", 0, -1,
                                withscores=True)
    assert sorted((actor.decode(), int(pixels)) for actor, pixels in board) \
        == sorted(stores.sql("SELECT actor_id::text, pixels "
                             "FROM contributors_this_week"))


def test_overtaken_run_cannot_turn_the_page(stores):
    """The token in Redis fences off a run that lost its lock unnoticed."""
    process = stores.spawn("rotate", "--force", "--mode", "classic",
                           environment={"CANVAS_TEST_STOP_AFTER": "chosen"})
    wait_for(lambda: os.waitid(os.P_PID, process.pid,
                               os.WSTOPPED | os.WNOHANG | os.WNOWAIT))
    stores.canvas.lock("another-one")
    before = stores.position()
    process.send_signal(signal.SIGCONT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 3
    assert "another rotation took the lock in Redis" in err
    assert stores.position() == before

    stores.ok("rotate")
    assert_archived(stores)
    assert_finished(stores)


def test_redis_restarted_in_the_middle(own_stores):
    stores = own_stores
    placed = flood(stores, 300)
    for stop in ("chosen", "turned", "archived"):
        process = stores.spawn("rotate", "--force", "--mode", "classic",
                               environment={"CANVAS_TEST_STOP_AFTER": stop})
        wait_for(lambda: os.waitid(os.P_PID, process.pid,
                                   os.WSTOPPED | os.WNOHANG | os.WNOWAIT))
        process.kill()
        process.wait()
        stores.redis_server.kill()
        stores.redis_server.start()
        stores.reconnect()
        placed += flood(stores, 50, seed=len(stop))

    wait_for(lambda: stores.helper("rotate").code == 0)
    stores.record()
    assert_every_event_once(stores, placed)
    assert_archived(stores)
    assert_finished(stores)


def test_redis_lost_the_closed_page(stores):
    """The image is then replayed from the log."""
    flood(stores, 500)
    process = stores.spawn("rotate", "--force", "--mode", "classic",
                           environment={"CANVAS_TEST_STOP_AFTER": "turned"})
    wait_for(lambda: os.waitid(os.P_PID, process.pid,
                               os.WSTOPPED | os.WNOHANG | os.WNOWAIT))
    stores.redis.delete(*stores.redis.keys(stores.prefix
                                           + "canvas:closing:*"))
    process.send_signal(signal.SIGCONT)
    assert process.wait(timeout=60) == 0
    assert_archived(stores)
    assert_finished(stores)


def test_redis_lost_the_turn(own_stores):
    """An older AOF, the turn already noted: the page is turned again."""
    stores = own_stores
    placed = flood(stores, 100)
    before = {key: stores.redis.dump(key)
              for key in stores.redis.keys(stores.prefix + "*")}
    process = stores.spawn("rotate", "--force", "--mode", "classic",
                           environment={"CANVAS_TEST_STOP_AFTER": "turned"})
    wait_for(lambda: os.waitid(os.P_PID, process.pid,
                               os.WSTOPPED | os.WNOHANG | os.WNOWAIT))
    process.kill()
    process.wait()
    (step, turned), = stores.sql("SELECT step, new_epoch FROM rotations")
    assert step == "turned"

    stores.redis.flushall()
    for key, value in before.items():
        stores.redis.restore(key, 0, value)
    stores.redis_server.restart()
    stores.reconnect()
    placed += flood(stores, 50, seed=1)
    assert placed[-1][0] > turned and placed[-1][1] == 150

    stores.ok("rotate")
    assert archives(stores)[0][5] > placed[-1][0]
    assert archives(stores)[0][6:8] == (150, 150)
    stores.record()
    assert_every_event_once(stores, placed)
    assert_archived(stores)
    assert_finished(stores)


def test_image_that_cannot_be_written(stores):
    flood(stores, 50)
    stores.archives.write_text("in the way")
    result = stores.helper("rotate", "--force")
    assert result.code == 0
    assert f"cannot create directory {stores.archives}: Not a directory" \
        in result.err
    assert "image not stored yet" in result.out
    assert_finished(stores)

    stores.archives.unlink()
    assert stores.ok("media") == "3 made and stored\n"
    assert_archived(stores)
    assert_finished(stores)


def test_postgres_away(stores):
    before = stores.position()
    stores.configure(postgres="host=/nonexistent")
    result = stores.helper("rotate", "--force")
    assert result.code == 75
    assert stores.position() == before


def test_archive_as_a_scaled_picture(stores):
    flood(stores, 200)
    stores.ok("rotate", "--force", "--mode", "classic")
    archive = archives(stores)[0][0]
    target = stores.directory / "big.png"
    stores.ok("export-png", "--archive", archive, "--scale", 3, "-o", target)
    pixels, _ = week_pixels(stores, archives(stores)[0][5])
    with PIL.Image.open(io.BytesIO(target.read_bytes())) as image:
        assert image.size == (64 * 3, 48 * 3)
        assert [image.getpixel((3 * x + 1, 3 * y + 2)) for y in range(48)
                for x in range(64)] == pixels
