"""bench/load counts exactly and sees what goes wrong: against the bare
broadcaster, and against a server that misbehaves in known ways."""

import json
import os
import pathlib
import socket
import ssl
import subprocess
import threading

import pytest

from small_canvas import SmallCanvas

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    build = tmp_path_factory.mktemp("build")
    environment = {name: value for name, value in os.environ.items()
                   if name not in ("MAKEFLAGS", "MAKELEVEL", "CFLAGS")}
    subprocess.run(["make", "-s", "-C", ROOT / "bench", f"BUILD={build}",
                    "programs"], check=True, env=environment)
    return build / "bench"


@pytest.fixture(params=[(0, 1), (5, 1), (5, 3)])
def broadcaster(programs, request):
    tick, processes = map(str, request.param)
    process = subprocess.Popen(
        [programs / "epoll_broadcast", "--tick", tick, "--processes",
         processes],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    yield int(process.stdout.readline())
    process.communicate()
    assert process.returncode == 0


@pytest.fixture
def canvas():
    """SmallCanvas with what the test asks for; closed at the end."""
    made = []

    def make(**options):
        made.append(SmallCanvas(**options))
        return made[-1]

    yield make
    for server in made:
        server.close()


def load(programs, port, mode, *options):
    """The result, with the lines start and stop before it."""
    run = subprocess.run(
        [programs / "load", mode, "--address", f"127.0.0.1:{port}",
         *map(str, options)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
        timeout=60)
    start, stop, result = map(json.loads, run.stdout.splitlines())
    assert (start["event"], stop["event"]) == ("start", "stop")
    assert run.returncode == 0
    return result


@pytest.mark.parametrize("form", [[], ["--binary"]])
@pytest.mark.parametrize("pace", [["--window", 4], ["--rate", 20000]])
def test_placements_are_counted(programs, broadcaster, form, pace):
    result = load(programs, broadcaster, "place-ws", "--connections", 5,
                  "--count", 1000, "--seconds", 30, *form, *pace)
    assert result["opened"] == 5
    assert result["sent"] == result["ok"] == result["ack_ms"]["n"] == 1000
    assert result["unanswered"] == result["refused"] == result["lost"] == 0
    ack = result["ack_ms"]
    assert 0 < ack["p50"] <= ack["p90"] <= ack["p99"] <= ack["max"]
    assert result["errors"] == {}


@pytest.mark.parametrize("form", [[], ["--binary"]])
def test_deliveries_are_counted(programs, broadcaster, form):
    result = load(programs, broadcaster, "fanout", "--connections", 50,
                  "--placers", 2, "--rate", 2000, "--count", 300,
                  "--seconds", 30, *form)
    assert result["opened"] == 52
    assert result["ok"] == 300
    assert result["deliveries"] == result["expected"] == 50 * 300
    assert result["gaps"] == result["resyncs"] == 0
    assert result["lag_ms"]["n"] == 4 * 300


VIEW = ["viewport", "--connections", 12, "--binary", "--size", "100x100",
        "--view", "30x20", "--spread", "--rate", 500, "--count", 150,
        "--seconds", 30]


def test_viewports_are_compared_with_what_was_placed(programs, canvas):
    result = load(programs, canvas().port, *VIEW)
    assert result["ok"] == 150
    # 6 % of the canvas each, and not one of them everything or nothing
    assert 0 < result["deliveries"] == result["expected"] < 12 * 150 / 4
    assert (result["outside"], result["wrong"], result["gaps"]) == (0, 0, 0)


def test_changes_outside_a_viewport_are_seen(programs, canvas):
    result = load(programs, canvas(blind=True).port, *VIEW)
    assert result["outside"] == 12 * 150 - result["expected"] > 0
    assert result["wrong"] == 0


def test_changes_missing_in_a_viewport_are_seen(programs, canvas):
    server = canvas(drop=lambda peer, seq: peer == 4)
    result = load(programs, server.port, *VIEW[:-2], "--seconds", 1)
    assert result["deliveries"] < result["expected"]
    assert result["wrong"] == 1


FANOUT = ["fanout", "--connections", 5, "--binary", "--rate", 500,
          "--count", 60, "--seconds", 30]


def test_deflated_messages_are_inflated(programs, canvas):
    result = load(programs, canvas().port, *FANOUT, "--deflate")
    assert result["deflated"] == 6
    assert result["deliveries"] == result["expected"] == 5 * 60
    assert result["errors"] == {}
    assert load(programs, canvas().port, *FANOUT)["deflated"] == 0


def test_what_cannot_be_inflated_is_seen(programs, canvas):
    result = load(programs, canvas(broken=True).port, *FANOUT, "--deflate")
    assert result["errors"]["bad deflate"] == result["lost"] > 0


def test_tls(programs, canvas, tmp_path):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                    "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
                    "/CN=test", "-keyout", tmp_path / "key", "-out",
                    tmp_path / "crt"], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "crt", tmp_path / "key")
    result = load(programs, canvas(context=context).port, *FANOUT, "--tls")
    assert result["deliveries"] == result["expected"] == 5 * 60
    assert result["errors"] == {}


