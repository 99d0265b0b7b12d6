"""What a stack is started with: the variables of the Makefile."""

import os
import re
from dataclasses import dataclass, field

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.realpath(__file__))))


class StackError(Exception):
    """One line for the operator: what is wrong and what to do."""


@dataclass
class Settings:
    run_dir: str
    port: int = 8080
    workers: int = 2
    cooldown: float = 5
    limits: bool = True
    size: str = "500x500"
    build: str = os.path.join(SOURCE, "build")
    nginx: str = "/usr/sbin/nginx"
    # (old, new) texts for nginx.conf.example beyond the usual ones
    edits: list = field(default_factory=list)
    # keys of canvas-helper.conf, options of PostgreSQL
    helper: dict = field(default_factory=dict)
    postgres: dict = field(default_factory=dict)

    @property
    def module(self):
        return os.path.join(self.build, "ngx_canvas_module.so")

    @property
    def canvas_helper(self):
        return os.path.join(self.build, "canvas-helper")

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/"

    @classmethod
    def from_environment(cls, environ):
        values = {}

        for name, (default, parse) in VARIABLES.items():
            text = environ.get(name.upper()) or default
            try:
                values[name] = parse(text)
            except ValueError as error:
                raise StackError(f"{name.upper()}={text}: {error}") from None

        return cls(**values)


def _path(text):
    path = os.path.abspath(text)

    if not re.fullmatch(r"[A-Za-z0-9._/+@-]+", path):
        raise ValueError("only letters, digits and . _ / + @ - in a path")

    return path


def _port(text):
    if not re.fullmatch(r"\d{1,5}", text) or not 1 <= int(text) <= 65535:
        raise ValueError("expected a port from 1 to 65535")

    return int(text)


def _workers(text):
    if text == "auto":
        # two at the least: one worker alone never meets the other's work
        return max(2, len(os.sched_getaffinity(0)))

    if not re.fullmatch(r"\d{1,3}", text) or int(text) == 0:
        raise ValueError("expected \"auto\" or a number from 1 to 999")

    return int(text)


def _seconds(text):
    if not re.fullmatch(r"\d{1,6}(\.\d{1,3})?", text):
        raise ValueError("expected seconds, such as 5 or 0.5")

    return float(text)


def _switch(text):
    if text not in ("on", "off"):
        raise ValueError("expected on or off")

    return text == "on"


def _size(text):
    if not re.fullmatch(r"[1-9]\d{0,4}x[1-9]\d{0,4}", text):
        raise ValueError("expected WIDTHxHEIGHT, such as 500x500")

    return text


# environment variable in small letters: default and parser
VARIABLES = {
    "run_dir": ("run", _path),
    "port": ("8080", _port),
    "workers": ("auto", _workers),
    "cooldown": ("5", _seconds),
    "limits": ("on", _switch),
    "size": ("500x500", _size),
    "build": (os.path.join(SOURCE, "build"), _path),
    "nginx": ("/usr/sbin/nginx", _path),
}
