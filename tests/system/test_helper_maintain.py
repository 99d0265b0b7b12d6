"""canvas-helper maintain: partitions, retention, beside everything else."""

import base64
import contextlib
import datetime
import socket
import threading
import uuid

import pytest

from harness.stack import wait_for
from stores import ROOT, Load, flood
from stores import library_redis, shared_postgres  # noqa: F401
from stores import bare_stores, stores  # noqa: F401

ALICE = "11111111-1111-4111-8111-111111111111"
DAY = datetime.timedelta(days=1)


def now():
    return datetime.datetime.now(datetime.timezone.utc)


def partition(at):
    year, week, _ = at.isocalendar()
    return f"pixel_events_{year}w{week:02}"


def partitions(stores, table="pixel_events"):
    return {name for name, in stores.sql(
        "SELECT inhrelid::regclass::text FROM pg_inherits "
        "WHERE inhparent = %s::regclass", table)}


def event(stores, epoch, seq, at):
    stores.sql("INSERT INTO pixel_events (epoch, seq, x, y, color, old_color, "
               "user_id, created_at) VALUES (%s, %s, 0, 0, 1, 15, %s, %s)",
               epoch, seq, ALICE, at)
    stores.sql("UPDATE recorder_progress SET epoch = %s, seq = %s", epoch,
               seq)


def begin(stores, epoch, seq, reason="rotate"):
    assert stores.value("SELECT record_marker(%s, %s, %s, %s, '{}')", epoch,
                        seq, reason, epoch) == "recorded"


def close_week(stores):
    """The week that runs becomes an archive."""
    size = stores.width * stores.height // 2
    stores.sql("UPDATE current_canvas SET width = %s, height = %s",
               stores.width, stores.height)
    return stores.value("SELECT archive_and_reset_week(%s)",
                        base64.b64encode(bytes(size)).decode())


def test_ahead(stores):
    answer = stores.json("maintain")
    assert answer["partitionsMade"] > 0
    assert answer["analyzed"] is True
    weeks = partitions(stores)
    assert {partition(now() + 7 * week * DAY) for week in range(4)} <= weeks
    year = now().isocalendar()[0]
    assert {f"weekly_agent_stats_{year}", f"weekly_agent_stats_{year + 1}"} \
        <= partitions(stores, "weekly_agent_stats")

    assert stores.json("maintain") == {
        "partitionsMade": 0, "rowsMoved": 0, "partitionsDropped": 0,
        "snapshotsDeleted": 0, "lostDeleted": 0, "analyzed": True,
        "reindexed": False}
    assert partitions(stores) == weeks
    assert "0 made, 0 rows moved" in stores.ok("maintain")


def test_default_partitions_are_emptied(stores):
    """What a clock far away left, before and after now."""
    begin(stores, 10 ** 12, 0, "init")
    times = [now() + 3000 * DAY, now() + 60000 * DAY, now() - 3000 * DAY]
    for seq in range(1, 31):
        event(stores, 10 ** 12, seq, times[seq % 3])
    stores.sql("INSERT INTO agents (id, name) VALUES (%s, 'bot')", ALICE)
    stores.sql("INSERT INTO weekly_agent_stats (agent_id, week_number, year) "
               "VALUES (%s, 5, 1999)", ALICE)
    assert stores.value("SELECT count(*) FROM pixel_events_default") == 30

    answer = stores.json("maintain")
    assert (answer["rowsMoved"], answer["partitionsDropped"]) == (31, 0)
    assert stores.value("SELECT count(*) FROM pixel_events_default") == 0
    assert stores.value(
        "SELECT count(*) FROM weekly_agent_stats_default") == 0
    assert {partition(at) for at in times} <= partitions(stores)
    assert stores.sql("SELECT count(*), max(seq) FROM pixel_events") == [
        (30, 30)]


