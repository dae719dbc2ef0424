"""The student is paid: the approval writes the Payout and its operation in one transaction, a worker transfers."""

from datetime import timedelta

from django.db import transaction

from engagements.actions import mark_approved, mark_cancelled, mark_dispute_resolved
from engagements.models import Dispute, Engagement
from marketplace.activity.actions import record
from marketplace.db import lock, new_code
from marketplace.errors import DomainError, InvalidTransition, Unavailable
from marketplace.sweeps import one_by_one
from payments import failures, movements, notices
from payments import stripe_gateway as gateway
from payments.actions.operations import Handler, NotReady, handles, lock_operation, plan, resume
from payments.actions.refunds import refund_held, sync_refund
from payments.alarms import alarm
from payments.documents import issuing as documents
from payments.models import Funding, MoneyOperation, Payout, PayoutAccount, Refund
from payments.words import hold_reason

Status = Payout.Status
Operation = MoneyOperation.Status
PATIENCE = timedelta(minutes=1)  # for a webhook, before Stripe is asked
BATCH = 50


@transaction.atomic
def approve_delivery(*, engagement, by, at, version=None):
    """Approve the version under review and owe the student the fee: one transaction. Returns the Payout.

    `by=None`: the review clock ran out. `version`: what the person has read; a newer one is not approved by an old
    page. Approving twice returns the same Payout. Raises InvalidTransition.
    """
    engagement = lock(Engagement, engagement.pk)
    if version is not None and engagement.deliveries.filter(version__gt=version).exists():
        raise InvalidTransition("A newer version has been delivered. Please read it before you approve.")
    engagement = mark_approved(engagement=engagement, by=by, at=at)
    return release(engagement, at)


def approve_due(*, at):
    """Approve every delivery whose review clock has run out. Returns how many were approved."""
    due = Engagement.objects.filter(status=Engagement.Status.DELIVERED, review_due_at__lte=at)
    rows = due.order_by("review_due_at", "pk")[:BATCH]
    return len(one_by_one(rows, lambda row: approve_delivery(engagement=row, by=None, at=at)))


@transaction.atomic
def cancel_engagement(*, engagement, by, reason, at):
    """End it before the work; what was paid goes back in full. Returns the Engagement. Repeating is harmless.

    Raises InvalidTransition once the work has started: then a dispute decides.
    """
    engagement = lock(Engagement, engagement.pk)
    engagement = mark_cancelled(engagement=engagement, by=by, reason=reason, at=at)
    refund_held(engagement=engagement, reason=engagement.cancel_reason[:300], at=at)
    return engagement


@transaction.atomic
def resolve_dispute(*, dispute, outcome, reasons, by, at):
    """A moderator decides who gets the held money. Returns the Dispute. Raises DomainError, InvalidTransition."""
    engagement = lock(Engagement, dispute.engagement_id)
    amounts = {Dispute.Outcome.RELEASE: engagement.unreleased_amount, Dispute.Outcome.REFUND: 0}
    if outcome not in amounts:
        raise DomainError("Choose who the money goes to.", field="outcome")
    dispute = mark_dispute_resolved(
        dispute=dispute, student_amount=amounts[outcome], reasons=reasons, by=by, at=at
    )  # fmt: skip
    engagement.refresh_from_db()
    if outcome == Dispute.Outcome.RELEASE:
        release(engagement, at)
    else:
        refund_held(engagement=engagement, reason="A moderator decided the dispute.", at=at)
    return dispute


def release(engagement, at):
    """Owe the student the fee and plan the transfer; the engagement is locked and approved. Once per engagement."""
    existing = Payout.objects.filter(engagement=engagement).first()
    if existing is not None:
        return existing
    funding = engagement.fundings.filter(counts=True, status=Funding.Status.PAID).first()
    if funding is None:
        raise InvalidTransition("Nothing was paid for this, so nothing can be released.")
    code = new_code()
    operation = plan(
        key=f"transfer:{code}", kind=MoneyOperation.Kind.TRANSFER, at=at, engagement=engagement,
        amount=engagement.fee_amount, currency=engagement.currency, params=transfer_params(engagement, funding, code),
    )  # fmt: skip
    payout = Payout.objects.create(
        code=code, engagement=engagement, student=engagement.student, operation=operation,
        amount=engagement.fee_amount, currency=engagement.currency, due_at=at,
    )  # fmt: skip
    movements.payout_approved(payout, at)
    record("payout.due", actor=None, subject=engagement, at=at, amount=payout.amount)
    return payout


def transfer_params(engagement, funding, code):
    """All but the destination, which is looked up when it is sent."""
    is_card = funding.method in ("card", "link", "")
    return {
        "amount": engagement.fee_amount,
        "currency": engagement.currency,
        "source_transaction": funding.charge_id if is_card else None,
        "transfer_group": engagement.code,
        "metadata": {"engagement": engagement.code, "payout": code},
    }


