"""What every page knows: the site's name, the reader, and the navigation that fits them."""

from functools import cached_property

from django.conf import settings
from django.middleware.csrf import get_token
from django.urls import NoReverseMatch
from django.utils.functional import SimpleLazyObject
from django.utils.html import format_html

from marketplace.formatting.fragments import address

TOKEN = '<input type="hidden" name="csrfmiddlewaretoken" value="{}">'
THEMES = {"light", "dark"}


def site(request):
    """Context processor. `nav` makes its links only when a page draws them."""
    theme = request.COOKIES.get("theme", "")
    return {
        "SITE_NAME": settings.SITE_NAME,
        "SITE_URL": settings.SITE_URL,
        "DEMO_MODE": settings.DEMO_MODE,
        "LOCAL": settings.LOCAL,
        "CURRENCY": settings.CURRENCY,
        "theme": theme if theme in THEMES else "",
        "reader": getattr(request, "reader", None),
        "nav": Navigation(request),
    }


def one_token(request):
    """Context processor of both kinds of templates: all forms of a page have one token, made for the first of them.

    A page without a form has none, so that it may be the same for everybody.
    """
    if not hasattr(request, "token_of_page"):
        request.token_of_page = SimpleLazyObject(lambda: get_token(request))
    token = request.token_of_page
    return {"csrf_token": token, "csrf_input": SimpleLazyObject(lambda: format_html(TOKEN, token))}


class Navigation:
    """The links of the header, and those that belong to the account."""

    def __init__(self, request):
        self.request = request

    @cached_property
    def main(self):
        return self._wanted(_MAIN) if self._kinds else _links(self.request, _VISITOR)

    @cached_property
    def account(self):
        return self._wanted(_ACCOUNT)

    def _wanted(self, items):
        return _links(self.request, [item for item in items if item[0] in self._kinds])

    @cached_property
    def _kinds(self):
        """For whom the links are that this reader wants; none for a visitor."""
        reader, user = getattr(self.request, "reader", None), getattr(self.request, "user", None)
        if user is None or not user.is_authenticated:
            return set()
        student, employer = bool(reader and reader.is_student), bool(reader and reader.organizations)
        kinds = {
            "student": student, "employer": employer, "not employer": not employer, "staff": user.is_staff,
            "payments": student or bool(reader and reader.books),
        }  # fmt: skip
        return {"all"} | {kind for kind, is_wanted in kinds.items() if is_wanted}


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
    ("all", "find", "Search your things", "search"),
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
