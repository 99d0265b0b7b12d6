"""What the canvas is compared with: a bare nginx, one with nchan, a bare
broadcaster, a Redis with the same Function library."""

import csv
import gzip
import os
import pathlib
import subprocess

import processes
from servers import BUILD, ROOT, Server, ServerError, answers, free_port, \
    run, wait_for

LIBRARY = ROOT / "ngx_canvas_module" / "redis"
NCHAN = "/usr/lib/nginx/modules/ngx_nchan_module.so"


def library_text():
    names = (LIBRARY / "SOURCES").read_text(encoding="utf-8").split()
    return "".join((LIBRARY / name).read_text(encoding="utf-8")
                   for name in names)


NGINX_CONF = """
{load}
user {user};
worker_processes {workers};
worker_rlimit_nofile {files};
pid {dir}/nginx.pid;
error_log {dir}/error.log;
events {{ worker_connections 16384; }}
http {{
    access_log {dir}/access.log;
    client_body_temp_path {dir}/body; proxy_temp_path {dir}/proxy;
    fastcgi_temp_path {dir}/fastcgi; uwsgi_temp_path {dir}/uwsgi;
    scgi_temp_path {dir}/scgi;
    sendfile on;
    keepalive_requests 1000000;
    open_file_cache max=16;
    default_type application/octet-stream;
    server {{
        listen 127.0.0.1:{port} reuseport;
        root {dir};
        location = /canvas.bin {{ gzip_static on; }}
        location = /copied/canvas.bin {{
            alias {dir}/canvas.bin;
            sendfile off;
        }}
        location = /api/pixel {{ return 204; }}
        location = /api/v1/auth/guest {{
            add_header Set-Cookie "canvas_session=0; Path=/" always;
            return 201;
        }}
        {more}
    }}
}}
"""

NCHAN_LOCATION = """
        location = /ws {
            nchan_subscriber websocket;
            nchan_channel_id canvas;
        }
"""


class BareNginx(Server):
    """The installed nginx without the module: a file as large as a canvas,
    the same file compressed, and an empty answer."""

    load = more = ""

    def __init__(self, workers, body=b"", gzipped=None):
        self.body = body
        self.gzipped = gzipped or gzip.compress(body)
        self.workers = workers
        self.process = None

    def start(self):
        self.port = free_port()
        pathlib.Path(self.path("canvas.bin")).write_bytes(self.body)
        pathlib.Path(self.path("canvas.bin.gz")).write_bytes(self.gzipped)
        files = os.sysconf("SC_OPEN_MAX")
        pathlib.Path(self.path("nginx.conf")).write_text(NGINX_CONF.format(
            dir=self.directory, port=self.port, workers=self.workers,
            user="nobody nogroup", load=self.load, more=self.more,
            files=files))
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


class NchanNginx(BareNginx):
    """Its WebSocket subscriber at /ws."""

    load = f"load_module {NCHAN};"
    more = NCHAN_LOCATION

    def start(self):
        if not os.path.exists(NCHAN):
            raise ServerError("nchan (libnginx-mod-nchan) is not installed")
        super().start()


