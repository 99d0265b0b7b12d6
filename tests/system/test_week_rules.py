"""The rules of a week through nginx: what a visitor is told and refused.  The
Function library's own tests are test_functions_rules.py."""

import json
import struct
import uuid

import pytest
import requests

from harness.stack import PREFIX, wait_for
from redis_fixture import Canvas
from rules_fixture import assigned

STACK = {"size": "64x48", "workers": 2}

FACTIONS = "/api/v1/factions"
ME = "/api/v1/auth/me"


@pytest.fixture
def week(stack):
    """Sets the rules of the running week, as the keeper would."""
    stack.stop("record")                # whose rules are those of the mode
    canvas = Canvas(stack.redis, PREFIX)
    hello = canvas.hello()
    at = dict(zip(("mode", "week", "year"),
                  (hello[9].decode(), hello[10], hello[11])))

    def begin(**rules):
        assert canvas.rules(json.dumps(rules), forget=1, **at)[0] == b"OK"
        return at

    yield begin
    begin(over=uuid.uuid4().hex)
    stack.start("record")


def join(stack, guest, *body, **headers):
    return guest.http.post(stack.url + FACTIONS, headers=headers,
                           json=body[0] if body else {})


def violation(answer):
    assert answer.status_code == 403
    told = answer.json()
    assert told["code"] == "RULE_VIOLATION"
    return told["rule"]


def test_factions(stack, week):
    week(faction_required=True, factions=["red", "blue"])
    guest = stack.guest()
    assert violation(guest.place(1, 1, 1)) == "faction_required"

    with stack.client(guest) as client:
        assert (client.welcome["faction"], client.welcome["color"]) == (None,
                                                                        None)
        client.place(1, 1, 1, id=7)
        error = client.wait_for("error", id=7)
        assert (error["code"], error["rule"]) == ("RULE_VIOLATION",
                                                  "faction_required")
        answer = join(stack, guest, {"faction": "blue"})
        assert (answer.status_code, answer.json()) == (
            200, {"faction": "blue", "members": 1})
        assert answer.headers["Cache-Control"] == "no-store"
        client.place(1, 1, 1, id=8)     # of the socket that was open
        seq = client.wait_for("placed", id=8)["seq"]

    assert guest.http.get(stack.url + ME).json()["faction"] == "blue"
    with stack.client(guest) as client:
        assert client.welcome["faction"] == "blue"

    assert join(stack, guest).json() == {"faction": "blue", "members": 1}
    answer = join(stack, guest, {"faction": "red"})
    assert answer.status_code == 409
    assert answer.json() == {"error": "You are in the faction blue this week",
                             "code": "CONFLICT"}
    answer = join(stack, guest, {"faction": "pink"})
    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")

    other = stack.guest()
    assert join(stack, other, {"faction": None}).json() == {"faction": "red",
                                                            "members": 1}
    assert other.place(2, 2, 2).json()["seq"] == seq + 1
    entries = stack.redis.xrange(PREFIX + "canvas:events")
    assert [entry[b"e"][24] for _, entry in entries[-2:]] == [2, 1]


def test_joining_needs(stack, week):
    url = stack.url + FACTIONS
    assert requests.post(url, json={}, timeout=20).status_code == 401
    guest = stack.guest()
    assert join(stack, guest).status_code == 404    # a week without factions
    week(faction_required=True)
    assert join(stack, guest, Origin="http://evil.example").status_code == 403

    for body in ("", "[]", "{", '{"faction":1}', '{"faction":"a b"}',
                 '{"faction":""}', '{"faction":"' + "x" * 33 + '"}'):
        answer = guest.http.post(url, data=body, headers={
            "Content-Type": "application/json"})
        assert answer.status_code == (200 if body == "" else 400), body

    assert guest.http.post(url, data="{}").status_code == 400
    assert guest.http.post(url, json={"x": "x" * 2000}).status_code == 413
    assert guest.http.delete(url).status_code == 405

    banned = stack.guest()
    me = banned.http.get(stack.url + ME).json()
    stack.redis.set(PREFIX + "banned:" + me["userId"], "spam")
    answer = join(stack, banned)
    assert (answer.status_code, answer.json()["code"]) == (403, "BANNED")

    gone = stack.guest()
    stack.redis.delete(*stack.redis.keys(PREFIX + "session:*"))
    assert join(stack, gone).status_code == 401


