"""Asking a worker to look at a row now. The row is the truth; a lost nudge costs the time until the next sweep."""

import logging
from importlib import import_module

from django.db import transaction

log = logging.getLogger(__name__)


def nudge(task, *args):
    """Send `payments.tasks.<task>` when the caller's transaction is committed.

    An unreachable broker is logged and nothing more: what was committed must not look like a failure.
    """
    transaction.on_commit(lambda: _send(task, args))


def _send(task, args):
    try:
        getattr(import_module("payments.tasks"), task).delay(*args)
    except Exception as error:  # whatever the broker's client raises
        log.warning("%s%s was not sent, the sweep will find it: %s", task, args, error)
