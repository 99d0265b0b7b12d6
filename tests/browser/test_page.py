"""The page in a real Chromium, against a real server."""

import os

import pytest
from conftest import LIVE
from visitor import (choose, ready, say, session_of, shown,
                     shows_what_the_server_has, spots, wait_placed, wait_said,
                     wait_shown, where)

# sent before the page's own scripts: counts its WebSockets
COUNT_SOCKETS = """
    window.sockets = 0;
    window.WebSocket = class extends WebSocket {
        constructor(...args) {
            super(...args);
            window.sockets++;
        }
    };
"""


def test_shows_the_canvas(page):
    shows_what_the_server_has(page)
    assert page.evaluate("document.getElementById('connection').innerText") \
        == "Live"
    assert page.evaluate("getComputedStyle(document.getElementById('board'))"
                         ".imageRendering") == "pixelated"


def test_shows_what_others_place(canvas, page):
    x, y = next(spots)

    canvas.place(x, y, 3)
    wait_shown(page, x, y, 3)
    shows_what_the_server_has(page)


def test_click_places(canvas, page):
    x, y = next(spots)

    choose(page, 8)
    page.click(*where(page, x, y))
    wait_shown(page, x, y, 8)
    wait_placed(page)

    canvas.wait_pixel(x, y, 8)
    shows_what_the_server_has(page)


def test_cooldown_counts_down(canvas, page):
    x, y = next(spots)
    before = shown(page, x + 1, y)
    left = "parseFloat(document.getElementById('place-text').textContent)"

    choose(page, 5)
    page.click(*where(page, x, y))
    first = page.wait(left)
    page.wait(f"{left} < {first}", "the time runs down")
    assert page.evaluate("document.getElementById('place').disabled")

    # a click in between is answered in words, and goes nowhere
    page.click(*where(page, x + 1, y))
    wait_said(page, "Not so fast")
    ready(page)
    canvas.wait_pixel(x, y, 5)
    assert canvas.pixel(x + 1, y) == shown(page, x + 1, y) == before

    # the cursor is still there: the button places
    page.wait("!document.getElementById('place').disabled")
    page.click(*page.evaluate("""(() => {
        const { left, top, width, height }
            = document.getElementById("place").getBoundingClientRect();

        return [left + width / 2, top + height / 2];
    })()"""))
    wait_placed(page)
    canvas.wait_pixel(x + 1, y, 5)


def test_refused_pixel_is_taken_back(canvas, page):
    x, y = next(spots)
    before = shown(page, x, y)

    # the same visitor places in another window: this one does not know
    canvas.place(*next(spots), 1, session_of(page, canvas))
    choose(page, 12)
    page.click(*where(page, x, y))
    wait_said(page, "you may place again in")

    wait_shown(page, x, y, before)
    shows_what_the_server_has(page)


def test_session_that_ended_is_replaced(canvas, page):
    x, y = next(spots)
    client = session_of(page, canvas)
    assert client.post(canvas.url + "/api/v1/auth/logout",
                       timeout=10).status_code == 204

    page.open(canvas.url)
    page.wait(f"{LIVE} && document.getElementById('palette').children.length")
    choose(page, 4)
    page.click(*where(page, x, y))
    wait_shown(page, x, y, 4)
    wait_placed(page)
    canvas.wait_pixel(x, y, 4)
    assert session_of(page, canvas).cookies != client.cookies

    # the browser itself logs that the old session was refused
    page.errors = [e for e in page.errors if "401" not in e]


@pytest.mark.parametrize("arrives", [False, True])
def test_unanswered_pixel_is_sent_again(canvas, page, arrives):
    """the line breaks with a placement on it, or with the answer"""
    x, y = next(spots)
    seq = canvas.seq()

    page.evaluate(f"""(() => {{
        const send = WebSocket.prototype.send;

        WebSocket.prototype.send = function (data) {{
            if (typeof data === "string") {{
                return send.call(this, data);
            }}

            WebSocket.prototype.send = send;
            {"send.call(this, data);" if arrives else ""}
            this.close();
        }};
    }})()""")
    choose(page, 7)
    page.click(*where(page, x, y))

    # not the cooldown, which may be over before the line is back
    canvas.wait_pixel(x, y, 7)
    page.wait(LIVE)
    shows_what_the_server_has(page)
    assert canvas.seq() == seq + 1


def test_keyboard_places(canvas, page):
    page.evaluate("document.getElementById('stage').focus()")
    choose(page, 10)

    for key in ("ArrowRight", "ArrowDown", "ArrowDown"):
        page.press(key)

    text = page.evaluate("document.getElementById('where').textContent")
    x, y = map(int, text.split(", "))
    assert (x, y) == (251, 252)

    page.press("Enter", "\r")
    wait_shown(page, x, y, 10)
    wait_placed(page)
    canvas.wait_pixel(x, y, 10)


def test_wheel_zooms_and_drag_moves(page):
    x, y = 100, 100
    before = where(page, x, y)

    page.mouse("mouseWheel", *before, deltaX=0, deltaY=-900)
    page.wait("document.getElementById('board').getBoundingClientRect()"
              ".width > 1200", "it is larger")

    # the pixel under the mouse stays there
    after = where(page, x, y)
    assert after == pytest.approx(before, abs=3)

    edge = page.evaluate("document.getElementById('board')"
                         ".getBoundingClientRect().left")
    page.drag(after, (after[0] + 40, after[1] + 25))
    page.wait("document.getElementById('board').getBoundingClientRect()"
              f".left > {edge + 39}", "it moved")

    assert where(page, x, y) == pytest.approx(
        (after[0] + 40, after[1] + 25), abs=1)
    assert say(page) == ""


