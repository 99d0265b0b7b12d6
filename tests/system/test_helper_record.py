"""canvas-helper record: every change in PostgreSQL, exactly once."""

import os
import random
import signal
import uuid

import pytest

from harness.stack import wait_for
from redis_fixture import unpack
from stores import Load, flood
from stores import library_redis, shared_postgres  # noqa: F401
from stores import bare_stores, own_stores, stores  # noqa: F401

ALICE = "11111111-1111-4111-8111-111111111111"
BOB = "22222222-2222-4222-8222-222222222222"

KEEP = 65536                    # CTL_RECORDER_KEEP


def assert_recorded_exactly(stores, acknowledged):
    """Log, counters and image agree with what was acknowledged."""
    stores.wait_recorded()
    rows = stores.sql("SELECT epoch, seq, x, y, color, old_color "
                      "FROM pixel_events ORDER BY epoch, seq")
    assert [row[:2] for row in rows] == sorted(acknowledged)

    pixels = [15] * (stores.width * stores.height)
    for _, _, x, y, color, old in rows:
        assert pixels[x + y * stores.width] == old
        pixels[x + y * stores.width] = color
    assert unpack(stores.state(), 16, len(pixels)) == pixels

    assert stores.value("SELECT total_pixels_this_week "
                        "FROM current_canvas") == len(rows)
    assert_counted_exactly(stores)


def assert_counted_exactly(stores):
    """Counters and boards say what the log says, actor by actor."""
    log = dict(stores.sql("SELECT coalesce(user_id, agent_id)::text, count(*) "
                          "FROM pixel_events GROUP BY 1"))
    assert dict(stores.sql("SELECT actor_id::text, pixels "
                           "FROM contributors_this_week")) == log
    boards = {}
    for name in ("users", "agents"):
        boards.update(stores.redis.zrange(
            stores.prefix + "leaderboard:" + name, 0, -1, withscores=True))
    assert {actor.decode(): pixels for actor, pixels in boards.items()} == log
    members = stores.redis.smembers(stores.prefix + "canvas:contributors")
    assert {actor.decode() for actor in members} == set(log)


def test_events_actors_and_times(stores):
    agent = "33333333-3333-4333-8333-333333333333"
    stores.sql("INSERT INTO agents (id, name) VALUES (%s, 'painter')", agent)
    epoch, _ = stores.place(1, 2, 3, ALICE, kind="g")
    stores.place(1, 2, 4, agent, kind="a")
    stores.record()
    stores.wait_recorded()
    assert stores.sql(
        "SELECT epoch, seq, x, y, color, old_color, user_id::text, "
        "agent_id::text, abs(extract(epoch FROM now() - created_at)) < 60 "
        "FROM pixel_events ORDER BY seq") == [
            (epoch, 1, 1, 2, 3, 15, ALICE, None, True),
            (epoch, 2, 1, 2, 4, 3, None, agent, True)]
    assert stores.sql("SELECT epoch, base_seq, reason FROM canvas_epochs") \
        == [(epoch, 0, "init")]
    assert stores.value("SELECT is_guest FROM users WHERE id = %s", ALICE)


# where the recorder is when it is killed: what has, and what has not
MOMENTS = {
    "a batch in hand": lambda stores: stores.delivered() > stores.recorded(),
    "not folded": lambda stores: stores.recorded() > stores.folded(),
    "not counted": lambda stores: stores.folded() > stores.counted(),
}


def stopped_at(stores, process, moment):
    """Halted there, or going on."""
    process.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, process.pid, os.WSTOPPED)
    if MOMENTS[moment](stores):
        return True
    process.send_signal(signal.SIGCONT)
    return False


@pytest.mark.parametrize("moment", MOMENTS)
def test_kill_9_under_load(stores, moment):
    kills, hits, acknowledged = 0, 0, []

    with Load(stores, 1) as first, Load(stores, 2) as second:
        while hits < 4 and kills < 40:
            kills += 1
            process = stores.record()
            before = stores.recorded()
            wait_for(lambda: stores.recorded() > before)
            wait_for(lambda: stopped_at(stores, process, moment))
            process.kill()
            process.wait()
            hits += MOMENTS[moment](stores)

    acknowledged = first.acknowledged + second.acknowledged
    assert hits >= 4
    stores.record()
    assert_recorded_exactly(stores, acknowledged)


