"""The week on the page: the bar, the panel, what is past."""

import pytest
from conftest import LIVE
from visitor import SCRIPT, open_tab, reopen, spots, text, wait_text


@pytest.fixture
def weeks(canvas):
    """turns to another mode, and to classic again in the end"""
    def turn(mode):
        assert canvas.turn_week(mode).wait(60) == 0

    yield turn
    turn("classic")


def countdown(page):
    """what it should say, by the server's clock"""
    return page.evaluate("""Promise.all([
        fetch("/api/game/current", { cache: "reload" }).then((r) => r.json()),
        import("/js/clock.js"),
    ]).then(([{ timeUntilReset }, { span }]) => span(timeUntilReset))""")


def test_bar_says_what_is_played_and_how_long(canvas, page):
    mode = canvas.get("/api/game/current")["currentMode"]

    wait_text(page, "#mode-name", mode["name"])
    assert text(page, "#mode-icon") == mode["icon"]
    assert text(page, "#countdown") == countdown(page)


def test_countdown_goes_by_the_servers_clock(canvas, browser):
    """this machine is three days fast"""
    page = browser.page()
    page.call("Page.addScriptToEvaluateOnNewDocument", source="""
        const now = Date.now;

        Date.now = () => now() + 3 * 86400000;""")
    page.open(canvas.url)
    page.wait(LIVE)
    page.wait("!document.getElementById('countdown').hidden")
    assert text(page, "#countdown") == countdown(page)


def test_panel_opens_beside_the_canvas(canvas, page):
    box = """(() => {
        const rect = (id) => document.getElementById(id)
            .getBoundingClientRect();

        return [rect("board").right, rect("week").left, rect("dock").right,
                rect("zoom").right, rect("bar").right];
    })()"""

    assert page.evaluate("document.getElementById('week').hidden")
    page.wait("document.getElementById('board').offsetWidth > 300")
    page.evaluate("document.getElementById('week-button').click()")
    page.wait(f"Math.max(...{box}.toSpliced(1, 1)) <= {box}[1]",
              "nothing lies below the panel")

    # Escape closes it, and the keyboard is where it was
    page.evaluate("document.getElementById('tab-about').focus()")
    page.press("Escape")
    page.wait("document.getElementById('week').hidden")
    assert page.evaluate("document.activeElement.id") == "week-button"
    assert page.evaluate("document.activeElement.ariaExpanded") == "false"


def test_panel_remembers(canvas, page):
    open_tab(page, "past")
    reopen(page, canvas)
    assert page.evaluate("""[document.getElementById("week").hidden,
        document.getElementById("part-past").hidden]""") == [False, False]


def test_panel_by_keyboard(page):
    tabs = page.evaluate("""document.getElementById("week").hidden
        && document.getElementById("week-button").click();
        [...document.querySelectorAll("[role=tab]:not([hidden])")]
            .map((tab) => tab.id)""")
    seen = []

    page.evaluate("document.getElementById('tab-about').focus()")

    for _ in tabs:
        page.press("ArrowRight")
        seen.append(page.evaluate("document.activeElement.id"))

    assert seen == tabs[1:] + tabs[:1]
    assert page.evaluate("""[...document.querySelectorAll("[role=tab]")]
        .every((tab) => document.getElementById(
            tab.getAttribute("aria-controls")).hidden
            === (tab.ariaSelected === "false"))""")


def test_rules_follow_the_week(canvas, page, weeks):
    """without a reload; what an operator wrote is text"""
    open_tab(page, "about")
    wait_text(page, "#part-about .rules", "One pixel every 6 seconds.")

    canvas.save_mode("browser-a", {"cooldown_ms": 1000}, name=SCRIPT,
                     description=SCRIPT)
    weeks("browser-a")

    wait_text(page, "#mode-name", SCRIPT)
    wait_text(page, "#part-about .rules", "One pixel every second.")
    assert text(page, "#part-about .title strong") == SCRIPT
    assert page.evaluate("window.hacked") is None
    assert text(page, "#mode-icon") == "🧪"


