"""What every page knows: the site's name, the reader, and the navigation that fits them."""

from django.conf import settings
from django.urls import NoReverseMatch
from django.utils.functional import SimpleLazyObject

from marketplace.formatting.fragments import address

THEMES = {"light", "dark"}


def site(request):
    """Context processor. `nav` is built only when a page draws a header."""
    theme = request.COOKIES.get("theme", "")
    return {
        "SITE_NAME": settings.SITE_NAME,
        "SITE_URL": settings.SITE_URL,
        "DEMO_MODE": settings.DEMO_MODE,
        "LOCAL": settings.LOCAL,
        "CURRENCY": settings.CURRENCY,
        "theme": theme if theme in THEMES else "",
        "reader": getattr(request, "reader", None),
        "nav": SimpleLazyObject(lambda: _navigation(request)),
    }


def _navigation(request):
    reader = getattr(request, "reader", None)
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"main": _links(request, _VISITOR), "account": []}
    student = bool(reader and reader.is_student)
    employer = bool(reader and reader.organizations)
    wanted = {"all"} | ({"student"} if student else set()) | ({"employer"} if employer else set())
    if not employer:
        wanted.add("not employer")
    if student or (reader and reader.books):
        wanted.add("payments")
    if user.is_staff:
        wanted.add("staff")
    return {
        "main": _links(request, [item for item in _MAIN if item[0] in wanted]),
        "account": _links(request, [item for item in _ACCOUNT if item[0] in wanted]),
    }


_VISITOR = [
    ("all", "projects:browse", "Projects", "search"),
    ("all", "how_it_works_students", "For students", "award"),
    ("all", "how_it_works_employers", "For employers", "briefcase"),
]
_MAIN = [
    ("all", "home", "Home", "house"),
    ("not employer", "projects:browse", "Projects", "search"),
    ("student", "applications:mine", "Applications", "send"),
    ("employer", "projects:manage", "Your projects", "briefcase"),
    ("all", "engagements:mine", "Work", "list-checks"),
    ("student", "applications:library", "Evidence", "folder-open"),
    ("payments", "payments:overview", "Payments", "wallet"),
]
_ACCOUNT = [
    ("student", "portfolio:mine", "Portfolio", "award"),
    ("employer", "projects:browse", "Browse projects", "search"),
    ("all", "accounts:profile", "Profile", "user"),
    ("all", "accounts:organizations", "Organizations", "building-2"),
    ("all", "account_email", "E-mail and password", "mail"),
    ("all", "mfa_index", "Sign-in security", "shield-check"),
    ("staff", "moderation:queue", "Staff queue", "scale"),
    ("staff", "admin:index", "Admin", "settings"),
]


def _links(request, items):
    """Each with its address; `current` marks the section the reader is in. A route that is not mounted is left out."""
    links = []
    for _who, name, label, icon in items:
        try:
            url = address(name)
        except NoReverseMatch:
            continue
        links.append({"url": url, "label": label, "icon": icon})
    inside = [link for link in links if request.path == link["url"] or request.path.startswith(link["url"])]
    if inside:
        max(inside, key=lambda link: len(link["url"]))["current"] = True
    return links
