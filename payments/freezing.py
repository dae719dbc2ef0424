"""Stopping all payouts while the books do not agree."""

from payments.alarms import alarm
from payments.models import MoneyFreeze
from payments.nudges import nudge


def freeze(*, reason, at):
    """Let no payout leave until somebody, or the books, lifts it. Freezing twice keeps the first. Returns the row."""
    row = MoneyFreeze.objects.filter(lifted_at=None).first()
    if row is None:
        row = MoneyFreeze.objects.create(reason=reason[:300], started_at=at)
        alarm(f"freeze:{row.pk}", f"Payouts are frozen. {reason}", at=at)
    return row


def thaw(*, reason, by, at):
    """Lift the freeze, if there is one; what was held goes on. Returns how many were lifted."""
    lifted = MoneyFreeze.objects.filter(lifted_at=None).update(lifted_at=at, lifted_by=by, lift_reason=reason[:300])
    if lifted:
        nudge("sweep_operations")
    return lifted
