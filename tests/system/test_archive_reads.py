"""Canvases of the past from PostgreSQL: closed weeks and snapshots, in every
form, compared with what was on the canvas; and what is damaged, away, or slow.
"""

import base64
import gzip
import io
import os
import random
import socket
import threading
import uuid
import zlib

import pytest
from PIL import Image

from harness.stack import wait_for
from raw_http import Http

# one worker: what one request has made, the next one is given
STACK = {"workers": 1, "size": "131x77"}

NOBODY = "00000000-0000-4000-8000-000000000000"
SNAPSHOT = "/api/v1/timelapse/snapshot"
FORMS = ["bytes", "packed", "bytes-gzip", "packed-gzip", "png"]


def paint(stack, n, seed):
    rng = random.Random(seed)
    guest = stack.guest()
    for _ in range(n):
        assert guest.place(rng.randrange(131), rng.randrange(77),
                           rng.randrange(16)).status_code == 200


@pytest.fixture(scope="module", name="week")
def fixture_week(module_stack):
    """(id, the canvas it ended with) of a closed week."""
    stack = module_stack
    paint(stack, 300, 1)
    image = stack.check_equal()
    done = stack.helper("rotate", "--force", "--mode", "classic")
    assert done.returncode == 0, done.stderr
    (archive,), = stack.sql("SELECT id FROM canvas_archives "
                            "WHERE new_epoch IS NOT NULL")
    return archive, image


@pytest.fixture(scope="module", name="snapshot")
def fixture_snapshot(module_stack, week):
    """(id, the canvas) of a snapshot of the running week."""
    stack = module_stack
    assert week
    paint(stack, 40, 2)
    image = stack.check_equal()
    assert stack.helper("snapshot").returncode == 0
    (number,), = stack.sql("SELECT max(id) FROM canvas_snapshots")
    return number, image


@pytest.fixture
def client(stack):
    with Http(stack.settings.port) as http_client:
        yield http_client


def canvas(archive):
    return f"/api/archives/{archive}/canvas"


def copy_of(stack, archive, **columns):
    """Another archive, with other values in some columns; its id."""
    names = [name for name, in stack.sql(
        "SELECT column_name FROM information_schema.columns "
        "WHERE table_name = 'canvas_archives'")]
    new = {"id": str(uuid.uuid4()), "new_epoch": None} | columns
    kept = [name for name in names if name not in new]
    stack.sql(f"INSERT INTO canvas_archives ({', '.join([*kept, *new])}) "
              f"SELECT {', '.join(kept + ['%s'] * len(new))} "
              "FROM canvas_archives WHERE id = %s", *new.values(), archive)
    return new["id"]


def packed(pixels):
    pixels = pixels + b"\0" * (len(pixels) % 2)
    return bytes(a << 4 | b for a, b in zip(pixels[::2], pixels[1::2]))


def decode(answer):
    """The body without its Content-Encoding."""
    if answer.headers["Content-Encoding"] == "gzip":
        return gzip.decompress(answer.body)
    return answer.body


def check_png(body, image):
    """Indexed, with the palette, and exactly the pixels."""
    png = Image.open(io.BytesIO(body))
    assert (png.mode, png.size) == ("P", (image.width, image.height))
    assert png.tobytes() == image.pixels
    assert png.getpalette()[15 * 3:16 * 3] == [255, 255, 255]
    assert png.getpalette()[:3] == [0xff, 0x45, 0x00]


def ask(client, path, form, *headers):
    """path in one of FORMS."""
    if "packed" in form:
        path += "?format=packed"
    if form == "png":
        path = path.replace("/canvas", "/image.png")
        headers += (("Accept", "image/png"),)
    if form.endswith("gzip"):
        headers += (("Accept-Encoding", "gzip"),)
    return client.get(path, *headers)


