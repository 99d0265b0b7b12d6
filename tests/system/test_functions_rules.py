"""The rules of a week in the Function library: each of them, in which order,
and what a refusal leaves alone.  docs/redis.md, "Rules"."""

import collections
import json
import random
import threading
import uuid

import pytest

from redis_fixture import (
    ALICE, BOB, SESSION, Canvas, canvas, commands_run, replay, server,
    shared_server, snapshot, unpack)
from rules_fixture import (
    FACTIONS, HOUR, LONG, actors_from, assigned, begin, begin_earlier, members,
    record, refused, some_actors, started)

# each rule

def test_rules_that_are_none(canvas):
    begin(canvas, dict.fromkeys(
        ["max_pixels_per_user", "faction_required", "factions", "colorLock",
         "assignRandomColor", "mask", "duration_hours", "decayHours",
         "decayToColor", "cooldown_ms"]))
    assert canvas.rules('{"colorLock":false,"faction_required":false}') == [
        b"OK", canvas.epoch, 0, 1]
    assert canvas.place(1, 1, 1, ALICE)[0] == b"OK"
    assert canvas.place(1, 1, 2, ALICE)[0] == b"OK"
    assert not canvas.connection.exists(canvas.key("canvas:actors"))


def test_max_pixels_up_to_the_largest_number(canvas):
    begin(canvas, {"max_pixels_per_user": LONG})
    canvas.connection.hset(canvas.key("canvas:actors"),
                           uuid.UUID(ALICE).bytes,
                           b"\xff\xff\xff\xff\x01\xff\x01\0")
    assert canvas.place(1, 1, 1, ALICE)[0] == b"OK"
    assert record(canvas, ALICE) == b"\xff\xff\xff\xff\x01\xff\x01\0"


def test_mask(canvas):
    begin(canvas, {"mask": [
        {"x": 10, "y": 20, "width": 3, "height": 2},
        {"x": 60, "y": 0, "width": 65535, "height": 1},
        {"x": 65535, "y": 65535, "width": 1, "height": 1}]})
    inside = {(x, y) for x in range(10, 13) for y in (20, 21)} | {
        (x, 0) for x in range(60, 64)}

    for x in range(64):
        for y in range(48):
            if (x, y) in inside:
                assert canvas.place(x, y, 1, ALICE)[0] == b"OK"
            else:
                assert canvas.place(x, y, 1, ALICE) == [b"RULE_VIOLATION",
                                                        b"mask"]

    assert refused(canvas, "mask", 13, 20, 1, ALICE)
    assert canvas.place(64, 20, 1, ALICE) == [b"INVALID_COORDS"]
    assert not canvas.connection.exists(canvas.key("canvas:actors"))


def test_duration(server, canvas):
    begin(canvas, {"duration_hours": 1.5})
    assert canvas.place(1, 1, 1, ALICE)[0] == b"OK"

    begin_earlier(canvas, 1.4 * HOUR)
    server.load_library()
    assert canvas.place(1, 1, 1, ALICE)[0] == b"OK"

    begin_earlier(canvas, 0.1 * HOUR)
    server.load_library()
    canvas.hello()
    assert refused(canvas, "duration_hours", 1, 1, 1, ALICE)


def test_duration_is_not_over_when_the_clock_is_set_back(canvas):
    future = 9 * 10 ** 12
    canvas.load(0, 0, b"\xff" * 64 * 24, rules='{"duration_hours":0.001}',
                started=future)
    assert canvas.place(1, 1, 1, ALICE)[0] == b"OK"


def test_color_lock(canvas):
    begin(canvas, {"colorLock": True})
    assert canvas.place(1, 1, 7, ALICE)[0] == b"OK"
    assert refused(canvas, "colorLock", 1, 1, 8, ALICE)
    assert canvas.place(2, 2, 7, ALICE)[0] == b"OK"
    assert canvas.place(1, 1, 8, BOB)[0] == b"OK"
    assert record(canvas, ALICE) == b"\0\0\0\x02\x07\xff\x01\0"


