"""Redis comes back from before a turn of the week that is recorded: the week
that runs is brought back, with what it had and what was placed meanwhile."""

import os
import shutil
import signal
import subprocess

import pytest

from harness.stack import wait_for
from redis_fixture import unpack
from stores import Load, flood
from stores import own_stores  # noqa: F401
from test_helper_rotate import STOPS, archives, assert_archived, \
    assert_finished, stopped_after

ALICE = "11111111-1111-4111-8111-111111111111"
BOB = "22222222-2222-4222-8222-222222222222"
CAROL = "33333333-3333-4333-8333-333333333333"


def keep(stores):
    """All that Redis holds now."""
    return {key: stores.redis.dump(key)
            for key in stores.redis.keys(stores.prefix + "*")}


def recorded_week(stores):
    """A week of 120 pixels, of which Redis will forget the last 20: the
    recorder, and what Redis held before them."""
    process = stores.record()
    flood(stores, 100)
    stores.wait_recorded()
    before = keep(stores)
    flood(stores, 20, seed=1)
    return process, before


def come_back(stores, before):
    """Redis restarts with what it held then."""
    stores.redis.flushall()
    for key, value in before.items():
        stores.redis.restore(key, 0, value)
    stores.redis_server.restart()
    stores.reconnect()


def end(process):
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 0


def week(stores):
    """Mode, label and year: of the page, and of the week that runs."""
    return stores.canvas.hello()[9:12], stores.sql(
        "SELECT m.slug, c.week_number, c.year FROM current_canvas c "
        "JOIN game_modes m ON m.id = c.current_game_mode_id")[0]


def assert_one_week(stores, placed):
    """Page, log, counters and boards: what this week placed and no more, in
    the order of the log; an entry has the position that it got last."""
    stores.wait_recorded()
    page, running = week(stores)
    assert (page[0].decode(), *map(int, page[1:])) == running
    rows = stores.sql(
        "SELECT e.x, e.y, e.color, e.old_color, coalesce(e.user_id, "
        "e.agent_id)::text FROM current_canvas c, log_ranges(c.start_epoch, "
        "c.start_seq, 9007199254740991) r JOIN pixel_events e ON "
        "e.epoch = r.epoch AND e.seq > r.from_seq AND e.seq <= r.to_seq "
        "ORDER BY e.epoch, e.seq")
    pixels = [15] * (stores.width * stores.height)
    for x, y, color, old, _ in rows:
        assert pixels[x + y * stores.width] == old
        pixels[x + y * stores.width] = color
    assert unpack(stores.state(), 16, len(pixels)) == pixels
    assert len(rows) == placed
    assert stores.value("SELECT total_pixels_this_week "
                        "FROM current_canvas") == placed
    counts = {}
    for *_, actor in rows:
        counts[actor] = counts.get(actor, 0) + 1
    board = stores.redis.zrange(stores.prefix + "leaderboard:users", 0, -1,
                                withscores=True)
    assert {actor.decode(): pixels for actor, pixels in board} == counts
    return rows


@pytest.mark.parametrize("mode", ["classic", "pixel_decay"])
def test_recorder_brings_the_week_back(own_stores, mode):
    stores = own_stores
    process, before = recorded_week(stores)
    stores.ok("rotate", "--force", "--mode", mode)
    stores.place(1, 1, 3, ALICE, kind="g")
    stores.place(2, 2, 4, BOB, kind="g")
    stores.wait_recorded()
    end(process)

    come_back(stores, before)
    assert stores.canvas.hello()[9] == b"classic"
    stores.place(3, 3, 5, CAROL, kind="g")      # on the picture of the old week
    stores.place(2, 2, 6, CAROL, kind="g")
    process = stores.record()
    wait_for(lambda: "the running week is back" in stores.record_log())
    stores.place(4, 4, 7, ALICE, kind="g")

    assert assert_one_week(stores, 5) == [
        (1, 1, 3, 15, ALICE), (2, 2, 4, 15, BOB), (3, 3, 5, 15, CAROL),
        (2, 2, 6, 4, CAROL), (4, 4, 7, 15, ALICE)]
    assert archives(stores)[0][7] == 120
    assert_archived(stores)
    assert_finished(stores)
    assert stores.value("SELECT count(*) FROM pixel_events_lost") == 0
    assert "2 events replayed, 2 of the old page placed again" \
        in stores.record_log()
    assert process.poll() is None

    # nothing of it stays: the next week is one like any other
    stores.ok("rotate", "--force", "--mode", "classic")
    flood(stores, 10, seed=2)
    assert_one_week(stores, 10)
    assert_archived(stores, 2)
    assert_finished(stores)


def lose(stores):
    """A week with two pixels of its own; Redis does not know of it any more,
    and two more were placed on the page before."""
    flood(stores, 100)
    before = keep(stores)
    stores.ok("rotate", "--force", "--mode", "classic")
    stores.place(1, 1, 3, ALICE, kind="g")
    stores.place(2, 2, 4, BOB, kind="g")
    process = stores.record()
    stores.wait_recorded()
    end(process)
    come_back(stores, before)
    stores.place(3, 3, 5, CAROL, kind="g")
    stores.place(2, 2, 6, CAROL, kind="g")


def test_restore_by_hand(own_stores):
    stores = own_stores
    lose(stores)
    result = stores.helper("restore")
    assert result.code == 1
    restored = stores.json("restore", "--force")
    assert (restored["replayed"], restored["again"]) == (2, 2)
    stores.record()
    assert_one_week(stores, 4)
    assert "[error]" not in stores.record_log()


