"""The private Redis: one unix socket, no port, append-only file."""

import os
import signal
import socket

from .server import Server


class Redis(Server):
    name = "redis"
    comm = "redis-server"
    # it flushes the append-only file before it goes
    stopping = [(signal.SIGTERM, 60)]

    @property
    def socket(self):
        return os.path.join(self.place.alias, "redis", "redis.sock")

    def prepare(self):
        self.place.folder("redis", self.place.redis, self.place.web, 0o750)
        link = self.place.file("redis.sock")

        if not os.path.islink(link):
            os.symlink("redis/redis.sock", link)

    def command(self):
        options = {
            "port": "0",
            "unixsocket": self.socket,
            "unixsocketperm": "770",
            "dir": self.place.file("redis"),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "stop-writes-on-bgsave-error": "no",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
            "logfile": "",
        }
        args = ["/usr/bin/redis-server"]
        for name, value in options.items():
            args += [f"--{name}", value]

        keywords = {"cwd": self.place.file("redis")}
        if self.place.is_root:
            # the group of the socket is the one of the process
            keywords["user"] = self.place.user_in(self.place.redis,
                                                  self.place.web)
        return args, keywords

    def ready(self):
        """PONG, and not LOADING or a refused connection."""
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(5)
                connection.connect(self.socket)
                connection.sendall(b"PING\r\n")
                return connection.recv(64).startswith(b"+PONG")
        except OSError:
            return False
