"""Framing, RFC 6455 section 5, on the real location and on the echo."""

import json
import struct

import pytest

import wire
from wire import BINARY, CLOSE, PING, PONG, TEXT, frame

STACK = {
    "server": ["        location = /echo { canvas_websocket_echo 16m; }"],
    "edits": [("message_rate  100;", "message_rate  60;")],
}


@pytest.fixture
def client(stack):
    with wire.Wire("127.0.0.1", stack.settings.port) as c:
        c.open()
        assert c.message()["type"] == "welcome"
        yield c


@pytest.fixture
def echo(stack):
    with wire.Wire("127.0.0.1", stack.settings.port) as c:
        c.open("/echo")
        yield c


PING_TEXT = b'{"type":"ping"}'

BROKEN = {
    "unmasked": (frame(TEXT, PING_TEXT, masked=False), 1002),
    "rsv1": (frame(TEXT, PING_TEXT, rsv=4), 1002),
    "rsv2": (frame(TEXT, PING_TEXT, rsv=2), 1002),
    "rsv3": (frame(TEXT, PING_TEXT, rsv=1), 1002),
    "opcode 3": (frame(3, b""), 1002),
    "opcode 7": (frame(7, b"x"), 1002),
    "opcode 11": (frame(11, b""), 1002),
    "opcode 15": (frame(15, b""), 1002),
    "fragmented ping": (frame(PING, b"x", fin=False), 1002),
    "long ping": (frame(PING, b"x" * 126), 1002),
    "long close": (frame(CLOSE, struct.pack(">H", 1000) + b"x" * 124), 1002),
    "continuation of nothing": (frame(0, b"x"), 1002),
    "new message inside of one": (
        frame(TEXT, b"{", fin=False) + frame(TEXT, b"}"), 1002),
    "length not minimal, 16 bits": (frame(TEXT, b"x", form=16), 1002),
    "length not minimal, 64 bits": (frame(TEXT, b"x" * 200, form=64), 1002),
    "length with the top bit": (
        frame(BINARY, b"", length=1 << 63, form=64), 1002),
    "a huge length": (frame(BINARY, b"", length=1 << 62, form=64), 1009),
    "over the limit": (frame(TEXT, b"x" * 4097), 1009),
    "over the limit in fragments": (
        frame(TEXT, b"x" * 4000, fin=False) + frame(0, b"x" * 97), 1009),
    "bad UTF-8": (frame(TEXT, b"\xff"), 1007),
    "overlong UTF-8": (frame(TEXT, b"\xc0\xaf"), 1007),
    "surrogate": (frame(TEXT, b"\xed\xa0\x80"), 1007),
    "half a character at the end": (frame(TEXT, b"\xe2\x82"), 1007),
    "bad UTF-8 in the first fragment": (
        frame(TEXT, b"\xff", fin=False), 1007),
    "binary on the JSON subprotocol": (frame(BINARY, b"x"), 1003),
    "close of one byte": (frame(CLOSE, b"x"), 1002),
    "close 999": (frame(CLOSE, struct.pack(">H", 999)), 1002),
    "close 1005": (frame(CLOSE, struct.pack(">H", 1005)), 1002),
    "close 1006": (frame(CLOSE, struct.pack(">H", 1006)), 1002),
    "close 1016": (frame(CLOSE, struct.pack(">H", 1016)), 1002),
    "close 5000": (frame(CLOSE, struct.pack(">H", 5000)), 1002),
    "close with bad UTF-8": (
        frame(CLOSE, struct.pack(">H", 1000) + b"\xff"), 1007),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken(client, name):
    data, code = BROKEN[name]
    client.send(data)
    assert client.closed() == code


@pytest.mark.parametrize("code", [1000, 1001, 1003, 1011, 3000, 4999])
def test_close_is_answered_with_its_code(client, code):
    client.send(frame(CLOSE, struct.pack(">H", code) + "tschüß".encode()))
    assert client.closed() == code


def test_close_without_a_code(client):
    client.send(frame(CLOSE))
    assert client.closed() == 1005


def test_nothing_is_read_after_a_close(client):
    client.send(frame(CLOSE, struct.pack(">H", 1000))
                + frame(TEXT, PING_TEXT))
    assert client.closed() == 1000


def test_ping_is_echoed_between_fragments(client):
    client.send(frame(TEXT, PING_TEXT[:5], fin=False)
                + frame(PING, b"between")
                + frame(0, PING_TEXT[5:10], fin=False)
                + frame(PONG, b"unasked")
                + frame(0, PING_TEXT[10:]))
    assert client.frame() == (PONG, b"between")
    assert client.message()["type"] == "pong"


def test_byte_by_byte(client):
    for byte in frame(TEXT, PING_TEXT):
        client.send(bytes([byte]))
    assert client.message()["type"] == "pong"


def test_many_messages_in_one_write(client):
    client.send(frame(TEXT, PING_TEXT) * 50)
    for _ in range(50):
        assert client.message()["type"] == "pong"


def test_message_flood_is_closed(client):
    client.send(frame(TEXT, PING_TEXT) * 1000)
    assert client.closed() == 1008


def test_largest_message(client):
    text = json.dumps({"type": "ping"})
    client.send(frame(TEXT, text + " " * (4096 - len(text))))
    assert client.message()["type"] == "pong"


@pytest.mark.parametrize("opcode", [TEXT, BINARY])
@pytest.mark.parametrize("n", [0, 1, 125, 126, 127, 65535, 65536, 1 << 20])
def test_echo(echo, opcode, n):
    payload = bytes(97 + i % 26 for i in range(n))
    echo.send(frame(opcode, payload))
    assert echo.frame() == (opcode, payload)


def test_echo_fragments(echo):
    parts = ["grüß".encode(), b"", "€\U0001f3a8".encode()]
    whole = b"".join(parts)
    for cut in range(len(whole)):
        echo.send(frame(TEXT, whole[:cut], fin=False)
                  + frame(0, b"", fin=False) + frame(0, whole[cut:]))
        assert echo.frame() == (TEXT, whole)


def test_echo_limit(echo):
    echo.send(frame(BINARY, b"", length=(16 << 20) + 1, form=64))
    assert echo.closed() == 1009
