"""The clocks of this app. A lost run loses nothing: the next one finds the same rows."""

from celery import shared_task

from engagements import actions
from marketplace.clock import now


@shared_task
def sweep_clocks():
    """Lapse, remind, publish: every due row, each in its own transaction."""
    at = now()
    actions.lapse_unfunded(at=at)
    actions.publish_due_reviews(at=at)
    actions.send_reminders(at=at)
