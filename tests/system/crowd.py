"""Painters and watchers under faults, and the checker of their history.

Painters place over WebSocket, one placement at a time, and write down what
they know: ok (acknowledged, with seq), fail (refused) or info (the connection
died: unknown).  Watchers draw what they are sent on top of a canvas that they
fetched.  judge() compares all of it with the log and the images.
"""

import asyncio
import json
import random
import struct
import threading
import urllib.request

import websockets

from harness.stack import PREFIX, wait_for
from stream import RETRY, Stream


class Crowd:
    """with Crowd(stack, painters, watchers) as crowd: inject faults.

    rate: placements a second of all painters; else each as fast as answered.
    """

    def __init__(self, stack, painters=12, watchers=4, rate=None):
        self.stack = stack
        self.painters = painters
        self.ok = {}                # seq -> (x, y, color)
        self.unknown = []           # (x, y, color)
        self.refused = {}           # code -> how often
        self.watchers = [Watcher(stack) for _ in range(watchers)]
        self.stopping = False
        self.painters_done = False
        self.first = int(stack.redis.get(PREFIX + "canvas:seq"))
        # whoever was here before may have taken Redis from a worker
        wait_for(stack.stack.nginx.all_ready, what="ready workers")
        self.cookies = [stack.guest().cookie for _ in range(painters)]
        self.streams = [Stream(self, cookie, rate / painters)
                        for cookie in self.cookies] if rate else []
        self.thread = threading.Thread(target=lambda: asyncio.run(self.run()))

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *failure):
        self.stopping = True
        for watcher in self.watchers:
            watcher.stopping = failure[0] is not None
        if failure[0] is None:
            wait_for(lambda: self.painters_done, 60, "painters to stop")
            self.settle()
        for watcher in self.watchers:
            watcher.stopping = True
        self.thread.join(60)

    async def run(self):
        painters = [asyncio.create_task(painter) for painter in
                    ([stream.run() for stream in self.streams]
                     or [self.paint(cookie) for cookie in self.cookies])]
        watchers = [asyncio.create_task(watcher.run())
                    for watcher in self.watchers]
        await asyncio.gather(*painters)
        self.painters_done = True
        await asyncio.gather(*watchers)

    async def paint(self, cookie):
        while not self.stopping:
            try:
                async with websockets.connect(
                        self.stack.ws_url, extra_headers={"Cookie": cookie},
                        origin=self.stack.url, ping_interval=None,
                        max_size=None, open_timeout=5,
                        close_timeout=0.1) as socket:
                    epoch = json.loads(await receive(socket))["canvasInfo"][
                        "epoch"]
                    while not self.stopping:
                        epoch = await self.place(socket, epoch)
            except RETRY:
                await asyncio.sleep(0.02)

    async def place(self, socket, epoch):
        pixel = (random.randrange(500), random.randrange(500),
                 random.randrange(16))
        ident = random.randrange(1 << 30)
        try:
            await socket.send(json.dumps(dict(
                zip(("x", "y", "color"), pixel), type="place", id=ident)))
            while True:
                answer = json.loads(await receive(socket))
                epoch = answer.get("epoch", epoch)
                if answer.get("id") == ident:
                    break
        except RETRY:
            self.unknown.append(pixel)
            raise

        if answer["type"] == "placed":
            self.ok[answer["seq"]] = pixel
        elif answer["code"] == "UNAVAILABLE":
            self.unknown.append(pixel)
        else:
            self.refuse(answer["code"])

        return epoch

    def refuse(self, code):
        self.refused[code] = self.refused.get(code, 0) + 1

    def times(self):
        """Of what streams placed: seq -> (when sent, when answered)."""
        return {seq: at for stream in self.streams
                for seq, at in stream.times.copy().items()}

    def wait_ok(self, n):
        """Until n more placements have been acknowledged."""
        aim = len(self.ok) + n
        wait_for(lambda: len(self.ok) >= aim, 60, f"{n} placements")

    def settle(self):
        """Until every watcher stands where Redis stands."""
        def settled():
            head = (int(self.stack.redis.get(PREFIX + "canvas:epoch")),
                    int(self.stack.redis.get(PREFIX + "canvas:seq")))
            return all((w.epoch, w.seq) == head for w in self.watchers)

        wait_for(settled, 60, "the watchers")

    def judge(self):
        """One history, one checker; returns the served image."""
        final = self.stack.check_equal()

        log = self.stack.sql("SELECT epoch, seq, x, y, color "
                             "FROM pixel_events WHERE seq > %s "
                             "ORDER BY epoch, seq", self.first)
        seqs = [row[1] for row in log]
        assert seqs == list(range(self.first + 1, final.seq + 1)), \
            "a gap or a repetition in the log"

        pixels = {row[1]: tuple(row[2:]) for row in log}
        lost = {seq: pixel for seq, pixel in self.ok.items()
                if pixels.get(seq) != pixel}
        assert not lost, f"acknowledged but not in the log: {lost}"

        extra = [pixel for seq, pixel in pixels.items() if seq not in self.ok]
        for pixel in extra:
            assert pixel in self.unknown, f"nobody placed {pixel}"
        assert len(extra) <= len(self.unknown)
        assert not self.refused, self.refused

        for watcher in self.watchers:
            assert watcher.gaps == 0, "a change was left out without a word"
            assert bytes(watcher.pixels) == final.pixels, "a wrong pixel"

        return final


class Watcher:
    """Draws; epoch and seq say where its picture stands."""

    def __init__(self, stack):
        self.stack = stack
        self.stopping = False
        self.epoch = self.seq = -1
        self.pixels = None
        self.width = 0
        self.gaps = self.resyncs = self.connects = 0

    async def run(self):
        while not self.stopping:
            try:
                await self.fetch()
                await self.watch()
            except RETRY:
                await asyncio.sleep(0.05)

    async def fetch(self):
        def get():
            with urllib.request.urlopen(self.stack.url + "/api/v1/canvas",
                                        timeout=5) as answer:
                return answer.headers, answer.read()

        head, body = await asyncio.get_running_loop().run_in_executor(
            None, get)
        self.pixels = bytearray(body)
        self.width = int(head["X-Canvas-Width"])
        self.epoch = int(head["X-Canvas-Epoch"])
        self.seq = int(head["X-Canvas-Seq"])

    async def watch(self):
        async with websockets.connect(
                f"{self.stack.ws_url}?since={self.seq}&epoch={self.epoch}",
                origin=self.stack.url, subprotocols=["canvas.v1.bin"],
                ping_interval=None, max_size=None, open_timeout=5,
                close_timeout=0.1) as socket:
            self.connects += 1
            while not self.stopping:
                try:
                    message = await asyncio.wait_for(socket.recv(), 0.5)
                except asyncio.TimeoutError:
                    continue
                if not self.take(message):
                    return

    def take(self, message):
        """False: the canvas has to be fetched again."""
        if isinstance(message, str):
            kind = json.loads(message)["type"]
            if kind in ("resync", "week_reset", "canvas_reset"):
                self.resyncs += 1
                return False
            return True

        last, = struct.unpack(">Q", message[1:9])
        count = (len(message) - 9) // 5
        if last - count != self.seq:
            self.gaps += 1
            return False

        for x, y, color in struct.iter_unpack(">HHB", message[9:]):
            self.pixels[y * self.width + x] = color
        self.seq = last

        return True


async def receive(socket):
    return await asyncio.wait_for(socket.recv(), 10)
