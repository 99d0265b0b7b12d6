"""The Function library `canvas` over the life of a canvas: restarts, kills,
loads, turns, and the rights and modes it runs under."""

import json
import random
import re
import threading

import pytest
import redis

from redis_fixture import (
    ALICE, BOB, ROOT, SESSION, Canvas, Event, RedisServer, canvas,
    library_text, own_server, replay, server, shared_server, snapshot, unpack,
    wait_for)


FUTURE = 9 * 10 ** 12                   # an epoch that no clock tells yet


# restart

def test_reloaded_library_begins_an_epoch(server, canvas):
    first = canvas.init(rules='{"max_pixels_per_user":2}', cooldown=0)[1]
    canvas.place(3, 3, 3, ALICE)
    state = canvas.read()[4]
    server.load_library()

    code, seq, epoch, _ = canvas.place(4, 4, 4, ALICE)
    assert (code, seq) == (b"OK", 2) and epoch > first
    assert canvas.place(4, 4, 4, ALICE)[0] == b"RULE_VIOLATION"
    marker = canvas.events()[2]
    assert (marker.at, marker.reason) == ((epoch, 1), "restart")
    assert json.loads(marker.json)["week_number"] == 5
    assert json.loads(marker.json)["first_epoch"] == first
    assert canvas.hello()[12] == b"restart"
    assert len(state) == len(canvas.read()[4])
    assert len(canvas.events()) == 4


@pytest.mark.parametrize("call", ["hello", "read", "settings"])
def test_every_first_call_begins_the_epoch(server, canvas, call):
    first = canvas.init()[1]
    server.load_library()
    assert getattr(canvas, call)(*([5] if call == "settings" else []))[
        0] == b"OK"
    marker = canvas.events()[-1]
    assert marker.at == (canvas.epoch, 0) and marker.epoch > first


def test_refused_first_call_begins_it_too(server, canvas):
    first = canvas.init()[1]
    server.load_library()
    assert canvas.place(64, 0, 0, ALICE) == [b"INVALID_COORDS"]
    marker = canvas.events()[-1]
    assert marker.at == (canvas.epoch, 0) and marker.epoch > first


def test_canvases_are_told_apart(server, canvas):
    other = Canvas(canvas.connection, "{other}:")
    canvas.init()
    other.init(width=10, height=10)
    canvas.place(1, 1, 1, ALICE)
    server.load_library()
    assert other.place(1, 1, 1, ALICE)[:2] == [b"OK", 1]
    assert canvas.place(63, 1, 1, ALICE)[:2] == [b"OK", 2]
    assert other.place(63, 1, 1, ALICE) == [b"INVALID_COORDS"]


def test_epochs_follow_the_clock(server, canvas):
    """Nothing of what was lost is used again, also where all was lost."""
    def clock():
        seconds, micros = canvas.connection.time()
        return seconds * 1000 + micros // 1000

    epochs = [canvas.init()[1]]

    for _ in range(20):
        server.load_library()
        epochs.append(canvas.hello()[2])
        wait_for(lambda: clock() > epochs[-1])
        canvas.connection.flushall()
        epochs.append(canvas.init()[1])

    assert epochs == sorted(set(epochs))
    assert epochs[-1] <= clock()


def test_epochs_rise_when_the_clock_was_set_back(server, canvas):
    canvas.load(FUTURE, 7, b"\0" * 64 * 24)
    server.load_library()
    assert canvas.place(1, 1, 1, ALICE) == [b"OK", 8, FUTURE + 1, 0]
    canvas.lock("t")
    assert canvas.turn("t", FUTURE + 1) == [b"OK", FUTURE + 2, 8]


def test_epoch_written_by_another_master(canvas):
    canvas.init()
    canvas.connection.set(canvas.key("canvas:epoch"), FUTURE)
    assert canvas.place(1, 1, 1, ALICE) == [b"OK", 1, FUTURE + 1, 0]


def test_restart_never_falls_behind_the_stream(server, canvas):
    canvas.init()
    canvas.connection.xadd(canvas.key("canvas:events"), {"e": "x"},
                           id=f"{FUTURE}-5")
    server.load_library()
    assert canvas.place(1, 1, 1, ALICE) == [b"OK", 1, FUTURE + 1, 0]


def test_restart_takes_the_seq_of_the_stream(server, canvas):
    epoch = canvas.init()[1]
    canvas.connection.xadd(canvas.key("canvas:events"), {"e": "x"},
                           id=f"{epoch}-5")
    server.load_library()
    assert canvas.place(1, 1, 1, ALICE)[:2] == [b"OK", 6]


