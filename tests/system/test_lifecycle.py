"""Sockets and requests at the edges of their lives."""

import json
import os
import socket
import ssl
import struct
import subprocess

import pytest

import wire
from harness.ports import free_port
from harness.stack import PREFIX, wait_for
from test_slow import paint, served_seq

STACK = {
    "workers": 1,
    "canvas": ["        history 4096;", "        send_queue 4;",
               "        tick 1ms;"],
    "http": ["    limit_conn_zone $uri zone=sockets:64k;"],
    "server": [
        "        location = /status {",
        "            stub_status;",
        "        }",
        "        location = /counted {",
        "            canvas_websocket main;",
        "            limit_conn sockets 1;",
        "        }",
        "        location = /if/ws {",
        "            canvas_websocket main;",
        "            if ($arg_if) { set $x 1; }",
        "        }",
        "        location = /if/pixel {",
        "            canvas_place main;",
        "            if ($arg_if) { set $x 1; }",
        "        }",
        "        location = /if/echo {",
        "            canvas_websocket_echo 1k;",
        "            if ($arg_if) { set $x 1; }",
        "        }",
        "        location = /limited {",
        "            canvas_websocket main;",
        "            limit_except POST { allow all; }",
        "        }",
        "        location = /mirrored {",
        "            canvas_websocket main;",
        "            mirror /mirror;",
        "        }",
        "        location = /mirror {",
        "            internal;",
        "            proxy_pass http://127.0.0.1:$arg_port;",
        "        }",
    ],
}


@pytest.fixture
def connect(stack):
    clients = []

    def make():
        clients.append(wire.Wire("127.0.0.1", stack.settings.port))
        return clients[-1]

    yield make

    for client in clients:
        client.close()


@pytest.mark.parametrize("path", ["/if/ws?if=1", "/limited"])
def test_canvas_of_a_location_in_a_location(connect, path):
    client = connect()
    client.open(path)
    client.expect("welcome")
    client.say({"type": "ping"})
    client.expect("pong")


def test_placing_under_if(stack):
    guest = stack.guest()
    answer = guest.post("/if/pixel?if=1", json={"x": 1, "y": 2, "color": 3})
    assert answer.status_code == 200, answer.text


def test_echo_limit_under_if(connect):
    client = connect()
    client.open("/if/echo?if=1")
    client.send(wire.frame(wire.TEXT, "x" * 1024))
    assert client.frame() == (wire.TEXT, b"x" * 1024)
    client.send(wire.frame(wire.TEXT, "x" * 1025))
    assert client.closed() == 1009


def abort(client):
    """RST instead of FIN."""
    client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                           struct.pack("ii", 1, 0))
    client.close()


def test_socket_ends_before_its_mirror(stack, connect):
    """The request lives on; what still arrives has nobody to go to."""
    worker = stack.workers()

    with socket.create_server(("127.0.0.1", 0)) as backend:
        client = connect()
        client.open(f"/mirrored?port={backend.getsockname()[1]}")
        client.expect("welcome")
        mirror, _ = backend.accept()

        client.send(wire.frame(wire.CLOSE, struct.pack(">H", 1000)))
        assert client.frame()[0] == wire.CLOSE
        client.send(wire.frame(wire.TEXT, "{}") * 100)
        abort(client)

        assert stack.get("/health").status_code == 200
        mirror.close()

    assert stack.workers() == worker


def test_limit_conn_counts_open_sockets(stack, connect):
    """It counts by requests: these keep theirs."""
    first = connect()
    first.open("/counted")
    first.expect("welcome")

    second = connect()
    second.send(wire.handshake(second.name, "/counted"))
    assert second.response()[0] == 503

    first.send(wire.frame(wire.CLOSE, struct.pack(">H", 1000)))
    assert first.closed() == 1000

    def again():
        client = connect()
        client.send(wire.handshake(client.name, "/counted"))
        return client.response()[0] == 101

    wait_for(again, what="room for another socket")


def test_stub_status(stack, connect):
    """An open socket is a connection, but no request any more."""
    def counts():
        words = stack.get("/status").text.split()
        return int(words[2]), int(words[words.index("Writing:") + 1])

    wait_for(lambda: counts() == (1, 1), what="connections to end")
    clients = [connect() for _ in range(5)]
    for client in clients:
        client.open()
        client.expect("welcome")

    assert counts() == (6, 1)
    for i, client in enumerate(clients):
        if i % 2:
            abort(client)
        else:
            client.close()
    wait_for(lambda: counts() == (1, 1), what="their end")


