"""The keeper is killed while it tells Redis other rules, and Redis is restored
before another one comes: nobody has the allowance of a day twice."""

import json

import pytest

from harness.stack import wait_for
from stores import library_redis, shared_postgres  # noqa: F401
from stores import bare_stores, stores  # noqa: F401
from test_helper_restore import lose_redis

ALICE = "11111111-1111-4111-8111-111111111111"

GATE = 4711                     # an advisory lock

# which change of the rules that PostgreSQL has notes waits at the gate
BLOCK = f"""
    CREATE SEQUENCE changes;
    CREATE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql
        SECURITY DEFINER SET search_path = canvas AS $$
    BEGIN
        IF nextval('changes') = %s THEN
            PERFORM pg_advisory_xact_lock({GATE});
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER gate BEFORE UPDATE OF rules ON current_canvas
        FOR EACH ROW EXECUTE FUNCTION wait_at_gate();
"""


def day(stores):
    return json.loads(stores.canvas.hello()[13]).get("today", {}).get("day")


def allowed(stores):
    """How many pixels Alice still has."""
    count = 0
    while stores.canvas.place(count, 7, 1, ALICE, kind="g")[0] == b"OK":
        count += 1
    return count


def chaos(stores):
    """A week of a few pixels a day, on its first day."""
    stores.sql("DELETE FROM chaos_mechanics")
    stores.sql("INSERT INTO chaos_mechanics (name, rules, description) "
               "VALUES ('few', '{\"max_pixels_per_user\": 3}', 'few'), "
               "('slow', '{\"cooldown_ms\": 0}', 'slow')")
    stores.ok("rotate", "--force", "--mode", "chaos_mode")


def next_day(stores):
    stores.sql("UPDATE current_canvas SET week_started_at = "
               "week_started_at - interval '24 hours'")


def waits_at_gate(stores):
    return stores.value("SELECT count(*) FROM pg_locks WHERE locktype = "
                        "'advisory' AND objid = %s AND NOT granted", GATE)


@pytest.mark.parametrize("change", [1, 2])
def test_day_of_chaos(stores, change):
    chaos(stores)
    process = stores.record()
    wait_for(lambda: day(stores) == 1)
    assert allowed(stores) == 3
    stores.wait_recorded()

    stores.sql(BLOCK, change)
    stores.sql("SELECT pg_advisory_lock(%s)", GATE)
    next_day(stores)
    wait_for(lambda: waits_at_gate(stores), what="the keeper at the gate")
    placed = 0
    if day(stores) == 2:
        placed += stores.canvas.place(9, 9, 1, ALICE, kind="g")[0] == b"OK"
        placed += stores.canvas.place(9, 9, 2, ALICE, kind="g")[0] == b"OK"
        assert placed == 2
    process.kill()
    process.wait()
    stores.sql("SELECT pg_advisory_unlock(%s)", GATE)
    stores.sql("DROP TRIGGER gate ON current_canvas")

    stores.ok("restore", "--force")
    placed += stores.canvas.place(8, 8, 1, ALICE, kind="g")[0] == b"OK"
    stores.record()
    wait_for(lambda: day(stores) == 2)
    wait_for(lambda: stores.value("SELECT rules #>> '{today,day}' "
                                  "FROM current_canvas") == "2")
    assert placed + allowed(stores) == 3
    stores.wait_recorded()
    lose_redis(stores)
    stores.ok("restore")
    assert allowed(stores) == 0
