"""A canvas in a hundred lines, one thread a connection: enough for
bench/load, and wrong where a test wants it to be."""

import json
import socket
import struct
import threading
import urllib.parse
import zlib

ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


class Peer:
    def __init__(self, stream, deflate):
        self.stream = stream
        # one window for all its messages
        self.deflate = zlib.compressobj(wbits=-15) if deflate else None
        self.view = None

    def send(self, data, opcode=2):
        first = 0x80 | opcode
        if data is None:
            first, data = first | 0x40, b"\xff" * 20
        elif self.deflate and opcode in (1, 2):
            first |= 0x40
            data = (self.deflate.compress(data)
                    + self.deflate.flush(zlib.Z_SYNC_FLUSH))[:-4]
        length = bytes([len(data)]) if len(data) < 126 \
            else struct.pack(">BH", 126, len(data))
        try:
            self.stream.write(bytes([first]) + length + data)
            self.stream.flush()
        except (OSError, ValueError):
            pass

    def text(self, message):
        self.send(json.dumps(message, separators=(",", ":")).encode(), 1)


class SmallCanvas:
    """Binary placements; since, viewport, permessage-deflate, close.

    drop(peer index, seq): this peer does not get this change; blind: no
    viewport is heeded; broken: what it deflates cannot be inflated.
    """

    def __init__(self, context=None, drop=None, blind=False, broken=False):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self.listener.getsockname()[1]
        self.context = context
        self.drop = drop or (lambda peer, seq: False)
        self.blind = blind
        self.broken = broken
        self.lock = threading.Lock()
        self.log = []               # (x, y, color); seq 1 is the first
        self.peers = []
        self.opened = self.guests = 0
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
        try:
            if self.context:
                connection = self.context.wrap_socket(connection,
                                                      server_side=True)
            stream = connection.makefile("rwb")
            while self.request(stream):
                pass
        except (OSError, ValueError):
            pass
        finally:
            connection.close()

    def request(self, stream):
        line = stream.readline().split()
        if not line:
            return False
        headers = {}
        while (header := stream.readline()) != b"\r\n":
            name, value = header.decode().split(":", 1)
            headers[name.lower()] = value.strip()
        stream.read(int(headers.get("content-length", 0)))
        if line[1].startswith(b"/ws"):
            self.websocket(stream, line[1].decode(), headers)
            return False
        self.guests += b"guest" in line[1]
        stream.write(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n"
                     b"Set-Cookie: canvas_session=1; Path=/\r\n\r\n")
        stream.flush()
        return True

    def websocket(self, stream, path, headers):
        deflate = "permessage-deflate" in headers.get(
            "sec-websocket-extensions", "")
        stream.write((
            "HTTP/1.1 101 Switching Protocols\r\n"
            f"Sec-WebSocket-Accept: {ACCEPT}\r\n"
            + ("Sec-WebSocket-Extensions: permessage-deflate\r\n"
               if deflate else "")
            + "\r\n").encode())
        peer = Peer(stream, deflate)
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(path)
                                            .query))
        with self.lock:
            self.opened += 1
            peer.text({"type": "welcome", "canvasInfo": {
                "seq": len(self.log), "epoch": 7}})
            if "since" in query:
                assert query["epoch"] == "7"
                for seq in range(int(query["since"]) + 1,
                                 len(self.log) + 1):
                    self.update(peer, seq)
            self.peers.append(peer)
        while self.message(peer):
            pass

    def message(self, peer):
        head = peer.stream.read(2)
        if len(head) < 2:
            return False
        mask = peer.stream.read(4)
        data = bytes(byte ^ mask[i % 4] for i, byte in
                     enumerate(peer.stream.read(head[1] & 127)))
        opcode = head[0] & 15

        with self.lock:
            if opcode == 8:
                peer.send(data, 8)
                return False
            if opcode == 1:
                message = json.loads(data)
                if message["type"] == "viewport" and not self.blind:
                    peer.view = message
                elif message["type"] == "ping":
                    peer.text({"type": "pong"})
            elif opcode == 2:
                self.place(peer, data)
        return True

    def place(self, peer, data):
        _, number, x, y, color = struct.unpack(">BIHHB", data)
        self.log.append((x, y, color))
        peer.send(struct.pack(">BIQI", 0x11, number, len(self.log), 0))
        for index, other in enumerate(self.peers):
            if not self.drop(index, len(self.log)):
                self.update(other, len(self.log))

    def update(self, peer, seq):
        x, y, color = self.log[seq - 1]
        view = peer.view
        if not view or (0 <= x - view["x"] < view["width"]
                        and 0 <= y - view["y"] < view["height"]):
            frame = struct.pack(">BQHHB", 1, seq, x, y, color)
            if self.broken:
                frame = None
            peer.send(frame)

    def close_all(self):
        """As a reload does: 1001 to everybody."""
        with self.lock:
            gone, self.peers = self.peers, []
            for peer in gone:
                peer.send(struct.pack(">H", 1001), 8)

    def close(self):
        self.listener.close()
