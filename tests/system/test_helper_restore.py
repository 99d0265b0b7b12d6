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
        + [stores.redis.smembers(stores.prefix + "canvas:" + name)
           for name in ("contributors", "banned")]


def test_restored_canvas_is_the_same(stores):
    stores.sql("INSERT INTO agents (id, name) VALUES (%s, 'painter')", AGENT)
    flood(stores, 2000)
    stores.place(5, 6, 7, AGENT, kind="a", board="agents")
    stores.place(0, 0, 9, BOB)
    record_all(stores)
    stores.sql("UPDATE users SET is_banned = true WHERE id = %s", BOB)
    stores.redis.sadd(stores.prefix + "canvas:banned", BOB)
    before, state, hello = boards(stores), stores.state(), \
        stores.canvas.hello()

    lose_redis(stores)
    assert stores.json("restore") == {"epoch": 2, "seq": 2002,
                                      "replayed": 2002}
    assert stores.state() == state
    assert boards(stores) == before
    after = stores.canvas.hello()
    assert after[3:12] == hello[3:12]
    assert (after[2], after[12]) == (2, b"restore")

    # and it goes on
    assert stores.place(1, 1, 1, ALICE) == (2, 2003)
    record_all(stores)
    assert stores.value("SELECT count(*) FROM pixel_events") == 2003


def test_from_a_snapshot(stores):
    flood(stores, 500)
    shot = stores.json("snapshot")              # records what it shows first
    assert (shot["epoch"], shot["seq"]) == (1, 500)
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
    stores.ok("rotate", "--force", "--mode", "color-factions")
    flood(stores, 40, seed=1)
    record_all(stores)
    state, hello = stores.state(), stores.canvas.hello()
    lose_redis(stores)
    assert stores.json("restore") == {"epoch": 3, "seq": 140, "replayed": 40}
    assert stores.state() == state
    after = stores.canvas.hello()
    assert after[8:12] == hello[8:12]
    assert after[9] == b"color-factions"


def test_refuses_while_there_is_a_canvas(stores):
    flood(stores, 10)
    result = stores.helper("restore")
    assert result.code == 1
    assert "Redis holds a canvas at 1-10; --force replaces it" in result.err
    assert stores.position() == (1, 10)


def test_force_records_first(stores):
    """Nothing that Redis has and PostgreSQL has not is lost by it."""
    flood(stores, 300)
    state = stores.state()
    assert stores.json("restore", "--force")["replayed"] == 300
    assert stores.state() == state
    assert stores.position() == (2, 300)


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
        keys = stores.canvas.place_keys(actor)
        pipe.fcall("canvas_place", len(keys), *keys, stores.canvas.channel,
                   number % 64, 1, 2, actor, "g", "", 0)
    pipe.execute()
    record_all(stores)
    before = boards(stores)
    lose_redis(stores)
    stores.ok("restore")
    assert boards(stores) == before
    assert len(before[0]) == 2500
