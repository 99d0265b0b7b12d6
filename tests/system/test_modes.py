"""Every mode that is shipped, played: what it allows, what it refuses and why,
what clients are told, and what is left of it in the archive."""

import uuid

import pytest
import requests

from harness.stack import PREFIX, wait_for

STACK = {"workers": 2, "size": "64x48"}

PAGE = [PREFIX + "canvas:" + name
        for name in ("state", "seq", "epoch", "rules", "events")]
ACTORS = PREFIX + "canvas:actors"
FACTIONS = PREFIX + "canvas:factions"


def turn(stack, mode):
    """Into a week of that mode; what the archive of the last one says."""
    done = stack.helper("rotate", "--force", "--mode", mode)
    assert done.returncode == 0, done.stderr
    assert stack.sql("SELECT slug FROM current_canvas c JOIN game_modes m "
                     "ON m.id = c.current_game_mode_id") == [(mode,)]
    stack.check_equal()

    return stack.sql(
        "SELECT m.slug, a.rules FROM canvas_archives a "
        "JOIN game_modes m ON m.id = a.game_mode_id "
        "ORDER BY a.new_epoch DESC LIMIT 1")[0]


def refused(answer, rule):
    assert answer.status_code == 403, answer.text
    error = answer.json()
    assert (error["code"], error["rule"]) == ("RULE_VIOLATION", rule)


def accepted(answer):
    assert answer.status_code == 200, answer.text
    return answer.json()


def join(guest, faction=None):
    """The faction that the guest is in now, else the code of the refusal."""
    answer = guest.post("/api/v1/factions",
                        json={"faction": faction} if faction else {})
    return answer.json()["faction" if answer.status_code == 200 else "code"]


def board(stack, name):
    stack.wait_recorded()
    return {member.decode(): int(score) for member, score
            in stack.redis.zrange(PREFIX + "leaderboard:" + name, 0, -1,
                                  withscores=True)}


def factions(stack):
    """What everybody is told of them."""
    answer = requests.get(stack.url + "/api/v1/factions", timeout=10)
    return {f["id"]: (f["members"], f["pixels"], f["territory"])
            for f in answer.json()["factions"]}


def save(stack, mode, rules):
    """A mode of the test."""
    stack.sql("INSERT INTO game_modes (slug, name, description, weight, "
              "rules) VALUES (%s, 'Test', 'of a test', 0, %s) "
              "ON CONFLICT (slug) DO UPDATE SET rules = excluded.rules",
              mode, rules)


def restore(stack):
    """Redis lost everything but sessions; PostgreSQL has the week."""
    stack.wait_recorded()
    wait_for(lambda: stack.sql(
        "SELECT (counted_epoch, counted_seq) = (epoch, seq) "
        "FROM recorder_progress")[0][0], what="the counters")
    sessions = {key: stack.redis.dump(key)
                for key in stack.redis.keys(PREFIX + "session:*")}
    stack.redis.flushall()
    for key, value in sessions.items():
        stack.redis.restore(key, 86400000, value)
    done = stack.helper("restore")
    assert done.returncode == 0, done.stderr
    stack.check_equal()


@pytest.fixture(autouse=True)
def fixture_classic(stack):
    yield
    turn(stack, "classic")
    stack.redis.delete(*(stack.redis.keys(PREFIX + "ratelimit:*")
                         or [PREFIX + "none"]))


def test_classic(stack):
    turn(stack, "classic")
    guest = stack.guest()
    with stack.client() as watcher:
        for x in range(20):
            assert accepted(guest.place(x, 1, x % 16))["cooldown"] == 0
        assert watcher.wait_for("update", x=19)["userId"] == guest.user_id
    assert not stack.redis.exists(ACTORS, FACTIONS)
    slug, rules = turn(stack, "classic")
    assert (slug, rules) == ("classic", {"type": "classic",
                                         "restrictions": []})


def test_territory_wars(stack):
    with stack.client() as watcher:
        turn(stack, "territory-wars")
        told = watcher.wait_for("rules", gameMode="territory-wars")
        assert told["cooldown"] == 30
        assert told["rules"]["territory_scoring"] is True
    guest = stack.guest()
    assert accepted(guest.place(1, 1, 1))["cooldown"] == 30
    answer = guest.place(2, 1, 1)
    assert (answer.status_code, answer.json()["code"]) \
        == (429, "RATE_LIMITED")
    assert 0 < answer.json()["cooldownRemaining"] <= 30
    assert turn(stack, "classic")[1]["cooldown_ms"] == 30000
    accepted(stack.guest().place(2, 1, 1))


