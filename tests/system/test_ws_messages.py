"""The messages of /ws: JSON, canvas.v1.bin, refusals, resume."""

import json
import struct

import pytest

import wire
from wire import BINARY, PING, PONG, TEXT, frame

COOLDOWN = 30
STACK = {"cooldown": COOLDOWN}


@pytest.fixture
def connect(stack):
    opened = []

    def connect(path="/ws", cookie=None, binary=False):
        client = wire.Wire("127.0.0.1", stack.settings.port)
        opened.append(client)
        headers = {}
        if cookie:
            headers["Cookie"] = cookie
        if binary:
            headers["Sec-WebSocket-Protocol"] = "canvas.v1.bin"
        client.open(path, headers=headers)
        client.welcome = client.expect("welcome")
        return client

    yield connect

    for client in opened:
        client.close()


@pytest.fixture
def painter(stack, connect):
    return connect(cookie=stack.guest().cookie)


def test_welcome_of_a_visitor(stack, connect):
    welcome = connect().welcome

    assert welcome["userId"] is None
    assert welcome["cooldownRemaining"] == 0
    assert welcome["gameMode"] == "classic"
    info = welcome["canvasInfo"]
    assert (info["width"], info["height"]) == (500, 500)
    assert len(info["palette"]) == 16 and info["palette"][15] == "#FFFFFF"
    assert info["background"] == 15
    assert info["epoch"] >= 1 and info["seq"] >= 0


def fcalls(stack):
    return stack.redis.info("commandstats")["cmdstat_fcall"]["calls"]


def one_cooldown(painter, n):
    """Of n placements the first is accepted; answers come in order."""
    answers = []
    while len(answers) < n:
        message = painter.message()
        if "id" in message:
            answers.append(message)

    assert [answer["id"] for answer in answers] == list(range(n))
    assert [answer["type"] for answer in answers] == ["placed"] + [
        "error"] * (n - 1)
    assert {answer["code"] for answer in answers[1:]} == {"RATE_LIMITED"}


def placement(n):
    return frame(TEXT, json.dumps({"type": "place", "x": n, "y": 9, "color": n,
                                   "id": n}))


def test_what_comes_together_goes_to_redis_together(stack, painter):
    """Others, who ask Redis now and then, make a few calls too."""
    before = fcalls(stack)
    painter.send(b"".join(map(placement, range(16))))
    one_cooldown(painter, 16)
    assert fcalls(stack) - before < 10


def test_what_comes_while_redis_is_asked_goes_together(stack, painter):
    before = fcalls(stack)
    stack.pause("redis")
    try:
        for n in range(16):
            painter.send(placement(n) + frame(PING))
            while painter.frame()[0] != PONG:
                pass
    finally:
        stack.resume("redis")
    one_cooldown(painter, 16)
    assert fcalls(stack) - before < 10


def test_place_is_acknowledged_and_seen_by_others(stack, connect, painter):
    watcher = connect()
    binary = connect(binary=True)

    painter.say({"type": "place", "x": 1, "y": 2, "color": 3, "id": 7})
    placed = painter.expect("placed")
    assert placed == {"type": "placed", "x": 1, "y": 2, "color": 3,
                      "seq": placed["seq"], "cooldown": COOLDOWN,
                      "id": 7}

    update = watcher.expect("update", seq=placed["seq"])
    assert update == {"type": "update", "x": 1, "y": 2, "color": 3,
                      "userId": painter.welcome["userId"],
                      "seq": placed["seq"]}

    while True:
        opcode, payload = binary.frame()
        if opcode == BINARY:
            break
    assert payload == struct.pack(">BQHHB", 1, placed["seq"], 1, 2, 3)


def test_place_pixel_is_a_synonym(painter):
    painter.say({"type": "place_pixel", "x": 0, "y": 0, "color": 0,
                 "id": "a-1"})
    assert painter.expect("placed")["id"] == "a-1"