def test_retention(stores):
    """Archived events go after 30 days; the running week keeps its own."""
    old = [now() - days * DAY for days in (200, 100, 60)]
    for number, at in enumerate(old, 1):
        begin(stores, 10 ** 12 + number, number * 10 - 10,
              "init" if number == 1 else "rotate")
        event(stores, 10 ** 12 + number, number * 10 - 9, at)
    stores.json("maintain")
    assert {partition(at) for at in old} <= partitions(stores)

    close_week(stores)
    close_week(stores)
    for setting, dropped in ((0, 0), (150, 1), (30, 1)):
        assert stores.json("maintain", environment={
            "CANVAS_RETAIN_EVENTS": str(setting)})[
                "partitionsDropped"] == dropped
    # the third week runs
    assert stores.sql("SELECT seq FROM pixel_events") == [(21,)]
    assert partition(old[2]) in partitions(stores)
    assert not {partition(at) for at in old[:2]} & partitions(stores)
    assert stores.value("SELECT count(*) FROM canvas_archives") == 2


def test_snapshots_and_imports(stores):
    path = stores.directory / "in.csv"
    path.write_text('timestamp,user_id,pixel_color,coordinate\n'
                    '2022-04-01 12:00:00 UTC,a,#FF4500,"1,2"\n')
    stores.ok("import-events", path)
    for seq, days in enumerate((100, 91, 89), 1):
        stores.sql("INSERT INTO canvas_snapshots (canvas_data, width, height, "
                   "epoch, seq, created_at) VALUES ('x', 1, 1, 5, %s, %s)",
                   seq, now() - days * DAY)
    stores.sql("UPDATE current_canvas SET start_epoch = 6")
    answer = stores.json("maintain")
    assert (answer["partitionsDropped"], answer["snapshotsDeleted"]) == (0, 2)

    # imports are kept for good, unless told otherwise
    keep = {"CANVAS_RETAIN_IMPORTS": "10"}
    assert stores.json("maintain",
                       environment=keep)["partitionsDropped"] == 0
    stores.sql("UPDATE canvas_imports SET imported_at = %s", now() - 11 * DAY)
    assert stores.json("maintain",
                       environment=keep)["partitionsDropped"] == 1
    assert "pixel_events_2022w13" not in partitions(stores)


@contextlib.contextmanager
def late_goodbye(stores):
    """PostgreSQL hears of the end of one connection when this ends."""
    terminate = b"X\0\0\0\4"
    server = socket.socket(socket.AF_UNIX)
    server.connect(f"{stores.postgres.directory}/.s.PGSQL.5432")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(stores.directory / ".s.PGSQL.5432"))
    listener.listen()
    stores.configure(postgres=f"host={stores.directory} user=postgres "
                     f"dbname={stores.name}")

    def answers(client):
        while data := server.recv(65536):
            client.sendall(data)

    def questions():
        client, _ = listener.accept()
        threading.Thread(target=answers, args=(client,), daemon=True).start()
        while data := client.recv(65536):
            server.sendall(data.removesuffix(terminate))

    thread = threading.Thread(target=questions, daemon=True)
    thread.start()
    yield thread
    server.shutdown(socket.SHUT_RDWR)


def test_locks_are_free_when_it_has_ended(stores):
    with late_goodbye(stores) as thread:
        stores.ok("maintain")
        thread.join()
        assert stores.sql("SELECT 1 FROM pg_stat_activity WHERE application_"
                          "name = 'canvas-helper' AND datname = %s",
                          stores.name)
        assert stores.value(
            "SELECT count(*) FROM pg_locks l JOIN pg_database d "
            "ON d.oid = l.database WHERE locktype = 'advisory' "
            "AND datname = current_database()") == 0


def test_two_at_once(stores):
    with stores.connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('canvas:maintain'))")
        result = stores.helper("maintain")
        assert (result.code, result.out) == (3, "")
        assert "another maintain is running" in result.err
        cursor.execute("SELECT pg_advisory_unlock_all()")
    stores.ok("maintain")