@pytest.mark.parametrize("seq, following", [(0, 4), (2, 4), (900, 901)])
@pytest.mark.parametrize("call", ["place", "hello"])
def test_another_seq_than_remembered(canvas, call, seq, following):
    """Keys from elsewhere: what follows has an epoch of its own."""
    first = canvas.init()[1]
    for color in range(3):
        canvas.place(1, 1, color, ALICE)
    canvas.connection.set(canvas.key("canvas:seq"), seq)

    if call == "hello":
        assert canvas.hello()[3] == following - 1
    assert canvas.place(2, 2, 2, ALICE)[:2] == [b"OK", following]
    assert canvas.place(2, 2, 3, ALICE)[:2] == [b"OK", following + 1]

    marker, one, two = canvas.events()[4:]
    assert (marker.reason, marker.seq) == ("restart", following - 1)
    assert marker.epoch == one.epoch == two.epoch > first
    assert (one.old, two.old) == (15, 2)
    assert canvas.read()[1:3] == [marker.epoch, following + 1]


def test_a_stream_that_is_ahead(canvas):
    """What the log refuses is not on the canvas either."""
    epoch = canvas.init()[1]
    canvas.connection.xadd(canvas.key("canvas:events"), {"e": "x"},
                           id=f"{epoch}-1")
    assert canvas.place(1, 1, 1, ALICE)[:2] == [b"OK", 2]
    marker, event = map(
        Event, *zip(*((identity, fields[b"e"]) for identity, fields in
                      canvas.connection.xrange(canvas.page[4])[2:])))
    assert (marker.reason, marker.seq) == ("restart", 1)
    assert (event.seq, event.old) == (2, 15)


def test_a_log_that_takes_nothing(canvas):
    canvas.init()
    canvas.place(1, 1, 1, ALICE)
    canvas.connection.set(canvas.page[4], "x")
    before = snapshot(canvas.connection)
    with pytest.raises(redis.ResponseError, match="WRONGTYPE"):
        canvas.place(1, 1, 2, ALICE)
    assert snapshot(canvas.connection) == before


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
    assert canvas.init(width=8)[::2] == [b"OK", 0]
    assert canvas.place(8, 1, 1, ALICE) == [b"INVALID_COORDS"]


def test_killed_server_loses_nothing(own_server):
    """kill -9 while placing: what was acknowledged is in the log, and what
    comes after has another epoch."""
    acknowledged, limit = [], 3000

    with own_server.connect() as connection:
        # with everysec a slow disk may hold writes back for two seconds
        connection.config_set("appendfsync", "no")
        first = Canvas(connection).init()[1]

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
        assert canvas.place(0, 0, 0, ALICE)[:2] == [b"OK", last + 1]
        assert canvas.epoch > first
        events = canvas.events()
        assert unpack(canvas.read()[4], 16, 64 * 48) == replay(
            events, 64, 48, 15)

    logged = {event.seq: event.pixel for event in events
              if event.epoch == first and event.is_pixel}
    assert len(acknowledged) > limit
    for seq, *pixel in acknowledged:
        assert logged[seq] == tuple(pixel)
    assert events[last + 1].at == (canvas.epoch, last)


# load

def test_load(canvas):
    first = canvas.init()[1]
    canvas.place(1, 1, 1, ALICE)
    state = bytes(random.Random(1).randbytes(32))

    assert canvas.load(first, 5, state, 8, 8) == [b"CONFLICT", first]
    assert canvas.load(FUTURE, 900, state, 8, 8, mode="speed-run",
                       cooldown=100) == [b"OK", FUTURE, 900]
    assert canvas.read() == [b"OK", FUTURE, 900, b"restore", state]
    assert canvas.hello()[4:10] == [8, 8, 16, 15, 100, b"speed-run"]
    marker = canvas.events()[-1]
    assert (marker.at, marker.reason) == ((FUTURE, 900), "restore")
    assert canvas.place(7, 7, 1, ALICE)[:3] == [b"OK", 901, FUTURE]
    assert canvas.load(FUTURE, 5, state, 8, 8) == [b"CONFLICT", FUTURE]


def test_load_chooses_the_epoch(canvas):
    first = canvas.init()[1]
    code, epoch, seq = canvas.load(0, 900, b"\0" * 64 * 24)
    assert (code, seq) == (b"OK", 900) and epoch > first
    assert canvas.read()[1:4] == [epoch, 900, b"restore"]
    canvas.load(FUTURE, 1, b"\0" * 64 * 24)
    assert canvas.load(0, 2, b"\0" * 64 * 24) == [b"OK", FUTURE + 1, 2]


