"""Checksums of tiles, and rectangles to mend what differs."""

import json
import os
import random
import uuid

import pytest

import sums
from harness.stack import PREFIX, wait_for
from raw_http import Http
from redis_fixture import Canvas

STACK = {"size": "200x130"}
WIDTH, HEIGHT = 200, 130

CANVAS = "/api/v1/canvas"
CHECKSUMS = CANVAS + "/checksums"

DATA = os.path.join(os.path.dirname(os.path.dirname(
    os.path.realpath(__file__))), "data", "sums.json")


@pytest.fixture
def client(stack):
    with Http(stack.settings.port) as http:
        yield http


@pytest.fixture
def place(stack, client):
    """place(n): n random changes; returns [(x, y, color)] once served."""
    canvas = Canvas(stack.redis, PREFIX)
    numbers = random.Random(64)

    def changes(n):
        made = []
        for _ in range(n):
            change = (numbers.randrange(WIDTH), numbers.randrange(HEIGHT),
                      numbers.randrange(16))
            reply = canvas.place(*change, str(uuid.uuid4()))
            assert reply[0] == b"OK"
            made.append(change)
        wait_for(lambda: checksums(client)["seq"] == reply[1])
        return made

    return changes


def checksums(client):
    answer = client.get(CHECKSUMS)
    assert answer.status == 200
    return json.loads(answer.body)


def part(x, y, width, height):
    return f"{CANVAS}?x={x}&y={y}&width={width}&height={height}"


