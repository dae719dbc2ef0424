"""Errors that people read, and the pages for what went wrong; under /api/ the same as problem details.

Actions raise a DomainError with a message for the person who asked; edges show it and lose nothing.
"""

import logging
import sys
from smtplib import SMTPException

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpResponseNotAllowed
from django.shortcuts import render
from redis.exceptions import ConnectionError as RedisUnavailable
from redis.exceptions import TimeoutError as RedisSilent

from marketplace.problems import is_for_api, problem

log = logging.getLogger(__name__)


class DomainError(Exception):
    """A refusal with a reason for the reader. `code` is stable, for the API and tests; `field` names the input."""

    code = "refused"

    def __init__(self, message, *, code=None, field=None):
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.field = field


class InvalidTransition(DomainError):
    """The thing is no longer in a state that allows this (someone was faster, or the page was old)."""

    code = "invalid_transition"


class LimitReached(DomainError):
    """A published limit (places, live applications, change rounds) leaves no room."""

    code = "limit_reached"


class Unavailable(DomainError):
    """A service we need (Stripe, storage) did not answer. Nothing was lost; trying again is safe."""

    code = "unavailable"


def form_status(*forms):
    """422 for a form that came back with errors (htmx swaps it, the summary takes focus), else 200."""
    return 422 if any(form.is_bound and form.errors for form in forms) else 200


# PostgreSQL, Redis, the mail server, Stripe, storage: refused, silent or gone.
UNREACHABLE = (
    OperationalError, InterfaceError, RedisUnavailable, RedisSilent, SMTPException, ConnectionError, TimeoutError,
    Unavailable,
)  # fmt: skip
PAGES = ("GET", "HEAD", "POST")  # what a page is asked with; the API says for itself
AWAY = "A part of the site is not answering just now. Try again in a moment."


class FailureMiddleware:
    """What is nobody's bug gets its own page, never a stack trace: a server out of reach, a zero byte in a text,
    the address of a button opened as a page, a method that asks for no page."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if length_of(request) > settings.REQUEST_MAX_BYTES:  # before anything of it is read or kept
            return too_large(request)
        is_asked = request.method in PAGES or is_for_api(request)
        response = self.get_response(request) if is_asked else HttpResponseNotAllowed(PAGES)
        wants_page = response.status_code == 405 and request.accepts("text/html") and not is_for_api(request)
        return not_allowed(response) if wants_page else response

    def process_exception(self, request, exception):
        return answer_to(request, exception)


def length_of(request):
    """Bytes of the body, as announced; more than that no server reads."""
    announced = request.META.get("CONTENT_LENGTH") or "0"
    return int(announced) if announced.isdecimal() else 0


def answer_to(request, error):
    """The page for an error that is no bug, or None.

    A server that dies while it answers is a plain DatabaseError to psycopg; a bug is always one of its kinds.
    """
    if isinstance(error, UNREACHABLE) or type(error) is DatabaseError:
        log.error("unavailable: %s %s: %s", request.method, request.path, error)
        return unavailable(request, error.message if isinstance(error, Unavailable) else "")
    if isinstance(error, ValueError) and "NUL (0x00)" in str(error):  # psycopg: PostgreSQL keeps no zero bytes
        log.warning("zero byte: %s %s", request.method, request.path)
        return bad_request(request)
    return None


def unavailable(request, message=""):
    """503 without a database query; `Retry-After` in seconds."""
    response = plain(request, 503, message or AWAY, kind="unavailable", context={"message": message})
    response["Retry-After"] = "10"
    return response


def bad_request(request, exception=None):
    """400, or 413 for more text than a form may carry; without a database query."""
    if isinstance(exception, RequestDataTooBig):
        return too_large(request)
    return plain(request, 400, "The request holds something that cannot be read.", kind="bad_request")


def too_large(request):
    return plain(request, 413, "The request is too large.", kind="too_large")


def not_allowed(response):
    """405 with a page: the address of a button was opened, or a page was sent a form that it has not."""
    page = render(None, "405.html", status=405)
    page["Allow"] = response["Allow"]
    return page


def csrf_failure(request, reason=""):
    """The page was open for too long or cookies are off: say so; the browser's Back keeps what was typed."""
    return render(None, "403_csrf.html", status=403)


def forbidden(request, exception=None):
    """403: the page exists and you may know it, but your role does not allow this."""
    message = str(exception) if exception and str(exception) else "Your role does not allow this here."
    return render(request, "403.html", {"message": message}, status=403)


def not_found(request, exception=None):
    if is_for_api(request):
        return problem(404, "Not found.", kind="not_found")
    return render(request, "404.html", status=404)


def server_error(request):
    """500; or what `answer_to` knows, for an error of a middleware, which no other middleware gets to see."""
    error = sys.exc_info()[1]
    return answer_to(request, error) or plain(request, 500, "Something broke on our side.", kind="error")


def plain(request, status, detail, *, kind, context=None):
    """The page of this status, which knows no reader; to programs `detail`."""
    if is_for_api(request):
        return problem(status, detail, kind=kind)
    return render(None, f"{status}.html", context, status=status)
