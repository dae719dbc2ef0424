"""The one place where 404 and 403 are decided.

A person who may not know that a thing exists gets 404 (`QuerySet.visible_to`); a person who may see it
but may not do this to it gets 403 (a predicate of some app's `rules.py`).
"""

from django.core.exceptions import PermissionDenied
from django.http import Http404


def get_for_user(source, user, *, may=None, **lookup):
    """The one object of `source` (a model or a QuerySet with `visible_to`) that matches `lookup`.

    Raises Http404 when the person may not see it, PermissionDenied when `may(user, obj)` says no.
    """
    queryset = source.objects.all() if hasattr(source, "objects") else source
    found = queryset.visible_to(user).filter(**lookup).first()
    if found is None:
        raise Http404("No such page, or none that you may see.")
    if may is not None and not may(user, found):
        raise PermissionDenied("Your role does not allow this here.")
    return found


def require(allowed, message="Your role does not allow this here."):
    """Raise PermissionDenied unless `allowed`; for views that are about no single object."""
    if not allowed:
        raise PermissionDenied(message)
