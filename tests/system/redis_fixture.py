"""A private redis-server and the vocabulary of the Function library.

RedisServer runs one server on a unix socket in a temporary directory.
Canvas builds keys and arguments of one canvas as docs/redis.md names them.
The fixtures give every test an empty server with a library that has opened
nothing.
"""

import os
import pathlib
import shutil
import signal
import struct
import subprocess
import tempfile
import uuid

import pytest
import redis

from harness.stack import wait_for

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIBRARY = ROOT / "ngx_canvas_module" / "redis"

ALICE = "11111111-1111-4111-8111-111111111111"
BOB = "22222222-2222-4222-8222-222222222222"
SESSION = "ab" * 32


def library_text():
    """The Function library as Redis takes it: one text of all files."""
    names = (LIBRARY / "SOURCES").read_text().split()
    return "".join((LIBRARY / name).read_text() for name in names)


class RedisServer:
    def __init__(self, *options):
        self.directory = tempfile.mkdtemp(prefix="canvas-redis-")
        self.socket = os.path.join(self.directory, "redis.sock")
        self.options = options
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", self.socket,
             "--dir", self.directory, "--appendonly", "yes",
             "--appendfsync", "everysec", "--save", "", *self.options],
            stdout=open(os.path.join(self.directory, "log"), "ab"),
            stderr=subprocess.STDOUT)
        wait_for(self.answers)

    def answers(self):
        if self.process.poll() is not None:
            raise AssertionError("redis-server ended by itself")
        try:
            with self.connect() as connection:
                return connection.ping()
        except redis.RedisError:        # not there yet, or loading its data
            return False

    def connect(self, **options):
        return redis.Redis(unix_socket_path=self.socket, **options)

    def load_library(self):
        with self.connect() as connection:
            connection.function_load(library_text(), replace=True)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def restart(self):
        """With all it was told: when the disk is slow, what a killed one
        finds in its file may be older."""
        self.process.terminate()
        self.process.wait()
        self.start()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.directory)


class Canvas:
    """One canvas under one prefix, through one connection."""

    CLOSING = ("state", "rules")

    def __init__(self, connection, prefix="{main}:"):
        self.connection = connection
        self.prefix = prefix
        self.channel = self.key("canvas:updates")
        self.page = [self.key("canvas:" + name) for name in
                     ("state", "seq", "epoch", "rules", "events")]

    def key(self, name):
        return self.prefix + name

    def call(self, function, keys, *arguments):
        return self.connection.fcall(function, len(keys), *keys, *arguments)

    def on_page(self, function, *arguments):
        return self.call(function, self.page, self.channel, *arguments)

    def init(self, width=64, height=48, colors=16, background=15,
             mode="classic", week=5, year=2026, rules="", cooldown=""):
        return self.on_page("canvas_init", width, height, colors, background,
                            mode, week, year, rules, cooldown)

    def place_keys(self, actor):
        return [*self.page, self.key("ratelimit:user:" + actor),
                self.key("banned:" + actor), self.key("canvas:actors")]

    def place_call(self, x, y, color, actor, kind="u", request_id="",
                   cooldown=0):
        """What follows FCALL."""
        keys = self.place_keys(actor)
        return ["canvas_place", len(keys), *keys, self.channel,
                request(x, y, color, actor, kind, cooldown), request_id]

    def place(self, *pixel, **options):
        return self.connection.fcall(*self.place_call(*pixel, **options))

    def place_session(self, x, y, color, session, request_id="",
                      cooldown=0, ttl=86400):
        keys = [*self.page, self.key("session:" + session),
                self.key("canvas:actors")]
        return self.call("canvas_place_session", keys, self.channel,
                         self.key("ratelimit:user:"), self.key("banned:"),
                         struct.pack(">HHBI", x, y, color, cooldown),
                         request_id, ttl)

    def place_batch(self, *placements):
        """Each is (x, y, color, actor) or (x, y, color, None, session), and
        then may come a dictionary: request_id, cooldown, kind."""
        keys, words = [*self.page, self.key("canvas:actors")], []
        for x, y, color, actor, *rest in placements:
            options = rest.pop() if rest and isinstance(rest[-1], dict) else {}
            cooldown = options.get("cooldown", 0)
            if actor:
                keys += [self.key("ratelimit:user:" + actor),
                         self.key("banned:" + actor)]
                words.append(request(x, y, color, actor,
                                     options.get("kind", "u"), cooldown))
            else:
                keys.append(self.key("session:" + rest[0]))
                words.append(struct.pack(">HHBI", x, y, color, cooldown))
            words.append(options.get("request_id", ""))
        return self.call("canvas_place_batch", keys, self.channel,
                         self.key("ratelimit:user:"), self.key("banned:"),
                         86400, *words)

    def ban(self, actor, reason="spam", **ttl):
        self.connection.set(self.key("banned:" + actor), reason, **ttl)

    BOARDS = ("leaderboard:users", "leaderboard:agents",
              "leaderboard:factions", "canvas:contributors")

    def fold(self, first, last, *counts):
        """counts: (kind, actor, pixels)."""
        return self.call("canvas_fold",
                         [*map(self.key, self.BOARDS),
                          self.key("canvas:folded")], first, last,
                         *(word for count in counts for word in count))

    def session_create(self, session, actor, username="guest", guest=1,
                       admin=0, ttl=86400):
        return self.call("canvas_session_create",
                         [self.key("session:" + session)], ttl, actor,
                         username, guest, admin, "1790000000000")

    def identify(self, session, ttl=86400):
        return self.call("canvas_identify",
                         [*self.page, self.key("session:" + session),
                          self.key("leaderboard:users"),
                          self.key("canvas:actors")], self.channel,
                         self.key("ratelimit:user:"), self.key("banned:"),
                         ttl)

    def join(self, session, faction="", ttl=86400):
        return self.call("canvas_join",
                         [*self.page, self.key("session:" + session),
                          self.key("canvas:actors"),
                          self.key("canvas:factions")], self.channel,
                         self.key("banned:"), ttl, faction)

    def rules(self, rules, forget=0, mode="classic", week=5, year=2026):
        return self.call("canvas_rules",
                         [*self.page, self.key("canvas:actors"),
                          self.key("canvas:factions")], self.channel,
                         mode, week, year, rules, forget)

    def decay(self, at, color, *pixels):
        """at: (epoch, seq); pixels: (x, y)."""
        return self.on_page("canvas_decay", *at, color,
                            b"".join(struct.pack(">HH", *pixel)
                                     for pixel in pixels))

    def hello(self):
        return self.on_page("canvas_hello")

    def read(self):
        return self.on_page("canvas_read")

    def load(self, epoch, seq, state, width=64, height=48, colors=16,
             background=15, mode="classic", week=5, year=2026, rules="",
             cooldown="", started=0):
        return self.on_page("canvas_load", width, height, colors, background,
                            mode, week, year, rules, cooldown, epoch, seq,
                            state, started)

    def closing(self, epoch, name):
        return self.key(f"canvas:closing:{epoch}:{name}")

    def turn(self, token, closing_epoch, reason="rotate", mode="classic",
             week=6, year=2026, rules="", cooldown="", marker=""):
        keys = [*self.page, self.key("canvas:contributors"),
                self.key("leaderboard:users"), self.key("leaderboard:agents"),
                self.key("leaderboard:factions"),
                self.key("canvas:rotation:lock"),
                *(self.closing(closing_epoch, name) for name in self.CLOSING),
                self.key("canvas:actors"), self.key("canvas:folded"),
                self.key("canvas:factions")]
        return self.call("canvas_turn", keys, self.channel, token,
                         closing_epoch, reason, mode, week, year, rules,
                         cooldown, marker)

    @property
    def epoch(self):
        return int(self.connection.get(self.key("canvas:epoch")))

    def lock(self, token):
        self.connection.set(self.key("canvas:rotation:lock"), token, px=60000)

    def settings(self, cooldown):
        return self.on_page("canvas_settings", cooldown)

    def events(self):
        """The log as Events, oldest first."""
        entries = self.connection.xrange(self.key("canvas:events"))
        return [Event(identity, fields[b"e"]) for identity, fields in entries]