def test_upgrade_behind_other_requests(stack, connect):
    """A kept-alive connection, large headers, frames with the handshake."""
    client = connect()

    for _ in range(3):
        client.send(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
        status, headers = client.response()
        assert status == 200
        client.take(int(headers["content-length"][0]))

    client.open(headers={f"X-{i}": "x" * 3000 for i in range(6)},
                extra=wire.frame(wire.TEXT, '{"type":"ping"}')
                + wire.frame(wire.PING, b"a") * 5)
    client.expect("welcome")
    client.expect("pong")
    for _ in range(5):
        assert client.frame() == (wire.PONG, b"a")

    client.say({"type": "ping"})
    client.expect("pong")


def test_refused_with_the_handshake(stack, connect):
    """The session ends while its request is still there."""
    client = connect()
    client.open(extra=wire.frame(wire.TEXT, b"\xff"))
    assert client.closed() == 1007
    assert stack.get("/health").status_code == 200


def test_close_frame_in_front_of_unread_input(connect):
    """What was still on its way must not reset it away."""
    client = connect()
    client.open()
    client.send(wire.frame(wire.BINARY, b"x")
                + wire.frame(wire.TEXT, b"y" * 4000) * 200)
    assert client.closed() == 1003


def test_aborts_while_redis_is_asked(stack, connect):
    """Clients go before the answer to identify and place is there."""
    guest = stack.guest()
    body = b'{"x":1,"y":1,"color":1}'
    cookie = guest.cookie

    stack.pause("redis")
    try:
        for i in range(40):
            client = connect()
            if i % 2:
                client.send(wire.handshake(client.name,
                                           headers={"Cookie": cookie}))
            else:
                client.send(b"POST /api/pixel HTTP/1.1\r\nHost: x\r\n"
                            b"Content-Type: application/json\r\n"
                            b"Cookie: %b\r\nContent-Length: %d\r\n\r\n%b"
                            b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
                            % (cookie.encode(), len(body), body))
            if i % 4 < 2:
                abort(client)
            else:
                client.close()
        assert stack.get("/health").status_code == 200
    finally:
        stack.resume("redis")

    wait_for(lambda: guest.place(2, 2, 2).status_code == 200,
             what="placements")
    wait_for(lambda: stack.get("/api/v1/canvas/info").json()["online"] == 0,
             what="the end of all sockets")


@pytest.fixture(scope="module", name="certificate")
def fixture_certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    key, cert = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes",
         "-keyout", key, "-out", cert, "-days", "2", "-subj", "/CN=x"],
        check=True, capture_output=True)
    return key, cert


def test_slow_client_over_tls(new_stack, certificate):
    """What TLS holds a part of must not be dropped when the queue is full."""
    key, cert = certificate
    port = free_port()
    stack = new_stack(workers=1, canvas=STACK["canvas"], server=[
        f"        listen 127.0.0.1:{port} ssl sndbuf=64k;",
        f"        ssl_certificate {cert};",
        f"        ssl_certificate_key {key};"])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE

    with wire.Wire("127.0.0.1", port) as client:
        # soon full: who takes no byte for 25 s is closed
        client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        client.sock = context.wrap_socket(client.sock)
        client.open()
        seq = client.expect("welcome")["canvasInfo"]["seq"]

        # the kernel's buffers fill, then the queue, again and again
        for _ in range(8):
            last = paint(stack, 2000)
            wait_for(lambda: served_seq(stack) == last, what="the image")

        resyncs = 0
        while seq < last:
            message = client.message()
            if message["type"] == "resync":
                resyncs += 1
                seq = message["seq"]
            elif message["type"] == "update":
                assert message["seq"] == seq + 1
                seq = message["seq"]
        assert resyncs >= 1


def test_shutdown_does_not_wait_for_sockets(new_stack):
    """worker_shutdown_timeout cuts what does not answer its goodbye."""
    stack = new_stack(workers=1, edits=[
        ("worker_shutdown_timeout 10s", "worker_shutdown_timeout 100ms")])
    old, = stack.workers()
    with wire.Wire("127.0.0.1", stack.settings.port) as client:
        client.open()
        client.expect("welcome")
        stack.reload()
        wait_for(lambda: not os.path.exists(f"/proc/{old}"), 4,
                 "the end of the old worker")


def test_pipelined_behind_a_placement(stack, connect):
    body = b'{"x":7,"y":7,"color":7}'
    client = connect()
    client.send(b"POST /api/pixel HTTP/1.1\r\nHost: x\r\n"
                b"Content-Type: application/json\r\nCookie: %b\r\n"
                b"Content-Length: %d\r\n\r\n%b"
                % (stack.guest().cookie.encode(), len(body), body) * 20)

    seqs = []
    for _ in range(20):
        status, headers = client.response()
        assert status == 200
        answer = client.take(int(headers["content-length"][0]))
        seqs.append(json.loads(answer)["seq"])
    assert seqs == sorted(seqs)


def test_subscription_that_is_refused(new_stack):
    """It is asked for less and less often, and found again."""
    stack = new_stack(workers=1)
    stack.redis.acl_setuser("default", enabled=True, nopass=True,
                            keys=["*"], commands=["+@all", "-subscribe"])
    try:
        stack.redis.client_kill_filter(_type="pubsub")
        wait_for(lambda: "lost: NOPERM" in stack.logs.new(),
                 what="a refusal")
        guest = stack.guest()
        for i in range(20):
            assert guest.place(i, 0, 1).status_code == 200
        wait_for(lambda: served_seq(stack)
                 == int(stack.redis.get(PREFIX + "canvas:seq")),
                 what="the image without publications")
        assert stack.logs.new().count("lost: NOPERM") < 12
    finally:
        stack.redis.acl_setuser("default", enabled=True, commands=["+@all"])

    with stack.client() as client:
        wait_for(lambda: stack.redis.pubsub_numsub(
            PREFIX + "canvas:updates")[0][1] == 1, what="the subscription")
        guest.place(5, 5, 5)
        client.wait_for("update", x=5, y=5)