@handles(MoneyOperation.Kind.TRANSFER)
class TransferHandler(Handler):
    def prepare(self, operation, at):
        account = PayoutAccount.objects.filter(student=operation.payout.student).first()
        if account is None or not account.is_ready:
            raise NotReady(hold_reason(account))
        operation.params["destination"] = account.stripe_id

    def call(self, operation):
        return gateway.create_transfer(key=operation.idempotency_key, operation=operation.key, **operation.params)

    def find(self, operation):
        return gateway.find_transfer(operation.params["transfer_group"], operation.key)

    def done(self, operation, result, at):
        """Stripe made the transfer. The Payout reads Paid once Stripe has said so when asked again (apply_transfer)."""
        payout = lock(Payout, operation.payout.pk)
        if payout.transfer_id is None:
            payout.transfer_id = result.id
            payout.save(update_fields=["transfer_id"])
            movements.payout_sent(payout, result.id, at)

    def stopped(self, operation, reason, at):
        payout = lock(Payout, operation.payout.pk)
        account = PayoutAccount.objects.filter(student=payout.student).first()
        if isinstance(reason, failures.Held) and account is not None and account.is_ready:
            account.transfers_status = PayoutAccount.TransfersStatus.PENDING  # ours was old: Stripe is asked again
            account.checked_at = None
            account.save(update_fields=["transfers_status", "checked_at"])
        words = hold_reason(account)
        if operation.status == Operation.FAILED:
            words = "Something went wrong on our side and we are looking into it. You do not have to do anything."
        if payout.status == Status.DUE:
            payout.move_to(Status.HELD, at=at, hold_reason=words)
            record("payout.held", actor=None, subject=payout.engagement, at=at, reason=words)
            notices.payout_held(payout, operation, at)


def sync_transfer(transfer_id, *, at):
    """Re-fetch a transfer and act on it. Returns the Payout, or None when it is not ours. Raises Unavailable."""
    try:
        transfer = gateway.retrieve_transfer(transfer_id)
    except failures.Failure as failure:
        raise Unavailable("Stripe did not answer. Nothing was lost; we will ask again.") from failure
    return apply_transfer(transfer, at=at)


@transaction.atomic
def apply_transfer(transfer, *, at):
    """Bring our Payout to where Stripe's transfer is. A webhook may come before our own answer was stored."""
    found = MoneyOperation.objects.filter(key=transfer.operation, kind=MoneyOperation.Kind.TRANSFER).first()
    if found is None:
        return None
    operation = lock_operation(found.pk)
    payout = lock(Payout, operation.payout.pk)
    if (transfer.amount, transfer.currency) != (payout.amount, payout.currency) or transfer.amount_reversed:
        message = f"Transfer {transfer.id} is not what payout {payout.code} says."
        alarm(f"transfer:{transfer.id}", message, at=at, engagement=payout.engagement)
        return payout
    if operation.status != Operation.DONE:
        operation.move_to(Operation.DONE, at=at, stripe_id=transfer.id, error="", error_code="")
    TransferHandler().done(operation, transfer, at)
    payout.refresh_from_db()
    if payout.status != Status.PAID:
        payout.move_to(Status.PAID, at=at, paid_at=at, hold_reason="")
        record("payout.paid", actor=None, subject=payout.engagement, at=at, amount=payout.amount)
        notices.payout_paid(payout, at)
        documents.issue_for_payout(payout, at)
    return payout


def confirm_money(*, at):
    """Ask Stripe about what was sent and not confirmed by a webhook."""
    payouts = Payout.objects.exclude(status=Status.PAID).filter(transfer_id__isnull=False)
    sent = payouts.filter(operation__status_changed_at__lte=at - PATIENCE).order_by("pk")[:BATCH]
    one_by_one(sent, lambda row: sync_transfer(row.transfer_id, at=at))
    refunds = Refund.objects.filter(status=Refund.Status.DUE, refund_id__isnull=False)
    sent = refunds.filter(operation__status_changed_at__lte=at - 60 * PATIENCE).order_by("pk")[:BATCH]
    one_by_one(sent, lambda row: sync_refund(row.refund_id, at=at))


def resume_ready_payouts(*, at):
    """Send what was held for an account that is ready now. Returns how many were resumed."""
    ready = Payout.objects.filter(
        status=Status.HELD, operation__status=Operation.HELD, operation__due_at__lte=at,
        student__payout_account__transfers_status=PayoutAccount.TransfersStatus.ACTIVE,
    )  # fmt: skip
    return len(one_by_one(ready.order_by("engagement_id")[:BATCH], lambda row: resume_payout(payout=row, at=at)))


@transaction.atomic
def resume_payout(*, payout, at, look_up=False):
    """Plan a held payout's transfer again; `look_up` asks Stripe first whether it happened after all."""
    operation = resume(payout.operation_id, at=at, look_up=look_up)
    payout = lock(Payout, payout.pk)
    if operation.status == Operation.PLANNED and payout.status == Status.HELD:
        payout.move_to(Status.DUE, at=at, hold_reason="")
        record("payout.due", actor=None, subject=payout.engagement, at=at, amount=payout.amount)
        notices.payout_resumed(payout, at)
    return payout
