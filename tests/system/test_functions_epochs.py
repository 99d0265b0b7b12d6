"""The Function library `canvas` over the life of a canvas: restarts, kills,
loads, turns, and the rights and modes it runs under."""

import json
import random
import re
import threading

import pytest
import redis

from redis_fixture import (
    ALICE, BOB, LIBRARY, ROOT, SESSION, Canvas, RedisServer, canvas,
    own_server, replay, server, shared_server, snapshot, unpack, wait_for)


# restart

def test_reloaded_library_begins_an_epoch(server, canvas):
    canvas.init(rules='{"max_pixels_per_user":2}', cooldown=0)
    canvas.place(3, 3, 3, ALICE)
    state = canvas.read()[4]
    server.load_library()

    assert canvas.place(4, 4, 4, ALICE) == [b"OK", 2, 2, 0]
    assert canvas.place(4, 4, 4, ALICE)[0] == b"RULE_VIOLATION"
    epoch, seq, event = canvas.events()[2]
    assert (epoch, seq) == (2, 1) and event.startswith("m,restart,")
    assert json.loads(event.split(",", 3)[3])["week_number"] == 5
    assert canvas.hello()[12] == b"restart"
    assert len(state) == len(canvas.read()[4])
    assert len(canvas.events()) == 4


@pytest.mark.parametrize("call", ["hello", "read", "settings"])
def test_every_first_call_begins_the_epoch(server, canvas, call):
    canvas.init()
    server.load_library()
    assert getattr(canvas, call)(*([5] if call == "settings" else []))[
        0] == b"OK"
    assert canvas.events()[-1][:2] == (2, 0)


def test_refused_first_call_begins_it_too(server, canvas):
    canvas.init()
    server.load_library()
    assert canvas.place(64, 0, 0, ALICE) == [b"INVALID_COORDS"]
    assert canvas.events()[-1][:2] == (2, 0)


def test_canvases_are_told_apart(server, canvas):
    other = Canvas(canvas.connection, "{other}:")
    canvas.init()
    other.init(width=10, height=10)
    canvas.place(1, 1, 1, ALICE)
    server.load_library()
    assert other.place(1, 1, 1, ALICE) == [b"OK", 1, 2, 0]
    assert canvas.place(63, 1, 1, ALICE) == [b"OK", 2, 2, 0]
    assert other.place(63, 1, 1, ALICE) == [b"INVALID_COORDS"]


def test_epoch_written_by_another_master(canvas):
    canvas.init()
    canvas.connection.set(canvas.key("canvas:epoch"), 7)
    assert canvas.place(1, 1, 1, ALICE) == [b"OK", 1, 8, 0]


def test_restart_never_falls_behind_the_stream(server, canvas):
    canvas.init()
    canvas.connection.xadd(canvas.key("canvas:events"), {"e": "x"}, id="9-5")
    server.load_library()
    assert canvas.place(1, 1, 1, ALICE) == [b"OK", 1, 10, 0]


def test_restart_takes_the_seq_of_the_stream(server, canvas):
    canvas.init()
    canvas.connection.xadd(canvas.key("canvas:events"), {"e": "x"}, id="1-5")
    server.load_library()
    assert canvas.place(1, 1, 1, ALICE) == [b"OK", 6, 2, 0]


def test_restart_of_a_damaged_canvas(server, canvas):
    canvas.init()
    canvas.connection.delete(canvas.key("canvas:state"))
    server.load_library()
    assert canvas.place(1, 1, 1, ALICE) == [b"NOT_INITIALISED"]
    assert not canvas.connection.exists(canvas.key("canvas:state"))


def test_flushed_server_can_begin_again(canvas):
    canvas.init()
    canvas.place(1, 1, 1, ALICE)
    canvas.connection.flushall()
    assert canvas.place(1, 1, 1, ALICE) == [b"NOT_INITIALISED"]
    assert canvas.init(width=8) == [b"OK", 1, 0]
    assert canvas.place(8, 1, 1, ALICE) == [b"INVALID_COORDS"]


