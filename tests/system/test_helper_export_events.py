"""canvas-helper export-events."""

import base64
import gzip
import hashlib
import hmac
import os
import re
import subprocess
import uuid

import pytest

from event_files import COLORS, ENVIRONMENT, HEADER, KEY
from event_files import failure, recorded, rows_of, stamp
from stores import HELPER
from stores import library_redis, shared_postgres  # noqa: F401
from stores import bare_stores, stores  # noqa: F401

HASH = {"2017": 20, "2022": 64}


def pseudonym(actor, form):
    made = hmac.new(KEY.encode(), uuid.UUID(actor).bytes, hashlib.sha512)
    return base64.b64encode(made.digest()[:HASH[form]]).decode()


def log(stores, condition="true"):
    return stores.sql(
        "SELECT created_at, coalesce(user_id, agent_id)::text, x, y, color "
        f"FROM pixel_events WHERE {condition} ORDER BY epoch, seq")


def expected(rows, form):
    for at, actor, x, y, color in rows:
        user = pseudonym(actor, form)
        if form == "2017":
            yield [stamp(at), user, str(x), str(y), str(color)]
        else:
            yield [stamp(at), user, "#" + COLORS[color], f"{x},{y}"]


@pytest.mark.parametrize("form", ["2017", "2022"])
def test_export(stores, form):
    recorded(stores)
    target = stores.directory / "out.csv"
    arguments = ["export-events", "--format", form, "-o", target]
    stores.ok(*arguments, environment=ENVIRONMENT)

    found = rows_of(target.read_text())
    assert ",".join(found[0]) == HEADER[form]
    assert found[1:] == list(expected(log(stores), form))
    if form == "2022":
        assert re.fullmatch(
            r'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} UTC,[A-Za-z0-9+/]{86}==,'
            r'#[0-9A-F]{6},"\d+,\d+"', target.read_text().splitlines()[1])

    first = target.read_bytes()
    stores.ok(*arguments, environment=ENVIRONMENT)
    assert target.read_bytes() == first

    # gzip and standard output say the same
    stores.ok(*arguments[:-1], target, "--gzip", environment=ENVIRONMENT)
    assert gzip.decompress(target.read_bytes()) == first
    assert stores.ok(*arguments[:-1], "-",
                     environment=ENVIRONMENT).encode() == first
    assert sorted(path.name for path in stores.directory.iterdir()) == [
        "canvas-helper.conf", "out.csv", "record.log"]


def test_anonymous_run(stores):
    recorded(stores, 100)
    arguments = ["export-events", "--format", "2022", "-o", "-"]
    once, again = (rows_of(stores.ok(*arguments, "--anonymous-run"))
                   for _ in range(2))
    assert not {row[1] for row in once[1:]} & {row[1] for row in again[1:]}
    assert [row[2:] for row in once] == [row[2:] for row in again]
    for key in ("", "short"):
        assert "openssl rand -base64 32" in failure(
            stores, *arguments, code=2, environment={"CANVAS_EVENTS_KEY": key})


def test_export_of_a_week_and_of_a_span(stores):
    recorded(stores, 50, seed=1)
    first = log(stores)
    stores.ok("rotate", "--force", "--mode", "classic")
    archive = stores.value("SELECT id::text FROM canvas_archives")
    recorded(stores, 30, seed=2)
    rows = log(stores)
    assert len(rows) == 80

    def export(*arguments):
        return rows_of(stores.ok("export-events", "--format", "2017", "-o",
                                 "-", *arguments,
                                 environment=ENVIRONMENT))[1:]

    assert export("--archive", archive) == list(expected(first, "2017"))
    assert export("--live") == list(expected(rows[50:], "2017"))
    assert export("--from", "2001-01-01") == list(expected(rows, "2017"))
    assert export("--to", "2001-01-01") == []
    begin, end = rows[20][0], rows[60][0]
    assert export("--from", begin.isoformat(), "--to", end.isoformat()) == \
        list(expected([row for row in rows if begin <= row[0] < end], "2017"))


def test_export_errors(stores):
    target = stores.directory / "x.csv"
    none = "00000000-0000-4000-8000-000000000000"
    for arguments, code, pattern in (
            (["--archive", none], 1, "no archive 00000000"),
            (["--archive", "7"], 2, "--archive is a UUID"),
            (["--archive", none, "--live"], 2, "one of them"),
            (["--live", "--from", "2026-01-01"], 2, "one of them"),
            (["--from", "yesterweek"], 1, "invalid input syntax"),
            (["--format", "2019"], 2, "give --format 2017 or 2022")):
        assert pattern in failure(
            stores, "export-events", "--format", "2017", "-o", target,
            *arguments, code=code, environment=ENVIRONMENT)
    assert not target.exists()
    assert "--format" in failure(stores, "export-events", "-o", "x", code=2)
    assert "-o FILE" in failure(stores, "export-events", "--format", "2017",
                                code=2)


def test_full_disk_leaves_the_old_file(stores):
    recorded(stores, 300)
    target = stores.directory / "out.csv"
    target.write_text("old")
    for more in ([], ["--gzip"]):
        result = subprocess.run(
            ["prlimit", "--fsize=3000", HELPER, "--config", stores.conf,
             "export-events", "--format", "2022", "-o", target, *more],
            capture_output=True, text=True, env={**os.environ, **ENVIRONMENT})
        assert result.returncode == 1, result
        assert "cannot write" in result.stderr
        assert target.read_text() == "old"
    assert sorted(path.name for path in stores.directory.iterdir()) == [
        "canvas-helper.conf", "out.csv", "record.log"]
    for path in ("/dev/full", "/nonexistent/x", "/tmp/" + "x" * 300):
        assert "cannot write" in failure(
            stores, "export-events", "--format", "2022", "-o", path,
            environment=ENVIRONMENT)
