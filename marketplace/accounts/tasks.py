"""Leaves of Celery. Losing a message loses time only: the sweep finds the rows."""

from celery import shared_task

from marketplace.accounts import actions
from marketplace.clock import now


@shared_task
def end_pauses():
    """Students who paused match notices until now are told of projects again."""
    actions.resume_due(at=now())
