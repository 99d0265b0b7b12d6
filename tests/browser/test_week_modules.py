"""The pure modules around the week, one by one."""

import json

import pytest

SECOND, MINUTE, HOUR, DAY = 1000, 60000, 3600000, 86400000


@pytest.mark.parametrize("ms, text", [
    (7 * DAY, "7 d 0 h"), (6 * DAY + 22 * HOUR + 1, "6 d 23 h"),
    (2 * DAY - 1, "2 d 0 h"), (DAY + 1, "1 d 1 h"), (DAY, "24 h 0 min"),
    (5 * HOUR + 61 * SECOND, "5 h 2 min"), (HOUR + 1, "1 h 1 min"),
    (HOUR, "60:00"), (12 * MINUTE + 6001, "12:07"), (1, "0:01"),
    (0, "0:00"), (-5, "0:00"),
])
def test_span(js, ms, text):
    assert js("clock", f"return m.span({ms});") == text


@pytest.mark.parametrize("ms", [
    6 * DAY + 5 * HOUR, 3 * DAY + 1, DAY + 1, 3 * HOUR, HOUR + 7, HOUR,
    59 * MINUTE + 400, 1500, 1000, 1,
])
def test_span_changes_when_it_is_said_to(js, ms):
    """not before, and it has then"""
    assert js("clock", f"""
        const wait = m.untilNextSpan({ms});

        return [m.span({ms} - wait + 11) === m.span({ms}),
                m.span({ms} - wait) !== m.span({ms})];
    """) == [True, True]


def test_clock_is_the_servers(js):
    """whatever this machine says, and however long ago it was told"""
    assert js("clock", """
        let elapsed = 5000;
        const clock = new m.ServerClock(() => elapsed);
        const own = Math.abs(clock.now() - Date.now()) < 1000;
        const set = clock.set("2026-01-31T14:00:00.250Z");

        elapsed += 61000;

        return [own, set, new Date(clock.now()).toISOString(),
                clock.set("soon"), clock.set(undefined)];
    """) == [True, True, "2026-01-31T14:01:01.250Z", False, False]


def words(js, rules, **facts):
    return js("rules", f"return m.inWords({json.dumps(rules)}, "
                       f"{json.dumps(facts)});")


def test_classic_has_only_its_cooldown(js):
    rules = {"type": "classic", "restrictions": []}

    assert words(js, rules, cooldown=5) == ["One pixel every 5 seconds."]
    assert words(js, rules, cooldown=1) == ["One pixel every second."]
    assert words(js, rules, cooldown=120) == ["One pixel every 2 minutes."]
    assert words(js, rules, cooldown=90) == ["One pixel every 90 seconds."]
    assert words(js, rules, cooldown=0) == [
        "As many pixels as you like, without a pause."]
    assert words(js, None) == words(js, rules) == []


@pytest.mark.parametrize("rules, says", [
    ({"duration_hours": 48}, "for 48 hours"),
    ({"duration_hours": 72}, "for 3 days"),
    ({"duration_hours": 0.5}, "for 30 minutes"),
    ({"max_pixels_per_user": 1000}, "has 1,000 pixels"),
    ({"max_pixels_per_user": 1}, "has 1 pixel for the whole week."),
    ({"max_pixels_per_user": 1, "today": {"day": 2}},
     "has 1 pixel for today."),
    ({"faction_required": True, "factions": ["red", "blue", "green"]},
     "There are red, blue and green."),
    ({"colorLock": True, "assignRandomColor": True}, "given one colour"),
    ({"colorLock": True}, "colour of your first pixel"),
    ({"colorLock": True, "today": {"day": 2}}, "is yours for today"),
    ({"decayHours": 24, "decayToColor": 1},
     "fades to black after 24 hours"),
    ({"decayHours": 0.001}, "fades to the background after 4 seconds"),
    ({"mask": [{"x": 0, "y": 0, "width": 5, "height": 5}]}, "not shaded"),
    ({"territory_scoring": True}, "Connected areas"),
    ({"voting_enabled": True}, "best art"),
    ({"randomDaily": True}, "another mechanic is drawn"),
    ({"randomDaily": True, "combineMechanics": True},
     "two other mechanics are drawn"),
])
def test_every_rule_has_words(js, rules, says):
    said = words(js, rules, palette=["#FFFFFF", "#000000"])

    assert len(said) == 1 and says in said[0]