def test_load_places_again_what_is_behind(server, canvas):
    """The image is of position first-2; nothing that was accepted is lost."""
    first = canvas.init(cooldown=0)[1]
    for x in range(4):
        canvas.place(x, 0, x, ALICE)
    server.load_library()
    epoch = canvas.place(1, 0, 9, BOB, kind="a")[2]
    before = [event for event in canvas.events() if event.is_pixel]

    code, loaded, seq = canvas.load(
        0, f"{first}-2", bytes([0x55]) * (64 * 24),
        rules='{"max_pixels_per_user":3}')
    assert (code, seq) == (b"OK", 2 + 3) and loaded > epoch
    again = canvas.events()[-3:]
    assert [event.at for event in again] == [(loaded, seq)
                                             for seq in (3, 4, 5)]
    assert [(event.pixel, event.kind, event.actor, event.ms)
            for event in again] == [
        (event.pixel, event.kind, event.actor, event.ms)
        for event in before[2:]]
    assert [event.old for event in again] == [5, 5, 5]
    assert canvas.read()[1:4] == [loaded, 5, b"restore"]
    assert canvas.read()[4][:2] == b"\x59\x23"
    assert canvas.hello()[2:4] == [loaded, 5]

    # they count where this page counts
    assert canvas.place(9, 9, 1, ALICE)[0] == b"OK"
    assert canvas.place(9, 9, 2, ALICE)[0] == b"RULE_VIOLATION"