def test_a_refused_placement_locks_to_no_color(canvas):
    begin(canvas, {"colorLock": True, "mask": [
        {"x": 0, "y": 0, "width": 1, "height": 1}]})
    assert refused(canvas, "mask", 5, 5, 3, ALICE)
    canvas.ban(ALICE)
    assert canvas.place(0, 0, 3, ALICE) == [b"BANNED"]
    canvas.connection.delete(canvas.key("banned:" + ALICE))
    assert canvas.place(0, 0, 4, ALICE)[0] == b"OK"
    assert refused(canvas, "colorLock", 0, 0, 3, ALICE)


@pytest.mark.parametrize("color", [0, 254, 255])
def test_color_lock_to_every_color(canvas, color):
    """Also to the one whose number stands for none elsewhere."""
    begin(canvas, {"colorLock": True}, colors=256, background=7)
    canvas.session_create(SESSION, ALICE)
    assert canvas.identify(SESSION)[8:] == [b"", -1]
    assert canvas.place(1, 1, color, ALICE)[0] == b"OK"
    assert refused(canvas, "colorLock", 1, 1, color ^ 1, ALICE)
    assert canvas.identify(SESSION)[8:] == [b"", color]


@pytest.mark.parametrize("colors, background", [(16, 15), (16, 0), (2, 1),
                                                (2, 0), (256, 100)])
def test_assigned_color(canvas, colors, background):
    begin(canvas, {"colorLock": True, "assignRandomColor": True},
          colors=colors, background=background)
    seen = collections.Counter()

    for actor in some_actors(200):
        mine = assigned(actor, colors=colors, background=background)
        assert mine < colors and mine != background
        assert canvas.place(1, 1, mine, actor)[0] == b"OK"
        seen[mine] += 1

    actor = some_actors(1)[0]
    canvas.session_create(SESSION, actor)
    mine = assigned(actor, colors=colors, background=background)

    for color in set(range(colors)) - {mine}:
        assert canvas.place(1, 1, color, actor) == [b"RULE_VIOLATION",
                                                    b"colorLock"]

    assert canvas.identify(SESSION)[8:] == [b"", mine]
    assert len(seen) >= min(colors - 1, 15)
    assert not canvas.connection.exists(canvas.key("canvas:actors"))


def test_assigned_color_is_of_a_week_and_a_day(server, canvas):
    rules = {"colorLock": True, "assignRandomColor": True}
    begin(canvas, {**rules, "today": {"day": 3, "mechanics": ["x"]}},
          week=9, mode="chaos_mode")
    actors = some_actors(20)

    def colors():
        found = []
        for actor in actors:
            canvas.session_create(SESSION, actor)
            found.append(canvas.identify(SESSION)[9])
        return found

    first = colors()
    assert first == [assigned(actor, "chaos_mode", 9, day=3)
                     for actor in actors]
    server.load_library()
    assert colors() == first

    canvas.rules(json.dumps({**rules, "today": {"day": 4}}),
                 mode="chaos_mode", week=9)
    second = colors()
    canvas.lock("t")
    canvas.turn("t", canvas.epoch, week=10, mode="chaos_mode",
                rules=json.dumps({**rules, "today": {"day": 4}}))
    assert first != second != colors()


def test_factions(canvas):
    begin(canvas, {"faction_required": True, "factions": ["a", "b-2", "C_"]})
    assert refused(canvas, "faction_required", 1, 1, 1, ALICE)

    canvas.session_create(SESSION, ALICE)
    assert canvas.identify(SESSION)[8:] == [b"", -1]
    assert canvas.join(SESSION, "b-2") == [b"OK", b"b-2", 1]
    assert canvas.identify(SESSION)[8:] == [b"b-2", -1]
    assert record(canvas, ALICE) == b"\0\0\0\0\xff\x01\0\0"

    assert canvas.place(1, 1, 1, ALICE)[0] == b"OK"
    assert canvas.place_session(2, 2, 2, SESSION)[0] == b"OK"
    assert record(canvas, ALICE) == b"\0\0\0\x02\x01\x01\x01\0"
    first, second = canvas.events()[-2:]
    assert (first.faction, first.kind, second.faction, second.kind) == (
        2, "u", 2, "g")
    assert 1600000000000 < first.ms <= second.ms < 2 ** 53

    canvas.session_create("cd" * 32, BOB)
    canvas.join("cd" * 32, "C_")
    canvas.place(3, 3, 3, BOB)
    assert canvas.events()[-1].faction == 3


