"""How it ends before the work is judged: cancelled, or the student replaced. And what of the fee was released.

Status only: payments wraps each of these in the transaction that moves the money.
"""

from django.conf import settings
from django.db import transaction
from django.db.models import F

from engagements import notices
from engagements.actions.change_orders import end_change_orders
from engagements.cancelling import can_be_cancelled, has_vanished, kill_fee
from engagements.models import Dispute, Engagement
from engagements.rules import side_of
from marketplace.activity.actions import record
from marketplace.clock import days
from marketplace.db import lock
from marketplace.errors import DomainError, InvalidTransition
from marketplace.money import format_money

Status = Engagement.Status
VANISHED = "The student did not answer and was replaced."
CHARGED_BACK = "The organization's bank took the payment back."


@transaction.atomic
def mark_cancelled(*, engagement, by, reason, at, student_amount=0):
    """End it before the first delivery. `student_amount`: what the caller pays the student, in minor units.

    It must be the kill fee of this moment, so that nobody pays another amount than the page said.
    Raises InvalidTransition, DomainError. Repeating it with the same reason is harmless.
    """
    engagement = lock(Engagement, engagement.pk)
    reason = reason.strip()
    if engagement.status == Status.CANCELLED and engagement.cancel_reason == reason:
        return engagement
    if engagement.status == Status.CANCELLED:
        why = f": “{engagement.cancel_reason}”" if engagement.cancel_reason else ""
        raise InvalidTransition(f"This engagement has ended already{why}.")
    if not reason:
        raise DomainError("Say why, in a sentence: the other side reads it.", field="reason")
    if len(reason) > 500:
        raise DomainError(f"Use at most 500 characters; this has {len(reason)}.", field="reason")
    if not can_be_cancelled(engagement, by):
        raise InvalidTransition("Work has started, so this can no longer be cancelled. You can open a dispute instead.")
    refuse_another_kill_fee(engagement, by, at, student_amount)
    engagement.move_to(Status.CANCELLED, at=at, cancelled_at=at, cancel_reason=reason)
    end_change_orders(engagement, at)
    record(
        "engagement.cancelled", actor=by, subject=engagement, at=at, reason=reason, side=side_of(by, engagement),
        student_amount=student_amount,
    )  # fmt: skip
    notices.cancelled(engagement, by, student_amount, at)
    return engagement


def refuse_another_kill_fee(engagement, by, at, student_amount):
    owed = kill_fee(engagement, by, at)
    if owed != student_amount:
        amount = format_money(owed, engagement.currency)
        raise InvalidTransition(
            f"Work has started, so {amount} of the fee goes to {engagement.student} if you cancel now. Read what that "
            "means and confirm it, or open a dispute instead.",
            code="kill_fee",
        )


@transaction.atomic
def mark_replaced(*, engagement, by, at):
    """End the engagement of a student who vanished, and keep what was paid for the runner-up for REPLACEMENT_DAYS.

    The place is free at once. Raises InvalidTransition when the student has not vanished. Repeating is harmless.
    """
    engagement = lock(Engagement, engagement.pk)
    if engagement.replacement_until is not None:
        return engagement
    if not has_vanished(engagement, at):
        raise InvalidTransition(
            f"{engagement.student} has not vanished: the kickoff or the delivery is not overdue for long enough, or "
            "there was a sign of life."
        )
    engagement.move_to(
        Status.CANCELLED, at=at, cancelled_at=at, cancel_reason=VANISHED,
        replacement_until=at + days(settings.REPLACEMENT_DAYS),
    )  # fmt: skip
    end_change_orders(engagement, at)
    until = engagement.replacement_until.isoformat()
    record("engagement.replaced", actor=by, subject=engagement, at=at, until=until)
    notices.replaced(engagement, at)
    return engagement


@transaction.atomic
def mark_given_back(*, engagement, at):
    """Nothing is kept for a runner-up any more. The place stays free; whoever takes it is funded anew."""
    engagement = lock(Engagement, engagement.pk)
    if engagement.replacement_until is not None and at < engagement.replacement_until:
        engagement.replacement_until = at
        engagement.save(update_fields=["replacement_until"])
    return engagement


@transaction.atomic
def mark_charged_back(*, engagement, at):
    """The organization's bank has taken the payment back for good: nothing is left for the work, which ends.

    An open dispute ends with it. What was approved stays approved. Repeating is harmless.
    """
    engagement = lock(Engagement, engagement.pk)
    if engagement.status in (Status.APPROVED, Status.CANCELLED):
        return engagement
    engagement.disputes.filter(resolved_at=None).update(
        resolved_at=at, outcome=Dispute.Outcome.REFUND, resolution=Dispute.Resolution.BANK, student_amount=0,
        reasons=CHARGED_BACK,
    )  # fmt: skip
    engagement.move_to(
        Status.CANCELLED, at=at, cancelled_at=at, cancel_reason=CHARGED_BACK, review_due_at=None
    )  # fmt: skip
    end_change_orders(engagement, at)
    notices.settle_all(engagement, at)
    record("engagement.charged_back", actor=None, subject=engagement, at=at)
    return engagement


@transaction.atomic
def mark_released(*, engagement, amount, at):
    """`amount` minor units more of the fee went to the student. payments calls it once for each split, with the split.

    Raises InvalidTransition for nothing, or for more than is left.
    """
    rows = Engagement.objects.filter(pk=engagement.pk, fee_amount__gte=F("released_amount") + amount)
    if amount <= 0 or not rows.update(released_amount=F("released_amount") + amount):
        left = format_money(lock(Engagement, engagement.pk).unreleased_amount, engagement.currency)
        raise InvalidTransition(f"Of the fee {left} is left, so this amount cannot be released.")
