"""The clocks of this app. A lost run loses nothing: the next one finds the same rows."""

from celery import shared_task

from engagements import actions
from marketplace.clock import now
from marketplace.sweeps import one_by_one


@shared_task
def sweep_clocks():
    """Lapse, remind, publish: every due row, each in its own transaction."""
    at = now()
    steps = [
        actions.lapse_unfunded, actions.lapse_change_orders, actions.publish_due_reviews, actions.send_reminders,
        actions.remind_of_answers,
    ]  # fmt: skip
    one_by_one(steps, lambda step: step(at=at))
