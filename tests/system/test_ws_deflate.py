"""permessage-deflate, RFC 7692: offers, and what clients send compressed."""

import asyncio
import json
import os
import random
import zlib

import pytest
import websockets
from websockets.extensions import permessage_deflate

import wire

STACK = {"workers": 1, "canvas": ["        message_rate 0;"],
         "edits": [("        message_rate  100;\n", "")]}

ANSWER = ("permessage-deflate; server_max_window_bits=12; "
          "client_no_context_takeover")
RSV1, RSV2, RSV3 = 4, 2, 1
LIMIT = 4096
PING = b'{"type":"ping"}'


def deflate(data, window=15, level=9):
    """One message as a client sends it, without context takeover."""
    z = zlib.compressobj(level, wbits=-window)
    packed = z.compress(data) + z.flush(zlib.Z_SYNC_FLUSH)
    assert packed.endswith(b"\x00\x00\xff\xff")
    return packed[:-4]


@pytest.fixture
def connect(stack):
    clients = []

    def make(offer="permessage-deflate", **headers):
        clients.append(wire.Wire("127.0.0.1", stack.settings.port))
        if offer is not None:
            headers["Sec-WebSocket-Extensions"] = offer
        clients[-1].send(wire.handshake(clients[-1].name, headers=headers))
        clients[-1].answer = clients[-1].response()
        # no larger window than was promised
        clients[-1].inflater = zlib.decompressobj(wbits=-12)
        return clients[-1]

    yield make

    for client in clients:
        client.close()


@pytest.fixture
def client(connect):
    made = connect()
    made.expect("welcome")
    return made


@pytest.mark.parametrize("offer, taken", [
    ("permessage-deflate", True),
    ("permessage-deflate; client_max_window_bits", True),
    ("permessage-deflate; server_max_window_bits=12", True),
    ('permessage-deflate; server_max_window_bits="14"', True),
    ("permessage-deflate; client_no_context_takeover", True),
    ("permessage-deflate; server_no_context_takeover", False),
    ("permessage-deflate; server_max_window_bits=11", False),
    ("permessage-deflate; server_max_window_bits", False),
    ("permessage-deflate; client_max_window_bits=7", False),
    ("permessage-deflate; novel", False),
    ("permessage-deflate; client_max_window_bits; client_max_window_bits",
     False),
    ("x-deflate, permessage-deflate; novel, permessage-deflate", True),
    (["permessage-deflate; novel", "permessage-deflate"], True),
    (["foo", "bar; a=b"], False),
    (None, False),
])
def test_offers(connect, offer, taken):
    client = connect(offer)
    status, headers = client.answer
    assert status == 101
    assert headers.get("sec-websocket-extensions") == (
        [ANSWER] if taken else None)
    client.expect("welcome")


@pytest.mark.parametrize("offer", [
    "permessage-deflate;", "permessage-deflate; a=", ';', 'a; b="c',
    ["permessage-deflate", "=="],
])
def test_malformed_offers(connect, offer):
    assert connect(offer).answer[0] == 400


def test_deflate_off(new_stack):
    stack = new_stack(workers=1, canvas=["        deflate off;"])
    with wire.Wire("127.0.0.1", stack.settings.port) as client:
        headers = client.open(headers={
            "Sec-WebSocket-Extensions": "permessage-deflate"})
        assert "sec-websocket-extensions" not in headers
        client.send(wire.frame(wire.TEXT, deflate(PING), rsv=RSV1))
        assert client.closed() == 1002


@pytest.mark.parametrize("window", [9, 12, 15])
@pytest.mark.parametrize("level", [0, 1, 9])
def test_compressed_messages(client, window, level):
    for _ in range(3):
        client.send(wire.frame(wire.TEXT, deflate(PING, window, level),
                               rsv=RSV1))
        client.expect("pong")
        client.send(wire.frame(wire.TEXT, PING))
        client.expect("pong")


def test_compressed_placement(stack, connect):
    client = connect(Cookie=stack.guest().cookie,
                     **{"Sec-WebSocket-Protocol": "canvas.v1.bin"})
    client.expect("welcome")
    place = bytes.fromhex("10 00000007 0001 0002 05")
    client.send(wire.frame(wire.BINARY, deflate(place), rsv=RSV1))
    while True:
        opcode, payload = client.frame()
        if opcode == wire.BINARY and payload[0] == 0x11:
            break
    assert payload[1:5] == bytes.fromhex("00000007")