def test_killed_server_loses_nothing(own_server):
    """kill -9 while placing: what was acknowledged is in the log, and what
    comes after has another epoch."""
    acknowledged, limit = [], 3000

    with own_server.connect() as connection:
        Canvas(connection).init()

    def run(seed):
        rng = random.Random(seed)
        with own_server.connect() as connection:
            mine = Canvas(connection)
            try:
                while True:
                    x, y, color = (rng.randrange(64), rng.randrange(48),
                                   rng.randrange(16))
                    reply = mine.place(x, y, color, ALICE)
                    acknowledged.append((reply[1], x, y, color))
            except redis.RedisError:
                pass

    threads = [threading.Thread(target=run, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    wait_for(lambda: len(acknowledged) > limit)
    own_server.kill()
    for thread in threads:
        thread.join()
    own_server.start()

    with own_server.connect() as connection:
        canvas = Canvas(connection)
        last = int(connection.get(canvas.key("canvas:seq")))
        assert canvas.place(0, 0, 0, ALICE) == [b"OK", last + 1, 2, 0]
        events = canvas.events()
        assert unpack(canvas.read()[4], 16, 64 * 48) == replay(
            events, 64, 48, 15)

    logged = {seq: tuple(map(int, event.split(",")[1:4]))
              for epoch, seq, event in events
              if epoch == 1 and event.startswith("p")}
    assert len(acknowledged) > limit
    for seq, *pixel in acknowledged:
        assert logged[seq] == tuple(pixel)
    assert events[last + 1][:2] == (2, last)


# load

def test_load(canvas):
    canvas.init()
    canvas.place(1, 1, 1, ALICE)
    state = bytes(random.Random(1).randbytes(32))

    assert canvas.load(1, 5, state, 8, 8) == [b"CONFLICT", 1]
    assert canvas.load(4, 900, state, 8, 8, mode="speed-run",
                       cooldown=100) == [b"OK", 4, 900]
    assert canvas.read() == [b"OK", 4, 900, b"restore", state]
    assert canvas.hello()[4:10] == [8, 8, 16, 15, 100, b"speed-run"]
    epoch, seq, event = canvas.events()[-1]
    assert (epoch, seq) == (4, 900) and event.startswith("m,restore,")
    assert canvas.place(7, 7, 1, ALICE)[:3] == [b"OK", 901, 4]
    assert canvas.load(4, 5, state, 8, 8) == [b"CONFLICT", 4]


def test_load_into_an_empty_server(canvas):
    assert canvas.load(3, 0, b"\x12\x30", 3, 1) == [b"OK", 3, 0]
    assert canvas.place(2, 0, 5, ALICE) == [b"OK", 1, 3, 0]
    assert canvas.read()[4] == b"\x12\x50"


def test_load_respects_the_stream(canvas):
    canvas.connection.xadd(canvas.key("canvas:events"), {"e": "x"}, id="9-5")
    assert canvas.load(9, 9, b"\0\0", 3, 1) == [b"CONFLICT", 9]
    assert canvas.load(10, 5, b"\0\0", 3, 1) == [b"OK", 10, 5]


@pytest.mark.parametrize("arguments", [
    {"state": b""}, {"state": b"\0"}, {"state": b"\0" * 3}, {"epoch": 0},
    {"epoch": "x"}, {"seq": -1}, {"seq": 2 ** 53}, {"colors": 5},
    {"state": b"\x05\0", "colors": 5}, {"state": b"\x50\0", "colors": 5},
    {"state": b"\0\xc8\0", "colors": 200},
])
def test_load_refuses(canvas, arguments):
    call = {"epoch": 1, "seq": 0, "state": b"\x66\x60", "width": 3,
            "height": 1, "background": 0, **arguments}
    assert canvas.load(**call) == [b"INVALID_MESSAGE"]
    assert canvas.connection.keys() == []


# turn

def test_turn(canvas):
    canvas.init(cooldown=0)
    canvas.place(1, 1, 1, ALICE)
    canvas.place(2, 1, 1, BOB, kind="a", board="agents")
    old = canvas.read()[4]
    canvas.connection.zadd(canvas.key("leaderboard:factions"), {"f": 3})
    canvas.lock("mine")
    marker = '{"week_number":6,\n"year":2026}'

    assert canvas.turn("theirs", 1) == [b"FORBIDDEN"]
    assert canvas.turn("", 1) == [b"FORBIDDEN"]
    assert canvas.turn("mine", 1, mode="speed-run", rules='{"a":1}',
                       cooldown=9, marker=marker) == [b"OK", 2, 2]

    assert canvas.read() == [b"OK", 2, 2, b"rotate", b"\xff" * (64 * 24)]
    assert canvas.hello()[4:] == [64, 48, 16, 15, 9, b"speed-run", 6, 2026,
                                  b"rotate", b'{"a":1}']
    epoch, seq, event = canvas.events()[-1]
    assert (epoch, seq) == (2, 2)
    assert re.fullmatch(r'm,rotate,\d+,{"week_number":6, "year":2026}', event)

    connection = canvas.connection
    for name in ("leaderboard:users", "leaderboard:agents",
                 "leaderboard:factions", "canvas:contributors"):
        assert not connection.exists(canvas.key(name))
    assert connection.get(canvas.closing(1, "state")) == old
    assert connection.zscore(canvas.closing(1, "users"), ALICE) == 1
    assert connection.zscore(canvas.closing(1, "agents"), BOB) == 1
    assert connection.zscore(canvas.closing(1, "factions"), "f") == 3
    assert connection.scard(canvas.closing(1, "contributors")) == 2
    rules = connection.hgetall(canvas.closing(1, "rules"))
    assert rules[b"game_mode"] == b"classic"
    assert (rules[b"epoch"], rules[b"seq"]) == (b"1", b"2")
    assert canvas.place(0, 0, 0, ALICE)[1:3] == [3, 2]


def test_turn_is_idempotent(server, canvas):
    canvas.init()
    canvas.place(1, 1, 1, ALICE)
    canvas.lock("t")
    assert canvas.turn("t", 1) == [b"OK", 2, 1]
    canvas.place(1, 1, 1, ALICE)
    before = snapshot(canvas.connection)
    assert canvas.turn("t", 1) == [b"DONE", 2, 1]
    assert snapshot(canvas.connection) == before
    server.load_library()
    assert canvas.turn("t", 1) == [b"DONE", 2, 1]
    assert canvas.turn("t", 9) == [b"CONFLICT", 3]
    assert canvas.turn("t", 3) == [b"OK", 4, 2]
    assert canvas.turn("t", 2) == [b"DONE", 4, 2]
    assert canvas.turn("t", 1) == [b"CONFLICT", 4]


def test_turn_closes_a_restart_successor(server, canvas):
    canvas.init()
    canvas.place(1, 1, 1, ALICE)
    canvas.lock("t")
    server.load_library()
    assert canvas.turn("t", 1) == [b"OK", 3, 1]
    assert [e[:2] for e in canvas.events()] == [(1, 0), (1, 1), (2, 1),
                                                (3, 1)]
    assert canvas.connection.hget(canvas.closing(1, "rules"), "epoch") == b"2"
    assert canvas.turn("t", 1) == [b"DONE", 3, 1]


def test_turn_does_not_close_a_restored_canvas(canvas):
    canvas.init()
    canvas.lock("t")
    canvas.load(5, 0, b"\0" * 64 * 24)
    assert canvas.turn("t", 1) == [b"CONFLICT", 5]


def test_reset_keeps_the_week(canvas):
    canvas.init()
    canvas.place(1, 1, 1, ALICE)
    canvas.lock("t")
    assert canvas.turn("t", 1, reason="reset", week=5) == [b"OK", 2, 1]
    assert canvas.read()[3:] == [b"reset", b"\xff" * (64 * 24)]
    connection = canvas.connection
    assert connection.zscore(canvas.key("leaderboard:users"), ALICE) == 1
    assert connection.sismember(canvas.key("canvas:contributors"), ALICE)
    assert connection.exists(canvas.closing(1, "state")) == 1
    assert connection.exists(canvas.closing(1, "users")) == 0

    # a reset is not the rotation that was due, and hides none that was made
    assert canvas.turn("t", 1) == [b"CONFLICT", 2]
    assert canvas.turn("t", 2) == [b"OK", 3, 1]
    assert canvas.turn("t", 3, reason="reset") == [b"OK", 4, 1]
    assert canvas.turn("t", 2) == [b"DONE", 3, 1]


@pytest.mark.parametrize("arguments", [
    {"closing_epoch": "x"}, {"closing_epoch": 0}, {"reason": "init"},
    {"reason": ""}, {"mode": ""}, {"week": "x"}, {"rules": "x"},
    {"marker": "[1]"}, {"marker": "{"}, {"cooldown": "-1"},
])
def test_turn_refuses(canvas, arguments):
    canvas.init()
    canvas.lock("t")
    call = {"token": "t", "closing_epoch": 1, **arguments}
    before = snapshot(canvas.connection)
    assert canvas.turn(**call) == [b"INVALID_MESSAGE"]
    assert snapshot(canvas.connection).keys() == before.keys()
    assert canvas.events()[-1][0] == 1


def test_turn_under_load(server, canvas):
    """Placements around ten turns land in exactly one epoch each."""
    canvas.init()
    canvas.lock("t")
    acknowledged, stop = [], threading.Event()

    def run(seed):
        rng = random.Random(seed)
        with server.connect() as connection:
            mine = Canvas(connection)
            while not stop.is_set():
                pixel = (rng.randrange(64), rng.randrange(48),
                         rng.randrange(16))
                reply = mine.place(*pixel, ALICE)
                acknowledged.append((reply[2], reply[1], pixel))

    threads = [threading.Thread(target=run, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for epoch in range(1, 11):
        count = len(acknowledged)
        wait_for(lambda: len(acknowledged) > count + 50)
        assert canvas.turn("t", epoch)[:2] == [b"OK", epoch + 1]
    stop.set()
    for thread in threads:
        thread.join()

    events = canvas.events()
    logged = {(epoch, seq): tuple(map(int, event.split(",")[1:4]))
              for epoch, seq, event in events if event.startswith("p")}
    assert len(logged) == len(acknowledged)
    for epoch, seq, pixel in acknowledged:
        assert logged[epoch, seq] == pixel

    for closing in range(1, 11):
        week = [e for e in events if e[0] == closing]
        assert len(week) > 50
        state = canvas.connection.get(canvas.closing(closing, "state"))
        log = [(1, e[1], e[2]) for e in week]
        log[0] = (1, 0, log[0][2])
        first = week[0][1]
        log[1:] = [(1, e[1] - first, e[2]) for e in week[1:]]
        assert unpack(state, 16, 64 * 48) == replay(log, 64, 48, 15)
        board = canvas.connection.zscore(canvas.closing(closing, "users"),
                                         ALICE)
        assert board == len(week) - 1
    assert unpack(canvas.read()[4], 16, 64 * 48) == replay(events, 64, 48, 15)


# rights and cluster

def documented_acl():
    text = (ROOT / "docs" / "redis.md").read_text()
    return re.search(r"`ACL SETUSER canvas on >secret ([^`]+)`", text)[1]


def test_documented_user_can_do_everything(server, canvas):
    canvas.connection.execute_command("ACL", "SETUSER", "canvas", "reset",
                                      "on", ">secret",
                                      *documented_acl().split())
    with server.connect(username="canvas", password="secret") as connection:
        mine = Canvas(connection)
        assert connection.fcall_ro("canvas_version", 0)[0] == b"OK"
        mine.init(rules='{"max_pixels_per_user":9}')
        mine.session_create(SESSION, ALICE)
        assert mine.identify(SESSION)[0] == b"OK"
        assert mine.place_session(1, 1, 1, SESSION, cooldown=9)[0] == b"OK"
        assert mine.place(1, 1, 1, BOB, cooldown=60000)[0] == b"OK"
        assert mine.place(1, 1, 1, BOB, cooldown=60000)[0] == b"RATE_LIMITED"
        assert mine.read()[0] == mine.hello()[0] == b"OK"
        assert mine.settings(5)[0] == mine.settings("")[0] == b"OK"
        connection.set(mine.key("canvas:rotation:lock"), "t")
        assert mine.turn("t", 1)[0] == b"OK"
        assert mine.load(9, 0, b"\0" * 64 * 24)[0] == b"OK"
        connection.function_load(LIBRARY.read_bytes(), replace=True)
        assert mine.hello()[2] == 10

        with pytest.raises(redis.exceptions.NoPermissionError):
            connection.get("elsewhere")
        with pytest.raises(redis.exceptions.NoPermissionError):
            connection.flushall()


def test_cluster_mode():
    server = RedisServer("--cluster-enabled", "yes")
    server.options += ("--cluster-config-file", "nodes.conf")
    server.start()

    try:
        server.load_library()
        with server.connect() as connection:
            connection.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
            wait_for(lambda: b"cluster_state:ok" in connection.
                     execute_command("CLUSTER", "INFO"))
            canvas = Canvas(connection)
            assert canvas.init() == [b"OK", 1, 0]
            canvas.session_create(SESSION, ALICE)
            assert canvas.place_session(1, 1, 1, SESSION,
                                        cooldown=60000)[0] == b"OK"
            assert canvas.place(1, 1, 1, ALICE,
                                cooldown=60000)[0] == b"RATE_LIMITED"
            assert canvas.identify(SESSION)[6] > 0
            canvas.lock("t")
            assert canvas.turn("t", 1)[0] == b"OK"

            with pytest.raises(redis.RedisError, match="slot"):
                Canvas(connection, "no-tag:").init()
    finally:
        server.stop()


def test_reads_go_on_at_the_memory_limit(own_server):
    with own_server.connect() as connection:
        canvas = Canvas(connection)
        canvas.init()
        connection.config_set("maxmemory", 1)
        assert canvas.read()[0] == canvas.hello()[0] == b"OK"
        with pytest.raises(redis.RedisError):
            canvas.place(1, 1, 1, ALICE)