def test_kill_9_inside_a_transaction(stores):
    """Delivered by Redis, not committed: the next one begins with it."""
    placed = flood(stores, 500)

    for turn in range(3):
        with stores.postgres.connect(stores.name) as holder:
            holder.autocommit = False
            with holder.cursor() as cursor:
                cursor.execute("SELECT FROM canvas.recorder_progress "
                               "FOR UPDATE")
            before = stores.recorded()
            process = stores.record()
            wait_for(lambda: stores.value(
                "SELECT count(*) FROM pg_stat_activity WHERE "
                "wait_event_type = 'Lock' AND query LIKE '%%record_%%'"))
            assert stores.delivered() > stores.recorded()
            process.kill()
            process.wait()
            assert stores.recorded() == before
        holder.close()
        placed += flood(stores, 100, seed=turn + 1)

    stores.record()
    assert_recorded_exactly(stores, placed)


def test_group_that_does_not_know_what_is_recorded(stores):
    """What PostgreSQL has and Redis does not know of is skipped."""
    events = stores.prefix + "canvas:events"
    placed = flood(stores, 3000)
    process = stores.record()
    stores.wait_recorded()
    process.kill()
    process.wait()

    stores.redis.xgroup_destroy(events, "recorder")
    stores.redis.xgroup_create(events, "recorder", 0)
    stores.redis.xreadgroup("recorder", "recorder", {events: ">"}, count=1000)
    placed += flood(stores, 100, seed=5)
    stores.record()
    assert_recorded_exactly(stores, placed)


def test_somebody_else_took_entries(stores):
    """A recorder that lost its lock may read once more: asked for again."""
    events = stores.prefix + "canvas:events"
    stores.record()
    placed = flood(stores, 100)
    stores.wait_recorded()
    for turn in range(3):
        # in one step, so that the recorder is too late
        pipe = stores.redis.pipeline(transaction=True)
        actor = str(uuid.UUID(int=turn, version=4))
        for x in range(10):
            pipe.fcall(*stores.canvas.place_call(x, turn, 1, actor, "g"))
        pipe.execute_command("XREADGROUP", "GROUP", "recorder", "recorder",
                             "NOACK", "STREAMS", events, ">")
        if turn > 0:
            pipe.fcall(*stores.canvas.place_call(0, 40, turn, actor, "g"))
        replies = [reply for reply in pipe.execute() if reply[0] == b"OK"]
        placed += [(reply[2], reply[1]) for reply in replies]
        stores.wait_recorded()
    assert len(placed) == 132
    assert_recorded_exactly(stores, placed)
    assert "misses" not in stores.record_log()


def test_term_ends_it_and_the_next_one_goes_on(stores):
    placed = flood(stores, 100)
    process = stores.record()
    stores.wait_recorded()
    assert int((stores.directory / "record.pid").read_text()) == process.pid
    for number in (signal.SIGTERM, signal.SIGINT):
        process.send_signal(number)
        assert process.wait(timeout=60) == 0
        assert not (stores.directory / "record.pid").exists()
        placed += flood(stores, 100, seed=number)
        process = stores.record()
        stores.wait_recorded()
    assert_recorded_exactly(stores, placed)
    assert "ends as asked" in stores.record_log()


def test_second_one_stands_by(stores):
    first = stores.record()
    wait_for(lambda: "recording behind" in stores.record_log())
    second = stores.record()
    wait_for(lambda: "standing by" in stores.record_log())
    placed = flood(stores, 500)
    stores.wait_recorded()
    first.kill()
    first.wait()
    placed += flood(stores, 500, seed=1)
    stores.wait_recorded()
    assert second.poll() is None
    assert_recorded_exactly(stores, placed)


def test_postgres_away(own_stores):
    stores = own_stores
    stores.record()
    placed = flood(stores, 1000)
    stores.wait_recorded()
    stores.postgres.kill()
    placed += flood(stores, 1000, seed=1)
    wait_for(lambda: "[error] canvas record: " in stores.record_log())
    stores.postgres.start()
    stores.reconnect()
    placed += flood(stores, 1000, seed=2)
    assert_recorded_exactly(stores, placed)
    log = stores.record_log()
    assert log.count("[error] canvas record: ") == 1    # a state change
    assert log.count("recording behind") == 2