def test_events_of_other_rules_have_no_faction(canvas):
    begin(canvas, {"max_pixels_per_user": 9})
    canvas.connection.hset(canvas.key("canvas:actors"),
                           uuid.UUID(ALICE).bytes, b"\0\0\0\x01\x01\x02\x01\0")
    canvas.place(1, 1, 1, ALICE)
    assert canvas.events()[-1].faction == 0


def test_a_faction_that_the_week_does_not_have(canvas):
    begin(canvas, {"faction_required": True, "factions": ["a", "b"]})
    canvas.connection.hset(canvas.key("canvas:actors"),
                           uuid.UUID(ALICE).bytes, b"\0\0\0\x01\x01\x02\x01\0")
    assert refused(canvas, "faction_required", 1, 1, 1, ALICE)
    canvas.session_create(SESSION, ALICE)
    assert canvas.identify(SESSION)[8:] == [b"", -1]
    assert canvas.join(SESSION, "a") == [b"OK", b"a", 1]
    assert canvas.place(1, 1, 1, ALICE)[0] == b"OK"


@pytest.mark.parametrize("factions", [None, []])
def test_the_usual_factions(canvas, factions):
    begin(canvas, {"faction_required": True, "factions": factions})
    for n, name in enumerate(FACTIONS):
        canvas.session_create(SESSION, some_actors(4)[n])
        assert canvas.join(SESSION, name) == [b"OK", name.encode(), 1]


# order, and what was accepted before

def test_order_of_rules(canvas):
    """Each of these refuses when those before it are satisfied."""
    canvas.load(0, 0, b"\xff" * 64 * 24, started=1, rules=json.dumps({
        "max_pixels_per_user": 1, "faction_required": True, "colorLock": True,
        "mask": [{"x": 0, "y": 0, "width": 1, "height": 1}],
        "duration_hours": 1}))
    actors, key = canvas.key("canvas:actors"), uuid.UUID(ALICE).bytes

    canvas.ban(ALICE)
    assert canvas.place(64, 5, 16, ALICE) == [b"INVALID_COORDS"]
    assert canvas.place(5, 5, 16, ALICE) == [b"INVALID_COLOR"]
    assert canvas.place(5, 5, 5, ALICE) == [b"BANNED"]
    canvas.connection.delete(canvas.key("banned:" + ALICE))
    canvas.connection.set(canvas.key("ratelimit:user:" + ALICE), "x",
                          px=60000)

    for bytes_, pixel, rule in (
            (b"\0\0\0\x01\x07\xff\x01\0", (5, 5, 5), "max_pixels_per_user"),
            (b"\0\0\0\0\x07\xff\x01\0", (5, 5, 5), "faction_required"),
            (b"\0\0\0\0\x07\x01\x01\0", (5, 5, 5), "colorLock"),
            (b"\0\0\0\0\x07\x01\x01\0", (5, 5, 7), "mask"),
            (b"\0\0\0\0\x07\x01\x01\0", (0, 0, 7), "duration_hours")):
        canvas.connection.hset(actors, key, bytes_)
        assert refused(canvas, rule, *pixel, ALICE, cooldown=60000)

    canvas.load(0, 0, b"\xff" * 64 * 24)
    assert canvas.place(0, 0, 7, ALICE, cooldown=60000)[0] == b"RATE_LIMITED"


@pytest.mark.parametrize("rules", [
    {"max_pixels_per_user": 1}, {"duration_hours": 1e-6}])
