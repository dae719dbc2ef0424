"""Files that pages name: with a short digest in their address, and the one that is wanted before the page is read."""

from functools import cache

from django.templatetags.static import static
from whitenoise.storage import CompressedManifestStaticFilesStorage

FONT = "vendor/figtree/latin.woff2"


class Storage(CompressedManifestStaticFilesStorage):
    """A page names a dozen files: eight characters tell one version of a file from another as well as twelve."""

    def file_hash(self, name, content=None):
        digest = super().file_hash(name, content)
        return digest and digest[:8]


def wants_font(request):
    """Said by what a page is drawn with that uses it."""
    if request is not None:
        request.wants_font = True


class PreloadMiddleware:
    """Name the font in a header of each page that uses it, where it takes no room in the page and is read first."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        if getattr(request, "wants_font", False) and not request.headers.get("HX-Request"):
            response.headers.setdefault("Link", _font())
        return response


@cache
def _font():
    return f"<{static(FONT)}>; rel=preload; as=font; type=font/woff2; crossorigin"
