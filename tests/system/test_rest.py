"""Reads from PostgreSQL: the route table, parameters, cache, and what a
server that is away, stuck or killed does to a request.
"""

import json
import os
import re
import signal
import socket
import threading
import uuid

import psycopg2
import pytest

from harness.stack import wait_for
from raw_http import Http

# one worker: what one request sees of the connections, the next does too
STACK = {"workers": 1,
         "edits": [("user=canvas_web\"", "user=canvas_web\" timeout=2s")]}

HISTORY = "/api/v1/history"
NOBODY = "00000000-0000-4000-8000-000000000000"
AWAY = {"error": "Service temporarily unavailable", "code": "UNAVAILABLE"}

ROUTES = [
    (f"{HISTORY}/pixel?x=1&y=2", "no-store"),
    (f"{HISTORY}/user/{NOBODY}", "no-store"),
    (f"{HISTORY}/recent", "no-store"),
    ("/api/game/current", "max-age=60"),
    ("/api/game/upcoming", "max-age=60"),
    ("/api/game/modes", "max-age=3600"),
    ("/api/archives", "max-age=86400"),
    ("/api/v1/timelapse/snapshots", "max-age=60"),
]

# sorts of text that must never reach a statement as anything but a value
INJECTIONS = [
    "1'", "1;DROP TABLE canvas.users", "1 OR 1=1", "1--", "1/**/", "$1",
    "1'||(SELECT password_hash FROM canvas.users LIMIT 1)||'", "\\", "NULL",
    "1\n", "%", "{1,2}", "pg_sleep(10)",
]


@pytest.fixture
def client(stack):
    with Http(stack.settings.port) as http_client:
        yield http_client


def read(answer):
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    return json.loads(answer.body)


def refusal(answer):
    told = read(answer)
    assert set(told) == {"error", "code"}
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.status, told["code"]


def quote(text):
    """Every byte of it escaped."""
    return "".join(f"%{byte:02X}" for byte in text.encode())


def ready(stack):
    return stack.get("/health/ready").status_code == 200


def backends(stack, state="%"):
    """Server processes that work for nginx."""
    return [pid for (pid,) in stack.sql(
        "SELECT pid FROM pg_stat_activity WHERE usename = 'canvas_web' "
        "AND state LIKE %s", state)]


class Held:
    """A lock that keeps reads of the log waiting, from another session."""

    def __init__(self, stack):
        self.connection = psycopg2.connect(stack.postgres.dsn)
        with self.connection.cursor() as cursor:
            cursor.execute("LOCK TABLE canvas.pixel_events")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()


class Asking(threading.Thread):
    """One request in the background."""

    def __init__(self, stack, path=f"{HISTORY}/recent"):
        super().__init__()
        self.port = stack.settings.port
        self.path = path
        self.answer = None
        self.start()

    def run(self):
        with Http(self.port) as http_client:
            self.answer = http_client.get(self.path)


@pytest.mark.parametrize("path, cache", ROUTES)
def test_route(client, path, cache):
    answer = client.get(path)
    assert answer.status == 200
    assert read(answer)
    assert answer.headers["Cache-Control"] == cache

    head = client.head(path)
    assert (head.status, head.body) == (200, b"")
    assert head.headers["Content-Length"] == answer.headers["Content-Length"]
    assert head.headers["Cache-Control"] == cache


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH",
                                    "OPTIONS"])
def test_wrong_method(client, method):
    for path, _ in ROUTES:
        answer = client.request(method, path, body=b"z" * 5000)
        assert refusal(answer) == (405, "METHOD_NOT_ALLOWED")
        assert answer.headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize("path", [
    "/api/", "/api/nothing", "/api/game", "/api/game/", "/api/game/current/",
    "/api/game/currents", "/api/game/curren", f"{HISTORY}/user/",
    f"{HISTORY}/user/{NOBODY}/", "/api/archives/", f"/api/archives/{NOBODY}/x",
    "/api/Game/current", f"/api/archives/{NOBODY}", "/api/archives/a%2Fb"])
def test_not_found(client, path):
    assert refusal(client.get(path)) == (404, "NOT_FOUND")