def test_joining_without_redis(stack, week):
    week(faction_required=True)
    guest = stack.guest()
    stack.logs.expect("canvas redis")
    stack.pause("redis")
    try:
        wait_for(lambda: join(stack, guest).status_code == 503,
                 what="a refusal")
    finally:
        stack.resume("redis")
    wait_for(lambda: join(stack, guest).status_code == 200, what="Redis")


def test_assigned_color(stack, week):
    at = week(colorLock=True, assignRandomColor=True)
    guest = stack.guest()
    me = guest.http.get(stack.url + ME).json()
    mine = assigned(me["userId"], at["mode"], at["week"], at["year"])
    assert me["color"] == mine

    with stack.client(guest, protocols=["canvas.v1.bin"]) as client:
        assert client.welcome["color"] == mine
        for color in (mine, (mine + 1) % 16):
            client.send(struct.pack(">BIHHB", 0x10, 9, 1, 1, color))
        error = client.wait_for("error", id=9)
        assert (error["code"], error["rule"]) == ("RULE_VIOLATION",
                                                  "colorLock")
        assert [m[:5] for m in client.messages
                if isinstance(m, bytes) and m[0] == 0x11] == [
                    struct.pack(">BI", 0x11, 9)]

    assert violation(guest.place(1, 1, (mine + 2) % 16)) == "colorLock"
    assert guest.place(1, 1, mine).status_code == 200


def test_color_of_the_first_pixel(stack, week):
    week(colorLock=True)
    guest = stack.guest()
    assert guest.http.get(stack.url + ME).json()["color"] is None
    assert guest.place(1, 1, 0).status_code == 200
    assert violation(guest.place(1, 1, 1)) == "colorLock"
    assert guest.http.get(stack.url + ME).json()["color"] == 0
    with stack.client(guest) as client:
        assert client.welcome["color"] == 0


def test_mask_and_duration(stack, week):
    week(mask=[{"x": 10, "y": 10, "width": 5, "height": 5}])
    guest = stack.guest()
    assert violation(guest.place(9, 10, 1)) == "mask"
    assert guest.place(10, 10, 1).status_code == 200
    week(duration_hours=1e-6)
    assert violation(guest.place(10, 10, 1)) == "duration_hours"


def test_rules_are_told_to_who_watches(stack, week):
    with stack.client() as client:
        week(faction_required=True, factions=["a"])
        told = client.wait_for("rules")
        assert told["rules"] == {"faction_required": True, "factions": ["a"]}


def test_what_fades_is_an_update_of_nobody(stack, week):
    week(decayHours=1, decayToColor=3)
    guest = stack.guest()
    with stack.client() as client:
        first = guest.place(5, 5, 1).json()["seq"]
        canvas = Canvas(stack.redis, PREFIX)
        assert canvas.decay((canvas.epoch, first), 3, (5, 5), (6, 6)) == [
            b"OK", first + 1, first + 2, 2]
        placed = client.wait_for("update", seq=first)
        faded = client.wait_for("update", seq=first + 1)
        assert uuid.UUID(placed["userId"])
        assert faded == {"type": "update", "x": 5, "y": 5, "color": 3,
                         "userId": None, "seq": first + 1}
        assert client.wait_for("update")["userId"] is None

        # as many as one call takes are one publication
        pixels = [(n % 64, 10 + n // 64) for n in range(1000)]
        assert canvas.decay((canvas.epoch, first + 2), 3, *pixels)[3] == 1000
        client.wait_for("update", seq=first + 1002)
        assert [u[1:] for u in client.updates()[-1000:]] == [
            (*pixel, 3) for pixel in pixels]

    # who comes back is told the same
    query = f"?since={first - 1}&epoch={canvas.epoch}"
    with stack.client(query=query) as client:
        users = [client.wait_for("update")["userId"] for _ in range(3)]
        assert users == [placed["userId"], None, None]

    stack.start("record")
    stack.check_equal()
    stack.stop("record")


def test_a_placement_that_is_sent_again(stack, week):
    """It used up what the rule allows, and was accepted."""
    week(max_pixels_per_user=1)
    Canvas(stack.redis, PREFIX).settings(60000)
    with stack.client(stack.guest()) as client:
        client.place(3, 3, 3, id="same")
        first = client.wait_for("placed")
        client.place(3, 3, 3, id="same")
        assert client.wait_for("placed")["seq"] == first["seq"]
        client.place(3, 3, 3, id="another")
        assert client.wait_for("error")["rule"] == "max_pixels_per_user"
    Canvas(stack.redis, PREFIX).settings("")
