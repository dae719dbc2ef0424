"""Pictures of files for pages: an image smaller, or the first page of a PDF, and nothing else of the file."""

import io
from datetime import timedelta

from django.core.files.base import ContentFile
from django.db import transaction

from marketplace.files.errors import CannotOpen
from marketplace.files.images import picture_of, without_anything_else
from marketplace.files.models import StoredFile
from marketplace.files.pdfs import first_page

WIDTHS = {"small": 320, "large": 960}  # pixels
TALLEST = 2  # times the width: a poster, not a till roll
DRAWN = {".pdf", ".png", ".jpg", ".webp", ".heic"}
MOST_TRIES = 3
LEASE = timedelta(minutes=2)  # after that, whoever took the file is thought dead
QUALITY = 80


def may_be_drawn(extension):
    return extension in DRAWN


def draw_next(*, at):
    """Draw the previews of one file that is due. False when none is. Killed at any point, the row stays due."""
    stored = _take(at)
    if stored is None:
        return False
    try:
        with stored.content.open("rb") as opened:
            picture = _picture(stored, opened.read())
    except (CannotOpen, FileNotFoundError):
        pass  # it stays without a picture; the file itself is as good as before
    else:
        for field, width in WIDTHS.items():
            _keep(stored, field, _webp(picture, width))
    stored.preview_due_at = None
    stored.save(update_fields=["preview_due_at", *WIDTHS])
    return True


@transaction.atomic
def _take(at):
    """The next due file, counted and leased before it is opened: it may be the one that kills its worker."""
    due = StoredFile.objects.filter(preview_due_at__lte=at, preview_tries__lt=MOST_TRIES)
    stored = due.select_for_update(skip_locked=True, of=("self",)).order_by("preview_due_at").first()
    if stored is not None:
        stored.preview_tries += 1
        stored.preview_due_at = at + LEASE
        stored.save(update_fields=["preview_tries", "preview_due_at"])
    return stored


def _picture(stored, data):
    return first_page(data, WIDTHS["large"]) if stored.extension == ".pdf" else picture_of(data, stored.extension)


def _webp(picture, width):
    small = picture.copy()
    small.thumbnail((width, width * TALLEST))
    out = io.BytesIO()
    without_anything_else(small).save(out, "WEBP", quality=QUALITY)
    return out.getvalue()


def _keep(stored, field, data):
    """Always under the same name, so that a second try replaces what the first one left."""
    name = f"{stored.content.name.rpartition('.')[0]}-{WIDTHS[field]}.webp"
    storage = stored.content.storage
    storage.delete(name)
    setattr(stored, field, storage.save(name, ContentFile(data)))
