"""The clocks of applications. Beat calls this; a run that dies is repeated by the next."""

from celery import shared_task

from applications.actions import answer_cancelled, lapse_due, send_reminders
from marketplace.clock import now


@shared_task
def sweep_clocks():
    """Answer for cancelled projects, expire what is due, remind of what will be."""
    at = now()
    answer_cancelled(at=at)
    lapse_due(at=at)
    send_reminders(at=at)
