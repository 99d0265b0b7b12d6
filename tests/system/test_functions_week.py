"""The rules of a week in the Function library: others within the week, and what
is known of actors over the life of a canvas.  docs/redis.md, "Rules"."""

import json

import pytest

from redis_fixture import (
    ALICE, SESSION, canvas, server, shared_server, snapshot)
from rules_fixture import (
    HOUR, LONG, actors_from, begin, begin_earlier, members, record, refused,
    started)


# other rules within the week

def test_rules_are_replaced(canvas):
    epoch = canvas.init(rules='{"a":1}', cooldown=60000)[1]
    canvas.place(1, 1, 1, ALICE)
    subscriber = canvas.connection.pubsub(ignore_subscribe_messages=True)
    subscriber.subscribe(canvas.channel)
    subscriber.get_message(timeout=5)

    before = snapshot(canvas.connection)
    assert canvas.rules('{"a":1}', forget=1) == [b"OK", epoch, 1, 0]
    for other in ({"mode": "x"}, {"week": 6}, {"year": 2027}):
        assert canvas.rules('{"a":2}', **other) == [b"CONFLICT"]
    assert snapshot(canvas.connection) == before

    assert canvas.rules('{"a":\n2}') == [b"OK", epoch, 1, 1]
    assert canvas.rules('{"a": 2}') == [b"OK", epoch, 1, 0]
    assert canvas.hello()[2:] == [epoch, 1, 64, 48, 16, 15, 60000, b"classic",
                                  5, 2026, b"init", b'{"a": 2}']
    assert subscriber.get_message(timeout=5)["data"] == b"r"
    assert subscriber.get_message(timeout=0.05) is None
    assert [e.seq for e in canvas.events()] == [0, 1]


@pytest.mark.parametrize("arguments", [
    {"mode": ""}, {"mode": "a b"}, {"week": 0}, {"week": "x"}, {"year": 1},
    {"forget": 2}, {"forget": ""}, {"forget": "x"}])
def test_rules_refuses(canvas, arguments):
    assert canvas.rules("{}") == [b"NOT_INITIALISED"]
    canvas.init()
    before = snapshot(canvas.connection)
    assert canvas.rules(**{"rules": '{"a":1}', **arguments}) == [
        b"INVALID_MESSAGE"]
    assert snapshot(canvas.connection) == before


def test_rules_and_the_cooldown(server, canvas):
    canvas.init(rules='{"cooldown_ms":5000}', cooldown=5000)

    def cooldown():
        return canvas.hello()[8]

    canvas.settings(9)                  # an administrator's
    canvas.rules('{"cooldown_ms":5000,"a":1}')
    assert cooldown() == 9
    canvas.rules('{"cooldown_ms":6000}')
    assert cooldown() == 6000
    canvas.settings(9)
    server.load_library()
    canvas.rules('{"cooldown_ms":6000,"a":2}')
    assert cooldown() == 9
    canvas.rules('{"cooldown_ms":0}')
    assert cooldown() == 0
    canvas.rules("{}")
    assert cooldown() == -1
    canvas.settings(9)
    canvas.rules('{"cooldown_ms":null}')
    assert cooldown() == 9
    assert canvas.place(1, 1, 1, ALICE)[3] == 9


LIMIT = '{"max_pixels_per_user":2}'
LIMIT_3 = '{"max_pixels_per_user":3}'
FACTION = '{"faction_required":true,"factions":["a","b"]}'


def test_rules_keep_what_is_known_of_actors(server, canvas):
    first = begin(canvas, json.loads(LIMIT))
    for n in range(2):
        canvas.place(n, 0, n, ALICE)
    assert canvas.rules(LIMIT_3) == [b"OK", first, 2, 1]
    assert actors_from(canvas) == f"{first}-0"
    server.load_library()
    assert canvas.place(3, 0, 9, ALICE)[0] == b"OK"
    assert refused(canvas, "max_pixels_per_user", 1, 1, 1, ALICE)
    canvas.rules('{"colorLock":true}')
    assert refused(canvas, "colorLock", 1, 1, 1, ALICE)
    assert canvas.place(3, 0, 0, ALICE)[0] == b"OK"
    assert actors_from(canvas) == f"{first}-0"


def test_rules_forget(server, canvas):
    begin(canvas, json.loads(LIMIT))
    for n in range(2):
        canvas.place(n, 0, n, ALICE)
    server.load_library()
    assert canvas.rules(LIMIT_3, forget=1)[3] == 1
    assert actors_from(canvas) == f"{canvas.epoch}-2"
    assert record(canvas, ALICE) is None
    for n in range(3):
        assert canvas.place(n, 0, n, ALICE)[0] == b"OK"
    assert refused(canvas, "max_pixels_per_user", 1, 1, 1, ALICE)
    server.load_library()
    canvas.hello()
    assert refused(canvas, "max_pixels_per_user", 1, 1, 1, ALICE)
    assert actors_from(canvas) != f"{canvas.epoch}-2"


def test_rules_that_begin_to_count(canvas):
    """Nobody knows what was placed while no rule counted."""
    first = begin(canvas, json.loads(LIMIT))
    canvas.place(0, 0, 0, ALICE)
    canvas.rules("{}")
    assert record(canvas, ALICE) is None
    canvas.place(0, 0, 0, ALICE)
    canvas.rules(LIMIT)
    assert actors_from(canvas) == f"{first}-2"
    assert [canvas.place(n, 0, 0, ALICE)[0] for n in range(3)] == [
        b"OK", b"OK", b"RULE_VIOLATION"]


