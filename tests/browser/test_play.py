"""Playing by the rules of the week: what is not allowed is seen before."""

import json

import pytest
from conftest import LIVE
from visitor import (choose, open_tab, ready, reopen, session_of,
                     shows_what_the_server_has, spots, wait_placed, wait_said,
                     wait_shown, wait_text, where)

BUTTON = "document.getElementById('place-text').textContent"

# whether nothing may be placed at (x, y)
SHADED = """((x, y) => document.getElementById("mask").getContext("2d")
    .getImageData(x, y, 1, 1).data[3] > 0)"""


@pytest.fixture(scope="module", autouse=True)
def classic_again(canvas):
    yield
    assert canvas.turn_week("classic").wait(60) == 0


@pytest.fixture
def week(canvas):
    """a week of these rules"""
    def turn(slug, rules):
        canvas.save_mode(slug, {"cooldown_ms": 200, **rules})
        assert canvas.turn_week(slug).wait(60) == 0

    return turn


@pytest.fixture
def visit(canvas, browser):
    """a page that knows the rules; it must not have complained"""
    pages = []

    def open_page(before="", **options):
        page = browser.page(**options)
        pages.append(page)
        page.call("Page.addScriptToEvaluateOnNewDocument", source=before)
        page.open(canvas.url)
        page.wait(LIVE)
        page.wait("!document.getElementById('countdown').hidden")

        return page

    yield open_page

    errors = [error for page in pages for error in page.errors]
    for page in pages:
        page.close()
    assert errors == []


def says(page, words):
    page.wait(f"{BUTTON}.includes({words!r})", f"the button says {words!r}")


def button_is_off(page):
    page.wait("document.getElementById('place').disabled",
              "the button is off")


def test_mask(canvas, week, visit):
    week("browser-mask", {"mask": [{"x": 200, "y": 200, "width": 100,
                                    "height": 50}]})
    page = visit()
    seq = canvas.seq()
    shade = """[[199, 200], [200, 200], [299, 249], [299, 250]].map(([x, y]) =>
        document.getElementById("mask").getContext("2d")
            .getImageData(x, y, 1, 1).data[3] > 0)"""

    page.wait("!document.getElementById('mask').hidden")
    assert page.evaluate(shade) == [True, False, False, True]

    page.click(*where(page, 20, 20))
    wait_said(page, "nobody place there")
    says(page, "Not in the shade")
    button_is_off(page)
    assert canvas.seq() == seq

    choose(page, 3)
    page.click(*where(page, 250, 225))
    wait_shown(page, 250, 225, 3)
    canvas.wait_pixel(250, 225, 3)

    # gone with the week, without a reload
    week("browser-open", {})
    page.wait("document.getElementById('mask').hidden", "the shade is gone")


def test_limit_of_pixels(canvas, week, visit):
    week("browser-limit", {"max_pixels_per_user": 1})
    page = visit()
    x, y = next(spots)

    choose(page, 3)
    page.click(*where(page, x, y))
    wait_placed(page)
    ready(page)
    page.click(*where(page, x + 1, y))
    wait_said(page, "placed all the pixels")
    says(page, "No pixels left")
    button_is_off(page)
    shows_what_the_server_has(page)

    # a new week, new pixels
    week("browser-limit", {"max_pixels_per_user": 2})
    page.wait(f"{LIVE} && {BUTTON}.includes('Place at')")
    page.click(*where(page, x + 1, y))
    canvas.wait_pixel(x + 1, y, 3)


def test_placing_ends(canvas, week, visit):
    """while one looks at it: the week began two hours ago, but 3 s"""
    week("browser-short", {"duration_hours": 2})
    page = visit(before="""
        const get = window.fetch;

        window.fetch = async (path, options) => {
            const response = await get(path, options);

            if (path !== "/api/game/current") {
                return response;
            }

            const answer = await response.json();
            const began = Date.parse(answer.serverTime) - 2 * 3600000 + 3000;

            answer.week.startedAt = new Date(began).toISOString();

            return Response.json(answer);
        };""")
    x, y = next(spots)
    seq = canvas.seq()

    page.wait(f"{BUTTON} === 'Choose a pixel'")
    says(page, "Placing has ended")
    button_is_off(page)
    page.click(*where(page, x, y))
    wait_said(page, "Placing has ended")
    assert canvas.seq() == seq


# how many are in a faction, without waiting for the counters
MEMBERS = """
    const get = window.fetch;

    window.fetch = (path, options = {}) =>
        path === "/api/v1/factions" && options.method !== "POST"
            ? Promise.resolve(Response.json({ factions: [
                { id: "red", members: 1200 }, { id: "teal", members: 1 }] }))
            : get(path, options);
"""


def test_faction_is_chosen_first(canvas, week, visit):
    week("browser-teams", {"faction_required": True,
                           "factions": ["red", "teal"]})
    page = visit(MEMBERS)
    x, y = next(spots)
    seq = canvas.seq()
    dialog = "document.getElementById('factions').open"

    says(page, "Choose a faction")
    page.click(*where(page, x, y))
    page.wait(dialog)
    assert page.evaluate("""[...document.querySelectorAll(
        "#factions-list .faction")].map((e) => e.textContent)""") == [
        "red", "teal", "The smallest one"]
    page.wait("""[...document.querySelectorAll("#factions-list .quiet")]
        .map((e) => e.textContent).join() === "1,200 members,1 member\"""")

    # not now; then by the button, with the keyboard
    page.evaluate("document.getElementById('factions-later').click()")
    page.wait(f"!{dialog}")
    page.evaluate("document.getElementById('place').click()")
    page.wait(dialog)
    page.evaluate("document.querySelector('[data-key=teal]').focus()")
    page.press("Enter", "\r")
    page.wait(f"!{dialog}", "it is chosen")
    assert canvas.seq() == seq

    choose(page, 3)
    page.click(*where(page, x, y))
    canvas.wait_pixel(x, y, 3)

    # it is known after a reload
    reopen(page, canvas)
    open_tab(page, "about")
    wait_text(page, "#part-about .own", "You play for teal.")
    says(page, "Choose a pixel")


