"""canvas_place_batch: many placements in one call, as if one by one."""

import json
import random

import pytest

from redis_fixture import (
    ALICE, BOB, SESSION, Canvas, canvas, commands_run, request, server,
    shared_server, snapshot)

ACTORS = [f"{n:08d}-1111-4111-8111-111111111111" for n in range(6)]
SESSIONS = [f"{n:064x}" for n in range(6)]


def words(reply):
    code, lines = reply
    assert code == b"OK"
    return [line.split(" ") for line in lines.decode().split("\n")]


def listen(canvas):
    subscriber = canvas.connection.pubsub(ignore_subscribe_messages=True)
    subscriber.subscribe(canvas.channel)
    subscriber.get_message(timeout=5)
    return subscriber


def test_one_step_for_all(canvas):
    epoch = canvas.init()[1]
    canvas.session_create(SESSION, BOB)
    subscriber = listen(canvas)
    canvas.connection.config_resetstat()
    options = {"cooldown": 7000}
    reply = canvas.place_batch(
        (1, 2, 3, ALICE, options), (4, 5, 6, None, SESSION, options),
        (1, 2, 4, ACTORS[0], options), (9, 9, 9, ACTORS[1], {"kind": "a"}))
    run = commands_run(canvas.connection)

    assert words(reply) == [
        ["OK", f"{epoch}-1", "7000"],
        ["OK", f"{epoch}-2", "7000", "g" + BOB],
        ["OK", f"{epoch}-3", "7000"], ["OK", f"{epoch}-4", "0"]]
    assert {name: run[name] for name in
            ("mget", "time", "incrby", "bitfield", "publish", "xadd", "set")
            } == {"mget": 1, "time": 1, "incrby": 1, "bitfield": 1,
                  "publish": 1, "xadd": 4, "set": 3}

    events = canvas.events()[1:]
    assert [(event.at, event.pixel, event.old, event.kind, event.actor)
            for event in events] == [
        ((epoch, 1), (1, 2, 3), 15, "u", ALICE),
        ((epoch, 2), (4, 5, 6), 15, "g", BOB),
        ((epoch, 3), (1, 2, 4), 3, "u", ACTORS[0]),
        ((epoch, 4), (9, 9, 9), 15, "a", ACTORS[1])]
    assert subscriber.get_message(timeout=5)["data"] == b"\n".join(
        b"%d-%d %b" % (*event.at, event.data) for event in events)
    assert canvas.read()[1:3] == [epoch, 4]


def test_each_has_its_own_refusal(canvas):
    epoch = canvas.init()[1]
    canvas.ban(BOB)
    canvas.place(0, 0, 0, ACTORS[0], cooldown=60000)
    replies = words(canvas.place_batch(
        (64, 0, 0, ALICE), (0, 0, 16, ALICE), (0, 0, 0, BOB),
        (1, 1, 1, None, "no such"), (1, 0, 0, ACTORS[0], {"cooldown": 60000}),
        (2, 0, 0, ALICE, {"kind": "x"}), (2, 0, 0, ALICE, {"kind": "g"})))

    assert replies[:4] == [["INVALID_COORDS"], ["INVALID_COLOR"], ["BANNED"],
                           ["UNAUTHORIZED"]]
    assert replies[4][0] == "RATE_LIMITED"
    assert 0 < int(replies[4][1]) <= 60000
    assert replies[5:] == [["INVALID_MESSAGE"], ["OK", f"{epoch}-2", "0"]]
    assert len(canvas.events()) == 3


def test_one_actor_twice(canvas):
    """The second is judged when the first is written."""
    epoch = canvas.init(cooldown=60000)[1]
    again = {"request_id": '"a"'}
    first, repeat, third, other = words(canvas.place_batch(
        (1, 1, 1, ALICE, again), (1, 1, 1, ALICE, again), (2, 2, 2, ALICE),
        (3, 3, 3, BOB)))

    assert first == ["OK", f"{epoch}-1", "60000"]
    assert repeat[:2] == first[:2] and 0 < int(repeat[2]) <= 60000
    assert third[0] == "RATE_LIMITED"
    assert other == ["OK", f"{epoch}-2", "60000"]
    assert [event.pixel for event in canvas.events()[1:]] == [(1, 1, 1),
                                                              (3, 3, 3)]


