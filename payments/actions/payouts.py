"""The student is paid: a split writes the Payout and its operation in one transaction, a worker transfers."""

from datetime import timedelta

from django.db import transaction

from engagements.models import PEOPLE
from marketplace.activity.actions import record
from marketplace.db import lock, new_code
from marketplace.errors import Unavailable
from marketplace.sweeps import one_by_one
from payments import failures, movements, notices
from payments import stripe_gateway as gateway
from payments.actions.operations import Handler, NotReady, handles, lock_operation, plan, resume
from payments.alarms import alarm
from payments.documents import issuing as documents
from payments.models import CardDispute, MoneyFreeze, MoneyOperation, Payout, PayoutAccount
from payments.words import DISPUTED_BY_BANK, FROZEN, OUR_FAULT, hold_reason

Status = Payout.Status
Operation = MoneyOperation.Status
PATIENCE = timedelta(minutes=1)  # for a webhook, before Stripe is asked
BATCH = 50


def plan_payout(split, at):
    """Owe the student their part of a split: Payout, planned transfer and ledger. The engagement is locked."""
    code = new_code()
    operation = plan(
        key=f"transfer:{code}", kind=MoneyOperation.Kind.TRANSFER, at=at, engagement=split.engagement,
        amount=split.student_amount, currency=split.currency, params=transfer_params(split, code),
    )  # fmt: skip
    payout = Payout.objects.create(
        code=code, engagement=split.engagement, student=split.engagement.student, split=split, operation=operation,
        amount=split.student_amount, currency=split.currency, due_at=at,
    )  # fmt: skip
    movements.payout_approved(payout, at)
    record("payout.due", actor=None, subject=split.engagement, at=at, amount=payout.amount)
    return payout


def transfer_params(split, code):
    """All but the destination and the source, which are looked up when it is sent."""
    return {
        "amount": split.student_amount,
        "currency": split.currency,
        "transfer_group": split.funding.transfer_group,
        "metadata": {"engagement": split.engagement.code, "payout": code},
    }


@handles(MoneyOperation.Kind.TRANSFER)
class TransferHandler(Handler):
    def prepare(self, operation, at):
        """Where to, and from which charge, as of now: the account may have changed since the approval."""
        related = ("split__funding", "student__payout_account")
        payout = Payout.objects.select_related(*related).get(operation=operation)
        account = getattr(payout.student, "payout_account", None)
        if account is None or not account.is_ready:
            raise NotReady(hold_reason(account))
        if MoneyFreeze.objects.filter(lifted_at=None).exists():
            raise NotReady(FROZEN, code="frozen")
        disputes = list(payout.split.funding.card_disputes.all())
        if any(dispute.is_open for dispute in disputes):
            raise NotReady(DISPUTED_BY_BANK, code="card_dispute")
        operation.params["destination"] = account.stripe_id
        operation.params["source_transaction"] = source_of(payout.split.funding, disputes)

    def call(self, operation):
        return gateway.create_transfer(key=operation.idempotency_key, operation=operation.key, **operation.params)

    def find(self, operation):
        return gateway.find_transfer(operation.params["transfer_group"], operation.key)

    def done(self, operation, result, at):
        """Stripe made the transfer. The Payout reads Paid once Stripe has said so when asked again (apply_transfer)."""
        note_sent(lock_payout(operation), result.id, at)

    def stopped(self, operation, reason, at):
        payout = lock_payout(operation)
        account = PayoutAccount.objects.filter(student=payout.student).first()
        if isinstance(reason, failures.Held) and account is not None and account.is_ready:
            account.transfers_status = PayoutAccount.TransfersStatus.PENDING  # ours was old: Stripe is asked again
            account.checked_at = None
            account.save(update_fields=["transfers_status", "checked_at"])
        words = str(reason) if isinstance(reason, NotReady) else hold_reason(account)
        if operation.status == Operation.FAILED:
            words = OUR_FAULT
        if payout.status == Status.DUE:
            theirs = operation.status == Operation.HELD and words not in (FROZEN, DISPUTED_BY_BANK)
            payout.move_to(Status.HELD, at=at, hold_reason=words, waits_for_student=theirs)
            record("payout.held", actor=None, subject=payout.engagement, at=at, reason=words)
            notices.payout_held(payout, operation, at)


