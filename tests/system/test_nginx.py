"""What an operator does to nginx: reload, upgrade, TLS, logs, two canvases."""

import os
import signal
import ssl
import subprocess

import pytest
import requests

from crowd import Crowd
from harness.client import Client
from harness.ports import free_port
from harness.stack import wait_for


def test_reload_says_goodbye(new_stack):
    stack = new_stack(workers=2)
    clients = [stack.client() for _ in range(20)]
    before = stack.workers()

    stack.reload()

    assert {client.wait_closed() for client in clients} == {1001}
    wait_for(lambda: not before & stack.workers(), what="old workers to go")


def test_binary_upgrade(new_stack):
    stack = new_stack(workers=2)
    pid_file = stack.path("nginx.pid")
    old = stack.pid("nginx")

    with Crowd(stack, painters=6, watchers=2) as crowd:
        crowd.wait_ok(100)
        os.kill(old, signal.SIGUSR2)
        wait_for(lambda: os.path.exists(pid_file + ".oldbin")
                 and os.path.exists(pid_file), what="a new master")
        crowd.wait_ok(100)
        os.kill(old, signal.SIGWINCH)
        crowd.wait_ok(100)
        os.kill(old, signal.SIGQUIT)
        wait_for(lambda: not os.path.exists(f"/proc/{old}"),
                 what="the old master to go")
        crowd.wait_ok(100)
    crowd.judge()
    assert stack.pid("nginx") != old


def test_bad_configuration_changes_nothing(new_stack):
    stack = new_stack(workers=2)
    with open(stack.path("nginx.conf"), "a", encoding="utf-8") as file:
        file.write("nonsense;\n")
    stack.logs.expect(r'unknown directive "nonsense"')

    before = stack.workers()
    with stack.client(stack.guest()) as client:
        os.kill(stack.pid("nginx"), signal.SIGHUP)
        wait_for(lambda: "nonsense" in stack.logs.new(), what="the refusal")
        client.place(1, 1, 1)
        client.wait_for("placed")
    assert stack.workers() == before


def test_logs_are_reopened(new_stack):
    stack = new_stack(workers=2)
    log = stack.stack.place.log("error.log")
    os.rename(log, log + ".1")
    os.kill(stack.pid("nginx"), signal.SIGUSR1)
    wait_for(lambda: os.path.exists(log), what="a new log")
    assert stack.get("/health").status_code == 200


def test_logs_of_a_socket(new_stack):
    """One line when it is opened, one of the error log when it ends."""
    stack = new_stack(workers=2, http=[
        "    set_real_ip_from 127.0.0.1;",
        "    real_ip_header X-Forwarded-For;"],
        edits=[("error.log notice;", "error.log info;")])

    def read_log(name):
        with open(stack.stack.place.log(name), encoding="utf-8") as file:
            return file.read()

    guest = stack.guest()
    guest.http.headers["X-Forwarded-For"] = "192.0.2.7"
    seq = guest.place(1, 1, 1).json()["seq"]
    with stack.client(guest) as client:
        # while the socket is open
        wait_for(lambda: '"GET /ws' in read_log("access.log"),
                 what="the line of the socket")
        client.place(2, 2, 2)
        client.wait_for("placed")

    lines = read_log("access.log").splitlines()
    pixel, = [line for line in lines if "/api/pixel" in line]
    assert pixel.endswith(f" {guest.user_id} {seq}")
    assert pixel.startswith("192.0.2.7 ")
    socket, = [line for line in lines if '"GET /ws' in line]
    assert " 101 " in socket
    assert socket.endswith(f" {guest.user_id} -")

    wait_for(lambda: "canvas session: ended after" in read_log("error.log"),
             what="what became of it")
    line, = [line for line in read_log("error.log").splitlines()
             if "canvas session: ended" in line]
    assert "bytes sent, 1 placements" in line
    assert "client: 127.0.0.1" in line


@pytest.fixture
def certificate(tmp_path):
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes",
         "-keyout", key, "-out", cert, "-days", "2", "-subj",
         "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True, capture_output=True)
    return key, cert


def test_tls(new_stack, certificate):
    key, cert = certificate
    port = free_port()
    new_stack(workers=2, server=[
        f"        listen 127.0.0.1:{port} ssl;",
        f"        ssl_certificate {cert};",
        f"        ssl_certificate_key {key};"])

    http = requests.Session()
    http.trust_env = False
    http.verify = str(cert)
    answer = http.post(f"https://127.0.0.1:{port}/api/v1/auth/guest",
                       timeout=30)
    assert answer.status_code == 201
    assert "; Secure" in answer.headers["Set-Cookie"]

    cookie = answer.headers["Set-Cookie"].split(";")[0]
    context = ssl.create_default_context(cafile=cert)
    with Client(f"wss://127.0.0.1:{port}/ws", cookie=cookie,
                origin=f"https://127.0.0.1:{port}", ssl=context) as client:
        client.wait_for("welcome")
        for i in range(50):
            client.place(i, 0, 1, id=i)
        for i in range(50):
            client.wait_for("placed", id=i)
        wait_for(lambda: len(client.updates()) == 50, what="updates")


def test_two_canvases(new_stack):
    """The second has no keys in Redis yet: it says so and harms nobody."""
    stack = new_stack(workers=2)
    conf = stack.path("nginx.conf")
    with open(conf, encoding="utf-8") as file:
        text = file.read()
    socket = stack.stack.redis.socket
    text = text.replace("http {\n", "http {\n"
                        f'canvas other {{ redis unix:{socket} '
                        '"prefix={other}:"; size 64x64; }\n', 1)
    text = text.replace("    server {\n", "    server {\n"
                        "location /other/health { canvas_health other; }\n"
                        "location = /other/ws { canvas_websocket other; }\n",
                        1)
    with open(conf, "w", encoding="utf-8") as file:
        file.write(text)

    stack.reload()
    wait_for(lambda: "there is no canvas: run" in stack.logs.new(),
             what="the advice")
    wait_for(lambda: stack.get("/other/ws").status_code == 426,
             what="the new location")
    assert stack.guest().place(1, 1, 1).status_code == 200