def test_a_batch_that_does_not_fit_changes_nothing(canvas):
    canvas.init()
    canvas.session_create(SESSION, BOB)
    keys = [*canvas.page, canvas.key("canvas:actors")]
    actor = canvas.place_keys(ALICE)[5:7]
    session = [canvas.key("session:" + SESSION)]
    head = [canvas.channel, canvas.key("ratelimit:user:"),
            canvas.key("banned:")]
    one = [request(1, 1, 1, ALICE), ""]
    before = snapshot(canvas.connection)

    for names, arguments in (
            (actor[:1], [86400, *one]), (actor + session, [86400, *one]),
            (actor, [86400, *one, *one]), (actor, [86400, one[0]]),
            (actor, [0, *one]), (actor, ["x", *one]), ([], [86400, *one]),
            (actor, [86400]), (actor, []), (session * 2, [86400, "x" * 9, ""])):
        assert canvas.call("canvas_place_batch", keys + names, *head,
                           *arguments) == [b"INVALID_MESSAGE"]

    assert snapshot(canvas.connection) == before


def test_a_batch_that_is_too_large_changes_nothing(canvas):
    canvas.init()
    batch = [(1, 1, 1, ALICE)] * 1024
    assert words(canvas.place_batch(*batch))[-1][0] == "OK"
    before = snapshot(canvas.connection)
    assert canvas.place_batch(*batch, batch[0]) == [b"INVALID_MESSAGE"]
    assert snapshot(canvas.connection) == before


def test_sessions_that_are_remembered(canvas):
    """Who is gone is found out for each of them, by one command for all."""
    canvas.init()
    for session, actor in zip(SESSIONS, ACTORS):
        canvas.session_create(session, actor)
    batch = [(1, 1, 1, None, session) for session in SESSIONS]
    all_of_them = [["OK", "g" + actor] for actor in ACTORS]

    def placed():
        canvas.connection.config_resetstat()
        return [[line[0], line[-1]]
                for line in words(canvas.place_batch(*batch, batch[0]))]

    assert placed() == all_of_them + all_of_them[:1]
    assert commands_run(canvas.connection)["hmget"] == 6
    assert placed() == all_of_them + all_of_them[:1]
    run = commands_run(canvas.connection)
    assert (run["exists"], run.get("hmget", 0)) == (1, 0)

    for gone in (3, 0):
        canvas.connection.delete(canvas.key("session:" + SESSIONS[gone]))
        all_of_them[gone] = ["UNAUTHORIZED"] * 2
        assert placed() == all_of_them + all_of_them[:1]
    assert [event.actor for event in canvas.events()[-4:]] == [
        ACTORS[n] for n in (1, 2, 4, 5)]


def test_more_sessions_than_are_remembered(canvas):
    canvas.init()
    sessions = [f"{n:064x}" for n in range(17000)]
    pipe = canvas.connection.pipeline(transaction=False)
    for n, session in enumerate(sessions):
        pipe.hset(canvas.key("session:" + session), mapping={
            "userId": f"{n:08d}-1111-4111-8111-111111111111",
            "renewed": 2 ** 52})
    pipe.execute()

    for first in [*range(0, len(sessions), 1000), 0, 8000]:
        replies = words(canvas.place_batch(*(
            (1, 1, 1, None, session)
            for session in [sessions[0], *sessions[first:first + 1000]])))
        assert [reply[-1] for reply in replies] == [
            f"u{n:08d}-1111-4111-8111-111111111111"
            for n in [0, *range(first, first + 1000)]]


def test_a_session_is_renewed_once_a_minute(server, canvas):
    canvas.init()
    canvas.session_create(SESSION, BOB, ttl=100)
    key = canvas.key("session:" + SESSION)
    pixel = (1, 1, 1, None, SESSION)

    assert words(canvas.place_batch(pixel))[0][0] == "OK"
    assert canvas.connection.ttl(key) <= 100
    canvas.connection.hset(key, "renewed", "1")
    server.load_library()               # the one of before remembers it
    assert words(canvas.place_batch((64, 0, 0, None, SESSION))) == [
        ["INVALID_COORDS"]]
    assert canvas.connection.ttl(key) <= 100
    assert words(canvas.place_batch(pixel, pixel))[1][0] == "OK"
    assert canvas.connection.ttl(key) > 86000


