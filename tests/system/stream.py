"""Painters of a Crowd that keep a rate: binary, many placements in flight.

Each has its share and sends when the next one is due, whether the last one
was answered or not, so that a server that stops for a moment is met by all
that became due meanwhile.  What they know goes into the crowd's history.
"""

import asyncio
import random
import struct
import time

import websockets

PLACE, PLACED, ERROR = 0x10, 0x11, 0x1F
UNAVAILABLE = 7

# placements of one painter without an answer, when the server falls behind
WINDOW = 256

RETRY = (OSError, asyncio.TimeoutError, websockets.WebSocketException)


class Stream:
    """One painter; times has when each seq was asked for and acknowledged."""

    def __init__(self, crowd, cookie, rate):
        self.crowd = crowd
        self.cookie = cookie
        self.every = 1 / rate
        self.times = {}             # seq -> (sent, answered)
        self.flying = {}            # id -> (when, (x, y, color))
        self.ident = 0

    async def run(self):
        while not self.crowd.stopping:
            try:
                await self.paint()
            except RETRY:
                self.crowd.unknown += [pixel for _, pixel
                                       in self.flying.values()]
                self.flying.clear()

    async def paint(self):
        async with websockets.connect(
                self.crowd.stack.ws_url, origin=self.crowd.stack.url,
                extra_headers={"Cookie": self.cookie},
                subprotocols=["canvas.v1.bin"], ping_interval=None,
                max_size=None, open_timeout=5, close_timeout=0.1) as socket:
            reader = asyncio.create_task(self.read(socket))
            try:
                await self.write(socket, reader)
                await asyncio.wait_for(reader, 30)
            finally:
                reader.cancel()

    async def write(self, socket, reader):
        due = time.monotonic()
        while not self.crowd.stopping and not reader.done():
            if due > time.monotonic() or len(self.flying) >= WINDOW:
                await asyncio.sleep(self.every / 2)
                continue
            due += self.every
            await self.place(socket)
        # its answer wakes the reader when there is no other
        await socket.send("{\"type\":\"ping\"}")

    async def place(self, socket):
        pixel = (random.randrange(500), random.randrange(500),
                 random.randrange(16))
        self.ident += 1
        self.flying[self.ident] = time.monotonic(), pixel
        await socket.send(struct.pack(">BIHHB", PLACE, self.ident, *pixel))

    async def read(self, socket):
        """Until all is answered and no more will be asked for."""
        while not self.crowd.stopping or self.flying:
            message = await socket.recv()
            if isinstance(message, bytes):
                self.take(message)

    def take(self, message):
        kind = message[0]
        if kind not in (PLACED, ERROR):
            return

        sent, pixel = self.flying.pop(struct.unpack(">I", message[1:5])[0])
        if kind == PLACED:
            seq, = struct.unpack(">Q", message[5:13])
            self.times[seq] = sent, time.monotonic()
            self.crowd.ok[seq] = pixel
        elif message[5] == UNAVAILABLE:
            self.crowd.unknown.append(pixel)
        else:
            self.crowd.refuse(message[5])
