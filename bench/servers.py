"""Servers for a measurement: what all have in common, and the canvas stack.

Each is a context manager with `pids`, the process trees it consists of.
"""

import itertools
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(os.environ.get("BUILD", ROOT / "build"))

# below the ports that clients get
PORTS = itertools.count(int(os.environ.get("TEST_PORT", 26000)))

TLS = """
        listen 127.0.0.1:{port} ssl reuseport;
        ssl_certificate {dir}/bench.crt;
        ssl_certificate_key {dir}/bench.key;
"""


class ServerError(Exception):
    """One line: which server did not do what."""


def wait_for(condition, what, seconds=20):
    end = time.monotonic() + seconds

    while not condition():
        if time.monotonic() > end:
            raise ServerError(f"{what} took longer than {seconds} s")
        time.sleep(0.02)


def run(args, what, **options):
    try:
        result = subprocess.run(args, capture_output=True, text=True,
                                timeout=120, **options)
    except subprocess.TimeoutExpired:
        raise ServerError(f"{what} took longer than 120 s") from None

    if result.returncode:
        lines = (result.stderr or result.stdout).strip().splitlines()
        raise ServerError(f"{what}: {lines[-1] if lines else 'failed'}")

    return result.stdout


def free_port():
    for port in PORTS:
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


class Server:
    """A server in a directory of its own, gone at the end."""

    name = "server"

    def __enter__(self):
        self.directory = tempfile.mkdtemp(prefix="canvas-bench-")
        os.chmod(self.directory, 0o755)
        self.pids = {}

        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise

        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def path(self, *names):
        return os.path.join(self.directory, *names)


class CanvasStack(Server):
    """nginx with the module, Redis, PostgreSQL and the recorder, as
    `make up COOLDOWN=0 LIMITS=off` starts them."""

    def __init__(self, size="500x500", workers="auto"):
        self.size = size
        self.worker_processes = str(workers)

    def start(self):
        self.port = free_port()
        self.environment = {
            **os.environ, "BUILD": str(BUILD), "PORT": str(self.port),
            "RUN_DIR": self.path("run"), "COOLDOWN": "0", "LIMITS": "off",
            "WORKERS": self.worker_processes, "SIZE": self.size}
        self.control("up")
        self.pids = {
            name: int(pathlib.Path(self.path("run", f"{name}.pid"))
                      .read_text().split()[0])
            for name in ("nginx", "redis", "postgres", "record")}

    def stop(self):
        self.control("down")

    def control(self, verb):
        run([ROOT / "deploy" / "stack", verb], f"stack {verb}",
            env=self.environment)

    def alive(self):
        return all(os.path.exists(f"/proc/{pid}")
                   for pid in self.pids.values()) and answers(self.port)

    def reload(self):
        os.kill(self.pids["nginx"], signal.SIGHUP)

    def workers(self):
        pid = self.pids["nginx"]
        with open(f"/proc/{pid}/task/{pid}/children",
                  encoding="utf-8") as file:
            return set(file.read().split())

    def listen_tls(self):
        """A second port, with a certificate that is made here; the port."""
        port = free_port()
        run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
             "-subj", "/CN=bench", "-keyout", self.path("bench.key"),
             "-out", self.path("bench.crt")], "openssl")

        conf = pathlib.Path(self.path("run", "nginx.conf"))
        text = conf.read_text(encoding="utf-8")
        found = re.search(r"^ *listen .*\n", text, re.M)
        conf.write_text(text[:found.end()]
                        + TLS.format(port=port, dir=self.directory)
                        + text[found.end():], encoding="utf-8")

        before = self.workers()
        self.reload()
        wait_for(lambda: answers(port) and not before & self.workers(),
                 "a reload with TLS")
        return port