def test_color_factions(stack):
    turn(stack, "color-factions")
    ada, bob, eve = stack.guest(), stack.guest(), stack.guest()
    refused(ada.place(1, 1, 1), "faction_required")
    with stack.client(ada) as client:
        assert client.welcome["faction"] is None
        client.place(1, 1, 1, id=7)
        error = client.wait_for("error", id=7)
        assert error["rule"] == "faction_required"

    assert join(ada, "blue") == join(bob, "blue") == "blue"
    assert join(ada, "red") == "CONFLICT"
    assert join(eve) == "red"
    assert join(stack.guest(), "black") == "NOT_FOUND"
    with stack.client(ada) as client:
        assert client.welcome["faction"] == "blue"
    for guest, x in ((ada, 1), (ada, 2), (bob, 3), (eve, 4)):
        accepted(guest.place(x, 1, 1))

    stack.wait_recorded()
    assert stack.sql("SELECT faction, count(*) FROM pixel_events "
                     "WHERE user_id IN (%s, %s, %s) GROUP BY 1 ORDER BY 1",
                     ada.user_id, bob.user_id, eve.user_id) \
        == [(1, 1), (2, 3)]
    wait_for(lambda: board(stack, "factions") == {"blue": 3, "red": 1},
             what="the board of factions")

    accepted(eve.place(3, 1, 2))            # bob's pixel
    wait_for(lambda: factions(stack) == {
        "red": (1, 2, 2), "blue": (2, 3, 2), "green": (0, 0, 0),
        "yellow": (0, 0, 0)}, what="members, pixels, territory")

    slug, rules = turn(stack, "classic")
    assert slug == "color-factions"
    assert factions(stack) == {}
    assert rules["factions"] == ["red", "blue", "green", "yellow"]
    accepted(ada.place(1, 1, 1))
    assert not stack.redis.exists(ACTORS, FACTIONS)
    assert board(stack, "factions") == {}


def test_pixel_art_challenge(stack):
    with stack.client() as watcher:
        turn(stack, "pixel-art-challenge")
        told = watcher.wait_for("rules", gameMode="pixel-art-challenge")
        assert told["rules"]["voting_enabled"] is True
    accepted(stack.guest().place(1, 1, 1))
    assert turn(stack, "classic")[1]["type"] == "art"


def test_speed_run(stack):
    turn(stack, "speed-run")
    guest = stack.guest()
    assert accepted(guest.place(1, 1, 1))["cooldown"] == 1
    assert guest.place(2, 1, 1).json()["code"] == "RATE_LIMITED"

    # two days later
    stack.wait_recorded()
    stack.sql("UPDATE current_canvas SET week_started_at = week_started_at "
              "- interval '49 hours'")
    restore(stack)
    refused(stack.guest().place(3, 1, 1), "duration_hours")
    assert turn(stack, "classic")[1]["duration_hours"] == 48
    accepted(stack.guest().place(3, 1, 1))


def colors(stack, guest):
    """The colour that a guest is locked to, as its welcome says."""
    with stack.client(guest) as client:
        return client.welcome["color"]


def test_color_wars(stack):
    turn(stack, "color_wars")
    guests = [stack.guest() for _ in range(6)]
    locked = [colors(stack, guest) for guest in guests]
    assert 15 not in locked and len(set(locked)) > 1
    for x, (guest, color) in enumerate(zip(guests, locked)):
        refused(guest.place(x, 1, (color + 1) % 15), "colorLock")
        accepted(guest.place(x, 1, color))

    restore(stack)
    assert [colors(stack, guest) for guest in guests] == locked
    refused(guests[0].place(1, 1, 15), "colorLock")
    wait_for(lambda: len(board(stack, "users")) == 6, what="the board")
    assert turn(stack, "classic")[1] == {
        "type": "color_wars", "colorLock": True, "assignRandomColor": True}
    accepted(guests[0].place(1, 1, 15))


