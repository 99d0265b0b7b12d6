"""The four servers of a stack, and their order."""

from . import process
from .nginx import Nginx
from .place import Place
from .postgres import Postgres
from .record import Record
from .redis import Redis
from .settings import StackError


class Stack:
    def __init__(self, settings):
        self.settings = settings
        self.place = Place(settings.run_dir)
        self.redis = Redis(settings, self.place)
        self.postgres = Postgres(settings, self.place)
        self.record = Record(settings, self.place)
        self.nginx = Nginx(settings, self.place)
        # each needs those before it
        self.servers = [self.redis, self.postgres, self.record, self.nginx]

    def up(self):
        """All of it running and ready; or StackError and none of it."""
        self.place.open()

        with self.place.locked():
            if self.running() == self.servers and self._same_port():
                return

            # what a crash has left
            self._stop()

            try:
                self._start()
            except BaseException:
                self._stop()
                raise

    def down(self):
        """None of it running; harmless when nothing was."""
        if not self.place.find():
            return

        with self.place.locked():
            self._stop()

    def running(self):
        return [server for server in self.servers if server.main_pid()]

    def _same_port(self):
        port = self.nginx.running_port()

        if port != self.settings.port:
            raise StackError(
                f"RUN_DIR {self.settings.run_dir} is in use by a canvas on "
                f"port {port}: stop it with make down, or choose another "
                "RUN_DIR")

        return True

    def _start(self):
        self.nginx.check_port()
        self.place.link_alias()
        self.place.folder("log")

        for server in self.servers:
            server.prepare()

        self.record.write_conf(self.redis, self.postgres)
        self.nginx.write_conf(self.redis, self.postgres)
        self.nginx.test()

        self.redis.start()
        self.postgres.start()
        self.postgres.create_database()
        self.record.migrate(self.postgres)
        self.record.start()
        self.nginx.start()

    def _stop(self):
        for server in reversed(self.servers):
            server.stop()

        self.place.unlink_alias()

    def wait(self, interrupted):
        """Until interrupted() or until a server is gone: its name."""
        while not interrupted():
            gone = [server.name for server in self.servers
                    if server not in self.running()]
            if gone:
                return gone[0]
            process.wait_for(interrupted, 1)

        return None
