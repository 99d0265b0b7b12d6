"""Blocks of changes: immutable, and enough to feed spectators from a cache."""

import atexit
import collections
import gzip
import json
import os
import random
import re
import shutil
import struct
import tempfile
import threading
import uuid

import pytest

from harness.ports import free_port
from harness.stack import PREFIX, wait_for
from raw_http import Http
from redis_fixture import Canvas

EDGE = free_port()
PORT = free_port()

# nginx makes the cache in it, for its workers
FOLDER = tempfile.mkdtemp(prefix="canvas-edge-")
os.chmod(FOLDER, 0o755)
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)

# what docs/http.md shows, as a second server of the same nginx
STACK = {
    "size": "300x200", "port": PORT, "canvas": ["history 4096;"],
    "http": f"""
        proxy_cache_path {FOLDER}/cache keys_zone=edge:1m;
        server {{
            listen 127.0.0.1:{EDGE};
            access_log off;
            location /api/v1/canvas {{
                proxy_pass http://127.0.0.1:{PORT};
                proxy_cache edge;
                proxy_cache_lock on;
                proxy_cache_use_stale updating timeout error;
                proxy_cache_background_update on;
                proxy_http_version 1.1;
                proxy_set_header Connection "";
            }}
        }}""".splitlines()}
WIDTH = 300

CANVAS = "/api/v1/canvas"
INFO = CANVAS + "/info"
BLOCK = 256
GZIP = ("Accept-Encoding", "gzip")


@pytest.fixture
def client(stack):
    with Http(PORT) as http:
        yield http


class Painter:
    """Places past HTTP, and remembers by seq."""

    def __init__(self, stack):
        self.canvas = Canvas(stack.redis, PREFIX)
        self.numbers = random.Random(256)
        self.placed = {}

    def place(self, n):
        for _ in range(n):
            change = (self.numbers.randrange(WIDTH),
                      self.numbers.randrange(200),
                      self.numbers.randrange(16))
            reply = self.canvas.place(*change, str(uuid.uuid4()))
            assert reply[0] == b"OK"
            self.placed[reply[1]] = change
        return reply[1]

    def fill(self, client, blocks):
        """Until that many blocks are complete; the epoch."""
        seq = position(client)[1]
        while seq < blocks * BLOCK:
            seq = self.place(1)
        wait_for(lambda: position(client)[1] == seq)
        return position(client)[0]


@pytest.fixture
def painter(stack):
    return Painter(stack)


def position(client):
    info = json.loads(client.get(INFO).body)
    return info["epoch"], info["seq"]


def block(client, epoch, n, *headers):
    return client.get(f"{CANVAS}/updates/{epoch}/{n}", *headers)


def records(body):
    kind, last = struct.unpack_from(">BQ", body)
    assert kind == 1
    return last, list(struct.iter_unpack(">HHB", body[9:]))


def test_info_tells_the_size(client):
    assert json.loads(client.get(INFO).body)["blockSize"] == BLOCK


def test_blocks_are_the_log(client, painter):
    painter.place(10)
    epoch = painter.fill(client, 3)

    for n in range(3):
        answer = block(client, epoch, n)
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["Cache-Control"] == \
            "public, max-age=31536000, immutable"
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert (answer.epoch, answer.seq) == (epoch, (n + 1) * BLOCK)

        last, changes = records(answer.body)
        assert last == (n + 1) * BLOCK
        assert len(changes) == BLOCK
        for seq, change in enumerate(changes, n * BLOCK + 1):
            assert change == painter.placed.get(seq, change)

        since = client.get(f"{CANVAS}/updates?since={n * BLOCK}"
                           f"&epoch={epoch}")
        assert records(since.body)[1][:BLOCK] == changes


def test_block_never_changes(stack, client, painter):
    """In any worker, before and after others took its place."""
    epoch = painter.fill(client, 2)
    first = block(client, epoch, 0)

    for n in range(60, 70):
        block(client, epoch, n)

    for _ in range(20):
        with Http(PORT) as http:
            again = block(http, epoch, 0)
            assert (again.status, again.body) == (200, first.body)
            assert again.headers["ETag"] == first.headers["ETag"]

    tag = first.headers["ETag"]
    answer = block(client, epoch, 0, ("If-None-Match", tag))
    assert (answer.status, answer.body) == (304, b"")
    assert block(client, epoch, 1).headers["ETag"] != tag
    assert client.head(f"{CANVAS}/updates/{epoch}/0") \
        .headers["Content-Length"] == str(9 + 5 * BLOCK)


def test_gzip_where_it_is_smaller(client, painter):
    painter.fill(client, 1)
    seq = position(client)[1]
    canvas = painter.canvas
    for i in range(2 * BLOCK):                  # one that packs well
        canvas.place(i % 16, 0, i % 16, str(uuid.uuid4()))
    wait_for(lambda: position(client)[1] == seq + 2 * BLOCK)
    epoch, seq = position(client)
    n = seq // BLOCK - 1

    plain = block(client, epoch, n)
    packed = block(client, epoch, n, GZIP)
    assert plain.headers["Content-Encoding"] is None
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.body) < len(plain.body)
    assert gzip.decompress(packed.body) == plain.body
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert block(client, epoch, n, GZIP,
                 ("If-None-Match", packed.headers["ETag"])).status == 304


