"""A dispute stops every clock and the payout until a moderator decides."""

from django.conf import settings
from django.db import transaction

from engagements import notices
from engagements.models import Dispute, Engagement
from engagements.rules import side_of
from marketplace.activity.actions import record
from marketplace.clock import days
from marketplace.db import lock
from marketplace.errors import DomainError, InvalidTransition


@transaction.atomic
def open_dispute(*, engagement, problem, by, at):
    """Either side says what is wrong; the case file builds itself. One open dispute at a time."""
    engagement = lock(Engagement, engagement.pk)
    running = engagement.disputes.filter(resolved_at=None).first()
    if running is not None:
        return running
    problem = problem.strip()
    if not problem:
        raise DomainError("Say what is wrong and what you would accept.", field="problem")
    if len(problem) > 4_000:
        raise DomainError(f"Use at most 4,000 characters; this has {len(problem):,}.", field="problem")
    if engagement.status == Engagement.Status.DELIVERED and at >= engagement.review_due_at:
        raise InvalidTransition("The time to review this version is over, so it is approved automatically.")
    if not engagement.may_become(Engagement.Status.DISPUTED):
        raise InvalidTransition("A dispute is possible between funding and approval.")
    dispute = engagement.disputes.create(
        opened_by=by, problem=problem, opened_at=at, due_at=at + days(settings.DISPUTE_DAYS)
    )
    engagement.move_to(Engagement.Status.DISPUTED, at=at, review_due_at=None)
    record("dispute.opened", actor=by, subject=engagement, at=at, side=side_of(by, engagement))
    notices.dispute_opened(dispute, at)
    return dispute


@transaction.atomic
def mark_dispute_resolved(*, dispute, outcome, reasons, by, at):
    """A moderator decides, with written reasons both sides read. Status only: payments moves the money.

    The same decision twice returns the first; another one raises InvalidTransition.
    """
    engagement = lock(Engagement, dispute.engagement_id)
    dispute = lock(Dispute, dispute.pk)
    if dispute.resolved_at is not None:
        if dispute.outcome == outcome:
            return dispute
        raise InvalidTransition(f"This was decided already: {dispute.get_outcome_display().lower()}.")
    reasons = reasons.strip()
    if outcome not in Dispute.Outcome.values:
        raise DomainError("Choose who the money goes to.", field="outcome")
    if not reasons:
        raise DomainError("Write the reasons: both sides read them.", field="reasons")
    dispute.outcome, dispute.reasons, dispute.resolved_by, dispute.resolved_at = outcome, reasons[:4_000], by, at
    dispute.save(update_fields=["outcome", "reasons", "resolved_by", "resolved_at"])
    if outcome == Dispute.Outcome.RELEASE:
        engagement.move_to(Engagement.Status.APPROVED, at=at, approved_at=at, approved_by=by)
    else:
        engagement.move_to(
            Engagement.Status.CANCELLED, at=at, cancelled_at=at, cancel_reason="A moderator decided the dispute."
        )
    record("dispute.resolved", actor=by, subject=engagement, at=at, outcome=outcome)
    dispute.engagement = engagement
    notices.dispute_resolved(dispute, at)
    return dispute
