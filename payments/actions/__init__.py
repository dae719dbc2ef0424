"""Every write of this app, by subject. What asks Stripe is called outside any transaction; its docstring says so."""

from payments.actions.events import catch_up, handle_event, receive_event, replay_event, sweep_events
from payments.actions.funding import apply_checkout, start_funding, sync_checkout, sync_open_fundings
from payments.actions.onboarding import (
    apply_account,
    dashboard_link,
    start_onboarding,
    sync_account,
    sync_waiting_accounts,
)
from payments.actions.operations import resume, run_operation, sweep_operations
from payments.actions.payouts import (
    apply_transfer,
    approve_delivery,
    approve_due,
    cancel_engagement,
    confirm_money,
    resolve_dispute,
    resume_payout,
    resume_ready_payouts,
    sync_transfer,
)
from payments.actions.refunds import apply_refund, sync_refund

__all__ = [
    "apply_account", "apply_checkout", "apply_refund", "apply_transfer", "approve_delivery", "approve_due",
    "cancel_engagement", "catch_up", "confirm_money", "dashboard_link", "handle_event", "receive_event", "replay_event",
    "resolve_dispute", "resume", "resume_payout", "resume_ready_payouts", "run_operation", "start_funding",
    "start_onboarding", "sweep_events", "sweep_operations", "sync_account", "sync_checkout", "sync_open_fundings",
    "sync_refund", "sync_transfer", "sync_waiting_accounts",
]  # fmt: skip