def test_redis_away(own_stores):
    stores = own_stores
    process = stores.record()
    placed = flood(stores, 1000)
    stores.wait_recorded()
    stores.redis_server.kill()
    wait_for(lambda: "[error] canvas record: " in stores.record_log())
    stores.redis_server.start()
    stores.reconnect()
    placed += flood(stores, 1000, seed=1)
    assert_recorded_exactly(stores, placed)
    assert process.poll() is None
    assert stores.sql("SELECT reason FROM canvas_epochs ORDER BY epoch") == [
        ("init",), ("restart",)]


def test_stream_is_trimmed_only_behind_what_is_recorded(stores):
    events = stores.prefix + "canvas:events"
    for turn in range(7):
        flood(stores, 10000, seed=turn)
    count = stores.redis.xlen(events)
    assert count == 70001                           # with the marker

    process = stores.record()
    stores.wait_recorded()
    # whole nodes of the stream are trimmed, so not to the last entry
    wait_for(lambda: stores.redis.xlen(events) < count)
    assert stores.redis.xlen(events) >= KEEP
    process.terminate()
    process.wait()

    left = stores.redis.xlen(events)
    flood(stores, 10000, seed=99)
    assert stores.redis.xlen(events) == left + 10000
    stores.record()
    stores.wait_recorded()
    assert stores.value("SELECT count(*) FROM pixel_events") == 80000


def test_events_that_redis_lost(own_stores):
    """An older AOF: PostgreSQL is ahead, and says what is gone."""
    stores = own_stores
    process = stores.record()
    kept = flood(stores, 50)
    stores.wait_recorded()
    old = stores.redis.dump(stores.prefix + "canvas:events")
    names = ["canvas:state", "canvas:seq", "canvas:epoch", "canvas:rules",
             "canvas:folded", "canvas:contributors", "leaderboard:users"]
    older = {name: stores.redis.dump(stores.prefix + name) for name in names}
    flood(stores, 7, seed=1)
    stores.wait_recorded()
    process.terminate()
    process.wait()

    for name, value in [*older.items(), ("canvas:events", old)]:
        stores.redis.restore(stores.prefix + name, 0, value, replace=True)
    stores.redis_server.restart()
    stores.reconnect()

    kept += flood(stores, 20, seed=2)
    assert kept[-1][1] == 70
    stores.record()
    assert_recorded_exactly(stores, kept)
    assert "[error] canvas record: Redis lost 7 recorded events, " \
        "seq 51 to 57" in stores.record_log()
    assert stores.value("SELECT count(*) FROM pixel_events_lost") == 7


def test_log_that_contradicts_what_is_recorded(own_stores):
    """Nothing is mixed; a restore puts it right."""
    stores = own_stores
    process = stores.record()
    first, _ = flood(stores, 10)[0]
    stores.wait_recorded()
    process.terminate()
    process.wait()

    stores.redis.flushall()                 # and somebody began a new canvas
    stores.canvas.init(width=64, height=48)
    stores.redis.xgroup_create(stores.prefix + "canvas:events", "recorder", 0)
    flood(stores, 30, seed=1)
    process = stores.record()
    wait_for(lambda: f"another canvas than {first}-10 that is recorded: run "
             "canvas-helper restore --force" in stores.record_log())
    assert stores.recorded() == (first, 10)

    result = stores.helper("restore", "--force")
    assert result.code == 0, result
    assert "going on without what Redis holds" in result.err
    position = stores.place(0, 0, 1, ALICE)
    assert position[1] == 11
    stores.wait_recorded()
    assert process.poll() is None
    assert stores.value("SELECT count(*) FROM pixel_events") == 11
    # what was placed on the wrong canvas was never recorded
    assert stores.value("SELECT count(*) FROM pixel_events_lost") == 0


def test_postgres_from_a_backup(stores):
    """It knows less than was acknowledged: the stream tells it again."""
    placed = flood(stores, 200)
    process = stores.record()
    stores.wait_recorded()
    process.terminate()
    process.wait()

    stores.connection.close()
    backup = stores.name + "_backup"
    with stores.postgres.connect("postgres").cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {backup} TEMPLATE {stores.name}")
    stores.reconnect()

    placed += flood(stores, 300, seed=1)
    process = stores.record()
    stores.wait_recorded()
    process.terminate()
    process.wait()

    stores.connection.close()
    stores.name = backup
    stores.configure()
    stores.reconnect()
    assert stores.recorded() == placed[199]
    placed += flood(stores, 100, seed=2)
    stores.record()
    assert_recorded_exactly(stores, placed)
    assert "[alert]" not in stores.record_log()


