"""canvas-helper media, and what rotate does of it: pictures and films of
archives, in a folder or in S3, and their URLs in the archive.  The storage
here fails on demand; test_helper_media_s3 has one that others wrote."""

import io
import os
import pathlib
import shutil
import signal
import subprocess

import PIL.Image
import pytest

from harness.stack import wait_for
from media import CACHE, FILMED, KINDS
from media import assert_media, content_type, drawn, lacking, megabytes
from media import turned, urls
from s3_server import BUCKET, SECRET, Storage
from stores import HELPER, flood
from stores import library_redis, shared_postgres  # noqa: F401
from stores import bare_stores, stores  # noqa: F401


@pytest.fixture
def storage():
    server = Storage()
    yield server
    server.close()


def stored(stores, storage):
    """{kind: bytes} of the objects that the archive names."""
    archive, found = urls(stores)
    prefix = storage.url + "/" + BUCKET + "/"
    for kind, url in found.items():
        assert url == prefix + archive + KINDS[kind]
    return {kind: storage.objects[url.removeprefix(storage.url)].data
            for kind, url in found.items()}


def test_rotate_leaves_all_of_it_in_the_folder(stores):
    result = turned(stores)
    assert (result.code, result.err) == (0, "")
    archive, found = urls(stores)
    assert found == {kind: f"/archives/{archive}{suffix}"
                     for kind, suffix in KINDS.items()}
    assert_media(stores, {
        kind: (stores.archives / pathlib.Path(url).name).read_bytes()
        for kind, url in found.items()})
    assert f"image /archives/{archive}.png" in result.out
    for name in stores.archives.iterdir():
        assert name.stat().st_mode & 0o777 == 0o644
    assert stores.ok("media") == ""

    detail = stores.value("SELECT api_archive(%s)", archive)
    listed = stores.value("SELECT api_archives(1, 1)")["archives"][0]
    for kind, url in found.items():
        assert detail[kind + "_url"] == listed[kind + "_url"] == url


def test_thumbnail_of_a_large_canvas(bare_stores):
    bare_stores.configure(size="500x300")
    bare_stores.ok("migrate")
    bare_stores.ok("rotate", "--force")
    archive, _ = urls(bare_stores)
    with PIL.Image.open(bare_stores.archives
                        / f"{archive}-thumbnail.png") as image:
        assert image.size == (250, 150)


def test_rotate_puts_all_of_it_into_s3(stores, storage):
    result = turned(stores, **storage.settings())
    assert (result.code, result.err) == (0, "")
    assert_media(stores, stored(stores, storage))
    assert len(storage.objects) == 4 and storage.requests == 4
    assert not stores.archives.exists()
    for path, item in storage.objects.items():
        assert item.type == content_type(path)
        assert item.cache == CACHE


def test_megabytes(bare_stores, storage):
    """Large enough for a client to wait for 100 Continue."""
    name, picture = megabytes(bare_stores, **storage.settings())
    assert storage.objects[f"/{BUCKET}/{name}"].data == picture


def test_prefix_public_url_and_secret_of_the_environment(stores, storage):
    turned(stores, timelapse="off", **storage.settings(
        s3_secret_key="", s3_prefix="weeks/2026-",
        s3_endpoint=storage.url + "/", s3_public_url="https://cdn.test/a"))
    assert lacking(stores) == list(KINDS)
    out = stores.ok("media", environment={"CANVAS_S3_SECRET_KEY": SECRET})
    assert out == "3 made and stored\n"
    archive, found = urls(stores)
    assert found["thumbnail"] \
        == f"https://cdn.test/a/weeks/2026-{archive}-thumbnail.png"
    assert storage.objects[f"/{BUCKET}/weeks/2026-{archive}.png"].data \
        == drawn(stores)


@pytest.mark.parametrize("setting, value, code, advice", [
    ("s3_secret_key", "wrong", "403 SignatureDoesNotMatch",
     "look at s3_secret_key"),
    ("s3_access_key", "nobody", "403 InvalidAccessKeyId",
     "look at s3_access_key"),
    ("s3_region", "us-west-1", "400 AuthorizationHeaderMalformed",
     "look at s3_region"),
    ("s3_bucket", "another", "404 NoSuchBucket", "look at s3_bucket")])
