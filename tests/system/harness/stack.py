"""The stack of deploy/ in a folder of its own, with faults on demand."""

import os
import shutil
import signal
import subprocess
import tempfile

import psycopg2
import redis
import requests
from canvas_stack import process
from canvas_stack.settings import Settings
from canvas_stack.stack import Stack

from . import image
from .client import Client
from .database import copy_data
from .guest import Guest
from .logs import Logs
from .ports import free_port

PREFIX = "{main}:"
SECONDS = 30

# by make asan: memory and time are not those of the product
SANITIZED = "ASAN_OPTIONS" in os.environ


def wait_for(condition, seconds=SECONDS, what="a condition"):
    """The first true value of condition(); a failure after seconds."""
    value = process.wait_for(condition, seconds)
    assert value, f"timed out waiting for {what}"

    return value


class TestStack:
    """One canvas.  Keywords: what differs from nginx.conf.example.

    main, http, canvas, server: lists of directives to add at that place;
    edits: (old, new) texts; helper: keys of canvas-helper.conf.
    """

    __test__ = False

    def __init__(self, folder=None, workers=2, cooldown=0, size="500x500",
                 limits=False, port=None, edits=(), helper=None, **places):
        self.folder = folder or tempfile.mkdtemp(prefix="canvas-test-")
        environment = dict(
            os.environ, RUN_DIR=self.folder, PORT=str(port or free_port()),
            WORKERS=str(workers), COOLDOWN=str(cooldown), SIZE=size,
            LIMITS="on" if limits else "off")

        self.settings = Settings.from_environment(environment)
        # a line of the access log is there when its answer is
        self.settings.edits = [(" buffer=32k flush=1s;", ";"), *edits] + [
            (anchor, anchor + "".join(f"{line}\n" for line in places[name]))
            for name, anchor in PLACES.items() if name in places]
        # a film takes longer than all else of a week that nobody painted in
        self.settings.helper = {"timelapse": "off"} | (helper or {})
        # a killed server loses nothing by it, only a dead machine
        self.settings.postgres = {"fsync": "off"}

        self.stack = Stack(self.settings)
        self.stack.postgres.make_data = copy_data
        self.servers = {server.name: server for server in self.stack.servers}
        self.stack.place.find()
        self.logs = Logs(self.stack.place.log())
        self._redis = None
        self._postgres = None

    # life

    def up(self):
        self.stack.up()
        return self

    def down(self):
        self.stack.down()

    def remove(self):
        """All of it; the logs are judged one last time."""
        self.disconnect()
        self.down()
        self.logs.check()
        shutil.rmtree(self.folder)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    # faults: name is nginx, redis, postgres or record

    def pid(self, name):
        return wait_for(self.servers[name].main_pid, what=f"a pid of {name}")

    def workers(self):
        """Workers that are not about to leave, as {pid}."""
        master = self.pid("nginx")
        return {pid for pid, ppid in self.servers["nginx"].pids().items()
                if ppid == master}

    def kill(self, name):
        """SIGKILL, and nothing of it is left when this returns."""
        server = self.servers[name]
        process.stop(server.pids, [])

    def kill_worker(self, pid=None):
        """SIGKILL to one nginx worker; returns when a new one is there."""
        before = self.workers()
        pid = pid or min(before)
        self.logs.expect(rf"process {pid} exited on signal 9")
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda: len(self.workers() - before) == 1,
                 what="a new worker")

    def stop(self, name):
        self.servers[name].stop()

    def start(self, name):
        self.servers[name].start()

    def restart(self, name):
        self.stop(name)
        self.start(name)

    def pause(self, name):
        """SIGSTOP to all its processes."""
        for pid in self.servers[name].pids():
            process.send(pid, signal.SIGSTOP)

    def resume(self, name):
        for pid in self.servers[name].pids():
            process.send(pid, signal.SIGCONT)

    def reload(self):
        """SIGHUP; returns when the new workers are there."""
        before = self.workers()
        os.kill(self.pid("nginx"), signal.SIGHUP)
        wait_for(lambda: len(self.workers() - before)
                 == self.settings.workers, what="new workers")
        wait_for(self.stack.nginx.all_ready, what="ready workers")

    # the helper

    def helper(self, *args, **options):
        """Runs canvas-helper to its end; a CompletedProcess with text."""
        done = subprocess.run(self.helper_command(*args), text=True,
                              capture_output=True, check=False,
                              env=process.environment()
                              | options.pop("env", {}), **options)
        assert "Sanitizer" not in done.stderr, done.stderr
        assert "runtime error:" not in done.stderr, done.stderr

        return done

    def helper_command(self, *args):
        return [self.settings.canvas_helper, *args, "--config",
                self.stack.record.conf]

    # clients

    @property
    def url(self):
        return f"http://127.0.0.1:{self.settings.port}"

    @property
    def ws_url(self):
        return f"ws://127.0.0.1:{self.settings.port}/ws"

    def get(self, path, **options):
        return requests.get(self.url + path, timeout=SECONDS, **options)

    def guest(self):
        return Guest(self.url)

    def client(self, guest=None, query="", **options):
        """A WebSocket of that guest, or of nobody, after its welcome."""
        client = Client(self.ws_url + query, origin=self.url,
                        cookie=guest.cookie if guest else None, **options)
        client.welcome = client.receive()
        assert client.welcome["type"] == "welcome", client.welcome

        return client

    # the stores

    @property
    def redis(self):
        """redis-py, as bytes; reconnects by itself."""
        if self._redis is None:
            self._redis = redis.Redis(
                unix_socket_path=self.stack.redis.socket)

        return self._redis

    @property
    def postgres(self):
        """psycopg2 as the owner, autocommit; new after disconnect()."""
        if self._postgres is None or self._postgres.closed:
            self._postgres = psycopg2.connect(
                f"{self.stack.postgres.conninfo} user=postgres")
            self._postgres.autocommit = True

        return self._postgres

    def sql(self, text, *values):
        """All rows of a query."""
        with self.postgres.cursor() as cursor:
            cursor.execute(text, values)
            return cursor.fetchall() if cursor.description else []

    def disconnect(self):
        """Closes the connections to the stores; the next use opens them."""
        for connection in (self._redis, self._postgres):
            if connection is not None:
                connection.close()
        self._redis = self._postgres = None

    # the canvas

    def image(self):
        """As served."""
        answer = self.get("/api/v1/canvas")
        assert answer.status_code == 200, answer.text

        return image.from_http(answer)

    def redis_image(self):
        return image.from_redis(self.redis, PREFIX)

    def postgres_image(self):
        with self.postgres.cursor() as cursor:
            return image.from_postgres(cursor)

    def wait_recorded(self):
        """Until PostgreSQL has all that is in Redis' log."""
        def recorded():
            entries = self.redis.xrevrange(PREFIX + "canvas:events", count=1)
            if not entries:
                return True
            last = tuple(map(int, entries[0][0].split(b"-")))
            return self.sql("SELECT epoch, seq FROM recorder_progress")[0] \
                >= last

        wait_for(recorded, what="the recorder")

    def check_equal(self):
        """nginx, Redis and the replay of PostgreSQL show one canvas."""
        self.wait_recorded()
        ours = self.redis_image()
        wait_for(lambda: (self.image().epoch, self.image().seq)
                 == (ours.epoch, ours.seq), what="the served canvas")

        for name, other in (("nginx", self.image()),
                            ("postgres", self.postgres_image())):
            assert (other.epoch, other.seq) == (ours.epoch, ours.seq), name
            assert other.pixels == ours.pixels, \
                f"{name} differs from redis: {ours.differences(other)}"

        return ours


# where the keywords of TestStack put their lines in nginx.conf.example
PLACES = {
    "main": "worker_shutdown_timeout 10s;\n",
    "http": "http {\n",
    "canvas": "canvas main {\n",
    "server": "    server {\n",
}
