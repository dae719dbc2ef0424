"""Money back to the employer: a Refund row and its operation in one transaction, the call after it."""

from django.db import transaction
from django.db.models import Sum

from marketplace.activity.actions import record
from marketplace.db import lock, new_code
from marketplace.errors import Unavailable
from payments import failures, movements, notices
from payments import stripe_gateway as gateway
from payments.actions.operations import Handler, handles, lock_operation, plan
from payments.alarms import alarm
from payments.documents import issuing as documents
from payments.models import Funding, MoneyOperation, Refund

Status = Refund.Status
RETURNED = ("failed", "canceled")  # Stripe's words for a refund whose money came back to us


def refund_held(*, engagement, reason, at):
    """Give back all that the engagement holds. The engagement is locked. Returns the Refund, or None."""
    funding = engagement.fundings.filter(counts=True).first()
    if funding is None:
        return None
    refund = _plan(funding, reason, at)
    movements.refund_approved(refund, at)
    return refund


def refund_surplus(*, funding, at):
    """Give back a payment that came when nothing was owed any more. Its money is already in transit in the ledger."""
    paid_twice = funding.engagement.funded_at is not None
    reason = "This was already paid for." if paid_twice else "The engagement had ended before the payment arrived."
    return _plan(funding, reason, at)


def _plan(funding, reason, at):
    existing = funding.refunds.first()
    if existing is not None:
        return existing
    code = new_code()
    operation = plan(
        key=f"refund:{code}", kind=MoneyOperation.Kind.REFUND, at=at, engagement=funding.engagement,
        amount=funding.amount, currency=funding.currency,
        params={
            "payment_intent": funding.payment_intent_id,
            "amount": funding.amount,
            "metadata": {"engagement": funding.engagement.code, "refund": code},
        },
    )  # fmt: skip
    refund = Refund.objects.create(
        code=code, funding=funding, operation=operation, amount=funding.amount, currency=funding.currency,
        reason=reason, due_at=at,
    )  # fmt: skip
    record("refund.approved", actor=None, subject=funding.engagement, at=at, amount=refund.amount, reason=reason)
    notices.refund_started(refund, at)
    return refund


@handles(MoneyOperation.Kind.REFUND)
class RefundHandler(Handler):
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
    operation = lock_operation(found.pk)
    if operation.status != MoneyOperation.Status.DONE:
        operation.move_to(MoneyOperation.Status.DONE, at=at, stripe_id=result.id, error="", error_code="")
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
    elif result.status in RETURNED and refund.status != Status.FAILED:
        refund.move_to(Status.FAILED, at=at)
        movements.refund_returned(refund, at)
        message = f"Refund {refund.code} failed ({result.failure or result.status}): its money is still owed."
        alarm(f"refund:{refund.code}", message, at=at, engagement=refund.funding.engagement)
