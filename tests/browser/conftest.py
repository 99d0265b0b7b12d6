"""Fixtures of the browser tests: a running canvas, a browser, its pages.

By default a private stack is started and stopped again.  BASE_URL=http://...
uses one that runs already; with its RUN_DIR, PORT and BUILD as well the tests
may also restart its servers.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import psycopg2
import pytest
import requests

HERE = os.path.dirname(os.path.realpath(__file__))
SOURCE = os.path.dirname(os.path.dirname(HERE))

sys.path[:0] = [HERE, os.path.join(SOURCE, "deploy")]

from canvas_stack.process import wait_for   # noqa: E402
from canvas_stack.settings import Settings  # noqa: E402
from canvas_stack.stack import Stack        # noqa: E402
from chromium import Chromium               # noqa: E402

COOLDOWN = 6
PREFIX = "{main}:"


class Canvas:
    """The canvas as another client sees it, and the operator's hands."""

    def __init__(self, url, stack=None, private=False):
        self.url = url.rstrip("/")
        self._stack = stack
        self._private = private

    @property
    def stack(self):
        if self._stack is None:
            pytest.skip("needs the RUN_DIR of the stack")

        return self._stack

    def pixel(self, x, y):
        """as rendered: up to render_interval behind"""
        response = requests.get(self.url + "/api/v1/canvas", timeout=10)
        response.raise_for_status()
        width = int(response.headers["X-Canvas-Width"])

        return response.content[y * width + x]

    def wait_pixel(self, x, y, color):
        assert wait_for(lambda: self.pixel(x, y) == color, 10), \
            f"{x}, {y} is {self.pixel(x, y)}, not {color}"

    def epoch(self):
        return self._info()["epoch"]

    def seq(self):
        return self._info()["seq"]

    def _info(self):
        return self.get("/api/v1/canvas/info")

    def guest(self):
        session = requests.Session()
        session.headers["Origin"] = self.url
        response = session.post(self.url + "/api/v1/auth/guest", timeout=10)
        assert response.status_code == 201, response.text

        return session

    def place(self, x, y, color, session=None):
        response = (session or self.guest()).post(
            self.url + "/api/pixel", json={"x": x, "y": y, "color": color},
            timeout=10)
        assert response.status_code == 200, response.text

        return response.json()["seq"]

    def reload(self):
        os.kill(self.stack.nginx.main_pid(), signal.SIGHUP)

    def kill_workers(self):
        main = self.stack.nginx.main_pid()

        for pid, parent in self.stack.nginx.pids().items():
            if parent == main:
                os.kill(pid, signal.SIGKILL)

    def turn_week(self, mode="classic"):
        # it says so long before it is done: the film of the week
        return self.helper("rotate", "--force", "--mode", mode)

    def helper(self, *args):
        """canvas-helper, on its way"""
        if not self._private:
            pytest.skip("is not ours to change")

        return subprocess.Popen(
            [self.stack.settings.canvas_helper, *args, "--config",
             self.stack.place.file("canvas-helper.conf")],
            env={**os.environ, "CANVAS_TIMELAPSE": "off"},
            stdout=subprocess.DEVNULL)

    def save_mode(self, slug, rules, **more):
        """a game mode of one's own"""
        mode = {"id": slug, "name": slug, "description": slug, "icon": "🧪",
                "weight": 0, "rules": {"type": "test", **rules},
                **more}

        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump(mode, file)
            file.flush()
            assert self.helper("mode", "save", file.name).wait(30) == 0

    def sql(self, *statements):
        """in one transaction, as the owner of the database"""
        if not self._private:
            pytest.skip("is not ours to change")

        connection = psycopg2.connect(
            f"{self.stack.postgres.conninfo} user=postgres",
            options="-c search_path=canvas")

        try:
            with connection, connection.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement)
        finally:
            connection.close()

    def notify(self, notice):
        """what the helper has to say to everybody"""
        redis = self.stack.redis
        subprocess.run(["redis-cli", "-s", redis.socket, "PUBLISH",
                        PREFIX + "canvas:updates",
                        "n*" + json.dumps(notice)], check=True,
                       stdout=subprocess.DEVNULL)

    def get(self, path):
        response = requests.get(self.url + path, timeout=10)
        response.raise_for_status()

        return response.json()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def canvas():
    url = os.environ.get("BASE_URL")

    if url is not None:
        stack = Stack(Settings.from_environment(os.environ)) \
            if "RUN_DIR" in os.environ else None

        if stack is not None:
            stack.place.find()

        yield Canvas(url, stack)
        return

    with tempfile.TemporaryDirectory(prefix="canvas-browser-") as folder:
        os.chmod(folder, 0o755)
        # looking often enough to be quick would meet the request limits
        environment = dict(os.environ, RUN_DIR=folder, LIMITS="off",
                           PORT=os.environ.get("TEST_PORT")
                           or str(free_port()), COOLDOWN=str(COOLDOWN))
        stack = Stack(Settings.from_environment(environment))
        stack.up()

        try:
            yield Canvas(stack.settings.url, stack, private=True)
        finally:
            stack.down()


@pytest.fixture(scope="session")
def browser():
    browser = Chromium()
    yield browser
    browser.close()


@pytest.fixture
def page(canvas, browser):
    """The page, live; it must not have complained when the test ends."""
    page = browser.page()
    page.open(canvas.url)
    page.wait(LIVE, "the page is live")

    yield page

    errors = page.errors
    page.close()
    assert errors == []


@pytest.fixture(scope="session")
def modules(browser):
    """A page that can import("/js/...") the modules without a stack."""
    handler = partial(QuietHandler, directory=os.path.join(SOURCE, "web"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, daemon=True).start()

    page = browser.page()
    page.open(f"http://127.0.0.1:{server.server_port}/favicon.svg")
    page.wait("location.protocol === 'http:'")

    yield page

    server.shutdown()
    server.server_close()


@pytest.fixture
def js(modules):
    """runs the body of a function that has the module's exports as m"""
    def run(module, body):
        return modules.evaluate(
            f"import('/js/{module}.js').then((m) => {{ {body} }})")

    return run


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        """says nothing"""


# the line is open, and the visitor has a session
LIVE = """document.getElementById("connection")?.dataset.state === "open"
          && !document.getElementById("place-text").textContent
                      .startsWith("Joining")"""
