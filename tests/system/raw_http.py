"""Plain HTTP, byte for byte: no decoding, no cookie jar, no redirects."""

import http.client
from typing import NamedTuple


class Answer(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def seq(self):
        return int(self.headers["X-Canvas-Seq"])

    @property
    def epoch(self):
        return int(self.headers["X-Canvas-Epoch"])


class Http:
    """One keep-alive connection; also a context manager."""

    def __init__(self, port, tls=None, timeout=30):
        self.connection = (
            http.client.HTTPSConnection("127.0.0.1", port, timeout=timeout,
                                        context=tls)
            if tls else
            http.client.HTTPConnection("127.0.0.1", port, timeout=timeout))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def request(self, method, path, headers=(), body=None):
        """headers: pairs, a name may come twice."""
        self.connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in headers:
            self.connection.putheader(name, value)
        if body is not None:
            self.connection.putheader("Content-Length", str(len(body)))
        self.connection.endheaders(body)

        response = self.connection.getresponse()
        return Answer(response.status, response.headers, response.read())

    def get(self, path, *headers):
        return self.request("GET", path, headers)

    def head(self, path, *headers):
        return self.request("HEAD", path, headers)

    def post(self, path, *headers, body=b""):
        return self.request("POST", path, headers, body)
