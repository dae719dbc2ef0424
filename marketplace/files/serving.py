"""Sending a stored file to somebody whose right to it the caller has checked. There is no other way to a file."""

from django.http import FileResponse, Http404, HttpResponse
from django.utils.http import content_disposition_header

from marketplace.files.models import StoredFile

# The file may be opened in a tab of our origin: no scripts, no forms, no frames, no requests (HTML, sandboxing).
POLICY = "default-src 'none'; sandbox"


def serve_asked(request, stored, as_name=None):
    """What the reader asks of a file they may read: "?preview=320" or 960 its picture, "?inline" or the download."""
    if "preview" in request.GET:
        return serve_preview(stored, request.GET["preview"])
    return serve(stored, as_name, inline="inline" in request.GET)


def serve_preview(stored, width):
    field = {"320": "small", "960": "large"}.get(width)
    if field is None or not stored.has_preview:
        raise Http404("There is no such picture.")
    try:
        content = getattr(stored, field).storage.open(getattr(stored, field).name)
    except FileNotFoundError:
        raise Http404("This picture is missing.") from None
    return guarded(FileResponse(content, content_type="image/webp", filename="preview.webp"))


def serve(stored, as_name=None, *, inline=False):
    """The content as a download called `as_name`; `inline` only ever holds for images that we drew ourselves.

    Raises Http404 while the file is not ready, so that nobody sees what was not checked.
    """
    if stored.state != StoredFile.State.READY:
        raise Http404("This file is not ready.")
    try:
        content = stored.content.open("rb")
    except FileNotFoundError:
        raise Http404("This file is missing.") from None
    attachment = not (inline and may_show_inline(stored))
    response = FileResponse(
        content, as_attachment=attachment, filename=as_name or stored.original_name, content_type=stored.content_type
    )
    response["Content-Length"] = stored.size
    return guarded(response)


def serve_text(text, as_name):
    """A text that somebody wrote here, as a file of its own: never as a page."""
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(False, as_name)
    return guarded(response)


def guarded(response):
    """What others wrote is data: nothing in it runs, nobody else embeds or keeps it."""
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = POLICY
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    return response


def may_show_inline(stored):
    return stored.is_reencoded and stored.content_type.startswith("image/")