def test_refused_and_said_so(stores, storage, setting, value, code, advice):
    """The week turns all the same, and what is lacking is made later."""
    result = turned(stores, **storage.settings(**{setting: value}))
    assert result.code == 0
    assert f"{code}: {advice}" in result.err
    assert "image not stored yet" in result.out
    assert lacking(stores) == list(KINDS)
    assert stores.value("SELECT step FROM rotations") == "done"
    # before the answer and after it, each at the first object
    assert storage.requests == 2

    refused = stores.helper("media")
    assert refused.code == 1
    assert f"{code}: {advice}" in refused.err
    assert storage.objects == {} and storage.requests == 3
    for line in result.err, refused.err, result.out:
        assert SECRET not in line and "wrong" not in line

    stores.configure(**FILMED, **storage.settings())
    assert stores.ok("media") == "4 made and stored\n"
    assert_media(stores, stored(stores, storage))


def test_tries_again(stores, storage):
    """Closed connections, and answers that a storage gives when busy."""
    turned(stores, archive_dir="/nonexistent/folder")
    assert lacking(stores) == list(KINDS)
    stores.configure(**FILMED, **storage.settings())
    storage.drop(1)
    storage.fail((503, "SlowDown"), (500, "InternalError"))
    assert stores.ok("media") == "4 made and stored\n"
    assert storage.requests == 6
    assert_media(stores, stored(stores, storage))


def test_storage_away(stores):
    """Nobody listens: the week turns, and media says 75."""
    gone = Storage()
    gone.close()
    result = turned(stores, timelapse="off", **gone.settings())
    assert result.code == 0
    assert f"storage {gone.url} cannot be reached" in result.err
    result = stores.helper("media")
    assert result.code == 75
    assert "cannot be reached" in result.err
    assert lacking(stores) == list(KINDS)


def test_rotate_tries_once(stores, storage):
    """Before its answer; after it, as media does."""
    storage.fail((503, "SlowDown"))
    result = turned(stores, timelapse="off", **storage.settings())
    assert result.code == 0
    assert "image not stored yet" in result.out
    assert "answered 503 SlowDown" in result.err
    assert lacking(stores) == ["video"]


def test_killed_half_way(stores, storage):
    turned(stores, archive_dir="/nonexistent/folder")
    stores.configure(**FILMED, **storage.settings())
    storage.hold("-heatmap.png")
    process = stores.spawn("media")
    wait_for(lambda: storage.requests == 3)
    assert stores.helper("media").code == 3         # one run at a time
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert lacking(stores) == ["heatmap", "video"]

    storage.hold(None)
    wait_for(lambda: stores.helper("media").code != 3)
    assert_media(stores, stored(stores, storage))


def test_certificate_of_nobody(stores, tmp_path):
    both = tmp_path / "both.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days",
         "1", "-subj", "/CN=127.0.0.1", "-addext",
         "subjectAltName=IP:127.0.0.1", "-keyout", tmp_path / "key.pem",
         "-out", tmp_path / "certificate.pem"], check=True,
        capture_output=True)
    both.write_text((tmp_path / "key.pem").read_text()
                    + (tmp_path / "certificate.pem").read_text())
    storage = Storage(both)
    try:
        result = turned(stores, timelapse="off", **storage.settings())
        assert result.code == 0
        assert "is not who it says it is" in result.err
        assert storage.objects == {} and storage.requests == 0
    finally:
        storage.close()


def test_without_ffmpeg(stores, tmp_path):
    """The film is lacking, nothing else, until ffmpeg is there."""
    stores.configure(**FILMED)
    flood(stores, 400)
    nothing = {"PATH": str(tmp_path)}
    result = stores.helper("rotate", "--force", environment=nothing)
    assert result.code == 0
    assert "no video of archive" in result.err
    assert "ffmpeg is not installed" in result.err
    assert lacking(stores) == ["video"]
    result = stores.helper("media", environment=nothing)
    assert result.code == 1
    assert stores.ok("media") == "1 made and stored\n"
    assert lacking(stores) == []