def test_upcoming_mode(canvas, page):
    open_tab(page, "about")
    wait_text(page, "#part-about .calm", "will be announced soon")

    assert canvas.helper("mode", "schedule", "speed-run").wait(30) == 0

    try:
        reopen(page, canvas)
        wait_text(page, "#part-about .list", "Speed Run")
    finally:
        assert canvas.helper("mode", "unschedule").wait(30) == 0


def test_upcoming_mode_is_announced(canvas, page):
    """to an open page, which does not ask; what it is called is text"""
    canvas.save_mode("browser-next", {}, name=SCRIPT, description=SCRIPT)
    open_tab(page, "about")
    wait_text(page, "#part-about .calm", "will be announced soon")
    page.evaluate("window.fetch = () => Promise.reject(new Error('asked'))")

    assert canvas.helper("mode", "schedule", "browser-next").wait(30) == 0

    try:
        wait_text(page, "#part-about .list", SCRIPT)
        wait_text(page, "#part-about .list", "Begins on ")
        assert page.evaluate("window.hacked") is None
    finally:
        assert canvas.helper("mode", "unschedule").wait(30) == 0


def test_past_weeks(canvas, page, weeks):
    client = canvas.guest()
    name = client.get(canvas.url + "/api/v1/auth/me",
                      timeout=10).json()["username"]
    canvas.place(*next(spots), 1, client)
    weeks("speed-run")
    archive = canvas.get("/api/archives?limit=1")["archives"][0]

    open_tab(page, "past")
    page.wait("document.querySelector('#part-past img')?.naturalWidth > 0",
              "its picture is shown")
    wait_text(page, "#part-past .card strong",
              f"Week {archive['week_number']}, {archive['year']}")
    assert page.evaluate("""[...document.querySelectorAll(
        "#part-past .card:first-child a")].map((a) => a.pathname)""") == [
        archive["image_url"], archive["heatmap_url"]]

    page.evaluate("document.querySelector('#part-past .as-link').click()")
    wait_text(page, "#part-past .winners", name)


def test_past_weeks_have_pages(canvas, page, weeks):
    while canvas.get("/api/archives")["pagination"]["total"] < 7:
        weeks("classic")

    open_tab(page, "past")
    wait_text(page, "#part-past .pager", "1 of ")
    page.evaluate("document.querySelector('[data-key=older]').focus()")
    page.press("Enter", "\r")
    wait_text(page, "#part-past .pager", "2 of ")
    assert page.evaluate("document.activeElement.dataset.key") in (
        "older", "newer", None)
    page.evaluate("document.querySelector('[data-key=newer]').click()")
    wait_text(page, "#part-past .pager", "1 of ")


@pytest.mark.parametrize("status", [404, 503])
def test_what_is_not_there_is_said_calmly(canvas, browser, status):
    page = browser.page()
    page.call("Page.addScriptToEvaluateOnNewDocument", source=f"""
        const get = window.fetch;

        window.asked = 0;
        window.fetch = (path, options) => path.startsWith("/api/archives")
            ? (window.asked++, Promise.resolve(new Response("no",
                                               {{ status: {status} }})))
            : get(path, options);""")
    page.open(canvas.url)
    page.wait(LIVE)
    assert page.evaluate("window.asked") == 0

    open_tab(page, "past")
    wait_text(page, "#part-past", "Past weeks cannot be shown")
    assert page.evaluate("window.asked") == 1
    assert page.evaluate("document.getElementById('toast').hidden")


def test_panel_on_a_phone(canvas, browser):
    page = browser.page(360, 740, mobile=True)

    page.open(canvas.url)
    page.wait(LIVE)
    page.wait("!document.getElementById('countdown').hidden")
    wide = page.evaluate("""(() => {
        const { left, right } = document.getElementById("week-button")
            .getBoundingClientRect();

        return [left >= 0, right <= 360 - 44];
    })()""")
    assert wide == [True, True]

    board = "document.getElementById('board').offsetWidth"
    before = page.evaluate(board)
    open_tab(page, "about")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert page.evaluate("""(() => {
        const { left, right, bottom } = document.getElementById("week")
            .getBoundingClientRect();

        return [left, right, bottom];
    })()""") == [0, 360, 740]
    assert page.evaluate(board) == before
    page.evaluate("document.getElementById('week-close').click()")
    page.wait("document.getElementById('week').hidden")
    assert page.errors == []