def test_phone(canvas, browser):
    x, y = next(spots)
    page = browser.page(390, 844, mobile=True)

    page.open(canvas.url)
    page.wait(LIVE)
    before = shown(page, x, y)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

    # too small for a finger: the first tap goes nearer
    choose(page, 6)
    page.tap(*where(page, x, y))
    page.wait("document.getElementById('board').getBoundingClientRect()"
              ".width > 5000", "it is nearer")
    assert canvas.pixel(x, y) == before

    page.tap(*where(page, x, y))
    wait_shown(page, x, y, 6)
    wait_placed(page)
    canvas.wait_pixel(x, y, 6)

    # two fingers apart: nearer still
    scale = "document.getElementById('board').getBoundingClientRect().width"
    wide = page.evaluate(scale)
    page.touch("touchStart", (180, 400), (210, 400))
    page.touch("touchMove", (165, 400), (225, 400))
    page.touch("touchEnd")
    page.wait(f"{scale} > {wide} * 1.5", "pinched")
    assert page.errors == []


@pytest.mark.parametrize("fault", ["reload", "kill_workers"])
def test_reconnects(canvas, browser, fault):
    page = counting_page(canvas, browser)
    client = canvas.guest()

    getattr(canvas, fault)()
    page.wait("window.sockets > before", "it connected again")
    page.wait(LIVE)
    shows_what_the_server_has(page)

    x, y = next(spots)
    canvas.place(x, y, 9, client)
    wait_shown(page, x, y, 9)
    assert page.errors == []


def test_reconnects_after_a_redis_restart(canvas, browser):
    page = counting_page(canvas, browser)
    epoch = canvas.epoch()
    x, y = next(spots)
    before = shown(page, x, y)

    canvas.stack.redis.stop()

    # the picture stays; a click is refused in words and leaves no trace
    choose(page, 0)
    page.click(*where(page, x, y))
    page.wait("!document.getElementById('toast').hidden")
    wait_shown(page, x, y, before)

    canvas.stack.redis.start()
    page.wait(f"""fetch("/api/v1/canvas", {{ cache: "reload" }}).then(
        (r) => Number(r.headers.get("X-Canvas-Epoch")) > {epoch})""",
              "a new epoch has begun")
    page.wait("window.sockets > before", "it connected again")
    page.wait(LIVE)

    x, y = next(spots)
    canvas.place(x, y, 2)
    wait_shown(page, x, y, 2)
    shows_what_the_server_has(page)


def test_new_week(canvas, page):
    x, y = next(spots)
    canvas.place(x, y, 3)
    wait_shown(page, x, y, 3)
    epoch = canvas.epoch()

    rotation = canvas.turn_week()
    wait_said(page, "The canvas begins anew")
    wait_shown(page, x, y, 15)
    assert rotation.wait(60) == 0
    page.wait(LIVE)
    shows_what_the_server_has(page)
    assert canvas.epoch() > epoch

    canvas.place(x, y, 4)
    wait_shown(page, x, y, 4)


def test_damaged_picture_is_mended(canvas, browser):
    """found by its checksums; only the parts that differ are fetched"""
    page = browser.page()
    page.call("Page.addScriptToEvaluateOnNewDocument", source="""
        const get = window.fetch;

        window.parts = 0;
        window.fetch = async (path, options) => {
            const response = await get(path, options);

            window.parts += path.startsWith("/api/v1/canvas?");

            if (path !== "/api/v1/canvas" || options.cache === "reload") {
                return response;
            }

            const pixels = new Uint8Array(await response.arrayBuffer());

            for (const i of [0, 100, pixels.length - 1]) {
                pixels[i] = (pixels[i] + 1) % 16;
            }

            return new Response(pixels, { headers: response.headers });
        };""")
    page.open(canvas.url)
    page.wait(LIVE)
    shows_what_the_server_has(page)
    assert page.evaluate("window.parts") == 3


def test_json(canvas, browser):
    """where something on the way lets only text through"""
    page = browser.page()
    page.call("Page.addScriptToEvaluateOnNewDocument", source="""
        window.WebSocket = class extends WebSocket {
            constructor(url, protocols) {
                super(url, protocols.filter((p) => p.endsWith("json")));
            }
        };""")
    page.open(canvas.url)
    page.wait(LIVE)

    x, y = next(spots)
    choose(page, 1)
    page.click(*where(page, x, y))
    wait_placed(page)
    canvas.wait_pixel(x, y, 1)

    x, y = next(spots)
    canvas.place(x, y, 2)
    wait_shown(page, x, y, 2)

    # refused, and taken back
    ready(page)
    canvas.place(*next(spots), 1, session_of(page, canvas))
    x, y = next(spots)
    page.click(*where(page, x, y))
    wait_said(page, "Not so fast")
    shows_what_the_server_has(page)
    assert page.errors == []


def counting_page(canvas, browser):
    """a live page where window.sockets > before once it connects again"""
    page = browser.page()
    page.call("Page.addScriptToEvaluateOnNewDocument", source=COUNT_SOCKETS)
    page.open(canvas.url)
    page.wait(LIVE)
    page.evaluate("window.before = window.sockets")

    return page


@pytest.mark.skipif("SCREENSHOT" not in os.environ,
                    reason="SCREENSHOT names no file")
def test_screenshot(page):
    """for the README: the cooldown runs"""
    shows_what_the_server_has(page)
    page.click(*where(page, *next(spots)))
    wait_placed(page)
    page.screenshot(os.environ["SCREENSHOT"])