@pytest.mark.parametrize("protocol", ["canvas.v1.json", "canvas.v1.bin"])
def test_updates_of_many_batches(stack, connect, protocol):
    """Compressed where that is shorter: all are there, in order."""
    client = connect(**{"Sec-WebSocket-Protocol": protocol})
    seq = client.expect("welcome")["canvasInfo"]["seq"]

    with stack.client(stack.guest()) as painter:
        for i in range(600):
            painter.place(i % 500, i // 500, i % 16, id=i)

            # not all at once
            if i % 100 == 99:
                painter.wait_for("placed", id=i)

        last = seq + 600
        while seq < last:
            opcode, payload = client.frame()
            if opcode == wire.BINARY:
                n = (len(payload) - 9) // 5
                assert int.from_bytes(payload[1:9], "big") == seq + n
                seq += n
            elif b'"update"' in payload:
                seq += 1
                assert json.loads(payload)["seq"] == seq

    assert client.inflated or protocol.endswith("bin")


def test_fragments(client):
    """RSV1 on the first only; control frames in between, in no way
    compressed."""
    packed = deflate(PING)
    for at in range(len(packed) + 1):
        client.send(wire.frame(wire.TEXT, packed[:at], fin=False, rsv=RSV1)
                    + wire.frame(wire.PING, b"x")
                    + wire.frame(0, b"", fin=False)
                    + wire.frame(0, packed[at:]))
        assert client.frame() == (wire.PONG, b"x")
        client.expect("pong")


def test_byte_by_byte(client):
    for byte in wire.frame(wire.TEXT, deflate(PING), rsv=RSV1):
        client.send(bytes([byte]))
    client.expect("pong")


@pytest.mark.parametrize("payload", [b"", b"\x00", b"\x02\x00"])
def test_empty_messages(client, payload):
    client.send(wire.frame(wire.TEXT, payload, rsv=RSV1))
    client.expect("error", code="INVALID_MESSAGE")


def text_of(n):
    """A message of n bytes that is refused, but read."""
    return b'"' + b"a" * (n - 2) + b'"'


def test_limit_is_of_the_message(client):
    client.send(wire.frame(wire.TEXT, deflate(text_of(LIMIT)), rsv=RSV1))
    client.expect("error", code="INVALID_MESSAGE")

    noise = random.Random(7).randbytes(LIMIT // 2).hex().encode()
    stored = deflate(b'"' + noise[2:] + b'"', level=0)
    assert len(stored) > LIMIT
    client.send(wire.frame(wire.TEXT, stored, rsv=RSV1))
    client.expect("error", code="INVALID_MESSAGE")

    client.send(wire.frame(wire.TEXT, deflate(text_of(LIMIT + 1)), rsv=RSV1))
    assert client.closed() == 1009


def test_bomb(client, stack):
    bomb = deflate(b"\0" * (1 << 22))
    assert len(bomb) < LIMIT * 1.125
    client.send(wire.frame(wire.TEXT, bomb, rsv=RSV1))
    assert client.closed() == 1009
    assert stack.get("/health").status_code == 200


@pytest.mark.parametrize("frames, code", [
    ([wire.frame(wire.TEXT, b"\xff" * 5, rsv=RSV1)], 1007),
    ([wire.frame(wire.TEXT, deflate(PING)[:-3], rsv=RSV1)], 1007),
    ([wire.frame(wire.TEXT, deflate(b"\xff"), rsv=RSV1)], 1007),
    ([wire.frame(wire.TEXT, deflate(b"\xc3"), rsv=RSV1)], 1007),
    ([wire.frame(wire.TEXT, b"x" * (LIMIT * 2), rsv=RSV1)], 1009),
    ([wire.frame(wire.TEXT, b"a", rsv=RSV2)], 1002),
    ([wire.frame(wire.TEXT, b"a", rsv=RSV1 | RSV3)], 1002),
    ([wire.frame(wire.PING, b"", rsv=RSV1)], 1002),
    ([wire.frame(wire.CLOSE, b"", rsv=RSV1)], 1002),
    ([wire.frame(wire.TEXT, b"a", fin=False, rsv=RSV1),
      wire.frame(0, b"b", rsv=RSV1)], 1002),
    ([wire.frame(wire.BINARY, deflate(b"a"), rsv=RSV1)], 1003),
])
def test_errors(client, frames, code):
    client.send(b"".join(frames))
    assert client.closed() == code


def test_context_of_another_message(client):
    """What only the window of the last message would explain."""
    z = zlib.compressobj(9, wbits=-15)
    word = os.urandom(64).hex().encode()
    first = z.compress(word) + z.flush(zlib.Z_SYNC_FLUSH)
    second = z.compress(word) + z.flush(zlib.Z_SYNC_FLUSH)

    client.send(wire.frame(wire.TEXT, first[:-4], rsv=RSV1))
    client.expect("error", code="INVALID_MESSAGE")
    client.send(wire.frame(wire.TEXT, second[:-4], rsv=RSV1))
    assert client.closed() == 1007


def test_not_agreed_on(connect):
    client = connect(None)
    client.send(wire.frame(wire.TEXT, deflate(PING), rsv=RSV1))
    assert client.closed() == 1002


@pytest.mark.parametrize("options", [
    {},
    {"server_max_window_bits": 12},
    {"client_no_context_takeover": True},
    {"server_no_context_takeover": True},
    {"client_max_window_bits": 9},
])
def test_library(stack, options):
    """python3-websockets: it places, all of it arrives, in order."""
    guest = stack.guest()
    agreed = "server_no_context_takeover" not in options

    async def run():
        factory = permessage_deflate.ClientPerMessageDeflateFactory(**options)
        headers = {"Cookie": guest.cookie}
        async with websockets.connect(
                f"ws://127.0.0.1:{stack.settings.port}/ws",
                compression=None, extensions=[factory],
                extra_headers=headers) as socket:
            assert bool(socket.extensions) == agreed
            seqs, placed = [], 0
            for i in range(100):
                await socket.send(json.dumps(
                    {"type": "place", "x": i, "y": 1, "color": i % 16}))
            while len(seqs) < 100 or placed < 100:
                message = json.loads(await socket.recv())
                assert message["type"] != "error", message
                if message["type"] == "update":
                    seqs.append(message["seq"])
                placed += message["type"] == "placed"
            assert seqs == list(range(seqs[0], seqs[0] + 100))

    asyncio.run(asyncio.wait_for(run(), 60))
