"""Every write of this app, by subject. What asks Stripe is called outside any transaction; its docstring says so."""

from payments.actions.bank_payouts import apply_bank_payout, sync_bank_payouts
from payments.actions.chargebacks import apply_dispute, settle_lost_disputes
from payments.actions.decisions import (
    UNDER_WAY,
    accept_split,
    approve_delivery,
    approve_due,
    cancel_engagement,
    propose_split,
    release_part,
    resolve_dispute,
    settle_silent_disputes,
)
from payments.actions.events import catch_up, handle_event, receive_event, replay_event, sweep_events
from payments.actions.funding import apply_checkout, give_back_foreign, start_funding, sync_checkout, sync_open_fundings
from payments.actions.holding import watch_held_money
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
    confirm_payouts,
    resume_payout,
    resume_ready_payouts,
    sync_transfer,
)
from payments.actions.reconciliation import explain, reconcile
from payments.actions.refunds import (
    apply_refund,
    confirm_refunds,
    resume_ready_refunds,
    send_refund_again,
    sync_refund,
)
from payments.actions.replacing import accept_offer, give_back_kept, give_back_unused, replace_student
from payments.actions.reversals import bear_loss, retry_reversal, take_back
from payments.freezing import freeze, thaw

__all__ = [
    "UNDER_WAY",
    "accept_offer", "accept_split", "apply_account", "apply_bank_payout", "apply_checkout", "apply_dispute",
    "apply_refund", "apply_transfer", "approve_delivery", "approve_due", "bear_loss", "cancel_engagement", "catch_up",
    "confirm_payouts", "confirm_refunds", "dashboard_link", "explain", "freeze", "give_back_foreign", "give_back_kept",
    "give_back_unused", "handle_event", "propose_split", "receive_event", "reconcile", "release_part",
    "replace_student", "replay_event", "resolve_dispute", "resume", "resume_payout", "resume_ready_payouts",
    "resume_ready_refunds", "retry_reversal", "run_operation", "send_refund_again", "settle_lost_disputes",
    "settle_silent_disputes", "start_funding", "start_onboarding", "sweep_events", "sweep_operations", "sync_account",
    "sync_bank_payouts", "sync_checkout", "sync_open_fundings", "sync_refund", "sync_transfer",
    "sync_waiting_accounts", "take_back", "thaw", "watch_held_money",
]  # fmt: skip
