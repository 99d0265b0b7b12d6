"""canvas-helper media and an S3 server that others wrote: OpenStack Swift,
which checks signatures with code of its own."""

import pytest
import requests

from media import CACHE, FILMED, KINDS
from media import assert_media, content_type, lacking, megabytes, turned, urls
from stores import library_redis, shared_postgres  # noqa: F401
from stores import bare_stores, stores  # noqa: F401
from swift_storage import READER, SECRET
from swift_storage import bucket, swift  # noqa: F401


def test_all_of_it(stores, bucket):
    turned(stores, archive_dir="/nonexistent/folder")
    assert lacking(stores) == list(KINDS)
    stores.configure(**FILMED, **bucket.settings())
    assert stores.ok("media") == "4 made and stored\n"

    archive, found = urls(stores)
    names = {kind: archive + suffix for kind, suffix in KINDS.items()}
    assert found == {kind: f"{bucket.url()}/{name}"
                     for kind, name in names.items()}
    assert bucket.names() == set(names.values())

    contents = {}
    for kind, name in names.items():
        item = bucket.get(name)
        assert item["ContentType"] == content_type(name)
        assert item["CacheControl"] == CACHE
        contents[kind] = item["Body"].read()
    assert_media(stores, contents)
    assert stores.ok("media") == ""


def test_as_visitors_read_it(stores, bucket):
    """By the URLs that the archive has, and without a key."""
    result = turned(stores, **bucket.settings(
        s3_prefix="weeks/", s3_public_url=bucket.public_url()))
    assert (result.code, result.err) == (0, "")
    archive, found = urls(stores)
    for kind, url in found.items():
        assert url == f"{bucket.public_url()}/weeks/{archive}{KINDS[kind]}"
    contents = {}
    for kind, url in found.items():
        answer = requests.get(url, timeout=30)
        assert answer.status_code == 200
        contents[kind] = answer.content
    assert_media(stores, contents)


def test_megabytes(bare_stores, bucket):
    """Large enough for a client to wait for 100 Continue."""
    name, picture = megabytes(bare_stores, **bucket.settings())
    assert bucket.get(name)["Body"].read() == picture


@pytest.mark.parametrize("setting, value, answer", [
    ("s3_secret_key", "wrong",
     "403 SignatureDoesNotMatch: look at s3_secret_key and s3_access_key"),
    # a secret, but not the one of this key
    ("s3_access_key", "canvas:nobody",
     "403 SignatureDoesNotMatch: look at s3_secret_key and s3_access_key"),
    ("s3_access_key", READER,
     "403 AccessDenied: look at s3_access_key: may it write to s3_bucket?"),
    ("s3_region", "us-west-1",
     "400 AuthorizationHeaderMalformed: look at s3_region"),
    ("s3_bucket", "another", "404 NoSuchBucket: look at s3_bucket")])
def test_refused(stores, bucket, setting, value, answer):
    """Nothing is stored or noted; with the right settings it is."""
    result = turned(stores, timelapse="off",
                    **bucket.settings(**{setting: value}))
    assert result.code == 0 and "image not stored yet" in result.out
    refused = stores.helper("media")
    assert (refused.code, refused.out) == (1, "")
    for text in result.err, refused.err:
        assert f"with {answer}\n" in text
        assert SECRET not in text and "wrong" not in text
    assert bucket.names() == set()
    assert lacking(stores) == list(KINDS)

    stores.configure(timelapse="off", **bucket.settings())
    assert stores.ok("media") == "3 made and stored\n"
    assert lacking(stores) == ["video"] and len(bucket.names()) == 3