def test_vectors():
    with open(DATA, encoding="utf-8") as file:
        data = json.load(file)

    for vector in data["pixels"]:
        assert sums.pixel(vector["width"], vector["x"], vector["y"],
                          vector["color"]) == vector["sum"]

    for vector in data["canvases"]:
        width, height = vector["width"], vector["height"]
        assert (sums.tiles(width), sums.tiles(height)) == \
            (vector["columns"], vector["rows"])
        pixels = [(i * 7 + i // 5) % 16 for i in range(width * height)]
        assert sums.of_image(pixels, width, height) == vector["sums"]


def test_checksums_are_those_of_the_canvas(stack, client, place):
    place(300)
    told = checksums(client)
    ours = stack.redis_image()

    assert (told["epoch"], told["seq"]) == (ours.epoch, ours.seq)
    assert (told["tile"], told["columns"], told["rows"]) == (64, 4, 3)
    assert told["sums"] == sums.of_image(ours.pixels, WIDTH, HEIGHT)


def test_checksums_headers(client):
    answer = client.get(CHECKSUMS)
    told = json.loads(answer.body)

    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "max-age=1"
    assert (answer.epoch, answer.seq) == (told["epoch"], told["seq"])
    assert client.request("POST", CHECKSUMS).status == 405


def test_checksums_of_an_image_that_was_loaded(stack, client, place):
    """Computed whole, and kept from there on."""
    place(1)
    before = checksums(client)
    state = os.urandom(WIDTH * HEIGHT // 2)
    reply = Canvas(stack.redis, PREFIX).on_page(
        "canvas_load", WIDTH, HEIGHT, 16, 15, "classic", 1, 2026, "", "",
        before["epoch"] + 1, before["seq"], state, 0)
    assert reply[0] == b"OK"
    wait_for(lambda: checksums(client)["epoch"] > before["epoch"])

    for _ in range(2):
        assert checksums(client)["sums"] == sums.of_image(
            stack.redis_image().pixels, WIDTH, HEIGHT)
        place(50)


@pytest.mark.parametrize("x, y, width, height", [
    (0, 0, 64, 64), (192, 128, 8, 2), (0, 0, WIDTH, HEIGHT), (5, 7, 1, 1),
    (WIDTH - 1, HEIGHT - 1, 1, 1), (0, 3, WIDTH, 1), (9, 0, 1, HEIGHT)])
def test_rectangle(stack, client, place, x, y, width, height):
    place(50)
    ours = stack.redis_image()
    answer = client.get(part(x, y, width, height))

    assert answer.status == 200
    assert (answer.epoch, answer.seq) == (ours.epoch, ours.seq)
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["X-Canvas-Width"] == str(width)
    assert answer.headers["X-Canvas-Height"] == str(height)
    assert answer.headers["Cache-Control"] == "max-age=1"
    assert answer.body == b"".join(
        bytes(ours.pixels[row * WIDTH + x:row * WIDTH + x + width])
        for row in range(y, y + height))


def test_rectangle_tag(client, place):
    place(1)
    answer = client.get(part(0, 0, 10, 10))
    tag = answer.headers["ETag"]

    assert client.get(part(0, 0, 10, 10),
                      ("If-None-Match", tag)).status == 304
    for other in (part(1, 0, 10, 10), part(0, 0, 10, 11), CANVAS):
        assert client.get(other).headers["ETag"] != tag

    head = client.head(part(0, 0, 10, 10))
    assert (head.status, head.headers["Content-Length"]) == (200, "100")

    place(1)
    assert client.get(part(0, 0, 10, 10),
                      ("If-None-Match", tag)).status == 200


@pytest.mark.parametrize("query", [
    "x=0", "x=0&y=0&width=1", "y=0&width=1&height=1",
    "x=0&y=0&width=0&height=1", "x=0&y=0&width=1&height=0",
    "x=-1&y=0&width=1&height=1", "x=0&y=0&width=201&height=1",
    "x=0&y=0&width=1&height=131", "x=200&y=0&width=1&height=1",
    "x=199&y=0&width=2&height=1", "x=0&y=129&width=1&height=2",
    "x=a&y=0&width=1&height=1", "x=&y=0&width=1&height=1",
    "x=1.0&y=0&width=1&height=1",
    "x=9007199254740991&y=0&width=1&height=1",
    "x=0&y=0&width=9007199254740991&height=9007199254740991",
    "x=0&y=0&width=18446744073709551616&height=1"])
def test_rectangle_outside(client, query):
    answer = client.get(f"{CANVAS}?{query}")
    assert answer.status == 400
    assert json.loads(answer.body)["code"] == "INVALID_COORDS"
    assert answer.headers["Cache-Control"] == "no-store"


def test_rectangle_has_one_form(client):
    answer = client.get(part(0, 0, 10, 10) + "&format=packed")
    assert answer.status == 400
    assert json.loads(answer.body)["code"] == "INVALID_MESSAGE"


def test_a_client_mends_itself(client, place):
    """Only tiles that differ are fetched, whatever was painted meanwhile."""
    base = client.get(CANVAS)
    pixels = bytearray(base.body)
    place(100)
    known = client.get(part(0, 0, WIDTH, HEIGHT))
    pixels[:] = known.body

    for i in (0, 64 * WIDTH + 70, WIDTH * HEIGHT - 1):      # three tiles
        pixels[i] ^= 1

    told = checksums(client)
    assert told["seq"] == known.seq
    ours = sums.of_image(pixels, WIDTH, HEIGHT)
    wrong = [i for i, pair in enumerate(zip(ours, told["sums"]))
             if pair[0] != pair[1]]
    assert wrong == [0, 5, 11]

    place(20)                           # the tiles are newer than the rest
    seqs = set()
    for i in wrong:
        x, y = i % 4 * 64, i // 4 * 64
        width, height = min(64, WIDTH - x), min(64, HEIGHT - y)
        tile = client.get(part(x, y, width, height))
        seqs.add(tile.seq)
        for row in range(height):
            start = (y + row) * WIDTH + x
            pixels[start:start + width] = \
                tile.body[row * width:(row + 1) * width]

    assert seqs == {known.seq + 20}
    changes = client.get(f"{CANVAS}/updates?since={known.seq}"
                         f"&epoch={known.epoch}").body[9:]
    for i in range(0, len(changes), 5):
        x, y = (int.from_bytes(changes[i + k:i + k + 2], "big")
                for k in (0, 2))
        pixels[y * WIDTH + x] = changes[i + 4]

    assert bytes(pixels) == client.get(part(0, 0, WIDTH, HEIGHT)).body
