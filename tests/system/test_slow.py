"""Clients that do not follow: slow, silent, half-hearted, away too long."""

import os
import socket
import struct

import pytest

import wire
from harness.ports import free_port
from harness.stack import PREFIX, SANITIZED, wait_for
from redis_fixture import Canvas

STACK = {
    "workers": 1,
    "canvas": ["        ping_interval 1s;", "        timeout 3s;",
               "        history 4096;", "        send_queue 8;",
               "        tick 1ms;"],
}


def rss(pid):
    """KiB."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return int(next(line.split()[1] for line in file
                        if line.startswith("VmRSS")))


@pytest.fixture
def raw(stack):
    with wire.Wire("127.0.0.1", stack.settings.port) as client:
        yield client


def paint(stack, n, color=None):
    """n placements straight through the Function; the last seq."""
    canvas = Canvas(stack.redis, PREFIX)
    actor = "0" * 8 + "-0000-4000-8000-" + "0" * 12
    pipe = stack.redis.pipeline(transaction=False)
    for i in range(n):
        pipe.fcall(*canvas.place_call(
            i % 500, i // 500 % 500, i % 16 if color is None else color,
            actor, "g"))
    return pipe.execute()[-1][1]


def served_seq(stack):
    return stack.get("/api/v1/canvas/info").json()["seq"]


def test_a_client_that_does_not_read(new_stack):
    """Bounded memory; the others unharmed; caught up or told to resync."""
    port = free_port()
    stack = new_stack(workers=1, canvas=["        history 4096;",
                                         "        send_queue 8;",
                                         "        tick 1ms;"],
                      server=[f"listen 127.0.0.1:{port} sndbuf=64k;"])
    pid, = stack.workers()

    with wire.Wire("127.0.0.1", port) as raw, \
            stack.client(protocols=["canvas.v1.bin"]) as other:
        # soon full: who takes no byte for 25 s is closed
        raw.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        raw.open()

        last = paint(stack, 10000)
        wait_for(lambda: served_seq(stack) == last, what="the image")
        before = rss(pid)

        last = paint(stack, 30000)
        wait_for(lambda: served_seq(stack) == last, what="the image")
        wait_for(lambda: binary_updates(other)[-1][0] == last,
                 what="the client that reads")
        # a sanitizer keeps what was freed
        assert SANITIZED or rss(pid) - before < 4 * 1024

        aim = other.welcome["canvasInfo"]["seq"]
        for to, count in binary_updates(other):
            assert to - count == aim
            aim = to

        resyncs, seq = 0, raw.expect("welcome")["canvasInfo"]["seq"]
        while seq < last:
            message = raw.message()
            if message["type"] == "resync":
                resyncs += 1
                seq = message["seq"]
            elif message["type"] == "update":
                assert message["seq"] == seq + 1
                seq = message["seq"]
        assert resyncs >= 1


def binary_updates(client):
    """(seq of the last change, number of changes) of each frame."""
    return [(struct.unpack(">Q", m[1:9])[0], (len(m) - 9) // 5)
            for m in client.messages if isinstance(m, bytes)] or [(0, 0)]


def test_a_client_that_never_reads_is_closed(new_stack):
    """25 s after the last byte it took."""
    stack = new_stack(workers=1, canvas=["        tick 1ms;"])
    with wire.Wire("127.0.0.1", stack.settings.port) as client:
        client.open()

        # more than the kernel takes on its way: the socket blocks
        for _ in range(20):
            paint(stack, 5000)
        wait_for(lambda: stack.get("/api/v1/canvas/info").json()["online"]
                 == 0, 60, "the end of it")


def test_silent_client_is_pinged_and_then_closed(stack, raw):
    raw.open()
    raw.expect("welcome")
    pings = 0
    try:
        while True:
            opcode, _ = raw.frame()
            pings += opcode == wire.PING
    except wire.Closed:
        pass
    assert pings >= 2


def test_client_that_answers_pings_stays(stack, raw):
    raw.open()
    for _ in range(6):
        while True:
            opcode, payload = raw.frame()
            if opcode == wire.PING:
                break
        raw.send(wire.frame(wire.PONG, payload))
    raw.say({"type": "ping"})
    raw.expect("pong")


def test_half_a_message_is_not_waited_for(stack, raw):
    """A byte now and then does not keep the socket."""
    raw.open()
    data = wire.frame(wire.TEXT, "x" * 4000)
    raw.send(data[:100])
    sent = 100
    while True:
        opcode, payload = raw.frame()
        if opcode == wire.CLOSE:
            break
        if opcode == wire.PING:
            raw.send(data[sent:sent + 1])
            sent += 1
    assert wire.close_code(payload) == 1008


def test_away_longer_than_the_history(stack):
    with stack.client() as client:
        info = client.welcome["canvasInfo"]
    last = paint(stack, 5000)
    wait_for(lambda: served_seq(stack) == last, what="the image")

    with stack.client(query=f"?since={info['seq']}&epoch={info['epoch']}"
                      ) as late:
        assert late.wait_for("resync")["seq"] == last

    with stack.client(query=f"?since={last - 4000}&epoch={info['epoch']}"
                      ) as late:
        wait_for(lambda: len(late.updates()) == 4000, what="4000 changes")
        assert [u[0] for u in late.updates()] == list(
            range(last - 3999, last + 1))


def test_descriptors_come_back(stack):
    pid, = stack.workers()

    def descriptors():
        return len(os.listdir(f"/proc/{pid}/fd"))

    wait_for(lambda: stack.get("/api/v1/canvas/info").json()["online"] == 0,
             what="the sockets of other tests to go")
    before = descriptors()
    for i in range(300):
        client = wire.Wire("127.0.0.1", stack.settings.port)
        if i % 3:
            client.send(wire.handshake(client.name))
        if i % 3 == 2:
            client.response()
            client.send(wire.frame(wire.TEXT, '{"type":"ping"}'))
        client.sock.setsockopt(wire.socket.SOL_SOCKET, wire.socket.SO_LINGER,
                               struct.pack("ii", 1, 0))
        client.close()
    wait_for(lambda: descriptors() <= before, what="descriptors")
    assert stack.get("/api/v1/canvas/info").json()["online"] == 0
