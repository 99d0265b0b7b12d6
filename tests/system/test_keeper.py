"""The keeper: a child of canvas-helper record with a life of its own."""

import os
import signal

from harness.stack import wait_for
from stores import flood
from stores import library_redis, shared_postgres  # noqa: F401
from stores import bare_stores, own_stores, stores  # noqa: F401

ACTIVE = "canvas keeper: active"


def children(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(child) for child in file.read().split()]


def keeper(process):
    return wait_for(lambda: children(process.pid))[0]


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def count(stores, text):
    return stores.record_log().count(text)


def locks(stores):
    """Who holds canvas:keep, as backends of PostgreSQL."""
    return [pid for pid, in stores.sql(
        "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted "
        "AND objid = (hashtext('canvas:keep')::bigint & 4294967295)::oid "
        "AND database = (SELECT oid FROM pg_database "
        "                 WHERE datname = current_database())")]


def test_it_dies_with_the_recorder(stores):
    process = stores.record()
    wait_for(lambda: count(stores, ACTIVE))
    child = keeper(process)
    process.kill()
    process.wait()
    wait_for(lambda: not alive(child))
    wait_for(lambda: locks(stores) == [])


def test_it_ends_with_the_recorder(stores):
    process = stores.record()
    wait_for(lambda: count(stores, ACTIVE))
    child = keeper(process)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 0
    assert not alive(child)
    assert "killed" not in stores.record_log()


def test_it_is_started_again(stores):
    process = stores.record()
    wait_for(lambda: count(stores, ACTIVE))
    first = keeper(process)
    os.kill(first, signal.SIGKILL)

    # nobody waits for it
    placed = flood(stores, 200)
    wait_for(lambda: stores.recorded() >= placed[-1])

    wait_for(lambda: count(stores, ACTIVE) == 2, 30)
    assert keeper(process) != first
    assert count(stores, "the keeper was killed by signal 9") == 1

    # that connection of the recorder was not the keeper's to close
    flood(stores, 200, seed=1)
    stores.wait_recorded()
    assert count(stores, "lost") == 0


def test_one_is_active(stores):
    first = stores.record()
    wait_for(lambda: count(stores, ACTIVE) == 1)
    holder = locks(stores)
    second = stores.record()
    wait_for(lambda: count(stores, "another keeper is active") == 1)
    assert locks(stores) == holder and len(holder) == 1

    first.kill()
    first.wait()
    wait_for(lambda: count(stores, ACTIVE) == 2)
    assert len(locks(stores)) == 1 and locks(stores) != holder
    assert alive(keeper(second))


def test_its_lock_is_lost(stores):
    """A connection that was cut takes the lock with it."""
    stores.record()
    wait_for(lambda: count(stores, ACTIVE) == 1)
    stores.sql("SELECT pg_terminate_backend(%s)", locks(stores)[0])
    wait_for(lambda: count(stores, ACTIVE) == 2, 30)
    assert count(stores, "canvas keeper: connection to PostgreSQL lost") == 1
    assert len(locks(stores)) == 1


def test_stores_away(own_stores):
    stores = own_stores
    stores.record()
    wait_for(lambda: count(stores, ACTIVE) == 1)
    stores.postgres.kill()
    wait_for(lambda: count(stores, "canvas keeper: connection"))
    stores.postgres.start()
    stores.reconnect()
    wait_for(lambda: count(stores, ACTIVE) == 2, 60)
    assert count(stores, "[error] canvas keeper: ") == 1
