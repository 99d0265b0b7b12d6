"""Standings, objectives, comments and votes on the page."""

import json

import pytest
from canvas_stack.process import wait_for
from conftest import LIVE
from visitor import (SCRIPT, choose, open_tab, reopen, session_of, spots,
                     text, wait_placed, wait_said, wait_text, where)

# sent before the page's own scripts: these paths are answered by ANSWERS
STUB = """
    const get = window.fetch;
    const answers = ANSWERS;

    window.asked = [];
    window.fetch = (path, options) => {
        const known = Object.keys(answers).find((name) =>
            path.startsWith(name));

        if (known === undefined || options.method === "POST") {
            return get(path, options);
        }

        window.asked.push(path);

        return Promise.resolve(Response.json(answers[known]));
    };
"""

OBJECTIVES = {"objectives": [
    {"id": "many", "name": SCRIPT, "description": SCRIPT, "metric": "pixels",
     "target": 100, "scope": "both", "reward": 1, "atWeekEnd": False,
     "completed": 1200, "first": {"userId": "a", "agentId": None,
                                  "username": SCRIPT, "completedAt": "x"},
     "leaders": [{"userId": "a", "agentId": None, "username": SCRIPT,
                  "value": 140},
                 {"userId": None, "agentId": "b", "username": None,
                  "value": 7}]},
    {"id": "last", "name": "Land", "description": "At last", "metric": "x",
     "target": 1, "scope": "both", "reward": 1, "atWeekEnd": True,
     "completed": 0, "first": None, "leaders": []}], "week": {}}

COMMENTS = {"comments": [
    {"id": "1", "seq": 9, "content": SCRIPT, "userId": "a", "agentId": None,
     "username": SCRIPT, "createdAt": "2026-01-31T14:00:00Z"}], "next": None}


@pytest.fixture
def stubbed(canvas, browser):
    """a live page to which these paths are answered"""
    pages = []

    def open_page(answers):
        page = browser.page()
        pages.append(page)
        page.call("Page.addScriptToEvaluateOnNewDocument",
                  source=STUB.replace("ANSWERS", json.dumps(answers)))
        page.open(canvas.url)
        page.wait(LIVE)

        return page

    yield open_page

    errors = [error for page in pages for error in page.errors]
    for page in pages:
        page.close()
    assert errors == []


def me(page, canvas):
    return session_of(page, canvas).get(canvas.url + "/api/v1/auth/me",
                                        timeout=10).json()


# of the text of what matches, against what it is written on: 1 to 21
CONTRAST = """((selector) => {
    const probe = document.createElement("canvas").getContext("2d");
    const parts = (color) => {
        probe.clearRect(0, 0, 1, 1);
        probe.fillStyle = color;
        probe.fillRect(0, 0, 1, 1);

        return [...probe.getImageData(0, 0, 1, 1).data];
    };
    const under = (element) => {
        const [r, g, b, a] = element === null ? [255, 255, 255, 255]
            : parts(getComputedStyle(element).backgroundColor);

        return a === 255 ? [r, g, b] : under(element.parentElement)
            .map((c, i) => (c * (255 - a) + [r, g, b][i] * a) / 255);
    };
    const light = (color) => color.slice(0, 3).map((c) => c / 255)
        .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
        .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);

    return [...document.querySelectorAll(selector)].map((element) => {
        const [dark, bright] = [
            light(parts(getComputedStyle(element).color)),
            light(under(element)),
        ].sort((a, b) => a - b);

        return (bright + 0.05) / (dark + 0.05);
    });
})"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_buttons_can_be_read(page, scheme):
    """WCAG 2, 1.4.3"""
    page.call("Emulation.setEmulatedMedia", features=[
        {"name": "prefers-color-scheme", "value": scheme}])
    open_tab(page, "comments")
    contrasts = page.evaluate(f"{CONTRAST}('#week button:not(:disabled)')")
    assert len(contrasts) > 8
    assert min(contrasts) >= 4.5


def test_standings_are_live(canvas, page):
    """one's own row is marked, and others come without asking"""
    open_tab(page, "standings")
    choose(page, 2)
    page.click(*where(page, *next(spots)))
    wait_placed(page)

    own = "#part-standings .mine"
    wait_text(page, own, me(page, canvas)["username"])
    wait_text(page, own, "you")

    client = canvas.guest()
    name = client.get(canvas.url + "/api/v1/auth/me",
                      timeout=10).json()["username"]
    page.evaluate("window.fetch = () => Promise.reject(new Error('asked'))")
    canvas.place(*next(spots), 1, client)
    wait_text(page, "#part-standings tbody", name)


