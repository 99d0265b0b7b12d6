"""What tests of pictures and films of archives share: a week that ended, a
canvas of megabytes, what an archive says of them, and what they have to look
like."""

import base64
import json
import random
import subprocess

from stores import flood

KINDS = {"image": ".png", "thumbnail": "-thumbnail.png",
         "heatmap": "-heatmap.png", "video": ".mp4"}
FILMED = {"timelapse": "on", "timelapse_seconds": 1}
CACHE = "public, max-age=31536000, immutable"


def urls(stores):
    """{kind: URL} of the one archive, and its id."""
    row, = stores.sql("SELECT id, image_url, thumbnail_url, heatmap_url, "
                      "video_url FROM canvas_archives")
    return row[0], dict(zip(KINDS, row[1:]))


def lacking(stores):
    return [kind for kind, url in urls(stores)[1].items() if url is None]


def content_type(name):
    return "video/mp4" if name.endswith(".mp4") else "image/png"


def turned(stores, **settings):
    """A week that ended; what rotate printed."""
    stores.configure(**{**FILMED, **settings})
    flood(stores, 400)
    return stores.helper("rotate", "--force", "--mode", "classic")


def megabytes(stores, **settings):
    """Media of a large canvas: name and content of its picture."""
    stores.configure(size="2000x1500")
    stores.ok("migrate")
    packed = random.Random(1).randbytes(2000 * 1500 // 2)
    stores.sql("SELECT archive_and_reset_week(%s)",
               base64.b64encode(packed).decode())
    stores.configure(size="2000x1500", timelapse="off", **settings)
    assert stores.ok("media") == "3 made and stored\n"
    picture = drawn(stores)
    assert len(picture) > 1_400_000
    return urls(stores)[0] + ".png", picture


def drawn(stores, *arguments):
    target = stores.directory / "expected.png"
    stores.ok("export-png", "--archive", urls(stores)[0], *arguments, "-o",
              target)
    return target.read_bytes()


def assert_media(stores, contents):
    """contents: {kind: bytes}, as visitors get them."""
    assert contents["image"] == drawn(stores)
    assert contents["thumbnail"] == drawn(stores, "--thumbnail", 250)
    assert contents["heatmap"] == drawn(stores, "--heatmap")
    film = stores.directory / "film.mp4"
    film.write_bytes(contents["video"])
    probe = json.loads(subprocess.run(
        ["ffprobe", "-v", "error", "-count_frames", "-show_entries",
         "stream=width,height,nb_read_frames", "-of", "json", film],
        check=True, capture_output=True).stdout)["streams"][0]
    assert probe == {"width": 64 * 8, "height": 48 * 8,
                     "nb_read_frames": "30"}
