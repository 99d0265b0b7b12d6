"""An S3-compatible storage on loopback, for tests of uploads.

It takes PUT of objects, and only with a valid AWS Signature Version 4, which
botocore, Amazon's own implementation, computes a second time.  Errors are
those of S3, XML with a code.  What is to go wrong can be said beforehand:
fail() for answers, drop() for connections that are closed, hold() for one
that is kept waiting.
"""

import collections
import hashlib
import http.server
import re
import ssl
import threading

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

KEY, SECRET = "canvas-writer", "tell/nobody+about:this"
BUCKET, REGION = "pictures", "eu-north-1"

# a client that does not sign these could be replayed with others
SIGNED = {"host", "content-type", "cache-control", "x-amz-date",
          "x-amz-content-sha256"}

Object = collections.namedtuple("Object", "data type cache")


class Refused(Exception):
    def __init__(self, status, code):
        super().__init__(code)
        self.status, self.code = status, code


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def parse_request(self):
        """Before 100 Continue is said."""
        self.storage = self.server.storage
        with self.storage.changed:
            if self.storage.drops > 0:
                self.storage.drops -= 1
                self.close_connection = True
                return False
        return super().parse_request()

    def do_PUT(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            self.storage.put(self.path, self.headers, body)
            self.answer(200, b"")
        except Refused as error:
            self.answer(error.status, b"<?xml version=\"1.0\"?>\n<Error>"
                        b"<Code>%s</Code></Error>" % error.code.encode())

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Storage:
    def __init__(self, certificate=None):
        self.objects, self.requests = {}, 0
        self.failures, self.drops = [], 0
        self.changed = threading.Condition()
        self.held, self.released = None, threading.Event()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0),
                                                      Handler)
        self.server.daemon_threads = True
        self.server.storage = self
        scheme = "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.server.socket = context.wrap_socket(
                self.server.socket, server_side=True)
            scheme = "https"
        self.url = f"{scheme}://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever,
                                       kwargs={"poll_interval": 0.05})
        self.thread.start()

    def close(self):
        self.released.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def settings(self, **others):
        return {"s3_endpoint": self.url, "s3_bucket": BUCKET,
                "s3_region": REGION, "s3_access_key": KEY,
                "s3_secret_key": SECRET, **others}

    def fail(self, *answers):
        """The next requests get these: (status, code)."""
        self.failures += answers

    def drop(self, connections):
        """The next requests find the connection closed."""
        self.drops = connections

    def hold(self, suffix):
        """What ends so is not answered before the end."""
        self.held = suffix

    def put(self, path, headers, body):
        with self.changed:
            self.requests += 1
            failure = self.failures.pop(0) if self.failures else None
        if failure:
            raise Refused(*failure)
        check(path, headers, body)
        if self.held and path.endswith(self.held):
            self.released.wait()
            return
        with self.changed:
            self.objects[path] = Object(body, headers["Content-Type"],
                                        headers["Cache-Control"])


def check(path, headers, body):
    found = re.fullmatch(
        r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/s3/"
        r"aws4_request, *SignedHeaders=([a-z0-9;-]+), *"
        r"Signature=([0-9a-f]{64})", headers.get("Authorization", ""))
    if not found:
        raise Refused(403, "AccessDenied")
    key, _, region, signed, signature = found.groups()
    if key != KEY:
        raise Refused(403, "InvalidAccessKeyId")
    if region != REGION:
        raise Refused(400, "AuthorizationHeaderMalformed")
    if not SIGNED <= set(signed.split(";")):
        raise Refused(403, "AccessDenied")
    if signature != signature_of(path, headers, signed.split(";")):
        raise Refused(403, "SignatureDoesNotMatch")
    if headers["x-amz-content-sha256"] != hashlib.sha256(body).hexdigest():
        raise Refused(400, "XAmzContentSHA256Mismatch")
    if not path.startswith(f"/{BUCKET}/"):
        raise Refused(404, "NoSuchBucket")


def signature_of(path, headers, signed):
    request = AWSRequest("PUT", f"http://{headers['Host']}{path}",
                         {name: headers[name] for name in signed})
    request.context["timestamp"] = headers["x-amz-date"]
    auth = S3SigV4Auth(Credentials(KEY, SECRET), "s3", REGION)
    canonical = auth.canonical_request(request)
    return auth.signature(auth.string_to_sign(request, canonical), request)
