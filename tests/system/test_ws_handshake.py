"""The opening handshake, RFC 6455 section 4.2, is strict."""

import base64
import hashlib
import os

import pytest

import wire

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


@pytest.fixture
def client(stack):
    with wire.Wire("127.0.0.1", stack.settings.port) as c:
        yield c


def test_accept_is_of_the_key(client):
    key = base64.b64encode(os.urandom(16)).decode()
    headers = client.open(key=key)
    digest = hashlib.sha1((key + GUID).encode()).digest()

    accept = base64.b64encode(digest).decode()
    assert headers["sec-websocket-accept"] == [accept]
    assert headers["upgrade"] == ["websocket"]
    assert headers["connection"] == ["Upgrade"]
    assert "content-length" not in headers
    assert "transfer-encoding" not in headers
    assert "sec-websocket-protocol" not in headers
    assert client.message()["type"] == "welcome"


@pytest.mark.parametrize("value, offered", [
    ("WebSocket", {}),
    ("h2c, websocket", {}),
    ("websocket", {"Connection": "keep-alive, Upgrade"}),
    ("websocket", {"Connection": ["keep-alive", "UPGRADE"]}),
])
def test_tokens_of_any_case_in_lists(client, value, offered):
    client.open(headers={"Upgrade": value, **offered})


@pytest.mark.parametrize("offer, answer", [
    ("canvas.v1.bin", "canvas.v1.bin"),
    ("canvas.v1.json", "canvas.v1.json"),
    ("chat, canvas.v1.bin , canvas.v1.json", "canvas.v1.bin"),
    ("canvas.v1.json,canvas.v1.bin", "canvas.v1.json"),
    (["chat", "canvas.v1.json"], "canvas.v1.json"),
    ("chat", None),
    ("CANVAS.V1.BIN", None),
])
def test_subprotocol(client, offer, answer):
    headers = client.open(headers={"Sec-WebSocket-Protocol": offer})
    assert headers.get("sec-websocket-protocol") == (
        [answer] if answer else None)


KEY16 = base64.b64encode(b"k" * 16).decode()

REFUSED = {
    "no upgrade": (dict(without=["Upgrade"]), 426),
    "other upgrade": (dict(headers={"Upgrade": "h2c"}), 426),
    "upgrade as a part": (dict(headers={"Upgrade": "xwebsocket"}), 426),
    "no connection": (dict(without=["Connection"]), 426),
    "connection close": (dict(headers={"Connection": "close"}), 426),
    "no version": (dict(without=["Sec-WebSocket-Version"]), 426),
    "version 8": (dict(headers={"Sec-WebSocket-Version": "8"}), 426),
    "version 13 twice": (dict(headers={"Sec-WebSocket-Version": ["13", "13"]}),
                         426),
    "no key": (dict(without=["Sec-WebSocket-Key"]), 400),
    "two keys": (dict(headers={"Sec-WebSocket-Key": [KEY16, KEY16]}), 400),
    "empty key": (dict(headers={"Sec-WebSocket-Key": ""}), 400),
    "key of 15 bytes": (
        dict(key=base64.b64encode(b"k" * 15).decode()), 400),
    "key of 17 bytes": (
        dict(key=base64.b64encode(b"k" * 17).decode()), 400),
    "key no base64": (dict(key="!" * 22 + "=="), 400),
    "key url-safe": (dict(key="-_" * 11 + "=="), 400),
    "HTTP/1.0": (dict(version="HTTP/1.0"), 400),
    "no host": (dict(without=["Host"]), 400),
    "two hosts": (dict(headers={"Host": ["a", "b"]}), 400),
    "POST": (dict(method="POST", headers={"Content-Length": "0"}), 405),
    "a body": (dict(headers={"Content-Length": "5"}, extra=b"hello"), 400),
    "a chunked body": (dict(headers={"Transfer-Encoding": "chunked"},
                            extra=b"0\r\n\r\n"), 400),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(client, name):
    options, status = REFUSED[name]
    client.send(wire.handshake(client.name, **options))
    got, headers = client.response()

    assert got == status
    if status == 426:
        assert headers["sec-websocket-version"] == ["13"]
        assert headers["upgrade"] == ["websocket"]


@pytest.mark.parametrize("query", [
    "since=1", "epoch=1", "since=-1&epoch=1", "since=x&epoch=1",
    "since=1&epoch=", "since=1.5&epoch=1",
    "since=99999999999999999999&epoch=1", "since=9007199254740992&epoch=1",
])
def test_malformed_resume(client, query):
    client.send(wire.handshake(client.name, "/ws?" + query))
    assert client.response()[0] == 400


def test_frames_that_come_with_the_handshake(client):
    client.send(wire.handshake(client.name,
                               extra=wire.frame(wire.TEXT, '{"type":"ping"}')))
    assert client.response()[0] == 101
    assert client.message()["type"] == "welcome"
    assert client.message()["type"] == "pong"


def test_half_a_frame_with_the_handshake(client):
    data = wire.frame(wire.TEXT, '{"type":"ping"}')
    client.send(wire.handshake(client.name, extra=data[:7]))
    assert client.response()[0] == 101
    client.send(data[7:])
    assert client.message()["type"] == "welcome"
    assert client.message()["type"] == "pong"


def test_handshake_byte_by_byte(client):
    for byte in wire.handshake(client.name):
        client.send(bytes([byte]))
    assert client.response()[0] == 101
    assert client.message()["type"] == "welcome"


def test_body_of_a_refused_handshake_is_no_second_request(client):
    smuggled = b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n"
    client.send(wire.handshake(
        client.name, headers={"Content-Length": str(len(smuggled))},
        extra=smuggled))
    status, headers = client.response()
    assert status == 400
    client.take(int(headers["content-length"][0]))
    with pytest.raises(wire.Closed):
        client.more()