@pytest.fixture
def agent(stack):
    """One with a name of each sort of character."""
    stack.sql("INSERT INTO agents (name) VALUES (%s)", "Bot_9-x")
    yield "Bot_9-x"
    stack.sql("DELETE FROM agents")


def test_agent(client, agent):
    for path, key in (("", "reputation"), ("/weeks", "weeks"),
                      ("/weeks?limit=100", "weeks")):
        answer = client.get(f"/api/v1/agents/{agent}{path}")
        assert answer.status == 200
        assert read(answer)["name"] == agent and key in read(answer)
        assert answer.headers["Cache-Control"] == "max-age=60"


@pytest.mark.parametrize("name, status", [
    ("nobody", 404), ("no" * 32, 404), ("no" * 32 + "x", 400), ("ab", 400),
    ("a.b", 400), ("a%20b", 400), ("a%27--", 400), ("%C3%A9%C3%A9%C3%A9", 400)])
def test_name_of_an_agent(client, name, status):
    for path in ("", "/weeks"):
        answer = client.get(f"/api/v1/agents/{name}{path}")
        assert refusal(answer)[0] == status


def test_objectives_and_factions(client):
    """Objectives are there from the first week on; classic has no factions."""
    answer = client.get("/api/v1/objectives")
    assert answer.headers["Cache-Control"] == "max-age=10"
    body = read(answer)
    assert set(body) == {"objectives", "week"} and body["objectives"]
    assert body["objectives"][0].keys() >= {
        "id", "name", "description", "target", "metric", "completed", "first",
        "leaders"}

    answer = client.get("/api/v1/factions")
    assert answer.headers["Cache-Control"] == "no-store"
    assert read(answer) == {"factions": []}


def test_comments_and_votes(client):
    """For everybody, never kept: who posts sees it at once."""
    for path, keys in (("comments", {"comments", "next"}),
                       ("comments?before=5&limit=200", {"comments", "next"}),
                       ("votes", {"enabled", "mode", "art"})):
        answer = client.get(f"/api/v1/{path}")
        assert answer.status == 200
        assert set(read(answer)) == keys
        assert answer.headers["Cache-Control"] == "no-store"

    for query in ("limit=0", "limit=201", "before=x", "before=0",
                  "before=1&before=2", "before=9007199254740992"):
        assert refusal(client.get(f"/api/v1/comments?{query}")) \
            == (400, "INVALID_MESSAGE")

    answer = client.request("DELETE", "/api/v1/comments")
    assert refusal(answer) == (405, "METHOD_NOT_ALLOWED")
    assert answer.headers["Allow"] == "GET, HEAD, POST"


def test_body_of_a_read_is_thrown_away(client):
    """... and the connection goes on."""
    for length in (1, 5000, 200000):
        answer = client.request("GET", "/api/game/current", body=b"z" * length)
        assert answer.status == 200
    assert client.get("/api/game/modes").status == 200


def test_history(stack, client):
    """The pixels of one guest, newest first, page by page."""
    guest = stack.guest()
    placed = [guest.place(n, 7, n).json() for n in range(1, 8)]
    stack.wait_recorded()

    path = f"{HISTORY}/user/{guest.user_id}?limit=3"
    seen, page = [], read(client.get(path))
    while True:
        assert len(page["events"]) <= 3
        seen += page["events"]
        if page["next"] is None:
            break
        page = read(client.get(f"{path}&before={page['next']}"))

    assert [(e["seq"], e["x"], e["y"], e["color"], e["userId"])
            for e in seen] == \
        [(p["seq"], p["x"], p["y"], p["color"], guest.user_id)
         for p in reversed(placed)]

    events = read(client.get(f"{HISTORY}/pixel?x=3&y=7"))["events"]
    assert (events[0]["userId"], events[0]["color"]) == (guest.user_id, 3)
    assert [e["seq"] for e in
            read(client.get(f"{HISTORY}/recent?limit=2"))["events"]] \
        == [placed[-1]["seq"], placed[-2]["seq"]]


