"""A headless Chromium, driven over its DevTools protocol.

The browser is given a pair of pipes (--remote-debugging-pipe), so there is no
port to choose and nothing to install; messages are JSON, each ended by a NUL.
All calls are synchronous.  What the page logs or throws is collected.
"""

import base64
import fcntl
import itertools
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

BINARY = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic",
    "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
    "--remote-debugging-pipe",
    # without it, what is clicked before the first picture goes nowhere
    "--allow-pre-commit-input",
]
TIMEOUT = 30

# the descriptors of --remote-debugging-pipe
READS, WRITES = 3, 4


class PageError(Exception):
    """an evaluated expression threw"""


class Chromium:
    def __init__(self):
        self.profile = tempfile.mkdtemp(prefix="canvas-browser-")
        self._ids = itertools.count(1)
        self._buffer = b""
        self._pages = {}

        theirs_in, self._out = os.pipe()
        self._in, theirs_out = os.pipe()

        def descriptors():
            # high ones first: 3 or 4 may be among these
            high = [fcntl.fcntl(fd, fcntl.F_DUPFD, 10)
                    for fd in (theirs_in, theirs_out)]
            os.dup2(high[0], READS)
            os.dup2(high[1], WRITES)

        self._process = subprocess.Popen(
            [BINARY, *FLAGS, f"--user-data-dir={self.profile}",
             "about:blank"],
            pass_fds=(READS, WRITES), preexec_fn=descriptors,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True)

        os.close(theirs_in)
        os.close(theirs_out)

    def page(self, width=1280, height=800, mobile=False):
        """a page in a context of its own: no cookies, no storage"""
        context = self.call("Target.createBrowserContext")["browserContextId"]
        target = self.call("Target.createTarget", url="about:blank",
                           browserContextId=context)["targetId"]
        session = self.call("Target.attachToTarget", targetId=target,
                            flatten=True)["sessionId"]
        page = Page(self, session, context)
        self._pages[session] = page

        for domain in ("Page", "Runtime", "Log", "Network"):
            page.call(f"{domain}.enable")

        page.call("Emulation.setDeviceMetricsOverride", width=width,
                  height=height, deviceScaleFactor=2 if mobile else 1,
                  mobile=mobile)
        page.call("Emulation.setTouchEmulationEnabled", enabled=mobile)

        return page

    def call(self, method, session=None, **params):
        number = next(self._ids)
        message = {"id": number, "method": method, "params": params}

        if session is not None:
            message["sessionId"] = session

        os.write(self._out, json.dumps(message).encode() + b"\0")
        limit = time.monotonic() + TIMEOUT

        while True:
            answer = self._receive(limit)

            if answer.get("id") == number:
                break

            self._event(answer)

        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")

        return answer["result"]

    def close(self):
        try:
            self.call("Browser.close")
            self._process.wait(TIMEOUT)
        finally:
            self._process.kill()
            self._process.wait()
            os.close(self._in)
            os.close(self._out)
            shutil.rmtree(self.profile, ignore_errors=True)

    def _receive(self, limit):
        while b"\0" not in self._buffer:
            left = limit - time.monotonic()

            if left <= 0 or not select.select([self._in], [], [], left)[0]:
                raise TimeoutError("chromium does not answer")

            data = os.read(self._in, 1 << 20)

            if not data:
                raise ConnectionError("chromium has gone")

            self._buffer += data

        text, self._buffer = self._buffer.split(b"\0", 1)

        return json.loads(text)

    def _event(self, message):
        page = self._pages.get(message.get("sessionId"))

        if page is not None:
            page.event(message["method"], message["params"])


class Page:
    def __init__(self, browser, session, context):
        self._browser = browser
        self._session = session
        self._context = context
        self.errors = []

    def close(self):
        self._browser.call("Target.disposeBrowserContext",
                           browserContextId=self._context)

    def call(self, method, **params):
        return self._browser.call(method, self._session, **params)

    def event(self, method, params):
        if method == "Runtime.exceptionThrown":
            details = params["exceptionDetails"]
            self.errors.append(details.get("exception", {}).get(
                "description", details["text"]))

        elif method == "Runtime.consoleAPICalled":
            if params["type"] in ("error", "assert"):
                self.errors.append(str([a.get("value", a.get("description"))
                                        for a in params["args"]]))

        elif method == "Log.entryAdded":
            entry = params["entry"]

            if entry["level"] == "error":
                self.errors.append(f"{entry['text']} {entry.get('url', '')}")

    def open(self, url):
        self.call("Page.navigate", url=url)

    def evaluate(self, expression):
        """the value, awaited if it is a promise"""
        answer = self.call("Runtime.evaluate", expression=expression,
                           awaitPromise=True, returnByValue=True)

        if "exceptionDetails" in answer:
            details = answer["exceptionDetails"]
            raise PageError(details.get("exception", {}).get(
                "description", details["text"]))

        return answer["result"].get("value")

    def wait(self, expression, what=None, seconds=TIMEOUT):
        """until the expression is true; returns its value"""
        limit = time.monotonic() + seconds

        while time.monotonic() < limit:
            try:
                value = self.evaluate(expression)
            except PageError:
                value = None        # the document is just being replaced

            if value:
                return value

            self.frame()

        seen = self.evaluate("document.body.innerText")
        raise TimeoutError(f"never true: {what or expression}; "
                           f"the page says {seen!r}, errors {self.errors}")

    def frame(self):
        """lets the page go on for about a frame"""
        self.call("Runtime.evaluate", awaitPromise=True, expression=(
            "new Promise(done => setTimeout(done, 20))"))

    def click(self, x, y):
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self.mouse(kind, x, y)

    def mouse(self, kind, x, y, **more):
        """mouseMoved, mousePressed, mouseReleased, mouseWheel"""
        pressed = kind in ("mousePressed", "mouseReleased")
        parameters = {"button": "left" if pressed else "none",
                      "clickCount": 1 if pressed else 0, **more}

        self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y,
                  **parameters)

    def drag(self, start, end):
        self.mouse("mouseMoved", *start)
        self.mouse("mousePressed", *start)
        self.mouse("mouseMoved", *end, button="left", buttons=1)
        self.mouse("mouseReleased", *end)

    def touch(self, kind, *points):
        """touchStart, touchMove, touchEnd; points: (x, y) of each finger"""
        self.call("Input.dispatchTouchEvent", type=kind, touchPoints=[
            {"x": x, "y": y, "id": i} for i, (x, y) in enumerate(points)])

    def tap(self, x, y):
        self.touch("touchStart", (x, y))
        self.touch("touchEnd")

    def press(self, key, text=None):
        extra = {"text": text} if text else {}

        self.call("Input.dispatchKeyEvent", type="keyDown", key=key, **extra)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key)

    def screenshot(self, path):
        data = self.call("Page.captureScreenshot", format="png")["data"]

        with open(path, "wb") as file:
            file.write(base64.b64decode(data))
