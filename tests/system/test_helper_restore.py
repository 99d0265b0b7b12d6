"""canvas-helper restore and snapshot: the same canvas from PostgreSQL."""

import gzip
import uuid

from stores import flood
from stores import library_redis, shared_postgres  # noqa: F401
from stores import bare_stores, stores  # noqa: F401

ALICE = "11111111-1111-4111-8111-111111111111"
BOB = "22222222-2222-4222-8222-222222222222"
AGENT = "33333333-3333-4333-8333-333333333333"


def record_all(stores):
    process = stores.record()
    stores.wait_recorded()
    process.terminate()
    process.wait()


def lose_redis(stores):
    stores.redis.delete(*stores.redis.keys(stores.prefix + "*"))
    assert stores.canvas.hello() == [b"NOT_INITIALISED"]


def boards(stores):
    names = ["users", "agents"]
    return [stores.redis.zrange(stores.prefix + "leaderboard:" + name, 0, -1,
                                withscores=True) for name in names] \
        + [stores.redis.smembers(stores.prefix + "canvas:contributors"),
           stores.redis.keys(stores.prefix + "banned:*")]


def test_restored_canvas_is_the_same(stores):
    stores.sql("INSERT INTO agents (id, name) VALUES (%s, 'painter')", AGENT)
    flood(stores, 2000)
    stores.place(5, 6, 7, AGENT, kind="a")
    stores.place(0, 0, 9, BOB)
    record_all(stores)
    stores.sql("UPDATE users SET is_banned = true WHERE id = %s", BOB)
    stores.canvas.ban(BOB)
    before, state, hello = boards(stores), stores.state(), \
        stores.canvas.hello()

    lose_redis(stores)
    restored = stores.json("restore")
    assert restored["epoch"] > hello[2]
    assert (restored["seq"], restored["replayed"]) == (2002, 2002)
    assert stores.state() == state
    assert boards(stores) == before
    after = stores.canvas.hello()
    assert after[3:12] == hello[3:12]
    assert (after[2], after[12]) == (restored["epoch"], b"restore")

    # and it goes on
    assert stores.place(1, 1, 1, ALICE) == (restored["epoch"], 2003)
    record_all(stores)
    assert stores.value("SELECT count(*) FROM pixel_events") == 2003
    assert sum(score for _, score in boards(stores)[0]) == 2002


def test_from_a_snapshot(stores):
    flood(stores, 500)
    shot = stores.json("snapshot")              # records what it shows first
    assert (shot["epoch"], shot["seq"]) == stores.position()
    assert shot["seq"] == 500
    data = stores.value("SELECT canvas_data FROM canvas_snapshots")
    assert len(data) == shot["bytes"]
    assert gzip.decompress(data) == stores.state()
    assert stores.json("snapshot")["id"] == shot["id"]

    flood(stores, 70, seed=1)
    record_all(stores)
    state = stores.state()
    lose_redis(stores)
    assert stores.json("restore")["replayed"] == 70
    assert stores.state() == state


def test_weeks_before_are_left_out(stores):
    flood(stores, 100)
    stores.ok("snapshot")
    stores.ok("rotate", "--force", "--mode", "pixel_decay")
    flood(stores, 40, seed=1)
    record_all(stores)
    state, hello = stores.state(), stores.canvas.hello()
    lose_redis(stores)
    restored = stores.json("restore")
    assert restored["epoch"] > hello[2]
    assert (restored["seq"], restored["replayed"]) == (140, 40)
    assert stores.state() == state
    after = stores.canvas.hello()
    assert after[8:12] == hello[8:12]
    assert after[9] == b"pixel_decay"


def test_refuses_while_there_is_a_canvas(stores):
    at = flood(stores, 10)[-1]
    result = stores.helper("restore")
    assert result.code == 1
    assert f"Redis holds a canvas at {at[0]}-10; --force replaces it" \
        in result.err
    assert stores.position() == at


def test_force_records_first(stores):
    """Nothing that Redis has and PostgreSQL has not is lost by it."""
    epoch, _ = flood(stores, 300)[-1]
    state = stores.state()
    restored = stores.json("restore", "--force")
    assert restored["replayed"] == 300
    assert restored["epoch"] > epoch
    assert stores.state() == state
    assert stores.position() == (restored["epoch"], 300)


def test_nothing_to_restore_from(stores):
    lose_redis(stores)
    result = stores.helper("restore")
    assert result.code == 1
    assert "no log to restore from: run canvas-helper migrate" in result.err


def test_more_members_than_one_command_takes(stores):
    """Boards are sent in pieces of 1,000."""
    pipe = stores.redis.pipeline(transaction=False)
    for number in range(2500):
        actor = str(uuid.uuid4())
        pipe.fcall(*stores.canvas.place_call(number % 64, 1, 2, actor, "g"))
    pipe.execute()
    record_all(stores)
    before = boards(stores)
    lose_redis(stores)
    stores.ok("restore")
    assert boards(stores) == before
    assert len(before[0]) == 2500


def test_boards_under_a_running_recorder(stores):
    """Restore and recorder both count; nothing is counted twice."""
    placed = flood(stores, 1000)
    stores.record()
    stores.wait_recorded()
    for turn in range(5):
        placed += flood(stores, 200, seed=turn + 1)
        stores.ok("restore", "--force")
        placed += flood(stores, 200, seed=turn + 100)
    stores.wait_recorded()
    assert sum(score for _, score in boards(stores)[0]) == len(placed)
    assert len(boards(stores)[0]) == len(boards(stores)[2]) \
        == stores.value("SELECT count(*) FROM contributors_this_week")


def test_pixels_left_of_a_limit(stores):
    """canvas:actors is exact again: who had all its pixels has no more."""
    stores.sql("UPDATE game_modes SET rules = rules || "
               "'{\"max_pixels_per_user\": 3}' WHERE slug = 'classic'")
    stores.ok("rotate", "--force", "--mode", "classic")
    for x in range(3):
        stores.place(x, 0, 1, ALICE, kind="g")
    stores.place(9, 9, 1, BOB, kind="g")
    before = stores.redis.hgetall(stores.prefix + "canvas:actors")
    assert len(before) == 2
    record_all(stores)
    lose_redis(stores)
    stores.ok("restore")
    assert stores.redis.hgetall(stores.prefix + "canvas:actors") == before
    assert stores.canvas.place(4, 4, 4, ALICE, kind="g")[0] \
        == b"RULE_VIOLATION"
    stores.place(8, 8, 1, BOB, kind="g")
