"""The stylesheet: written as one small file per component, sent as one.

The sources under `static/css` each name their own cascade layer, so the order in which they are joined does not
matter beyond `reset.css`, which declares the layers. Joining at the first request rather than in a build step keeps
the house free of tools; the digest in the address lets browsers keep the result for ever.
"""

import hashlib
import re
from functools import cache, lru_cache
from typing import NamedTuple

from django.conf import settings
from django.http import HttpResponse
from django.templatetags.static import static
from django.views.decorators.http import require_safe

ROOT = settings.BASE_DIR / "static" / "css"
A_YEAR = 31_536_000


class Stylesheet(NamedTuple):
    digest: str
    body: bytes


def current():
    """The joined stylesheet. While developing it follows every change of a source."""
    if not settings.DEBUG:
        return _deployed()
    paths = _sources()
    return _join(tuple(paths), max(path.stat().st_mtime_ns for path in paths))


@require_safe
def view(request, digest):
    """`/assets/site-<digest>.css`. An old digest (a page from before a deployment) gets today's, uncached."""
    sheet = current()
    response = HttpResponse(sheet.body, content_type="text/css; charset=utf-8")
    fresh = digest == sheet.digest
    response["Cache-Control"] = f"public, max-age={A_YEAR}, immutable" if fresh else "no-cache"
    return response


def _sources():
    first = ROOT / "reset.css"
    return [first, *sorted(path for path in ROOT.rglob("*.css") if path != first)]


@cache
def _deployed():
    return _join(tuple(_sources()), 0)


@lru_cache(maxsize=2)
def _join(paths, stamp):
    text = _squeeze("\n".join(_with_addresses(path) for path in paths))
    body = text.encode()
    return Stylesheet(hashlib.sha256(body).hexdigest()[:8], body)


def _with_addresses(path):
    """`url("../vendor/x")`, relative to the source, becomes the static file's own (hashed) address."""

    def address(match):
        target = (path.parent / match[1]).resolve().relative_to(ROOT.parent)
        return f'url("{static(target.as_posix())}")'

    return re.sub(r'url\("(\.\.?/[^"]+)"\)', address, path.read_text(encoding="utf-8"))


def _squeeze(css):
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r"\s+", " ", css)
    css = re.sub(r" ?([{};,]) ?", r"\1", css)
    return css.replace(": ", ":").replace(";}", "}").strip()