@pytest.mark.parametrize("rules", [
    {"duration_hours": None, "max_pixels_per_user": None, "decayHours": None},
    {"faction_required": False, "territory_scoring": False,
     "voting_enabled": False, "colorLock": False, "randomDaily": False},
    {"a_rule_of_tomorrow": 7, "__proto__": 1},
])
def test_rules_that_limit_nothing_are_not_mentioned(js, rules):
    assert words(js, rules) == []


def test_what_is_drawn_for_today(js):
    assert js("rules", """return [
        m.mechanicsOf({ today: { day: 3, mechanics: ["color_lock", 4] } }),
        m.mechanicsOf({ today: 5 }), m.mechanicsOf(null)];""") \
        == [["color lock", "4"], [], []]


@pytest.mark.parametrize("x, y, expected", [
    (10, 20, True), (14, 24, True), (15, 24, False), (14, 25, False),
    (9, 20, False), (10, 19, False), (0, 0, True), (1, 0, False),
])
def test_mask(js, x, y, expected):
    mask = [{"x": 10, "y": 20, "width": 5, "height": 5},
            {"x": 0, "y": 0, "width": 1, "height": 1}]

    assert js("rules", f"""return m.isOpen({{ mask: {mask} }},
        {{ x: {x}, y: {y} }});""") is expected


def test_without_a_mask_all_is_open(js):
    assert js("rules", """return [m.isOpen({}, { x: 1, y: 2 }),
                                  m.isOpen(null, { x: 1, y: 2 })];""") \
        == [True, True]


def test_the_end_of_placing(js):
    assert js("rules", """return [
        m.endOf({ duration_hours: 1.5 }, "2026-01-31T14:00:00Z")
            - Date.parse("2026-01-31T15:30:00Z"),
        m.endOf({ duration_hours: null }, "2026-01-31T14:00:00Z") === Infinity,
        m.endOf({ duration_hours: 1 }, undefined) === Infinity,
        m.endOf(null, "2026-01-31T14:00:00Z") === Infinity];""") \
        == [0, True, True, True]


@pytest.mark.parametrize("rule, says", [
    ("max_pixels_per_user", "all the pixels"),
    ("faction_required", "choose yours first"),
    ("colorLock", "one colour only"), ("mask", "nobody place there"),
    ("duration_hours", "has ended"), ("no_such_rule", ": no such rule."),
    ("constructor", ": constructor."),
])
def test_every_refusal_has_words(js, rule, says):
    assert says in js("words", f"""return m.sentence({{
        code: "RULE_VIOLATION", rule: {rule!r} }});""")


def test_a_refusal_that_names_no_rule(js):
    assert js("words", 'return m.sentence({ code: "RULE_VIOLATION" });') \
        == "This week's rules do not allow that."


@pytest.mark.parametrize("address, expected", [
    ("/archives/a.png", "http"), ("https://store.example/a.png", "https"),
    ("javascript:alert(1)", None), ("data:text/html,x", None), (None, None),
    ("http://[", None),
])
def test_only_addresses_of_the_web_become_links(js, address, expected):
    found = js("dom", f"""
        return m.webAddress({json.dumps(address)})?.protocol ?? null;""")

    assert (found or "").rstrip(":") == (expected or "")


def play(js, body):
    """body: what to return of `play`, and what to do before"""
    return js("play", f"const play = new m.Play(); {body}")


def test_without_rules_everything_is_allowed(js):
    assert play(js, """return [play.obstacle(0), play.color, play.factions,
        play.objection({ x: 1, y: 2, color: 3 }), play.personal];""") \
        == [None, None, [], None, False]


def test_faction_is_needed_until_there_is_one(js):
    assert play(js, """
        play.setRules({ faction_required: true, factions: ["red"] }, null);
        const before = play.obstacle(0);

        play.is({ faction: "red" });

        return [before, play.obstacle(0), play.personal];""") \
        == ["faction_required", None, True]


@pytest.mark.parametrize("assigned", [True, False])
def test_color_lock(js, assigned):
    """an assigned colour, or that of the first pixel"""
    first = 'play.is({ color: 4 });' if assigned else 'play.placed(4);'

    assert play(js, f"""
        play.setRules({{ colorLock: true }}, null);
        const before = play.objection({{ x: 0, y: 0, color: 5 }});

        {first}
        play.placed(5);

        return [before, play.color, play.objection({{ x: 0, y: 0, color: 5 }}),
                play.objection({{ x: 0, y: 0, color: 4 }})];""") \
        == [None, 4, "colorLock", None]