@pytest.mark.parametrize("factions, keeps", [
    (["a", "b", "c"], True), (["a", "b"], True), (["b", "a"], False),
    (["a"], False), (["a", "c", "b"], False), (None, False)])
def test_rules_and_the_places_of_factions(canvas, factions, keeps):
    """A member is in the faction of that name, or in none."""
    begin(canvas, json.loads(FACTION))
    canvas.session_create(SESSION, ALICE)
    canvas.join(SESSION, "b")
    canvas.place(0, 0, 0, ALICE)
    rules = {"max_pixels_per_user": 9}
    if factions:
        rules |= {"faction_required": True, "factions": factions}
    assert canvas.rules(json.dumps(rules))[3] == 1
    assert canvas.identify(SESSION)[8] == (b"b" if keeps else b"")
    assert members(canvas) == ({"b": 1} if keeps else {})
    assert (record(canvas, ALICE) is not None) == keeps


# over the life of a canvas

def test_restart_keeps_what_rules_know(server, canvas):
    first = begin(canvas, {"faction_required": True, "colorLock": True})
    canvas.session_create(SESSION, ALICE)
    canvas.join(SESSION, "green")
    canvas.place(0, 0, 6, ALICE)
    begun = started(canvas)
    assert begun - first in range(60000)

    server.load_library()
    assert canvas.identify(SESSION)[8:] == [b"green", 6]
    assert refused(canvas, "colorLock", 0, 0, 5, ALICE)
    assert (started(canvas), actors_from(canvas)) == (begun, f"{first}-0")
    assert canvas.epoch > first


def test_identify_begins_an_epoch_as_all_do(server, canvas):
    first = canvas.init()[1]
    canvas.session_create(SESSION, ALICE)
    server.load_library()
    assert canvas.identify(SESSION)[0] == b"OK"
    marker = canvas.events()[-1]
    assert (marker.reason, marker.epoch > first) == ("restart", True)


def test_identify_without_a_canvas(canvas):
    canvas.session_create(SESSION, ALICE)
    assert canvas.identify(SESSION)[7:] == [0, b"", -1]


def test_reset_keeps_what_rules_know(canvas):
    rules = {"faction_required": True, "max_pixels_per_user": 2}
    first = begin(canvas, rules)
    canvas.session_create(SESSION, ALICE)
    canvas.join(SESSION, "blue")
    canvas.place(0, 0, 6, ALICE)
    begun = started(canvas)
    canvas.lock("t")

    second = canvas.turn("t", first, "reset", week=5,
                         rules=json.dumps(rules))[1]
    assert (started(canvas), actors_from(canvas)) == (begun, f"{first}-0")
    assert members(canvas) == {"blue": 1}
    assert canvas.identify(SESSION)[8] == b"blue"
    assert canvas.place(0, 0, 6, ALICE)[0] == b"OK"
    assert refused(canvas, "max_pixels_per_user", 0, 0, 6, ALICE)

    third = canvas.turn("t", second, "reset", week=5)[1]
    assert members(canvas) == {} and record(canvas, ALICE) is None
    assert (started(canvas), actors_from(canvas)) == (begun, f"{third}-2")


def test_rotate_drops_it(canvas):
    rules = {"faction_required": True, "colorLock": True}
    first = begin(canvas, rules)
    begin_earlier(canvas, HOUR)
    canvas.session_create(SESSION, ALICE)
    canvas.join(SESSION, "blue")
    canvas.place(0, 0, 6, ALICE)
    canvas.lock("t")
    epoch = canvas.turn("t", first, rules=json.dumps(rules))[1]
    marker = canvas.events()[-1]

    assert members(canvas) == {} and record(canvas, ALICE) is None
    assert (started(canvas), actors_from(canvas)) == (marker.ms,
                                                      f"{epoch}-1")
    assert canvas.join(SESSION, "red") == [b"OK", b"red", 1]
    assert canvas.place(0, 0, 5, ALICE)[0] == b"OK"
    closed = canvas.connection.hgetall(canvas.closing(first, "rules"))
    assert closed[b"rules"] == json.dumps(rules).encode()


def test_load_tells_when_the_week_began(canvas):
    state = b"\xff" * 64 * 24
    first = canvas.init(rules=LIMIT)[1]
    assert canvas.load(0, 0, state, rules=LIMIT, started=1770000000000)[
        0] == b"OK"
    assert (started(canvas), actors_from(canvas)) == (1770000000000,
                                                      f"{first}-0")
    canvas.load(0, 0, state, rules=LIMIT)
    assert started(canvas) == canvas.events()[-1].ms
    canvas.load(0, 0, state, rules=LIMIT, week=6)
    assert actors_from(canvas) == "0-0"
    canvas.connection.flushall()
    canvas.load(0, 0, state, rules=LIMIT, started=LONG)
    assert (started(canvas), actors_from(canvas)) == (LONG, "0-0")
    for wrong in ("", "x", -1, 2 ** 53, "1.5"):
        assert canvas.load(0, 0, state, started=wrong) == [b"INVALID_MESSAGE"]


def test_a_fresh_page_begins_now(canvas):
    epoch = canvas.init()[1]
    marker, = canvas.events()
    assert (started(canvas), actors_from(canvas)) == (marker.ms,
                                                      f"{epoch}-0")
