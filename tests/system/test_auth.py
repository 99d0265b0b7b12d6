"""Sessions: guest, me, logout; what a forged or stolen id is worth."""

import http.cookies
import json
import re
import socket
import ssl
import subprocess
import uuid

import pytest

from harness.ports import free_port
from harness.stack import PREFIX, wait_for
from raw_http import Http
from redis_fixture import Canvas

GUEST = "/api/v1/auth/guest"
ME = "/api/v1/auth/me"
LOGOUT = "/api/v1/auth/logout"
NAME = "canvas_session"
DAY = 86400


def cookie(session):
    return ("Cookie", f"{NAME}={session}")


def set_cookie(answer):
    """The one cookie that the answer sets."""
    values = answer.headers.get_all("Set-Cookie")
    assert values is not None and len(values) == 1
    morsel = http.cookies.SimpleCookie(values[0])[NAME]
    assert values[0].startswith(NAME + "=")
    return morsel


def code(answer):
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    return json.loads(answer.body)["code"]


@pytest.fixture
def client(stack):
    with Http(stack.settings.port) as http_client:
        yield http_client


@pytest.fixture
def canvas(stack):
    return Canvas(stack.redis, PREFIX)


@pytest.fixture
def guest(client):
    """A fresh guest: what the answer told, and the session."""
    answer = client.post(GUEST)
    assert answer.status == 201
    return json.loads(answer.body), set_cookie(answer).value


def key(canvas, session):
    return canvas.key("session:" + session)


def test_guest(client, canvas):
    answer = client.post(GUEST)
    told = json.loads(answer.body)
    morsel = set_cookie(answer)

    assert answer.status == 201
    assert answer.headers["Cache-Control"] == "no-store"
    assert set(told) == {"userId", "username", "isGuest", "isAdmin",
                         "pixelsPlaced"}
    assert uuid.UUID(told["userId"]).version == 4
    assert told["username"] == \
        "guest-" + told["userId"].replace("-", "")[:16]
    assert (told["isGuest"], told["isAdmin"], told["pixelsPlaced"]) \
        == (True, False, 0)

    stored = canvas.connection.hgetall(key(canvas, morsel.value))
    assert stored[b"userId"].decode() == told["userId"]
    assert stored[b"username"].decode() == told["username"]
    assert (stored[b"isGuest"], stored[b"isAdmin"]) == (b"1", b"0")
    assert 0 < canvas.connection.ttl(key(canvas, morsel.value)) <= DAY


def test_cookie_flags(client):
    morsel = set_cookie(client.post(GUEST))

    assert re.fullmatch("[0-9a-f]{64}", morsel.value)
    assert morsel["httponly"] is True
    assert morsel["samesite"] == "Lax"
    assert morsel["path"] == "/"
    assert morsel["max-age"] == str(DAY)
    assert morsel["domain"] == ""
    assert not morsel["secure"]         # no TLS here


def test_every_guest_is_new(client):
    answers = [client.post(GUEST) for _ in range(20)]
    assert len({set_cookie(answer).value for answer in answers}) == 20
    assert len({json.loads(answer.body)["userId"]
                for answer in answers}) == 20


def test_me(client, canvas, guest):
    told, session = guest
    canvas.connection.expire(key(canvas, session), 100)
    answer = client.get(ME, cookie(session))

    assert answer.status == 200
    assert json.loads(answer.body) == {**told, "faction": None, "color": None}
    assert answer.headers["Cache-Control"] == "no-store"
    # the day begins anew, in Redis and in the browser
    assert canvas.connection.ttl(key(canvas, session)) > 100
    assert set_cookie(answer).value == session

    head = client.head(ME, cookie(session))
    assert (head.status, head.body) == (200, b"")


def test_me_counts_pixels(client, canvas, guest):
    told, session = guest
    for i in range(3):
        assert canvas.place(i, 0, i, told["userId"], "g")[0] == b"OK"
    wait_for(lambda: json.loads(client.get(ME, cookie(session)).body)[
        "pixelsPlaced"] == 3, what="the recorder to count")


def test_me_between_other_cookies(client, guest):
    told, session = guest
    for header in (f"a=1; {NAME}={session}; b=2", f"a=1;{NAME}={session}",
                   f"x{NAME}=1; {NAME}={session} ", f"{NAME}2=a; "
                   f"{NAME}={session};"):
        answer = client.get(ME, ("Cookie", header))
        assert answer.status == 200, header
        assert json.loads(answer.body)["userId"] == told["userId"]

    answer = client.get(ME, ("Cookie", "a=1"), cookie(session))
    assert answer.status == 200