def test_standings_of_each_kind(stubbed):
    page = stubbed({"/api/v1/factions": {"factions": []}})

    open_tab(page, "standings")
    page.wait("document.querySelector('#part-standings .list > *') !== null")

    for kind in ("Agents", "Factions"):
        page.evaluate("""[...document.querySelectorAll(
            "#part-standings button")].find((b) =>
                b.textContent === %r).click()""" % kind)
        wait_text(page, "#part-standings .calm", "has placed a pixel yet")
        wait_text(page, "#part-standings [aria-pressed=true]", kind)


def test_objectives(stubbed):
    page = stubbed({"/api/v1/objectives": OBJECTIVES})

    assert page.evaluate("window.asked") == []
    open_tab(page, "objectives")
    wait_text(page, "#part-objectives .done", "1,200 done")
    assert page.evaluate("""[...document.querySelectorAll(
        "#part-objectives progress")].map((p) => [p.value, p.max])""") \
        == [[100, 100], [7, 100]]
    assert text(page, "#part-objectives strong") == SCRIPT
    wait_text(page, "#part-objectives", "at the end of the week")
    assert page.evaluate("window.hacked") is None
    assert page.evaluate("window.asked") == ["/api/v1/objectives"]


def test_a_completed_objective_is_said(canvas, stubbed):
    """and the open list asks again"""
    page = stubbed({"/api/v1/objectives": OBJECTIVES})

    open_tab(page, "objectives")
    wait_text(page, "#part-objectives .done", "done")
    canvas.notify({"type": "objective", "objective": "many", "name": SCRIPT,
                   "userId": None, "agentId": "b", "username": "robot"})
    wait_said(page, f"robot has completed “{SCRIPT}”.")
    page.wait("window.asked.length === 2", "the list is asked for again")
    assert page.evaluate("window.hacked") is None


def test_comments_are_text(stubbed):
    page = stubbed({"/api/v1/comments": COMMENTS})

    open_tab(page, "comments")
    wait_text(page, "#part-comments .comments", SCRIPT)
    assert text(page, "#part-comments strong") == SCRIPT
    assert page.evaluate("window.hacked") is None


VOTES = {"enabled": True, "mode": {"standings": [
    {"id": "speed-run", "name": SCRIPT, "votes": 1200},
    {"id": "pixel_decay", "name": "Decay", "votes": 0}]},
    "art": {"artworks": [
        {"id": "a-1", "title": SCRIPT, "x": 100, "y": 200, "width": 50,
         "height": 25, "userId": "a", "agentId": None, "username": SCRIPT,
         "votes": 3}]}}


@pytest.fixture(scope="module")
def voting(canvas):
    """a week with a vote"""
    canvas.save_mode("browser-vote", {"voting_enabled": True})
    assert canvas.turn_week("browser-vote").wait(60) == 0
    yield
    assert canvas.turn_week("classic").wait(60) == 0


def place(page, canvas):
    """a pixel, recorded"""
    page.click(*where(page, *next(spots)))
    wait_placed(page)
    path = f"/api/v1/history/user/{me(page, canvas)['userId']}"
    assert wait_for(lambda: canvas.get(path)["events"], 10), \
        "the pixel is not recorded"


def press(page, label):
    """a button of the votes, by its name for a screen reader"""
    page.evaluate(f"""document.querySelector(
        '#part-votes button[aria-label="' + CSS.escape({label!r}) + '"]')
        .click()""")


def test_no_votes_without_the_rule(page):
    page.wait("!document.getElementById('countdown').hidden")
    assert page.evaluate("document.getElementById('tab-votes').hidden")


def test_a_vote_for_the_next_mode(canvas, voting, stubbed):
    """of those who placed; the browser remembers which it was"""
    page = stubbed({"/api/v1/votes": VOTES})

    page.wait("!document.getElementById('tab-votes').hidden")
    open_tab(page, "votes")
    wait_text(page, "#part-votes .votes", "1,200")
    press(page, "Vote: Decay")
    wait_text(page, "#part-votes .problem",
              "Only who placed a pixel in this week may vote.")
    page.errors = [e for e in page.errors if "403" not in e]

    place(page, canvas)
    press(page, "Vote: Decay")
    wait_text(page, "#part-votes [aria-pressed=true]", "Your vote")

    reopen(page, canvas)
    open_tab(page, "votes")
    wait_text(page, "#part-votes [aria-pressed=true]", "Your vote")
    assert page.evaluate("window.hacked") is None