def test_rotate_does_not_turn_such_a_page(own_stores):
    """Nobody records: rotate itself brings the week back, then turns it."""
    stores = own_stores
    lose(stores)
    result = stores.helper("rotate", "--force", "--mode", "pixel_decay")
    assert result.code == 0
    assert "a page that was turned since" in result.err
    assert [row[7] for row in archives(stores)] == [100, 4]
    assert_archived(stores, 2)
    assert_finished(stores)
    stores.record()
    assert_one_week(stores, 0)


def test_other_commands_say_so(own_stores):
    stores = own_stores
    lose(stores)
    result = stores.helper("snapshot")
    assert result.code == 1
    assert "with a page that was turned since" in result.err
    assert "run canvas-helper restore --force" in result.err


@pytest.mark.parametrize("stop", STOPS[1:])
def test_rotation_killed_as_well(own_stores, stop):
    """At any step behind the turn; the recorder has its marker."""
    stores = own_stores
    process, before = recorded_week(stores)
    with stopped_after(stores, stop):
        stores.place(1, 1, 3, ALICE, kind="g")
        stores.wait_recorded()
    end(process)

    come_back(stores, before)
    stores.place(3, 3, 5, CAROL, kind="g")
    process = stores.record()
    wait_for(lambda: "the running week is back" in stores.record_log())
    # the keeper may be at it, and says so
    wait_for(lambda: "the week ends" in stores.helper("rotate").err)
    assert [row[7] for row in archives(stores)] == [120]
    assert_archived(stores)
    assert_finished(stores)
    assert_one_week(stores, 2)


def test_under_load(own_stores):
    """An older append-only file, a recorder that lives through it, and people
    who paint as soon as Redis is there."""
    stores, server = own_stores, own_stores.redis_server
    process = stores.record()
    flood(stores, 1000)
    server.restart()
    stores.reconnect()
    stores.wait_recorded()
    files = stores.directory / "older"
    shutil.copytree(os.path.join(server.directory, "appendonlydir"), files)
    stores.ok("rotate", "--force", "--mode", "classic")
    placed = flood(stores, 500, seed=1)
    stores.wait_recorded()

    server.kill()
    shutil.rmtree(os.path.join(server.directory, "appendonlydir"))
    shutil.copytree(files, os.path.join(server.directory, "appendonlydir"))
    server.start()
    stores.reconnect()
    with Load(stores, 2, batch=20) as first, \
         Load(stores, 3, batch=20) as second:
        wait_for(lambda: "the running week is back" in stores.record_log())
        more = len(first.acknowledged) + 200
        wait_for(lambda: len(first.acknowledged) > more)

    placed += first.acknowledged + second.acknowledged
    assert_one_week(stores, len(placed))
    assert process.poll() is None
    assert_archived(stores)
    assert "[alert]" not in stores.record_log()


def test_pixels_left_of_a_limit(own_stores):
    """Who placed before and after Redis came back has what is left."""
    stores = own_stores
    stores.sql("UPDATE game_modes SET rules = rules || "
               "'{\"max_pixels_per_user\": 4}' WHERE slug = 'classic'")
    stores.ok("rotate", "--force", "--mode", "classic")
    flood(stores, 20)
    before = keep(stores)
    stores.ok("rotate", "--force", "--mode", "classic")
    process = stores.record()
    for x in range(2):
        stores.place(x, 0, 1, ALICE, kind="g")
    stores.wait_recorded()
    end(process)

    come_back(stores, before)
    stores.place(2, 0, 1, ALICE, kind="g")
    stores.record()
    wait_for(lambda: "the running week is back" in stores.record_log())
    stores.place(3, 0, 1, ALICE, kind="g")
    assert stores.canvas.place(4, 0, 1, ALICE, kind="g")[0] \
        == b"RULE_VIOLATION"
    assert_one_week(stores, 4)


def test_visitors(new_stack):
    """Everybody sees the week again, and their pixels in it."""
    stack = new_stack(workers=2, size="64x48")
    guest = stack.guest()
    files = stack.path("redis", "appendonlydir")
    stack.stop("redis")
    subprocess.run(["cp", "-a", files, files + ".older"], check=True)
    stack.start("redis")
    stack.disconnect()
    turned = stack.helper("rotate", "--force", "--mode", "pixel_decay")
    assert turned.returncode == 0, turned.stderr
    assert guest.place(1, 1, 1).status_code == 200
    stack.wait_recorded()

    with stack.client() as watcher:
        stack.kill("redis")
        shutil.rmtree(files)
        os.rename(files + ".older", files)
        stack.logs.expect("a page that was turned since")
        stack.logs.expect("the running week is back")
        stack.start("redis")
        stack.disconnect()
        # what is refused while nginx connects again is tried again
        wait_for(lambda: guest.place(2, 2, 2).status_code == 200,
                 what="a placement")
        wait_for(lambda: stack.image()[1, 1] == 1, what="the running week")
        image = stack.image()
        watcher.wait_for("resync", epoch=image.epoch)
        with stack.client() as other:
            assert other.welcome["gameMode"] == "pixel_decay"

    stack.check_equal()
    canvas = stack.image()
    assert (canvas[1, 1], canvas[2, 2]) == (1, 2)
    assert stack.sql("SELECT count(*) FROM pixel_events_lost") == [(0,)]
