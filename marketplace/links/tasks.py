"""Losing the message that started this loses nothing: the row says it is still to be looked up."""

from celery import shared_task

from marketplace.clock import now
from marketplace.links.actions import look_up_due


@shared_task(one_waits=True)
def look_up_links():
    """Look up what is due, in batches, until none is left or this run's share is done."""
    for _ in range(3):
        if not look_up_due(at=now()):
            return
