"""API errors as RFC 9457 problem details, from one handler."""

import logging

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions, serializers
from rest_framework.views import exception_handler

from marketplace.errors import AWAY, UNREACHABLE, DomainError, InvalidTransition, LimitReached, Unavailable
from marketplace.problems import problem

log = logging.getLogger(__name__)
STATUS = {InvalidTransition: 409, LimitReached: 409, Unavailable: 503}


class ProblemSerializer(serializers.Serializer):
    """Problem details (RFC 9457)."""

    type = serializers.CharField(help_text="A stable URN of this kind of problem.")
    title = serializers.CharField(help_text="The kind in words.")
    status = serializers.IntegerField()
    detail = serializers.CharField()
    errors = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        required=False,
        help_text="What is wrong, by parameter.",
    )


def problems(*statuses):
    """These answers of an operation, as its schema takes them."""
    return {(status, "application/problem+json"): ProblemSerializer for status in statuses}


def problem_details(error, context):
    """A `application/problem+json` response (RFC 9457), or None for what is a bug."""
    if isinstance(error, DomainError):
        status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 422)
        answer = problem(status, error.message, kind=error.code, field=error.field)
        if status == 503:
            answer["Retry-After"] = "10"
        return answer
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if isinstance(error, UNREACHABLE):
        return unreachable(error)
    response = exception_handler(error, context)
    if response is None:
        return None
    if isinstance(error, exceptions.ValidationError):
        return problem(response.status_code, "Some fields need attention.", kind="invalid", errors=error.detail)
    detail = str(getattr(error, "detail", error))
    answer = problem(response.status_code, detail, kind=getattr(error, "default_code", "error"))
    for header in ("WWW-Authenticate", "Retry-After", "Allow"):
        if header in response:
            answer[header] = response[header]
    return answer


def unreachable(error):
    log.error("unavailable: %s", error)
    answer = problem(503, AWAY, kind="unavailable")
    answer["Retry-After"] = "10"
    return answer
