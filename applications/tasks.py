"""The clocks of applications. Beat calls this; a run that dies is repeated by the next."""

from celery import shared_task

from applications.actions import admit_waiting, answer_cancelled, lapse_due, publish_fairness, send_reminders
from marketplace.clock import now
from marketplace.sweeps import one_by_one


@shared_task
def sweep_clocks():
    """Answer for cancelled projects, expire what is due, admit who waits, remind of what will be due."""
    at = now()
    one_by_one([answer_cancelled, lapse_due, admit_waiting, send_reminders], lambda step: step(at=at))


@shared_task
def sweep_fairness():
    """The report of a quarter, some weeks after its end."""
    publish_fairness(at=now())
