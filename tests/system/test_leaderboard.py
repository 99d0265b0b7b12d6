"""GET /api/leaderboard: ranks from Redis, names from PostgreSQL, shared by
all who ask; and what is left of it while one of the two is away.
"""

import datetime
import json
import uuid

import pytest

from harness.stack import PREFIX, wait_for
from raw_http import Http

# one worker: what one request has read, the next one is given
STACK = {"workers": 1}

BOARD = "/api/leaderboard"
AWAY = {"error": "Service temporarily unavailable", "code": "UNAVAILABLE"}


def key(kind):
    return f"{PREFIX}leaderboard:{kind}"


def read(stack, query=""):
    answer = stack.get(BOARD + query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "max-age=30"

    return answer.json()


def wait_board(stack, query, condition):
    """The board once that is true of it: it is read once a second."""
    def seen():
        board = read(stack, query)
        return board if condition(board) else None

    return wait_for(seen, what=f"the board {query}")


def calls(stack, command):
    stats = stack.redis.info("commandstats")
    return stats.get(f"cmdstat_{command}", {"calls": 0})["calls"]


@pytest.fixture
def agents(stack):
    """A board of agents, two of which share the second place."""
    scores = {"first": 30, "second": 7, "as-good": 7, "last_one": 1}
    ids = {name: str(uuid.uuid4()) for name in scores}

    for name, agent in ids.items():
        stack.sql("INSERT INTO agents (id, name) VALUES (%s, %s)", agent,
                  name)
    stack.redis.zadd(key("agents"), {ids[name]: score
                                     for name, score in scores.items()})
    yield ids
    stack.redis.delete(key("agents"))
    stack.sql("DELETE FROM agents")
    wait_board(stack, "?kind=agents", lambda board: not board["entries"])


def test_users_are_the_default(stack):
    """Who placed, as far as the recorder has counted."""
    guests = [stack.guest() for _ in range(3)]
    for count, guest in enumerate(guests, 1):
        for x in range(count):
            assert guest.place(x, count, 3).status_code == 200

    board = wait_board(stack, "", lambda board: board["total"] == 3 and all(
        entry["username"] for entry in board["entries"])
        and board["entries"][0]["pixels"] == 3)

    assert board == {
        "kind": "users", "total": 3, "updatedAt": board["updatedAt"],
        "entries": [
            {"rank": rank, "userId": guest.user_id, "pixels": pixels,
             "username": guest.get("/api/v1/auth/me").json()["username"]}
            for rank, pixels, guest in zip((1, 2, 3), (3, 2, 1),
                                           reversed(guests))]}

    age = (datetime.datetime.now(datetime.timezone.utc)
           - datetime.datetime.fromisoformat(
               board["updatedAt"].replace("Z", "+00:00")))
    assert abs(age) < datetime.timedelta(seconds=60)


def test_ties_share_a_rank(stack, agents):
    board = wait_board(stack, "?kind=agents", lambda board: board["total"])

    assert [(entry["rank"], entry["pixels"]) for entry in board["entries"]] \
        == [(1, 30), (2, 7), (2, 7), (4, 1)]
    assert {entry["name"]: entry["agentId"] for entry in board["entries"]} \
        == agents
    assert set(board["entries"][0]) == {"rank", "agentId", "name", "pixels"}


def test_limit(stack, agents):
    """The page is cut, the total is that of all."""
    wait_board(stack, "?kind=agents", lambda board: board["total"])

    for limit in (1, 2, 3):
        board = read(stack, f"?kind=agents&limit={limit}")
        assert len(board["entries"]) == limit
        assert board["total"] == len(agents)
    assert len(read(stack, "?kind=agents&limit=1000")["entries"]) == 4


def test_factions(stack):
    """No names to ask for; a name is escaped all the same."""
    stack.redis.zadd(key("factions"), {"red": 5, 'b"l\\ue': 9})
    board = wait_board(stack, "?kind=factions", lambda board: board["total"])

    assert board["entries"] == [
        {"rank": 1, "faction": 'b"l\\ue', "pixels": 9},
        {"rank": 2, "faction": "red", "pixels": 5}]
    stack.redis.delete(key("factions"))


def test_strangers_on_a_board(stack):
    """Who PostgreSQL does not know has no name; what is no UUID no place."""
    nobody = str(uuid.uuid4())
    stack.redis.zadd(key("agents"), {nobody: 3, "'; DROP TABLE x": 9,
                                     "x" * 1000: 8, "}": 7})
    board = wait_board(stack, "?kind=agents", lambda board: board["total"])

    assert board["entries"] == [
        {"rank": 1, "agentId": nobody, "name": None, "pixels": 3}]
    stack.redis.delete(key("agents"))
    wait_board(stack, "?kind=agents", lambda board: not board["total"])


def test_a_thousand(stack):
    """More than are told: those with most, each with its own name."""
    rows = [(str(uuid.uuid4()), f"agent-{i}", i) for i in range(1, 1201)]
    with stack.postgres.cursor() as cursor:
        cursor.executemany("INSERT INTO canvas.agents (id, name) "
                           "VALUES (%s, %s)", [row[:2] for row in rows])
    stack.redis.zadd(key("agents"), {row[0]: row[2] for row in rows})

    board = wait_board(stack, "?kind=agents&limit=1000",
                       lambda board: board["total"])
    assert board["total"] == 1200
    assert [(e["agentId"], e["name"], e["pixels"])
            for e in board["entries"]] == rows[:199:-1]

    stack.sql("DELETE FROM agents")
    stack.redis.delete(key("agents"))
    wait_board(stack, "?kind=agents", lambda board: not board["total"])


@pytest.mark.parametrize("query", [
    "kind=", "kind=user", "kind=Users", "kind=users&kind=users", "limit=0",
    "limit=1001", "limit=-1", "limit=1.0", "limit=", "limit=01", "limit=%",
    "kind=users'", "kind=" + "u" * 100])
def test_malformed(stack, query):
    answer = stack.get(f"{BOARD}?{query}")
    assert (answer.status_code, answer.json()["code"]) \
        == (400, "INVALID_MESSAGE")
    assert answer.headers["Cache-Control"] == "no-store"


def test_head_and_methods(stack):
    with Http(stack.settings.port) as client:
        got = client.get(BOARD)
        head = client.head(BOARD)
        assert (head.status, head.body) == (200, b"")
        assert head.headers["Content-Length"] == str(len(got.body))
        assert client.post(BOARD).status == 405


def test_a_flood_asks_once(stack):
    """All that ask while Redis does not answer share one question."""
    before = calls(stack, "zrevrange")
    clients = [Http(stack.settings.port) for _ in range(20)]
    stack.pause("redis")
    try:
        # no other test asks for so many factions: nothing is kept of them
        for limit, client in enumerate(clients, 101):
            client.connection.request(
                "GET", f"{BOARD}?kind=factions&limit={limit}")
    finally:
        stack.resume("redis")

    for client in clients:
        answer = client.connection.getresponse()
        assert answer.status == 200
        assert json.loads(answer.read())["kind"] == "factions"
        client.connection.close()
    assert calls(stack, "zrevrange") == before + 1


def test_client_leaves_while_it_waits(stack):
    """Redis is stopped, so all wait; the others get their answer."""
    wait_board(stack, "", lambda board: True)
    stack.pause("redis")
    try:
        leaver = Http(stack.settings.port)
        leaver.connection.request("GET", BOARD + "?limit=1000&kind=agents")
        stayer = Http(stack.settings.port)
        stayer.connection.request("GET", BOARD + "?limit=1000&kind=agents")
        leaver.connection.close()
    finally:
        stack.resume("redis")

    assert json.loads(stayer.connection.getresponse().read())["kind"] \
        == "agents"
    stayer.connection.close()


def test_postgres_away(stack, agents):
    """Names are null, all the rest is as ever."""
    wait_board(stack, "?kind=agents", lambda board: board["total"])
    stack.disconnect()
    stack.stop("postgres")
    try:
        board = wait_board(stack, "?kind=agents",
                           lambda board: board["entries"][0]["name"] is None)
        assert [entry["rank"] for entry in board["entries"]] == [1, 2, 2, 4]
        assert {entry["agentId"] for entry in board["entries"]} \
            == set(agents.values())
        assert {entry["name"] for entry in board["entries"]} == {None}
    finally:
        stack.start("postgres")

    wait_board(stack, "?kind=agents", lambda board: board["entries"][0]["name"])


def test_redis_away(stack):
    """503 at once, and again a board when it is back."""
    stack.stop("redis")
    try:
        wait_for(lambda: stack.get(BOARD).status_code == 503,
                 what="a refusal")
        answer = stack.get(BOARD)
        assert answer.json() == AWAY
        assert answer.headers["Cache-Control"] == "no-store"
    finally:
        stack.start("redis")

    wait_for(lambda: stack.get(BOARD).status_code == 200, what="the board")
