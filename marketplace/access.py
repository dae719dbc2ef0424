"""The one place where 404 and 403 are decided.

A person who may not know that a thing exists gets 404 (`QuerySet.visible_to`); a person who may see it
but may not do this to it gets 403 (a predicate of some app's `rules.py`).
"""

from functools import lru_cache

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404
from psycopg2.extensions import adapt


def get_for_user(source, user, *, may=None, **lookup):
    """The one object of `source` (a model or a QuerySet with `visible_to`) that matches `lookup`.

    Raises Http404 when the person may not see it, PermissionDenied when `may(user, obj)` says no.
    """
    queryset = source.objects.all() if hasattr(source, "objects") else source
    found = queryset.visible_to(user).filter(**lookup).first()
    if found is None:
        raise unknown()
    if may is not None and not may(user, found):
        raise PermissionDenied("Your role does not allow this here.")
    return found


def unknown():
    """What a person is answered who may not know whether a thing exists."""
    return Http404("No such page, or none that you may see.")


def visible_sql(model, user):
    """SQL that selects the id of the row with this `%(code)s` if the person `%(user)s` may see it: `visible_to`, for
    statements of our own. Compiled once for each kind of person, of which only the id counts."""
    return _visible_sql(model, user.is_authenticated, user.is_authenticated and user.is_staff)


@lru_cache
def _visible_sql(model, is_known, is_staff):
    code, pk = "@code", -1
    user = get_user_model()(pk=pk, is_staff=is_staff) if is_known else AnonymousUser()
    text, values = model.objects.visible_to(user).filter(code=code).order_by().values("pk").query.sql_with_params()
    named = {code: "%(code)s", pk: "%(user)s"}
    return text % tuple(named.get(value) or adapt(value).getquoted().decode().replace("%", "%%") for value in values)


def require(allowed, message="Your role does not allow this here."):
    """Raise PermissionDenied unless `allowed`; for views that are about no single object."""
    if not allowed:
        raise PermissionDenied(message)