def check(answer, form, image):
    assert answer.status == 200
    assert answer.headers["X-Canvas-Width"] == str(image.width)
    assert answer.headers["X-Canvas-Height"] == str(image.height)
    assert answer.headers["Cache-Control"] == "max-age=86400"
    assert answer.headers["Content-Encoding"] == (
        "gzip" if form.endswith("gzip") else None)
    assert (answer.epoch, answer.seq) == (image.epoch, image.seq)
    assert answer.headers["ETag"].endswith(f"-{form}\"")
    assert answer.headers["Content-Type"] == (
        "image/png" if form == "png" else "application/octet-stream")

    if form == "png":
        check_png(answer.body, image)
    else:
        assert decode(answer) == (packed(image.pixels) if "packed" in form
                                  else image.pixels)


@pytest.mark.parametrize("form", FORMS)
def test_a_closed_week(client, week, form):
    """Every form is the canvas that the week ended with."""
    archive, image = week
    answer = ask(client, canvas(archive), form)
    check(answer, form, image)
    assert answer.headers["Vary"] == (None if form == "png"
                                      else "Accept-Encoding")
    # made and kept: the same bytes
    assert ask(client, canvas(archive), form).body == answer.body


@pytest.mark.parametrize("form", FORMS)
def test_a_snapshot(client, snapshot, form):
    number, image = snapshot
    answer = ask(client, f"{SNAPSHOT}/{number}", form)
    check(answer, form, image)
    assert answer.headers["Vary"] == "Accept, Accept-Encoding"


@pytest.mark.parametrize("accept, png", [
    ("image/png", True), ("image/*", True), ("text/html, image/PNG;q=0.5",
                                             True),
    ("image/avif,image/webp,image/*,*/*;q=0.8", True), ("*/*", False),
    ("image/png;q=0", False), ("application/octet-stream, image/png", False),
    ("image/pngx", False), ("", False), ("image/*, image/png;q=0", False)])
def test_what_a_snapshot_is_asked_for(client, snapshot, accept, png):
    answer = client.get(f"{SNAPSHOT}/{snapshot[0]}", ("Accept", accept))
    assert answer.headers["Content-Type"] == (
        "image/png" if png else "application/octet-stream")


def test_list_of_snapshots(stack, client, snapshot):
    """Newest first, page by page, each with what it shows."""
    number, image = snapshot
    paint(stack, 1, 3)
    assert stack.helper("snapshot").returncode == 0
    path = "/api/v1/timelapse/snapshots"
    listed = stack.get(path)
    assert listed.headers["Cache-Control"] == "max-age=60"
    listed = listed.json()
    assert listed["next"] is None
    ids = [row["id"] for row in listed["snapshots"]]
    assert ids == sorted(ids, reverse=True) and number in ids
    assert {"id": number, "epoch": image.epoch, "seq": image.seq,
            "width": 131, "height": 77} == {
                key: value for key, value in
                listed["snapshots"][ids.index(number)].items()
                if key != "createdAt"}

    seen, before = [], ""
    while before is not None:
        page = stack.get(f"{path}?limit=1{before}").json()
        seen += [row["id"] for row in page["snapshots"]]
        before = page["next"] and f"&before={page['next']}"
    assert seen == ids


def test_conditions_and_ranges(client, week):
    archive, image = week
    path = canvas(archive)
    whole = client.get(path)
    tag = whole.headers["ETag"]

    same = client.get(path, ("If-None-Match", tag))
    assert (same.status, same.body) == (304, b"")
    assert same.headers["ETag"] == tag
    assert client.get(path, ("If-None-Match", "\"x\"")).status == 200

    part = client.get(path, ("Range", "bytes=100-199"))
    assert (part.status, part.body) == (206, image.pixels[100:200])

    head = client.head(path)
    assert (head.status, head.body) == (200, b"")
    assert head.headers["Content-Length"] == str(len(image.pixels))
    assert head.headers["ETag"] == tag
    assert client.post(path, body=b"x").status == 405
    assert client.request("GET", path, body=b"z" * 200000).body == whole.body
    assert client.get(path).status == 200


