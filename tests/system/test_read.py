"""GET of the canvas in every form: exact at the seq in its header."""

import gzip
import io
import json
import random
import struct
import threading
import uuid

import pytest
from PIL import Image

from harness.image import unpack as unpack_pixels
from harness.stack import PREFIX, wait_for
from raw_http import Http
from redis_fixture import Canvas

STACK = {"size": "500x400"}

CANVAS = "/api/v1/canvas"
PACKED = CANVAS + "?format=packed"
PNG = CANVAS + ".png"
INFO = CANVAS + "/info"
UPDATES = CANVAS + "/updates"
GZIP = ("Accept-Encoding", "gzip")

FORMS = [(CANVAS, ()), (PACKED, ()), (CANVAS, (GZIP,)), (PACKED, (GZIP,)),
         (PNG, ())]


class Board:
    """The canvas as Redis has it, and placements past HTTP."""

    def __init__(self, canvas, width, height):
        self.canvas = canvas
        self.width = width
        self.height = height
        self.random = random.Random(21800)

    def place(self, n=1):
        """n random changes; returns [(seq, x, y, color)]."""
        return [self._place_one() for _ in range(n)]

    def _place_one(self):
        x = self.random.randrange(self.width)
        y = self.random.randrange(self.height)
        color = self.random.randrange(16)
        reply = self.canvas.place(x, y, color, str(uuid.uuid4()))
        assert reply[0] == b"OK"
        return reply[1], x, y, color

    def packed(self):
        """epoch, seq and the stored bytes, of one instant."""
        _, epoch, seq, _, state = self.canvas.on_page("canvas_read")
        return epoch, seq, state

    def index(self, x, y):
        return y * self.width + x


def unpack(packed):
    return unpack_pixels(packed, 2 * len(packed))


def png_pixels(body, palette):
    """Size and pixels as indexes, when the colours are the palette's."""
    image = Image.open(io.BytesIO(body))
    assert image.mode == "P"
    colors = b"".join(bytes.fromhex(color[1:]) for color in palette)
    assert bytes(image.getpalette())[:len(colors)] == colors
    return image.size, image.tobytes()


def plain(answer, path, palette):
    """The pixels of an answer in whatever form."""
    body = answer.body
    if answer.headers["Content-Encoding"] == "gzip":
        body = gzip.decompress(body)
    if path == PNG:
        return png_pixels(body, palette)[1]
    return unpack(body) if path == PACKED else body


@pytest.fixture
def client(stack):
    with Http(stack.settings.port) as http:
        yield http


@pytest.fixture
def info(client):
    return json.loads(client.get(INFO).body)


@pytest.fixture
def board(stack, info):
    return Board(Canvas(stack.redis, PREFIX), info["width"], info["height"])


def caught_up(client, path, board, *headers):
    """The answer at the seq at which Redis stands."""
    epoch, seq, _ = board.packed()

    def current():
        answer = client.get(path, *headers)
        return (answer.epoch, answer.seq) == (epoch, seq) and answer

    return wait_for(current)


@pytest.mark.parametrize("path, headers", FORMS)
def test_form_equals_redis(client, board, info, path, headers):
    board.place(500)
    answer = caught_up(client, path, board, *headers)

    assert answer.status == 200
    assert answer.headers["Content-Encoding"] == \
        ("gzip" if headers else None)
    assert plain(answer, path, info["palette"]) == unpack(board.packed()[2])


def test_png_is_indexed_with_the_palette(client, info):
    answer = client.get(PNG)

    assert answer.headers["Content-Type"] == "image/png"
    size, pixels = png_pixels(answer.body, info["palette"])
    assert size == (info["width"], info["height"])

    # what a viewer shows of it
    image = Image.open(io.BytesIO(answer.body)).convert("RGB")
    for i in range(0, len(pixels), 997):
        x, y = i % info["width"], i // info["width"]
        assert "#%02X%02X%02X" % image.getpixel((x, y)) == \
            info["palette"][pixels[i]]


def test_headers(client, info):
    for path, headers in FORMS:
        answer = client.get(path, *headers)
        sent = answer.headers

        assert sent["X-Canvas-Width"] == str(info["width"])
        assert sent["X-Canvas-Height"] == str(info["height"])
        assert sent["Accept-Ranges"] == "bytes"
        assert "max-age=1" in sent["Cache-Control"]
        assert sent["ETag"].startswith(f'"{answer.epoch}-{answer.seq}-')

        if path != PNG:
            assert sent["Content-Type"] == "application/octet-stream"
            assert sent["Vary"] == "Accept-Encoding"


