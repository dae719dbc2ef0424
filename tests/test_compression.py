"""Pages are sent compressed, in what the reader's browser takes; files that are small already are left alone."""

import gzip

import brotli
import pytest
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils.module_loading import import_string

from marketplace.csv_export import csv_response
from marketplace.settings import MIDDLEWARE

COMPRESSION = next(name for name in MIDDLEWARE if "Compression" in name)
READ = {"gzip": gzip.decompress, "br": brotli.decompress}
BROWSERS = {"gzip": "gzip, deflate", "br": "gzip, deflate, br"}


@pytest.fixture(params=READ)
def coding(request):
    return request.param


def compressed(rf, response, accepted):
    return import_string(COMPRESSION)(lambda request: response)(rf.get("/", headers={"accept-encoding": accepted}))


def body_of(response):
    return b"".join(response.streaming_content) if response.streaming else response.content


@pytest.mark.django_db
def test_a_page_is_the_same_page_compressed(client, project, coding):
    page = reverse("projects:browse")
    plain = client.get(page)
    sent = client.get(page, headers={"accept-encoding": BROWSERS[coding]})
    assert sent["Content-Encoding"] == coding
    assert "accept-encoding" in sent["Vary"].lower()
    assert int(sent["Content-Length"]) == len(sent.content) < len(plain.content) / 2
    assert READ[coding](sent.content) == plain.content
    assert "Content-Encoding" not in plain


@pytest.mark.django_db
def test_modern_browsers_are_sent_zstd(client, project):
    sent = client.get(reverse("projects:browse"), headers={"accept-encoding": "gzip, deflate, br, zstd"})
    assert sent["Content-Encoding"] == "zstd"
    assert sent.content[:4] == b"\x28\xb5\x2f\xfd"  # RFC 8878, 3.1.1


@pytest.mark.django_db
def test_the_api_and_error_pages_are_too(client, project):
    for address, status in (("/api/projects/", 200), ("/no/such/page/", 404)):
        sent = client.get(address, headers={"accept-encoding": "gzip"})
        assert (sent.status_code, sent["Content-Encoding"]) == (status, "gzip")
        assert gzip.decompress(sent.content)[:1] in b"{<"


def test_how_long_a_page_is_says_nothing_about_what_is_in_it(rf):
    """BREACH: whoever can make a browser ask, and sees how long the answers are, learns no secret from them."""
    answers = [compressed(rf, HttpResponse(b"secret " * 100), "gzip") for _ in range(20)]
    assert len({len(answer["X-Noise"]) for answer in answers}) > 3


def test_a_download_is_compressed_line_by_line(rf, coding):
    rows = ([f"Person {number}", number] for number in range(1_000))
    sent = compressed(rf, csv_response(["people"], ["Name", "Number"], rows), coding)
    assert sent.streaming
    assert "Content-Length" not in sent
    assert READ[coding](body_of(sent)).decode().splitlines()[-1] == '"Person 999",999'


@pytest.mark.parametrize("kind", ["image/webp", "image/jpeg", "application/pdf", "application/zip", "font/woff2"])
def test_what_is_compressed_already_is_left_alone(rf, tmp_path, kind):
    (tmp_path / "file").write_bytes(b"0" * 1_000)
    with (tmp_path / "file").open("rb") as content:
        sent = compressed(rf, FileResponse(content, content_type=kind), "gzip, br, zstd")
        assert "Content-Encoding" not in sent
        assert body_of(sent) == b"0" * 1_000


def test_who_asks_for_no_coding_gets_none(rf):
    for accepted in ("", "identity", "gzip;q=0", "nonsense", "gzip;q=x" * 1_000):
        sent = compressed(rf, StreamingHttpResponse([b"0" * 1_000], content_type="text/plain"), accepted)
        assert (sent.get("Content-Encoding"), body_of(sent)) == (None, b"0" * 1_000)
