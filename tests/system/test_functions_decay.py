"""canvas_decay: pixels fade as ordinary changes that nobody placed, and never
one that somebody placed meanwhile.  docs/redis.md, "Rules"."""

import json
import random
import threading

import pytest

from redis_fixture import (
    ALICE, BOB, Canvas, canvas, commands_run, replay, server, shared_server,
    snapshot, unpack)

NOBODY = "00000000-0000-0000-0000-000000000000"
RULES = '{"decayHours":1,"decayToColor":4}'
BEHIND_MAX = 20000
DECAY_MAX = 1000


def paint(canvas, count, color=1, actor=ALICE):
    """Row by row: the positions."""
    pipe = canvas.connection.pipeline(transaction=False)
    pixels = [(n % 64, n // 64 % 48) for n in range(count)]
    for pixel in pixels:
        pipe.fcall(*canvas.place_call(*pixel, color, actor))
    assert all(reply[0] == b"OK" for reply in pipe.execute())
    return pixels


def check_replay(canvas, width=64, height=48, colors=16, background=15):
    assert unpack(canvas.read()[4], colors, width * height) == replay(
        canvas.events(), width, height, background)


def test_decay(canvas):
    epoch = canvas.init(rules=RULES)[1]
    paint(canvas, 5)
    subscriber = canvas.connection.pubsub(ignore_subscribe_messages=True)
    subscriber.subscribe(canvas.channel)
    subscriber.get_message(timeout=5)

    assert canvas.decay((epoch, 5), 4, (0, 0), (2, 0), (3, 0)) == [
        b"OK", 6, 8, 3]
    faded = canvas.events()[-3:]
    assert [e.pixel for e in faded] == [(0, 0, 4), (2, 0, 4), (3, 0, 4)]
    for event in faded:
        assert (event.kind, event.actor, event.faction, event.old) == (
            "s", NOBODY, 0, 1)
        assert 1600000000000 < event.ms < 2 ** 53
    check_replay(canvas)

    data = subscriber.get_message(timeout=5)["data"]
    assert data == b"\n".join(b"%d-%d " % e.at + e.data for e in faded)
    assert subscriber.get_message(timeout=0.05) is None
    assert canvas.place(0, 0, 1, BOB)[1] == 9
    assert canvas.connection.get(canvas.key("canvas:seq")) == b"9"


def test_the_background_when_no_color_is_said(canvas):
    epoch = canvas.init(rules='{"decayHours":1}', background=9)[1]
    paint(canvas, 2)
    assert canvas.decay((epoch, 2), 15, (0, 0)) == [b"FORBIDDEN"]
    assert canvas.decay((epoch, 2), 9, (0, 0)) == [b"OK", 3, 3, 1]


def test_nothing_fades_twice(canvas):
    epoch = canvas.init(rules=RULES)[1]
    paint(canvas, 2)
    canvas.place(9, 9, 4, ALICE)
    assert canvas.decay((epoch, 3), 4, (0, 0), (0, 0), (9, 9))[1:] == [4, 4, 1]
    before = snapshot(canvas.connection)
    assert canvas.decay((epoch, 4), 4, (0, 0), (9, 9)) == [b"OK", 4, 4, 0]
    assert canvas.decay((epoch, 3), 4, (0, 0), (9, 9)) == [b"OK", 4, 4, 0]
    assert canvas.decay((epoch, 4), 4) == [b"OK", 4, 4, 0]
    assert snapshot(canvas.connection) == before


def test_what_changed_behind_the_position_stays(canvas):
    epoch = canvas.init(rules=RULES)[1]
    paint(canvas, 4)
    canvas.place(1, 0, 2, BOB)          # 5: painted again
    canvas.place(2, 0, 1, BOB)          # 6: reinforced with the same colour
    canvas.place(50, 40, 4, BOB)        # 7: elsewhere
    pixels = [(n, 0) for n in range(4)]

    before = snapshot(canvas.connection)
    assert canvas.decay((epoch, 0), 4, *pixels) == [b"OK", 7, 7, 0]
    assert snapshot(canvas.connection) == before

    assert canvas.decay((epoch, 4), 4, *pixels) == [b"OK", 8, 9, 2]
    assert [e.pixel for e in canvas.events()[-2:]] == [(0, 0, 4), (3, 0, 4)]
    # what faded is a change as any other
    assert canvas.decay((epoch, 6), 4, *pixels) == [b"OK", 10, 11, 2]
    check_replay(canvas)


def test_pixels_with_bytes_that_end_something(canvas):
    epoch = canvas.init(width=4096, height=2600, colors=256, background=0,
                        rules='{"decayHours":1,"decayToColor":10}')[1]
    pixels = [(10, 10), (13, 256), (2570, 2570), (0, 0), (4095, 2599)]
    for pixel in pixels:
        canvas.place(*pixel, 255, ALICE)
    assert canvas.decay((epoch, 5), 10, *pixels) == [b"OK", 6, 10, 5]
    assert [e.pixel for e in canvas.events()[-5:]] == [(*p, 10)
                                                       for p in pixels]


def test_another_epoch(server, canvas):
    first = canvas.init(rules=RULES)[1]
    paint(canvas, 3)
    server.load_library()
    code, epoch = canvas.decay((first, 3), 4, (0, 0))
    assert code == b"CONFLICT" and epoch == canvas.epoch > first
    assert canvas.decay((epoch + 1, 3), 4, (0, 0)) == [b"CONFLICT", epoch]
    assert canvas.decay((epoch, 3), 4, (0, 0)) == [b"OK", 4, 4, 1]
    canvas.lock("t")
    new = canvas.turn("t", epoch, rules=RULES)[1]
    before = snapshot(canvas.connection)
    assert canvas.decay((epoch, 4), 4, (1, 0)) == [b"CONFLICT", new]
    assert snapshot(canvas.connection) == before


def test_only_while_the_rule_is_in_force(canvas):
    epoch = canvas.init()[1]
    paint(canvas, 3)
    before = snapshot(canvas.connection)
    assert canvas.decay((epoch, 3), 15, (0, 0)) == [b"FORBIDDEN"]
    assert snapshot(canvas.connection) == before
    canvas.rules(RULES)
    assert canvas.decay((epoch, 3), 5, (0, 0)) == [b"FORBIDDEN"]
    assert canvas.decay((epoch, 3), 4, (0, 0))[3] == 1
    canvas.rules('{"decayHours":null,"decayToColor":4}')
    assert canvas.decay((epoch, 3), 4, (1, 0)) == [b"FORBIDDEN"]


def test_a_position_that_is_too_far_behind(canvas):
    epoch = canvas.init(rules=RULES)[1]
    paint(canvas, BEHIND_MAX + 1)
    before = canvas.connection.get(canvas.key("canvas:seq"))
    assert canvas.decay((epoch, 0), 4, (0, 0)) == [b"BEHIND", BEHIND_MAX + 1]
    assert canvas.connection.get(canvas.key("canvas:seq")) == before
    assert canvas.decay((epoch, 1), 4, (63, 47)) == [
        b"OK", BEHIND_MAX + 1, BEHIND_MAX + 1, 0]


def test_a_stream_that_does_not_reach_back(server, canvas):
    epoch = canvas.init(rules=RULES)[1]
    paint(canvas, 10)
    events = canvas.key("canvas:events")
    canvas.connection.xtrim(events, minid=f"{epoch}-5", approximate=False)
    assert canvas.decay((epoch, 3), 4, (0, 0)) == [b"BEHIND", 7]
    assert canvas.decay((epoch, 4), 4, (0, 0)) == [b"OK", 11, 11, 1]
    paint(canvas, 10)
    canvas.connection.xdel(events, f"{epoch}-18")
    assert canvas.decay((epoch, 6), 4, (0, 0))[0] == b"BEHIND"
    assert canvas.decay((epoch, 18), 4, (0, 0))[0] == b"OK"

    # a seq of before the epoch is no position in it
    server.load_library()
    epoch = canvas.hello()[2]
    assert canvas.decay((epoch, 21), 4, (0, 0)) == [b"BEHIND", 1]
    assert canvas.decay((epoch, 22), 4, (1, 0))[0] == b"OK"


def test_the_log_is_read_once(canvas):
    """by all the calls of one position, and of later ones"""
    epoch = canvas.init(rules=RULES)[1]
    paint(canvas, 20)
    canvas.place(3, 0, 2, BOB)          # 21
    assert canvas.decay((epoch, 20), 4, (0, 0), (3, 0)) == [b"OK", 22, 22, 1]

    canvas.connection.xtrim(canvas.key("canvas:events"), minid=f"{epoch}-23",
                            approximate=False)
    canvas.place(5, 0, 2, BOB)          # 23
    pixels = [(x, 0) for x in (0, 1, 3, 5)]
    assert canvas.decay((epoch, 20), 4, *pixels) == [b"OK", 24, 24, 1]
    assert canvas.decay((epoch, 21), 4, *pixels) == [b"OK", 25, 25, 1]
    assert canvas.decay((epoch, 24), 4, *pixels) == [b"OK", 26, 26, 1]
    assert canvas.decay((epoch, 19), 4, *pixels) == [b"BEHIND", 7]
    # what was known is known no more
    assert canvas.decay((epoch, 21), 4, *pixels)[0] == b"BEHIND"


def test_a_stream_that_refuses(canvas):
    """A gap between bit field and log begins a new epoch, as ever."""
    epoch = canvas.init(rules=RULES)[1]
    paint(canvas, 3)
    canvas.connection.xadd(canvas.key("canvas:events"), {"e": "x"},
                           id=f"{epoch + 5}-9")
    state = canvas.read()[4]
    code, new = canvas.decay((epoch, 2), 4, (0, 0))
    assert code == b"CONFLICT" and new == canvas.epoch > epoch + 5
    assert canvas.read()[3:] == [b"restart", state]
    assert canvas.decay((new, 3), 4, (0, 0)) == [b"OK", 4, 4, 1]


@pytest.mark.parametrize("at, color, pixels", [
    (("x", 3), 4, b""), ((0, 3), 4, b""), ((1, "x"), 4, b""),
    ((1, -1), 4, b""), ((1, 2 ** 53), 4, b""), ((1, 3), "", b""),
    ((1, 3), 256, b""), ((1, 3), -1, b""), ((1, 3), 4, b"\0"),
    ((1, 3), 4, b"\0" * 6), ((1, 3), 4, b"\0" * (4 * DECAY_MAX + 4)),
    ((None, 3), 4, b"\0\x40\0\0"), ((None, 3), 4, b"\0\0\0\x30"),
    ((None, 3), 4, b"\0\0\0\0\xff\xff\xff\xff"), ((None, 4), 4, b"\0\0\0\0"),
    ((None, 2 ** 53 - 1), 4, b""),
])
def test_decay_refuses(canvas, at, color, pixels):
    """None: of the canvas, which has another epoch than 1."""
    epoch = canvas.init(rules=RULES)[1]
    paint(canvas, 3)
    before = snapshot(canvas.connection)
    assert canvas.on_page("canvas_decay", at[0] or epoch if at[0] != 0 else 0,
                          at[1], color, pixels) == [b"INVALID_MESSAGE"]
    assert snapshot(canvas.connection) == before


def test_a_color_that_the_canvas_does_not_have(canvas):
    epoch = canvas.init(colors=4, background=0,
                        rules='{"decayHours":1,"decayToColor":15}')[1]
    paint(canvas, 3)
    before = snapshot(canvas.connection)
    assert canvas.decay((epoch, 3), 15, (0, 0)) == [b"INVALID_MESSAGE"]
    assert snapshot(canvas.connection) == before


def test_decay_of_nothing(canvas):
    assert canvas.decay((1, 0), 4, (0, 0)) == [b"NOT_INITIALISED"]
    assert canvas.connection.keys() == []


def test_as_many_as_a_call_takes(canvas):
    epoch = canvas.init(rules=RULES)[1]
    pixels = paint(canvas, 3000)
    assert canvas.decay((epoch, 3000), 4, *pixels[:DECAY_MAX]) == [
        b"OK", 3001, 4000, DECAY_MAX]
    check_replay(canvas)


def test_numbers_up_to_2_to_the_53(canvas):
    top = 2 ** 53 - 1
    canvas.load(top - 1, top - 3, b"\x11" * (64 * 24), rules=RULES)
    assert canvas.decay((top - 1, top - 3), 4, (0, 0), (1, 0)) == [
        b"OK", top - 2, top - 1, 2]
    assert [e.seq for e in canvas.events()[-2:]] == [top - 2, top - 1]


def test_it_counts_for_nobody(canvas):
    epoch = canvas.init(rules='{"decayHours":1,"max_pixels_per_user":2}')[1]
    canvas.place(0, 0, 1, ALICE)
    before = canvas.connection.hgetall(canvas.key("canvas:actors"))
    assert canvas.decay((epoch, 1), 15, (0, 0))[3] == 1
    assert canvas.connection.hgetall(canvas.key("canvas:actors")) == before
    assert canvas.place(0, 0, 1, ALICE)[0] == b"OK"


def test_decay_writes_no_more_than_it_must(canvas):
    """One command a pixel, for its entry; the others once for all of them."""
    epoch = canvas.init(rules=RULES)[1]
    pixels = paint(canvas, 100)
    canvas.connection.config_resetstat()
    canvas.decay((epoch, 100), 4, *pixels)
    run = commands_run(canvas.connection)
    assert (run["xadd"], run["bitfield"], run["incrby"], run["publish"],
            run["time"], run["xrange"]) == (100, 2, 1, 1, 1, 1)


def test_decay_among_painters(server, canvas):
    """Whoever paints after the position keeps what it painted."""
    epoch = canvas.init(rules=RULES)[1]
    paint(canvas, 64 * 48)
    over = threading.Event()

    def painter(seed):
        rng = random.Random(seed)
        with server.connect() as connection:
            mine = Canvas(connection)
            while not over.is_set():
                assert mine.place(rng.randrange(64), rng.randrange(48), 2,
                                  BOB)[0] == b"OK"

    threads = [threading.Thread(target=painter, args=(n,)) for n in range(3)]
    for thread in threads:
        thread.start()

    rng = random.Random(9)
    calls = []
    for _ in range(60):
        seq = int(canvas.connection.get(canvas.key("canvas:seq")))
        at = seq - rng.randrange(200)
        pixels = {(rng.randrange(64), rng.randrange(48)) for _ in range(200)}
        reply = canvas.decay((epoch, at), 4, *pixels)
        assert reply[0] == b"OK"
        calls.append((at, reply, pixels))
    over.set()
    for thread in threads:
        thread.join()

    check_replay(canvas)
    events = [e for e in canvas.events() if e.is_pixel]
    for at, (_, first, last, count), pixels in calls:
        assert count == 0 or last - first + 1 == count
        changed = {e.pixel[:2] for e in events[at:first - (count > 0)]}
        fades = events[first - 1:last] if count else []
        faded = {e.pixel[:2] for e in fades}
        assert {e.kind for e in fades} <= {"s"}
        assert not faded & changed
        before = {e.pixel[:2]: e.color for e in events[:first - (count > 0)]}
        assert faded == {p for p in pixels - changed if before[p] != 4}


def test_rules_json_is_as_compiled(canvas):
    """What SQL compiles: decayToColor explicit, more beside it."""
    epoch = canvas.init(rules=json.dumps(
        {"type": "pixel_decay", "decayHours": 24, "decayToColor": 15}))[1]
    paint(canvas, 1)
    assert canvas.decay((epoch, 1), 15, (0, 0))[3] == 1