def test_etags_differ_by_form(client):
    tags = {client.get(path, *headers).headers["ETag"]
            for path, headers in FORMS}
    assert len(tags) == len(FORMS)


@pytest.mark.parametrize("path, headers", FORMS)
def test_not_modified(client, board, path, headers):
    board.place()
    tag = caught_up(client, path, board, *headers).headers["ETag"]

    for value in (tag, "W/" + tag, f'"x", {tag}', f'"x",W/{tag} , "y"', "*"):
        answer = client.get(path, *headers, ("If-None-Match", value))
        assert (answer.status, answer.body) == (304, b""), value
        assert answer.headers["ETag"] == tag
        assert answer.headers["Content-Encoding"] is None

        answer = client.head(path, *headers, ("If-None-Match", value))
        assert answer.status == 304

    for value in ('"x"', tag[:-1], tag[1:-1], '""'):
        assert client.get(path, *headers,
                          ("If-None-Match", value)).status == 200, value


def test_modified_after_a_placement(client, board):
    board.place()
    tag = caught_up(client, CANVAS, board).headers["ETag"]
    board.place()

    def modified():
        answer = client.get(CANVAS, ("If-None-Match", tag))
        return answer.status == 200 and answer

    assert wait_for(modified).headers["ETag"] != tag


def test_if_match(client, board):
    board.place()
    tag = caught_up(client, CANVAS, board).headers["ETag"]

    assert client.get(CANVAS, ("If-Match", tag)).status == 200
    assert client.get(CANVAS, ("If-Match", '"x"')).status == 412


@pytest.mark.parametrize("path, headers", FORMS)
def test_head(client, board, path, headers):
    board.place()
    whole = caught_up(client, path, board, *headers)
    answer = client.head(path, *headers, ("Range", "bytes=0-9"))

    assert (answer.status, answer.body) == (200, b"")

    for name in ("Content-Length", "Content-Type", "Content-Encoding", "ETag",
                 "X-Canvas-Seq", "X-Canvas-Epoch", "Cache-Control", "Vary"):
        assert answer.headers[name] == whole.headers[name], name

    assert int(answer.headers["Content-Length"]) == len(whole.body)


@pytest.mark.parametrize("path, headers", FORMS)
def test_ranges(client, board, path, headers):
    board.place()
    whole = caught_up(client, path, board, *headers)
    body = whole.body

    for value, part in (("bytes=100-199", body[100:200]),
                        ("bytes=0-0", body[:1]), ("bytes=-50", body[-50:]),
                        (f"bytes={len(body) - 1}-", body[-1:]),
                        ("bytes=200-99999999", body[200:])):
        answer = client.get(path, *headers, ("Range", value))
        assert (answer.status, answer.body) == (206, part), value
        assert answer.headers["ETag"] == whole.headers["ETag"]

    answer = client.get(path, *headers, ("Range", "bytes=0-9,20-29"))
    assert answer.status == 206
    assert body[:10] in answer.body and body[20:30] in answer.body

    assert client.get(path, *headers,
                      ("Range", f"bytes={len(body)}-")).status == 416


def test_if_range(client, board):
    board.place()
    tag = caught_up(client, CANVAS, board, GZIP).headers["ETag"]
    other = client.get(CANVAS).headers["ETag"]
    part = ("Range", "bytes=5-9")

    assert client.get(CANVAS, GZIP, part, ("If-Range", tag)).status == 206
    assert client.get(CANVAS, GZIP, part, ("If-Range", other)).status == 200
    assert client.get(CANVAS, GZIP, part, ("If-Range", '"x"')).status == 200


@pytest.mark.parametrize("values, compressed", [
    ((), False), (("",), False), (("identity",), False), (("br",), False),
    (("gzip",), True), (("GZip",), True), (("x-gzip",), True),
    (("br, gzip",), True), (("deflate,gzip ; q=0.5",), True),
    (("br", "gzip"), True), (("gzip;q=0",), False),
    (("gzip;q=0.000",), False), (("gzip; q=0.001",), True),
    (("gzip;Q=1.000",), True), (("gzip;q=x",), False),
    (("gzip;q=",), False), (("gzip;level=9",), False), (("*",), True),
    (("*;q=0",), False), (("gzip;q=0, *",), False),
    (("*;q=0, gzip",), True), (("gzipped",), False), (("gzi",), False),
    (("br;q=1.0, *;q=0.1",), True), ((",,, ,gzip,",), True),
])
def test_accept_encoding(client, values, compressed):
    answer = client.get(CANVAS, *(("Accept-Encoding", value)
                                  for value in values))
    assert answer.status == 200
    assert (answer.headers["Content-Encoding"] == "gzip") == compressed


