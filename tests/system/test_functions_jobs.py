"""canvas_job of the Function library: docs/redis.md, line by line."""

import time

import pytest

from redis_fixture import ALICE, SESSION
from redis_fixture import canvas, server, shared_server  # noqa: F401

ID = "33333333-3333-4333-8333-333333333333"
REPLY = "{main}:canvas:replies:abc"
TTL = 10000
DAY = 86400


def ask(canvas, session=None, id=ID, job="comment", args='{"a":1}', ttl=TTL,
        session_ttl=DAY):
    keys = [canvas.key("canvas:jobs")]
    if session:
        keys.append(canvas.key("session:" + session))
    return canvas.call("canvas_job", keys, id, job, args, ttl, REPLY,
                       canvas.key("banned:"), session_ttl)


def jobs(canvas):
    return [fields for _, fields in
            canvas.connection.xrange(canvas.key("canvas:jobs"))]


def test_fields(canvas):
    before = time.time() * 1000
    assert ask(canvas) == [b"OK"]
    entry, = jobs(canvas)
    expires = int(entry.pop(b"expires"))
    assert before + TTL - 1000 <= expires <= time.time() * 1000 + TTL + 1000
    assert entry == {
        b"id": ID.encode(), b"job": b"comment", b"args": b'{"a":1}',
        b"actor": b"", b"kind": b"", b"username": b"", b"is_admin": b"0",
        b"reply": REPLY.encode()}


@pytest.mark.parametrize("guest,admin,kind", [
    (1, 0, b"g"), (0, 0, b"u"), (0, 1, b"u")])
def test_who_asks(canvas, guest, admin, kind):
    canvas.session_create(SESSION, ALICE, "Alice \u00e9", guest, admin)
    assert ask(canvas, SESSION) == [b"OK"]
    entry, = jobs(canvas)
    assert entry[b"actor"] == ALICE.encode()
    assert entry[b"kind"] == kind
    assert entry[b"username"] == "Alice \u00e9".encode()
    assert entry[b"is_admin"] == str(admin).encode()


def test_a_session_is_renewed(canvas):
    canvas.session_create(SESSION, ALICE, ttl=60)
    assert ask(canvas, SESSION) == [b"OK"]
    assert canvas.connection.ttl(canvas.key("session:" + SESSION)) > 60


def test_nobody(canvas):
    assert ask(canvas, SESSION) == [b"UNAUTHORIZED"]
    canvas.connection.hset(canvas.key("session:" + SESSION), "userId", "x")
    assert ask(canvas, SESSION) == [b"UNAUTHORIZED"]
    assert jobs(canvas) == []


def test_banned(canvas):
    canvas.session_create(SESSION, ALICE)
    canvas.ban(ALICE)
    assert ask(canvas, SESSION) == [b"BANNED"]
    assert jobs(canvas) == []


def test_a_thousand_wait(canvas):
    pipe = canvas.connection.pipeline(transaction=False)
    for _ in range(1000):
        ask_call = [canvas.key("canvas:jobs"), ID, "comment", "{}", TTL,
                    REPLY, canvas.key("banned:"), DAY]
        pipe.fcall("canvas_job", 1, *ask_call)
    assert pipe.execute() == [[b"OK"]] * 1000
    assert ask(canvas) == [b"UNAVAILABLE"]
    entry, = canvas.connection.xrange(canvas.key("canvas:jobs"), count=1)
    canvas.connection.xdel(canvas.key("canvas:jobs"), entry[0])
    assert ask(canvas) == [b"OK"]


def test_empty_arguments(canvas):
    assert ask(canvas, args="") == [b"OK"]
    assert jobs(canvas)[0][b"args"] == b"{}"


def test_one_line(canvas):
    assert ask(canvas, args='{\r\n"a"\n:1}\n') == [b"OK"]
    assert b"\n" not in jobs(canvas)[0][b"args"]
    assert b"\r" not in jobs(canvas)[0][b"args"]


@pytest.mark.parametrize("wrong", [
    {"id": "x"}, {"id": ID.upper().replace("3", "A")}, {"id": ""},
    {"job": ""}, {"job": "a b"}, {"job": "x" * 65}, {"job": "a;drop"},
    {"args": "{"}, {"args": "[1]"}, {"args": "1"}, {"args": "null"},
    {"args": "{}{}"}, {"args": '"{}"'},
    {"ttl": 0}, {"ttl": -1}, {"ttl": 3600001}, {"ttl": "x"}, {"ttl": 1.5},
    {"session_ttl": 0}, {"session_ttl": ""}])
def test_malformed(canvas, wrong):
    canvas.session_create(SESSION, ALICE)
    assert ask(canvas, SESSION, **wrong) == [b"INVALID_MESSAGE"]
    assert jobs(canvas) == []


@pytest.mark.parametrize("keys,n", [(0, 7), (3, 7), (1, 6), (1, 8), (1, 0)])
def test_numbers_of_arguments(canvas, keys, n):
    argv = [ID, "comment", "{}", TTL, REPLY, "b", DAY, "more"][:n]
    names = [canvas.key(f"canvas:jobs{i}") for i in range(keys)]
    assert canvas.call("canvas_job", names, *argv) == [b"INVALID_MESSAGE"]


def test_it_begins_no_epoch(canvas):
    """A job is none of the canvas' business: a page is not opened."""
    canvas.init()
    before = canvas.connection.get(canvas.key("canvas:epoch"))
    assert ask(canvas) == [b"OK"]
    assert canvas.connection.get(canvas.key("canvas:epoch")) == before