@pytest.mark.parametrize("query", [
    "", "x=1", "y=1", "x=&y=1", "x=-1&y=1", "x=500&y=1", "x=1&y=500",
    "x=1.0&y=1", "x=1e1&y=1", "x=0x1&y=1", "x=01&y=1", "x=+1&y=1",
    "x=%2B1&y=1", "x= &y=1".replace(" ", "%20"), "x=1%00&y=1",
    "x=4294967297&y=1", "x=18446744073709551617&y=1", "x=" + "1" * 500
    + "&y=1", "X=1&y=1", "x=a&y=1", "x=1%202&y=1"])
def test_bad_coordinates(client, query):
    assert refusal(client.get(f"{HISTORY}/pixel?{query}")) \
        == (400, "INVALID_COORDS")


def test_last_pixel(client):
    assert client.get(f"{HISTORY}/pixel?x=499&y=499").status == 200


@pytest.mark.parametrize("path", [
    f"{HISTORY}/recent?limit=0", f"{HISTORY}/recent?limit=1001",
    f"{HISTORY}/recent?limit=-1", f"{HISTORY}/recent?limit=",
    f"{HISTORY}/recent?limit", f"{HISTORY}/recent?limit=1&limit=1",
    f"{HISTORY}/recent?limit=1&%6Cimit=1", f"{HISTORY}/recent?before=",
    f"{HISTORY}/recent?before=1", f"{HISTORY}/recent?before=1-",
    f"{HISTORY}/recent?before=1-2-3", f"{HISTORY}/recent?before=-1-2",
    f"{HISTORY}/recent?before=1-9007199254740992",
    f"{HISTORY}/recent?before=99999999999999999999-1",
    f"{HISTORY}/recent?limit=%", f"{HISTORY}/recent?limit=%4",
    f"{HISTORY}/recent?limit=%zz", f"{HISTORY}/recent?%zz=1",
    f"{HISTORY}/pixel?x=1&x=2&y=3",
    f"{HISTORY}/user/me", f"{HISTORY}/user/{NOBODY}0",
    f"{HISTORY}/user/{NOBODY[:-1]}", f"{HISTORY}/user/{NOBODY[:-1]}g",
    f"{HISTORY}/user/%7B{NOBODY}%7D", f"{HISTORY}/user/..%00",
    "/api/archives/latest", "/api/archives?page=0", "/api/archives?page=-1",
    "/api/archives?page=1000001", "/api/archives?limit=101",
    "/api/archives?limit=a", "/api/game/modes?activeOnly=1",
    "/api/game/modes?activeOnly=TRUE", "/api/game/modes?activeOnly="])
def test_bad_parameter(client, path):
    if "%00" in path:
        # nginx's own refusal of a NUL in the path
        assert client.get(path).status == 400
        return
    assert refusal(client.get(path)) == (400, "INVALID_MESSAGE")


@pytest.mark.parametrize("path", [
    f"{HISTORY}/recent?limit=1000", f"{HISTORY}/recent?limit=%31%30",
    f"{HISTORY}/recent?&&limit=1&", f"{HISTORY}/recent?_=1&_=2&Limit=x",
    f"{HISTORY}/recent?before=9007199254740991-9007199254740991",
    f"{HISTORY}/user/{NOBODY.upper()}", "/api/archives?page=1000000",
    "/api/archives?page=1&limit=100", "/api/game/modes?activeOnly=true",
    "/api/game/modes?activeOnly=false", "/api//game/./current",
    "/api/game/x/../current", f"{HISTORY}/recent?" + "a" * 3000])
def test_good_parameter(client, path):
    assert client.get(path).status == 200


