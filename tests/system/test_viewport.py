"""Viewports: exactly what is inside, in order, once; equal ones share."""

import random
import struct

import pytest

import wire
from harness.stack import PREFIX, wait_for
from redis_fixture import Canvas
from test_metrics import metrics

STACK = {"workers": 1, "canvas": ["        send_queue 8;"]}
ACTOR = "00000000-0000-4000-8000-000000000000"
PLAIN = {"compression": None}
BINARY = {"protocols": ["canvas.v1.bin"], **PLAIN}

# text and binary, each also with permessage-deflate
FORMS = [{}, PLAIN, {"protocols": ["canvas.v1.bin"]}, BINARY]


def paint(stack, points):
    """Places at these points, color as given; [(seq, x, y, color)]."""
    canvas = Canvas(stack.redis, PREFIX)
    pipe = stack.redis.pipeline(transaction=False)
    for x, y, color in points:
        pipe.fcall(*canvas.place_call(x, y, color, ACTOR, "g"))
    return [(answer[1], *point)
            for answer, point in zip(pipe.execute(), points)]


def look(client, x, y, width, height):
    client.send({"type": "viewport", "x": x, "y": y, "width": width,
                 "height": height})


def inside(rectangle, x, y):
    if rectangle is None:
        return True
    left, top, width, height = rectangle
    return left <= x < left + width and top <= y < top + height


def received(client):
    """(seq, x, y, color) of all updates; binary: seq of its frame."""
    found = []
    for message in list(client.messages):
        if isinstance(message, bytes) and message[0] == 1:
            seq, = struct.unpack(">Q", message[1:9])
            found += [(seq, *record) for record in
                      struct.iter_unpack(">HHB", message[9:])]
        elif isinstance(message, dict) and message["type"] == "update":
            found.append(tuple(message[key]
                               for key in ("seq", "x", "y", "color")))
    return found


def served(stack, seq):
    wait_for(lambda: stack.get("/api/v1/canvas/info").json()["seq"] == seq,
             what="the image")


def test_the_edges(stack):
    with stack.client() as client:
        look(client, 100, 50, 30, 20)
        client.wait_for("viewport")
        changes = paint(stack, [(x, y, 1) for x in (99, 100, 129, 130)
                                for y in (49, 50, 69, 70)])
        wait_for(lambda: len(received(client)) >= 4, what="what is inside")

        client.send({"type": "viewport"})
        heeded = client.wait_for("viewport")["seq"]
        changes += paint(stack, [(499, 499, 2)])
        expected = [change for change in changes if change[0] > heeded
                    or inside((100, 50, 30, 20), *change[1:3])]
        assert len(expected) >= 5
        wait_for(lambda: received(client)[-1:] == changes[-1:],
                 what="the last update")
        assert received(client) == expected


@pytest.mark.parametrize("x, y, width, height", [
    (500, 0, 1, 1), (0, 500, 1, 1), (65535, 65535, 10, 10)])
def test_outside_is_refused(stack, x, y, width, height):
    with stack.client() as client:
        look(client, x, y, width, height)
        assert client.wait_for("error")["code"] == "INVALID_COORDS"
        change, = paint(stack, [(3, 3, 3)])
        assert client.wait_for("update")["seq"] == change[0]


def test_the_whole_canvas_is_no_viewport(stack):
    with stack.client() as client:
        look(client, 0, 0, 65535, 65535)
        client.wait_for("viewport")
        assert metrics(stack)["canvas_viewports", None] == 0


def test_random_views_against_a_model(stack):
    """Views that come, move and go while changes arrive."""
    rng = random.Random(5)
    painted = {}
    clients = [stack.client(**FORMS[i % len(FORMS)]) for i in range(16)]
    looked = [[None] for _ in clients]

    for _ in range(60):
        for client, rectangles in zip(clients, looked):
            if rng.random() < 0.3:
                rectangle = rng.choice([
                    (0, 0, 250, 500), (240, 240, 20, 20), None,
                    (rng.randrange(500), rng.randrange(500),
                     rng.randrange(1, 300), rng.randrange(1, 300))])
                if rectangle:
                    look(client, *rectangle)
                else:
                    client.send({"type": "viewport"})
                rectangles.append(rectangle)

        painted |= {seq: point for seq, *point in paint(stack, [
            (rng.randrange(500), rng.randrange(500), rng.randrange(16))
            for _ in range(rng.randrange(1, 120))])}

    for client, rectangles in zip(clients, looked):
        client.send({"type": "viewport"})
        rectangles.append(None)
        wait_for(lambda: sum(isinstance(m, dict) and m["type"] == "viewport"
                             for m in list(client.messages))
                 == len(rectangles) - 1, what="the answers")

    (last, *point), = paint(stack, [(1, 1, 1)])
    painted[last] = point

    for client, rectangles in zip(clients, looked):
        wait_for(lambda: received(client)[-1:]
                 and received(client)[-1][0] == last, what="the last one")
        check(client, rectangles, painted, last)
        client.close()

    wait_for(lambda: metrics(stack)["canvas_viewport_sockets", None] == 0,
             what="the sockets to go")
    assert metrics(stack)["canvas_viewports", None] == 0