def test_connects_are_counted(programs, canvas):
    server = canvas()
    result = load(programs, server.port, "connect", "--connections", 4,
                  "--seconds", 0.5)
    assert result["ok"] == result["open_ms"]["n"] > 4
    # those of the beginning, and those that the end met on their way
    assert 0 <= server.opened - 4 - result["ok"] <= 4
    assert result["failed"] == result["lost"] == 0


def storm(programs, server):
    """The result, after a reload when it was asked for."""
    run = subprocess.Popen(
        [programs / "load", "storm", "--address", f"127.0.0.1:{server.port}",
         "--connections", "20", "--handshakes", "30", "--placers", "2",
         "--rate", "200", "--binary", "--seconds", "60"],
        stdout=subprocess.PIPE, text=True)
    for line in run.stdout:
        message = json.loads(line)
        if message.get("event") == "reload":
            server.close_all()
    assert run.wait() == 0
    return message


def test_a_storm_comes_back_and_misses_nothing(programs, canvas):
    server = canvas()
    result = storm(programs, server)
    assert (result["opened"], result["reopened"]) == (22, 22)
    assert server.opened == 44 and server.guests == 2
    assert result["ok"] == result["sent"] > 0
    assert result["gaps"] == result["behind"] == result["unanswered"] == 0
    assert result["errors"] == {"close 1001": 22}
    phases = result["phases"]
    assert list(phases) == ["quiet", "burst", "burst_tail", "reload",
                            "reload_tail"]
    assert all(phase["seconds"] > 0 for phase in phases.values())
    assert result["ok"] == sum(phase["ack_ms"]["n"] if phase["ack_ms"] else 0
                               for phase in phases.values())


def test_a_change_lost_in_a_storm_is_seen(programs, canvas):
    server = canvas(drop=lambda peer, seq: seq == 100 and peer == 0)
    assert storm(programs, server)["gaps"] == 1


def test_idle_ends_with_standard_input(programs, broadcaster):
    result = load(programs, broadcaster, "idle", "--connections", 300)
    assert (result["opened"], result["failed"], result["lost"]) == (300, 0, 0)


def test_hold_ends_with_standard_input(programs, broadcaster):
    """Which is at its end here: long before the 60 seconds."""
    result = load(programs, broadcaster, "place-ws", "--hold", "--rate", 100,
                  "--seconds", 60)
    assert result["seconds"] < 30 and result["unanswered"] == 0


