"""A canvas that takes long to render and longer to send.

One worker: an answer on one connection says what it has done with the
requests that came before on others.
"""

import json
import os
import random
import select
import socket
import threading

import pytest

from harness.image import unpack
from harness.stack import PREFIX, wait_for
from raw_http import Http
from redis_fixture import Canvas

STACK = {"size": "3000x3000", "workers": 1}

CANVAS = "/api/v1/canvas"
PNG = CANVAS + ".png"
INFO = CANVAS + "/info"
WIDTH = HEIGHT = 3000
ACTOR = "11111111-1111-4111-8111-111111111111"


class Request:
    """A GET that is on its way; its answer is read when wanted."""

    def __init__(self, stack, path, receive_buffer=None):
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF,
                                   receive_buffer)
        self.socket.connect(("127.0.0.1", stack.settings.port))
        self.socket.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def answered(self):
        # select() knows no descriptor above 1023
        poll = select.poll()
        poll.register(self.socket, select.POLLIN)
        return bool(poll.poll(0))

    def answer(self):
        """Status, X-Canvas-Epoch and body."""
        received = []
        while data := self.socket.recv(1 << 20):
            received.append(data)
        head, body = b"".join(received).split(b"\r\n\r\n", 1)
        fields = dict(line.split(b": ", 1) for line in head.split(b"\r\n")[1:])
        return int(head.split()[1]), int(fields[b"X-Canvas-Epoch"]), body


@pytest.fixture
def client(stack):
    with Http(stack.settings.port) as http:
        yield http


@pytest.fixture
def canvas(stack):
    return Canvas(stack.redis, PREFIX)


def info(client):
    return json.loads(client.get(INFO).body)


def load_noise(client, canvas):
    """A new epoch with noise, which is slow to compress: epoch, state."""
    _, epoch, seq, _, _ = canvas.on_page("canvas_read")
    state = os.urandom(WIDTH * HEIGHT // 2)
    reply = canvas.on_page("canvas_load", WIDTH, HEIGHT, 16, 15, "classic", 1,
                           2026, "", "", epoch + 1, seq, state, 0)
    assert reply[0] == b"OK"
    wait_for(lambda: info(client)["epoch"] == epoch + 1)
    return epoch + 1, state


def place(client, canvas, n=1):
    """Moves the canvas on; the seq, when nginx has it."""
    for i in range(n):
        reply = canvas.place(i, n, i % 16, ACTOR)
        assert reply[0] == b"OK"
    wait_for(lambda: info(client)["seq"] == reply[1])
    return reply[1]


def rendering(stack, client, paths):
    """Requests that wait, for sure, for what a thread renders."""
    def attempt():
        requests = [Request(stack, path) for path in paths]
        info(client)
        info(client)
        if not any(request.answered() for request in requests):
            return requests
        for request in requests:
            request.close()
        return None

    return wait_for(attempt)


def test_slow_reader_gets_what_it_began(stack, client, canvas):
    """A body stays the canvas at its seq while newer ones are rendered."""
    load_noise(client, canvas)
    place(client, canvas)
    expected = wait_for(lambda: client.get(CANVAS))

    with Request(stack, CANVAS, receive_buffer=4096) as slow:
        info(client)

        for n in range(2, 5):
            seq = place(client, canvas, n)
            wait_for(lambda s=seq: client.get(CANVAS).seq == s)

        status, epoch, body = slow.answer()

    assert (status, epoch) == (200, expected.epoch)
    assert body == expected.body


def test_bodies_are_exact_while_it_is_painted(client, canvas):
    """Copied piece by piece, a body is still the canvas at one seq."""
    epoch, state = load_noise(client, canvas)
    first = info(client)["seq"]
    numbers = random.Random(3000)
    placed, done = [], threading.Event()

    def paint():
        while not done.is_set():
            change = (numbers.randrange(WIDTH), numbers.randrange(HEIGHT),
                      numbers.randrange(16))
            assert canvas.place(*change, ACTOR)[0] == b"OK"
            placed.append(change)

    painter = threading.Thread(target=paint)
    painter.start()
    answers = []
    try:
        def moved():
            answers.append(client.get(CANVAS))
            return len({answer.seq for answer in answers}) >= 6

        wait_for(moved)
    finally:
        done.set()
        painter.join()

    pixels, at = bytearray(unpack(state, WIDTH * HEIGHT)), first
    for answer in answers:
        for x, y, color in placed[at - first:answer.seq - first]:
            pixels[y * WIDTH + x] = color
        at = max(at, answer.seq)
        assert (answer.status, answer.epoch) == (200, epoch)
        assert answer.body == pixels


def test_clients_that_leave_while_it_renders(stack, client, canvas):
    """A request that dies waits no more; the others get their answer."""
    workers = stack.workers()
    load_noise(client, canvas)

    for n in range(1, 6):
        seq = place(client, canvas, n)
        requests = rendering(stack, client, [PNG] * 6)
        for request in requests[::2]:
            request.close()
        # they are gone when a later request is answered, and still it renders
        info(client)

        for request in requests[1::2]:
            assert request.answer()[0] == 200
            request.close()
        assert wait_for(lambda s=seq: client.get(PNG).seq == s)

    with open(stack.path("log", "access.log"), encoding="utf-8") as log:
        assert '"GET /api/v1/canvas.png HTTP/1.0" 499 ' in log.read(), \
            "no client left while it waited"

    assert stack.workers() == workers


def test_epoch_turns_while_it_renders(stack, client, canvas):
    """What a thread made of the past epoch is made again, not sent."""
    def attempt():
        load_noise(client, canvas)
        place(client, canvas)
        (request,) = rendering(stack, client, [PNG])
        with request:
            epoch, _ = load_noise(client, canvas)
            in_time = not request.answered()
            status, sent, _ = request.answer()
            assert status == 200
            assert sent == epoch or not in_time
            return in_time

    assert wait_for(attempt), "it was always rendered before the turn"
