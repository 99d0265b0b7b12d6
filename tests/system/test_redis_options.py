"""The redis directive: TCP, ACL user, database; and a Redis that forgot."""

import os

import pytest

from harness.ports import free_port
from harness.stack import PREFIX, wait_for
from redis_fixture import ALICE, Canvas, library_text


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
    stack.stop("record")                # it is the user that is locked out
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


def paint(client, n):
    for i in range(n):
        client.place(i, 0, 1, id=i)
        client.wait_for("placed", id=i)


def served(stack):
    """What nginx shows once it stands where Redis does: the same pixels."""
    ours = stack.redis_image()

    def there():
        image = stack.image()
        return (image.epoch, image.seq) == (ours.epoch, ours.seq) and image

    assert wait_for(there, what="the served canvas").pixels == ours.pixels
    return ours


@pytest.mark.parametrize("placements", [0, 7, 20, 50])
@pytest.mark.parametrize("clock", ["right", "set back"])
def test_redis_that_forgot(new_stack, clock, placements):
    """Wiped and begun anew under a running nginx, with fewer, as many or more
    placements than before: what Redis has is what is served."""
    stack = new_stack(workers=2, size="64x48")
    stack.stop("record")
    canvas = Canvas(stack.redis, PREFIX)

    if clock == "set back":
        assert canvas.load(9 * 10 ** 12, 0, canvas.read()[4])[0] == b"OK"

    guest = stack.guest()
    with stack.client(guest) as painter, stack.client() as watcher:
        paint(painter, 20)
        wait_for(lambda: len(watcher.updates()) == 20, what="the updates")

        pipe = stack.redis.pipeline()
        pipe.flushall()
        pipe.function_load(library_text(), replace=True)
        pipe.execute()
        assert canvas.init()[0] == b"OK"
        for i in range(placements):
            assert canvas.place(i, 1, 2, ALICE)[0] == b"OK"

        assert watcher.wait_for("canvas_reset")["epoch"] == canvas.epoch
        assert served(stack)[0, 0] == 15
        wait_for(lambda: stack.guest().place(63, 3, 3).status_code == 200,
                 what="a placement")
        wait_for(lambda: any((63, 3, 3) == update[1:4]
                             for update in watcher.updates()),
                 what="its update")
        assert served(stack)[63, 3] == 3
