"""canvas-helper: help, settings, exit codes, and errors of one line."""

import os
import re
import subprocess

import pytest

from stores import HELPER
from stores import bare_stores, library_redis, shared_postgres  # noqa: F401

COMMANDS = ["migrate", "mode", "record", "rotate", "snapshot", "restore",
            "export-png", "timelapse", "media", "export-events",
            "import-events", "maintain", "user"]


def run(*arguments, **environment):
    return subprocess.run([HELPER, *arguments], capture_output=True,
                          text=True, stdin=subprocess.DEVNULL, timeout=60,
                          env={**os.environ, **environment})


def assert_fails(result, code, pattern):
    assert result.returncode == code, result
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("canvas-helper: ")
    assert re.search(pattern, result.stderr), result.stderr


def test_help_lists_every_command_and_setting():
    result = run("--help")
    assert (result.returncode, result.stderr) == (0, "")
    for name in COMMANDS + ["redis_prefix", "postgres", "archive_dir"]:
        assert re.search(rf"^  {name} ", result.stdout, re.M), name


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command(command):
    for arguments in ([command, "--help"], [command, "-h"],
                      ["--config", "/nonexistent", command, "--help"]):
        result = run(*arguments)
        assert (result.returncode, result.stderr) == (0, "")
        assert result.stdout.startswith(f"usage: canvas-helper {command}")


@pytest.mark.parametrize("arguments, pattern", [
    ([], "no command"),
    (["fly"], 'unknown command "fly"'),
    (["--fly"], "--fly"),
    (["rotate", "--fly"], "--fly"),
    (["rotate", "--mode"], "--mode: the value is missing"),
    (["rotate", "now"], "usage: canvas-helper rotate"),
    (["record", "now"], "usage: canvas-helper record"),
    (["user"], "usage: canvas-helper user create-admin NAME"),
    (["user", "create-admin"], "usage: canvas-helper user"),
    (["user", "destroy", "somebody"], 'unknown action "destroy"'),
    (["export-png"], "-o FILE"),
    (["export-png", "-o", "x", "--live", "--archive",
      "00000000-0000-0000-0000-000000000000"], "not both"),
    (["export-png", "-o", "x", "--archive", "7"], '"7": expected a UUID'),
    (["export-png", "-o", "x", "--scale", "0"], "from 1 to 64"),
    (["export-png", "-o", "x", "--scale", "65"], "from 1 to 64"),
    (["export-png", "-o", "x", "--scale", "2x"], "from 1 to 64"),
    (["export-png", "-o", "x", "--scale", "-1"], "from 1 to 64"),
    (["export-png", "-o", "x", "--at", "yesterday"], "expected a time such"),
    (["export-png", "-o", "x", "--at", "2026-02-07T14:00:00Z", "--at-seq",
      "7"], "--at or --at-seq, not both"),
    (["export-png", "-o", "x", "--scale", "2", "--thumbnail", "9"],
     "--scale or --thumbnail, not both"),
    (["export-png", "-o", "x", "--thumbnail", "0"], "from 1 to 65535"),
    (["export-png", "-o", "x", "--at-seq", "-7"], "the number of a change"),
    (["export-png", "-o", "x", "--rect", "1,2,3"], "X,Y,WIDTH,HEIGHT"),
    (["timelapse"], "-o FILE"),
    (["timelapse", "-o", "x"], "x: a film ends in .mp4, .webm, .gif or .png"),
    (["timelapse", "-o", "-"], "a film ends in"),
    (["timelapse", "-o", "/tmp/.mp4"], "a film ends in"),
    (["timelapse", "-o", "x.gif", "--live", "--archive", "7"], "not both"),
    (["timelapse", "-o", "x.gif", "--archive", "7"], "expected a UUID"),
    (["timelapse", "-o", "x.gif", "--seconds", "0"], "from 0.1 to 600"),
    (["timelapse", "-o", "x.gif", "--seconds", "601"], "from 0.1 to 600"),
    (["timelapse", "-o", "x.gif", "--fps", "0"], "from 1 to 60"),
    (["timelapse", "-o", "x.gif", "--fps", "51"], "too many for .gif"),
    (["timelapse", "-o", "x.mp4", "--fps", "61"], "from 1 to 60"),
    (["timelapse", "-o", "x.gif", "--scale", "65"], "from 1 to 64"),
    (["timelapse", "-o", "x.gif", "--rect", "0,0,0,5"], "X,Y,WIDTH,HEIGHT"),
    (["timelapse", "-o", "x.gif", "--hold", "61"], "from 0 to 60"),
    (["timelapse", "-o", "x.gif", "--pace", "fast"], "time or events"),
    (["timelapse", "-o", "x.gif", "--from", "today"], "expected a time such"),
    (["timelapse", "-o", "x.gif", "--from", "2026-02-07T14:00:01Z", "--to",
      "2026-02-07T14:00:00Z"], "--from has to be before --to"),
    (["timelapse", "-o", "x.gif", "now"], "usage: canvas-helper timelapse"),
])
def test_usage_errors(arguments, pattern):
    assert_fails(run(*arguments), 2, pattern)


