"""Everything but migrate runs with the rights of canvas_service."""

import pytest

from stores import flood
from stores import library_redis, shared_postgres  # noqa: F401
from stores import bare_stores, stores  # noqa: F401


@pytest.fixture
def as_role(stores):
    def configure(role):
        stores.configure(postgres=stores.postgres.conninfo(stores.name)
                         .replace("user=postgres", "user=" + role))
    return configure


def test_service_role_is_enough(stores, as_role):
    as_role("canvas_service")
    process = stores.record()
    flood(stores, 200)
    stores.wait_recorded()
    process.terminate()
    assert process.wait(timeout=60) == 0
    assert "[error]" not in stores.record_log()

    stores.ok("snapshot")
    stores.ok("rotate", "--force", "--mode", "classic")
    stores.ok("media")
    flood(stores, 50, seed=1)
    stores.ok("restore", "--force")
    stores.ok("export-png", "--archive",
              stores.value("SELECT id FROM canvas_archives"), "-o",
              stores.directory / "x.png")
    stores.ok("export-png", "--heatmap", "--at-seq", 210, "-o",
              stores.directory / "x.png")
    stores.ok("timelapse", "--seconds", 1, "-o", stores.directory / "x.gif")
    stores.ok("user", "create-admin", "root", stdin="long enough\n")


@pytest.mark.parametrize("arguments", [
    ["rotate", "--force"], ["media"], ["snapshot"], ["restore", "--force"],
    ["user", "create-admin", "root"], ["migrate"]])
def test_web_role_may_do_nothing(stores, as_role, arguments):
    at = flood(stores, 10)[-1]
    as_role("canvas_web")
    result = stores.helper(*arguments, stdin="long enough\n")
    assert result.code == 1
    assert "permission denied" in result.err
    assert stores.position() == at
