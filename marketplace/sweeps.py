"""How a periodic sweep goes through what is due: one bad row, or one bad step, does not stop the others."""

import logging

from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError

from marketplace.errors import DomainError

log = logging.getLogger(__name__)
GIVE_UP = (SoftTimeLimitExceeded, InterfaceError)  # out of time, or without a database: the next run takes the rest


def one_by_one(rows, act):
    """What `act(row)` returned for each row for which it went well. Call it outside any transaction, or with an
    `act` that is atomic.

    A refusal (somebody was faster, or Stripe is away) and an error are logged; the next sweep finds the row again.
    """
    results = []
    for row in rows:
        try:
            results.append(act(row))
        except GIVE_UP:
            raise
        except DomainError as error:
            log.info("%s: %s", row, error.message)
        except Exception:
            log.exception("%r is left for the next sweep", row)
    return results
