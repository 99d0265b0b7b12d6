"""A WebSocket client that may break every rule of RFC 6455.

Raw sockets and hand-made frames, for tests of what a well-behaved library
would never send.  Everything waits with a limit, nothing sleeps.
"""

import base64
import json
import os
import socket
import struct

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
LIMIT = 10          # seconds any single wait may take


def frame(opcode, payload=b"", fin=True, rsv=0, masked=True, length=None,
          form=None):
    """One client frame; length and form (0, 16, 64) may lie."""
    if isinstance(payload, str):
        payload = payload.encode()

    n = len(payload) if length is None else length
    if form is None:
        form = 0 if n < 126 else 16 if n < 65536 else 64

    head = bytes([(0x80 if fin else 0) | rsv << 4 | opcode])
    mask_bit = 0x80 if masked else 0

    if form == 0:
        head += bytes([mask_bit | n])
    elif form == 16:
        head += bytes([mask_bit | 126]) + struct.pack(">H", n)
    else:
        head += bytes([mask_bit | 127]) + struct.pack(">Q", n)

    if not masked:
        return head + payload

    mask = os.urandom(4)
    return head + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(payload))


def handshake(host, path="/ws", key=None, headers=None, version="HTTP/1.1",
              method="GET", without=(), extra=b""):
    """The bytes of an opening handshake; headers override or add."""
    fields = {
        "Host": host,
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": key or base64.b64encode(os.urandom(16)).decode(),
        "Sec-WebSocket-Version": "13",
    }
    fields.update(headers or {})

    lines = [f"{method} {path} {version}"]
    for name, value in fields.items():
        if name in without:
            continue
        for one in value if isinstance(value, list) else [value]:
            lines.append(f"{name}: {one}")

    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + extra


class Closed(Exception):
    """The server closed the connection."""


class Wire:
    """One TCP connection to the server."""

    def __init__(self, host, port):
        self.name = f"{host}:{port}"
        self.sock = socket.create_connection((host, port), timeout=LIMIT)
        self.buffer = b""
        self.inflater = None        # when permessage-deflate was agreed on
        self.inflated = 0           # messages

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()

    def close(self):
        self.sock.close()

    def send(self, data):
        self.sock.sendall(data)

    def more(self):
        try:
            data = self.sock.recv(65536)
        except ConnectionResetError as error:
            raise Closed from error
        if not data:
            raise Closed
        self.buffer += data

    def take(self, n):
        while len(self.buffer) < n:
            self.more()
        data, self.buffer = self.buffer[:n], self.buffer[n:]
        return data

    def response(self):
        """Status and lower-case headers of an HTTP answer; body stays."""
        while b"\r\n\r\n" not in self.buffer:
            self.more()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        headers = {}
        for line in lines[1:]:
            name, value = line.split(":", 1)
            headers.setdefault(name.lower(), []).append(value.strip())
        return int(lines[0].split()[1]), headers

    def open(self, path="/ws", **options):
        """Opens a WebSocket; the headers of the 101."""
        self.send(handshake(self.name, path, **options))
        status, headers = self.response()
        assert status == 101, status
        return headers

    def frame(self):
        """(opcode, payload) of the next server frame."""
        first, second = self.take(2)
        compressed = first & 0x40 and self.inflater is not None
        assert first & (0x30 if compressed else 0x70) == 0, \
            "reserved bit set by the server"
        assert first & 0x80, "fragmented by the server"
        assert second & 0x80 == 0, "masked by the server"
        n = second & 0x7F
        if n == 126:
            n = struct.unpack(">H", self.take(2))[0]
            assert n > 125
        elif n == 127:
            n = struct.unpack(">Q", self.take(8))[0]
            assert n > 65535
        payload = self.take(n)
        if compressed:
            assert first & 0x0F in (TEXT, BINARY)
            payload = self.inflater.decompress(payload + b"\0\0\xff\xff")
            self.inflated += 1
        return first & 0x0F, payload

    def message(self):
        """The next JSON message."""
        while True:
            opcode, payload = self.frame()
            if opcode == CLOSE:
                raise Closed(close_code(payload))
            if opcode == TEXT:
                return json.loads(payload)

    def expect(self, kind, **fields):
        """The next message of that type (and fields), others passed over."""
        while True:
            message = self.message()
            if message["type"] == kind and all(
                message.get(k) == v for k, v in fields.items()
            ):
                return message

    def told(self):
        """The next message that is not about others coming and going."""
        while True:
            message = self.message()
            if message["type"] != "online":
                return message

    def say(self, message):
        self.send(frame(TEXT, json.dumps(message)))

    def closed(self):
        """The code of the close frame, or None when there was none."""
        code = None
        try:
            while True:
                opcode, payload = self.frame()
                if opcode == CLOSE:
                    code = close_code(payload)
        except Closed:
            return code


def close_code(payload):
    return struct.unpack(">H", payload[:2])[0] if len(payload) >= 2 else 1005
