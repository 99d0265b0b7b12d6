"""A visitor over HTTP: a session cookie and the requests that need it."""

import requests

TIMEOUT = 30


class Guest:
    def __init__(self, url):
        self.url = url
        self.http = requests.Session()
        self.http.headers["Origin"] = url
        answer = self.http.post(url + "/api/v1/auth/guest", timeout=TIMEOUT)
        assert answer.status_code == 201, answer.text
        self.user_id = answer.json()["userId"]

    @property
    def cookie(self):
        """The value of a Cookie header."""
        return "canvas_session=" + self.http.cookies["canvas_session"]

    def place(self, x, y, color, **extra):
        """The response, whatever it is."""
        return self.http.post(self.url + "/api/pixel", timeout=TIMEOUT,
                              json={"x": x, "y": y, "color": color} | extra)

    def get(self, path, **options):
        return self.http.get(self.url + path, timeout=TIMEOUT, **options)

    def post(self, path, **options):
        return self.http.post(self.url + path, timeout=TIMEOUT, **options)

    def close(self):
        self.http.close()
