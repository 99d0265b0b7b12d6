"""make install: what it puts where, and that the files name real commands."""

import os
import re
import subprocess

import pytest
from harness import SOURCE

FILES = """
etc/canvas/canvas-helper.conf
usr/bin/canvas-helper
usr/lib/nginx/modules/ngx_canvas_module.so
usr/lib/systemd/system/canvas-maintain.service
usr/lib/systemd/system/canvas-maintain.timer
usr/lib/systemd/system/canvas-media.service
usr/lib/systemd/system/canvas-media.timer
usr/lib/systemd/system/canvas-record.service
usr/lib/systemd/system/canvas-rotate.service
usr/lib/systemd/system/canvas-rotate.timer
usr/lib/systemd/system/canvas-snapshot.service
usr/lib/systemd/system/canvas-snapshot.timer
usr/share/ngx_canvas_module/examples/cron.d/canvas
usr/share/ngx_canvas_module/examples/logrotate.d/canvas
usr/share/ngx_canvas_module/examples/nginx.conf.example
usr/share/ngx_canvas_module/sql/roles.sql
usr/share/ngx_canvas_module/web/index.html
""".split()


def install(folder):
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith(("MAKE", "MFLAGS"))}
    subprocess.run(["make", "-s", "-C", SOURCE, "install",
                    f"DESTDIR={folder}"], env=environment, check=True)


@pytest.fixture(scope="module", name="root")
def fixture_root(tmp_path_factory):
    folder = tmp_path_factory.mktemp("install")
    install(folder)

    return folder


def test_files(root):
    assert [name for name in FILES if not (root / name).is_file()] == []
    assert os.access(root / "usr/bin/canvas-helper", os.X_OK)


def test_all_of_sql_and_web(root):
    for name in ("sql", "web"):
        subprocess.run(["diff", "-r", os.path.join(SOURCE, name),
                        root / "usr/share/ngx_canvas_module" / name],
                       check=True)


def test_settings_are_not_overwritten(root):
    settings = root / "etc/canvas/canvas-helper.conf"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text + "# mine\n", encoding="utf-8")
    install(root)

    assert settings.read_text(encoding="utf-8").endswith("# mine\n")


def test_the_helper_takes_the_settings(root):
    """All keys, also those that stand as comments, with their defaults."""
    settings = root / "etc/canvas/canvas-helper.conf"
    helper = root / "usr/bin/canvas-helper"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(re.sub(r"(?m)^# (\w+ =)", r"\1", text),
                        encoding="utf-8")
    done = subprocess.run([helper, "--config", settings, "snapshot"], env={
        "CANVAS_REDIS": "unix:/nowhere"}, text=True, capture_output=True,
        check=False)

    assert "cannot connect to Redis at unix:/nowhere" in done.stderr
    known = set(re.findall(r"(?m)^  (\w+) ", subprocess.run(
        [helper, "--help"], text=True, capture_output=True,
        check=True).stdout.partition("settings, ")[2]))
    assert set(re.findall(r"(?m)^#? ?(\w+) =", text)) == known - {"pid_file"}


def test_units_and_cron_name_commands_that_exist(root):
    helper = root / "usr/bin/canvas-helper"
    files = [name for name in FILES
             if name.endswith(".service") or "cron.d" in name]
    commands = {command for name in files for command in re.findall(
        r"(?m)^(?:ExecStart=/usr/bin/|[*\d].*(?:canvas|postgres)  )"
        r"canvas-helper (\w+)",
        (root / name).read_text(encoding="utf-8"))}

    assert commands == {"maintain", "media", "record", "rotate",
                        "snapshot"}
    for command in commands:
        subprocess.run([helper, command, "--help"], check=True,
                       stdout=subprocess.DEVNULL)
