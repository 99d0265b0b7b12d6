"""Game modes on the command line: list, show, save, schedule."""

import json

import pytest

from stores import bare_stores, stores  # noqa: F401
from stores import library_redis, shared_postgres  # noqa: F401


def saved(stores, mode):
    path = stores.directory / "mode.json"
    path.write_text(json.dumps(mode))

    return stores.helper("mode", "save", path)


def shown(stores, slug):
    return json.loads(stores.ok("mode", "show", slug))


def test_list_marks_this_week_and_the_next(stores):
    lines = stores.ok("mode", "list").splitlines()
    assert [line[0] for line in lines].count("*") == 1
    assert [line.split()[-2:] for line in lines if line[0] == "*"] \
        == [["Classic", "Mode"]]

    stores.ok("mode", "schedule", "speed-run")
    lines = stores.ok("mode", "list").splitlines()
    assert [line.split()[1] for line in lines if line[0] == ">"] \
        == ["speed-run"]

    stores.ok("mode", "unschedule")
    assert ">" not in stores.ok("mode", "list")


def test_save_show_and_play_a_new_mode(stores):
    mode = {"id": "island", "name": "Island", "description": "a small place",
            "icon": "🏝️", "difficulty": "easy", "weight": 0,
            "rules": {"mask": [{"x": 1, "y": 2, "width": 3, "height": 4}],
                      "cooldown_ms": 2000}}
    assert saved(stores, mode).code == 0

    stored = shown(stores, "island")
    assert {name: stored[name] for name in mode} == mode
    assert stored["is_active"] is True

    # what is left out stays; what show prints can be saved
    assert "changed" in saved(stores, {"id": "island", "name": "Isle"}).out
    assert shown(stores, "island") == {**stored, "name": "Isle"}
    assert saved(stores, stored).code == 0
    assert shown(stores, "island") == stored

    stores.ok("rotate", "--force", "--mode", "island")
    assert stores.value("SELECT m.slug FROM current_canvas c JOIN game_modes "
                        "m ON m.id = c.current_game_mode_id") == "island"


@pytest.mark.parametrize("change, reason", [
    ({"rules": {"gravity": 1}}, 'mode "odd": unknown rule "gravity"'),
    ({"rules": {"decayToColor": 3}},
     'rule "decayToColor" needs "decayHours"'),
    ({"rules": []}, "rules are no JSON object"),
    ({"scoring_rules": {"pixel_points": -1}}, 'rule "pixel_points" wants'),
    ({"id": "Two words"}, "slug"),
    ({"name": None}, "name"),
    ({"weight": -1}, "weight"),
    ({"color": "red"}, 'a mode has no "color"')])
def test_refused_with_the_reason(stores, change, reason):
    before = stores.value("SELECT count(*) FROM game_modes")
    result = saved(stores, {"id": "odd", "name": "Odd", "description": "odd",
                            **change})
    assert result.code == 1
    assert reason in result.err
    assert result.err.count("\n") == 1
    assert stores.value("SELECT count(*) FROM game_modes") == before


def test_schedule_is_secret_until_announced(stores):
    stores.ok("mode", "schedule", "chaos_mode", "--announce",
              stores.value("SELECT rfc3339(week_resets_at - interval '1 s') "
                           "FROM current_canvas"))
    assert stores.value("SELECT api_game_upcoming() ->> 'announced'") \
        == "false"

    # given again without a time: public at once
    out = stores.ok("mode", "schedule", "chaos_mode")
    assert out == "chaos_mode begins " + stores.value(
        "SELECT rfc3339(week_resets_at) FROM current_canvas") + "\n"
    assert stores.value(
        "SELECT api_game_upcoming() #>> '{upcomingMode,id}'") == "chaos_mode"
    assert stores.value("SELECT count(*) FROM admin_actions "
                        "WHERE action_type = 'schedule_mode'") == 2


@pytest.mark.parametrize("arguments, code, reason", [
    (["schedule", "nowhere"], 1, 'there is no mode "nowhere"'),
    (["schedule", "idle"], 1, 'mode "idle" is not active'),
    (["schedule", "classic", "--announce", "9999-01-01T00:00:00Z"], 1,
     "announce before that"),
    (["schedule", "classic", "--announce", "soon"], 1, "soon"),
    (["schedule"], 2, "takes one argument"),
    (["list", "classic"], 2, "takes no argument"),
    (["show", "nowhere"], 1, 'there is no mode "nowhere"'),
    (["fly"], 2, 'unknown action "fly"'),
    (["save", "/nonexistent"], 1, "/nonexistent")])
def test_errors(stores, arguments, code, reason):
    assert saved(stores, {"id": "idle", "name": "Idle", "description": "off",
                          "is_active": False}).code == 0
    result = stores.helper("mode", *arguments)
    assert (result.code, result.out) == (code, "")
    assert reason in result.err


def test_rules_lists_what_exists(stores):
    out = stores.ok("mode", "rules")
    assert "cooldown_ms" in out and "needs decayHours" in out