def test_unknown_canvas(canvas):
    assert words(canvas.place_batch((1, 1, 1, ALICE), (2, 2, 2, BOB))) == [
        ["NOT_INITIALISED"]] * 2
    assert canvas.connection.keys() == []


@pytest.mark.parametrize("change", [
    lambda canvas: canvas.connection.incr(canvas.key("canvas:seq")),
    lambda canvas: canvas.connection.decr(canvas.key("canvas:seq")),
    lambda canvas: canvas.connection.xadd(
        canvas.key("canvas:events"), {"e": "x"}, id=f"{canvas.epoch}-9"),
], ids=["more", "less", "log"])
def test_another_past_begins_a_new_epoch(canvas, change):
    """Also where the log alone has it, and the bitfield was written before
    the log refused."""
    epoch = canvas.init()[1]
    canvas.place_batch((1, 1, 1, ALICE), (2, 2, 2, BOB))
    change(canvas)
    replies = words(canvas.place_batch((1, 1, 3, ALICE), (64, 0, 0, ALICE),
                                       (2, 2, 4, BOB), (1, 1, 5, BOB)))

    assert [reply[0] for reply in replies] == ["OK", "INVALID_COORDS", "OK",
                                               "OK"]
    assert canvas.epoch > epoch
    # of the log, what was added to it by hand
    events = [event for event in canvas.connection.xrange(
        canvas.key("canvas:events")) if event[1][b"e"] != b"x"]
    assert [event[1][b"e"][6] for event in events[-3:]] == [1, 2, 3]
    assert [event[0].decode() for event in events[-3:]] == [
        replies[0][1], replies[2][1], replies[3][1]]
    assert events[-4][1][b"e"].startswith(b"m,restart,")


RULES = [
    ({}, {}), ({}, {"cooldown": 3600000}),
    ({"max_pixels_per_user": 7}, {}),
    ({"colorLock": True}, {}),
    ({"colorLock": True, "assignRandomColor": True}, {"cooldown": 3600000}),
    ({"max_pixels_per_user": 3, "mask": [
        {"x": 0, "y": 0, "width": 9, "height": 9}]}, {"cooldown": 3600000}),
]


@pytest.mark.parametrize("rules, options", RULES)
def test_as_if_one_by_one(canvas, rules, options):
    """The same placements in batches of any size, and each for itself."""
    rng = random.Random(json.dumps([rules, options]))
    single = Canvas(canvas.connection, "{single}:")

    for each in (canvas, single):
        each.init(width=12, height=12, rules=json.dumps(rules))
        for session, actor in zip(SESSIONS, ACTORS):
            each.session_create(session, actor)
        each.ban(ACTORS[5])

    for _ in range(60):
        batch = []
        for _ in range(rng.randrange(1, 33)):
            who = rng.randrange(6)
            x, y, color = (rng.randrange(13), rng.randrange(13),
                           rng.randrange(17))
            request_id = rng.choice(["", '"a"', '"b"'])
            batch.append((x, y, color, rng.choice([ACTORS[who], None]),
                          SESSIONS[who], {**options,
                                          "request_id": request_id}))
        expected = []
        for x, y, color, actor, session, more in batch:
            more = {"cooldown": 0, **more}
            expected.append(
                single.place(x, y, color, actor, kind="u", **more) if actor
                else single.place_session(x, y, color, session, **more))

        for reply, alone in zip(words(canvas.place_batch(*batch)), expected,
                                strict=True):
            assert reply[0] == alone[0].decode()
            if reply[0] == "OK":
                assert reply[1].split("-")[1] == str(alone[1])
                assert reply[3:] == ([(alone[5] + alone[4]).decode()]
                                     if alone[5:] else [])
            elif reply[0] == "RULE_VIOLATION":
                assert reply[1] == alone[1].decode()

    assert canvas.read()[4] == single.read()[4]
    assert [event.data[:25] for event in canvas.events()[1:]] == [
        event.data[:25] for event in single.events()[1:]]
    for name in ("ratelimit:user:" + actor for actor in ACTORS):
        here, there = (each.connection.get(each.key(name))
                       for each in (canvas, single))
        assert (here and (here[:5], here.split(b"-", 1)[1])) == (
            there and (there[:5], there.split(b"-", 1)[1]))
