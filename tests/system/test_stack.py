"""deploy/stack as the operator meets it: make run, make up, make down."""

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile

import pytest
from canvas_stack import process
from canvas_stack.settings import Settings
from canvas_stack.stack import Stack
from harness import SOURCE
from harness.guest import Guest
from harness.ports import free_port
from harness.stack import wait_for

COMMAND = os.path.join(SOURCE, "deploy", "stack")


class Operator:
    """Calls the command; everything is removed at the end of the test."""

    def __init__(self):
        self.base = tempfile.mkdtemp(prefix="canvas-stack-")
        os.chmod(self.base, 0o755)
        self.stacks = []

    def environment(self, run_dir="run", **variables):
        """Variables of a stack of its own; remembered for the clean-up."""
        environment = dict(os.environ, RUN_DIR=os.path.join(self.base,
                                                            run_dir),
                           PORT=str(free_port()), COOLDOWN="0", WORKERS="2")
        environment.update(variables)
        self.stacks.append(environment)

        return environment

    def call(self, command, environment):
        return subprocess.run([COMMAND, command], env=environment, text=True,
                              capture_output=True, check=False)

    def up(self, environment):
        done = self.call("up", environment)
        assert done.returncode == 0, done.stderr
        assert done.stdout == url(environment) + "/\n"

        return look(environment)

    def refused(self, environment, reason):
        """One line on stderr, exit 1, and nothing runs."""
        done = self.call("up", environment)
        assert done.returncode == 1
        assert done.stdout == ""
        assert re.fullmatch(rf"stack: .*{reason}.*\n", done.stderr), \
            done.stderr

    def clean(self):
        for environment in self.stacks:
            self.call("down", environment)
            run_dir = environment["RUN_DIR"]
            if os.path.islink(run_dir):
                shutil.rmtree(os.path.realpath(run_dir))
        shutil.rmtree(self.base)


@pytest.fixture
def operator():
    made = Operator()
    yield made
    made.clean()


def url(environment):
    return f"http://127.0.0.1:{environment['PORT']}"


def look(environment):
    """The stack of these variables, from outside."""
    stack = Stack(Settings.from_environment(environment))
    stack.place.find()

    return stack


def pids(stack):
    return {server.name: server.pids() for server in stack.servers}


def nothing_runs(environment):
    return not any(pids(look(environment)).values())


def test_up_leaves_what_is_promised(operator):
    environment = operator.environment()
    stack = operator.up(environment)
    left = set(os.listdir(environment["RUN_DIR"]))

    assert {"nginx.conf", "canvas-helper.conf", "log", "nginx.pid",
            "redis.pid", "postgres.pid", "record.pid"} <= left
    assert len(stack.running()) == 4
    # a master and its two workers
    assert len(stack.nginx.pids()) == 3


def test_no_server_listens_beyond_loopback(operator):
    stack = operator.up(operator.environment())
    inodes = {link[8:-1] for server in stack.servers for pid in server.pids()
              for link in links(pid) if link.startswith("socket:[")}
    listening = {fields[1] for fields in tcp_table()
                 if fields[3] == "0A" and fields[9] in inodes}

    assert listening == {f"0100007F:{stack.settings.port:04X}"}


def links(pid):
    return [os.readlink(f"/proc/{pid}/fd/{fd}")
            for fd in os.listdir(f"/proc/{pid}/fd")]


def tcp_table():
    for name in ("tcp", "tcp6"):
        with open(f"/proc/net/{name}", encoding="ascii") as file:
            for line in file.readlines()[1:]:
                yield line.split()


def test_up_twice_is_harmless(operator):
    environment = operator.environment()
    before = pids(operator.up(environment))

    assert pids(operator.up(environment)) == before


def test_down_leaves_nothing_and_twice_is_harmless(operator):
    environment = operator.environment()
    stack = operator.up(environment)

    for _ in range(2):
        done = operator.call("down", environment)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        assert nothing_runs(environment)

    assert not [name for name in os.listdir(environment["RUN_DIR"])
                if name.endswith(".pid")]
    stack.nginx.check_port()


