"""The reader of this request: what the pages ask about the person, at most once each."""

from functools import cached_property
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from marketplace.accounts.rules import PAYERS, memberships_of
from marketplace.clock import zone_named
from marketplace.notifications.models import Notification
from marketplace.redirects import came_from, path_back


class ReaderMiddleware:
    """Set `request.reader`, show times in the person's own zone, and let nobody else keep their pages.

    Who comes without a session is not asked for: what is the same for everybody then varies by no cookie.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.reader = Reader(request)
        has_session = settings.SESSION_COOKIE_NAME in request.COOKIES
        zone = zone_named(request.user.time_zone) if has_session and request.user.is_authenticated else None
        with timezone.override(zone):
            response = self.get_response(request)
        if has_session:
            response.headers.setdefault(
                "Cache-Control", "private, no-store" if shows_keys(request) else "private, no-cache"
            )
        return response


class SignInMiddleware:
    """After signing in, people are where they were when they pressed a button: its own address may be no page."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        is_press = request.method == "POST" or request.htmx
        return sign_in_from(request) if is_press and leads_to_sign_in(request, response) else response


def leads_to_sign_in(request, response):
    """Whether somebody was sent to sign in who is to come back to the address that they asked for."""
    to = urlsplit(response.get("Location", ""))
    return to.path == reverse(settings.LOGIN_URL) != request.path and to.query.startswith("next=")


def sign_in_from(request):
    """To the page to sign in, and from there to the page they were on. By htmx the browser is told to go there."""
    here = path_back(request) or came_from(request)
    address = reverse(settings.LOGIN_URL) + (f"?{urlencode({'next': here})}" if here else "")
    if request.htmx:
        return HttpResponse(status=401, headers={"HX-Redirect": address})
    messages.info(request, "Sign in first, then do it once more: nothing was changed yet.")
    return redirect(address)


def shows_keys(request):
    """Pages with the keys of a second factor on them, which not even the browser keeps."""
    found = request.resolver_match
    return bool(found and found.url_name and found.url_name.startswith("mfa_"))


class Reader:
    def __init__(self, request):
        self.request = request

    @property
    def user(self):
        return self.request.user

    @cached_property
    def student(self):
        """The Student of this person, or None."""
        return getattr(self.user, "student", None) if self.user.is_authenticated else None

    @property
    def is_student(self):
        return self.student is not None

    @property
    def memberships(self):
        return memberships_of(self.user)

    @property
    def organizations(self):
        return [membership.organization for membership in self.memberships]

    @property
    def books(self):
        """The organizations whose payments this person may see, by name."""
        return [membership.organization for membership in self.memberships if membership.role in PAYERS]

    @property
    def is_employer(self):
        return bool(self.memberships)

    @property
    def unread(self):
        """How many notifications this person had not read when the request came."""
        return getattr(self.user, "unread_count", 0)

    @cached_property
    def needs_you(self):
        """How many notifications wait for this person to act."""
        if not self.user.is_authenticated:
            return 0
        return Notification.objects.filter(recipient_id=self.user.pk, needs_action=True, done_at=None).count()
