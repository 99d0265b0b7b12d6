"""The redis directive: TCP, ACL user, database; and a Redis that forgot."""

import os

import pytest

from harness.stack import PREFIX, free_port, wait_for

PAGE = [PREFIX + "canvas:" + key
        for key in ("state", "seq", "epoch", "rules", "events")]


def reconfigure(stack, options):
    """Other parameters of the redis directive, by a reload."""
    conf = stack.path("nginx.conf")
    with open(conf, encoding="utf-8") as file:
        lines = file.readlines()
    lines = [f"        redis {options};\n"
             if line.strip().startswith("redis ") else line for line in lines]
    with open(conf, "w", encoding="utf-8") as file:
        file.writelines(lines)
    before = stack.workers()
    stack.reload()
    wait_for(lambda: not before & stack.workers(), what="old workers to go")


def test_tcp_with_acl_user(new_stack, tmp_path):
    stack = new_stack(workers=2)
    port = free_port()
    stack.redis.config_set("port", port)
    stack.redis.acl_setuser(
        "canvas", enabled=True, passwords=["+geheim"], keys=[PREFIX + "*"],
        channels=[PREFIX + "canvas:updates"],
        commands=["+@all", "-@dangerous", "+ping"])
    stack.redis.execute_command("ACL", "SETUSER", "default", "-@all",
                                "+auth", "+hello", "+acl")
    try:
        password = tmp_path / "password"
        password.write_text("geheim\n")
        reconfigure(stack, f"127.0.0.1:{port} \"prefix={PREFIX}\" "
                    f"user=canvas password_file={password} timeout=2s")
        assert stack.guest().place(1, 1, 1).status_code == 200
        assert "geheim" not in stack.logs.new()
    finally:
        stack.redis.execute_command("ACL", "SETUSER", "default", "+@all")


def test_wrong_password(new_stack, tmp_path):
    stack = new_stack(workers=2)
    password = tmp_path / "password"
    password.write_text("falsch\n")
    conf = stack.path("nginx.conf")
    with open(conf, encoding="utf-8") as file:
        text = file.read()
    with open(conf, "w", encoding="utf-8") as file:
        file.write(text.replace('"prefix={main}:"', '"prefix={main}:" '
                                f"user=nobody password_file={password}"))
    os.kill(stack.pid("nginx"), 1)
    wait_for(lambda: "WRONGPASS" in stack.logs.new(), what="the refusal")
    assert "falsch" not in stack.logs.new()
    wait_for(lambda: stack.get("/health/ready").status_code == 503,
             what="not ready")


def test_database_number(new_stack):
    stack = new_stack(workers=2)
    stack.wait_recorded()
    done = stack.helper("restore", env={"CANVAS_REDIS_DB": "3"})
    assert done.returncode == 0, done.stderr
    socket = stack.stack.redis.socket
    reconfigure(stack, f'unix:{socket} "prefix={PREFIX}" db=3')
    seq = stack.guest().place(1, 1, 1).json()["seq"]
    stack.redis.execute_command("SELECT", 3)
    assert int(stack.redis.get(PREFIX + "canvas:seq")) == seq


@pytest.mark.parametrize("same_epoch", [True, False])
def test_redis_that_forgot(new_stack, same_epoch):
    """Wiped and begun anew: what Redis has is what is served, in the end."""
    stack = new_stack(workers=2)
    stack.stop("record")
    if not same_epoch:
        stack.helper("rotate", "--force", "--mode", "classic")
        stack.stop("record")
    painter = stack.client(stack.guest())
    for i in range(20):
        painter.place(i, 0, 1, id=i)
        painter.wait_for("placed", id=i)

    with stack.client() as watcher:
        stack.redis.flushall()
        stack.redis.execute_command(
            "FCALL", "canvas_init", 5, *PAGE, PREFIX + "canvas:updates", 500,
            500, 16, 15, "classic", 47, 2026, "{}", "")

        wait_for(lambda: stack.image().seq == 0
                 and set(stack.image().pixels) == {15}, what="the new canvas")
        assert watcher.wait_for("resync" if same_epoch else "canvas_reset")
        wait_for(lambda: stack.guest().place(3, 3, 3).status_code == 200,
                 what="a placement")
        wait_for(lambda: watcher.updates(), what="its update")
    painter.close()