def test_what_was_accepted_is_said_again(server, canvas, rules):
    """Also when the rule would not allow it any more."""
    begin(canvas, {"max_pixels_per_user": 1})
    first = canvas.place(1, 2, 3, ALICE, request_id="7", cooldown=60000)
    canvas.rules(json.dumps(rules))
    begin_earlier(canvas, HOUR)
    canvas.connection.hset(canvas.key("canvas:actors"),
                           uuid.UUID(ALICE).bytes, b"\0\0\0\x01\x03\xff\x01\0")

    before = snapshot(canvas.connection)
    again = canvas.place(1, 2, 3, ALICE, request_id="7", cooldown=60000)
    assert again[:3] == first[:3] and 0 < again[3] <= 60000
    assert snapshot(canvas.connection) == before

    server.load_library()
    canvas.hello()
    for request_id in ("8", ""):
        assert refused(canvas, *rules, 1, 2, 3, ALICE, cooldown=60000,
                       request_id=request_id)


# malformed

MALFORMED = [
    '{"max_pixels_per_user":0}', '{"max_pixels_per_user":-1}',
    '{"max_pixels_per_user":1.5}', '{"max_pixels_per_user":"5"}',
    '{"max_pixels_per_user":true}', '{"max_pixels_per_user":[]}',
    '{"max_pixels_per_user":9007199254740992}',
    '{"max_pixels_per_user":1e999}', '{"max_pixels_per_user":NaN}',
    '{"max_pixels_per_user":Infinity}', '{"faction_required":1}',
    '{"faction_required":"true"}', '{"factions":"red"}', '{"factions":{}}X',
    '{"factions":["a","a"]}', '{"factions":["a b"]}', '{"factions":[""]}',
    '{"factions":[1]}', '{"factions":[null]}', '{"factions":[NaN]}',
    '{"factions":["a",null,"b"]}', '{"factions":{"a":1}}',
    '{"factions":["' + "x" * 33 + '"]}',
    json.dumps({"factions": [f"f{n}" for n in range(33)]}),
    '{"colorLock":0}', '{"colorLock":[]}', '{"assignRandomColor":"yes"}',
    '{"mask":[]}', '{"mask":{}}', '{"mask":[[]]}', '{"mask":[null]}',
    '{"mask":[{"x":0,"y":0,"width":0,"height":1}]}',
    '{"mask":[{"x":-1,"y":0,"width":1,"height":1}]}',
    '{"mask":[{"x":0.5,"y":0,"width":1,"height":1}]}',
    '{"mask":[{"x":0,"y":0,"width":1}]}',
    '{"mask":[{"x":NaN,"y":0,"width":1,"height":1}]}',
    '{"mask":[{"x":0,"y":65536,"width":1,"height":1}]}',
    json.dumps({"mask": [{"x": 0, "y": 0, "width": 1, "height": 1}] * 65}),
    '{"duration_hours":0}', '{"duration_hours":-1}', '{"duration_hours":169}',
    '{"duration_hours":NaN}', '{"duration_hours":-Infinity}',
    '{"duration_hours":"1"}', '{"decayHours":0}', '{"decayHours":NaN}',
    '{"decayToColor":256}', '{"decayToColor":-1}', '{"decayToColor":1.5}',
    '{"cooldown_ms":-1}', '{"cooldown_ms":1.5}', '{"cooldown_ms":2592000001}',
    '{"cooldown_ms":"5"}', "[]", "null", '"a"', "1", "{", "[" * 2000,
    '{"a":' * 2000,
]


@pytest.mark.parametrize("rules", MALFORMED)
def test_malformed_rules_are_refused(canvas, rules):
    assert canvas.init(rules=rules) == [b"INVALID_MESSAGE"]
    assert canvas.load(1, 0, b"\0" * 64 * 24, rules=rules) == [
        b"INVALID_MESSAGE"]
    assert canvas.connection.keys() == []

    epoch = canvas.init()[1]
    canvas.lock("t")
    before = snapshot(canvas.connection)
    assert canvas.turn("t", epoch, rules=rules) == [b"INVALID_MESSAGE"]
    assert canvas.rules(rules) == [b"INVALID_MESSAGE"]
    assert snapshot(canvas.connection) == before