@pytest.mark.parametrize("text", INJECTIONS)
def test_injection(stack, client, text):
    """Refused in every parameter, and nothing of it reaches a statement."""
    value = quote(text)
    for path, code in (
            (f"{HISTORY}/pixel?x={value}&y=1", "INVALID_COORDS"),
            (f"{HISTORY}/pixel?x=1&y={value}", "INVALID_COORDS"),
            (f"{HISTORY}/pixel?x=1&y=1&before={value}", "INVALID_MESSAGE"),
            (f"{HISTORY}/pixel?x=1&y=1&limit={value}", "INVALID_MESSAGE"),
            (f"{HISTORY}/user/{value}", "INVALID_MESSAGE"),
            (f"{HISTORY}/user/{NOBODY}?before={value}", "INVALID_MESSAGE"),
            (f"{HISTORY}/user/{NOBODY}?limit={value}", "INVALID_MESSAGE"),
            (f"{HISTORY}/recent?before={value}", "INVALID_MESSAGE"),
            (f"{HISTORY}/recent?before=1-{value}", "INVALID_MESSAGE"),
            (f"{HISTORY}/recent?limit={value}", "INVALID_MESSAGE"),
            ("/api/game/modes?activeOnly=" + value, "INVALID_MESSAGE"),
            ("/api/archives?page=" + value, "INVALID_MESSAGE"),
            ("/api/archives?limit=" + value, "INVALID_MESSAGE"),
            ("/api/archives/" + value, "INVALID_MESSAGE")):
        if "/" in text and path.endswith(("user/" + value,
                                          "archives/" + value)):
            code = "NOT_FOUND"
        assert refusal(client.get(path))[1] == code, path

    assert "canvas postgres: query failed" not in stack.logs.new()


def test_unknown_is_empty(client):
    unknown = uuid.uuid4()
    assert read(client.get(f"{HISTORY}/user/{unknown}")) \
        == {"events": [], "next": None}
    assert refusal(client.get(f"/api/archives/{unknown}")) \
        == (404, "NOT_FOUND")


def test_many_at_once(stack):
    """Answers in a pipeline go to who asked."""
    guest = stack.guest()
    for n in range(20):
        guest.place(n, 9, 2)
    stack.wait_recorded()

    asked = [Asking(stack, f"{HISTORY}/pixel?x={n % 20}&y=9&limit=1")
             for n in range(200)]
    for n, asking in enumerate(asked):
        asking.join()
        assert asking.answer.status == 200
        assert read(asking.answer)["events"][0]["x"] == n % 20


def test_full_queue(new_stack):
    """What is too much is refused at once; what fitted is answered."""
    stack = new_stack(workers=1, edits=[(
        "user=canvas_web\"",
        "user=canvas_web\" connections=2 queue=6 timeout=60s")])

    for _ in range(3):
        with Held(stack):
            asking = [Asking(stack) for _ in range(10)]
            wait_for(lambda: sum(one.answer is not None for one in asking)
                     == 4, what="refusals")
            for one in asking:
                if one.answer is not None:
                    assert (one.answer.status, read(one.answer)) \
                        == (503, AWAY)

        for one in asking:
            one.join()
        assert sorted(one.answer.status for one in asking) \
            == [200] * 6 + [503] * 4


def test_reload_is_not_seen(stack):
    """A worker that has just begun answers when it is connected."""
    answers, stop = [], threading.Event()

    def ask():
        while not stop.is_set():
            with Http(stack.settings.port) as http_client:
                answers.append(http_client.get(f"{HISTORY}/recent").status)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(5):
        before = len(answers)
        stack.reload()
        wait_for(lambda seen=before: len(answers) > seen + 10,
                 what="answers")
    stop.set()
    for thread in threads:
        thread.join()

    assert set(answers) == {200}


def test_client_leaves(stack, client):
    """A query whose client is gone is answered to nobody, and harms none."""
    with Held(stack):
        sockets = []
        for _ in range(20):
            sockets.append(socket.create_connection(
                ("127.0.0.1", stack.settings.port)))
            sockets[-1].sendall(f"GET {HISTORY}/recent HTTP/1.1\r\n"
                                "Host: localhost\r\n\r\n".encode())
        wait_for(lambda: backends(stack, "active"), what="a waiting query")
        for sock in sockets:
            sock.close()
        wait_for(lambda: "499" in access_log(stack), what="clients to be gone")

    assert client.get(f"{HISTORY}/recent").status == 200


def access_log(stack):
    with open(stack.path("log", "access.log"), encoding="utf-8") as file:
        return file.read()