def test_works_are_framed(voting, stubbed):
    page = stubbed({"/api/v1/votes": VOTES})
    box = """(() => {
        const board = document.getElementById("board")
            .getBoundingClientRect();
        const frame = document.querySelector("#frames .frame")
            .getBoundingClientRect();
        const scale = board.width / 500;

        return [(frame.left - board.left) / scale,
                (frame.top - board.top) / scale, frame.width / scale,
                frame.height / scale].map(Math.round);
    })()"""

    page.wait("!document.getElementById('tab-votes').hidden")
    open_tab(page, "votes")
    page.wait("document.getElementById('framed') !== null")
    page.evaluate("document.getElementById('framed').click()")
    assert page.evaluate(box) == [100, 200, 50, 25]
    assert text(page, "#frames span") == SCRIPT
    assert page.evaluate("window.hacked") is None

    # it comes into the middle of what is free
    page.evaluate("document.querySelector('#part-votes .as-link').click()")
    page.wait("document.getElementById('board').offsetWidth > 2000",
              "it is near")
    assert page.evaluate(box) == [100, 200, 50, 25]

    page.evaluate("document.getElementById('framed').click()")
    page.wait("document.querySelector('#frames .frame') === null")


def test_a_work_is_picked_on_the_canvas(canvas, voting, stubbed):
    page = stubbed({"/api/v1/votes": VOTES})
    seq = canvas.seq()
    numbers = """[...document.querySelectorAll(
        "#part-votes input[type=number]")].map((i) => i.valueAsNumber)"""
    pick = """[...document.querySelectorAll("#part-votes button")].find((b) =>
        b.textContent === "Pick on the canvas").click()"""

    page.wait("!document.getElementById('tab-votes').hidden")
    open_tab(page, "votes")
    page.evaluate("document.querySelector('#part-votes details').open = true")

    # given up
    page.evaluate(pick)
    wait_text(page, "#picking-text", "one corner")
    page.press("Escape")
    page.wait("document.getElementById('picking').hidden")
    assert page.evaluate(numbers) == [None] * 4

    page.evaluate(pick)
    page.click(*where(page, 300, 120))
    wait_text(page, "#picking-text", "opposite")
    page.click(*where(page, 281, 150))
    page.wait("document.getElementById('picking').hidden")
    page.wait(f"{numbers}.every(Number.isInteger)", "a rectangle")
    assert page.evaluate(numbers) == [281, 120, 20, 31]
    assert page.evaluate("document.activeElement.id") == "work-title"
    page.wait("document.querySelector('#frames .frame') !== null",
              "it is framed")
    assert canvas.seq() == seq

    place(page, canvas)
    page.evaluate("document.getElementById('work-title').value = 'Mine'")
    page.evaluate("document.querySelector('#part-votes form').requestSubmit()")
    page.wait("!document.querySelector('#part-votes details').open",
              "it is entered")


def test_a_comment_is_sent(canvas, page):
    """one line; what the server refuses is said beside it"""
    open_tab(page, "comments")
    page.wait("document.querySelector('#part-comments .list > *') !== null")

    def send(content):
        page.evaluate(f"""document.getElementById("comment").value
            = {json.dumps(content)}""")
        page.evaluate("document.getElementById('comment').focus()")
        page.press("Enter", "\r")

    send(f"Well\n  done {SCRIPT} ")
    wait_text(page, "#part-comments .comments .mine", f"Well done {SCRIPT}")
    assert page.evaluate("document.getElementById('comment').value") == ""
    assert page.evaluate("window.hacked") is None

    send("And again")
    wait_text(page, "#part-comments .problem", "again in")
    assert page.evaluate("document.getElementById('comment').value") \
        == "And again"
    page.errors = [e for e in page.errors if "429" not in e]


def test_a_work_and_a_vote_for_it(canvas, voting, page, browser):
    """from the form of one visitor to the vote of another"""
    page.wait("!document.getElementById('tab-votes').hidden")
    open_tab(page, "votes")
    place(page, canvas)
    page.evaluate("""(() => {
        const form = document.querySelector("#part-votes form");
        const put = (id, value) => {
            document.getElementById(`work-${id}`).value = value;
        };

        put("title", "Night sky");
        put("x", 7);
        put("y", 9);
        put("width", 20);
        put("height", 10);
        form.requestSubmit();
    })()""")
    wait_text(page, "#part-votes .list", "by you")
    assert page.evaluate("""document.querySelector(
        '#part-votes button[aria-label="Vote: Night sky"]').disabled""")

    other = browser.page()
    other.open(canvas.url)
    other.wait(f"{LIVE} && !document.getElementById('tab-votes').hidden")
    open_tab(other, "votes")
    place(other, canvas)
    wait_text(other, "#part-votes", "Night sky")
    press(other, "Vote: Night sky")
    wait_text(other, "#part-votes [aria-pressed=true]", "Your vote")
    other.wait("""[...document.querySelectorAll("#part-votes .count")]
        .some((count) => count.textContent === "1")""", "it is counted")
    assert other.errors == []
    other.close()
