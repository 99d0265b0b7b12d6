"""nginx -t: the example is accepted, bad values are refused with a reason."""

import os
import re
import subprocess
import tempfile

import pytest
from canvas_stack import process
from canvas_stack.settings import Settings
from canvas_stack.stack import Stack
from harness import SOURCE

REDIS = "redis unix:/run/x.sock;"

# lines of canvas other {}, all of its directives
ALL = r"""
    size 64x32; palette "#000000" "#FFFFFF" "#ff4500"; background 2;
    history 1024; cooldown 1500ms; tick 100ms; render_interval 1s;
    ping_interval 10s; timeout 30s; message_limit 1k; message_rate 10;
    send_queue 16; connections 5000; secure_cookie on;
    origins https://example.org http://localhost:8080;
    redis 127.0.0.1:6380 "prefix={other}:" db=3 user=canvas timeout=500ms;
    postgres "dbname=canvas" connections=4 queue=100 timeout=2s;
"""


class Configuration:
    """nginx.conf.example with the paths of a folder, and more lines."""

    def __init__(self, folder):
        environment = dict(os.environ, RUN_DIR=folder, PORT="8080")
        self.stack = Stack(Settings.from_environment(environment))
        self.stack.place.open()
        self.stack.place.folder("log")
        self.stack.nginx.prepare()
        self.example = self._text()

    def _text(self):
        self.stack.nginx.write_conf(self.stack.redis, self.stack.postgres)
        with open(self.stack.nginx.conf, encoding="utf-8") as file:
            return file.read()

    def test(self, text):
        """nginx -t: exit code and what it said."""
        path = self.stack.place.write("test.conf", text)
        done = subprocess.run([self.stack.settings.nginx, "-t", "-c", path],
                              capture_output=True, text=True, check=False,
                              env=process.environment())
        return done.returncode, done.stderr

    def accepts(self, text):
        code, said = self.test(text)
        assert code == 0, said
        assert "[warn]" not in said

    def refuses(self, text, reason):
        code, said = self.test(text)
        assert code == 1, "it was accepted"
        assert reason in said
        assert re.search(r"test\.conf:\d+$", said, re.M), "no line number"

    def with_canvas(self, lines):
        """A further canvas."""
        return self.example.replace(
            "    canvas main {", f"    canvas other {{ {lines} }}\n"
            "    canvas main {")

    def with_location(self, lines, server=""):
        return self.example.replace(
            "    server {\n",
            f"    server {{\n {server} location /x {{ {lines} }}\n")


@pytest.fixture(scope="module", name="conf")
def fixture_conf():
    with tempfile.TemporaryDirectory(prefix="canvas-conf-") as folder:
        yield Configuration(folder)


def test_the_example(conf):
    conf.accepts(conf.example)


def test_the_example_differs_in_values_only(conf):
    """What make up runs has the directives of the example, in its order."""
    with open(os.path.join(SOURCE, "nginx.conf.example"),
              encoding="utf-8") as file:
        example = names(file.read())
    added = {"client_body_temp_path", "proxy_temp_path", "fastcgi_temp_path",
             "uwsgi_temp_path", "scgi_temp_path", "env"}

    assert [name for name in names(conf.example) if name not in added] \
        == [name for name in example
            if name != "user" or conf.stack.place.is_root]


def names(text):
    return re.findall(r"^ *([a-z_]+) [^{}]*[;{]$", text, re.M)


def test_limits_off(conf):
    conf.stack.settings.limits = False
    try:
        text = conf._text()
    finally:
        conf.stack.settings.limits = True

    assert "limit_req zone" not in text
    assert re.search(r"message_rate +0;", text)
    conf.accepts(text)


def test_all_directives(conf):
    conf.accepts(conf.with_canvas(ALL))


def test_two_canvases_share_a_worker(conf):
    text = conf.with_canvas(REDIS)
    conf.accepts(text.replace("    server {\n", "    server {\n"
                              "location /x { canvas_read other; }\n"))


def test_all_locations(conf):
    locations = "".join(
        f"location /x/{name} {{ canvas_{name} main; }}\n" for name in
        ("websocket", "place", "auth", "read", "api", "health"))
    conf.accepts(conf.example.replace(
        "    server {\n", "    server {\n" + locations
        + "location /echo { canvas_websocket_echo 16m; }\n"))


def test_with_tls_real_ip_and_no_reuseport(conf):
    place = conf.stack.place
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days",
         "1", "-subj", "/CN=localhost", "-keyout", place.file("key.pem"),
         "-out", place.file("cert.pem")], check=True, capture_output=True)
    conf.accepts(conf.example.replace(
        "    server {\n", "    server {\n        listen 127.0.0.1:8443 ssl;\n"
        f"        ssl_certificate {place.file('cert.pem')};\n"
        f"        ssl_certificate_key {place.file('key.pem')};\n"
        "        set_real_ip_from 127.0.0.1; real_ip_header X-Real-IP;\n"
    ).replace(" reuseport backlog=4096;", ";"))


def test_password_file(conf):
    path = conf.stack.place.write("password", "secret\n")
    conf.accepts(conf.with_canvas(
        f"redis unix:/run/x.sock user=u password_file={path};"))
    conf.stack.place.write("password", "\n")
    conf.refuses(conf.with_canvas(
        f"redis unix:/run/x.sock password_file={path};"), "is empty")


