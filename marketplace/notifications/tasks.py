"""Sending what is due. Losing the message that started this loses nothing: the row says it is still to be sent."""

from celery import shared_task

from marketplace.clock import now
from marketplace.notifications.delivery import send_batch


@shared_task(one_waits=True)
def send_due():
    """Send every e-mail that is due, in batches, until none is left or this run's share is done."""
    for _ in range(20):
        if not send_batch(at=now()):
            return