def test_cooldown_is_told_and_kept(stack, connect):
    cookie = stack.guest().cookie
    first, second = connect(cookie=cookie), connect(cookie=cookie)

    first.say({"type": "place", "x": 5, "y": 5, "color": 1})
    assert first.expect("placed")["cooldown"] == COOLDOWN

    for client in (first, second):
        client.say({"type": "place", "x": 5, "y": 6, "color": 1, "id": 1})
        error = client.expect("error")
        assert error["code"] == "RATE_LIMITED"
        assert 0 < error["cooldownRemaining"] <= COOLDOWN
        assert error["id"] == 1

    again = connect(cookie=cookie)
    assert 0 < again.welcome["cooldownRemaining"] <= COOLDOWN


def test_repeated_request_gets_the_first_answer(stack, connect):
    cookie = stack.guest().cookie
    place = {"type": "place", "x": 9, "y": 9, "color": 9, "id": "once"}

    first = connect(cookie=cookie)
    first.say(place)
    seq = first.expect("placed")["seq"]

    second = connect(cookie=cookie)
    second.say(place)
    assert second.expect("placed")["seq"] == seq


def test_burst_is_answered_to_the_last(stack, connect):
    """More in one go than the ring of pending frames holds."""
    client = connect(cookie=stack.guest().cookie)
    message = b'{"type":"place","x":1,"y":1,"color":1,"id":%d}'
    client.send(b"".join(frame(TEXT, message % i) for i in range(1500)))
    answers = {}
    while len(answers) < 1500:
        answer = client.message()
        if "id" in answer:
            answers[answer["id"]] = answer["type"]
    assert sorted(answers) == list(range(1500))
    assert list(answers.values()).count("placed") == 1


COORDS = [-1, 10 ** 6, 65535, 65536, 2 ** 31, 2 ** 53, 2 ** 64, -2 ** 63, 1.5,
          1.0, "1", None, True, [], {}]


@pytest.mark.parametrize("value", COORDS)
@pytest.mark.parametrize("axis", ["x", "y"])
def test_bad_coordinates(painter, axis, value):
    painter.say({"type": "place", "x": 1, "y": 1, "color": 1, axis: value})
    assert painter.expect("error")["code"] == "INVALID_COORDS"


@pytest.mark.parametrize("value", [-1, 16, 255, 256, 2 ** 32, 1.5, 1.0, "1",
                                   None, False, []])
def test_bad_colors(painter, value):
    painter.say({"type": "place", "x": 1, "y": 1, "color": value})
    assert painter.expect("error")["code"] == "INVALID_COLOR"


@pytest.mark.parametrize("missing, code", [
    ("x", "INVALID_COORDS"), ("y", "INVALID_COORDS"),
    ("color", "INVALID_COLOR"), ("type", "INVALID_MESSAGE"),
])
def test_missing_fields(painter, missing, code):
    message = {"type": "place", "x": 1, "y": 1, "color": 1}
    del message[missing]
    painter.say(message)
    assert painter.expect("error")["code"] == code


@pytest.mark.parametrize("text", [
    "", " ", "{", "}", "[]", "null", "1", '"place"', "{}", '{"type":1}',
    '{"type":"nope"}', '{"type":"place","type":"ping"}',
    '{"type":"ping"} x', '{"type":"ping"}\x00', "[" * 2000, '{"a":' * 700,
    '{"type":"place","x":1e2,"y":1,"color":1,"id":{}}',
    '{"type":"subscribe","channels":["nope"]}',
    '{"type":"auth"}',
])
def test_bad_messages(painter, text):
    painter.send(frame(TEXT, text))
    assert painter.expect("error")["code"] in (
        "INVALID_MESSAGE", "INVALID_COORDS", "UNAUTHORIZED")

    painter.say({"type": "ping"})
    assert painter.message()["type"] == "pong"


def test_megabyte_of_json_is_too_big(painter):
    painter.send(frame(TEXT, b'"' + b"x" * (1 << 20) + b'"')[:100000])
    assert painter.closed() == 1009


def test_extra_fields_do_no_harm(painter):
    painter.say({"type": "ping", "extra": [1, {"deep": None}]})
    assert painter.message()["type"] == "pong"


