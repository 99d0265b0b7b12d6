"""What a visitor of the page sees and does."""

import itertools

from conftest import LIVE

# no two tests meet on a pixel
spots = ((10 + 7 * i, 20 + 3 * i) for i in itertools.count())

# what nobody's name, title or comment may do
SCRIPT = "<img src=x onerror='window.hacked = 1'><script>hacked=1</script>"

# how many pixels of the page differ from what the server says; null while the
# page still hides its picture
DIFFERENT = """(async () => {
    const board = document.getElementById("board");
    const { width, height } = board;
    const options = { cache: "reload" };
    const [info, body] = await Promise.all([
        fetch("/api/v1/canvas/info", options).then((r) => r.json()),
        fetch("/api/v1/canvas", options).then((r) => r.arrayBuffer()),
    ]);
    const shown = board.getContext("2d").getImageData(0, 0, width, height);
    const hex = (i) => "#" + [...shown.data.subarray(4 * i, 4 * i + 3)]
        .map((byte) => byte.toString(16).padStart(2, "0")).join("");
    const right = info.palette.map((color) => color.toLowerCase());
    const colors = new Uint8Array(body);

    return width !== info.width || height !== info.height ? colors.length
        : colors.reduce((n, c, i) => n + (hex(i) !== right[c]), 0);
})()"""


def shows_what_the_server_has(page):
    page.wait(f"{DIFFERENT}.then((n) => n === 0)",
              "the page shows what the server has")


def shown(page, x, y):
    """the colour's index in the palette"""
    return page.evaluate(f"""(() => {{
        const context = document.getElementById("board").getContext("2d");
        const rgb = [...context.getImageData({x}, {y}, 1, 1).data]
            .slice(0, 3).map((byte) => byte.toString(16).padStart(2, "0"));
        const color = "#" + rgb.join("");

        return [...document.querySelectorAll("#palette label")].findIndex(
            (label) => label.style.getPropertyValue("--swatch").toLowerCase()
                       === color);
    }})()""")


def where(page, x, y):
    """the middle of a pixel on the screen"""
    box = page.evaluate("""(() => {
        const board = document.getElementById("board");
        const { left, top, width } = board.getBoundingClientRect();

        return { left, top, scale: width / board.width };
    })()""")

    return (box["left"] + (x + 0.5) * box["scale"],
            box["top"] + (y + 0.5) * box["scale"])


def reopen(page, canvas):
    """the same again, as after a reload"""
    page.evaluate("window.old = true")
    page.open(canvas.url)
    page.wait(f"!window.old && {LIVE}", "the page is live again")


def choose(page, color):
    page.evaluate("document.querySelectorAll('#palette input')"
                  f"[{color}].click()")


def say(page):
    return page.evaluate("document.getElementById('toast').textContent")


def wait_said(page, words):
    page.wait("document.getElementById('toast').textContent"
              f".includes({words!r})", f"the page says {words!r}")


def wait_shown(page, x, y, color):
    for _ in range(500):
        if shown(page, x, y) == color:
            return
        page.frame()

    raise AssertionError(f"{x}, {y} is {shown(page, x, y)}, not {color}")


def wait_placed(page):
    """the server accepted it: the cooldown runs"""
    page.wait("document.getElementById('place').classList"
              ".contains('waiting')", "the cooldown runs")


def ready(page):
    """the cooldown is over"""
    page.wait("!document.getElementById('place')"
              ".classList.contains('waiting')", "the cooldown is over")


def session_of(page, canvas):
    """a client that has the page's session"""
    cookies = page.call("Network.getCookies", urls=[canvas.url])["cookies"]
    client = canvas.guest()
    client.cookies.clear()

    for cookie in cookies:
        client.cookies.set(cookie["name"], cookie["value"])

    return client


def text(page, selector):
    return page.evaluate(f"document.querySelector({selector!r})?.textContent")


def wait_text(page, selector, words):
    page.wait(f"document.querySelector({selector!r})?.textContent"
              f".includes({words!r})", f"{selector} says {words!r}")


def open_tab(page, tab):
    page.evaluate("""document.getElementById("week").hidden
        && document.getElementById("week-button").click()""")
    page.evaluate(f"document.getElementById('tab-{tab}').click()")
