"""A dispute stops every clock and the payout until both sides agree, one stays silent, or a moderator decides.

Status only: payments wraps what settles a dispute in the transaction that divides the money.
"""

from django.conf import settings
from django.db import transaction

from engagements import notices
from engagements.actions.change_orders import end_change_orders
from engagements.models import Dispute, Engagement
from engagements.queries import agreed_amount, newest_proposals, team_of, unanswered
from engagements.rules import ORGANIZATION, STUDENT, side_of
from marketplace.accounts.rules import in_good_standing
from marketplace.activity.actions import record
from marketplace.clock import days
from marketplace.db import lock
from marketplace.errors import DomainError, InvalidTransition
from marketplace.money import format_money

Resolution, Outcome = Dispute.Resolution, Dispute.Outcome
ENDED = {
    Resolution.DECIDED: "A moderator decided the dispute.",
    Resolution.AGREED: "Both sides agreed on how to settle the dispute.",
    Resolution.SILENCE: "The dispute was settled by a proposal that was not answered.",
}


@transaction.atomic
def open_dispute(*, engagement, problem, by, at):
    """Either side says what is wrong; the case file builds itself. One open dispute at a time.

    `by=None`: the clock, because money may not be held for longer.
    """
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
    end_change_orders(engagement, at)
    record("dispute.opened", actor=by, subject=engagement, at=at, side=by and side_of(by, engagement))
    notices.dispute_opened(dispute, at)
    return dispute


@transaction.atomic
def propose_split(*, dispute, student_amount, by, at, note=""):
    """One side's proposal: what of the open fee the student gets, in minor units. Returns the SplitProposal.

    The newest of each side counts; the same again, unanswered, returns the first. Settles nothing: see settle_agreed.
    """
    engagement, dispute = lock_dispute(dispute)
    side = side_of(by, engagement)
    if side is None:
        raise DomainError("Only the student and the organization propose how to split the fee.")
    own = newest_proposals(dispute).get(side)
    if dispute.resolved_at is not None and own is not None and own.student_amount == student_amount:
        return own
    refuse_unless_open(dispute)
    refuse_impossible(student_amount, engagement)
    note = note.strip()
    if len(note) > 1_000:
        raise DomainError(f"Use at most 1,000 characters; this has {len(note):,}.", field="note")
    last = unanswered(dispute)
    if last is not None and (last.side, last.student_amount, last.note) == (side, student_amount, note):
        return last
    proposal = dispute.proposals.create(
        side=side, student_amount=student_amount, note=note, proposed_by=by, proposed_at=at
    )
    proposal.dispute = dispute
    record("split.proposed", actor=by, subject=engagement, at=at, side=side, amount=student_amount)
    if agreed_amount(dispute) is None:  # else it is settled in a moment, and that is told
        notices.split_proposed(proposal, at)
    return proposal


@transaction.atomic
def accept_split(*, dispute, by, at, student_amount=None):
    """Say the same as the other side's newest proposal. Returns one's own SplitProposal; settle_agreed follows.

    `student_amount`: what the person has read; a newer proposal is not accepted by an old page.
    """
    engagement, dispute = lock_dispute(dispute)
    side = side_of(by, engagement)
    if side is None:
        raise DomainError("Only the student and the organization accept a proposal.")
    theirs = newest_proposals(dispute).get(STUDENT if side == ORGANIZATION else ORGANIZATION)
    if theirs is None:
        raise InvalidTransition("The other side has not proposed anything yet.")
    if student_amount not in (None, theirs.student_amount):
        raise InvalidTransition("The other side has proposed another amount meanwhile. Read that one first.")
    return propose_split(dispute=dispute, student_amount=theirs.student_amount, by=by, at=at)


@transaction.atomic
def settle_agreed(*, dispute, by, at):
    """Settle the dispute when the newest proposals of both sides are equal. Returns the Dispute, or None."""
    _, dispute = lock_dispute(dispute)
    amount = agreed_amount(dispute)
    if dispute.resolved_at is not None or amount is None:
        return None
    return mark_dispute_resolved(
        dispute=dispute, student_amount=amount, reasons="", by=by, resolution=Resolution.AGREED, at=at
    )


@transaction.atomic
def settle_silent(*, dispute, at):
    """Settle it by the proposal that the other side left unanswered for SPLIT_SILENCE_DAYS. Returns it, or None.

    Whoever cannot answer, because all their people are suspended, is not silent: a moderator decides.
    """
    engagement, dispute = lock_dispute(dispute)
    last = unanswered(dispute)
    if dispute.resolved_at is not None or last is None or at < last.proposed_at + days(settings.SPLIT_SILENCE_DAYS):
        return None
    others = team_of(engagement) if last.side == STUDENT else [engagement.student.user]
    if not any(map(in_good_standing, others)):
        return None
    return mark_dispute_resolved(
        dispute=dispute, student_amount=last.student_amount, reasons="", by=None, resolution=Resolution.SILENCE, at=at
    )


@transaction.atomic
def mark_dispute_resolved(*, dispute, student_amount, reasons, by, at, resolution=Resolution.DECIDED):
    """`student_amount` minor units of the open fee go to the student, the rest is refunded. Status only.

    All of it approves the work; less cancels the engagement. A moderator gives reasons that both sides read.
    The same decision twice returns the first; another one raises InvalidTransition.
    """
    engagement, dispute = lock_dispute(dispute)
    if dispute.resolved_at is not None:
        if dispute.student_amount == student_amount:
            return dispute
        raise InvalidTransition(f"This was settled already: {dispute.get_outcome_display().lower()}.")
    refuse_impossible(student_amount, engagement)
    reasons = reasons.strip() or ("" if resolution == Resolution.DECIDED else ENDED[resolution])
    if not reasons:
        raise DomainError("Write the reasons: both sides read them.", field="reasons")
    all_of_it = student_amount == engagement.unreleased_amount
    values = {
        "outcome": Outcome.RELEASE if all_of_it else Outcome.SPLIT if student_amount else Outcome.REFUND,
        "student_amount": student_amount, "resolution": resolution, "reasons": reasons[:4_000],
        "resolved_by": by, "resolved_at": at,
    }  # fmt: skip
    for name, value in values.items():
        setattr(dispute, name, value)
    dispute.save(update_fields=list(values))
    end_engagement(engagement, dispute, by, at)
    record(
        "dispute.resolved", actor=by, subject=engagement, at=at, outcome=dispute.outcome, amount=student_amount,
        resolution=resolution,
    )  # fmt: skip
    notices.dispute_resolved(dispute, at)
    return dispute


def end_engagement(engagement, dispute, by, at):
    if dispute.outcome == Outcome.RELEASE:
        engagement.move_to(Engagement.Status.APPROVED, at=at, approved_at=at, approved_by=by)
    else:
        reason = ENDED[dispute.resolution]
        engagement.move_to(Engagement.Status.CANCELLED, at=at, cancelled_at=at, cancel_reason=reason)


def refuse_impossible(student_amount, engagement):
    if not 0 <= student_amount <= engagement.unreleased_amount:
        most = format_money(engagement.unreleased_amount, engagement.currency)
        raise DomainError(f"Choose an amount from 0 to {most}: that is what is open.", field="student_amount")


def refuse_unless_open(dispute):
    if dispute.resolved_at is not None:
        raise InvalidTransition(f"This dispute is settled: {dispute.get_outcome_display().lower()}.")


def lock_dispute(dispute):
    """(engagement, dispute), locked parent first and joined."""
    engagement = lock(Engagement, dispute.engagement_id)
    dispute = lock(Dispute, dispute.pk)
    dispute.engagement = engagement
    return engagement, dispute