def test_a_lock_that_is_held(stores):
    """Somebody reads the log for long: the rest is done, 75 says the rest."""
    begin(stores, 10 ** 12, 0, "init")
    event(stores, 10 ** 12, 1, now() - 60 * DAY)
    stores.json("maintain")
    close_week(stores)
    stores.sql("INSERT INTO canvas_snapshots (canvas_data, width, height, "
               "epoch, seq, created_at) VALUES ('x', 1, 1, 5, 1, %s), "
               "('x', 1, 1, 5, 2, now())", now() - 99 * DAY)
    reader = stores.postgres.connect(stores.name)
    reader.autocommit = False
    with reader.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM canvas.pixel_events")
        result = stores.helper("maintain")
        assert result.code == 75
        assert "lock timeout" in result.err
        reader.rollback()
    reader.close()
    assert stores.value("SELECT count(*) FROM canvas_snapshots") == 1
    assert stores.json("maintain")["partitionsDropped"] == 1


def test_beside_a_recorder(stores):
    """Placements go on and are recorded, while partitions come and go."""
    recorder = stores.record()
    flood(stores, 100)
    stores.wait_recorded()
    epoch = stores.value("SELECT epoch FROM recorder_progress")
    with Load(stores, 1, batch=200) as load:
        for number in range(6):
            with stores.connection.cursor() as cursor:
                cursor.execute("SET search_path = canvas, public")
                cursor.execute(
                    "INSERT INTO pixel_events (epoch, seq, x, y, color, "
                    "old_color, user_id, created_at) VALUES "
                    "(%s, %s, 0, 0, 1, 15, %s, now() + %s)",
                    (epoch, 10 ** 9 + number, str(uuid.uuid4()),
                     (number + 300) * 7 * DAY))
            assert stores.json("maintain")["rowsMoved"] == 1
        wait_for(lambda: len(load.acknowledged) > 1000, 60)
    stores.wait_recorded()
    assert stores.value("SELECT count(*) FROM pixel_events "
                        "WHERE seq < 1000000000") == \
        len(load.acknowledged) + 100
    assert recorder.poll() is None
    assert "[error]" not in stores.record_log()
    assert "[alert]" not in stores.record_log()


def test_as_the_service_role(stores):
    """Everything but VACUUM and ANALYZE works without owning the tables."""
    begin(stores, 10 ** 12, 0, "init")
    event(stores, 10 ** 12, 1, now() - 600 * DAY)
    close_week(stores)
    stores.configure(postgres=stores.postgres.conninfo(stores.name).replace(
        "user=postgres", "user=canvas_service"))
    answer = stores.json("maintain", "--reindex")
    assert (answer["rowsMoved"], answer["partitionsDropped"],
            answer["analyzed"], answer["reindexed"]) == (1, 1, False, False)
    assert "analyzed: no, not the owner" in stores.ok("maintain")


def test_reindex(stores):
    assert stores.json("maintain", "--reindex")["reindexed"] is False
    stores.sql("INSERT INTO agents (id, name) VALUES (%s, 'bot')", ALICE)
    stores.sql("INSERT INTO weekly_agent_stats (agent_id, week_number, year) "
               "SELECT %s, 1 + i %% 53, 100000 + i / 53 "
               "FROM generate_series(0, 100000) AS i", ALICE)
    stores.sql("UPDATE weekly_agent_stats SET year = 2026, week_number = 1, "
               "archive_id = NULL WHERE false")
    before = stores.value(
        "SELECT sum(relfilenode::bigint) FROM pg_class "
        "WHERE relname LIKE 'weekly_agent_stats%%' AND relkind = 'i'")
    assert stores.json("maintain", "--reindex")["reindexed"] is True
    assert stores.value(
        "SELECT sum(relfilenode::bigint) FROM pg_class "
        "WHERE relname LIKE 'weekly_agent_stats%%' AND relkind = 'i'") \
        > before
    assert stores.value("SELECT count(*) FROM pg_index "
                        "WHERE NOT indisvalid") == 0


@pytest.mark.parametrize("setting", ["-1", "x", "65536"])
def test_settings(stores, setting):
    result = stores.helper("maintain", environment={
        "CANVAS_RETAIN_EVENTS": setting})
    assert result.code == 2
    assert "CANVAS_RETAIN_EVENTS: expected a number" in result.err



def test_deploy_runs_it():
    for path in ("cron.d/canvas", "systemd/canvas-maintain.service"):
        text = (ROOT / "deploy" / path).read_text()
        assert "canvas-helper maintain" in text
    assert (ROOT / "deploy/systemd/canvas-maintain.timer").exists()
