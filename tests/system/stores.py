"""Private Redis and PostgreSQL for tests of canvas-helper without nginx.

PostgresServer runs one server on a unix socket in a temporary directory, as a
user that is not root.  Stores is one canvas in one Redis and one database,
with the settings file that canvas-helper takes; each one has its own database
and its own prefix, so the servers can be shared by all tests of a module.
Fixtures: shared_postgres, stores (fresh and migrated), bare_stores (empty),
own_stores (servers of its own, to be killed).
"""

import collections
import json
import os
import pathlib
import pwd
import random
import shutil
import signal
import subprocess
import tempfile
import threading
import uuid

import psycopg2
import pytest

from harness.database import copy_data
from harness.stack import wait_for
from redis_fixture import Canvas, RedisServer

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("BUILD", ROOT / "build"))
HELPER = os.environ.get("CANVAS_HELPER", str(BUILD / "canvas-helper"))

# what is left of a command that does not end by itself
TIMEOUT = 120

Result = collections.namedtuple("Result", "code out err")


def postgres_bin(name):
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(found[-1]) if found else name


def postgres_user():
    """Servers refuse to run as root."""
    return pwd.getpwnam("postgres") if os.getuid() == 0 else None


class PostgresServer:
    def __init__(self):
        self.directory = tempfile.mkdtemp(prefix="canvas-pg-")
        self.data = os.path.join(self.directory, "data")
        self.user = postgres_user()
        self.process = None
        if self.user:
            os.chown(self.directory, self.user.pw_uid, self.user.pw_gid)
        os.chmod(self.directory, 0o755)
        copy_data(self.data)

    def identity(self):
        if not self.user:
            return {}
        return {"user": self.user.pw_uid, "group": self.user.pw_gid,
                "extra_groups": []}

    def start(self):
        # a killed server leaves children that hold its shared memory a while
        wait_for(self.try_start, 30)

    def try_start(self):
        self.process = subprocess.Popen(
            [postgres_bin("postgres"), "-D", self.data, "-k", self.directory,
             "-c", "listen_addresses=", "-c", "max_connections=50",
             # a killed server loses nothing by it, only a dead machine
             "-c", "fsync=off"],
            cwd=self.directory, stdin=subprocess.DEVNULL,
            stdout=open(os.path.join(self.directory, "log"), "ab"),
            stderr=subprocess.STDOUT, **self.identity())
        return wait_for(self.answers) == "yes"

    def answers(self):
        if self.process.poll() is not None:
            return "ended"
        try:
            self.connect("postgres").close()
            return "yes"
        except psycopg2.OperationalError:
            return None

    def conninfo(self, database):
        return f"host={self.directory} user=postgres dbname={database}"

    def connect(self, database):
        connection = psycopg2.connect(self.conninfo(database))
        connection.autocommit = True
        return connection

    def kill(self, how=signal.SIGQUIT):
        """SIGQUIT: at once and without a checkpoint, as after a crash."""
        self.process.send_signal(how)
        self.process.wait()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.directory)


