"""Public pages may be read from a replica: what a visitor sees may be a second old, what a person did never is.

With REPLICA_URL set, a view marked `from_replica` reads there when the reader is not signed in. While the replica does
not answer, the primary does. Nothing is ever written there (settings.DATABASE_ROUTERS).
"""

import logging
from contextvars import ContextVar
from functools import wraps

from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connections

log = logging.getLogger(__name__)
REPLICA = "replica"
_reading = ContextVar("reading from the replica", default=False)


class Router:
    """Reads inside `from_replica` go to the replica, everything else to the primary."""

    def db_for_read(self, model, **hints):
        return REPLICA if _reading.get() else DEFAULT_DB_ALIAS

    def db_for_write(self, model, **hints):
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one, other, **hints):
        return True

    def allow_migrate(self, alias, app_label, **hints):
        return alias != REPLICA


def connection():
    """Where statements of our own read now."""
    return connections[REPLICA if _reading.get() else DEFAULT_DB_ALIAS]


def from_replica(view):
    """Mark a view that changes nothing and is the same for everybody who is not signed in."""

    @wraps(view)
    def answer(request, *arguments, **named):
        if REPLICA in connections.settings and not request.user.is_authenticated:
            token = _reading.set(True)
            try:
                return view(request, *arguments, **named)
            except (OperationalError, InterfaceError) as error:
                log.warning("the replica does not answer, the primary does: %s", error)
            finally:
                _reading.reset(token)
        return view(request, *arguments, **named)

    return answer
