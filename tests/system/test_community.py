"""Objectives, comments, works of art, votes and factions through nginx: what
is posted is what is read, and what everybody is told."""

import pytest

from harness.stack import wait_for

STACK = {"size": "64x48", "workers": 2, "helper": {"timelapse": "off"}}


def post(stack, guest, path, **body):
    return guest.http.post(f"{stack.url}/api/v1/{path}", json=body,
                           timeout=30)


def read(stack, path):
    answer = stack.get(f"/api/v1/{path}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def name(guest):
    return "guest-" + guest.user_id.replace("-", "")[:16]


def code(answer):
    return answer.status_code, answer.json()["code"]


@pytest.fixture(name="elect")
def fixture_elect(stack):
    """The running week has a vote."""
    stack.sql("UPDATE canvas.current_canvas SET current_game_mode_id = "
              "(SELECT id FROM canvas.game_modes "
              "WHERE slug = 'pixel-art-challenge')")


def objective(stack, slug):
    return {o["id"]: o for o in read(stack, "objectives")["objectives"]}[slug]


def test_completed_objective_is_told_to_everybody(stack):
    watcher = stack.client()
    ada, bob = stack.guest(), stack.guest()

    for x in range(10):
        assert ada.place(x, 0, 3).status_code == 200
    told = watcher.wait_for("objective")
    assert told == {"type": "objective", "objective": "first_steps",
                    "name": "First Steps", "userId": ada.user_id,
                    "agentId": None, "username": name(ada)}

    for x in range(12):
        assert bob.place(x, 1, x).status_code == 200
    assert watcher.wait_for("objective")["objective"] == "color_collector"

    first = wait_for(lambda: objective(stack, "first_steps")["completed"] == 2
                     and objective(stack, "first_steps"))
    assert first["first"]["userId"] == ada.user_id
    assert [(o["userId"], o["value"]) for o in first["leaders"][:2]] == [
        (bob.user_id, 12), (ada.user_id, 10)]

    placed, = stack.sql(
        "SELECT canvas.rfc3339(created_at) FROM canvas.pixel_events "
        "WHERE user_id = %s ORDER BY seq OFFSET 9 LIMIT 1", ada.user_id)
    assert first["first"]["completedAt"] == placed[0]
    watcher.close()


def test_upcoming_mode_is_told_once_it_is_public(stack):
    watcher = stack.client()
    done = stack.helper("mode", "schedule", "chaos_mode")
    assert done.returncode == 0, done.stderr

    told = watcher.wait_for("upcoming")
    assert told["announced"] is True
    assert told["upcomingMode"] == stack.get(
        "/api/game/upcoming").json()["upcomingMode"]
    assert told["upcomingMode"]["id"] == "chaos_mode"

    done = stack.helper("mode", "unschedule")
    assert done.returncode == 0, done.stderr
    watcher.close()


def test_comments_are_read_as_written(stack):
    guest = stack.guest()               # that never placed
    answer = post(stack, guest, "comments", content="  <b>what</b> a week ")
    assert answer.status_code == 201, answer.text
    written = answer.json()
    assert written["content"] == "<b>what</b> a week"
    assert (written["userId"], written["username"]) == (guest.user_id,
                                                        name(guest))
    assert read(stack, "comments?limit=1")["comments"] == [written]

    answer = post(stack, guest, "comments", content="again")
    assert code(answer) == (429, "RATE_LIMITED")
    assert 0 < answer.json()["cooldownRemaining"] <= 10
    assert 1 <= int(answer.headers["Retry-After"]) <= 10

    assert code(post(stack, stack.guest(), "comments", content="a\nb")) == (
        400, "INVALID_MESSAGE")


def test_art_is_entered_and_elected(stack, elect):  # noqa: ARG001
    ada, bob = stack.guest(), stack.guest()
    work = {"title": "Cat", "x": 1, "y": 2, "width": 10, "height": 8}

    assert code(post(stack, ada, "artworks", **work)) == (403, "FORBIDDEN")
    for y, guest in enumerate((ada, bob)):
        assert guest.place(y, 20, 3).status_code == 200
    stack.wait_recorded()

    answer = post(stack, ada, "artworks", **work)
    assert answer.status_code == 201, answer.text
    entered = answer.json()
    assert entered | {"id": None} == work | {
        "id": None, "userId": ada.user_id, "agentId": None,
        "username": name(ada), "votes": 0}
    assert code(post(stack, ada, "artworks", **work | {"x": 60})) == (
        400, "INVALID_COORDS")

    vote = {"kind": "art", "id": entered["id"]}
    assert code(post(stack, ada, "votes", **vote)) == (403, "FORBIDDEN")
    for _ in range(2):
        answer = post(stack, bob, "votes", **vote)
        assert (answer.status_code, answer.json()) == (200, vote)

    for mode in ("speed-run", "color_wars"):
        assert post(stack, bob, "votes", kind="mode",
                    id=mode).status_code == 200
    assert code(post(stack, bob, "votes", kind="mode", id="no-mode")) == (
        404, "NOT_FOUND")

    votes = read(stack, "votes")
    assert votes["enabled"] is True
    assert votes["art"]["artworks"] == [entered | {"votes": 1}]
    assert [(s["id"], s["votes"]) for s in votes["mode"]["standings"][:2]] \
        == [("color_wars", 1), ("classic", 0)]


def test_the_week_turns_to_what_was_elected(stack, elect):  # noqa: ARG001
    guest = stack.guest()
    assert guest.place(5, 30, 3).status_code == 200
    stack.wait_recorded()
    assert post(stack, guest, "votes", kind="mode",
                id="color-factions").status_code == 200
    stack.sql("DELETE FROM canvas.votes WHERE user_id <> %s "
              "AND kind = 'mode'", guest.user_id)

    done = stack.helper("rotate", "--force")
    assert done.returncode == 0, done.stderr
    assert stack.get("/api/game/current").json()["currentMode"]["id"] \
        == "color-factions"
    assert read(stack, "votes") == {"enabled": False,
                                    "mode": {"standings": []},
                                    "art": {"artworks": []}}
    archive = stack.get("/api/archives").json()["archives"][0]
    stats = stack.get(f"/api/archives/{archive['id']}").json()["stats"]
    assert [work["title"] for work in stats["artworks"]] == ["Cat"]
    assert stats["objectives_completed"]["first_steps"]["completed"] == 2
    assert objective(stack, "first_steps")["completed"] == 0


def test_factions_of_the_week(stack):
    """In the week that the last test began."""
    guest = stack.guest()
    assert post(stack, guest, "factions", faction="blue").status_code == 200
    for x in range(3):
        assert guest.place(x, 40, 3).status_code == 200

    def counted():
        factions = read(stack, "factions")["factions"]
        return factions if any(f["pixels"] == 3 for f in factions) else None

    assert wait_for(counted) == [
        {"id": faction, "members": int(faction == "blue"),
         "pixels": 3 * (faction == "blue"),
         "territory": 3 * (faction == "blue")}
        for faction in ("red", "blue", "green", "yellow")]
