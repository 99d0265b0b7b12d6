"""canvas-helper migrate."""

import shutil

import pytest

from stores import ROOT
from stores import bare_stores, library_redis, shared_postgres  # noqa: F401
from stores import stores  # noqa: F401

ACTOR = "11111111-1111-4111-8111-111111111111"


def test_first_and_second_time(bare_stores):
    done = bare_stores.json("migrate")
    assert done["migrations"] == len(list((ROOT / "sql/migrations").iterdir()))
    assert done["functions"] == len(list((ROOT / "sql/functions").iterdir()))
    assert done["canvas"] is True

    epoch, seq = bare_stores.position()
    assert seq == 0
    assert bare_stores.value("SELECT width FROM current_canvas") == 64
    groups = bare_stores.redis.xinfo_groups(bare_stores.prefix
                                            + "canvas:events")
    assert [group["name"] for group in groups] == [b"recorder"]

    bare_stores.place(3, 4, 5, ACTOR)
    assert bare_stores.json("migrate") == {
        "migrations": 0, "functions": 0, "library": False, "canvas": False}
    assert bare_stores.position() == (epoch, 1)     # no new one


def test_many_at_once(bare_stores):
    processes = [bare_stores.spawn("migrate", "--json") for _ in range(6)]
    results = [process.communicate(timeout=60) for process in processes]
    assert [process.returncode for process in processes] == [0] * 6, results
    assert sum('"canvas":true' in out for out, _ in results) == 1
    assert sum('"migrations":0' in out for out, _ in results) == 5
    assert bare_stores.position()[1] == 0


def test_library_is_replaced_when_its_text_differs(stores):
    stores.redis.function_load(
        "#!lua name=canvas\n"
        "redis.register_function('canvas_version', function() end)",
        replace=True)
    assert stores.json("migrate")["library"] is True
    assert stores.canvas.call("canvas_version", [])[0] == b"OK"


@pytest.fixture
def own_sql(bare_stores):
    shutil.copytree(ROOT / "sql", bare_stores.directory / "sql")
    bare_stores.configure(size="64x48", sql_dir=bare_stores.directory / "sql")
    bare_stores.ok("migrate")
    return bare_stores.directory / "sql"


def test_changed_migration_is_refused(bare_stores, own_sql):
    path = sorted((own_sql / "migrations").iterdir())[0]
    path.write_text(path.read_text() + "-- and a word\n")
    result = bare_stores.helper("migrate")
    assert result.code == 1
    assert f"{path} was changed after it had been applied" in result.err


def test_failing_migration_leaves_nothing(bare_stores, own_sql):
    path = own_sql / "migrations" / "9999_broken.sql"
    path.write_text("CREATE TABLE half (id int);\nSELECT 1 / 0;\n")
    result = bare_stores.helper("migrate")
    assert result.code == 1
    assert "9999_broken.sql: PostgreSQL: division by zero" in result.err
    assert bare_stores.value("SELECT to_regclass('canvas.half')") is None

    path.write_text("CREATE TABLE whole (id int);\n")
    assert bare_stores.json("migrate")["migrations"] == 1


def test_changed_function_is_applied(bare_stores, own_sql):
    path = own_sql / "functions" / "week_label.sql"
    path.write_text(path.read_text() + "-- and a word\n")
    assert bare_stores.json("migrate")["functions"] == 1
    assert bare_stores.json("migrate")["functions"] == 0


def test_sql_dir_that_is_empty(bare_stores):
    bare_stores.configure(sql_dir="/nonexistent")
    result = bare_stores.helper("migrate")
    assert result.code == 1
    assert 'is setting "sql_dir" right?' in result.err


def test_redis_empty_but_postgres_has_a_canvas(stores):
    process = stores.record()
    stores.wait_recorded()
    process.terminate()
    process.wait()
    stores.redis.delete(*stores.redis.keys(stores.prefix + "*"))
    result = stores.helper("migrate")
    assert result.code == 1
    assert "run canvas-helper restore" in result.err


def test_settings_that_do_not_fit_the_canvas(stores):
    stores.configure(size="65x48")
    result = stores.helper("migrate")
    assert result.code == 1
    assert "the canvas in Redis is 64x48" in result.err


def test_palette_of_the_settings(bare_stores):
    bare_stores.configure(size="64x48", background=1,
                          palette="#000000,#ffffff,#123456")
    bare_stores.ok("migrate")
    assert bare_stores.canvas.hello()[6:8] == [3, 1]
    assert bare_stores.value("SELECT palette FROM current_canvas") == [
        "#000000", "#FFFFFF", "#123456"]
