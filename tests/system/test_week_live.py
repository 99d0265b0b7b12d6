"""The week turns while people paint; rules and resets reach them."""

import json
import struct

from crowd import Crowd
from harness.stack import PREFIX, wait_for

STACK = {"workers": 2, "helper": {"timelapse": "on",
                                 "timelapse_seconds": 1}}


def test_rotation_under_load(stack):
    archives = stack.sql("SELECT count(*) FROM canvas_archives")[0][0]

    with Crowd(stack) as crowd:
        for mode in ("classic", "pixel_decay", "classic"):
            crowd.wait_ok(200)
            done = stack.helper("rotate", "--force", "--mode", mode)
            assert done.returncode == 0, done.stderr
        crowd.wait_ok(200)
    crowd.judge()

    assert stack.sql("SELECT count(*) FROM canvas_archives")[0][0] \
        == archives + 3
    # every event in exactly one week: archived ones and those of now
    wait_for(lambda: stack.sql(
        "SELECT (SELECT count(*) FROM pixel_events) = "
        "(SELECT sum(total_pixels_placed) FROM canvas_archives) + "
        "(SELECT total_pixels_this_week FROM current_canvas)")[0][0],
             what="the counters")
    assert all(w.resyncs >= 3 for w in crowd.watchers)


def test_week_reset_message(stack):
    with stack.client(stack.guest()) as client:
        before = client.welcome["canvasInfo"]
        client.place(7, 7, 7)
        seq = client.wait_for("update")["seq"]

        done = stack.helper("rotate", "--force", "--mode", "color_wars",
                            "--json")
        assert done.returncode == 0, done.stderr

        reset = client.wait_for("week_reset")
        assert reset["gameMode"] == "color_wars"
        assert reset["epoch"] > before["epoch"]
        assert 1 <= reset["weekNumber"] <= 53 and reset["year"] > 2000

        image = stack.image()
        assert (image.epoch, image.seq) == (reset["epoch"], seq)
        assert set(image.pixels) == {15}

    stack.helper("rotate", "--force", "--mode", "classic")


def test_rules_message(stack):
    page = [PREFIX + "canvas:" + key
            for key in ("state", "seq", "epoch", "rules", "events")]
    with stack.client() as client:
        stack.redis.execute_command(
            "FCALL", "canvas_settings", 5, *page, PREFIX + "canvas:updates",
            "7500")
        rules = client.wait_for("rules")
        assert rules["cooldown"] == 7.5
        assert rules["gameMode"] == "classic"

    wait_for(lambda: stack.get("/api/v1/canvas/info").json()["cooldown"]
             == 7.5, what="the setting")
    assert stack.guest().place(1, 1, 1).json()["cooldown"] == 7.5

    stack.redis.execute_command(
        "FCALL", "canvas_settings", 5, *page, PREFIX + "canvas:updates", "")


def test_a_refusal_names_the_rule(stack, tmp_path):
    """also where the rest is binary"""
    mode = tmp_path / "mode.json"
    mode.write_text(json.dumps({
        "id": "one-each", "name": "One each", "description": "One pixel each",
        "weight": 0, "rules": {"max_pixels_per_user": 1}}))
    assert stack.helper("mode", "save", str(mode)).returncode == 0
    assert stack.helper("rotate", "--force", "--mode",
                        "one-each").returncode == 0

    for protocol in ("canvas.v1.json", "canvas.v1.bin"):
        guest = stack.guest()
        assert guest.place(3, 3, 3).status_code == 200

        with stack.client(guest, protocols=[protocol]) as client:
            if protocol.endswith("bin"):
                client.send(struct.pack(">BIHHB", 0x10, 9, 3, 3, 3))
            else:
                client.send({"type": "place", "x": 3, "y": 3, "color": 3,
                             "id": 9})
            error = client.wait_for("error")
            assert error["rule"] == "max_pixels_per_user"
            assert error["code"] == "RULE_VIOLATION" and error["id"] == 9

    stack.helper("rotate", "--force", "--mode", "classic")


def test_online_message(stack):
    with stack.client() as first:
        with stack.client():
            assert first.wait_for("online", count=2)
        assert first.wait_for("online", count=1)