def test_down_before_any_up(operator):
    done = operator.call("down", operator.environment())
    assert (done.returncode, done.stderr) == (0, "")


def test_the_canvas_is_kept(operator):
    environment = operator.environment()
    operator.up(environment)
    guest = Guest(url(environment))
    assert guest.place(7, 8, 3).status_code == 200

    operator.call("down", environment)
    operator.up(environment)

    assert pixel(environment, 7, 8) == 3
    # the session is kept as well
    assert guest.place(9, 8, 4).status_code == 200


def pixel(environment, x, y):
    answer = Guest(url(environment)).get("/api/v1/canvas")
    return answer.content[y * int(answer.headers["X-Canvas-Width"]) + x]


def test_two_stacks_side_by_side(operator):
    one = operator.environment("one")
    two = operator.environment("two")
    operator.up(one)
    operator.up(two)

    assert Guest(url(one)).place(1, 1, 2).status_code == 200
    assert pixel(one, 1, 1) == 2
    assert pixel(two, 1, 1) == 15

    operator.call("down", one)
    assert nothing_runs(one)
    assert pixel(two, 1, 1) == 15


def test_a_crash_is_started_over(operator):
    """Stale pid files, orphaned workers, a pid that is another's."""
    environment = operator.environment()
    stack = operator.up(environment)
    assert Guest(url(environment)).place(5, 5, 6).status_code == 200

    for server in (stack.redis, stack.postgres, stack.record):
        process.stop(server.pids, [])
    os.kill(stack.nginx.main_pid(), signal.SIGKILL)
    wait_for(lambda: not stack.nginx.main_pid(), what="the master's end")
    assert stack.nginx.pids(), "the workers were to be orphans"
    stack.place.write("nginx.pid", f"{os.getpid()}\n")

    operator.up(environment)
    assert pixel(environment, 5, 5) == 6


@pytest.mark.parametrize("name", ["redis", "postgres", "record", "nginx"])
def test_up_brings_back_a_server(operator, name):
    environment = operator.environment()
    stack = operator.up(environment)
    server = {s.name: s for s in stack.servers}[name]
    process.stop(server.pids, [])

    operator.up(environment)
    assert len(stack.running()) == 4


def test_port_in_use(operator):
    environment = operator.environment()

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(environment["PORT"])))
        taken.listen(1)
        operator.refused(environment, "Address already in use: choose "
                         "another port, PORT=number")

    assert nothing_runs(environment)


def test_port_of_another_stack(operator):
    one = operator.environment("one")
    operator.up(one)
    operator.refused(operator.environment("two", PORT=one["PORT"]),
                     "Address already in use")


def test_another_port_while_it_runs(operator):
    environment = operator.environment()
    operator.up(environment)
    operator.refused(dict(environment, PORT=str(free_port())),
                     f"in use by a canvas on port {environment['PORT']}: "
                     "stop it with make down")
    assert pixel(environment, 0, 0) == 15


@pytest.mark.parametrize("name, value", [
    ("PORT", "http"), ("PORT", "0"), ("PORT", "65536"), ("WORKERS", "0"),
    ("WORKERS", "many"), ("COOLDOWN", "-1"), ("COOLDOWN", "5s"),
    ("LIMITS", "yes"), ("SIZE", "500"), ("SIZE", "0x5"),
    ("RUN_DIR", "/tmp/a b"),
])
def test_bad_variables(operator, name, value):
    environment = dict(operator.environment(), **{name: value})
    operator.refused(environment, f"{name}={value}: .+")


def test_values_that_nginx_refuses(operator):
    operator.refused(operator.environment(SIZE="40000x40000"),
                     "must be 1x1 to 65535x65535")


def test_run_dir_that_is_a_file(operator):
    path = os.path.join(operator.base, "run")
    with open(path, "w", encoding="ascii"):
        pass
    operator.refused(operator.environment(), "cannot use RUN_DIR .*: "
                     "File exists: choose another one")
    os.unlink(path)


def test_nothing_is_built(operator):
    environment = operator.environment(BUILD=operator.base)
    operator.refused(environment, "there is no .*: build it with make")
    assert nothing_runs(environment)


