"""A Redis that answers what no Redis would: no crash, and a new attempt.

A hundred canvases share one false server, so that as many broken answers are
tried at a time.  What it answers otherwise are the real one's own bytes.
"""

import itertools
import os
import socket
import threading

import pytest
from harness.stack import PREFIX, TestStack, wait_for

CANVASES = 100
COLUMNS = "canvas:state canvas:seq canvas:epoch canvas:rules canvas:events"
PAGE = [PREFIX + key for key in COLUMNS.split()]
CHANNEL = PREFIX + "canvas:updates"
SUBSCRIBED = (b"*3\r\n$9\r\nsubscribe\r\n$%d\r\n%b\r\n:1\r\n"
              % (len(CHANNEL), CHANNEL.encode()))


def message(*elements):
    return b"*%d\r\n%b" % (len(elements), b"".join(elements))


def bulk(text):
    return b"$%d\r\n%b\r\n" % (len(text), text)


# what a server may say at any moment
RUBBISH = [
    b"\r\n", b"\0" * 100, b"HTTP/1.1 400 Bad Request\r\n\r\n", b"?\r\n",
    b"+\r\n", b"-\r\n", b":\r\n", b":x\r\n", b":99999999999999999999\r\n",
    b"$-1\r\n", b"$-2\r\n", b"$x\r\n", b"$5\r\nab\r\n", b"$4294967296\r\n",
    b"*-1\r\n", b"*-2\r\n", b"*0\r\n", b"*1\r\n*0\r\n", b"*1\r\n$-1\r\n",
    b"*2147483647\r\n", b"*99999999999\r\n", b"*70000\r\n" + b":1\r\n" * 70000,
    b"*1\r\n" * 20, b"*2\r\n$2\r\nOK\r\n$-1\r\n", b"*1\r\n$2\r\nOK\r\n",
    b"*1\r\n+OK\r\n", b"-ERR no\r\n", b"-LOADING\r\n", b"-NOSCRIPT\r\n",
    message(bulk(b"OK"), *[b":-1\r\n"] * 13),
    message(bulk(b"OK"), *[b":9223372036854775807\r\n"] * 13),
    message(bulk(b"OK"), *[bulk(b"")] * 13),
    message(bulk(b"OK"), *[bulk(b"x" * 300)] * 13),
    message(bulk(b"OK"), *[b"*1\r\n:1\r\n"] * 13),
    message(bulk(b"NOT_INITIALISED")), message(bulk(b"CONFLICT"), b"$-1\r\n"),
    message(bulk(b"RATE_LIMITED"), b":-5\r\n"),
]

# where a batch of one placement is to be answered
PLACED = [message(bulk(b"OK"), bulk(text)) for text in (
    b"", b" ", b"OK", b"OK ", b"OK 1-1", b"OK 1-1 ", b"OK 1-1 5", b"OK 1 5",
    b"OK 1-1 5 g", b"OK 1-1 -5", b"OK 1-1 5 g" + b"x" * 36,
    b"OK 1-1 5 g" + b"11111111-1111-4111-8111-111111111111" * 2,
    b"OK 18446744073709551616-1 5", b"RATE_LIMITED", b"RATE_LIMITED -5",
    b"RATE_LIMITED " + b"9" * 40, b"RULE_VIOLATION " + b"r" * 300, b"\0" * 99)
] + [message(bulk(b"OK"), bulk(b"\n".join([b"OK 1-1 5"] * n)))
     for n in (0, 2, 40)
] + [message(bulk(b"OK"), *more) for more in (
    [], [b":1\r\n"], [b"$-1\r\n"], [message()], [bulk(b"OK 1-1 5")] * 2,
    [bulk(b"\n")], [bulk(b"OK 1-1 5\n")])]

# what may follow a subscription, besides
MESSAGES = [
    message(bulk(b"message"), bulk(CHANNEL.encode())),
    message(bulk(b"message"), bulk(b"other"), bulk(b"1-1 r")),
    message(bulk(b"message"), bulk(CHANNEL.encode()), b"$-1\r\n"),
    message(bulk(b"message"), bulk(CHANNEL.encode()), b"*1\r\n:1\r\n"),
    message(bulk(b"message"), b":1\r\n", bulk(b"")),
    message(b":1\r\n", bulk(CHANNEL.encode()), bulk(b"")),
    message(b"*1\r\n:1\r\n", bulk(b""), bulk(b"")),
    message(bulk(b""), bulk(b""), bulk(b"")),
    message(bulk(b"unsubscribe"), bulk(CHANNEL.encode()), b":0\r\n") * 2,
    message(bulk(b"unsubscribe"), bulk(CHANNEL.encode()), bulk(b"")),
    message(bulk(b"pmessage"), bulk(b"*"), bulk(b"x"), bulk(b"y")),
    SUBSCRIBED * 3,
] + [message(bulk(b"message"), bulk(CHANNEL.encode()), bulk(text))
     for text in (b"", b"r", b"\n\n\n", b"1-1", b"1-1 p,", b"0-0 m,init,0,{}",
                  b"1-18446744073709551615 p,0,0,0,0,g,"
                  b"00000000-0000-4000-8000-000000000000,0",
                  b"1-1 p,65535,65535,255,255,g,"
                  b"00000000-0000-4000-8000-000000000000,0", b"\0" * 999)]


