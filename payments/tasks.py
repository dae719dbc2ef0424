"""Leaves: ids in, one action call. Losing every message loses only time, because the sweeps find the same rows."""

from celery import shared_task

from marketplace.clock import now
from marketplace.sweeps import one_by_one
from payments import actions

STEPS = [
    actions.approve_due, actions.settle_silent_disputes, actions.give_back_unused, actions.watch_held_money,
    actions.confirm_payouts, actions.confirm_refunds, actions.sync_open_fundings, actions.sync_waiting_accounts,
    actions.sync_bank_payouts, actions.settle_lost_disputes, actions.catch_up, actions.reconcile,
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
    actions.resume_ready_refunds(at=at)
    actions.sweep_operations(at=at)


@shared_task
def sweep_events():
    actions.sweep_events(at=now())


@shared_task
def sweep_clocks():
    """What time does by itself, what is asked of Stripe again, and whether the books agree."""
    at = now()
    one_by_one(STEPS, lambda step: step(at=at))