def check(client, rectangles, painted, last):
    """From the seq of an answer on its rectangle was heeded."""
    starts = [client.welcome["canvasInfo"]["seq"]] + [
        message["seq"] for message in client.messages
        if isinstance(message, dict) and message["type"] == "viewport"]
    assert starts == sorted(starts)
    expected = []
    for rectangle, start, end in zip(rectangles, starts, starts[1:] + [last]):
        expected += [(seq, *painted[seq])
                     for seq in range(start + 1, end + 1)
                     if inside(rectangle, *painted[seq][:2])]
    found = received(client)

    # a binary frame has one seq for all of its changes
    if any(isinstance(message, bytes) for message in client.messages):
        assert all(seq <= frame for (seq, *_), (frame, *_)
                   in zip(expected, found))
        assert [frame for frame, *_ in found] == sorted(
            frame for frame, *_ in found)
        found = [change[1:] for change in found]
        expected = [change[1:] for change in expected]

    assert found == expected


def test_equal_viewports_share_a_frame(stack):
    clients = [stack.client(**BINARY) for _ in range(5)]
    for client in clients:
        look(client, 10, 10, 10, 10)
        client.wait_for("viewport")
    before = metrics(stack)
    assert before["canvas_viewports", None] == 1
    assert before["canvas_viewport_sockets", None] == 5

    paint(stack, [(15, 15, 7)])
    for client in clients:
        wait_for(lambda: received(client), what="the update")
    after = metrics(stack)
    assert {bytes(m) for client in clients for m in client.messages
            if isinstance(m, bytes)} == {clients[0].messages[-1]}
    assert after["canvas_encodes_total", None] \
        - before["canvas_encodes_total", None] == 1
    for client in clients:
        client.close()


def test_equal_lists_share_a_frame(stack):
    """Different rectangles around the same change."""
    clients = [stack.client(**BINARY) for _ in range(5)]
    for i, client in enumerate(clients):
        look(client, 10 + i, 10, 20, 20)
        client.wait_for("viewport")
    before = metrics(stack)
    assert before["canvas_viewports", None] == 5

    paint(stack, [(20, 20, 7)])
    for client in clients:
        wait_for(lambda: received(client), what="the update")
    assert metrics(stack)["canvas_encodes_total", None] \
        - before["canvas_encodes_total", None] == 1
    for client in clients:
        client.close()


def test_what_is_outside_costs_no_write(stack):
    with stack.client(**BINARY) as client:
        look(client, 0, 0, 10, 10)
        client.wait_for("viewport")
        sent = metrics(stack)["canvas_frames_sent_total", None]
        changes = paint(stack, [(100 + i, 100, 1) for i in range(50)])
        served(stack, changes[-1][0])
        change, = paint(stack, [(5, 5, 1)])
        wait_for(lambda: received(client), what="the update")

        assert received(client) == [change]
        # "online" may come between
        assert metrics(stack)["canvas_frames_sent_total", None] - sent <= 3


def test_a_binary_frame_has_the_last_seq_seen(stack):
    with stack.client(**BINARY) as client:
        look(client, 0, 0, 10, 10)
        client.wait_for("viewport")
        stack.pause("nginx")
        changes = paint(stack, [(5, 5, 1)] + [(100, 100, 2)] * 20)
        stack.resume("nginx")
        wait_for(lambda: received(client), what="the update")
        (seq, x, y, color), = received(client)
        assert (x, y, color) == (5, 5, 1)
        assert seq == changes[-1][0]


def test_a_client_that_does_not_read(stack):
    """Its view is heeded when it is caught up, too."""
    area = (0, 0, 500, 30)
    with wire.Wire("127.0.0.1", stack.settings.port) as raw:
        raw.sock.setsockopt(wire.socket.SOL_SOCKET, wire.socket.SO_RCVBUF,
                            65536)
        raw.open()
        seq = raw.expect("welcome")["canvasInfo"]["seq"]
        raw.say({"type": "viewport", "x": 0, "y": 0, "width": 500,
                 "height": 30})
        seq = raw.expect("viewport")["seq"]
        painted = {}
        for _ in range(12):
            painted |= {seq: point for seq, *point in paint(stack, [
                (i % 500, i // 250 % 40, i % 16) for i in range(5000)])}
        last = max(painted)
        served(stack, last)
        (end, *point), = paint(stack, [(1, 1, 1)])
        painted[end] = point
        resyncs = 0

        while seq < end:
            message = raw.message()
            if message["type"] == "resync":
                resyncs += 1
            elif message["type"] == "update":
                assert message["seq"] == next(
                    n for n in range(seq + 1, end + 1)
                    if inside(area, *painted[n][:2]))
                assert [message["x"], message["y"], message["color"]] \
                    == painted[message["seq"]]
            seq = message.get("seq", seq)

    found = metrics(stack)
    assert found["canvas_frames_dropped_total", None] > 0
    assert found["canvas_catchups_total", None] + resyncs > 0


def test_resume_with_a_viewport(stack):
    """What was missed comes whole, then only what is inside."""
    with stack.client() as client:
        info = client.welcome["canvasInfo"]
    missed = paint(stack, [(i, 400, 1) for i in range(300)])
    served(stack, missed[-1][0])

    with stack.client(query=f"?since={info['seq']}&epoch={info['epoch']}"
                      ) as client:
        wait_for(lambda: len(received(client)) == 300, what="what was missed")
        look(client, 0, 0, 10, 10)
        client.wait_for("viewport")
        expected = paint(stack, [(400, 400, 2), (4, 4, 2)])[1:]
        wait_for(lambda: len(received(client)) > 300, what="the update")
        assert received(client) == missed + expected