class FakeRedis:
    """Answers by the command's name; each script is used once, and then the
    connection is closed behind it."""

    def __init__(self, path):
        self.answers = {"PING": b"+PONG\r\n", "SUBSCRIBE": SUBSCRIBED}
        self.scripts = {}
        self.clients = set()
        self.lock = threading.Lock()
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        os.chmod(path, 0o777)
        self.listener.listen(4 * CANVASES)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=[client],
                             daemon=True).start()

    def serve(self, client):
        self.clients.add(client)
        try:
            with client, client.makefile("rb") as file:
                while self.answer(client, command(file)):
                    pass
        except (OSError, EOFError):
            pass
        finally:
            self.clients.discard(client)

    def answer(self, client, words):
        name = words[1] if words[0] == "FCALL" else words[0]

        with self.lock:
            script = self.scripts[name].pop() if self.scripts.get(name) \
                else None

        client.sendall(script if script is not None
                       else self.answers.get(name, b"-ERR unknown\r\n"))
        return script is None

    def play(self, name, scripts):
        """To clients that begin anew, until each was sent once."""
        with self.lock:
            self.scripts[name] = list(scripts)
        for client in list(self.clients):
            try:
                client.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        # a connection each, hundreds of them
        wait_for(lambda: not self.scripts[name], 180,
                 f"{name} to be tried")

    def close(self):
        # wakes accept() too
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


def command(file):
    line = file.readline()
    if not line:
        raise EOFError
    words = []
    for _ in range(int(line[1:])):
        length = int(file.readline()[1:])
        words.append(file.read(length + 2)[:-2].decode("latin-1"))
    return words


def ask_redis(path, *words):
    """The real bytes of an answer."""
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(path)
        # the answer to QUIT ends it
        for line in (words, ("QUIT",)):
            sock.sendall(message(*(bulk(word.encode()) for word in line)))
        answer = b""
        while data := sock.recv(65536):
            answer += data
    return answer.removesuffix(b"+OK\r\n")


@pytest.fixture(scope="module", name="fakes")
def fixture_fakes(open_folder):
    path = os.path.join(open_folder, "redis.sock")
    fake = FakeRedis(path)
    block = (f"canvas fake{{}} {{{{ size 16x16; history 256; "
             f"redis unix:{path} timeout=500ms; }}}}")
    location = ("location = /fake{0}/ws {{ canvas_websocket fake{0}; }}"
                "location = /fake{0}/pixel {{ canvas_place fake{0}; }}")
    stack = TestStack(workers=1, size="16x16",
                      http=[block.format(i) for i in range(CANVASES)],
                      server=[location.format(i) for i in range(CANVASES)])
    try:
        stack.up()
        real = stack.stack.redis.socket
        for name in ("canvas_hello", "canvas_read"):
            fake.answers[name] = ask_redis(real, "FCALL", name, "5", *PAGE,
                                           CHANNEL)
            assert fake.answers[name].startswith(b"*"), fake.answers[name]
        yield fake, stack
    finally:
        fake.close()
        stack.remove()


@pytest.fixture(name="fake")
def fixture_fake(fakes):
    """Whatever is answered: the same worker goes on and serves."""
    fake, stack = fakes
    workers = stack.workers()
    stack.logs.skip()
    yield fake
    with stack.client(stack.guest()) as client:
        client.place(1, 1, 1, id=1)
        client.wait_for("placed", id=1)
    assert stack.workers() == workers
    stack.logs.check()


def cuts(answer, step=1):
    return [answer[:n] for n in range(0, len(answer), step)]


def test_image_cut_at_each_byte(fake):
    answer = fake.answers["canvas_read"]
    fake.play("canvas_read", cuts(answer) + RUBBISH)


def test_hello_cut_at_each_byte(fake):
    answer = fake.answers["canvas_hello"]
    fake.play("canvas_hello", cuts(answer))


def test_rubbish_instead_of_hello(fake):
    answer = fake.answers["canvas_hello"]
    fake.play("canvas_hello", RUBBISH
              + [answer + rubbish for rubbish in RUBBISH])


def test_rubbish_instead_of_a_greeting(fake):
    fake.play("PING", RUBBISH + [b"+PONG\r\n" + rubbish
                                 for rubbish in RUBBISH])


def test_rubbish_instead_of_messages(fake):
    fake.play("SUBSCRIBE", RUBBISH + cuts(SUBSCRIBED)
              + [SUBSCRIBED + rubbish for rubbish in RUBBISH + MESSAGES])


@pytest.mark.parametrize("path, name", [
    ("pixel", "canvas_place_batch"), ("ws", "canvas_identify")])
def test_rubbish_for_a_request(fakes, fake, path, name):
    _, stack = fakes
    guest = stack.guest()
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket",
               "Sec-WebSocket-Version": "13",
               "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="}
    canvases = itertools.cycle(range(CANVASES))

    def ask():
        url = f"/fake{next(canvases)}/{path}"
        if path == "pixel":
            return guest.post(url, json={"x": 1, "y": 1, "color": 1})
        answer = guest.get(url, headers=upgrade, stream=True)
        answer.close()
        return answer

    fake.scripts[name] = RUBBISH + (PLACED if path == "pixel" else [])
    seen = set()
    wait_for(lambda: seen.add(ask().status_code) or not fake.scripts[name],
             what="all of it to be tried")
    assert seen <= {101, 200, 403, 409, 429, 500, 503}, seen
