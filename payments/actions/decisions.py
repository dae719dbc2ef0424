"""The decisions that divide held money: approve, release a part, cancel, settle a dispute. One transaction each."""

from django.db import transaction

from engagements import actions as engagements
from engagements.actions import mark_approved, mark_cancelled, mark_dispute_resolved
from engagements.models import Dispute, Engagement
from engagements.queries import silent_disputes
from marketplace.db import lock
from marketplace.errors import InvalidTransition
from marketplace.sweeps import one_by_one
from payments import notices
from payments.actions.splits import divide, holdings, open_fee
from payments.models import Payout, Split

Cause = Split.Cause
BATCH = 50
UNDER_WAY = [Engagement.Status.ACTIVE, Engagement.Status.DELIVERED, Engagement.Status.CHANGES_REQUESTED]


@transaction.atomic
def approve_delivery(*, engagement, by, at, version=None):
    """Approve the version under review and owe the student what is left of the fee. Returns [Payout].

    `by=None`: the review clock ran out. `version`: what the person has read; a newer one is not approved by an old
    page. Approving twice returns the same Payouts. Raises InvalidTransition.
    """
    engagement = mark_approved(engagement=engagement, by=by, at=at)
    if version is not None and engagement.deliveries.filter(version__gt=version).exists():
        raise InvalidTransition("A newer version has been delivered. Please read it before you approve.")
    return release_rest(engagement, Cause.APPROVAL, by, at)


def release_rest(engagement, cause, by, at):
    """All that is left of the fee is the student's. The engagement is locked and approved. Once per engagement."""
    final = list(Payout.objects.filter(engagement=engagement, split__kept_amount=0).order_by("pk"))
    if final:
        return final
    splits = divide(engagement=engagement, cause=cause, student_amount=None, by=by, at=at, reason="It was approved.")
    return [split.payout for split in splits if split.student_amount]


def approve_due(*, at):
    """Approve every delivery whose review clock has run out. Returns how many were approved."""
    due = Engagement.objects.filter(status=Engagement.Status.DELIVERED, review_due_at__lte=at)
    rows = due.order_by("review_due_at", "pk")[:BATCH]
    return len(one_by_one(rows, lambda row: approve_delivery(engagement=row, by=None, at=at)))


@transaction.atomic
def release_part(*, engagement, amount, by, at, released_before=None):
    """Pay the student `amount` minor units of the fee before the approval. Returns [Payout].

    `released_before`: what the person saw as released already; with another figure the page was old (or it is a second
    click) and nothing happens. Raises InvalidTransition, DomainError.
    """
    engagement = lock(Engagement, engagement.pk)
    if released_before is not None and engagement.released_amount != released_before:
        raise InvalidTransition("Another part was released meanwhile. Look at the payment before you release more.")
    if engagement.status not in UNDER_WAY or not engagement.kicked_off:
        raise InvalidTransition("A part can be released while the work is under way.")
    splits = divide(
        engagement=engagement, cause=Cause.PARTIAL_RELEASE, student_amount=amount, by=by, at=at,
        reason="A part was released.", keep_rest=True,
    )  # fmt: skip
    notices.part_released(engagement, amount, at)
    return [split.payout for split in splits]


@transaction.atomic
def cancel_engagement(*, engagement, by, reason, at, student_amount=0):
    """End it before the first delivery. Returns the Engagement. Repeating it with the same reason is harmless.

    `student_amount`: the kill fee that the person was shown, in minor units; the employer gets the rest. Another figure
    by now raises InvalidTransition, and so does a cancellation once a version was delivered: then a dispute decides.
    """
    ended_before = lock(Engagement, engagement.pk).status == Engagement.Status.CANCELLED
    engagement = mark_cancelled(engagement=engagement, by=by, reason=reason, at=at, student_amount=student_amount)
    if not ended_before:
        give_back(engagement, Cause.CANCELLATION, student_amount, by, at, engagement.cancel_reason)
    return engagement


def give_back(engagement, cause, student_amount, by, at, reason):
    """Divide what is held, if anything is."""
    if holdings(engagement):
        divide(engagement=engagement, cause=cause, student_amount=student_amount, by=by, at=at, reason=reason)


@transaction.atomic
def resolve_dispute(*, dispute, student_amount, reasons, by, at):
    """A moderator decides: `student_amount` minor units for the student, the rest back. Returns the Dispute.

    The same decision twice returns the first. Raises DomainError, InvalidTransition.
    """
    lock(Engagement, dispute.engagement_id)
    if dispute_is_settled(dispute):
        return mark_dispute_resolved(dispute=dispute, student_amount=student_amount, reasons=reasons, by=by, at=at)
    dispute = mark_dispute_resolved(dispute=dispute, student_amount=student_amount, reasons=reasons, by=by, at=at)
    return divide_disputed(dispute, by, at)


def dispute_is_settled(dispute):
    return Dispute.objects.filter(pk=dispute.pk, resolved_at__isnull=False).exists()


def divide_disputed(dispute, by, at):
    """Move the money as the dispute, just settled in this transaction, says. None stays None."""
    if dispute is not None:
        amount = min(dispute.student_amount, open_fee(dispute.engagement))  # the bank may have taken a part of it
        give_back(dispute.engagement, Cause.DISPUTE, amount, by, at, "A dispute was settled.")
    return dispute


@transaction.atomic
def propose_split(*, dispute, student_amount, by, at, note=""):
    """One side's proposal; equal to the other's it settles the dispute. Returns the SplitProposal."""
    lock(Engagement, dispute.engagement_id)
    proposal = engagements.propose_split(dispute=dispute, student_amount=student_amount, by=by, at=at, note=note)
    divide_disputed(engagements.settle_agreed(dispute=dispute, by=by, at=at), by, at)
    return proposal


@transaction.atomic
def accept_split(*, dispute, by, at, student_amount=None):
    """Say yes to the other side's newest proposal, which settles the dispute. Returns the SplitProposal."""
    lock(Engagement, dispute.engagement_id)
    proposal = engagements.accept_split(dispute=dispute, by=by, at=at, student_amount=student_amount)
    divide_disputed(engagements.settle_agreed(dispute=dispute, by=by, at=at), by, at)
    return proposal


def settle_silent_disputes(*, at):
    """Settle what one side proposed and the other left unanswered for too long. Returns how many were settled."""
    rows = silent_disputes(at).order_by("pk")[:BATCH]
    return sum(one_by_one(rows, lambda dispute: settle_silent_dispute(dispute, at)))


@transaction.atomic
def settle_silent_dispute(dispute, at):
    """Returns 1, or 0 when there was an answer after all."""
    lock(Engagement, dispute.engagement_id)
    return int(divide_disputed(engagements.settle_silent(dispute=dispute, at=at), None, at) is not None)