def test_stored_rules_that_are_malformed_end_no_canvas(server, canvas):
    """An earlier library took them and did not know them."""
    canvas.init(rules='{"colorLock":true}')
    canvas.connection.hset(canvas.key("canvas:rules"), "rules", json.dumps(
        {"colorLock": 1, "mask": [], "max_pixels_per_user": 1}))
    canvas.connection.hdel(canvas.key("canvas:rules"), "started_ms",
                           "actors_from")
    server.load_library()
    assert canvas.place(1, 1, 1, ALICE)[0] == b"OK"
    assert refused(canvas, "max_pixels_per_user", 1, 1, 1, ALICE)
    assert actors_from(canvas) == "0-0"
    assert started(canvas) == canvas.events()[0].epoch


def test_members_that_are_not_known(canvas):
    begin(canvas, {"type": "x", "restrictions": [1], "today": "x",
                   "territory_scoring": 5, "a": {"b": [None]}})
    assert canvas.place(1, 1, 1, ALICE)[0] == b"OK"
    assert canvas.rules('{"today":{"day":"x"}}')[0] == b"OK"
    assert canvas.place(1, 1, 1, ALICE)[0] == b"OK"


# join

def test_join(canvas):
    begin(canvas, {"faction_required": True})
    canvas.session_create(SESSION, ALICE)

    assert canvas.join(SESSION, "red") == [b"OK", b"red", 1]
    before = snapshot(canvas.connection)
    for again in ("red", ""):
        assert canvas.join(SESSION, again) == [b"OK", b"red", 1]
    assert canvas.join(SESSION, "blue") == [b"CONFLICT", b"red"]
    assert canvas.join(SESSION, "pink") == [b"NOT_FOUND"]
    canvas.connection.hset(canvas.key("session:" + SESSION), "renewed", 0)
    assert canvas.join(SESSION, "red")[0] == b"OK"
    after = snapshot(canvas.connection)
    key = canvas.key("session:" + SESSION).encode()
    assert {**before, key: 0} == {**after, key: 0}


def test_join_refuses(canvas):
    assert canvas.join(SESSION, "red") == [b"UNAUTHORIZED"]
    canvas.session_create(SESSION, ALICE)
    assert canvas.join(SESSION, "red") == [b"NOT_INITIALISED"]
    canvas.init()
    assert canvas.join(SESSION, "red") == [b"NOT_FOUND"]
    assert canvas.join(SESSION) == [b"NOT_FOUND"]
    canvas.rules('{"faction_required":true}')
    canvas.ban(ALICE)
    assert canvas.join(SESSION, "red") == [b"BANNED"]
    canvas.connection.delete(canvas.key("banned:" + ALICE))
    for name in ("pink", "RED", "red ", "\0", "x" * 100, "%w", "-1", "1"):
        assert canvas.join(SESSION, name) == [b"NOT_FOUND"]
    for ttl in (0, "x", -1):
        assert canvas.join(SESSION, "red", ttl) == [b"INVALID_MESSAGE"]
    assert members(canvas) == {} and record(canvas, ALICE) is None


def test_the_smallest_faction(canvas):
    begin(canvas, {"faction_required": True, "factions": ["a", "b", "c"]})
    joined = []

    for n, actor in enumerate(some_actors(10)):
        canvas.session_create(SESSION, actor)
        joined.append(canvas.join(SESSION, "b" if n == 0 else "")[1].decode())

    assert "".join(joined) == "bacabcabca"
    assert members(canvas) == {"a": 4, "b": 3, "c": 3}


