"""The private PostgreSQL: one unix socket, no port, fsync on."""

import glob
import os
import signal
import subprocess

from . import process
from .server import Server
from .settings import StackError


class Postgres(Server):
    name = "postgres"
    comm = "postgres"
    # INT is the fast shutdown, QUIT the immediate one
    stopping = [(signal.SIGINT, 60), (signal.SIGQUIT, 5)]

    @property
    def socket_dir(self):
        return os.path.join(self.place.alias, "postgres")

    @property
    def conninfo(self):
        """Without a user: each client appends its own."""
        return f"host={self.socket_dir} port=5432 dbname=canvas"

    def prepare(self):
        self.place.folder("postgres", self.place.postgres, self.place.web,
                          0o750)
        data = self.place.file("postgres", "data")

        if os.path.exists(os.path.join(data, "PG_VERSION")):
            return

        # what a first start that was cut short has left
        subprocess.run(["rm", "-rf", data, data + ".new"], check=True)
        self.make_data(data + ".new")
        os.rename(data + ".new", data)

    def make_data(self, path):
        process.run([self._program("initdb"), "-D", path, "-U", "postgres",
                     "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"],
                    self.place.postgres)

    def start(self):
        self._forget_the_dead()
        return super().start()

    def command(self):
        options = {
            "listen_addresses": "",
            "unix_socket_directories": self.socket_dir,
            "unix_socket_permissions": "0770",
            "port": "5432",
            "timezone": "UTC",
            "log_timezone": "UTC",
        } | self.settings.postgres
        if self.place.is_root:
            options["unix_socket_group"] = self.place.group_name(
                self.place.web)

        args = [self._program("postgres"), "-D",
                self.place.file("postgres", "data")]
        for name, value in options.items():
            args += ["-c", f"{name}={value}"]

        keywords = {"cwd": self.place.file("postgres")}
        if self.place.is_root:
            keywords["user"] = self.place.postgres
            keywords["groups"] = [self.place.web.pw_gid]

        return args, keywords

    def ready(self):
        return subprocess.run(
            [self._program("pg_isready"), "-q", "-h", self.socket_dir,
             "-p", "5432", "-U", "postgres", "-d", "postgres"],
            check=False).returncode == 0

    def create_database(self):
        """The database `canvas`, when it is not there yet."""
        query = "SELECT 1 FROM pg_database WHERE datname = 'canvas'"

        if not self._sql(query).strip():
            self._sql("CREATE DATABASE canvas")

    def _forget_the_dead(self):
        """Removes lock files of a server that is gone.

        PostgreSQL does so itself, unless the number belongs to a zombie: in a
        container nobody may be there to reap what a crash has left.
        """
        for names in (("data", "postmaster.pid"), (".s.PGSQL.5432.lock",)):
            path = self.place.file("postgres", *names)
            try:
                with open(path, encoding="utf-8") as file:
                    pid = int(file.readline())
            except (OSError, ValueError):
                continue

            if process.parent(pid) is None:
                os.unlink(path)

    def _sql(self, text):
        return process.run([self._program("psql"), "-X", "-A", "-t", "-q",
                            "-h", self.socket_dir, "-p", "5432",
                            "-U", "postgres", "-d", "postgres", "-c", text])

    @staticmethod
    def _program(name):
        """Data folders belong to a major version: 15 is Debian 12's."""
        path = f"/usr/lib/postgresql/15/bin/{name}"

        if not os.path.exists(path):
            others = glob.glob(f"/usr/lib/postgresql/*/bin/{name}")
            found = f" (found {others[0]})" if others else ""
            raise StackError(f"there is no {path}{found}: install it with "
                             "deploy/install-packages run")

        return path
