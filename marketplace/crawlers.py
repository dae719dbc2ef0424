"""What search engines read first: robots.txt and the sitemaps of what everybody may see (sitemaps.org, protocol 0.9).

A sitemap file holds the rows whose ids lie in one span, so that its address is stable and reading it is one range of
an index, however many there are.
"""

from datetime import timedelta

from django.conf import settings
from django.db.models import DateTimeField, F, Func, Max, Value
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from marketplace.clock import now
from marketplace.skills.models import Skill, SkillFamily
from projects.models import Listing

SPAN = 20_000  # ids in one file; the protocol allows 50,000 addresses
PAGES = [
    "landing",
    "projects:browse",
    "topics",
    "how_it_works_students",
    "how_it_works_employers",
    "about",
    "terms",
    "privacy",
]
PRIVATE = [
    "/account/", "/accounts/", "/admin/", "/api/", "/applications/", "/engagements/", "/find/", "/home/",
    "/notifications/", "/payments/", "/reports/", "/webhooks/", "/projects/filters/", "/projects/?",
    "/skills/typeahead/", "/projects/suggest/",
]  # fmt: skip
ROUTES = {  # of each kind of row: the route, and what stands in its address
    "projects": ("projects:detail", "project__code"), "organizations": ("organization", "organization__slug"),
    "fields": ("field", "slug"), "skills": ("skill", "slug"),
}  # fmt: skip
for_a_while = cache_control(public=True, max_age=int(timedelta(hours=1).total_seconds()))


@require_safe
@for_a_while
def robots(request):
    """Every page but those of one person. Combinations of filters are left out: the sitemaps name each project."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in PRIVATE)]
    lines += ["", f"Sitemap: {settings.SITE_URL}{reverse('sitemaps')}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@require_safe
@for_a_while
def sitemaps(request):
    """The index: one file for the pages that explain, and one for each span of ids that holds a row."""
    files = [{"url": reverse("sitemap", args=["pages", 0])}]
    for kind, (rows, key, changed) in _kinds().items():
        spans = rows.values(span=F(key) / SPAN).annotate(at=Max(changed)).order_by("span")
        files += [{"url": reverse("sitemap", args=[kind, row["span"]]), "at": row["at"]} for row in spans]
    return _xml(request, "pages/sitemaps.xml", {"files": files})


@require_safe
@for_a_while
def sitemap(request, kind, number):
    if (kind, number) == ("pages", 0):
        return _xml(request, "pages/sitemap.xml", {"entries": [{"url": reverse(name)} for name in PAGES]})
    if kind not in _kinds() or number > 2**31:
        raise Http404
    rows, key, changed = _kinds()[kind]
    route, name = ROUTES[kind]
    within = rows.filter(**{f"{key}__gte": number * SPAN, f"{key}__lt": (number + 1) * SPAN})
    changes = within.values_list(name).annotate(at=Max(changed)).order_by(key)
    entries = [{"url": reverse(route, args=[slug]), "at": at} for slug, at in changes]
    if not entries:
        raise Http404
    return _xml(request, "pages/sitemap.xml", {"entries": entries})


def _kinds():
    """{kind: (rows that everybody may see, the name of their id, of when they last changed)}

    The page of an organization changed when its newest project opened.
    """
    live = Listing.objects.filter(closes_at__gt=now())
    return {
        "projects": (live, "project_id", "opened_at"),
        "organizations": (live, "organization_id", "opened_at"),
        "fields": (_asked_for(SkillFamily, live.values("field_id")), "pk", "at"),
        "skills": (
            _asked_for(Skill, live.annotate(asked_for=Func(F("skill_ids"), function="unnest")).values("asked_for")),
            "pk",
            "at",
        ),
    }


def _asked_for(model, ids):
    """Rows of the taxonomy that an open project asks for; nobody notes when such a page changed."""
    return model.objects.filter(pk__in=ids).annotate(at=Value(None, DateTimeField()))


def _xml(request, template, context):
    return render(request, template, context | {"site_url": settings.SITE_URL}, content_type="application/xml")
