"""Where a WebSocket and a change of state may come from: this very origin,
listed ones, and programs that are no browser.
"""

import ssl
import subprocess

import pytest

import wire
from harness.ports import free_port
from harness.stack import TestStack
from raw_http import Http

GUEST = "/api/v1/auth/guest"
LISTED = ["https://listed.example", "http://listed.example:8080",
          "http://[2001:db8::1]:81"]

TLS_PORT = free_port()

ALLOWED = (101, 201)
REFUSED = (403, 403)

CROSS = {"Sec-Fetch-Site": "cross-site"}
SAME_SITE = {"Sec-Fetch-Site": "same-site"}
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes",
         "-subj", "/CN=localhost", "-days", "2", "-keyout", folder / "key",
         "-out", folder / "cert"], check=True, stderr=subprocess.DEVNULL)
    return folder


@pytest.fixture(scope="module", name="module_stack")
def fixture_module_stack(certificate):
    stack = TestStack(
        canvas=["origins " + " ".join(LISTED) + ";"],
        server=[f"listen 127.0.0.1:{TLS_PORT} ssl;",
                f"ssl_certificate {certificate}/cert;",
                f"ssl_certificate_key {certificate}/key;"])
    try:
        yield stack.up()
    finally:
        stack.remove()


def answers(stack, headers):
    """Status of a handshake and of a change of state with these headers."""
    with wire.Wire("127.0.0.1", stack.settings.port) as socket:
        socket.send(wire.handshake(socket.name, headers=headers))
        handshake = socket.response()[0]

    pairs = [(name, one) for name, value in headers.items()
             for one in (value if isinstance(value, list) else [value])]
    with Http(stack.settings.port) as client:
        skip_host = any(name == "Host" for name, _ in pairs)
        change = post(client, pairs, skip_host)

    return handshake, change


def post(client, pairs, skip_host):
    connection = client.connection
    connection.putrequest("POST", GUEST, skip_host=skip_host,
                          skip_accept_encoding=True)
    for name, value in pairs:
        connection.putheader(name, value)
    connection.putheader("Content-Length", "0")
    connection.endheaders()
    response = connection.getresponse()
    response.read()
    return response.status


def own(stack):
    return f"127.0.0.1:{stack.settings.port}"


def test_no_browser(stack):
    assert answers(stack, {}) == ALLOWED
    assert answers(stack, SAME_ORIGIN) == ALLOWED
    assert answers(stack, {"Sec-Fetch-Site": "none"}) == ALLOWED


@pytest.mark.parametrize("site", [
    "cross-site", "same-site", "Cross-Site", "", "x", "same-origin, none",
    ["same-origin", "cross-site"], ["cross-site", "same-origin"]])
def test_browser_that_hides_the_origin(stack, site):
    assert answers(stack, {"Sec-Fetch-Site": site}) == REFUSED


def test_own_origin(stack):
    for headers in ({}, SAME_ORIGIN):
        assert answers(stack, headers | {"Origin": f"http://{own(stack)}"}) \
            == ALLOWED


def test_own_origin_but_the_browser_says_foreign(stack):
    for headers in (CROSS, SAME_SITE):
        assert answers(stack, headers | {"Origin": f"http://{own(stack)}"}) \
            == REFUSED


@pytest.mark.parametrize("origin", LISTED + [
    "https://listed.example:443", "HTTPS://LISTED.Example"])
def test_listed(stack, origin):
    for headers in ({}, CROSS, SAME_SITE):
        assert answers(stack, headers | {"Origin": origin}) == ALLOWED


@pytest.mark.parametrize("host, origin", [
    ("example.org", "http://example.org"),
    ("example.org", "http://example.org:80"),
    ("example.org:80", "http://example.org"),
    ("Example.ORG", "http://example.org"),
    ("example.org:8080", "http://example.org:8080"),
    ("[::1]", "http://[::1]"),
    ("[::1]:8080", "http://[::1]:8080"),
    ("[2001:DB8::a]", "http://[2001:db8::A]:80"),
])
def test_same_as_host(stack, host, origin):
    assert answers(stack, {"Host": host, "Origin": origin}) == ALLOWED