@pytest.mark.parametrize("entries", [999, 1000, 1001, 2500])
def test_load_places_much_again(canvas, entries):
    first = canvas.init(cooldown=0)[1]
    pipe = canvas.connection.pipeline(transaction=False)
    for i in range(entries):
        pipe.fcall(*canvas.place_call(i % 64, i // 64, i % 16, ALICE))
    pipe.execute()
    state = canvas.read()[4]
    code, epoch, seq = canvas.load(0, f"{first}-0",
                                   bytes([0xff]) * (64 * 24))
    assert (code, seq) == (b"OK", entries)
    assert canvas.read()[1:] == [epoch, entries, b"restore", state]


def test_load_does_not_fade_again(canvas):
    first = canvas.init(cooldown=0, rules='{"decayHours":1}')[1]
    canvas.place(1, 0, 1, ALICE)
    assert canvas.decay((first, 1), 15, (1, 0))[3] == 1
    assert canvas.load(0, f"{first}-0", bytes(64 * 24))[2] == 1
    assert canvas.read()[4][:1] == b"\x01"


def test_load_into_an_empty_server(canvas):
    assert canvas.load(3, 0, b"\x12\x30", 3, 1) == [b"OK", 3, 0]
    assert canvas.place(2, 0, 5, ALICE) == [b"OK", 1, 3, 0]
    assert canvas.read()[4] == b"\x12\x50"


def test_load_respects_the_stream(canvas):
    canvas.connection.xadd(canvas.key("canvas:events"), {"e": "x"}, id="9-5")
    assert canvas.load(9, 9, b"\0\0", 3, 1) == [b"CONFLICT", 9]
    assert canvas.load(10, 5, b"\0\0", 3, 1) == [b"OK", 10, 5]


@pytest.mark.parametrize("arguments", [
    {"state": b""}, {"state": b"\0"}, {"state": b"\0" * 3}, {"epoch": ""},
    {"epoch": -1}, {"epoch": "x"}, {"seq": -1}, {"seq": 2 ** 53}, {"colors": 5},
    {"seq": "1-"}, {"seq": "-1"}, {"seq": "1-2-3"}, {"seq": f"1-{2 ** 53}"},
    {"seq": f"{2 ** 53}-1"},
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
    first = canvas.init(cooldown=0, rules='{"max_pixels_per_user":9}')[1]
    canvas.place(1, 1, 1, ALICE)
    canvas.place(2, 1, 1, BOB, kind="a")
    canvas.fold("0-0", f"{first}-2", ("u", ALICE, 1), ("a", BOB, 1))
    old = canvas.read()[4]
    canvas.connection.zadd(canvas.key("leaderboard:factions"), {"f": 3})
    canvas.lock("mine")
    marker = '{"week_number":6,\n"year":2026}'

    assert canvas.turn("theirs", first) == [b"FORBIDDEN"]
    assert canvas.turn("", first) == [b"FORBIDDEN"]
    code, epoch, seq = canvas.turn("mine", first, mode="speed-run",
                                   rules='{"a":1}', cooldown=9, marker=marker)
    assert (code, seq) == (b"OK", 2) and epoch > first

    assert canvas.read() == [b"OK", epoch, 2, b"rotate", b"\xff" * (64 * 24)]
    assert canvas.hello()[4:] == [64, 48, 16, 15, 9, b"speed-run", 6, 2026,
                                  b"rotate", b'{"a":1}']
    event = canvas.events()[-1]
    assert (event.at, event.reason) == ((epoch, 2), "rotate")
    assert event.json == '{"week_number":6, "year":2026}'

    connection = canvas.connection
    for name in (*Canvas.BOARDS, "canvas:actors"):
        assert not connection.exists(canvas.key(name))
    assert connection.get(canvas.closing(first, "state")) == old
    rules = connection.hgetall(canvas.closing(first, "rules"))
    assert rules[b"game_mode"] == b"classic"
    assert (rules[b"epoch"], rules[b"seq"]) == (b"%d" % first, b"2")
    assert canvas.place(0, 0, 0, ALICE)[1:3] == [3, epoch]


def test_a_closed_week_reaches_no_board(canvas):
    first = canvas.init()[1]
    for color in range(4):
        canvas.place(1, 1, color, ALICE)
    assert canvas.fold("0-0", f"{first}-2", ("u", ALICE, 2))[0] == b"OK"
    canvas.lock("t")
    epoch = canvas.turn("t", first)[1]
    canvas.place(1, 1, 1, BOB)

    assert canvas.fold(f"{first}-2", f"{first}-4", ("u", ALICE, 2)) == [
        b"CONFLICT", b"%d-4" % epoch]
    assert canvas.fold(f"{epoch}-4", f"{epoch}-5", ("u", BOB, 1))[0] == b"OK"
    assert canvas.connection.zrange(canvas.key("leaderboard:users"), 0, -1,
                                    withscores=True) == [(BOB.encode(), 1)]


def test_turn_is_idempotent(server, canvas):
    first = canvas.init()[1]
    canvas.place(1, 1, 1, ALICE)
    canvas.lock("t")
    code, second, seq = canvas.turn("t", first)
    assert (code, seq) == (b"OK", 1)
    canvas.place(1, 1, 1, ALICE)
    before = snapshot(canvas.connection)
    assert canvas.turn("t", first) == [b"DONE", second, 1]
    assert snapshot(canvas.connection) == before
    server.load_library()
    assert canvas.turn("t", first) == [b"DONE", second, 1]
    third = canvas.epoch
    assert canvas.turn("t", FUTURE) == [b"CONFLICT", third]
    code, fourth, seq = canvas.turn("t", third)
    assert (code, seq) == (b"OK", 2)
    assert canvas.turn("t", second) == [b"DONE", fourth, 2]
    assert canvas.turn("t", first) == [b"CONFLICT", fourth]


def test_turn_closes_a_restart_successor(server, canvas):
    first = canvas.init()[1]
    canvas.place(1, 1, 1, ALICE)
    canvas.lock("t")
    server.load_library()
    code, third, seq = canvas.turn("t", first)
    assert (code, seq) == (b"OK", 1)
    events = canvas.events()
    second = events[2].epoch
    assert [e.at for e in events] == [(first, 0), (first, 1), (second, 1),
                                      (third, 1)]
    assert first < second < third
    assert canvas.connection.hget(canvas.closing(first, "rules"),
                                  "epoch") == b"%d" % second
    assert canvas.turn("t", first) == [b"DONE", third, 1]


def test_turn_does_not_close_a_restored_canvas(canvas):
    first = canvas.init()[1]
    canvas.lock("t")
    canvas.load(FUTURE, 0, b"\0" * 64 * 24)
    assert canvas.turn("t", first) == [b"CONFLICT", FUTURE]


def test_reset_keeps_the_week(canvas):
    first = canvas.init(rules='{"max_pixels_per_user":9}')[1]
    canvas.place(1, 1, 1, ALICE)
    canvas.fold("0-0", f"{first}-1", ("u", ALICE, 1))
    canvas.lock("t")
    code, second, seq = canvas.turn("t", first, reason="reset", week=5,
                                    rules='{"max_pixels_per_user":9}')
    assert (code, seq) == (b"OK", 1)
    assert canvas.read()[3:] == [b"reset", b"\xff" * (64 * 24)]
    connection = canvas.connection
    assert connection.zscore(canvas.key("leaderboard:users"), ALICE) == 1
    assert connection.sismember(canvas.key("canvas:contributors"), ALICE)
    assert connection.exists(canvas.key("canvas:actors"))
    assert connection.get(canvas.key("canvas:folded")) == b"%d-1" % first
    assert connection.exists(canvas.closing(first, "state")) == 1

    # a reset is not the rotation that was due, and hides none that was made
    assert canvas.turn("t", first) == [b"CONFLICT", second]
    third = canvas.turn("t", second)[1]
    code, fourth, _ = canvas.turn("t", third, reason="reset")
    assert code == b"OK" and fourth > third > second
    assert canvas.turn("t", second) == [b"DONE", third, 1]


@pytest.mark.parametrize("arguments", [
    {"closing_epoch": "x"}, {"closing_epoch": 0}, {"reason": "init"},
    {"reason": ""}, {"mode": ""}, {"week": "x"}, {"rules": "x"},
    {"marker": "[1]"}, {"marker": "{"}, {"cooldown": "-1"},
])
def test_turn_refuses(canvas, arguments):
    epoch = canvas.init()[1]
    canvas.lock("t")
    call = {"token": "t", "closing_epoch": epoch, **arguments}
    before = snapshot(canvas.connection)
    assert canvas.turn(**call) == [b"INVALID_MESSAGE"]
    assert snapshot(canvas.connection).keys() == before.keys()
    assert canvas.events()[-1].epoch == epoch


def test_turn_under_load(server, canvas):
    """Placements around ten turns land in exactly one epoch each."""
    epochs = [canvas.init()[1]]
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
    for _ in range(10):
        count = len(acknowledged)
        wait_for(lambda: len(acknowledged) > count + 50)
        code, epoch, _ = canvas.turn("t", epochs[-1])
        assert code == b"OK"
        epochs.append(epoch)
    stop.set()
    for thread in threads:
        thread.join()

    events = canvas.events()
    logged = {event.at: event.pixel for event in events if event.is_pixel}
    assert len(logged) == len(acknowledged)
    for epoch, seq, pixel in acknowledged:
        assert logged[epoch, seq] == pixel

    for closing in epochs[:-1]:
        week = [e for e in events if e.epoch == closing]
        assert len(week) > 50
        state = canvas.connection.get(canvas.closing(closing, "state"))
        assert unpack(state, 16, 64 * 48) == replay(week, 64, 48, 15)
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
        epoch = mine.init(rules='{"max_pixels_per_user":9}')[1]
        mine.session_create(SESSION, ALICE)
        assert mine.identify(SESSION)[0] == b"OK"
        assert mine.place_session(1, 1, 1, SESSION, cooldown=9)[0] == b"OK"
        assert mine.place(1, 1, 1, BOB, cooldown=60000)[0] == b"OK"
        assert mine.place(1, 1, 1, BOB, cooldown=60000)[0] == b"RATE_LIMITED"
        assert mine.rules('{"faction_required":true,"decayHours":1}')[0] \
            == b"OK"
        assert mine.join(SESSION)[0] == mine.join(SESSION, "red")[0] == b"OK"
        assert mine.decay((epoch, 2), 15, (1, 1)) == [b"OK", 3, 3, 1]
        assert mine.fold("0-0", "1-1", ("f", "red", 1))[0] == b"OK"
        assert mine.read()[0] == mine.hello()[0] == b"OK"
        assert mine.settings(5)[0] == mine.settings("")[0] == b"OK"
        connection.set(mine.key("canvas:rotation:lock"), "t")
        assert mine.turn("t", epoch)[0] == b"OK"
        assert mine.load(0, 0, b"\0" * 64 * 24)[0] == b"OK"
        connection.function_load(library_text(), replace=True)
        assert mine.hello()[12] == b"restart"
        connection.set(mine.key("canvas:seq"), 9)
        assert mine.place(1, 1, 1, ALICE)[:2] == [b"OK", 10]

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
            epoch = canvas.init()[1]
            canvas.session_create(SESSION, ALICE)
            assert canvas.place_session(1, 1, 1, SESSION,
                                        cooldown=60000)[0] == b"OK"
            assert canvas.place(1, 1, 1, ALICE,
                                cooldown=60000)[0] == b"RATE_LIMITED"
            assert canvas.identify(SESSION)[6] > 0
            rules = '{"faction_required":true,"decayHours":1}'
            assert canvas.rules(rules)[0] == b"OK"
            assert canvas.join(SESSION)[0] == b"OK"
            assert canvas.decay((epoch, 1), 15, (1, 1))[3] == 1
            assert canvas.fold("0-0", "1-1", ("f", "red", 1))[0] == b"OK"
            canvas.lock("t")
            assert canvas.turn("t", epoch)[0] == b"OK"

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
