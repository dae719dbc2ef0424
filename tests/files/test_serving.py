"""A served file cannot act on our origin."""

import pytest
from django.http import Http404

from marketplace.files.actions import store_upload
from marketplace.files.kinds import EVIDENCE, MESSAGE
from marketplace.files.serving import serve
from tests.factories import NOW
from tests.files import samples

pytestmark = pytest.mark.django_db


@pytest.fixture
def photo(student):
    return store_upload(upload=samples.upload("me.jpg", samples.jpeg()), owner=student, allowed=EVIDENCE, at=NOW)


def test_a_file_is_a_download_that_nothing_may_run_in(photo):
    response = closing(serve(photo, "evidence-1.jpg"))
    assert response["Content-Disposition"] == 'attachment; filename="evidence-1.jpg"'
    assert response["Content-Type"] == "image/jpeg"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cache-Control"] == "private, no-store"
    assert int(response["Content-Length"]) == photo.size


def test_only_an_image_that_we_drew_is_shown_inside_a_page(student, photo):
    as_sent = store_upload(upload=samples.upload("me.jpg", samples.jpeg()), owner=student, allowed=MESSAGE, at=NOW)
    document = store_upload(upload=samples.upload("a.pdf", samples.pdf()), owner=student, allowed=EVIDENCE, at=NOW)
    answers = [closing(serve(stored, "x", inline=True)) for stored in (photo, as_sent, document)]
    shown = [answer["Content-Disposition"][:6] for answer in answers]
    assert shown == ["inline", "attach", "attach"]


def closing(response):
    response.close()
    return response


@pytest.mark.parametrize("state", ["checking", "blocked"])
def test_a_file_that_is_not_ready_does_not_exist(photo, state):
    photo.state = state
    with pytest.raises(Http404):
        serve(photo)


def test_a_file_that_storage_lost_does_not_exist(photo):
    photo.content.storage.delete(photo.content.name)
    with pytest.raises(Http404):
        serve(photo)
