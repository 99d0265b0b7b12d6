"""The pure modules of the page, one by one, in the engine that runs them."""

import json
import os

import pytest

VECTORS = os.path.join(os.path.dirname(os.path.realpath(__file__)),
                       "..", "data", "frames.json")


def buffer(data):
    """bytes, as a JavaScript expression"""
    return f"Uint8Array.of({', '.join(map(str, data))}).buffer"


def decode(js, expression):
    return js("protocol", f"""
        const message = m.decode({expression});

        return message && {{ ...message, pixels: message.pixels
            && [...message.pixels] }};""")


def golden(kind):
    """the vectors that C is tested with too"""
    with open(VECTORS, encoding="utf-8") as file:
        return [pytest.param(vector, id=vector["hex"] or "empty")
                for vector in json.load(file)[kind]]


@pytest.mark.parametrize("vector", golden("updates"))
def test_binary_updates(js, vector):
    changes = vector["changes"]
    first = int(vector["seq"]) - len(changes) + 1

    # a number that JavaScript cannot hold is no seq
    assert decode(js, buffer(bytes.fromhex(vector["hex"]))) == (None
        if first >= 2**53 else {"type": "updates", "first": first,
                                "pixels": sum(changes, [])})


@pytest.mark.parametrize("vector", golden("placed"))
def test_binary_placed(js, vector):
    assert decode(js, buffer(bytes.fromhex(vector["hex"]))) == {
        "type": "placed", "id": vector["id"], "seq": int(vector["seq"]),
        "cooldown": vector["cooldown_ms"] / 1000}


@pytest.mark.parametrize("vector", golden("error"))
def test_binary_error(js, vector):
    assert decode(js, buffer(bytes.fromhex(vector["hex"]))) == {
        "type": "error", "id": vector["id"], "code": vector["code"],
        "cooldownRemaining": vector["remaining_ms"] / 1000}


@pytest.mark.parametrize("vector", golden("place"))
def test_place_in_both_forms(js, vector):
    placement = {name: vector[name] for name in ("id", "x", "y", "color")}

    assert js("protocol", f"""return [...new Uint8Array(
        m.encodePlace(true, {placement}))];""") \
        == list(bytes.fromhex(vector["hex"]))
    assert json.loads(js("protocol", f"""
        return m.encodePlace(false, {placement});""")) \
        == {"type": "place", **placement}


@pytest.mark.parametrize("data", [
    b"", b"\x01", b"\x01" + bytes(7), b"\x01" + bytes(8 + 4), b"\x11",
    b"\x11" + bytes(17), b"\x1f" + bytes(8), b"\x02" + bytes(16),
])
def test_binary_of_the_wrong_length(js, data):
    assert decode(js, buffer(data)) is None


def test_text_update(js):
    text = json.dumps({"type": "update", "x": 4, "y": 5, "color": 6,
                       "userId": None, "seq": 77})

    assert decode(js, repr(text)) == {
        "type": "updates", "first": 77, "pixels": [4, 5, 6]}


@pytest.mark.parametrize("text", [
    "", "{", "1", "null", "[]", '{"type":1}', '{"type":"update","x":1}',
    '{"type":"update","x":1,"y":1.5,"color":1,"seq":1}',
])
def test_text_that_means_nothing(js, text):
    assert decode(js, repr(text)) is None


def mirror(js, first, changes):
    """what apply() does to a 3 x 2 canvas of zeros at seq 10"""
    return js("mirror", f"""
        const seen = [];
        const mirror = new m.Mirror({{ width: 3, height: 2, seq: 10,
            epoch: 1, pixels: new Uint8Array(6) }});
        const good = mirror.apply({first}, {changes},
                                  (...change) => seen.push(change));

        return {{ good, seen, seq: mirror.seq, pixels: [...mirror.pixels] }};
    """)


def test_mirror_applies_what_is_next(js):
    assert mirror(js, 11, [1, 0, 5, 2, 1, 6]) == {
        "good": True, "seen": [[1, 0, 5], [2, 1, 6]], "seq": 12,
        "pixels": [0, 5, 0, 0, 0, 6]}


def test_mirror_skips_what_it_has(js):
    assert mirror(js, 9, [0, 0, 1, 0, 0, 2, 0, 0, 3]) == {
        "good": True, "seen": [[0, 0, 3]], "seq": 11,
        "pixels": [3, 0, 0, 0, 0, 0]}
    assert mirror(js, 3, [0, 0, 1])["seen"] == []


def test_mirror_refuses_a_gap(js):
    assert mirror(js, 12, [0, 0, 1]) == {
        "good": False, "seen": [], "seq": 10, "pixels": [0] * 6}
    # nothing changed, but the server is ahead
    assert mirror(js, 12, [])["good"] is False
    assert mirror(js, 11, [])["good"] is True


def test_mirror_refuses_what_is_off_the_canvas(js):
    result = mirror(js, 11, [0, 1, 4, 3, 0, 1])

    assert not result["good"] and result["seq"] == 11


def test_mirror_refuses_a_picture_of_the_wrong_size(js):
    assert "5 pixels" in js("mirror", """
        try {
            new m.Mirror({ width: 3, height: 2, pixels: new Uint8Array(5) });
        } catch (error) {
            return error.message;
        }""")


def test_pending(js):
    assert js("pending", """
        const pending = new m.Pending();
        const seen = [];
        const note = () => seen.push(pending.colorAt(1, 1) ?? null);

        pending.add({ id: 1, x: 1, y: 1, color: 3, at: 0 });
        note();
        pending.add({ id: 2, x: 1, y: 1, color: 4, at: 0 });
        note();
        pending.drop(2);
        note();
        pending.accept(1, 20);
        pending.reach(19);
        note();
        seen.push(pending.reach(20).map((p) => p.id));
        note();
        seen.push(pending.accept(9, 1) === undefined);

        return seen;""") == [3, 4, 3, 3, [1], None, True]