def test_a_color_does_not_matter_without_the_rule(js):
    assert play(js, """
        play.setRules({}, null);
        play.is({ color: 4 });

        return [play.color, play.objection({ x: 0, y: 0, color: 5 })];""") \
        == [None, None]


def test_the_mask_comes_before_the_color(js):
    assert play(js, """
        play.setRules({ colorLock: true,
            mask: [{ x: 1, y: 1, width: 1, height: 1 }] }, null);
        play.is({ color: 4 });

        return [play.objection({ x: 0, y: 0, color: 5 }),
                play.objection({ x: 1, y: 1, color: 5 })];""") \
        == ["mask", "colorLock"]


def test_placing_ends(js):
    assert play(js, """
        const start = "2026-01-31T14:00:00Z";
        const end = Date.parse(start) + 2 * 3600000;

        play.setRules({ duration_hours: 2 }, start);

        return [play.end === end, play.obstacle(end - 1), play.obstacle(end)];
    """) == [True, None, "duration_hours"]


def test_what_only_the_server_knows_holds_while_the_rules_do(js):
    assert play(js, """
        const rules = { max_pixels_per_user: 5 };
        const seen = [play.setRules(rules, null)];

        play.refused("mask");
        seen.push(play.obstacle(0));
        play.refused("max_pixels_per_user");
        seen.push(play.setRules({ ...rules }, null), play.obstacle(0));
        seen.push(play.setRules({ max_pixels_per_user: 6 }, null),
                  play.obstacle(0));
        play.refused("max_pixels_per_user");
        play.anew();
        seen.push(play.obstacle(0));

        return seen;""") \
        == [True, None, False, "max_pixels_per_user", True, None, None]


def user(name, rank=1, pixels=1):
    return {"rank": rank, "userId": f"id-{name}", "username": name,
            "pixels": pixels}


@pytest.mark.parametrize("before, best, after", [
    ("", "", ""), ("", "ab", "ab"), ("ab", "ba", "ba"),
    # somebody new, somebody who rose, and who fell out
    ("abc", "ad", "adc"), ("abcd", "ca", "cad"), ("abcd", "xc", "xcd"),
    ("abc", "", "abc"),
])
def test_boards_get_a_new_beginning(js, before, best, after):
    old, new = ([user(name) for name in names] for names in (before, best))
    merged = js("boards", f"return m.merge({json.dumps(old)}, "
                          f"{json.dumps(new)});")

    assert "".join(entry["username"] for entry in merged) == after


def test_whose_entry_it_is(js):
    assert js("boards", """return [
        { userId: "u", username: null }, { agentId: "a", name: "bot" },
        { faction: "red" }, {},
    ].flatMap((entry) => [m.idOf(entry), m.nameOf(entry)]);""") \
        == ["u", None, "a", "bot", "red", "red", None, None]


@pytest.mark.parametrize("error, says", [
    ({"code": "FORBIDDEN", "message": "Only once"}, "Only once."),
    ({"code": "CONFLICT", "message": "Wait."}, "Wait."),
    ({"code": "RATE_LIMITED", "message": "x", "cooldownRemaining": 7.31},
     "Not so fast: again in 7.4 s."),
    ({"code": "BANNED", "message": "x"}, "You have been banned from placing "
     "pixels. You can still watch."),
    ({"code": "UNREACHABLE", "message": "x"},
     "The server cannot be reached."),
])
def test_reasons_of_the_server(js, error, says):
    assert js("words", f"return m.reason({json.dumps(error)});") == says


@pytest.mark.parametrize("a, b, part", [
    ((3, 4), (3, 4), (3, 4, 1, 1)), ((3, 4), (10, 8), (3, 4, 8, 5)),
    ((10, 4), (3, 8), (3, 4, 8, 5)),
])
def test_two_corners_are_a_rectangle(js, a, b, part):
    found = js("picking", """return m.between({ x: %d, y: %d },
                                              { x: %d, y: %d });"""
               % (*a, *b))

    assert tuple(found[name] for name in ("x", "y", "width", "height")) \
        == part


def test_camera_shows_a_part_in_the_free_middle(js):
    """400 x 300 stage, 100 covered at the right"""
    assert js("camera", """
        const camera = new m.Camera();

        camera.setCanvas(100, 100);
        camera.setStage(400, 300, { top: 0, right: 100, bottom: 0, left: 0 });
        camera.show({ x: 40, y: 40, width: 20, height: 10 });

        const middle = camera.toCanvas(150, 150);

        return [middle.x, middle.y, camera.scale].map(Math.round);""") \
        == [50, 45, 9]