def test_username_is_escaped(client, canvas, guest):
    _, session = guest
    name = 'a"b\\c\x01</script>é'
    canvas.connection.hset(key(canvas, session), "username", name)
    assert json.loads(client.get(ME, cookie(session)).body)["username"] == name


def test_me_without_a_session(client):
    answer = client.get(ME)
    assert answer.status == 401
    assert code(answer) == "UNAUTHORIZED"
    assert answer.headers["Set-Cookie"] is None


@pytest.mark.parametrize("make", [
    lambda s: s[:-1], lambda s: s + "0", lambda s: s.upper() + "A",
    lambda s: s[:-1] + "G", lambda s: s[:-1] + "A", lambda s: f'"{s}"',
    lambda s: "", lambda s: " " + s[1:], lambda s: "%30" + s[3:],
    lambda s: s[:-1] + "*", lambda s: f"{s}; {NAME}={s}",
    lambda s: f"x; {NAME}={s}", lambda s: f"{s}; {NAME}=",
    lambda s: s[:32] + " " + s[32:], lambda s: "../" + s[3:]])
def test_malformed_session(client, guest, make):
    answer = client.get(ME, cookie(make(guest[1])))
    assert answer.status == 401
    assert code(answer) == "UNAUTHORIZED"


def test_two_cookie_headers(client, guest):
    answer = client.get(ME, cookie(guest[1]), cookie(guest[1]))
    assert answer.status == 401


def test_forged_session(client, canvas):
    for forged in ("0" * 64, "f" * 64, uuid.uuid4().hex * 2):
        assert client.get(ME, cookie(forged)).status == 401
        # asking did not make it
        assert not canvas.connection.exists(key(canvas, forged))


def test_expired_session(client, canvas, guest):
    name = key(canvas, guest[1])
    canvas.connection.pexpire(name, 1)
    wait_for(lambda: not canvas.connection.exists(name))
    assert client.get(ME, cookie(guest[1])).status == 401
    assert not canvas.connection.exists(name)


def test_no_fixation(client, canvas):
    """An id that the client brings along is never made a session."""
    brought = "ab" * 32
    answer = client.post(GUEST, cookie(brought))
    assert answer.status == 201
    assert set_cookie(answer).value != brought
    assert not canvas.connection.exists(key(canvas, brought))
    assert client.get(ME, cookie(brought)).status == 401


def test_new_guest_replaces_the_session(client, canvas, guest):
    told, session = guest
    answer = client.post(GUEST, cookie(session))
    assert answer.status == 201
    assert json.loads(answer.body)["userId"] != told["userId"]
    assert set_cookie(answer).value != session
    assert client.get(ME, cookie(session)).status == 401
    assert client.get(ME, cookie(set_cookie(answer).value)).status == 200


def test_logout_then_reuse(client, canvas, guest):
    _, session = guest
    answer = client.post(LOGOUT, cookie(session))
    morsel = set_cookie(answer)

    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["Content-Length"] is None
    assert answer.headers["Cache-Control"] == "no-store"
    assert (morsel.value, morsel["max-age"]) == ("", "0")
    assert (morsel["path"], morsel["httponly"]) == ("/", True)

    assert not canvas.connection.exists(key(canvas, session))
    assert client.get(ME, cookie(session)).status == 401
    # again, unknown, malformed, none: done already
    for headers in ([cookie(session)], [cookie("0" * 64)], [cookie("x")], []):
        assert client.post(LOGOUT, *headers).status == 204


@pytest.mark.parametrize("headers", [
    [("Origin", "https://evil.example")], [("Origin", "null")],
    [("Sec-Fetch-Site", "cross-site")], [("Sec-Fetch-Site", "same-site")]])
def test_foreign_origin(client, guest, headers):
    _, session = guest
    for path in (GUEST, LOGOUT):
        answer = client.post(path, cookie(session), *headers)
        assert answer.status == 403
        assert code(answer) == "FORBIDDEN"
        assert answer.headers["Set-Cookie"] is None
    # nothing has happened to the session; reading it is no change
    assert client.get(ME, cookie(session), *headers).status == 200


