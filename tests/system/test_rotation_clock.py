"""Clocks that are set, clocks that differ: the right week, and once.

PostgreSQL and the helper see the time of a file (libfaketime), Redis that of
the machine: its own clock is played by an epoch of the time to come.
"""

import datetime
import glob
import os
import pathlib

import pytest

from harness.stack import SANITIZED, wait_for
from redis_fixture import RedisServer
from stores import PostgresServer, Stores, flood
from test_helper_rotate import STOPS, archives, assert_archived, \
    assert_every_event_once, assert_finished, stopped_after

NOW = datetime.datetime.now(datetime.timezone.utc)
HOUR = datetime.timedelta(hours=1)


@pytest.fixture(name="world", scope="module")
def fixture_world(open_folder):
    """Servers, and the file with what PostgreSQL adds to the time."""
    clock = pathlib.Path(open_folder, "offset")
    clock.write_text("+0\n")

    redis_server = RedisServer()
    redis_server.start()
    with pytest.MonkeyPatch.context() as patch:
        library, = glob.glob("/usr/lib/*/faketime/libfaketime.so.1")
        patch.setenv("LD_PRELOAD", library)
        if SANITIZED:                   # it is no longer the first library
            patch.setenv("ASAN_OPTIONS", os.environ["ASAN_OPTIONS"]
                         + ":verify_asan_link_order=0")
        patch.setenv("FAKETIME_TIMESTAMP_FILE", str(clock))
        patch.setenv("FAKETIME_NO_CACHE", "1")
        patch.setenv("FAKETIME_DONT_FAKE_MONOTONIC", "1")
        postgres = PostgresServer()
        postgres.start()
        yield redis_server, postgres, clock
    postgres.stop()
    redis_server.stop()


@pytest.fixture(name="timed")
def fixture_timed(world):
    """Stores, and how to set the clock to a moment."""
    redis_server, postgres, clock = world

    def set_clock(moment):
        ahead = moment - datetime.datetime.now(datetime.timezone.utc)
        clock.write_text(f"{ahead.total_seconds():+.0f}\n")

    clock.write_text("+0\n")
    stores = Stores(redis_server, postgres)
    stores.ok("migrate")
    yield stores, set_clock
    stores.close()


def due(stores):
    """0: it was time, and the week is turned; 3: not due."""
    return stores.helper("rotate", "--mode", "classic").code


def saturday(moment):
    """The next reset: a Saturday, 14:00."""
    found = moment.replace(hour=14, minute=0, second=0, microsecond=0) \
        + datetime.timedelta((5 - moment.weekday()) % 7)
    return found if found > moment else found + datetime.timedelta(7)


def label(moment):
    """(week, year) that ISO 8601 gives to the day of a reset."""
    year, week, _ = moment.isocalendar()
    return week, year


def running(stores):
    return stores.sql("SELECT week_resets_at, week_number, year "
                      "FROM current_canvas")[0]


def labels(stores):
    return stores.sql("SELECT week_number, year FROM canvas_archives "
                      "ORDER BY new_epoch")


def test_over_new_year(timed):
    """2026 has a week 53."""
    stores, set_clock = timed
    placed = flood(stores, 50)
    first = datetime.datetime(2026, 12, 19, 14, 1,
                              tzinfo=datetime.timezone.utc)
    for week in range(4):
        now = first + datetime.timedelta(7 * week)
        set_clock(now - datetime.timedelta(minutes=2))
        assert week == 0 or due(stores) == 3
        set_clock(now)
        assert due(stores) == 0
        assert running(stores) == (saturday(now), *label(saturday(now)))
        assert due(stores) == 3
        placed += flood(stores, 50, seed=week + 1)

    assert labels(stores)[1:] == [(52, 2026), (53, 2026), (1, 2027)]
    assert running(stores)[1:] == (2, 2027)
    stores.record()
    assert_every_event_once(stores, placed)
    assert_archived(stores, 4)
    assert_finished(stores)


def test_missed_border(timed):
    """Down for 17 days: one long week is closed, the one of now begins."""
    stores, set_clock = timed
    flood(stores, 50)
    before = running(stores)
    now = NOW + datetime.timedelta(17)
    set_clock(now)
    assert due(stores) == 0
    assert labels(stores) == [before[1:]]
    assert running(stores) == (saturday(now), *label(saturday(now)))
    assert due(stores) == 3
    assert_archived(stores)
    assert_finished(stores)


@pytest.mark.parametrize("recorder", [True, False])
def test_killed_and_missed_border(timed, recorder):
    """Redis had turned the page: a week of its own, which is over as well.
    The log says so, or will when it is recorded."""
    stores, set_clock = timed
    if recorder:
        stores.record()
    flood(stores, 50)
    with stopped_after(stores, "turning"):
        pass
    turned = tuple(stores.canvas.hello()[10:12])
    if recorder:
        wait_for(lambda: stores.value("SELECT next_week_epoch()"))

    now = NOW + datetime.timedelta(17)
    set_clock(now)
    assert due(stores) == 0
    assert running(stores)[1:] == turned
    assert due(stores) == 0
    assert labels(stores)[1:] == [turned]
    assert running(stores) == (saturday(now), *label(saturday(now)))
    assert due(stores) == 3
    assert_finished(stores)


def test_clock_set_back_in_the_middle(timed):
    """By two hours behind every step, to before the week's end."""
    stores, set_clock = timed
    end = running(stores)[0]
    for stop in STOPS:
        set_clock(end + HOUR)
        flood(stores, 20, seed=len(stop))
        with stopped_after(stores, stop):
            set_clock(end - HOUR)
        # it is taken up although the week seems to last
        assert due(stores) == (3 if stop == "done" else 0)
        assert due(stores) == 3
        resets, *named = running(stores)
        assert resets > end and tuple(named) == label(resets)
        end = resets

    assert_archived(stores, len(STOPS))
    assert_finished(stores)
    assert stores.value("SELECT count(*) FROM canvas_archives "
                        "WHERE ended_at < started_at") == 0


def test_clock_of_redis_was_ahead(timed):
    """Its epochs rise all the same, so no change is of two weeks."""
    stores, _ = timed
    stores.record()
    placed = flood(stores, 100)
    stores.wait_recorded()
    epoch, seq = stores.position()
    ahead = epoch + 3600_000
    assert stores.canvas.load(ahead, seq, stores.state())[0] == b"OK"

    for turn in range(3):
        placed += flood(stores, 50, seed=turn + 1)
        stores.ok("rotate", "--force", "--mode", "classic")
        assert stores.position()[0] > ahead + turn
    placed += flood(stores, 50, seed=9)

    assert_every_event_once(stores, placed)
    assert_archived(stores, 3)
    assert_finished(stores)
    assert [row[7] for row in archives(stores)] == [150, 50, 50]
