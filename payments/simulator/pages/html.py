"""Templates, redirects and form fields. Django's template engine alone, without a Django project."""

from functools import cache
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

TEMPLATES = Path(__file__).parent.parent / "templates"


@cache
def engine():
    """Imported at the first page: a simulator that only answers API calls starts faster without it."""
    from django.conf import settings
    from django.template import Engine

    if not settings.configured:
        settings.configure(USE_I18N=False, USE_TZ=False)
    return Engine(
        dirs=[TEMPLATES],
        builtins=["payments.simulator.pages.filters"],
        loaders=[("django.template.loaders.cached.Loader", ["django.template.loaders.filesystem.Loader"])],
    )


def page(template, status=200, *, goes_to=(), **context):
    """A page; `goes_to` are addresses a form of it may lead to, for the form-action policy."""
    from django.template import Context

    html = engine().get_template(template).render(Context(context))
    origins = sorted({f"{part.scheme}://{part.netloc}" for part in map(urlsplit, filter(None, goes_to))})
    policy = "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'"
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Cache-Control": "no-store",
        "Content-Security-Policy": f"{policy}; form-action 'self' {' '.join(origins)}",
        # With no-referrer, browsers post "Origin: null", which the operator's page takes for another site.
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }
    return status, headers, html


def redirect(address):
    return 303, {"Location": address, "Cache-Control": "no-store"}, ""


def text(status, body):
    return status, {"Content-Type": "text/plain; charset=utf-8"}, body


def fields_of(request):
    """The last value of each form field, trimmed."""
    return {name: value.strip() for name, value in parse_qsl(request.body.decode(), keep_blank_values=True)}


def query_of(request):
    return dict(parse_qsl(request.query))
