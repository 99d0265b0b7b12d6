"""POST /api/pixel, and placements of one user through several workers."""

import concurrent.futures
import json

import pytest
import requests

from harness.stack import PREFIX, wait_for

COOLDOWN = 30
STACK = {"cooldown": COOLDOWN, "workers": 2}

JSON = {"Content-Type": "application/json"}


@pytest.fixture
def guest(stack):
    return stack.guest()


def refusal(answer):
    """(status, code) of a JSON error of the contract."""
    body = answer.json()
    assert set(body) >= {"error", "code"}
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.status_code, body["code"]


def head(stack):
    return int(stack.redis.get(PREFIX + "canvas:seq"))


def test_place(stack, guest):
    seq = head(stack)
    answer = guest.place(10, 20, 5)

    assert answer.status_code == 200
    assert answer.json() == {"x": 10, "y": 20, "color": 5, "seq": seq + 1,
                             "cooldown": COOLDOWN}
    assert stack.check_equal()[10, 20] == 5


def test_cooldown(stack, guest):
    assert guest.place(1, 1, 1).status_code == 200
    seq = head(stack)
    answer = guest.place(2, 2, 2)

    assert refusal(answer) == (429, "RATE_LIMITED")
    assert 0 < answer.json()["cooldownRemaining"] <= COOLDOWN
    assert 1 <= int(answer.headers["Retry-After"]) <= COOLDOWN
    assert head(stack) == seq


def test_one_of_many_at_the_same_instant(stack):
    """Sockets and requests of one user, through all workers: one is taken."""
    for _ in range(5):
        guest = stack.guest()
        seq = head(stack)
        sockets = [stack.client(guest) for _ in range(6)]
        workers = len(stack.workers())
        assert workers == 2

        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            posts = [pool.submit(requests.post, stack.url + "/api/pixel",
                                 headers={"Cookie": guest.cookie},
                                 json={"x": i, "y": 0, "color": i},
                                 timeout=30) for i in range(10)]
            sends = [pool.submit(socket.place, i, 1, i)
                     for i, socket in enumerate(sockets)]
            for send in sends:
                send.result()
            taken = sum(post.result().status_code == 200 for post in posts)

        for socket in sockets:
            while True:
                answer = socket.receive()
                if answer["type"] in ("placed", "error"):
                    break
            taken += answer["type"] == "placed"
            socket.close()

        assert taken == 1
        assert head(stack) == seq + 1


@pytest.mark.parametrize("value", [-1, 500, 65536, 2 ** 53, 2 ** 64, -2 ** 63,
                                   1.5, 1.0, 1e2, "1", None, True, [], {}])
@pytest.mark.parametrize("axis", ["x", "y"])
def test_bad_coordinates(guest, axis, value):
    body = {"x": 1, "y": 1, "color": 1, axis: value}
    assert refusal(guest.post("/api/pixel", json=body)) == (
        400, "INVALID_COORDS")


@pytest.mark.parametrize("value", [-1, 16, 255, 256, 2 ** 40, 1.5, "1", None,
                                   False, []])
def test_bad_colors(guest, value):
    assert refusal(guest.place(1, 1, value)) == (400, "INVALID_COLOR")


@pytest.mark.parametrize("missing, code", [
    ("x", "INVALID_COORDS"), ("y", "INVALID_COORDS"),
    ("color", "INVALID_COLOR")])
def test_missing(guest, missing, code):
    body = {"x": 1, "y": 1, "color": 1}
    del body[missing]
    assert refusal(guest.post("/api/pixel", json=body)) == (400, code)


@pytest.mark.parametrize("text", [
    "", "{", "[]", "null", "x", '{"x":1,"y":1,"color":1}}',
    '{"x":1,"x":1,"y":1,"color":1}', '{"x":1,"y":1,"color":1}\x00',
    "[" * 1000, '{"a":' * 500])
def test_bad_json(guest, text):
    answer = guest.post("/api/pixel", data=text, headers=JSON)
    assert refusal(answer) == (400, "INVALID_MESSAGE")