def request(x, y, color, actor, kind="u", cooldown=0):
    """What canvas_place is asked for."""
    return (struct.pack(">HHB", x, y, color) + kind.encode()
            + uuid.UUID(actor).bytes + struct.pack(">I", cooldown))


class Event:
    """One entry of the log: at is (epoch, seq); a marker has reason, json."""

    def __init__(self, identity, data):
        self.at = tuple(map(int, identity.split(b"-")))
        self.epoch, self.seq = self.at
        self.data = data
        self.is_pixel = data[:1] == b"p"
        self.reason = self.json = None

        if self.is_pixel:
            (self.x, self.y, self.color, self.old, kind, actor, self.faction,
             ms) = struct.unpack(">HHBBc16sB7s", data[1:])
            self.ms = int.from_bytes(ms, "big")
            self.kind = kind.decode()
            self.actor = str(uuid.UUID(bytes=actor))
            self.pixel = self.x, self.y, self.color
        else:
            kind, self.reason, ms, self.json = data.decode().split(",", 3)
            assert kind == "m"
            self.ms = int(ms)


def replay(events, width, height, background):
    """The pixels that the log says, checking that it has no gap."""
    pixels, epoch, seq = None, 0, 0

    for event in events:
        if event.is_pixel:
            assert event.at == (epoch, seq + 1)
            seq += 1
            assert pixels[event.x + event.y * width] == event.old
            pixels[event.x + event.y * width] = event.color
        else:
            assert event.epoch > epoch
            assert event.seq == seq or event.reason == "restore" or not epoch
            epoch, seq = event.at
            if event.reason in ("init", "rotate", "reset"):
                pixels = [background] * (width * height)

    return pixels


def unpack(state, colors, count):
    if colors > 16:
        return list(state)
    return [n for byte in state for n in (byte >> 4, byte & 15)][:count]


def snapshot(connection):
    """Everything in the database, to show that a call changed nothing."""
    return {key: connection.dump(key) for key in connection.keys()}


def commands_run(connection):
    stats = connection.info("commandstats")
    return {name.removeprefix("cmdstat_"): value["calls"]
            for name, value in stats.items()}


@pytest.fixture(scope="module")
def shared_server():
    server = RedisServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def server(shared_server):
    with shared_server.connect() as connection:
        connection.flushall()
        connection.function_flush()
    shared_server.load_library()
    return shared_server


@pytest.fixture
def own_server():
    """For tests that kill or reconfigure it."""
    server = RedisServer()
    server.start()
    server.load_library()
    yield server
    server.stop()


@pytest.fixture
def canvas(server):
    with server.connect() as connection:
        yield Canvas(connection)
