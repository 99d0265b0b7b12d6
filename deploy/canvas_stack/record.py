"""canvas-helper: its settings, the migration, and the recorder."""

import os
import signal

from . import process
from .server import Server
from .settings import SOURCE, StackError


class Record(Server):
    name = "record"
    comm = "canvas-helper"
    stopping = [(signal.SIGTERM, 30)]

    @property
    def conf(self):
        return self.place.file("canvas-helper.conf")

    def write_conf(self, redis, postgres):
        """The helper has the rights of canvas_service, and no more."""
        lines = {
            "redis": f"unix:{redis.socket}",
            "postgres": f"{postgres.conninfo} user=canvas_service",
            "sql_dir": os.path.join(SOURCE, "sql"),
            "size": self.settings.size,
            "archive_dir": self.place.file("archives"),
        } | self.settings.helper

        self.place.write("canvas-helper.conf", "".join(
            f"{name} = {value}\n" for name, value in lines.items()))

    def prepare(self):
        self.place.folder("archives")

        if not os.access(self.settings.canvas_helper, os.X_OK):
            raise StackError(f"there is no {self.settings.canvas_helper}: "
                             "build it with make")

    def migrate(self, postgres):
        """As the owner: the only command that is not for canvas_service."""
        process.run([self.settings.canvas_helper, "--config", self.conf,
                     "migrate"], extra={
            "CANVAS_POSTGRES": f"{postgres.conninfo} user=postgres"})

    def command(self):
        """Behind nginx and Redis: nobody waits for the recorder."""
        return ["nice", "-n", "5", self.settings.canvas_helper, "--config",
                self.conf, "record"], {}

    def ready(self):
        return self.main_pid() is not None