def test_one_faction_an_actor_whoever_asks_at_once(server, canvas):
    begin(canvas, {"faction_required": True})
    actors = some_actors(24)
    for n, actor in enumerate(actors):
        for half in (0, 1):
            canvas.session_create(f"{n:032x}{half:032x}", actor)
    answers = collections.defaultdict(set)
    barrier = threading.Barrier(8)

    def ask(number):
        rng = random.Random(number)
        with server.connect() as connection:
            mine = Canvas(connection)
            barrier.wait()
            for _ in range(150):
                n = rng.randrange(len(actors))
                reply = mine.join(f"{n:032x}{rng.randrange(2):032x}",
                                  rng.choice(FACTIONS + [""]))
                assert reply[0] in (b"OK", b"CONFLICT")
                answers[n].add(reply[1])

    threads = [threading.Thread(target=ask, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(answers) == 24 and all(len(names) == 1
                                      for names in answers.values())
    counts = collections.Counter(next(iter(names)).decode()
                                 for names in answers.values())
    assert members(canvas) == counts
    for n, actor in enumerate(actors):
        assert FACTIONS[record(canvas, actor)[5]].encode() in answers[n]


# boards of factions

def test_fold_of_factions(canvas):
    assert canvas.fold("0-0", "5-3", ("u", ALICE, 2), ("f", "red", 2),
                       ("f", "b-2_X", 1)) == [b"OK", b"5-3"]
    assert canvas.fold("5-3", "5-4", ("f", "red", 1))[0] == b"OK"
    assert canvas.connection.zrange(canvas.key("leaderboard:factions"), 0, -1,
                                    withscores=True) == [(b"b-2_X", 1),
                                                         (b"red", 3)]
    assert canvas.connection.smembers(canvas.key("canvas:contributors")) == {
        ALICE.encode()}
    before = snapshot(canvas.connection)
    for member in ("", "a b", "x" * 33, "a\n"):
        assert canvas.fold("5-4", "5-5", ("u", ALICE, 1),
                           ("f", member, 1)) == [b"INVALID_MESSAGE"]
    assert snapshot(canvas.connection) == before


# cost

@pytest.mark.parametrize("rules, commands", [
    ({}, 6),
    ({"colorLock": True, "assignRandomColor": True, "duration_hours": 9,
      "mask": [{"x": 0, "y": 0, "width": 9, "height": 9}]}, 6),
    ({"max_pixels_per_user": 9, "faction_required": True, "colorLock": True},
     8)])
def test_cost_of_rules(canvas, rules, commands):
    begin(canvas, rules)
    canvas.session_create(SESSION, ALICE)
    canvas.join(SESSION)
    color = assigned(ALICE)
    canvas.place(1, 1, color, ALICE)
    canvas.connection.config_resetstat()
    assert canvas.place(1, 1, color, ALICE)[0] == b"OK"
    run = commands_run(canvas.connection)
    assert sum(count for name, count in run.items() if name not in
               ("fcall", "config|resetstat", "info")) == commands


def test_all_rules_at_once_under_load(server, canvas):
    """Nobody exceeds anything; the log is the canvas."""
    epoch = begin(canvas, {
        "max_pixels_per_user": 20, "faction_required": True,
        "factions": ["a", "b"], "colorLock": True,
        "mask": [{"x": 5, "y": 5, "width": 20, "height": 20}]})
    actors = some_actors(12)
    for n, actor in enumerate(actors):
        canvas.session_create(f"{n:064x}", actor)

    def run(seed):
        rng = random.Random(seed)
        with server.connect() as connection:
            mine = Canvas(connection)
            for _ in range(600):
                n = rng.randrange(12)
                if rng.random() < 0.05:
                    mine.join(f"{n:064x}", rng.choice(["a", "b", ""]))
                reply = mine.place(rng.randrange(30), rng.randrange(30),
                                   rng.randrange(3), actors[n])
                assert reply[0] in (b"OK", b"RULE_VIOLATION")

    threads = [threading.Thread(target=run, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    events = [e for e in canvas.events() if e.is_pixel]
    assert unpack(canvas.read()[4], 16, 64 * 48) == replay(
        canvas.events(), 64, 48, 15)
    assert canvas.read()[1] == epoch

    for actor in actors:
        mine = [e for e in events if e.actor == actor]
        assert len(mine) <= 20
        assert len({(e.color, e.faction) for e in mine}) <= 1
        assert all(e.faction in (1, 2) and 5 <= e.x < 25 and 5 <= e.y < 25
                   for e in mine)
        if mine:
            assert record(canvas, actor) == (
                len(mine).to_bytes(4, "big")
                + bytes([mine[0].color, mine[0].faction - 1, 1, 0]))
