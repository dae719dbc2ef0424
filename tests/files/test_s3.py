"""Files on S3-compatible storage, through the real client over HTTP: a bucket that keeps what it is sent."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

import pytest
from django.core.signals import request_finished
from django.db import close_old_connections
from django.http import Http404

from marketplace.files.actions import store_upload
from marketplace.files.kinds import EVIDENCE
from marketplace.files.previews import draw_next
from marketplace.files.serving import serve_asked
from tests.factories import NOW
from tests.files import samples

pytestmark = pytest.mark.django_db


@pytest.fixture
def bucket(settings):
    """{key: bytes} of the bucket that all files go to."""
    kept = {}
    running = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Bucket,), {"kept": kept}))
    running.daemon_threads = True
    threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    options = {
        "bucket_name": "files", "endpoint_url": f"http://127.0.0.1:{running.server_port}", "access_key": "key",
        "secret_key": "secret", "region_name": "local", "querystring_auth": True, "default_acl": "private",
        "addressing_style": "path",
    }  # fmt: skip
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
    }
    yield kept
    running.shutdown()
    running.server_close()


class _Bucket(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    kept = None

    def do_PUT(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if "aws-chunked" in self.headers.get("Content-Encoding", ""):
            body = _unchunked(body)
        assert self.headers["x-amz-acl"] == "private"
        self.kept[self.key] = body
        self.answer(200)

    def do_GET(self):
        self.answer(200 if self.key in self.kept else 404, self.kept.get(self.key, b""))

    do_HEAD = do_GET

    def do_DELETE(self):
        self.kept.pop(self.key, None)
        self.answer(204)

    @property
    def key(self):
        return unquote(urlsplit(self.path).path).removeprefix("/files/")

    def answer(self, status, body=b""):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", '"tag"')
        self.send_header("Last-Modified", "Fri, 14 Mar 2025 09:00:00 GMT")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *words):
        return


def _unchunked(body):
    """Amazon's chunks: "size;signature", the bytes, and a trailer behind the last one."""
    whole = b""
    while True:
        line, _, body = body.partition(b"\r\n")
        size = int(line.partition(b";")[0], 16)
        if size == 0:
            return whole
        whole, body = whole + body[:size], body[size + 2 :]


def store(user):
    upload = samples.upload("Robin Quist.png", samples.png())
    return store_upload(upload=upload, owner=user, allowed=EVIDENCE, at=NOW)


def body_of(response):
    """Closed as a server closes it, but for the database: the test goes on with that (as Django's own client does)."""
    request_finished.disconnect(close_old_connections)
    try:
        return b"".join(response.streaming_content)
    finally:
        response.close()
        request_finished.connect(close_old_connections)


def test_a_file_and_its_pictures_live_in_the_bucket_under_random_names(student, bucket, rf):
    stored = store(student)
    assert list(bucket) == [stored.content.name]
    assert body_of(serve_asked(rf.get("/"), stored)) == bucket[stored.content.name]
    assert draw_next(at=NOW) is True
    stored.refresh_from_db()
    assert set(bucket) == {stored.content.name, stored.small.name, stored.large.name}
    assert "Robin" not in str(list(bucket))
    assert body_of(serve_asked(rf.get("/?preview=320"), stored)) == bucket[stored.small.name]


def test_what_is_missing_in_the_bucket_is_not_found(student, bucket, rf):
    stored = store(student)
    bucket.clear()
    with pytest.raises(Http404):
        serve_asked(rf.get("/"), stored)
    assert draw_next(at=NOW) is True  # and it stays without a picture
    stored.refresh_from_db()
    assert (stored.has_preview, stored.preview_due_at) == (False, None)