def test_own_origin(stack, client, guest):
    own = ("Origin", f"http://127.0.0.1:{stack.settings.port}")
    same = ("Sec-Fetch-Site", "same-origin")
    assert client.post(GUEST, own, same).status == 201
    assert client.post(LOGOUT, own, same, cookie(guest[1])).status == 204


@pytest.mark.parametrize("path, allow", [
    (GUEST, "POST"), (LOGOUT, "POST"), (ME, "GET, HEAD")])
def test_wrong_method(client, path, allow):
    for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH",
                   "OPTIONS"):
        if method in allow:
            continue
        answer = client.request(method, path, body=b"z" * 100)
        assert answer.status == 405
        assert answer.headers["Allow"] == allow


@pytest.mark.parametrize("name", ["", "register", "login", "guest/", "Guest",
                                  "me.json", "guestx", "gues"])
def test_unknown_path(client, name):
    answer = client.post("/api/v1/auth/" + name, body=b"{}")
    assert answer.status == 404
    assert code(answer) == "NOT_FOUND"


def test_bodies_are_discarded(client):
    for body in (b"{}", b"\0" * 200000):
        assert client.post(GUEST, ("Content-Type", "text/plain"),
                           body=body).status == 201
    chunks = iter([b"a" * 1000] * 100)
    client.connection.request("POST", GUEST, chunks, encode_chunked=True,
                              headers={"Transfer-Encoding": "chunked"})
    response = client.connection.getresponse()
    assert response.status == 201
    response.read()
    assert client.get(ME).status == 401


def test_body_too_large(client):
    answer = client.request("POST", GUEST,
                            [("Content-Length", str(1 << 30))])
    assert answer.status == 413


def test_redis_stopped_and_killed(stack, client, guest):
    told, session = guest

    def refused():
        for answer in (client.post(GUEST), client.get(ME, cookie(session)),
                       client.post(LOGOUT, cookie(session))):
            assert answer.status == 503
            assert code(answer) == "UNAVAILABLE"
            assert answer.headers["Set-Cookie"] is None
        # what needs no store
        assert client.get(ME).status == 401
        assert client.post(LOGOUT).status == 204

    stack.pause("redis")
    try:
        refused()
    finally:
        stack.resume("redis")
    wait_for(stack.stack.nginx.all_ready)

    stack.kill("redis")
    refused()
    stack.start("redis")
    stack.disconnect()
    wait_for(stack.stack.nginx.all_ready)

    me = client.get(ME, cookie(session))
    assert json.loads(me.body)["userId"] == told["userId"]


def test_clients_that_leave_while_redis_is_slow(stack, client, guest):
    """The answer of Redis finds nobody; nothing else is touched."""
    workers = stack.workers()
    stack.pause("redis")

    try:
        for _ in range(10):
            for request in (f"POST {GUEST}", f"POST {LOGOUT}", f"GET {ME}"):
                with socket.create_connection(
                        ("127.0.0.1", stack.settings.port)) as quitter:
                    quitter.sendall(
                        f"{request} HTTP/1.1\r\nHost: a\r\nCookie: "
                        f"{NAME}={'0' * 64}\r\n\r\n".encode())
    finally:
        stack.resume("redis")

    wait_for(stack.stack.nginx.all_ready)
    assert client.get(ME, cookie(guest[1])).status == 200
    assert stack.workers() == workers


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes",
         "-subj", "/CN=localhost", "-days", "2", "-keyout", folder / "key",
         "-out", folder / "cert"], check=True, stderr=subprocess.DEVNULL)
    return folder


def test_secure_cookie_on_tls(new_stack, certificate):
    port = free_port()
    stack = new_stack(server=[
        f"listen 127.0.0.1:{port} ssl;",
        f"ssl_certificate {certificate}/cert;",
        f"ssl_certificate_key {certificate}/key;"])

    with Http(stack.settings.port) as plain:
        assert not set_cookie(plain.post(GUEST))["secure"]

    with Http(port, tls=ssl._create_unverified_context()) as safe:
        answer = safe.post(GUEST)
        assert set_cookie(answer)["secure"] is True
        gone = safe.post(LOGOUT, cookie(set_cookie(answer).value))
        assert set_cookie(gone)["secure"] is True


def test_secure_cookie_by_configuration(new_stack):
    stack = new_stack(canvas=["secure_cookie on;"])

    with Http(stack.settings.port) as client:
        assert set_cookie(client.post(GUEST))["secure"] is True
