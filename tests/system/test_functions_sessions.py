"""The Function library `canvas`: sessions, which it makes, reads and
remembers (docs/redis.md, "Sessions and guests")."""

import pytest

from redis_fixture import (
    ALICE, BOB, SESSION, canvas, server, shared_server, wait_for)

DAY = 86400


def test_session(canvas):
    canvas.init()
    assert canvas.place_session(1, 1, 1, SESSION) == [b"UNAUTHORIZED"]
    assert canvas.identify(SESSION) == [b"UNAUTHORIZED"]
    assert canvas.session_create(SESSION, ALICE, "Zoë, \n") == [b"OK"]
    assert 0 < canvas.connection.ttl(canvas.key("session:" + SESSION)) <= DAY

    assert canvas.identify(SESSION) == [
        b"OK", ALICE.encode(), "Zoë, \n".encode(), 1, 0, 0, 0, 0, b"", -1]
    assert canvas.place_session(1, 2, 3, SESSION, cooldown=60000) == [
        b"OK", 1, canvas.epoch, 60000, ALICE.encode(), b"g"]
    assert canvas.events()[-1].actor == ALICE
    assert canvas.place_session(1, 1, 3, SESSION,
                                cooldown=60000)[0] == b"RATE_LIMITED"

    canvas.fold("0-0", "1-1", ("g", ALICE, 1))
    reply = canvas.identify(SESSION)
    assert reply[5] == 0 and 0 < reply[6] <= 60000 and reply[7] == 1

    canvas.ban(ALICE)
    assert canvas.identify(SESSION)[5] == 1
    assert canvas.place_session(1, 1, 3, SESSION) == [b"BANNED"]


def test_session_of_a_user_shares_the_cooldown(canvas):
    canvas.init()
    canvas.session_create(SESSION, ALICE, "alice", guest=0, admin=1)
    canvas.session_create("cd" * 32, ALICE, "alice", guest=0, admin=1)
    reply = canvas.place_session(1, 2, 3, SESSION, "7", cooldown=60000)
    assert reply[4:] == [ALICE.encode(), b"u"]
    assert canvas.place_session(1, 2, 3, "cd" * 32, "7", cooldown=60000)[
        :3] == [b"OK", 1, canvas.epoch]
    assert canvas.place(5, 5, 5, ALICE, cooldown=60000)[0] == b"RATE_LIMITED"
    assert canvas.identify(SESSION)[3:5] == [0, 1]


def test_session_is_renewed(server, canvas):
    """Once a minute by placements, always by identify."""
    canvas.init()
    canvas.session_create(SESSION, ALICE)
    key = canvas.key("session:" + SESSION)
    renewed = int(canvas.connection.hget(key, "renewed"))

    canvas.connection.expire(key, 100)
    assert canvas.place_session(1, 1, 1, SESSION)[0] == b"OK"
    assert canvas.connection.ttl(key) <= 100

    for long_ago in (60000, -60000):    # or the clock was set back
        canvas.connection.expire(key, 100)
        canvas.connection.hset(key, "renewed", renewed - long_ago)
        server.load_library()           # the one of before remembers it
        assert canvas.place_session(1, 1, 1, SESSION)[0] == b"OK"
        assert canvas.connection.ttl(key) > 1000
        assert int(canvas.connection.hget(key, "renewed")) >= renewed

    canvas.connection.expire(key, 100)
    assert canvas.identify(SESSION)[0] == b"OK"
    assert canvas.connection.ttl(key) > 1000


def test_session_without_the_fields_of_the_library(canvas):
    canvas.init()
    key = canvas.key("session:" + SESSION)
    canvas.connection.hset(key, mapping={"userId": BOB, "isGuest": "0"})
    assert canvas.place_session(1, 2, 3, SESSION)[4:] == [BOB.encode(), b"u"]
    assert canvas.events()[-1].actor == BOB

    canvas.connection.delete(key)
    for user in ("x", BOB.upper().replace("2", "A"), BOB + "2"):
        assert canvas.place_session(1, 2, 3, SESSION) == [b"UNAUTHORIZED"]
        canvas.connection.hset(key, "userId", user)


def test_session_that_is_remembered(canvas):
    """It is nobody's when it is gone, and another's when it was made anew."""
    canvas.init()
    key = canvas.key("session:" + SESSION)
    for actor in (ALICE, BOB):
        canvas.session_create(SESSION, actor, guest=0)
        for _ in range(2):
            assert canvas.place_session(1, 2, 3, SESSION)[4:] == [
                actor.encode(), b"u"]
    canvas.connection.delete(key)
    assert canvas.place_session(1, 2, 3, SESSION) == [b"UNAUTHORIZED"]
    canvas.session_create(SESSION, ALICE, ttl=1)
    canvas.connection.pexpire(key, 1)
    wait_for(lambda: not canvas.connection.exists(key), what="its end")
    assert canvas.place_session(1, 2, 3, SESSION) == [b"UNAUTHORIZED"]


@pytest.mark.parametrize("arguments", [
    {"ttl": 0}, {"ttl": "x"}, {"ttl": 2 ** 53 - 1}, {"actor": "x"},
    {"username": ""}, {"username": "x" * 129}, {"guest": 2}, {"admin": ""},
])
def test_session_create_refuses(canvas, arguments):
    call = {"session": SESSION, "actor": ALICE, **arguments}
    assert canvas.session_create(**call) == [b"INVALID_MESSAGE"]
    assert canvas.connection.keys() == []