@pytest.mark.parametrize("entry", ["p,1,2", "nonsense", "p,1,1,1,1,u,x,1"])
def test_malformed_entry_does_not_stop_the_log(stores, entry):
    events = stores.prefix + "canvas:events"
    flood(stores, 5)
    epoch, _ = stores.position()
    stores.redis.xadd(events, {"e": entry}, id=f"{epoch}-6")
    stores.redis.incr(stores.prefix + "canvas:seq")
    flood(stores, 5, seed=1)
    stores.record()
    stores.wait_recorded()
    assert f"[alert] canvas record: entry {epoch}-6" in stores.record_log()
    assert stores.value("SELECT count(*) FROM pixel_events") == 10


def test_group_that_was_deleted(stores):
    stores.record()
    placed = flood(stores, 10)
    stores.wait_recorded()
    stores.redis.xgroup_destroy(stores.prefix + "canvas:events", "recorder")
    placed += flood(stores, 10, seed=1)
    assert_recorded_exactly(stores, placed)


def test_refused_events(stores):
    """What PostgreSQL does not take is set aside, the rest goes on."""
    stores.sql("ALTER TABLE pixel_events ADD CONSTRAINT no_seven "
               "CHECK (color <> 7 OR x <> 3)")
    placed, refused = [], []
    for turn in range(40):
        for x, color in ((3, 7), (3, 8), (4, 7)):
            position = stores.place(x, turn, color, ALICE, kind="g")
            (refused if (x, color) == (3, 7) else placed).append(position)
    stores.record()
    stores.wait_recorded()
    assert stores.sql("SELECT epoch, seq FROM pixel_events "
                      "ORDER BY epoch, seq") == placed
    assert stores.sql("SELECT epoch, seq FROM pixel_events_refused "
                      "ORDER BY epoch, seq") == refused
    assert stores.sql("SELECT DISTINCT x, color, kind, actor_id::text, "
                      "reason LIKE '%%no_seven%%' "
                      "FROM pixel_events_refused") == [(3, 7, "g", ALICE,
                                                        True)]
    assert stores.record_log().count("[alert]") == len(refused)
    assert_counted_exactly(stores)

    # and the next batch goes the short way again
    placed += flood(stores, 100)
    stores.wait_recorded()
    assert stores.value("SELECT count(*) FROM pixel_events") \
        + stores.value("SELECT count(*) FROM pixel_events_refused") \
        == stores.position()[1]
    assert_counted_exactly(stores)


def test_marker_that_is_refused(stores):
    """Its object is left out, the epoch begins all the same."""
    epoch, seq = flood(stores, 5)[-1]
    stores.redis.xadd(stores.prefix + "canvas:events",
                      {"e": b'm,restart,1790000000000,{"a\\u0000":1}'},
                      id=f"{epoch + 1}-{seq}")
    stores.redis.xadd(stores.prefix + "canvas:events",
                      {"e": b"m,restart,1790000000001,{}"},
                      id=f"{epoch + 2}-{seq}")
    stores.record()
    wait_for(lambda: stores.recorded() == (epoch + 2, seq))
    assert stores.epochs() == [epoch, epoch + 1, epoch + 2]
    assert f"[alert] canvas record: marker {epoch + 1}-{seq}" \
        in stores.record_log()


def test_guests_of_one_name(stores):
    """guest-<16 hex> of two guests may be the same; both are counted."""
    actors = [f"11111111-1111-4111-{half}-{last}" for half, last in (
        ("8111", "111111111111"), ("8111", "222222222222"),
        ("8111", "333333333333"))]
    for x, actor in enumerate(actors):
        stores.place(x, 0, 1, actor, kind="g")
    stores.sql("INSERT INTO agents (name) VALUES ('agent-1111111111114111')")
    stores.place(0, 1, 1, "11111111-1111-4111-9111-111111111111", kind="a")
    stores.record()
    stores.wait_recorded()
    names = [name for name, in stores.sql("SELECT username FROM users")]
    assert len(set(names)) == 3
    assert all(name.startswith("guest-") for name in names)
    assert_counted_exactly(stores)
    assert "[alert]" not in stores.record_log()