@pytest.mark.parametrize("name", ["redis", "postgres"])
def test_a_server_that_does_not_come_up(operator, name):
    environment = operator.environment()
    stack = operator.up(environment)
    operator.call("down", environment)

    # data that the server refuses
    broken = {"redis": ("redis", "appendonlydir",
                        "appendonly.aof.manifest"),
              "postgres": ("postgres", "data", "PG_VERSION")}[name]
    with open(stack.place.file(*broken), "w", encoding="ascii") as file:
        file.write("broken\n")

    operator.refused(environment, f"{name} does not come up: .*; see .*log")
    assert nothing_runs(environment)


def test_long_path(operator):
    """Longer than the address of a unix socket may be."""
    environment = operator.environment(os.path.join("d" * 60, "e" * 60))
    stack = operator.up(environment)
    assert Guest(url(environment)).place(1, 2, 3).status_code == 200

    assert stack.place.alias != stack.place.path
    operator.call("down", environment)
    assert not os.path.lexists(stack.place.alias)


def test_below_a_closed_folder(operator):
    """As a clone in /root: the servers' users cannot enter it."""
    os.mkdir(os.path.join(operator.base, "closed"), mode=0o700)
    environment = operator.environment(os.path.join("closed", "run"))
    operator.up(environment)
    assert Guest(url(environment)).place(1, 2, 3).status_code == 200

    operator.call("down", environment)
    operator.up(environment)
    assert pixel(environment, 1, 2) == 3


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_run_in_the_foreground(operator, number):
    environment = operator.environment()

    with foreground(environment) as run:
        assert run.stdout.readline().startswith(url(environment) + "/ ")
        run.send_signal(number)
        assert run.stdout.read() == "stopping\n"
        assert run.wait() == 0
        assert run.stderr.read() == ""

    assert nothing_runs(environment)


def test_run_is_interrupted_while_it_starts(operator):
    environment = operator.environment()

    with foreground(environment) as run:
        wait_for(lambda: os.path.exists(os.path.join(
            environment["RUN_DIR"], "redis.pid")), what="a first server")
        run.send_signal(signal.SIGINT)
        assert run.wait() == 1
        assert run.stderr.read() \
            == "stack: interrupted, everything is stopped\n"

    assert nothing_runs(environment)


def test_run_ends_when_a_server_is_gone(operator):
    environment = operator.environment()

    with foreground(environment) as run:
        run.stdout.readline()
        process.stop(look(environment).redis.pids, [])
        assert run.wait() == 1
        assert run.stderr.read().startswith("stack: redis is gone")

    assert nothing_runs(environment)


def test_run_ends_with_down(operator):
    environment = operator.environment()

    with foreground(environment) as run:
        run.stdout.readline()
        assert operator.call("down", environment).returncode == 0
        assert run.stdout.read() == "stopped\n"
        assert run.wait() == 0


def foreground(environment):
    return subprocess.Popen([COMMAND, "run"], env=environment, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


@pytest.mark.parametrize("args", [[], ["start"], ["up", "down"]])
def test_usage(args):
    done = subprocess.run([COMMAND, *args], text=True, capture_output=True,
                          check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("usage: stack run|up|down")


def test_a_busy_process_is_found(tmp_path):
    """Files that close while we look do not hide the one that counts."""
    code = ("import os\n"
            "open('/proc/self/comm', 'w').write('busy')\n"
            "print('ready', flush=True)\n"
            "while True:\n"
            "    fds = [os.open('/dev/null', 0) for _ in range(5)]\n"
            "    [os.close(fd) for fd in fds]\n")

    with open(tmp_path / "log", "wb") as log, subprocess.Popen(
            ["/usr/bin/python3", "-c", code], stdout=log) as child:
        wait_for(lambda: (tmp_path / "log").read_text(encoding="ascii"),
                 what="the child")
        missed = [n for n in range(200)
                  if list(process.find("busy", str(tmp_path))) != [child.pid]]
        child.kill()

    assert missed == []