class FaultyServer:
    """Leaves out every 10th seq, refuses every 3rd HTTP placement, closes
    every HTTP connection after 5 answers, as nginx does in good order."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.lock = threading.Lock()
        self.listeners = []
        self.seq = 0
        self.posts = 0
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,),
                             daemon=True).start()

    def serve(self, connection):
        stream = connection.makefile("rwb")
        answers = 0
        while True:
            line = stream.readline()
            if not line:
                connection.close()
                return
            length = 0
            while (header := stream.readline()) != b"\r\n":
                name, value = header.split(b":", 1)
                if name.lower() == b"content-length":
                    length = int(value)
            stream.read(length)
            answers += 1
            if b" /ws " in line:
                return self.websocket(stream)
            self.answer(stream, line, answers)
            if answers == 5:
                stream.close()
                connection.close()
                return

    def answer(self, stream, line, answers):
        status = b"201 Created\r\nSet-Cookie: canvas_session=1; Path=/"
        if b" /api/pixel " in line:
            with self.lock:
                self.posts += 1
                status = b"429 Later" if self.posts % 3 == 0 else b"200 OK"
        close = b"Connection: close\r\n" if answers == 5 else b""
        stream.write(b"HTTP/1.1 " + status + b"\r\n" + close
                     + b"Content-Length: 2\r\n\r\n{}")
        stream.flush()

    def websocket(self, stream):
        stream.write(b"HTTP/1.1 101 Switching Protocols\r\n\r\n")
        self.send(stream, {"type": "welcome", "seq": self.seq})
        with self.lock:
            self.listeners.append(stream)
        while True:
            head = stream.read(2)
            if len(head) < 2:
                return
            mask = stream.read(4)
            data = stream.read(head[1] & 127)
            place = json.loads(bytes(byte ^ mask[i % 4]
                                     for i, byte in enumerate(data)))
            with self.lock:
                self.seq += 2 if self.seq % 10 == 8 else 1
                for listener in self.listeners:
                    self.send(listener, {
                        "type": "update", "x": place["x"], "y": place["y"],
                        "color": 1, "userId": "u", "seq": self.seq})
                self.send(stream, {"type": "placed", "seq": self.seq,
                                   "id": place["id"]})

    @staticmethod
    def send(stream, message):
        data = json.dumps(message, separators=(",", ":")).encode()
        stream.write(bytes([0x81, len(data)]) + data)
        stream.flush()


@pytest.fixture
def faulty():
    server = FaultyServer()
    yield server
    server.listener.close()


def test_gaps_are_seen(programs, faulty):
    result = load(programs, faulty.port, "fanout", "--connections", 3,
                  "--count", 50, "--seconds", 30)
    assert result["ok"] == 50
    assert result["deliveries"] == 3 * 50
    # 0 to 8, 10 to 18 and so on: 55 seqs for 50 changes
    assert result["expected"] == 3 * 55
    assert result["gaps"] == 3 * 5


def test_refusals_and_closed_connections_are_seen(programs, faulty):
    result = load(programs, faulty.port, "place-http", "--connections", 4,
                  "--count", 90, "--seconds", 30)
    assert (result["sent"], result["ok"], result["refused"]) == (90, 60, 30)
    assert result["errors"] == {"status 429": 30}
    assert result["ack_ms"]["n"] == 60
    assert result["lost"] == 0
    assert result["reopened"] > 10


def test_an_open_loop_over_http_keeps_its_rate(programs, faulty):
    result = load(programs, faulty.port, "place-http", "--connections", 4,
                  "--rate", 300, "--count", 90, "--seconds", 30)
    assert (result["sent"], result["ok"], result["refused"]) == (90, 60, 30)
    assert result["seconds"] > 89 / 300 - 0.01
    assert result["late_ms"]["n"] == 90


def test_no_server(programs):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    run = subprocess.run([programs / "load", "read", "--address",
                          f"127.0.0.1:{port}", "--connections", "3"],
                         stdout=subprocess.PIPE, text=True, timeout=60)
    assert run.returncode == 1
    assert json.loads(run.stdout)["failed"] == 3


@pytest.mark.parametrize("arguments,code", [
    (["--help"], 0), (["read", "--help"], 0), ([], 2), (["fly"], 2),
    (["read"], 2), (["read", "--address", "here"], 2),
    (["read", "--address", "127.0.0.1:1", "--connections", "0"], 2),
    (["read", "--address", "127.0.0.1:1", "--size", "5"], 2),
    (["read", "--address", "127.0.0.1:1", "more"], 2),
])
def test_usage(programs, arguments, code):
    run = subprocess.run([programs / "load", *arguments],
                         capture_output=True, text=True, timeout=60)
    assert run.returncode == code
    assert "usage:" in (run.stderr if code else run.stdout)