@pytest.mark.parametrize("chunked", [False, True])
def test_too_large(guest, chunked):
    body = json.dumps({"x": 1, "y": 1, "color": 1, "pad": "x" * (1 << 20)})
    data = iter([body.encode()]) if chunked else body
    answer = guest.post("/api/pixel", data=data, headers=JSON)
    assert answer.status_code == 413


@pytest.mark.parametrize("kind", [
    None, "text/plain", "application/x-www-form-urlencoded",
    "application/jsonx", "multipart/form-data"])
def test_other_content_types(guest, kind):
    headers = {"Content-Type": kind} if kind else {}
    answer = guest.post("/api/pixel", data='{"x":1,"y":1,"color":1}',
                        headers=headers)
    assert refusal(answer) == (400, "INVALID_MESSAGE")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "HEAD",
                                    "OPTIONS"])
def test_other_methods(stack, method):
    answer = requests.request(method, stack.url + "/api/pixel", timeout=30)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "POST"


@pytest.mark.parametrize("cookie", [
    None, "canvas_session=", "canvas_session=" + "0" * 64,
    "canvas_session=" + "A" * 64, "canvas_session=" + "0" * 63,
    "other=" + "0" * 64])
def test_without_a_session(stack, cookie):
    answer = requests.post(stack.url + "/api/pixel", timeout=30,
                           headers={"Cookie": cookie} if cookie else {},
                           json={"x": 1, "y": 1, "color": 1})
    assert refusal(answer) == (401, "UNAUTHORIZED")


def test_expired_session(stack, guest):
    key = PREFIX + "session:" + guest.cookie.split("=")[1]
    assert 86000 < stack.redis.ttl(key) <= 86400
    stack.redis.pexpire(key, 1)
    wait_for(lambda: not stack.redis.exists(key), what="the session to expire")
    assert refusal(guest.place(1, 1, 1)) == (401, "UNAUTHORIZED")


def test_banned(stack, guest):
    stack.redis.set(PREFIX + "banned:" + guest.user_id, "spam")
    assert refusal(guest.place(1, 1, 1)) == (403, "BANNED")

    with stack.client(guest) as client:
        client.place(1, 1, 1, id=5)
        error = client.wait_for("error")
        assert (error["code"], error["id"]) == ("BANNED", 5)


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
def test_other_origin(stack, guest, origin):
    answer = guest.post("/api/pixel", json={"x": 1, "y": 1, "color": 1},
                        headers={"Origin": origin})
    assert refusal(answer) == (403, "FORBIDDEN")


def test_pixel_is_in_boards_and_log(stack, guest):
    guest.place(3, 4, 6)
    wait_for(lambda: stack.redis.sismember(PREFIX + "canvas:contributors",
                                           guest.user_id), what="the boards")
    assert stack.redis.zscore(PREFIX + "leaderboard:users",
                              guest.user_id) == 1
    stack.wait_recorded()
    assert stack.sql("SELECT x, y, color FROM pixel_events "
                     "WHERE user_id = %s", guest.user_id) == [(3, 4, 6)]


def place(client):
    """placed or error: workers come back one by one."""
    client.place(1, 1, 2)
    while True:
        kind = client.receive()["type"]
        if kind in ("placed", "error"):
            return kind


def test_redis_away(stack, guest):
    """Refused with a retryable error, reads served, recovery by itself."""
    with stack.client(stack.guest()) as client:
        stack.kill("redis")
        stack.disconnect()
        try:
            assert refusal(guest.place(1, 1, 1)) == (503, "UNAVAILABLE")
            client.place(1, 1, 1)
            assert client.wait_for("error")["code"] == "UNAVAILABLE"
            assert stack.image().pixels
            assert stack.get("/api/v1/canvas/info").status_code == 200
            with stack.client() as late:
                assert late.welcome["userId"] is None
        finally:
            stack.start("redis")

        wait_for(stack.stack.nginx.all_ready, what="readiness")
        wait_for(lambda: place(client) == "placed", what="a placement")
    assert guest.place(2, 2, 2).status_code == 200
    stack.check_equal()
