"""Money back to the employer: a Refund row and its operation in one transaction, the call after it."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Sum

from engagements.models import Engagement
from marketplace.activity.actions import record
from marketplace.db import lock, new_code
from marketplace.errors import InvalidTransition, Unavailable
from marketplace.sweeps import one_by_one
from payments import failures, movements, notices
from payments import stripe_gateway as gateway
from payments.actions.operations import Handler, NoLongerNeeded, NotReady, handles, lock_operation, plan, resume
from payments.alarms import alarm
from payments.documents import issuing as documents
from payments.models import CardDispute, Funding, MoneyOperation, Refund

Status = Refund.Status
Operation = MoneyOperation.Status
RETURNED = ("failed", "canceled")  # Stripe's words for a refund whose money came back to us
PATIENCE = timedelta(hours=1)  # for a webhook, before Stripe is asked
BATCH = 50


def plan_refund(funding, amount, reason, at, *, split=None):
    """Owe the payer `amount` of a funding: Refund and planned call; of a split also the ledger. Engagement locked."""
    code = new_code()
    operation = plan(
        key=f"refund:{code}", kind=MoneyOperation.Kind.REFUND, at=at, engagement=funding.engagement,
        amount=amount, currency=funding.currency,
        params={
            "payment_intent": funding.payment_intent_id,
            "amount": amount,
            "metadata": {"engagement": funding.engagement.code, "refund": code},
        },
    )  # fmt: skip
    refund = Refund.objects.create(
        code=code, funding=funding, split=split, operation=operation, amount=amount, currency=funding.currency,
        reason=reason[:300], due_at=at,
    )  # fmt: skip
    if split is not None:
        movements.refund_approved(refund, at)
    record("refund.approved", actor=None, subject=funding.engagement, at=at, amount=amount, reason=refund.reason)
    notices.refund_started(refund, at)
    return refund


def refund_surplus(*, funding, at):
    """Give back a payment that came when nothing was owed any more. Its money is already in transit in the ledger."""
    existing = funding.refunds.first()
    if existing is not None:
        return existing
    paid_twice = funding.engagement.funded_at is not None
    reason = "This was already paid for." if paid_twice else "The engagement had ended before the payment arrived."
    return plan_refund(funding, funding.amount, reason, at)


@handles(MoneyOperation.Kind.REFUND)
class RefundHandler(Handler):
    def prepare(self, operation, at):
        """A disputed charge cannot be refunded: https://docs.stripe.com/disputes/how-disputes-work#refunds"""
        refund = operation.refund
        if refund.status == Status.COVERED:
            raise NoLongerNeeded("The bank has given the money back.")
        if refund.funding.card_disputes.filter(status__in=CardDispute.OPEN).exists():
            raise NotReady("The payment is disputed at the bank.", code="card_dispute")

    def call(self, operation):
        return gateway.create_refund(key=operation.idempotency_key, operation=operation.key, **operation.params)

    def find(self, operation):
        return gateway.find_refund(operation.params["payment_intent"], operation.key)

    def done(self, operation, result, at):
        refund = lock(Refund, operation.refund.pk)
        if refund.refund_id is None:
            refund.refund_id = result.id
            refund.save(update_fields=["refund_id"])
            movements.refund_sent(refund, result.id, at)
        finish(refund, result, at)


def sync_refund(refund_id, *, at):
    """Re-fetch a refund and act on it. Returns the Refund, or None when it is not ours. Raises Unavailable."""
    try:
        result = gateway.retrieve_refund(refund_id)
    except failures.Failure as failure:
        raise Unavailable("Stripe did not answer. Nothing was lost; we will ask again.") from failure
    return apply_refund(result, at=at)


@transaction.atomic
def apply_refund(result, *, at):
    """Bring our Refund to where Stripe's is. A webhook may tell of it before our own answer was stored."""
    found = MoneyOperation.objects.filter(key=result.operation, kind=MoneyOperation.Kind.REFUND).first()
    if found is None:
        return None
    operation = lock_operation(found)
    if operation.stripe_id not in (None, result.id):  # an earlier try, which failed and was sent anew
        return Refund.objects.get(operation=operation)
    if operation.status != Operation.DONE:
        operation.move_to(Operation.DONE, at=at, stripe_id=result.id, error="", error_code="")
    RefundHandler().done(operation, result, at)
    return Refund.objects.get(operation=operation)


def finish(refund, result, at):
    """`pending` stays on its way; `succeeded` is done; a refund may fail even after that (bank accounts closed)."""
    if result.status == "succeeded" and refund.status == Status.DUE:
        refund.move_to(Status.DONE, at=at, done_at=at)
        funding = lock(Funding, refund.funding_id)
        done = funding.refunds.filter(status=Status.DONE).aggregate(sum=Sum("amount"))["sum"]
        if done == funding.amount and funding.status == Funding.Status.PAID:
            funding.move_to(Funding.Status.REFUNDED, at=at)
        record("refund.done", actor=None, subject=funding.engagement, at=at, amount=refund.amount)
        documents.issue_for_refund(refund, at)
    elif result.status in RETURNED and refund.status in (Status.DUE, Status.DONE):
        refund.move_to(Status.FAILED, at=at)
        movements.refund_returned(refund, at)
        message = f"Refund {refund.code} failed ({result.failure or result.status}): its money is still owed."
        alarm(f"refund:{refund.code}:{result.id}", message, at=at, engagement=refund.funding.engagement)


def confirm_refunds(*, at):
    """Ask Stripe about refunds that were sent and not heard of since."""
    refunds = Refund.objects.filter(status=Status.DUE, refund_id__isnull=False)
    sent = refunds.filter(operation__status_changed_at__lte=at - PATIENCE).order_by("pk")[:BATCH]
    return len(one_by_one(sent, lambda row: sync_refund(row.refund_id, at=at)))


def resume_ready_refunds(*, at):
    """Send what waited for a card dispute that is closed now. Returns how many."""
    ready = Refund.objects.filter(status=Status.DUE, operation__status=Operation.HELD, operation__due_at__lte=at)
    ready = ready.exclude(funding__card_disputes__status__in=CardDispute.OPEN)
    return len(one_by_one(ready.order_by("pk")[:BATCH], lambda row: resume(row.operation_id, at=at)))


@transaction.atomic
def send_refund_again(*, refund, at):
    """A refund that the bank sent back is tried once more, as a new Refund. Returns that; twice returns the same."""
    lock(Engagement, refund.funding.engagement_id)
    refund = lock(Refund, refund.pk)
    if refund.sent_again_as is not None:
        return refund.sent_again_as
    if refund.status != Status.FAILED:
        raise InvalidTransition("Only a refund that came back can be sent again.")
    again = plan_refund(refund.funding, refund.amount, refund.reason, at)
    refund.sent_again_as = again
    refund.save(update_fields=["sent_again_as"])
    return again
