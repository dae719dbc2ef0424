"""Taking a payout back: a moderator's decision with written reasons. Reverse first, refund second.

Refunding a charge does nothing to its transfers, so the student's part is reversed before the employer gets it back.
https://docs.stripe.com/connect/separate-charges-and-transfers#reverse-transfers
"""

from django.db import transaction

from engagements.models import Engagement
from marketplace.activity.actions import record
from marketplace.db import lock, new_code
from marketplace.errors import DomainError, InvalidTransition
from payments import failures, movements, notices
from payments import stripe_gateway as gateway
from payments.actions.operations import Handler, handles, plan, resume
from payments.actions.refunds import plan_refund
from payments.models import MoneyOperation, Payout, Reversal

Status = Reversal.Status
OPEN = [Status.DUE, Status.HELD, Status.FAILED]


@transaction.atomic
def take_back(*, payout, amount, reasons, by, at, refund_employer=True, taken_before=None):
    """Reverse `amount` minor units of a payout; then the employer gets it back with our service fee for it.

    `refund_employer=False`: it makes good a loss from a card dispute instead. Returns the Reversal; the same again
    while it is open returns the first. `taken_before`: what the moderator saw as taken back already, in minor units;
    with another figure the page was old (or it is a second click). Raises DomainError, InvalidTransition.
    """
    lock(Engagement, payout.engagement_id)
    payout = lock(Payout, payout.pk)
    running = payout.reversals.filter(status__in=OPEN).first()
    if running is not None:
        if (running.amount, bool(running.refund_amount)) == (amount, refund_employer):
            return running
        raise InvalidTransition("A part of this payout is being taken back already. Wait for that first.")
    if taken_before is not None and payout.reversed_amount != taken_before:
        raise InvalidTransition("A part of this payout was taken back meanwhile. Look at it before you take back more.")
    reasons = refuse_unless_reversible(payout, amount, reasons)
    code = new_code()
    params = {"transfer": payout.transfer_id, "amount": amount, "metadata": {"reversal": code}}
    operation = plan(
        key=f"reversal:{code}", kind=MoneyOperation.Kind.REVERSAL, at=at, engagement=payout.engagement, amount=amount,
        currency=payout.currency, params=params,
    )  # fmt: skip
    reversal = Reversal.objects.create(
        code=code, payout=payout, operation=operation, amount=amount, currency=payout.currency, reasons=reasons,
        refund_amount=amount + service_fee_of(payout, amount) if refund_employer else 0, decided_by=by, due_at=at,
    )  # fmt: skip
    record("payout.taken_back", actor=by, subject=payout.engagement, at=at, amount=amount, reason=reasons)
    notices.reversal_decided(reversal, at)
    return reversal


def refuse_unless_reversible(payout, amount, reasons):
    """The cleaned reasons."""
    reasons = reasons.strip()
    if payout.status != Payout.Status.PAID:
        raise InvalidTransition("Only what was paid can be taken back.")
    if not 0 < amount <= payout.net_amount:
        raise DomainError("Take back more than nothing and at most what the student has.", field="amount")
    if not reasons:
        raise DomainError("Write the reasons: both sides read them.", field="reasons")
    if len(reasons) > 4_000:
        raise DomainError(f"Use at most 4,000 characters; this has {len(reasons):,}.", field="reasons")
    return reasons


def service_fee_of(payout, amount):
    """The service fee that was earned with `amount` of this payout, cumulative over what was taken back before."""
    split = payout.split

    def share(part):
        return (2 * split.service_fee_amount * part + split.student_amount) // (2 * split.student_amount)

    return share(payout.reversed_amount + amount) - share(payout.reversed_amount)


@handles(MoneyOperation.Kind.REVERSAL)
class ReversalHandler(Handler):
    held_by = frozenset({"balance_insufficient"})  # the student's balance, here: it does not fill by waiting for us

    def call(self, operation):
        return gateway.create_reversal(key=operation.idempotency_key, operation=operation.key, **operation.params)

    def find(self, operation):
        return gateway.find_reversal(operation.params["transfer"], operation.key)

    def done(self, operation, result, at):
        reversal = lock(Reversal, operation.reversal.pk)
        if reversal.status == Status.DONE:
            return
        payout = lock(Payout, reversal.payout_id)
        reversal.payout = payout
        reversal.move_to(Status.DONE, at=at, done_at=at, reversal_id=result.id)
        payout.reversed_amount += reversal.amount
        payout.save(update_fields=["reversed_amount"])
        movements.lock_for_reversal(reversal)
        movements.payout_reversed(reversal, result.id, at)
        settle(reversal, at)

    def stopped(self, operation, reason, at):
        reversal = lock(Reversal, operation.reversal.pk)
        short = isinstance(reason, failures.Failure) and operation.status == MoneyOperation.Status.HELD
        if reversal.status == Status.DUE:
            reversal.move_to(Status.HELD if short else Status.FAILED, at=at)
            notices.reversal_stopped(reversal, operation, at)


def settle(reversal, at):
    """Where it goes: to the employer, or against what a card dispute had cost us."""
    if not reversal.refund_amount:
        movements.reversal_recovered(reversal, at)
        return
    movements.reversal_refunded(reversal, at)
    payout = reversal.payout
    plan_refund(payout.split.funding, reversal.refund_amount, f"Taken back from the student: {reversal.reasons}", at)


@transaction.atomic
def retry_reversal(*, reversal, at):
    """Ask Stripe again for what stopped; it first looks whether it happened after all."""
    lock(Engagement, reversal.payout.engagement_id)
    resume(reversal.operation_id, at=at, look_up=True)
    reversal = lock(Reversal, reversal.pk)
    if reversal.status in (Status.HELD, Status.FAILED):
        reversal.move_to(Status.DUE, at=at)
    return reversal


@transaction.atomic
def bear_loss(*, reversal, by, at):
    """Give up taking it back: the employer gets it from us. Raises InvalidTransition unless it has stopped."""
    lock(Engagement, reversal.payout.engagement_id)
    operation = lock(MoneyOperation, reversal.operation_id)
    reversal = lock(Reversal, reversal.pk)
    if reversal.status == Status.BORNE:
        return reversal
    if operation.status in MoneyOperation.OPEN:
        raise InvalidTransition("It is being taken back at this moment. Wait for Stripe's answer.")
    reversal.move_to(Status.BORNE, at=at, done_at=at)
    if operation.status == MoneyOperation.Status.HELD:
        operation.move_to(MoneyOperation.Status.FAILED, at=at, error="We bear it.")
    if reversal.refund_amount:
        movements.lock_for_reversal(reversal)
        movements.reversal_borne(reversal, at)
        settle(reversal, at)
    record("payout.loss_borne", actor=by, subject=reversal.payout.engagement, at=at, amount=reversal.amount)
    return reversal