def check_refused(answer, status, code, cache):
    assert answer.status == status
    assert json.loads(answer.body)["code"] == code
    assert answer.headers["Cache-Control"] == cache


def test_block_that_is_not_there_yet(client, painter):
    painter.fill(client, 1)
    painter.place(1)
    epoch, seq = position(client)
    for n in (seq // BLOCK, seq // BLOCK + 1, 1 << 40):
        check_refused(block(client, epoch, n), 404, "NOT_FOUND", "max-age=1")


def test_block_of_another_epoch(client, painter):
    epoch = painter.fill(client, 1)
    for other in (epoch - 1, epoch + 1, 0, 9007199254740991):
        check_refused(block(client, other, 0), 410, "RESYNC", "max-age=1")


@pytest.mark.parametrize("name", [
    "", "1", "1/", "/", "/1", "a/1", "1/a", "1/1/", "1/1/1", "-1/1", "1/-1",
    "1/1.0", "%2f1", "1/9007199254740992", "18446744073709551617/1"])
def test_block_that_cannot_be(client, name):
    answer = client.get(f"{CANVAS}/updates/{name}")
    check_refused(answer, 404, "NOT_FOUND", "no-store")


def test_block_wrong_method(client):
    assert client.request("POST", f"{CANVAS}/updates/1/1").status == 405


def test_block_behind_the_history(client, painter):
    """Of 4096 changes; a worker may still have what was asked of it."""
    epoch = painter.fill(client, 24)
    check_refused(block(client, epoch, 6), 410, "RESYNC", "max-age=1")
    assert block(client, epoch, 23).status == 200


class Spectator(threading.Thread):
    """The recipe of docs/http.md, by way of the cache alone."""

    def __init__(self, stop, go):
        super().__init__(daemon=True)
        self.stop = stop                        # () -> last seq, or None
        self.go = go                            # an Event, after the picture
        self.began = threading.Event()
        self.error = None
        self.blocks = 0

    def run(self):
        try:
            with Http(EDGE) as self.http:
                self.watch()
        except Exception as error:              # shown by the test
            self.error = error

    def watch(self):
        base = self.http.get(CANVAS, GZIP)
        self.epoch, self.seq = base.epoch, base.seq
        self.pixels = bytearray(gzip.decompress(base.body))
        self.began.set()
        self.go.wait()

        while self.stop() is None or self.seq < self.stop():
            n = self.seq // BLOCK
            answer = block(self.http, self.epoch, n)
            if answer.status == 200:
                self.blocks += 1
            else:
                assert answer.status == 404, answer
                answer = self.http.get(f"{CANVAS}/updates?since={n * BLOCK}"
                                       f"&epoch={self.epoch}")
                assert answer.status == 200
            self.apply(n * BLOCK, answer.body)

    def apply(self, since, body):
        for seq, (x, y, color) in enumerate(records(body)[1], since + 1):
            if seq > self.seq:
                assert seq == self.seq + 1
                self.pixels[y * WIDTH + x] = color
                self.seq = seq


def test_spectators_behind_a_cache(stack, client, painter):
    """All have the very canvas; the origin saw about one request a block."""
    # nginx: a block became immutable, which its header says, while another
    # worker had it open; it is asked for again
    stack.logs.expect("cache file .* has too long header")
    painter.place(1)
    wait_for(lambda: position(client)[1] == max(painter.placed))
    # those before it, other tests have asked for
    first = position(client)[1] // BLOCK
    last, go = [], threading.Event()
    spectators = [Spectator(lambda: last[0] if last else None, go)
                  for _ in range(6)]

    for spectator in spectators:
        spectator.start()
    for spectator in spectators:
        spectator.began.wait(30)
    seq = painter.place(3 * BLOCK)
    wait_for(lambda: position(client)[1] == seq)
    go.set()
    last.append(painter.place(3 * BLOCK))
    for spectator in spectators:
        spectator.join()

    ours = stack.redis_image()
    assert ours.seq == last[0]
    for spectator in spectators:
        assert spectator.error is None
        assert (spectator.epoch, spectator.seq) == (ours.epoch, ours.seq)
        assert bytes(spectator.pixels) == bytes(ours.pixels)

    assert all(spectator.blocks >= 2 for spectator in spectators)
    asked = {n: times for n, times in origin(stack, ours.epoch).items()
             if n >= first}
    assert asked
    assert max(asked.values()) <= 2, asked


def origin(stack, epoch):
    """{block: answers 200 to the cache}, from the log of the origin."""
    with open(stack.path("log", "access.log"), encoding="utf-8") as log:
        found = re.findall(rf'"GET {CANVAS}/updates/{epoch}/(\d+) HTTP/1.1" '
                           r"200 1289 ", log.read())
    return collections.Counter(map(int, found))