def test_pixel_decay(stack):
    """Nobody can wait for a day; test_decay.py has shorter ones."""
    with stack.client() as watcher:
        turn(stack, "pixel_decay")
        told = watcher.wait_for("rules", gameMode="pixel_decay")
        assert (told["rules"]["decayHours"], told["rules"]["decayToColor"]) \
            == (24, 15)

        guest = stack.guest()
        accepted(guest.place(5, 6, 7))
        accepted(guest.place(6, 6, 8))
        stack.wait_recorded()
        # a pixel of yesterday
        stack.sql("UPDATE pixel_events SET created_at = created_at "
                  "- interval '24 hours' WHERE user_id = %s AND x = 5",
                  guest.user_id)
        faded = watcher.wait_for("update", x=5, color=15)
        assert (faded["y"], faded["userId"]) == (6, None)
    stack.check_equal()

    # nobody's change: in the log, in no counter
    event = stack.get("/api/v1/history/pixel?x=5&y=6").json()["events"][0]
    assert (event["color"], event["userId"], event["username"]) \
        == (15, None, None)
    wait_for(lambda: board(stack, "users") == {guest.user_id: 2},
             what="the board")
    assert stack.get("/api/v1/auth/me").status_code == 401
    wait_for(lambda: stack.sql(
        "SELECT total_pixels_this_week, unique_contributors_this_week "
        "FROM current_canvas") == [(2, 1)], what="the counters")
    assert turn(stack, "classic")[1]["decayHours"] == 24
    assert stack.sql("SELECT total_pixels_placed FROM canvas_archives "
                     "ORDER BY new_epoch DESC LIMIT 1") == [(2,)]


@pytest.fixture(name="two_mechanics")
def fixture_two_mechanics(stack):
    """Each day of chaos has both of them."""
    shipped = stack.sql("SELECT name, rules::text, weight, description "
                        "FROM chaos_mechanics")
    stack.sql("DELETE FROM chaos_mechanics")
    stack.sql("INSERT INTO chaos_mechanics (name, rules, description) VALUES "
              "('one', '{\"max_pixels_per_user\": 1}', '-'), "
              "('west', '{\"maskPercent\": [{\"x\": 0, \"y\": 0, "
              "\"width\": 50, \"height\": 100}]}', '-')")
    yield
    stack.sql("DELETE FROM chaos_mechanics")
    for row in shipped:
        stack.sql("INSERT INTO chaos_mechanics VALUES (%s, %s, %s, %s)", *row)


def test_chaos_mode(stack, two_mechanics):
    guest = stack.guest()
    with stack.client() as watcher:
        turn(stack, "chaos_mode")
        told = watcher.wait_for("rules", gameMode="chaos_mode")["rules"]
        assert told["today"]["day"] == 1
        assert sorted(told["today"]["mechanics"]) == ["one", "west"]
        assert told["mask"] == [{"x": 0, "y": 0, "width": 32, "height": 48}]

        refused(guest.place(32, 0, 1), "mask")
        accepted(guest.place(31, 0, 1))
        refused(guest.place(31, 0, 1), "max_pixels_per_user")
        restore(stack)
        refused(guest.place(31, 0, 1), "max_pixels_per_user")

        # a day later the same day begins anew for everybody
        stack.sql("UPDATE current_canvas SET week_started_at = "
                  "week_started_at - interval '24 hours'")
        told = wait_for(lambda: next(
            (m["rules"] for m in watcher.messages
             if m["type"] == "rules"
             and m["rules"].get("today", {}).get("day") == 2), None),
            what="day 2")
        assert sorted(told["today"]["mechanics"]) == ["one", "west"]
    accepted(guest.place(30, 0, 1))
    refused(guest.place(30, 0, 1), "max_pixels_per_user")
    restore(stack)
    refused(guest.place(30, 0, 1), "max_pixels_per_user")

    slug, rules = turn(stack, "classic")
    assert (slug, rules["today"]["day"]) == ("chaos_mode", 2)


def test_chaos_is_what_was_drawn(stack):
    """The draw of the day is that of SQL, and each mechanic is enforced."""
    turn(stack, "chaos_mode")
    rules, compiled = stack.sql(
        "SELECT rules, rules_compiled('chaos_mode', year, week_number, 1) "
        "FROM current_canvas")[0]
    assert rules == compiled
    assert len(rules["today"]["mechanics"]) == 2
    hash_rules = stack.redis.hget(PREFIX + "canvas:rules", "rules")
    assert stack.sql("SELECT %s::jsonb = rules FROM current_canvas",
                     hash_rules.decode()) == [(True,)]