def lock_payout(operation):
    """The Payout of a locked operation, locked after it."""
    payout = Payout.objects.select_for_update(of=("self",)).get(operation=operation)
    payout.engagement = operation.engagement
    return payout


def note_sent(payout, transfer_id, at):
    if payout.transfer_id is None:
        payout.transfer_id = transfer_id
        payout.save(update_fields=["transfer_id"])
        movements.payout_sent(payout, transfer_id, at)


def source_of(funding, disputes):
    """The card charge that pays for it: then the transfer need not wait for the charge to settle, and Stripe caps it.

    Not for delayed methods, nor for a charge that the bank has taken back: those are paid from our balance.
    https://docs.stripe.com/connect/separate-charges-and-transfers#transfer-availability
    """
    is_card = funding.method in ("card", "link", "")
    lost = any(dispute.status == CardDispute.Status.LOST for dispute in disputes)
    return funding.charge_id if is_card and not lost else None


def sync_transfer(transfer_id, *, at):
    """Re-fetch a transfer and act on it. Returns the Payout, or None when it is not ours. Raises Unavailable."""
    try:
        transfer = gateway.retrieve_transfer(transfer_id)
    except failures.Failure as failure:
        raise Unavailable("Stripe did not answer. Nothing was lost; we will ask again.") from failure
    return apply_transfer(transfer, at=at)


@transaction.atomic(savepoint=False)
def apply_transfer(transfer, *, at):
    """Bring our Payout to where Stripe's transfer is. A webhook may come before our own answer was stored."""
    found = MoneyOperation.objects.filter(key=transfer.operation, kind=MoneyOperation.Kind.TRANSFER).first()
    if found is None:
        return None
    operation = lock_operation(found, *PEOPLE)
    payout = lock_payout(operation)
    payout.student = operation.engagement.student
    if (transfer.amount, transfer.currency) != (payout.amount, payout.currency):
        message = f"Transfer {transfer.id} is not what payout {payout.code} says."
        alarm(f"transfer:{transfer.id}", message, at=at, engagement=payout.engagement)
        return payout
    if operation.status != Operation.DONE:
        operation.move_to(Operation.DONE, at=at, stripe_id=transfer.id, error="", error_code="")
    note_sent(payout, transfer.id, at)
    if payout.status != Status.PAID:
        payout.move_to(Status.PAID, at=at, paid_at=at, hold_reason="", waits_for_student=False)
        record("payout.paid", actor=None, subject=payout.engagement, at=at, amount=payout.amount)
        notices.payout_paid(payout, at)
        documents.issue_for_payout(payout, at)
    return payout


def confirm_payouts(*, at):
    """Ask Stripe about transfers that were sent and not confirmed by a webhook."""
    payouts = Payout.objects.exclude(status=Status.PAID).filter(transfer_id__isnull=False)
    sent = payouts.filter(operation__status_changed_at__lte=at - PATIENCE).order_by("pk")[:BATCH]
    return len(one_by_one(sent, lambda row: sync_transfer(row.transfer_id, at=at)))


def resume_ready_payouts(*, at):
    """Send what was held for an account that is ready now, once nothing else stands against it. Returns how many."""
    if MoneyFreeze.objects.filter(lifted_at=None).exists():
        return 0
    ready = Payout.objects.filter(
        status=Status.HELD, operation__status=Operation.HELD, operation__due_at__lte=at,
        student__payout_account__transfers_status=PayoutAccount.TransfersStatus.ACTIVE,
    ).exclude(split__funding__card_disputes__status__in=CardDispute.OPEN)  # fmt: skip
    return len(one_by_one(ready.order_by("engagement_id")[:BATCH], lambda row: resume_payout(payout=row, at=at)))


@transaction.atomic
def resume_payout(*, payout, at, look_up=False):
    """Plan a held payout's transfer again; `look_up` asks Stripe first whether it happened after all."""
    operation = resume(payout.operation_id, at=at, look_up=look_up)
    payout = lock(Payout, payout.pk)
    if operation.status == Operation.PLANNED and payout.status == Status.HELD:
        payout.move_to(Status.DUE, at=at, hold_reason="", waits_for_student=False)
        record("payout.due", actor=None, subject=payout.engagement, at=at, amount=payout.amount)
        notices.payout_resumed(payout, at)
    return payout
