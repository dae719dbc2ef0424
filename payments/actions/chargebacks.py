"""The payer's bank takes a payment back. While it decides nothing of that payment moves; approved work is paid anyway.

Lost, in this order: refunds that were on their way are not needed any more; what is still held pays for it and the
engagement ends; the rest is our loss. https://docs.stripe.com/disputes/how-disputes-work
"""

from django.db import transaction
from django.db.models import Q

from engagements.actions import mark_charged_back
from engagements.models import Engagement
from marketplace.activity.actions import record
from marketplace.db import lock
from marketplace.money import format_money
from marketplace.sweeps import one_by_one
from payments import movements, notices
from payments.actions.splits import check_ledger, holdings
from payments.alarms import alarm
from payments.models import CardDispute, Funding, MoneyOperation, Refund, Split
from payments.nudges import nudge

Status = CardDispute.Status
Operation = MoneyOperation.Status
CLOSED = (Status.WON, Status.LOST, Status.WARNING_CLOSED)
BATCH = 50


@transaction.atomic
def apply_dispute(value, *, at):
    """Bring our CardDispute to where Stripe's is. Returns it, or None for a payment that is not ours. Any order."""
    found = Funding.objects.filter(charge_id=value.charge_id).first()
    if found is None:
        return None
    engagement = lock(Engagement, found.engagement_id)
    funding = lock(Funding, found.pk)
    funding.engagement = engagement
    dispute = adopt(value, funding, at)
    movements.lock_for_dispute(dispute)
    for txn in value.movements:
        movements.dispute_moved(dispute, txn, at)
    if dispute.status != value.status and dispute.may_become(value.status):
        dispute.move_to(value.status, at=at, closed_at=at if value.status in CLOSED else None, amount=value.amount)
        record("card_dispute.changed", actor=None, subject=engagement, at=at, status=value.status)
        tell(dispute, at)
    if value.movements and not dispute.withdrawn:
        dispute.withdrawn = True
        dispute.save(update_fields=["withdrawn"])
    settle_if_lost(dispute, at)
    if not dispute.is_open:
        nudge("sweep_operations")  # what waited for the bank need not wait longer
    return dispute


def adopt(value, funding, at):
    """Our row for Stripe's dispute, locked; new ones are told to a moderator."""
    dispute, created = CardDispute.objects.get_or_create(
        stripe_id=value.id,
        defaults={
            "funding": funding, "status": value.first_status, "amount": value.amount, "currency": value.currency,
            "reason": value.reason, "opened_at": at, "evidence_due_at": value.evidence_due_at, "status_changed_at": at,
        },
    )  # fmt: skip
    if not created:
        dispute = lock(CardDispute, dispute.pk)
    dispute.funding = funding
    if created:
        record("card_dispute.opened", actor=None, subject=funding.engagement, at=at, amount=dispute.amount)
        tell(dispute, at)
    return dispute


def tell(dispute, at):
    engagement, amount = dispute.funding.engagement, format_money(dispute.amount, dispute.currency)
    words = f"Card dispute about {amount} for “{engagement.project}”: {dispute.get_status_display()}"
    alarm(f"card_dispute:{dispute.stripe_id}:{dispute.status}", words, at=at, engagement=engagement)


def settle_lost_disputes(*, at):
    """Book what could not be booked when it was lost, because a refund was in flight. Returns how many were."""
    rows = CardDispute.objects.filter(status=Status.LOST, settled_at=None).order_by("pk")[:BATCH]
    return len(one_by_one(rows, lambda row: settle_lost_dispute(row, at)))


@transaction.atomic
def settle_lost_dispute(dispute, at):
    engagement = lock(Engagement, dispute.funding.engagement_id)
    funding = lock(Funding, dispute.funding_id)
    dispute = lock(CardDispute, dispute.pk)
    dispute.funding, funding.engagement = funding, engagement
    movements.lock_for_dispute(dispute)
    settle_if_lost(dispute, at)


def settle_if_lost(dispute, at):
    """Book who bears it, once, and not while a refund's outcome is unknown. Engagement and funding are locked."""
    if dispute.status != Status.LOST or dispute.settled_at is not None:
        return
    owed = Q(status=Refund.Status.DUE) | Q(status=Refund.Status.FAILED, sent_again_as=None)
    waiting = Refund.objects.select_for_update(of=("self",)).filter(owed, funding=dispute.funding)
    refunds = list(waiting.select_related("operation").order_by("pk"))
    if any(refund.operation.status in (Operation.SENT, Operation.UNKNOWN) for refund in refunds):
        return
    left = dispute.amount if dispute.withdrawn else 0
    left -= cover_refunds(refunds, left, at)
    left -= cover_from_held(dispute, left, at)
    if left:
        movements.dispute_lost(dispute, left, at)
        record("card_dispute.loss", actor=None, subject=dispute.funding.engagement, at=at, amount=left)
    dispute.settled_at = at
    dispute.save(update_fields=["settled_at"])


def cover_refunds(refunds, most, at):
    """Refunds of this payment that are not at Stripe, or came back: the bank was faster. Returns how much they were."""
    covered = 0
    for refund in refunds:
        operation = lock(MoneyOperation, refund.operation_id)
        if not is_still_owed(refund, operation) or covered + refund.amount > most:
            continue
        if operation.status in (Operation.PLANNED, Operation.HELD):
            operation.move_to(Operation.FAILED, at=at, error_code="not_needed", error="The bank has given it back.")
        refund.move_to(Refund.Status.COVERED, at=at, done_at=at)
        movements.refund_covered(refund, at)
        covered += refund.amount
    return covered


def is_still_owed(refund, operation):
    """Certain to be with us: no call was made, Stripe refused it, or the payer's bank sent it back."""
    if refund.status == Refund.Status.FAILED or operation.status in (Operation.PLANNED, Operation.HELD):
        return True
    return operation.status == Operation.FAILED and not operation.must_look_up


def cover_from_held(dispute, most, at):
    """What is held of this payment has gone back to the payer; when nothing is left for the work, the work ends."""
    engagement = dispute.funding.engagement
    holding = next((row for row in holdings(engagement) if row.funding == dispute.funding), None)
    amount = min(most, holding.held if holding else 0)
    if not amount:
        return 0
    split = Split.objects.create(
        engagement=engagement, funding=dispute.funding, cause=Split.Cause.CHARGEBACK, currency=dispute.currency,
        held_amount=holding.held, refund_amount=amount, kept_amount=holding.held - amount, decided_at=at,
    )  # fmt: skip
    movements.dispute_covered(split, at)
    check_ledger(engagement)
    if not holdings(engagement):
        mark_charged_back(engagement=engagement, at=at)
        notices.charged_back(engagement, at)
    return amount