class Stores:
    """One canvas: settings, a connection to each store, the helper."""

    def __init__(self, redis_server, postgres, size="64x48"):
        self.redis_server = redis_server
        self.postgres = postgres
        self.name = "c" + uuid.uuid4().hex[:12]
        self.prefix = "{%s}:" % self.name
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="canvas-t-"))
        self.archives = self.directory / "archives"
        self.conf = self.directory / "canvas-helper.conf"
        self.processes = []
        self.width, self.height = map(int, size.split("x"))
        with postgres.connect("postgres").cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {self.name}")
        self.configure(size=size)
        self.reconnect()

    def configure(self, **settings):
        values = {
            "redis": "unix:" + self.redis_server.socket,
            "redis_prefix": self.prefix,
            "postgres": self.postgres.conninfo(self.name),
            "sql_dir": ROOT / "sql",
            "archive_dir": self.archives,
            "pid_file": self.directory / "record.pid",
            "timelapse": "off",
            **settings}
        self.conf.write_text("# settings of a test\n" + "".join(
            f"{key} = {value}\n" for key, value in values.items()))

    def reconnect(self):
        self.redis = self.redis_server.connect()
        self.canvas = Canvas(self.redis, self.prefix)
        self.connection = self.postgres.connect(self.name)

    def sql(self, statement, *values):
        with self.connection.cursor() as cursor:
            cursor.execute("SET search_path = canvas, public")
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else None

    def value(self, statement, *values):
        return self.sql(statement, *values)[0][0]

    def spawn(self, *arguments, environment=None, log=None):
        process = subprocess.Popen(
            [HELPER, "--config", str(self.conf), *map(str, arguments)],
            stdin=subprocess.DEVNULL, text=log is None,
            stdout=log or subprocess.PIPE, stderr=log or subprocess.PIPE,
            env={**os.environ, **(environment or {})})
        self.processes.append(process)
        return process

    def helper(self, *arguments, stdin=None, environment=None):
        process = subprocess.run(
            [HELPER, "--config", str(self.conf), *map(str, arguments)],
            input=stdin or "", capture_output=True, text=True,
            timeout=TIMEOUT, env={**os.environ, **(environment or {})})
        return Result(process.returncode, process.stdout, process.stderr)

    def ok(self, *arguments, **options):
        result = self.helper(*arguments, **options)
        assert result.code == 0, result
        assert result.err == ""
        return result.out

    def json(self, *arguments, **options):
        return json.loads(self.ok(*arguments, "--json", **options))

    def record(self):
        """Starts the daemon; its log is in record_log()."""
        with open(self.directory / "record.log", "ab") as log:
            return self.spawn("record", log=log)

    def record_log(self):
        path = self.directory / "record.log"
        return path.read_text() if path.exists() else ""

    def place(self, x, y, color, actor, **options):
        reply = self.canvas.place(x, y, color, actor, **options)
        assert reply[0] == b"OK", reply
        return reply[2], reply[1]

    def position(self):
        """(epoch, seq) of the newest entry of the log."""
        reply = self.canvas.hello()
        return reply[2], reply[3]

    def recorded(self):
        return self.sql("SELECT epoch, seq FROM recorder_progress")[0]

    def counted(self):
        return self.sql("SELECT counted_epoch, counted_seq "
                        "FROM recorder_progress")[0]

    def folded(self):
        value = self.redis.get(self.prefix + "canvas:folded") or b"0-0"
        return tuple(map(int, value.split(b"-")))

    def delivered(self):
        """What Redis has given to the recorder, recorded or not."""
        group, = self.redis.xinfo_groups(self.prefix + "canvas:events")
        return tuple(map(int, group["last-delivered-id"].split(b"-")))

    def epochs(self):
        return [row[0] for row in self.sql(
            "SELECT epoch FROM canvas_epochs ORDER BY epoch")]

    def wait_recorded(self, seconds=60):
        """The log is recorded, and boards and counters have followed it."""
        position = self.position()
        wait_for(lambda: self.recorded() >= position, seconds)
        wait_for(lambda: self.counted() >= position, seconds)
        wait_for(lambda: self.folded() >= position, seconds)

    def state(self):
        """The packed image in Redis."""
        return self.canvas.read()[4]

    def close(self):
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.wait()
        self.redis.close()
        self.connection.close()
        shutil.rmtree(self.directory)


def flood(stores, count, connection=None, seed=0):
    """Places count random pixels through one pipeline; their positions."""
    rng = random.Random(seed)
    actors = [str(uuid.UUID(int=rng.getrandbits(128), version=4))
              for _ in range(20)]
    pipe = (connection or stores.redis).pipeline(transaction=False)
    canvas = stores.canvas

    for _ in range(count):
        actor = rng.choice(actors)
        pipe.fcall(*canvas.place_call(rng.randrange(stores.width),
                                      rng.randrange(stores.height),
                                      rng.randrange(16), actor, "g"))

    replies = pipe.execute()
    refused = [reply for reply in replies if reply[0] != b"OK"]
    assert refused == []
    return [(reply[2], reply[1]) for reply in replies]


class Load(threading.Thread):
    """Places in the background until stopped."""

    def __init__(self, stores, seed, batch=500):
        super().__init__(daemon=True)
        self.stores, self.seed, self.batch = stores, seed, batch
        self.acknowledged, self.stopped = [], threading.Event()

    def run(self):
        with self.stores.redis_server.connect() as connection:
            turn = 0
            while not self.stopped.is_set():
                turn += 1
                self.acknowledged += flood(self.stores, self.batch,
                                           connection,
                                           self.seed * 1000 + turn)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *error):
        self.stopped.set()
        self.join()


@pytest.fixture(scope="module")
def shared_postgres():
    server = PostgresServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def library_redis():
    """Only canvas-helper loads the library here."""
    server = RedisServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def bare_stores(library_redis, shared_postgres):
    stores = Stores(library_redis, shared_postgres)
    yield stores
    stores.close()


@pytest.fixture
def stores(bare_stores):
    bare_stores.ok("migrate")
    return bare_stores


@pytest.fixture
def own_stores():
    """Servers that the test may kill."""
    redis_server, postgres = RedisServer(), PostgresServer()
    redis_server.start()
    postgres.start()
    stores = Stores(redis_server, postgres)
    stores.ok("migrate")
    yield stores
    stores.close()
    redis_server.stop()
    postgres.stop()
