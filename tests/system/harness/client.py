"""A WebSocket client for tests that are not asynchronous themselves.

All clients of the process share one event loop in a thread; it answers pings
and reads in the background, so that a test may look away.
"""

import asyncio
import functools
import json
import threading

import websockets

TIMEOUT = 30


class Closed(Exception):
    """The server closed: code and reason."""

    def __init__(self, code, reason):
        super().__init__(f"closed with {code} {reason}".rstrip())
        self.code = code


@functools.lru_cache(maxsize=None)
def event_loop():
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()

    return loop


class Client:
    """Messages arrive as dicts, binary frames as bytes, in order."""

    def __init__(self, url, cookie=None, origin=None, protocols=None,
                 **options):
        self.messages = []          # all so far
        self._next = 0
        self._closed = None
        self._arrived = threading.Condition()
        headers = {"Cookie": cookie} if cookie else {}
        self._socket = self._run(
            websockets.connect, url, origin=origin, extra_headers=headers,
            max_size=None, subprotocols=protocols, ping_interval=None,
            **options)
        asyncio.run_coroutine_threadsafe(self._read(), event_loop())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    @property
    def headers(self):
        """Of the server's answer to the handshake."""
        return self._socket.response_headers

    def send(self, message):
        """A dict goes as JSON; text and bytes as they are."""
        if isinstance(message, dict):
            message = json.dumps(message)
        self._run(self._socket.send, message)

    def place(self, x, y, color, **extra):
        self.send({"type": "place", "x": x, "y": y, "color": color} | extra)

    def receive(self, timeout=TIMEOUT):
        """The next message; Closed when there is none any more."""
        with self._arrived:
            if not self._arrived.wait_for(
                    lambda: self._next < len(self.messages)
                    or self._closed, timeout):
                raise TimeoutError("no message")
            if self._next == len(self.messages):
                raise self._closed
            self._next += 1
            return self.messages[self._next - 1]

    def wait_for(self, kind, timeout=TIMEOUT, **fields):
        """Skips to the next JSON message of that type and these fields."""
        while True:
            message = self.receive(timeout)
            if (isinstance(message, dict) and message["type"] == kind
                    and fields.items() <= message.items()):
                return message

    def wait_closed(self, timeout=TIMEOUT):
        """The close code."""
        with self._arrived:
            assert self._arrived.wait_for(lambda: self._closed, timeout), \
                "the connection is still open"
            return self._closed.code

    def updates(self):
        """Changes seen so far as (seq, x, y, color)."""
        with self._arrived:
            return [(m["seq"], m["x"], m["y"], m["color"])
                    for m in self.messages
                    if isinstance(m, dict) and m["type"] == "update"]

    def close(self):
        self._run(self._socket.close)

    @staticmethod
    def _run(function, *args, **keywords):
        """Called and awaited in the loop's thread."""
        async def run():
            return await function(*args, **keywords)

        return asyncio.run_coroutine_threadsafe(
            run(), event_loop()).result(TIMEOUT)

    async def _read(self):
        try:
            async for data in self._socket:
                self._add(json.loads(data) if isinstance(data, str) else data)
        except websockets.ConnectionClosed:
            pass

        with self._arrived:
            self._closed = Closed(self._socket.close_code,
                                  self._socket.close_reason)
            self._arrived.notify_all()

    def _add(self, message):
        with self._arrived:
            self.messages.append(message)
            self._arrived.notify_all()
