"""What is measured and what it is compared with: the canvas stack, a bare
nginx, a bare broadcaster, a Redis with the same Function library.

Each is a context manager with `pids`, the process trees it consists of.
"""

import csv
import gzip
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(os.environ.get("BUILD", ROOT / "build"))
LIBRARY = ROOT / "ngx_canvas_module" / "redis" / "canvas.lua"

NGINX_CONF = """
user {user};
worker_processes {workers};
pid {dir}/nginx.pid;
error_log {dir}/error.log;
events {{ worker_connections 16384; }}
http {{
    access_log {dir}/access.log;
    client_body_temp_path {dir}/body; proxy_temp_path {dir}/proxy;
    fastcgi_temp_path {dir}/fastcgi; uwsgi_temp_path {dir}/uwsgi;
    scgi_temp_path {dir}/scgi;
    sendfile on;
    tcp_nopush on;
    open_file_cache max=16;
    default_type application/octet-stream;
    server {{
        listen 127.0.0.1:{port} reuseport;
        root {dir};
        location = /canvas.bin {{ gzip_static on; }}
        location = /api/pixel {{ return 204; }}
        location = /api/v1/auth/guest {{
            add_header Set-Cookie "canvas_session=0; Path=/" always;
            return 201;
        }}
    }}
}}
"""


class ServerError(Exception):
    """One line: which server did not do what."""


def wait_for(condition, what, seconds=20):
    end = time.monotonic() + seconds

    while not condition():
        if time.monotonic() > end:
            raise ServerError(f"{what} took longer than {seconds} s")
        time.sleep(0.02)


def run(args, what, **options):
    try:
        result = subprocess.run(args, capture_output=True, text=True,
                                timeout=120, **options)
    except subprocess.TimeoutExpired:
        raise ServerError(f"{what} took longer than 120 s") from None

    if result.returncode:
        lines = (result.stderr or result.stdout).strip().splitlines()
        raise ServerError(f"{what}: {lines[-1] if lines else 'failed'}")

    return result.stdout


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


class Server:
    """A server in a directory of its own, gone at the end."""

    name = "server"

    def __enter__(self):
        self.directory = tempfile.mkdtemp(prefix="canvas-bench-")
        os.chmod(self.directory, 0o755)
        self.pids = {}

        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise

        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def path(self, *names):
        return os.path.join(self.directory, *names)


class CanvasStack(Server):
    """nginx with the module, Redis, PostgreSQL and the recorder, as
    `make up COOLDOWN=0 LIMITS=off` starts them."""

    def start(self):
        self.port = free_port()
        self.environment = {
            **os.environ, "BUILD": str(BUILD), "PORT": str(self.port),
            "RUN_DIR": self.path("run"), "COOLDOWN": "0", "LIMITS": "off",
            "WORKERS": "auto", "SIZE": "500x500"}
        self.control("up")
        self.pids = {
            name: int(pathlib.Path(self.path("run", f"{name}.pid"))
                      .read_text().split()[0])
            for name in ("nginx", "redis", "postgres", "record")}

    def stop(self):
        self.control("down")

    def control(self, verb):
        run([ROOT / "deploy" / "stack", verb], f"stack {verb}",
            env=self.environment)


class BareNginx(Server):
    """The installed nginx without the module: a file as large as a canvas,
    the same file compressed, and an empty answer."""

    def __init__(self, body, workers):
        self.body = body
        self.workers = workers
        self.process = None

    def start(self):
        self.port = free_port()
        pathlib.Path(self.path("canvas.bin")).write_bytes(self.body)
        pathlib.Path(self.path("canvas.bin.gz")).write_bytes(
            gzip.compress(self.body, 6))
        pathlib.Path(self.path("nginx.conf")).write_text(NGINX_CONF.format(
            dir=self.directory, port=self.port, workers=self.workers,
            user="nobody nogroup"))
        # a variable NGINX means inherited sockets to nginx
        environment = {name: value for name, value in os.environ.items()
                       if name != "NGINX"}
        self.process = subprocess.Popen(
            ["/usr/sbin/nginx", "-c", self.path("nginx.conf"),
             "-g", "daemon off;"], env=environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        self.pids = {"nginx": self.process.pid}
        wait_for(lambda: self.process.poll() is not None
                 or answers(self.port), "start of the bare nginx")

        if self.process.poll() is not None:
            raise ServerError("the bare nginx did not start")

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait()


class Broadcaster(Server):
    """bench/epoll_broadcast.c."""

    def __init__(self, tick):
        self.tick = tick
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            [BUILD / "bench" / "epoll_broadcast", "--tick", str(self.tick)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())
        self.pids = {"broadcaster": self.process.pid}

    def stop(self):
        if self.process:
            self.process.communicate()


class FunctionRedis(Server):
    """A Redis with the stack's persistence and the Function library."""

    def __init__(self):
        self.process = None

    def start(self):
        self.socket = self.path("redis.sock")
        self.process = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", self.socket,
             "--dir", self.directory, "--appendonly", "yes",
             "--appendfsync", "everysec", "--save", ""],
            stdout=subprocess.DEVNULL)
        wait_for(lambda: os.path.exists(self.socket), "start of Redis")
        self.pids = {"redis": self.process.pid}
        self.command("-x", "FUNCTION", "LOAD", input=LIBRARY.read_text())
        self.page = [f"{{bench}}:canvas:{name}" for name in
                     ("state", "seq", "epoch", "rules", "events")]
        self.command("FCALL", "canvas_init", "5", *self.page, "updates",
                     "500", "500", "16", "15", "classic", "1", "2026", "",
                     "")

    def command(self, *args, **options):
        run(["redis-cli", "-e", "-s", self.socket, *args], "redis-cli",
            **options)

    def seq(self):
        return int(run(["redis-cli", "-s", self.socket, "GET", self.page[1]],
                       "redis-cli"))

    def calls_per_second(self, calls):
        """canvas_place over 2 connections, 16 calls in flight on each."""
        before = self.seq()
        keys = [*self.page, "{bench}:contributors", "{bench}:board",
                "{bench}:banned", "{bench}:limit"]
        out = run(["redis-benchmark", "-s", self.socket, "--csv", "-c", "2",
                   "-P", "16", "-n", str(calls), "-r", "500", "FCALL",
                   "canvas_place", "9", *keys, "updates", "__rand_int__",
                   "__rand_int__", "5",
                   "11111111-1111-4111-8111-111111111111", "g", "", "0"],
                  "redis-benchmark")
        accepted = self.seq() - before

        if accepted != calls:
            raise ServerError(f"redis-benchmark: {accepted} placements of "
                              f"{calls} were accepted")

        header, row = csv.reader(out.strip().splitlines()[-2:])
        return float(row[header.index("rps")])

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait()