def test_faction_was_chosen_in_another_window(canvas, week, visit):
    week("browser-teams", {"faction_required": True,
                           "factions": ["red", "teal"]})
    page = visit(MEMBERS)

    says(page, "Choose a faction")
    page.evaluate("document.getElementById('place').click()")
    session_of(page, canvas).post(
        canvas.url + "/api/v1/factions", json={"faction": "red"}, timeout=10)
    page.evaluate("document.querySelector('[data-key=teal]').click()")
    page.wait("!document.getElementById('factions').open")
    open_tab(page, "about")
    wait_text(page, "#part-about .own", "You play for red.")

    # the browser itself logs the conflict
    page.errors = [e for e in page.errors if "409" not in e]


def test_choice_of_a_faction_ends_with_the_week(canvas, week, visit):
    """what is offered goes when there is nothing to choose any more"""
    week("browser-teams", {"faction_required": True,
                           "factions": ["red", "teal"]})
    page = visit(MEMBERS)

    says(page, "Choose a faction")
    page.evaluate("document.getElementById('place').click()")
    page.wait("document.getElementById('factions').open")
    week("browser-open", {})
    page.wait("!document.getElementById('factions').open", "it has gone")
    says(page, "Choose a pixel")


def test_one_color_is_given(canvas, week, visit):
    """and no other can be picked"""
    week("browser-color", {"colorLock": True, "assignRandomColor": True})
    page = visit()
    x, y = next(spots)
    enabled = """[...document.querySelectorAll("#palette input")]
        .filter((i) => !i.disabled).map((i) => Number(i.value))"""

    page.wait(f"{enabled}.length === 1", "one colour is left")
    color = page.evaluate(enabled)[0]
    assert color != 15
    assert page.evaluate("""[...document.querySelectorAll("#palette label")]
        .filter((l) => l.title.includes("another colour only")).length""") \
        == 15

    page.click(*where(page, x, y))
    canvas.wait_pixel(x, y, color)
    shows_what_the_server_has(page)

    # all of them again, with the next week and without a reload
    week("browser-open", {})
    page.wait(f"{enabled}.length === 16", "all colours are back")


def test_first_color_stays(canvas, week, visit):
    week("browser-first", {"colorLock": True})
    page = visit()
    enabled = """[...document.querySelectorAll("#palette input")]
        .filter((i) => !i.disabled).map((i) => Number(i.value))"""

    assert page.evaluate(enabled) == list(range(16))
    choose(page, 6)
    page.click(*where(page, *next(spots)))
    page.wait(f"{enabled}.join() === '6'", "only that one is left")
    reopen(page, canvas)
    page.wait(f"{enabled}.join() === '6'", "it is known after a reload")


@pytest.fixture
def chaos(canvas):
    """days of chaos, the next of which begins when it is called"""
    keep = "CREATE TABLE chaos_kept AS TABLE chaos_mechanics"
    clear = "DELETE FROM chaos_mechanics"

    def draw(days, *mechanics):
        canvas.sql(clear, *(
            "INSERT INTO chaos_mechanics (name, rules, description) "
            f"VALUES ('{name}', '{json.dumps(rules)}', '-')"
            for name, rules in mechanics),
            "UPDATE current_canvas SET week_started_at = week_started_at "
            f"- interval '{days} days'")

    canvas.sql(keep)
    yield draw
    canvas.sql(clear, "INSERT INTO chaos_mechanics TABLE chaos_kept",
               "DROP TABLE chaos_kept")


def half(x):
    return {"maskPercent": [{"x": x, "y": 0, "width": 50, "height": 100}]}


def test_another_day_of_chaos(canvas, week, visit, chaos):
    """other rules for everybody, while the page is open"""
    east, west = f"{SHADED}(499, 9)", f"{SHADED}(0, 9)"

    chaos(0, ("one_each", {"max_pixels_per_user": 1}), ("west", half(0)))
    week("browser-chaos", {"randomDaily": True, "combineMechanics": True})
    page = visit()
    open_tab(page, "about")
    page.wait(f"{east} && !{west}", "the east is shaded")
    wait_text(page, "#part-about", "Today: ")
    wait_text(page, "#part-about", "one each")
    wait_text(page, "#part-about .rules", "Everybody has 1 pixel for today.")

    page.click(*where(page, 30, 30))
    wait_placed(page)
    ready(page)
    page.click(*where(page, 31, 30))
    says(page, "No pixels left")

    chaos(1, ("east", half(50)), ("mine", {"colorLock": True,
                                           "assignRandomColor": True}))
    page.wait(f"{west} && !{east}", "the west is shaded")
    wait_text(page, "#part-about .rules", "You are given one colour")
    wait_text(page, "#part-about .own", "mine")
    assert "one each" not in page.evaluate(
        "document.getElementById('part-about').textContent")

    # whoever had no pixels left has some again, of one colour
    enabled = """[...document.querySelectorAll("#palette input")]
        .filter((i) => !i.disabled).map((i) => Number(i.value))"""
    page.wait(f"{enabled}.length === 1", "one colour is given")
    page.click(*where(page, 30, 30))
    wait_said(page, "nobody place there")
    page.click(*where(page, 400, 60))
    canvas.wait_pixel(400, 60, page.evaluate(enabled)[0])
    shows_what_the_server_has(page)
