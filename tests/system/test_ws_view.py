"""Viewports: what a client asked for, and nothing else; checksums."""

import pytest

import wire

STACK = {"size": "200x100", "canvas": ["        tick 1ms;"]}


@pytest.fixture
def connect(stack):
    opened = []

    def connect():
        client = wire.Wire("127.0.0.1", stack.settings.port)
        opened.append(client)
        client.open()
        client.expect("welcome")
        return client

    yield connect

    for client in opened:
        client.close()


def view(client, x, y, width, height, **more):
    client.say({"type": "viewport", "x": x, "y": y, "width": width,
                "height": height, **more})
    return client.told()


def test_answer(connect):
    client = connect()
    answer = view(client, 10, 20, 30, 40, id="a")
    assert answer == {"type": "viewport", "x": 10, "y": 20, "width": 30,
                      "height": 40, "seq": answer["seq"], "id": "a"}

    client.say({"type": "viewport"})
    answer = client.told()
    assert answer == {"type": "viewport", "seq": answer["seq"]}


@pytest.mark.parametrize("asked, given", [
    ((0, 0, 200, 100), (0, 0, 200, 100)),
    ((150, 90, 100, 100), (150, 90, 50, 10)),
    ((199, 99, 65536, 65536), (199, 99, 1, 1)),
])
def test_cut_to_the_canvas(connect, asked, given):
    answer = view(connect(), *asked)
    assert tuple(answer[name] for name in ("x", "y", "width", "height")
                 ) == given


@pytest.mark.parametrize("asked", [
    (200, 0, 10, 10), (0, 100, 10, 10), (-1, 0, 10, 10), (0, 0, 0, 10),
    (0, 0, 10, -1), ("0", 0, 1, 1), (0, 0, 1, None),
])
def test_outside_or_malformed(connect, asked):
    client = connect()
    answer = view(client, *asked, id=3)
    assert (answer["type"], answer["code"], answer["id"]) == (
        "error", "INVALID_COORDS", 3)


def test_only_what_is_inside(stack, connect):
    guest = stack.guest()
    part, whole, other = connect(), connect(), connect()
    view(part, 10, 10, 20, 20)
    view(other, 100, 0, 100, 100)

    points = [(9, 10), (10, 10), (29, 29), (30, 29), (150, 50), (20, 9),
              (20, 20)]
    seqs = {}
    for x, y in points:
        seqs[guest.place(x, y, 1).json()["seq"]] = (x, y)

    assert [whole.expect("update")["seq"] for _ in points] == list(seqs)
    inside = [seq for seq, (x, y) in seqs.items()
              if 10 <= x < 30 and 10 <= y < 30]
    assert [part.expect("update")["seq"] for _ in inside] == inside
    assert other.expect("update")["x"] == 150

    # what follows is what comes next: nothing was in between
    last = guest.place(15, 15, 2).json()["seq"]
    assert part.told()["seq"] == last


def test_from_its_seq_on(stack, connect):
    """A picture fetched behind the answer, and what comes, is the canvas."""
    guest = stack.guest()
    client = connect()
    view(client, 0, 0, 5, 5)

    seqs = [guest.place(50 + i, 50, 3).json()["seq"] for i in range(20)]
    since = view(client, 50, 50, 20, 10)["seq"]
    seqs.append(guest.place(60, 55, 4).json()["seq"])

    # some of the twenty may only be told at the next tick
    for seq in [seq for seq in seqs if seq > since]:
        update = client.told()
        assert (update["type"], update["seq"]) == ("update", seq)

    assert update == {"type": "update", "x": 60, "y": 55, "color": 4,
                      "userId": guest.user_id, "seq": seqs[-1]}

    client.say({"type": "viewport"})
    client.expect("viewport")
    last = guest.place(199, 99, 4).json()["seq"]
    assert client.told()["seq"] == last


def test_checksums(stack, connect):
    """Those of the canvas that the socket was told of, at any moment."""
    guest = stack.guest()
    client, part = connect(), connect()
    view(part, 0, 0, 10, 10)

    for i in range(50):
        seq = guest.place(i * 3, i, i % 16).json()["seq"]

        client.expect("update", seq=seq)
        client.say({"type": "checksums"})
        sums = client.told()
        assert {name: sums[name] for name in sums if name != "epoch"} == {
            "type": "checksums", "seq": seq, "tile": 64, "columns": 4,
            "rows": 2, "sums": sums["sums"]}
        assert len(sums["sums"]) == 8

        of_http = stack.get("/api/v1/canvas/checksums").json()
        assert (of_http["seq"], of_http["sums"]) == (seq, sums["sums"])

        # nothing of it is inside, and yet it is the same canvas
        if i == 40:
            part.say({"type": "checksums"})
            assert part.expect("checksums")["sums"] == sums["sums"]


def test_checksums_after_a_burst(stack, connect):
    """While batches are on their way: always what came before."""
    client = connect()
    with stack.client(stack.guest()) as painter:
        for i in range(500):
            painter.place(i % 200, i // 200, i % 16)
            if i % 10 == 0:
                client.say({"type": "checksums"})

        seq, answers = None, 0
        while answers < 50:
            message = client.told()
            if message["type"] == "update":
                assert seq is None or message["seq"] == seq + 1
                seq = message["seq"]
            else:
                assert message["type"] == "checksums"
                assert seq is None or message["seq"] == seq
                answers += 1