@pytest.mark.parametrize("value", [
    None, "0" * 64, "f" * 63, "g" * 64,
    "0" * 64 + "; canvas_session=" + "1" * 64])
def test_placing_without_a_valid_session(connect, value):
    client = connect(cookie=value and f"canvas_session={value}")
    assert client.welcome["userId"] is None
    client.say({"type": "place", "x": 1, "y": 1, "color": 1, "id": 3})
    error = client.expect("error")
    assert (error["code"], error["id"]) == ("UNAUTHORIZED", 3)


def test_auth_message(stack, connect):
    client = connect()
    client.say({"type": "auth", "token": "0" * 64})
    assert client.expect("error")["code"] == "UNAUTHORIZED"
    client.say({"type": "auth", "token": stack.guest().cookie.split("=")[1]})
    assert client.expect("welcome")["userId"]
    client.say({"type": "place", "x": 1, "y": 1, "color": 1})
    assert client.expect("placed")


def binary_answer(client):
    while True:
        opcode, payload = client.frame()
        if opcode == BINARY and payload[0] != 1:
            return payload


def test_binary_place(stack, connect):
    client = connect(cookie=stack.guest().cookie, binary=True)
    client.send(frame(BINARY, struct.pack(">BIHHB", 0x10, 77, 4, 5, 6)))

    kind, ident, seq, cooldown = struct.unpack(">BIQI", binary_answer(client))
    assert (kind, ident) == (0x11, 77)
    assert seq > 0 and cooldown == COOLDOWN * 1000

    client.send(frame(BINARY, struct.pack(">BIHHB", 0x10, 78, 4, 5, 6)))
    kind, ident, code, remaining = struct.unpack(">BIBI",
                                                 binary_answer(client))
    assert (kind, ident, code) == (0x1F, 78, 1)
    assert 0 < remaining <= COOLDOWN * 1000


@pytest.mark.parametrize("payload, code", [
    (struct.pack(">BIHHB", 0x10, 1, 65535, 0, 0), 2),
    (struct.pack(">BIHHB", 0x10, 1, 0, 65535, 0), 2),
    (struct.pack(">BIHHB", 0x10, 1, 0, 0, 16), 3),
    (struct.pack(">BIHHB", 0x10, 1, 0, 0, 255), 3),
    (b"\x10", 8), (b"", 8), (b"\x10" * 11, 8), (b"\x10" * 9, 8),
    (b"\x00" * 10, 8), (b"\xff" * 10, 8),
])
def test_bad_binary(stack, connect, payload, code):
    client = connect(cookie=stack.guest().cookie, binary=True)
    client.send(frame(BINARY, payload))
    answer = binary_answer(client)
    assert len(answer) == 10 and answer[0] == 0x1F and answer[5] == code


def place_some(stack, n):
    """n placements by n guests; the seqs."""
    return [stack.guest().place(i, 0, i % 16).json()["seq"]
            for i in range(n)]


def test_resume_sends_each_change_once_and_in_order(stack, connect):
    start = connect().welcome["canvasInfo"]
    seqs = place_some(stack, 12)

    late = connect(f"/ws?since={start['seq']}&epoch={start['epoch']}")
    got = [late.expect("update")["seq"] for _ in range(len(seqs))]
    assert got == list(range(start["seq"] + 1, seqs[-1] + 1))

    seqs = place_some(stack, 1)
    assert late.expect("update")["seq"] == seqs[0]


@pytest.mark.parametrize("change", [
    {"epoch": 10 ** 6}, {"epoch": 0}, {"since": 10 ** 9}])
def test_resume_that_cannot_be(connect, change):
    info = connect().welcome["canvasInfo"]
    asked = {"since": info["seq"], "epoch": info["epoch"], **change}

    client = connect(f"/ws?since={asked['since']}&epoch={asked['epoch']}")
    resync = client.expect("resync")
    assert resync["epoch"] == info["epoch"]
    assert resync["seq"] >= info["seq"]