def test_stuck_query(stack, client):
    """A query that takes too long: 503, and the server ends it as well."""
    with Held(stack):
        assert client.get(f"{HISTORY}/recent").status == 503
        wait_for(lambda: not backends(stack, "active"),
                 what="the end of an abandoned query")
    wait_for(lambda: client.get(f"{HISTORY}/recent").status == 200,
             what="recovery")


def test_killed_backend(stack, client):
    """kill -9 with a query on its way: 503 for it, recovery by itself."""
    with Held(stack) as held:
        asking = [Asking(stack) for _ in range(4)]
        wait_for(lambda: backends(stack, "active"), what="a waiting query")
        os.kill(backends(stack, "active")[0], signal.SIGKILL)
        for one in asking:
            one.join()
            assert one.answer.status == 503
            assert read(one.answer) == AWAY
        held.connection.close()
    stack.disconnect()

    wait_for(lambda: client.get(f"{HISTORY}/recent").status == 200,
             what="recovery")
    wait_for(lambda: ready(stack), what="readiness")


def test_stopped_server(stack, client):
    """Placements go on, history says 503 at once; nothing is lost."""
    guest = stack.guest()
    stack.stop("postgres")
    stack.disconnect()
    try:
        wait_for(lambda: not ready(stack), what="the loss to be seen")
        for path, _ in ROUTES:
            answer = client.get(path)
            assert (answer.status, read(answer)) == (503, AWAY)
            assert answer.headers["Cache-Control"] == "no-store"

        answer = client.get("/health/ready")
        assert answer.status == 503
        assert read(answer)["postgres"] == "disconnected"
        assert read(answer)["reasons"] == ["postgres: not connected"]
        health = client.get("/health")
        assert (health.status, read(health)["status"]) == (200, "healthy")

        placed = guest.place(5, 5, 5)
        assert placed.status_code == 200
    finally:
        stack.start("postgres")

    wait_for(lambda: ready(stack), what="readiness")
    stack.wait_recorded()
    events = read(client.get(f"{HISTORY}/pixel?x=5&y=5"))["events"]
    assert events[0]["seq"] == placed.json()["seq"]

    # one line a connection when it goes, one reason after another at most
    lost = [line for line in stack.logs.new().splitlines()
            if "canvas postgres: not connected" in line]
    assert 1 <= len(lost) <= 12, lost


def test_paused_server(stack, client):
    """SIGSTOP: no answer at all.  503 in time, then at once; no hang."""
    stack.wait_recorded()
    stack.disconnect()
    stack.pause("postgres")
    try:
        assert read(client.get(f"{HISTORY}/recent")) == AWAY
        # each connection finds out by a query of its own
        wait_for(lambda: client.get(f"{HISTORY}/recent").status == 503
                 and not ready(stack), what="the loss to be seen")
        for _ in range(20):
            assert client.get(f"{HISTORY}/recent").status == 503
        assert client.get("/api/v1/canvas/info").status == 200
    finally:
        stack.resume("postgres")

    wait_for(lambda: client.get(f"{HISTORY}/recent").status == 200,
             what="recovery")


def test_health(client):
    health, all_ready = client.get("/health"), client.get("/health/ready")
    for answer in (health, all_ready):
        assert answer.status == 200
        assert answer.headers["Cache-Control"] == "no-store"
        told = read(answer)
        assert isinstance(told.pop("uptime"), int)
        assert re.fullmatch(r"\d+\.\d+\.\d+", told.pop("version"))
        assert told == {"status": "healthy", "redis": "connected",
                        "postgres": "connected"}

    assert client.head("/health/ready").body == b""
    assert refusal(client.get("/health/no")) == (404, "NOT_FOUND")
    assert refusal(client.post("/health")) == (405, "METHOD_NOT_ALLOWED")


def test_redis_away(stack, client):
    """Reads of PostgreSQL go on; readiness says what is missing."""
    stack.kill("redis")
    stack.disconnect()
    try:
        wait_for(lambda: not ready(stack), what="the loss to be seen")
        answer = client.get("/health/ready")
        assert read(answer)["redis"] == "disconnected"
        assert "redis: not connected" in read(answer)["reasons"]
        assert client.get("/api/game/current").status == 200
    finally:
        stack.start("redis")
    wait_for(lambda: ready(stack), what="readiness")