@pytest.mark.parametrize("text, pattern", [
    ("colour = red\n", r':1: unknown key "colour"'),
    ("# fine\n\nredis\n", r':3: expected "key = value"'),
    ("size = 500\n", r":1: size: expected WIDTHxHEIGHT"),
    ("size = 0x5\n", r":1: size: "),
    ("size = 65535x65535\n", r":1: size: "),
    ("size = 5x5x5\n", r":1: size: "),
    ("palette = #FF0000\n", r":1: palette: expected at least 2"),
    ("palette = #FF0000,red\n", r":1: palette: expected"),
    ("redis_db = -1\n", r":1: redis_db: expected a number"),
    ("redis_db = 1 2\n", r":1: redis_db: expected a number"),
    ("background = 16\n", r"background is 16.*0 to 15"),
    ("redis = nowhere\n", r"expected unix:/path or host:port"),
    ("redis = localhost:99999\n", r"expected unix:/path or host:port"),
    ("x" * 9000 + "\n", r":1: line too long"),
])
def test_bad_settings(tmp_path, text, pattern):
    path = tmp_path / "conf"
    path.write_text(text)
    assert_fails(run("export-png", "-o", str(tmp_path / "x.png"), "--config",
                     str(path)), 2, pattern)


def test_settings_file_that_is_missing():
    assert_fails(run("--config", "/nonexistent/conf", "migrate"), 2,
                 "cannot read settings /nonexistent/conf")


def test_environment_wins_over_the_file(tmp_path):
    path = tmp_path / "conf"
    path.write_text("redis = unix:/nonexistent/a\n")
    result = run("export-png", "-o", str(tmp_path / "x.png"), "--config",
                 str(path), CANVAS_REDIS="unix:/nonexistent/b")
    assert_fails(result, 75, "cannot connect to Redis at unix:/nonexistent/b")
    assert_fails(run("migrate", "--config", str(path), CANVAS_SIZE="big"), 2,
                 "CANVAS_SIZE: expected WIDTHxHEIGHT")


@pytest.mark.parametrize("arguments", [
    ["migrate"], ["rotate"], ["snapshot"], ["restore"],
    ["export-png", "-o", "/dev/null/x"],
    ["timelapse", "-o", "/dev/null/x.gif"]])
def test_stores_away_are_a_temporary_failure(tmp_path, arguments):
    result = run(*arguments, CANVAS_REDIS="unix:/nonexistent/redis",
                 CANVAS_POSTGRES="host=/nonexistent")
    assert_fails(result, 75, "cannot connect to (Redis|PostgreSQL)")


def test_before_migrate(bare_stores):
    for arguments in (["rotate"], ["snapshot"],
                      ["export-png", "-o", "/dev/null"],
                      ["timelapse", "-o", "/dev/null/x.gif"]):
        result = bare_stores.helper(*arguments)
        assert result.code == 1
        assert "run canvas-helper migrate" in result.err
        assert result.err.count("\n") == 1


def test_output_that_cannot_be_written():
    with open("/dev/full", "w") as full:
        result = subprocess.run([HELPER, "--help"], stdout=full,
                                stderr=subprocess.PIPE, text=True)
    assert result.returncode == 1
    assert "cannot write to standard output" in result.stderr