def test_restored_factions(stack):
    """The same refusals, boards and members after Redis lost everything."""
    save(stack, "test-teams", '{"faction_required": true, "colorLock": true, '
         '"factions": ["cats", "dogs"], "max_pixels_per_user": 3}')
    turn(stack, "test-teams")
    ada, bob, eve = stack.guest(), stack.guest(), stack.guest()
    assert (join(ada, "dogs"), join(bob, "cats")) == ("dogs", "cats")
    for x in range(3):
        accepted(ada.place(x, 0, 4))
    accepted(bob.place(9, 0, 5))
    wait_for(lambda: board(stack, "factions") == {"dogs": 3, "cats": 1},
             what="the board of factions")

    def kept():
        return [stack.redis.hgetall(ACTORS), stack.redis.hgetall(FACTIONS),
                board(stack, "users"), board(stack, "factions"),
                stack.redis.hget(PREFIX + "canvas:rules", "rules")]

    before = kept()
    assert len(before[0]) == 2
    restore(stack)
    assert kept() == before

    refused(ada.place(1, 1, 4), "max_pixels_per_user")
    refused(bob.place(1, 1, 4), "colorLock")
    refused(eve.place(1, 1, 4), "faction_required")
    assert join(bob, "dogs") == "CONFLICT"
    accepted(bob.place(1, 1, 5))
    assert turn(stack, "classic")[1]["factions"] == ["cats", "dogs"]


def test_other_rules_within_the_week(stack):
    """A running mode that is saved is played by from then on."""
    save(stack, "test-quota", '{"max_pixels_per_user": 1}')
    turn(stack, "test-quota")
    guest = stack.guest()
    accepted(guest.place(1, 1, 1))
    refused(guest.place(2, 1, 1), "max_pixels_per_user")
    with stack.client() as watcher:
        save(stack, "test-quota",
             '{"max_pixels_per_user": 2, "cooldown_ms": 0}')
        watcher.wait_for("rules", gameMode="test-quota")
    accepted(guest.place(2, 1, 1))
    refused(guest.place(3, 1, 1), "max_pixels_per_user")

    # what was not counted before, counts from now on
    with stack.client() as watcher:
        save(stack, "test-quota", "{}")
        watcher.wait_for("rules", gameMode="test-quota", rules={})
        accepted(guest.place(3, 1, 1))
        save(stack, "test-quota", '{"max_pixels_per_user": 1}')
        watcher.wait_for("rules", gameMode="test-quota")
    accepted(guest.place(4, 1, 1))
    refused(guest.place(5, 1, 1), "max_pixels_per_user")
    wait_for(lambda: stack.sql("SELECT rules FROM current_canvas")
             == [({"max_pixels_per_user": 1},)], what="the note")
    restore(stack)
    refused(guest.place(5, 1, 1), "max_pixels_per_user")
    accepted(stack.guest().place(5, 1, 1))


def test_modes_are_all_here(stack):
    """A mode that is shipped is played above."""
    shipped = {slug.replace("-", "_") for slug, in stack.sql(
        "SELECT slug FROM game_modes WHERE slug NOT LIKE 'test-%%'")}
    assert shipped == {"classic", "territory_wars", "color_factions",
                       "pixel_art_challenge", "speed_run", "color_wars",
                       "pixel_decay", "chaos_mode"}
    assert {f"test_{name}" for name in shipped} <= set(globals())


def test_unknown_actor(stack):
    """An agent has no faction of its own accord."""
    turn(stack, "color-factions")
    actor = uuid.UUID("33333333-3333-4333-8333-333333333333")
    request = bytes([0, 1, 0, 1, 1]) + b"a" + actor.bytes + bytes(4)
    assert stack.redis.execute_command(
        "FCALL", "canvas_place", 8, *PAGE,
        PREFIX + f"ratelimit:user:{actor}", PREFIX + f"banned:{actor}",
        ACTORS, PREFIX + "canvas:updates", request, "") \
        == [b"RULE_VIOLATION", b"faction_required"]