@pytest.mark.parametrize("lines, reason", [
    ("", "canvas \"other\": redis is missing"),
    (f"{REDIS} size 500;", "directive must be of the form WIDTHxHEIGHT"),
    (f"{REDIS} size 0x5;", "\"size\" directive must be 1x1 to 65535x65535"),
    (f"{REDIS} size 5x65536;", "\"size\" directive must be 1x1 to 65535x65535"),
    (f"{REDIS} size 5x;", "\"size\" directive must be 1x1 to 65535x65535"),
    (f"{REDIS} size -5x5;", "\"size\" directive must be 1x1 to 65535x65535"),
    (f"{REDIS} size 5x5x5;", "\"size\" directive must be 1x1 to 65535x65535"),
    (f"{REDIS} size 65535x65535;", "at most 16777216 pixels"),
    (f"{REDIS} size 5x5; size 6x6;", "\"size\" directive is duplicate"),
    (f"{REDIS} palette \"#FFFFFF\";", "needs at least 2 colours"),
    (f"{REDIS} palette \"#FFFFFF\" red;", "\"red\" is no colour"),
    (f"{REDIS} palette \"#FFFFFF\" \"#12345G\";", "is no colour"),
    (REDIS + " palette" + " '#FFFFFF'" * 257 + ";", "more than 256 colours"),
    (f"{REDIS} palette default; palette default;", "is duplicate"),
    (f"{REDIS} background 16;", "background is not in the palette"),
    (f"{REDIS} background -1;", "invalid number"),
    (f"{REDIS} history 100;", "history must be between 256 and 16777216"),
    (f"{REDIS} cooldown soon;", "\"cooldown\" directive invalid value"),
    (f"{REDIS} tick 0;", "tick must be between 1ms and 10s"),
    (f"{REDIS} tick 11s;", "tick must be between 1ms and 10s"),
    (f"{REDIS} ping_interval 60s;", "timeout must be longer than"),
    (f"{REDIS} ping_interval 0;", "timeout must be longer than"),
    (f"{REDIS} message_limit 10;", "message_limit must be between 128"),
    (f"{REDIS} message_limit 2m;", "message_limit must be between 128"),
    (f"{REDIS} message_rate often;", "invalid number"),
    (f"{REDIS} send_queue 1;", "send_queue must be between 4 and 4096"),
    (f"{REDIS} connections many;", "invalid number"),
    (f"{REDIS} secure_cookie maybe;", "it must be \"on\" or \"off\""),
    (f"{REDIS} origins example.org;", "\"example.org\" is no origin"),
    (f"{REDIS} origins https://example.org/;", "is no origin"),
    (f"{REDIS} colour 5;", "unknown directive \"colour\""),
    ("redis unix:;", "in redis \"unix:\""),
    ("redis localhost:99999;", "in redis \"localhost:99999\""),
    ("redis unix:/a db=x;", "invalid redis parameter \"db=x\""),
    ("redis unix:/a timeout=0;", "invalid redis parameter \"timeout=0\""),
    ("redis unix:/a colour=5;", "invalid redis parameter \"colour=5\""),
    (f"redis unix:/a prefix={'p' * 129};", "longer than 128 bytes"),
    ("redis unix:/a password_file=/nowhere;", "cannot open password_file"),
    (f"{REDIS} redis unix:/b;", "\"redis\" directive is duplicate"),
    (f"{REDIS} postgres \"\";", "needs a connection string"),
    (f"{REDIS} postgres \"dbname\";", "has a malformed connection string"),
    (f"{REDIS} postgres \"pasword=geheim\";",
     "has a malformed connection string"),
    (f"{REDIS} postgres dbname=a connections=0;",
     "invalid postgres parameter \"connections=0\""),
    (f"{REDIS} postgres dbname=a queue=x;",
     "invalid postgres parameter \"queue=x\""),
    (f"{REDIS} postgres dbname=a timeout=0;",
     "invalid postgres parameter \"timeout=0\""),
])
def test_refused_in_a_canvas(conf, lines, reason):
    conf.refuses(conf.with_canvas(lines), reason)


def test_a_name_twice(conf):
    conf.refuses(conf.with_canvas(REDIS).replace("canvas other", "canvas main"),
                 "duplicate canvas \"main\"")


@pytest.mark.parametrize("lines, reason", [
    ("canvas_read elsewhere;", "unknown canvas \"elsewhere\": define it "
     "with \"canvas elsewhere { ... }\""),
    ("canvas_read main; canvas_place main;",
     "cannot stand beside another canvas directive"),
    ("canvas_read;", "invalid number of arguments in \"canvas_read\""),
    ("canvas_websocket_echo 17m;", "must be between 1 and 16m"),
    ("canvas_websocket_echo 0;", "must be between 1 and 16m"),
    ("canvas_websocket_echo big;", "invalid value"),
    ("size 5x5;", "\"size\" directive is not allowed here"),
])
def test_refused_in_a_location(conf, lines, reason):
    conf.refuses(conf.with_location(lines), reason)


def test_a_canvas_in_a_server(conf):
    conf.refuses(conf.with_location("", f"canvas inner {{ {REDIS} }}"),
                 "\"canvas\" directive is not allowed here")
