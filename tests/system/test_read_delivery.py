"""The bytes of a canvas on every way out: sendfile, memory, TLS, HTTP/2,
filters, limits.  Whatever nginx does with a body, it is the same body."""

import os
import subprocess
import tempfile

import pytest

from harness.ports import free_port
from harness.stack import PREFIX, wait_for
from redis_fixture import Canvas

FOLDER = tempfile.mkdtemp(prefix="canvas-delivery-")
CERT, KEY = (os.path.join(FOLDER, name) for name in ("cert", "key"))

# name: how it listens, and what is special about its location
WAYS = {
    "sendfile": ("", "sendfile on;"),
    "memory": ("", "sendfile off;"),
    "nopush": ("", "sendfile on; tcp_nopush on;"),
    "pieces": ("", "sendfile on; sendfile_max_chunk 8k;"),
    "slow": ("", "sendfile on; limit_rate 400k; limit_rate_after 100k;"),
    "threads": ("", "sendfile on; aio threads;"),
    "gzip": ("", "sendfile on; gzip on; gzip_types *;"),
    "includes": ("", "sendfile on; ssi on; ssi_types *;"),
    "tls": (" ssl", "sendfile on;"),
    "http2": (" ssl http2", "sendfile on; http2_chunk_size 3k;"),
    "http2_plain": (" http2", "sendfile on;"),
}
PORTS = {name: free_port() for name in WAYS}


def server(name):
    listen, special = WAYS[name]
    tls = f"ssl_certificate {CERT}; ssl_certificate_key {KEY};" \
        if "ssl" in listen else ""
    return (f"server {{ listen 127.0.0.1:{PORTS[name]}{listen}; {tls} "
            f"location / {{ {special} canvas_read main; }} }}")


# one worker: each has renderings of its own, of its own moment
STACK = {"size": "400x300", "workers": 1, "edits": [(
    "    server {\n",
    "".join(f"    {server(name)}\n" for name in WAYS) + "    server {\n")]}


@pytest.fixture(scope="module", autouse=True)
def certificate():
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
         "/CN=127.0.0.1", "-keyout", KEY, "-out", CERT],
        check=True, capture_output=True)


@pytest.fixture
def place(stack):
    canvas = Canvas(stack.redis, PREFIX)

    def changes(n):
        for i in range(n):
            seq = canvas.place(
                i * 7 % 400, i * 3 % 300, (i + n) % 16,
                "11111111-1111-4111-8111-111111111111")[1]
        wait_for(lambda: stack.get("/api/v1/canvas").headers["X-Canvas-Seq"]
                 == str(seq))

    return changes


def fetch(name, query="", *options):
    """The body, by curl: it speaks all of them."""
    listen = WAYS[name][0]
    scheme = "https" if "ssl" in listen else "http"
    version = [] if "http2" not in listen else [
        "--http2" if "ssl" in listen else "--http2-prior-knowledge"]
    return subprocess.run(
        ["curl", "-sSk", *version, *options,
         f"{scheme}://127.0.0.1:{PORTS[name]}/api/v1/canvas{query}"],
        check=True, capture_output=True, timeout=60).stdout


@pytest.mark.parametrize("name", WAYS)
def test_body(stack, place, name):
    place(500)
    pixels = bytes(stack.redis_image().pixels)

    assert fetch(name) == pixels
    assert fetch(name, "", "--compressed") == pixels

    head = fetch(name, "", "-I").decode().lower()
    assert "200" in head.split("\n", 1)[0]
    assert "x-canvas-seq:" in head

    if name == "includes":              # of unknown length, so no ranges
        return

    assert f"content-length: {len(pixels)}" in head
    assert fetch(name, "", "-r", "100-20099") == pixels[100:20100]
    assert fetch(name, "", "-r", "-7") == pixels[-7:]
    parts = fetch(name, "", "-r", "0-9,5000-99999")
    assert pixels[:10] in parts and pixels[5000:100000] in parts


# curl cannot reuse a connection of HTTP/2 without TLS
@pytest.mark.parametrize("name", sorted(WAYS.keys() - {"http2_plain"}))
def test_answers_on_one_connection(stack, place, name):
    """One after the other: nothing of the first stays behind."""
    place(3)
    pixels = bytes(stack.redis_image().pixels)
    port = PORTS[name]
    url = f"{'https' if 'ssl' in WAYS[name][0] else 'http'}://127.0.0.1:" \
        f"{port}/api/v1/canvas"
    out = subprocess.run(["curl", "-sSk", url, url, url], check=True,
                         capture_output=True, timeout=60).stdout
    assert out == 3 * pixels


def body_files(pid, *where):
    """Files without a name that a process holds: on disk, in memory."""
    found = 0
    for fd in os.listdir(f"/proc/{pid}/fd"):
        try:
            target = os.readlink(f"/proc/{pid}/fd/{fd}")
        except FileNotFoundError:
            continue
        found += target.endswith(" (deleted)") \
            and any(place in target for place in where)
    return found


DISK, MEMORY = "/client_body/#", "memfd:canvas"


def test_files_are_closed(stack, place):
    """One for each form of the current canvas, however many there were."""
    forms = ("", "?format=packed")

    for n in range(1, 12):
        place(n)
        for form in forms:
            for encoding in ([], ["--compressed"]):
                fetch("sendfile", form, *encoding)
        stack.get("/api/v1/canvas.png")

    counts = [body_files(pid, DISK, MEMORY) for pid in stack.workers()]
    assert sum(counts) > 0, "bodies are not files"
    assert max(counts) <= 5


def test_without_temporary_files(stack, place):
    """A folder that is away, full or not writable costs speed alone."""
    folder = stack.path("tmp", "client_body")
    pid, = stack.workers()
    os.rename(folder, folder + ".away")
    try:
        place(4)
        fetch("sendfile")
        assert body_files(pid, MEMORY) > 0
        pixels = bytes(stack.redis_image().pixels)
        for name in ("sendfile", "memory", "tls"):
            assert fetch(name) == pixels
    finally:
        os.rename(folder + ".away", folder)