@pytest.mark.parametrize("query", ["?format=", "?format=png", "?format=PACKED",
                                   "?format=packed2", "?format=bytes"])
def test_unknown_format(client, query):
    answer = client.get(CANVAS + query)
    assert answer.status == 400
    assert json.loads(answer.body)["code"] == "INVALID_MESSAGE"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", [
    CANVAS + "/", CANVAS + "s", CANVAS + ".gif", CANVAS + "/INFO",
    INFO + "/", UPDATES + "x", CANVAS + "/info%00", CANVAS + "/../canvas2"])
def test_unknown_path(client, path):
    answer = client.get(path)
    if path.endswith("%00"):            # nginx itself refuses it
        assert answer.status == 400
        return
    assert answer.status == 404
    assert json.loads(answer.body)["code"] == "NOT_FOUND"


@pytest.mark.parametrize("path", [CANVAS, PNG, INFO, UPDATES])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS",
                                    "PATCH"])
def test_wrong_method(client, path, method):
    answer = client.request(method, path, body=b"x" * 1000)
    assert answer.status == 405
    assert answer.headers["Allow"] == "GET, HEAD"
    assert json.loads(answer.body)["code"] == "METHOD_NOT_ALLOWED"
    # the body was taken off the connection
    assert client.get(INFO).status == 200


def test_body_of_a_get_is_discarded(client):
    for path in (CANVAS, PNG):
        assert client.request("GET", path, body=b"y" * 70000).status == 200
    assert client.get(INFO).status == 200


def test_info(client, board):
    board.place()
    epoch, seq, _ = board.packed()
    wait_for(lambda: json.loads(client.get(INFO).body)["seq"] == seq)
    answer = client.get(INFO)
    told = json.loads(answer.body)

    assert answer.headers["Content-Type"] == "application/json"
    assert set(told) == {"width", "height", "cooldown", "palette",
                         "background", "seq", "epoch", "online",
                         "blockSize"}
    assert (told["epoch"], answer.epoch, answer.seq) == (epoch, epoch, seq)
    assert len(told["palette"]) == 16
    assert told["palette"][15] == "#FFFFFF"
    assert told["background"] == 15
    assert told["online"] == 0
    assert client.head(INFO).headers["Content-Length"] == \
        str(len(answer.body))


def updates(client, since, epoch):
    return client.get(f"{UPDATES}?since={since}&epoch={epoch}")


def records(body):
    kind, seq = struct.unpack_from(">BQ", body)
    assert kind == 1
    return seq, list(struct.iter_unpack(">HHB", body[9:]))


def test_updates_complete_a_body(client, board):
    board.place(50)
    base = caught_up(client, CANVAS, board)
    placed = board.place(200)
    wait_for(lambda: json.loads(client.get(INFO).body)["seq"] == placed[-1][0])

    answer = updates(client, base.seq, base.epoch)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert (answer.seq, answer.epoch) == (placed[-1][0], base.epoch)

    seq, changes = records(answer.body)
    assert seq == answer.seq
    assert changes == [change[1:] for change in placed]

    pixels = bytearray(base.body)
    for x, y, color in changes:
        pixels[board.index(x, y)] = color
    assert pixels == unpack(board.packed()[2])


def test_updates_when_there_are_none(client, board):
    board.place()
    answer = caught_up(client, CANVAS, board)
    seq, changes = records(updates(client, answer.seq, answer.epoch).body)
    assert (seq, changes) == (answer.seq, [])


@pytest.mark.parametrize("query", [
    "", "?since=1", "?epoch=1", "?since=&epoch=1", "?since=-1&epoch=1",
    "?since=1.0&epoch=1", "?since=1e3&epoch=1", "?since=0x1&epoch=1",
    "?since=%31&epoch=1", "?since=9007199254740992&epoch=1",
    "?since=99999999999999999999&epoch=1", "?since=1&epoch=x",
    "?since=1&epoch=18446744073709551616"])
def test_updates_invalid(client, query):
    answer = client.get(UPDATES + query)
    assert answer.status == 400
    assert json.loads(answer.body)["code"] == "INVALID_MESSAGE"


def test_updates_resync(client, board, info):
    epoch, seq = info["epoch"], info["seq"]

    for since, other in ((seq + 1000000, epoch), (seq, epoch + 1),
                         (seq, epoch - 1), (9007199254740991, epoch)):
        answer = updates(client, since, other)
        assert answer.status == 410
        assert json.loads(answer.body)["code"] == "RESYNC"
        assert answer.headers["Cache-Control"] == "no-store"