@pytest.mark.parametrize("path, status", [
    (canvas(NOBODY), 404), (f"/api/archives/{NOBODY}/image.png", 404),
    (canvas("x"), 400), (canvas(NOBODY + "0"), 400),
    (canvas(NOBODY) + "?format=bytes", 400), (canvas(NOBODY) + "?format", 400),
    (canvas(NOBODY) + "/", 404), ("/api/archives//canvas", 400),
    (f"/api/archives/{NOBODY}/image.gif", 404),
    (f"{SNAPSHOT}/999999", 404), (f"{SNAPSHOT}/0", 400),
    (f"{SNAPSHOT}/-1", 400), (f"{SNAPSHOT}/1x", 400), (f"{SNAPSHOT}/", 404),
    (f"{SNAPSHOT}/9007199254740991", 404), (f"{SNAPSHOT}/{2 ** 63}", 400),
    ("/api/v1/timelapse/snapshots?limit=1001", 400),
    ("/api/v1/timelapse/snapshots?before=0", 400)])
def test_refusals(client, path, status):
    answer = client.get(path)
    assert answer.status == status
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("form", FORMS)
def test_without_a_compressed_form(stack, client, week, form):
    """Archived by hand, or imported."""
    archive, image = week
    plain = copy_of(stack, archive, canvas_data_compressed=None)
    check(ask(client, canvas(plain), form), form, image)


@pytest.mark.parametrize("form", FORMS)
def test_eight_bits_a_pixel(stack, client, week, form):
    """More than 16 colours, and a size of its own."""
    rng = random.Random(4)
    pixels = bytes(rng.randrange(17) for _ in range(33 * 5))
    palette = [f"#{i:02x}{i:02x}ff" for i in range(17)]
    archive = copy_of(stack, week[0], width=33, height=5, palette=palette,
                      canvas_data=base64.b64encode(pixels).decode(),
                      canvas_data_compressed=gzip.compress(pixels))
    answer = ask(client, canvas(archive), form)
    assert answer.status == 200
    if form == "png":
        png = Image.open(io.BytesIO(answer.body))
        assert (png.size, png.tobytes()) == ((33, 5), pixels)
        assert png.getpalette()[3:6] == [1, 1, 255]
    else:
        assert decode(answer) == pixels


@pytest.mark.parametrize("data", [
    b"", b"\x1f\x8b", b"x" * 100, gzip.compress(b"\0" * 10),
    gzip.compress(b"\0" * 10 ** 7)[:-4], gzip.compress(b"\0" * 10 ** 7)],
    ids=["nothing", "begun", "no gzip", "short", "cut", "long"])
def test_damaged(stack, client, week, data):
    """500 without a word of why; others are not concerned."""
    broken = copy_of(stack, week[0], canvas_data_compressed=data)
    for form in ("bytes", "png", "packed-gzip"):
        answer = ask(client, canvas(broken), form)
        assert (answer.status, b"INTERNAL" in answer.body) == (500, True)
    assert "canvas picture" in stack.logs.new()
    assert client.get(canvas(week[0])).status == 200


def test_pixels_beyond_the_palette(stack, client, week):
    few = copy_of(stack, week[0], palette=["#000000", "#ffffff"])
    assert ask(client, canvas(few), "png").status == 500
    assert client.get(canvas(few)).status == 200


