"""What the servers of a stack have in common: start, wait, stop."""

import os

from . import process
from .settings import StackError


class Server:
    """One server; its file says how it starts and when it is ready."""

    name = ""           # of pid file and log
    comm = ""           # of the process, as in /proc/PID/comm
    stopping = []       # (signal, seconds to wait), SIGKILL follows
    start_seconds = 60

    def __init__(self, settings, place):
        self.settings = settings
        self.place = place

    @property
    def pid_file(self):
        return self.place.file(f"{self.name}.pid")

    @property
    def log(self):
        return self.place.log(f"{self.name}.log")

    def pids(self):
        return process.find(self.comm, self.place.log())

    def main_pid(self):
        """The pid in the pid file, if it is this server; else None."""
        try:
            with open(self.pid_file, encoding="utf-8") as file:
                pid = int(file.read())
        except (OSError, ValueError):
            return None

        return pid if pid in self.pids() else None

    def prepare(self):
        """Folders and files; nothing runs yet."""

    def command(self):
        """Arguments, and keywords of process.start()."""
        raise NotImplementedError

    def ready(self):
        raise NotImplementedError

    def start(self):
        """Returns when it is ready; StackError when it does not come up."""
        args, keywords = self.command()
        child = process.start(args, self.log, **keywords)
        self.place.write(f"{self.name}.pid", f"{child.pid}\n")

        process.wait_for(lambda: child.poll() is not None or self.ready(),
                         self.start_seconds)

        if child.poll() is not None or not self.ready():
            raise StackError(f"{self.name} does not come up: "
                             f"{process.log_tail(self.log)}; see {self.log}")

        return child

    def stop(self):
        process.stop(self.pids, self.stopping)

        if os.path.exists(self.pid_file):
            os.unlink(self.pid_file)