def delays(js, codes):
    """shortest and longest delay of each failure in turn"""
    return js("backoff", f"""
        const low = new m.Backoff(() => 0);
        const high = new m.Backoff(() => 1);

        return {codes}.map((code) => [low.next(code), high.next(code)]);""")


def test_backoff_doubles_up_to_its_limit(js):
    assert delays(js, [0] * 7) == [
        [500, 1000], [1000, 2000], [2000, 4000], [4000, 8000],
        [8000, 16000], [15000, 30000], [15000, 30000]]


def test_backoff_hurries_after_going_away_once(js):
    assert delays(js, [1001, 1012]) == [[50, 1050], [1000, 2000]]


def test_backoff_obeys_the_server(js):
    assert delays(js, [1013])[0] == [5000, 5000]
    assert delays(js, [1008])[0] == [30000, 30000]
    assert js("backoff", "return new m.Backoff(() => 0).next(0, 7000);") \
        == 7000


def test_camera(js):
    result = js("camera", """
        const camera = new m.Camera();
        const none = { top: 0, right: 0, bottom: 0, left: 0 };

        camera.setCanvas(500, 500);
        camera.setStage(1000, 800, { ...none, bottom: 100 });

        const whole = [camera.pixelAt(-1, 0), camera.pixelAt(999, 0),
                       camera.pixelAt(500, 350)];
        const before = camera.pixelAt(400, 300);

        camera.zoom(5, 400, 300);

        const after = camera.pixelAt(400, 300);

        camera.pan(1e6, 1e6);

        const edge = camera.toCanvas(500, 400);

        camera.reveal(499, 499);

        const corner = camera.pixelAt(999, 699);

        camera.zoomTo(1e9, 0, 0);

        return { whole, before, after, edge, corner, scale: camera.scale };
    """)

    assert result == {
        "whole": [None, None, {"x": 250, "y": 250}],
        "before": result["after"], "after": result["after"],
        "edge": {"x": 0, "y": 0}, "corner": {"x": 499, "y": 499},
        "scale": 64}


@pytest.mark.parametrize("seconds, text", [
    (0.01, "0.1 s"), (4.21, "4.3 s"), (9.99, "10.0 s"), (10, "10 s"),
    (59.2, "1:00"), (75, "1:15"),
])
def test_clock(js, seconds, text):
    assert js("words", f"return m.clock({seconds});") == text


def test_every_refusal_has_words(js):
    assert js("words", """return m.sentence({ code: "BANNED" });""") \
        .startswith("You have been banned")
    assert js("words", """return m.sentence({ code: "RULE_VIOLATION",
        rule: "max_pixels" });""").endswith("allow that: max pixels.")
    assert js("words", """return m.sentence({ code: "RATE_LIMITED",
        cooldownRemaining: 3.21 });""").endswith("3.3 s.")


with open(os.path.join(os.path.dirname(VECTORS), "sums.json"),
          encoding="utf-8") as sums_file:
    SUMS = json.load(sums_file)


def test_sum_of_a_pixel(js):
    assert js("checksums", f"""return {json.dumps(SUMS["pixels"])}
        .map((v) => m.pixelSum(v.width, v.x, v.y, v.color));""") \
        == [vector["sum"] for vector in SUMS["pixels"]]


@pytest.mark.parametrize("vector", SUMS["canvases"],
                         ids=lambda v: f"{v['width']}x{v['height']}")
def test_sums_of_a_canvas(js, vector):
    width, height = vector["width"], vector["height"]

    assert js("checksums", f"""
        const pixels = Uint8Array.from({{ length: {width * height} }},
            (_, i) => (i * 7 + Math.floor(i / 5)) % 16);

        return [...m.checksums(pixels, {width}, {height})];""") \
        == vector["sums"]


def test_differing_tiles(js):
    assert js("checksums", """
        const canvas = { width: 130, height: 70,
                         pixels: new Uint8Array(130 * 70) };
        const sums = [...m.checksums(canvas.pixels, 130, 70)];
        const good = m.differing(canvas, { tile: 64, sums });

        canvas.pixels[64] = 1;
        canvas.pixels[130 * 70 - 1] = 1;

        return [good, m.differing(canvas, { tile: 64, sums }),
                m.differing(canvas, { tile: 32, sums }),
                m.differing(canvas, { tile: 64, sums: sums.slice(1) })];""") \
        == [[], [{"x": 64, "y": 0, "width": 64, "height": 64},
                 {"x": 128, "y": 64, "width": 2, "height": 6}], None, None]


def test_mirror_takes_a_part_over(js):
    """older than the mirror, and newer than it"""
    assert js("mirror", """
        const mirror = new m.Mirror({ width: 4, height: 2, seq: 10, epoch: 1,
                                      pixels: new Uint8Array(8) });
        const part = { x: 1, y: 0, width: 2, height: 2 };
        const nothing = () => {};

        mirror.keep(true);
        mirror.apply(11, [1, 0, 5, 2, 1, 6], nothing);
        mirror.patch(part, { epoch: 1, seq: 11,
                             pixels: Uint8Array.of(5, 9, 9, 9) });
        const older = [...mirror.pixels];

        mirror.patch(part, { epoch: 1, seq: 14,
                             pixels: Uint8Array.of(7, 9, 9, 8) });
        mirror.apply(13, [1, 0, 3, 1, 0, 7, 2, 1, 8], nothing);

        return [older, [...mirror.pixels]];""") \
        == [[0, 5, 9, 0, 0, 9, 6, 0], [0, 7, 9, 0, 0, 9, 8, 0]]