def test_shared_by_all(stack, week):
    """Those that ask at the same time share one picture, and its bytes."""
    archive = copy_of(stack, week[0])
    answers = []

    def get():
        with Http(stack.settings.port) as one:
            answers.append(ask(one, canvas(archive), "png").body)

    threads = [threading.Thread(target=get) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 20 and len(set(answers)) == 1


def test_more_pictures_than_are_kept(stack, client, week):
    """The oldest are let go of, and made again when they are asked for."""
    archive, image = week
    copies = [copy_of(stack, archive) for _ in range(80)]
    for _ in range(2):
        for one in copies:
            assert client.get(canvas(one)).body == image.pixels


def test_clients_that_leave(stack, client, week):
    """... before PostgreSQL has answered; and in the middle of a body."""
    archive, image = week
    copies = [copy_of(stack, archive) for _ in range(12)]
    stack.pause("postgres")
    leavers = [Http(stack.settings.port) for _ in copies]
    try:
        for leaver, one in zip(leavers, copies):
            leaver.connection.request("GET", canvas(one))
        for leaver in leavers[1:]:
            leaver.connection.close()
    finally:
        stack.resume("postgres")
    assert leavers[0].connection.getresponse().read() == image.pixels
    leavers[0].connection.close()
    for one in copies:
        assert client.get(canvas(one)).body == image.pixels


def store(stack, packed_canvas, compressed, palette):
    """An archive of 4096 x 4096; its id."""
    archive = str(uuid.uuid4())
    stack.sql("INSERT INTO canvas_archives (id, week_number, year, started_at,"
              " ended_at, game_mode_id, canvas_data, canvas_data_compressed, "
              "width, height, background, palette, total_pixels_placed, "
              "unique_contributors, last_seq) "
              "SELECT %s, 1, 2026, now(), now(), current_game_mode_id,"
              "       %s, %s, 4096, 4096, 0, %s, 0, 0, 0 "
              "FROM current_canvas", archive,
              base64.b64encode(packed_canvas).decode(), compressed, palette)
    return archive


def test_large(new_stack):
    """4096 x 4096, of noise: in every form, while the worker goes on."""
    stack = new_stack(workers=1, size="4096x4096")
    noise = os.urandom(4096 * 4096 // 2)
    pixels = bytes(value for byte in noise for value in (byte >> 4, byte & 15))
    palette = [f"#{i:02x}{i:02x}ff" for i in range(16)]

    with Http(stack.settings.port) as client:
        for compressed in (gzip.compress(noise, 1), None):
            archive = store(stack, noise, compressed, palette)
            assert client.get(canvas(archive)).body == pixels
            answer = ask(client, canvas(archive), "packed-gzip")
            assert zlib.decompress(answer.body, 31) == noise
            png = Image.open(io.BytesIO(ask(client, canvas(archive),
                                            "png").body))
            assert png.tobytes() == pixels


def test_slow_readers_do_not_fill_the_memory(new_stack):
    """Beyond what is kept, others are refused until there is room again."""
    stack = new_stack(workers=1, size="4096x4096")
    zeros = b"\0" * (4096 * 4096 // 2)
    ids = [store(stack, zeros, gzip.compress(zeros, 1),
                 ["#000000", "#ffffff"]) for _ in range(6)]
    slow = []
    try:
        for archive in ids[:4]:
            slow.append(socket.create_connection(
                ("127.0.0.1", stack.settings.port)))
            slow[-1].settimeout(60)
            slow[-1].sendall(f"GET {canvas(archive)} HTTP/1.1\r\n"
                             "Host: x\r\n\r\n".encode())
            assert slow[-1].recv(15).startswith(b"HTTP/1.1 200")

        with Http(stack.settings.port) as client:
            assert client.get(canvas(ids[4])).status == 503
            # what is there is there for all
            assert client.head(canvas(ids[0])).status == 200
    finally:
        for one in slow:
            one.close()

    wait_for(lambda: stack.get(canvas(ids[5])).status_code == 200,
             what="room")


def test_postgres_away(new_stack):
    """503 for what is not kept; what is kept goes on."""
    stack = new_stack(workers=1, size="64x48")
    assert stack.guest().place(1, 1, 1).status_code == 200
    stack.wait_recorded()
    assert stack.helper("rotate", "--force").returncode == 0
    (archive,), = stack.sql("SELECT id FROM canvas_archives")
    kept = stack.get(canvas(archive)).content
    stack.disconnect()
    stack.stop("postgres")

    with Http(stack.settings.port) as client:
        wait_for(lambda: client.get(canvas(NOBODY)).status == 503,
                 what="a refusal")
        answer = client.get(canvas(NOBODY))
        assert b"UNAVAILABLE" in answer.body
        assert client.get("/api/v1/timelapse/snapshots").status == 503
        # gzip was accepted the first time
        assert gzip.decompress(ask(client, canvas(archive),
                                   "bytes-gzip").body) == kept
    stack.start("postgres")
    wait_for(lambda: stack.get(canvas(NOBODY)).status_code == 404,
             what="PostgreSQL")
