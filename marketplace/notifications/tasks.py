"""Sending what is due. Losing the message that started this loses nothing: the row says it is still to be sent."""

from celery import shared_task

from marketplace.clock import now
from marketplace.notifications.claiming import BATCH
from marketplace.notifications.delivery import send_batch

BATCHES = 20  # of one run; a next run takes the rest


@shared_task(one_waits=True)
def send_due():
    """Send every e-mail that is due, in batches, until none is left or this run's share is done.

    While batches are full, another worker that is free helps.
    """
    for _ in range(BATCHES):
        handled = send_batch(at=now())
        if not handled:
            return
        if handled == BATCH:
            send_due.delay_on_commit()
