"""Leaves: ids in, one action call. Losing every message loses only time, because the sweeps find the same rows."""

from celery import shared_task

from marketplace.clock import now
from marketplace.sweeps import one_by_one
from payments import actions

STEPS = [
    actions.approve_due, actions.confirm_money, actions.sync_open_fundings, actions.sync_waiting_accounts,
    actions.catch_up,
]  # fmt: skip


@shared_task
def run_operation(operation_id):
    actions.run_operation(operation_id, at=now())


@shared_task
def handle_event(event_id):
    actions.handle_event(event_id, at=now())


@shared_task
def sweep_operations():
    """Whatever was not brought to an end, whoever died over it."""
    at = now()
    actions.resume_ready_payouts(at=at)
    actions.sweep_operations(at=at)


@shared_task
def sweep_events():
    actions.sweep_events(at=now())


@shared_task
def sweep_clocks():
    """Approve what nobody reviewed in time, confirm what was sent, look at what is open, read missed events."""
    at = now()
    one_by_one(STEPS, lambda step: step(at=at))