@pytest.mark.parametrize("host, origin", [
    ("example.org", "https://example.org"),             # scheme
    ("example.org", "https://example.org:80"),
    ("example.org:443", "https://example.org"),
    ("example.org", "http://example.org:8080"),         # port
    ("example.org:8080", "http://example.org"),
    ("example.org", "http://example.org.evil.example"), # suffix, prefix
    ("example.org", "http://evilexample.org"),
    ("example.org", "http://evil.example.org"),
    ("example.org", "http://example.or"),
    ("example.org", "http://example.orgg"),
    ("example.org", "http://example.org."),             # trailing dot
    ("example.org", "http://example.org@evil.example"), # userinfo
    ("example.org", "http://evil.example@example.org"),
    ("example.org", "http://example.org:80@evil.example"),
    ("example.org", "http://example.org/"),             # more than an origin
    ("example.org", "http://example.org/path"),
    ("example.org", "http://example.org?"),
    ("example.org", "http://example.org#"),
    ("example.org", "http://example.org\\.evil.example"),
    ("example.org", "http://example.org,http://evil.example"),
    ("example.org", "http://example.org http://evil.example"),
    ("example.org", "http://example.org:"),             # malformed
    ("example.org", "http://example.org:080"),
    ("example.org", "http://example.org:0"),
    ("example.org", "http://example.org:65616"),
    ("example.org", "http://example.org:4294967376"),
    ("example.org", "http://example.org:80x"),
    ("example.org", "http://example.org:+80"),
    ("example.org", "http://"),
    ("example.org", "http:example.org"),
    ("example.org", "//example.org"),
    ("example.org", "example.org"),
    ("example.org", "ftp://example.org"),
    ("example.org", "file://"),
    ("example.org", "null"),
    ("example.org", ""),
    ("example.org", "*"),
    ("example.org", "http://*"),
    ("example.org", "http://[::1]"),                    # addresses
    ("[::1]", "http://::1"),
    ("[::1]", "http://[::1"),
    ("[::1]", "http://[::1]]"),
    ("[::1]", "http://[::1].evil.example"),
    ("[::1]", "http://[0:0:0:0:0:0:0:1%25x]"),
    ("example.org", ["http://example.org", "http://example.org"]),
    ("example.org", ["http://example.org", "http://evil.example"]),
    ("example.org", ["http://evil.example", "http://example.org"]),
])
def test_attacks(stack, host, origin):
    assert answers(stack, {"Host": host, "Origin": origin}) == REFUSED


@pytest.mark.parametrize("origin", [
    "http://listed.example", "https://listed.example:8080",
    "http://listed.example:80", "https://listed.example.",
    "https://listed.example.evil.example", "https://xlisted.example",
    "https://x.listed.example", "http://[2001:db8::1]",
    "http://[2001:db8::1]:8", "http://[2001:db8::11]:81"])
def test_almost_listed(stack, origin):
    assert answers(stack, {"Origin": origin}) == REFUSED


def test_own_scheme_is_https_on_tls(stack):
    context = ssl._create_unverified_context()
    for origin, status in (
            (f"https://127.0.0.1:{TLS_PORT}", 201),
            (f"http://127.0.0.1:{TLS_PORT}", 403),
            (f"https://127.0.0.1:{stack.settings.port}", 403),
            ("https://127.0.0.1", 403)):
        with Http(TLS_PORT, tls=context) as client:
            assert client.post(GUEST, ("Origin", origin)).status == status

    for host, origin, status in (
            ("example.org", "https://example.org", 201),
            ("example.org:443", "https://example.org", 201),
            ("example.org", "http://example.org", 403),
            ("example.org:80", "http://example.org", 403)):
        with Http(TLS_PORT, tls=context) as client:
            assert post(client, [("Host", host), ("Origin", origin)], True) \
                == status, (host, origin)


def test_reads_are_free(stack):
    """A read changes nothing; whether its answer may be read is CORS'."""
    with Http(stack.settings.port) as client:
        answer = client.get("/api/v1/canvas/info",
                            ("Origin", "https://evil.example"))
        assert answer.status == 200
        assert answer.headers["Access-Control-Allow-Origin"] is None
