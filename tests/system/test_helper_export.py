"""canvas-helper export-png and user."""

import io
import os
import pathlib
import stat
import subprocess

import PIL.Image
import pytest

from redis_fixture import unpack
from stores import HELPER, flood
from stores import library_redis, shared_postgres  # noqa: F401
from stores import bare_stores, stores  # noqa: F401

PALETTE = bytes.fromhex(
    "FF4500FFA800FFD63500A3687EED562450A43690EA51E9F4"
    "811E9FB44AC0FF99AA9C6926000000898D90D4D7D9FFFFFF")


@pytest.mark.parametrize("scale", [1, 4])
def test_live_canvas(stores, scale):
    flood(stores, 500)
    pixels = unpack(stores.state(), 16, 64 * 48)
    target = stores.directory / "out.png"
    stores.ok("export-png", "--live", "--scale", scale, "-o", target)
    with PIL.Image.open(target) as image:
        assert image.mode == "P"
        assert bytes(image.getpalette()[:48]) == PALETTE
        assert image.size == (64 * scale, 48 * scale)
        assert [image.getpixel((x * scale, y * scale)) for y in range(48)
                for x in range(64)] == pixels
    assert stat.S_IMODE(target.stat().st_mode) == 0o644
    assert sorted(path.name for path in stores.directory.iterdir()) == [
        "canvas-helper.conf", "out.png"]


def test_standard_output(stores):
    result = subprocess.run(
        [HELPER, "--config", stores.conf, "export-png", "-o", "-"],
        capture_output=True, timeout=60)
    assert (result.returncode, result.stderr) == (0, b"")
    assert PIL.Image.open(io.BytesIO(result.stdout)).size == (64, 48)


@pytest.mark.parametrize("target, pattern", [
    ("/nonexistent/x.png", "cannot write /nonexistent/x.png: No such file"),
    ("/dev/full", "cannot write /dev/full: it is no regular file"),
    ("/proc/x.png", "cannot write /proc/x.png"),
    ("/tmp", "cannot write /tmp: it is no regular file"),
    ("/tmp/" + "x" * 300, "File name too long"),
    ("/" + "x" * 5000, "File name too long"),
])
def test_target_that_cannot_be_written(stores, target, pattern):
    result = stores.helper("export-png", "-o", target)
    assert result.code == 1
    assert pattern in result.err
    assert result.err.count("\n") == 1


def test_full_disk_leaves_the_old_file(stores):
    """A file size limit stands for a disk that fills up half-way."""
    target = stores.directory / "out.png"
    target.write_bytes(b"old")
    flood(stores, 3000)
    result = subprocess.run(
        ["prlimit", "--fsize=700", HELPER, "--config", stores.conf,
         "export-png", "-o", target], capture_output=True, text=True)
    assert result.returncode == 1, result
    assert "cannot write" in result.stderr
    assert target.read_bytes() == b"old"
    assert sorted(path.name for path in stores.directory.iterdir()) == [
        "canvas-helper.conf", "out.png"]


def test_archive_that_does_not_exist(stores):
    archive = "00000000-0000-4000-8000-000000000000"
    result = stores.helper("export-png", "--archive", archive, "-o", "x.png")
    assert result.code == 1
    assert f"no archive {archive}" in result.err
    assert not pathlib.Path("x.png").exists()


def test_palette_that_does_not_fit(stores):
    stores.configure(palette="#000000,#FFFFFF", background=1)
    result = stores.helper("export-png", "-o", stores.directory / "x.png")
    assert result.code == 1
    assert "the canvas has 16 colours" in result.err


def test_create_admin(stores):
    answer = stores.json("user", "create-admin", "Root_1",
                         stdin="correct horse\n")
    row = stores.sql("SELECT id::text, is_admin, is_guest, password_hash "
                     "FROM users WHERE username = 'Root_1'")
    assert row[0][:3] == (answer["userId"], True, False)
    assert row[0][3].startswith("$2b$12$") and len(row[0][3]) == 60


def test_password_file_and_taken_name(stores):
    path = stores.directory / "password"
    path.write_text("from a file\nsecond line\n")
    stores.ok("user", "create-admin", "root2", "--password-file", path)
    result = stores.helper("user", "create-admin", "ROOT2",
                           "--password-file", path)
    assert result.code == 1
    assert 'the name "ROOT2" is taken' in result.err


@pytest.mark.parametrize("name, password, code, pattern", [
    ("root", "short", 1, "8 to 72 bytes"),
    ("root", "", 1, "8 to 72 bytes"),
    ("root", "x" * 73, 1, "8 to 72 bytes"),
    ("root", "x" * 4000, 1, "8 to 72 bytes"),
    ("no", "long enough", 2, '"no" is no name'),
    ("x" * 33, "long enough", 2, "is no name"),
    ("Robert'); --", "long enough", 2, "is no name"),
    ("guest-1", "long enough", 2, "is no name"),
])
def test_refused_accounts(stores, name, password, code, pattern):
    result = stores.helper("user", "create-admin", name,
                           stdin=password + "\n")
    assert result.code == code, result
    assert pattern in result.err
    assert result.err.count("\n") == 1
    assert stores.value("SELECT count(*) FROM users") == 0


def test_password_on_a_terminal(stores):
    """Asked twice, not shown."""
    main, side = os.openpty()
    process = subprocess.Popen(
        [HELPER, "--config", stores.conf, "user", "create-admin", "tty_user"],
        stdin=side, stdout=side, stderr=side, close_fds=True)
    os.close(side)
    shown = b""

    def read_until(text):
        nonlocal shown
        while text not in shown:
            shown += os.read(main, 1000)

    read_until(b"Password: ")
    os.write(main, b"typed by hand\n")
    read_until(b"Again: ")
    os.write(main, b"typed by hand\n")
    read_until(b"created")
    assert process.wait(timeout=60) == 0
    os.close(main)
    assert b"typed" not in shown
    assert stores.value("SELECT count(*) FROM users WHERE is_admin") == 1
