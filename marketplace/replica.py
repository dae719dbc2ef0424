"""Public pages may be read from a replica: what a visitor sees may be a second old, what a person did never is.

With REPLICA_URL set, a view marked `from_replica` reads there when the reader is not signed in. While the replica does
not answer, the primary does: it is left alone for AWAY seconds then, so that a machine without power holds up few
pages. Nothing is ever written there (settings.DATABASE_ROUTERS).
"""

import logging
import time
from contextvars import ContextVar
from functools import wraps

from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connections

log = logging.getLogger(__name__)
REPLICA = "replica"
AWAY = 15
_asked_again_at = 0.0  # of this process, on the clock that only goes forward
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


def is_there():
    return REPLICA in connections.settings and time.monotonic() >= _asked_again_at


def leave_alone():
    global _asked_again_at  # noqa: PLW0603 - of this process
    _asked_again_at = time.monotonic() + AWAY


def from_replica(view):
    """Mark a view that changes nothing and is the same for everybody who is not signed in."""

    @wraps(view)
    def answer(request, *arguments, **named):
        if is_there() and not request.user.is_authenticated:
            token = _reading.set(True)
            try:
                return view(request, *arguments, **named)
            except (OperationalError, InterfaceError) as error:
                log.warning("the replica does not answer, the primary does: %s", error)
                if getattr(error.__cause__, "pgcode", None) is None:  # not one statement, but the connection
                    leave_alone()
            finally:
                _reading.reset(token)
        return view(request, *arguments, **named)

    return answer
