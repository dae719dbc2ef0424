"""Pictures of files: drawn later, whatever happens to who draws them, and shown to nobody but who may read the file."""

import io
from datetime import timedelta

import pytest
from django.http import Http404
from PIL import Image

from marketplace.files import previews
from marketplace.files.actions import store_upload
from marketplace.files.kinds import DELIVERY, EVIDENCE
from marketplace.files.previews import LEASE, MOST_TRIES, draw_next
from marketplace.files.serving import POLICY, serve_asked
from tests.factories import NOW
from tests.files import samples

pytestmark = pytest.mark.django_db


def store(user, name, data, allowed=EVIDENCE):
    return store_upload(upload=samples.upload(name, data), owner=user, allowed=allowed, at=NOW)


def drawn(field):
    with field.open("rb") as opened:
        return Image.open(io.BytesIO(opened.read()))


@pytest.mark.parametrize("allowed", [EVIDENCE, DELIVERY])
@pytest.mark.parametrize(
    ("name", "data", "small", "large"),
    [
        ("wide.jpg", samples.jpeg(size=(2000, 1000), orientation=1), (320, 160), (960, 480)),
        ("sideways.jpg", samples.jpeg(size=(2000, 1000), orientation=6), (320, 640), (960, 1920)),
        ("little.png", samples.png(), (120, 80), (120, 80)),
        ("iphone.heic", samples.heic(), (64, 48), (64, 48)),
        ("report.pdf", samples.pdf(), (320, 320), (960, 960)),
    ],
)
def test_an_image_and_the_first_page_become_pictures_without_words(student, name, data, small, large, allowed):
    stored = store(student, name, data, allowed)
    assert (stored.has_preview, draw_next(at=NOW)) == (False, True)
    stored.refresh_from_db()
    assert (stored.has_preview, stored.preview_due_at) == (True, None)
    for field, size in [(stored.small, small), (stored.large, large)]:
        picture = drawn(field)
        assert (picture.format, picture.size, picture.info.get("exif")) == ("WEBP", size, None)
    assert draw_next(at=NOW) is False


def test_other_files_wait_for_no_picture(student):
    store(student, "table.csv", b"a,b")
    assert draw_next(at=NOW) is False


def test_a_worker_killed_in_the_middle_is_followed_by_another_and_a_killer_is_given_up(student, monkeypatch):
    stored = store(student, "a.png", samples.png())

    def killed(*args):
        raise KeyboardInterrupt

    at = NOW
    with monkeypatch.context() as patched:
        patched.setattr(previews, "_picture", killed)
        for _ in range(MOST_TRIES - 1):
            with pytest.raises(KeyboardInterrupt):
                draw_next(at=at)
            assert draw_next(at=at) is False  # leased
            at += LEASE + timedelta(seconds=1)
    assert draw_next(at=at) is True
    stored.refresh_from_db()
    assert stored.has_preview

    killer = store(student, "b.png", samples.png())
    with monkeypatch.context() as patched:
        patched.setattr(previews, "_picture", killed)
        for _ in range(MOST_TRIES):
            with pytest.raises(KeyboardInterrupt):
                draw_next(at=at)
            at += LEASE + timedelta(seconds=1)
    assert draw_next(at=at) is False
    killer.refresh_from_db()
    assert (killer.has_preview, killer.state) == (False, "ready")


def test_a_second_try_replaces_what_the_first_left(student):
    stored = store(student, "a.png", samples.png())
    draw_next(at=NOW)
    stored.refresh_from_db()
    first = stored.small.name
    stored.preview_due_at = NOW
    stored.save()
    draw_next(at=NOW)
    stored.refresh_from_db()
    assert stored.small.name == first


def test_a_picture_is_served_like_the_file_and_names_nobody(student, rf):
    stored = store(student, "Robin Quist.pdf", samples.pdf())
    with pytest.raises(Http404):
        serve_asked(rf.get("/?preview=320"), stored)
    draw_next(at=NOW)
    stored.refresh_from_db()
    response = serve_asked(rf.get("/?preview=960"), stored, "evidence-1.pdf")
    assert response["Content-Type"] == "image/webp"
    assert response["Content-Disposition"] == 'inline; filename="preview.webp"'
    assert (response["Content-Security-Policy"], response["X-Content-Type-Options"]) == (POLICY, "nosniff")
    assert samples.NAME.encode() not in response.getvalue()
    response.close()
    for width in ["", "321", "small"]:
        with pytest.raises(Http404):
            serve_asked(rf.get("/", {"preview": width}), stored)
    stored.state = "blocked"
    with pytest.raises(Http404):
        serve_asked(rf.get("/?preview=320"), stored)
