"""An S3-compatible storage that is not ours: OpenStack Swift, from Debian.

SwiftStorage runs swift_server.py.  Its objects are read with botocore,
Amazon's own client.  Fixtures: swift, one server a module; bucket, an empty
one for each test that visitors may read.
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile
import uuid

import botocore.config
import botocore.session
import pytest

from harness.stack import wait_for

PROGRAM = pathlib.Path(__file__).with_name("swift_server.py")

# Swift's names of keys are ACCOUNT:USER; a reader may not write
WRITER, READER = "canvas:writer", "canvas:reader"
SECRET, REGION = "tell/nobody+about:this", "eu-north-1"

# s3api asks tempauth, which has the secrets, whether a signature is right;
# the times are for a machine that is busy
PROXY = """
[DEFAULT]
swift_dir = {folder}
log_level = ERROR
conn_timeout = 60
node_timeout = 60

[pipeline:main]
pipeline = s3api tempauth proxy-server

[filter:s3api]
use = egg:swift#s3api
location = {region}

[filter:tempauth]
use = egg:swift#tempauth
user_{writer} = {secret} .admin
user_{reader} = {secret}

[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
"""


class SwiftStorage:
    def __init__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="canvas-s3-"))
        self.process = None

    def start(self):
        (self.directory / "proxy.conf").write_text(PROXY.format(
            folder=self.directory, region=REGION, secret=SECRET,
            writer=WRITER.replace(":", "_"), reader=READER.replace(":", "_")))
        with open(self.directory / "log", "ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, PROGRAM, self.directory],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_for(self.listens, what="Swift")
        port = (self.directory / "port").read_text()
        self.url = f"http://127.0.0.1:{port}"
        self.client = botocore.session.Session().create_client(
            "s3", REGION, endpoint_url=self.url,
            aws_access_key_id=WRITER, aws_secret_access_key=SECRET,
            config=botocore.config.Config(s3={"addressing_style": "path"}))

    def listens(self):
        if self.process.poll() is not None:
            raise AssertionError("Swift ended by itself:\n"
                                 + (self.directory / "log").read_text())
        return (self.directory / "port").exists()

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.directory)


class Bucket:
    def __init__(self, storage):
        self.storage, self.name = storage, "b" + uuid.uuid4().hex[:12]
        storage.client.create_bucket(Bucket=self.name, ACL="public-read")

    def settings(self, **others):
        return {"s3_endpoint": self.storage.url, "s3_bucket": self.name,
                "s3_region": REGION, "s3_access_key": WRITER,
                "s3_secret_key": SECRET, **others}

    def url(self):
        return f"{self.storage.url}/{self.name}"

    def public_url(self):
        """Swift's own, which takes no signature to read."""
        account = WRITER.split(":", maxsplit=1)[0]
        return f"{self.storage.url}/v1/AUTH_{account}/{self.name}"

    def names(self):
        listing = self.storage.client.list_objects(Bucket=self.name)
        return {item["Key"] for item in listing.get("Contents", [])}

    def get(self, name):
        """Headers are in what is returned, the bytes in its Body."""
        return self.storage.client.get_object(Bucket=self.name, Key=name)


@pytest.fixture(scope="module")
def swift():
    storage = SwiftStorage()
    try:
        storage.start()
        yield storage
    finally:
        storage.stop()


@pytest.fixture
def bucket(swift):
    return Bucket(swift)
