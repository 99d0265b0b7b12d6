"""nginx: its configuration is nginx.conf.example with other paths."""

import http.client
import os
import re
import resource
import secrets
import signal
import socket

from . import process
from .server import Server
from .settings import SOURCE, StackError

EXAMPLE = os.path.join(SOURCE, "nginx.conf.example")

# what one worker asks for, when the system lets it
OPEN_FILES = 65536

# what make asan sets
SANITIZERS = ("ASAN_OPTIONS", "UBSAN_OPTIONS")


class Nginx(Server):
    name = "nginx"
    comm = "nginx"
    # QUIT says goodbye to WebSockets; clients that stay are cut
    stopping = [(signal.SIGQUIT, 5), (signal.SIGTERM, 5)]

    @property
    def conf(self):
        return self.place.file("nginx.conf")

    @property
    def log(self):
        return self.place.log("error.log")

    @property
    def secret_file(self):
        """Of POST /api/game/rotate; made once."""
        return self.place.file("cron-secret")

    def write_conf(self, redis, postgres):
        with open(EXAMPLE, encoding="utf-8") as file:
            text = file.read()

        for old, new in self._edits(redis, postgres) + self.settings.edits:
            if text.count(old) != 1:
                raise StackError(f"{EXAMPLE}: expected \"{old}\" once, found "
                                 f"it {text.count(old)} times")
            text = text.replace(old, new)

        if not self.settings.limits:
            text = re.sub(r"\n *limit_req zone=[^;]*;", "", text)
            text = text.replace("message_rate  100;", "message_rate  0;")

        self.place.write("nginx.conf", text)

    def prepare(self):
        self.place.folder("tmp")
        self._make_secret()

        if not os.access(self.settings.module, os.R_OK):
            raise StackError(f"there is no {self.settings.module}: build it "
                             "with make")

    def test(self):
        process.run([self.settings.nginx, "-t", "-q", "-c", self.conf])

    def check_port(self):
        """reuseport would let two stacks share a port without a word."""
        address = ("127.0.0.1", self.settings.port)

        with socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind(address)
                listener.listen(1)
            except OSError as error:
                raise StackError(
                    f"cannot listen on 127.0.0.1:{address[1]}: "
                    f"{error.strerror}: choose another port, PORT=number"
                ) from None

    def running_port(self):
        """The port that the configuration names; None without one."""
        try:
            with open(self.conf, encoding="utf-8") as file:
                found = re.search(r"listen 127\.0\.0\.1:(\d+)", file.read())
        except OSError:
            return None

        return int(found[1]) if found else None

    def start(self):
        """nginx daemonizes and writes its pid file itself."""
        process.run([self.settings.nginx, "-c", self.conf])

        if process.wait_for(lambda: self.main_pid() and self.all_ready(),
                            self.start_seconds):
            return

        raise StackError(f"nginx is not ready: {self.health()[1]}; "
                         f"see {self.log}")

    def ready(self):
        return self.health()[0] == 200

    def all_ready(self):
        """Each connection meets any worker: asks until all have answered."""
        return all(self.ready() for _ in range(8 * self.settings.workers))

    def health(self):
        """Status and body of /health/ready; status 0: no answer."""
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.settings.port, timeout=5)
        try:
            connection.request("GET", "/health/ready")
            response = connection.getresponse()
            return response.status, response.read().decode(errors="replace")
        except (OSError, http.client.HTTPException) as error:
            return 0, f"no answer: {error or type(error).__name__}"
        finally:
            connection.close()

    def _make_secret(self):
        if os.path.exists(self.secret_file):
            return

        handle = os.open(self.secret_file + ".new",
                         os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32) + "\n")
        os.rename(self.secret_file + ".new", self.secret_file)

    def _edits(self, redis, postgres):
        place = self.place
        files = open_files()
        temp = "".join(
            f"{name}_temp_path {place.file('tmp', name)};\n    "
            for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        user = f"user {place.web.pw_name} {place.group_name(place.web)};" \
            if place.is_root else ""

        # a binary upgrade starts the new nginx without our environment
        kept = "".join(f"\nenv {name};" for name in SANITIZERS
                       if name in os.environ)

        return [
            ("load_module modules/ngx_canvas_module.so;",
             f"load_module {self.settings.module};"),
            ("user www-data;", user),
            ("worker_processes auto;",
             f"worker_processes {self.settings.workers};"),
            ("worker_rlimit_nofile 65536;", f"worker_rlimit_nofile {files};"),
            ("worker_connections 16384;",
             f"worker_connections {min(16384, files - 64)};"),
            ("pid /run/nginx.pid;", f"pid {self.pid_file};{kept}"),
            ("error_log /var/log/nginx/error.log;",
             f"error_log {self.log} notice;"),
            ("access_log /var/log/nginx/access.log ",
             f"{temp}access_log {place.log('access.log')} "),
            ("size        500x500;", f"size        {self.settings.size};"),
            ("cooldown    5s;",
             f"cooldown    {round(self.settings.cooldown * 1000)}ms;"),
            ("unix:/run/redis/redis-server.sock", f"unix:{redis.socket}"),
            ("\"host=/run/postgresql dbname=canvas user=canvas_web\"",
             f"\"{postgres.conninfo} user=canvas_web\""),
            ("# cron_secret_file  /etc/canvas/cron-secret;",
             f"cron_secret_file  {self.secret_file};"),
            ("listen 8080 reuseport backlog=4096;",
             f"listen 127.0.0.1:{self.settings.port} reuseport "
             "backlog=4096;"),
            ("root /usr/share/ngx_canvas_module/web;",
             f"root {place.web_root()};"),
            ("alias /var/lib/canvas/archives/;",
             f"alias {place.file('archives')}/;"),
        ]


def open_files():
    """The open files that a worker can have, at most OPEN_FILES.

    Root may raise the hard limit, unless a container forbids it.
    """
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]

    if hard == resource.RLIM_INFINITY or hard >= OPEN_FILES:
        return OPEN_FILES

    try:
        process.run(["prlimit", f"--nofile={OPEN_FILES}", "true"])
    except StackError:
        return hard

    return OPEN_FILES