class Broadcaster(Server):
    """bench/epoll_broadcast.c."""

    def __init__(self, tick, processes_=1):
        self.tick = tick
        self.processes = processes_
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            [BUILD / "bench" / "epoll_broadcast", "--tick", str(self.tick),
             "--processes", str(self.processes)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())
        self.pids = {"broadcaster": self.process.pid}

    def stop(self):
        if self.process:
            try:
                self.process.communicate(timeout=10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.communicate()


# no byte of an argument of redis-benchmark may be 0: x = y = 257, and a
# cooldown of hours; it does not count where the canvas has one, 0
PIXEL = b"\x01\x01\x01\x01\x05"
ACTOR = b"\x11" * 16
ANYBODY = b"__rand_int__abcd"           # another one each call
COOLDOWN = b"\x01\x01\x01\x01"


def page(canvas):
    return [f"{{{canvas}}}:canvas:{name}" for name in
            ("state", "seq", "epoch", "rules", "events")]


def batch(canvas, size, actor=ANYBODY):
    """canvas_place_batch, as nginx calls it; ANYBODY has other keys, too."""
    limit, ban = f"{{{canvas}}}:limit:", f"{{{canvas}}}:ban:"
    whose = ":__rand_int__" if actor == ANYBODY else ""
    keys, words = [*page(canvas), f"{{{canvas}}}:actors"], []
    for n in range(size):
        keys += [f"{limit}{n}{whose}", f"{ban}{n}{whose}"]
        words += [PIXEL + b"g" + actor + COOLDOWN, ""]
    return ["canvas_place_batch", str(len(keys)), *keys, "updates", limit,
            ban, "86400", *words]


class FunctionRedis(Server):
    """A Redis with the stack's persistence and the Function library, asked
    by redis-benchmark over 2 connections, 16 calls in flight on each."""

    SESSION = "a" * 64

    def __init__(self):
        self.process = None
        self.page = page("bench")
        self.strict = page("strict")

    def start(self):
        self.socket = self.path("redis.sock")
        self.process = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", self.socket,
             "--dir", self.directory, "--appendonly", "yes",
             "--appendfsync", "everysec", "--save", ""],
            stdout=subprocess.DEVNULL)
        wait_for(lambda: os.path.exists(self.socket), "start of Redis")
        self.pids = {"redis": self.process.pid}
        self.command("-x", "FUNCTION", "LOAD", input=library_text())
        for names, cooldown in ((self.page, "0"), (self.strict, "")):
            self.command("FCALL", "canvas_init", "5", *names, "updates",
                         "500", "500", "16", "15", "classic", "1", "2026", "",
                         cooldown)
        self.command("FCALL", "canvas_session_create", "1",
                     "{bench}:session:" + self.SESSION, "86400",
                     "11111111-1111-4111-8111-111111111111", "bench", "1",
                     "0", "2026-01-01T00:00:00Z")

    def command(self, *args, **options):
        run(["redis-cli", "-e", "-s", self.socket, *args], "redis-cli",
            **options)

    def seq(self):
        """Of both canvases."""
        return sum(int(run(["redis-cli", "-s", self.socket, "GET", seq],
                           "redis-cli"))
                   for _, seq, *_ in (self.page, self.strict))

    def place(self, calls):
        """canvas_place: (calls a second, CPU seconds a million)."""
        return self.accepted(calls, "FCALL", "canvas_place", "8", *self.page,
                             "{bench}:ratelimit", "{bench}:ban",
                             "{bench}:actors", "updates",
                             PIXEL + b"g" + ACTOR + COOLDOWN,
                             "")

    def place_session(self, calls):
        """canvas_place_session, as a POST calls it."""
        return self.accepted(calls, "FCALL", "canvas_place_session", "7",
                             *self.page, "{bench}:session:" + self.SESSION,
                             "{bench}:actors", "updates",
                             "{bench}:ratelimit:", "{bench}:banned:",
                             PIXEL + COOLDOWN, "", "86400")

    def place_batch(self, placements, size=16):
        """canvas_place_batch, as nginx calls it: (placements a second, CPU
        seconds a million)."""
        return self.batch(batch("bench", size, ACTOR), placements, size)

    def place_batch_cooldown(self, placements, size=16):
        """The same on a canvas with a cooldown, each by another actor: one
        of a billion, so now and then by one who still has to wait."""
        return self.batch(batch("strict", size), placements, size,
                          refused=placements // 1000)

    def batch(self, call, placements, size, refused=0):
        rate, cpu = self.accepted(placements // size, "FCALL", *call,
                                  size=size, refused=refused)
        return rate * size, cpu / size

    def set_nx(self, calls):
        """SET NX PX alone, the yardstick of the machine."""
        return self.benchmark(calls, "SET", "{bench}:__rand_int__", "1",
                              "NX", "PX", "5000")

    def accepted(self, calls, *args, size=1, refused=0):
        before = self.seq()
        figures = self.benchmark(calls, *args)
        placed = self.seq() - before

        if placed < calls * size - refused:
            raise ServerError(f"redis-benchmark: {placed} placements of "
                              f"{calls * size} were accepted")

        return figures

    def benchmark(self, calls, *args):
        before = processes.cpu_seconds(self.pids["redis"])
        out = run(["redis-benchmark", "-s", self.socket, "--csv", "-c", "2",
                   "-P", "16", "-n", str(calls), "-r", "1000000000", *args],
                  "redis-benchmark")
        cpu = processes.cpu_seconds(self.pids["redis"]) - before
        header, row = csv.reader(out.strip().splitlines()[-2:])
        return float(row[header.index("rps")]), cpu / (calls / 1e6)

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait()