class Placer(threading.Thread):
    """Places until it is stopped, and remembers what; at most limit."""

    def __init__(self, board, limit):
        super().__init__()
        self.board = board
        self.limit = limit
        self.placed = []
        self.stopping = threading.Event()

    def run(self):
        while not self.stopping.is_set() and len(self.placed) < self.limit:
            self.placed += self.board.place(20)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.join()


def test_no_wrong_pixel_while_placements_run(stack, client, board, info):
    """Every body, of every form, is the canvas at the seq in its header."""
    epoch, first, state = board.packed()
    answers = {}

    with Placer(board, 20000) as placer:
        seen = set()
        while len(seen) < 15 and placer.is_alive():
            for path, headers in FORMS:
                with Http(stack.settings.port) as http:
                    answer = http.get(path, *headers)
                assert answer.status == 200
                seen.add(answer.seq)
                tag = answer.headers["ETag"]
                # one tag is one body, whichever worker rendered it
                assert answers.setdefault(tag, (path, answer))[1].body \
                    == answer.body

    assert len(seen) >= 15, "the canvas did not move while it was read"

    pixels = bytearray(unpack(state))
    done = 0
    for path, answer in sorted(answers.values(), key=lambda pair: pair[1].seq):
        if answer.seq < first:
            continue
        for _, x, y, color in placer.placed[done:answer.seq - first]:
            pixels[board.index(x, y)] = color
        done = answer.seq - first
        assert answer.epoch == epoch
        assert plain(answer, path, info["palette"]) == pixels

    # and what is missing to the end comes from since
    wait_for(lambda: json.loads(client.get(INFO).body)["seq"]
             == placer.placed[-1][0])
    _, changes = records(updates(client, first + done, epoch).body)
    for x, y, color in changes:
        pixels[board.index(x, y)] = color
    assert pixels == unpack(board.packed()[2])


def test_never_an_image_of_another_epoch(stack, client, board, info):
    """However young it is: the first answer after the turn is the new one."""
    for _ in range(5):
        board.place()
        connections = [Http(stack.settings.port) for _ in range(8)]
        for http in connections:
            for path, headers in FORMS:
                assert http.get(path, *headers).status == 200

        epoch, seq, state = board.packed()
        other = state[1:] + state[:1]
        reply = board.canvas.on_page(
            "canvas_load", info["width"], info["height"], 16, 15, "classic",
            1, 2026, "", "", epoch + 1, seq, other, 0)
        assert reply[0] == b"OK"
        wait_for(lambda: json.loads(client.get(INFO).body)["epoch"] > epoch)

        for http in connections:
            with http:
                for path, headers in FORMS:
                    answer = http.get(path, *headers)
                    assert answer.epoch == epoch + 1
                    assert plain(answer, path, info["palette"]) == \
                        unpack(other)

        assert updates(client, seq, epoch).status == 410
        assert updates(client, seq, epoch + 1).status == 200


def test_many_wait_for_one_rendering(stack, board):
    """Requests that come together get the same bytes."""
    board.place(100)
    results = []

    def read():
        with Http(stack.settings.port) as http:
            results.extend(http.get(PNG) for _ in range(10))

    readers = [threading.Thread(target=read) for _ in range(16)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()

    assert len(results) == 160
    bodies = {}
    for answer in results:
        assert answer.status == 200
        bodies.setdefault(answer.headers["ETag"], set()).add(answer.body)
    assert all(len(same) == 1 for same in bodies.values())


@pytest.mark.parametrize("path, headers", FORMS)
def test_reads_go_on_while_redis_is_stopped(stack, client, board, path,
                                            headers):
    board.place()
    before = caught_up(client, path, board, *headers)
    stack.pause("redis")

    try:
        for _ in range(20):
            answer = client.get(path, *headers)
            assert (answer.status, answer.body) == (200, before.body)
        assert client.get(INFO).status == 200
        assert updates(client, before.seq, before.epoch).status == 200
    finally:
        stack.resume("redis")

    board.place()
    caught_up(client, path, board, *headers)


def test_reads_go_on_without_redis(stack, client, board, info):
    board.place()
    before = {(path, headers): caught_up(client, path, board, *headers).body
              for path, headers in FORMS}
    stack.kill("redis")

    for path, headers in FORMS:
        answer = client.get(path, *headers)
        assert (answer.status, answer.body) == (200, before[path, headers])

    assert client.get(INFO).status == 200

    stack.start("redis")
    stack.disconnect()
    wait_for(stack.stack.nginx.all_ready)
    board.canvas = Canvas(stack.redis, PREFIX)
    board.place(10)

    for path, headers in FORMS:
        answer = caught_up(client, path, board, *headers)
        assert plain(answer, path, info["palette"]) \
            == unpack(board.packed()[2])