def test_ffmpeg_that_fails(stores, tmp_path):
    """And leaves nothing behind.  It runs when nobody else wants to."""
    program = tmp_path / "ffmpeg"
    program.write_text("#!/bin/sh\necho no encoder at $(nice) >&2\nexit 8\n")
    program.chmod(0o755)
    (tmp_path / "films").mkdir()
    turned(stores, timelapse="off")
    stores.configure(**FILMED)
    result = stores.helper("media", environment={
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "TMPDIR": str(tmp_path / "films")})
    assert result.code == 1
    assert "ffmpeg failed with code 8: no encoder at " \
        f"{min(19, os.nice(0) + 10)}\n" in result.err
    assert list((tmp_path / "films").iterdir()) == []


def test_full_disk(stores):
    """A file size limit stands for it: the week turns, later all is made."""
    stores.configure(timelapse="off")
    flood(stores, 400)
    done = subprocess.run(
        ["prlimit", "--fsize=100", HELPER, "--config", stores.conf, "rotate",
         "--force"], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "File too large" in done.stderr
    assert list(stores.archives.iterdir()) == []
    assert lacking(stores) == list(KINDS)
    stores.configure(**FILMED)
    assert stores.ok("media") == "4 made and stored\n"


def test_which_archives(stores):
    """Not those of long ago unless asked for, nor imports."""
    turned(stores, timelapse="off")
    archive, _ = urls(stores)
    shutil.rmtree(stores.archives)

    def forget(created):
        stores.sql("UPDATE canvas_archives SET image_url = NULL, "
                   "created_at = now() - %s::interval", created)

    forget("27 days")
    assert stores.ok("media") == "1 made and stored\n"
    forget("29 days")
    assert stores.ok("media") == ""
    assert stores.ok("media", "--archive", archive) == "1 made and stored\n"
    forget("1 day")
    stores.sql("INSERT INTO canvas_imports (epoch, archive_id, checksum, "
               "form, events, skipped) VALUES (1500000000, %s, %s, '2017', "
               "1, 0)", archive, "0" * 64)
    assert stores.ok("media") == ""
    assert stores.ok("media", "--archive", archive) == "1 made and stored\n"
    with PIL.Image.open(io.BytesIO(
            (stores.archives / f"{archive}.png").read_bytes())) as image:
        assert image.size == (64, 48)


@pytest.mark.parametrize("settings, wrong", [
    ({"s3_bucket": ""}, "s3_bucket is not set"),
    ({"s3_endpoint": ""}, "s3_endpoint is not set"),
    ({"s3_region": ""}, "s3_region is not set"),
    ({"s3_access_key": ""}, "s3_access_key is not set"),
    ({"s3_secret_key": ""}, "s3_secret_key is not set"),
    ({"s3_endpoint": "ftp://x"}, "begin with https://"),
    ({"s3_public_url": "cdn.test"}, "begin with https://"),
    ({"s3_bucket": "a/b"}, "s3_bucket has a-z"),
    ({"s3_prefix": "a b"}, "s3_prefix letters"),
    ({"timelapse": "maybe"}, "timelapse: expected on or off"),
    ({"timelapse_seconds": "0"}, "expected a number from 1 to 600")])
def test_settings_that_do_not_go_together(stores, settings, wrong):
    stores.configure(**{
        "s3_endpoint": "http://127.0.0.1:1", "s3_bucket": "b",
        "s3_access_key": "k", "s3_secret_key": "s", **settings})
    result = stores.helper("media")
    assert result.code == 2
    assert wrong in result.err


def test_no_such_archive(stores):
    result = stores.helper("media", "--archive", "1")
    assert result.code == 2
    result = stores.helper("media", "--archive",
                           "11111111-1111-4111-8111-111111111111")
    assert result.code == 1 and "no archive" in result.err
