"""What Stripe sends from a student's account to the bank: told to the student, and loudly when the bank refuses it."""

from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q

from marketplace.activity.actions import record
from marketplace.db import lock
from marketplace.sweeps import one_by_one
from payments import notices
from payments import stripe_gateway as gateway
from payments.models import BankPayout, PayoutAccount

Status = BankPayout.Status
RECHECK = timedelta(days=1)
BATCH = 50


@transaction.atomic
def apply_bank_payout(value, *, at):
    """Bring our BankPayout to where Stripe's payout is. Returns it, or None for an account that is not ours."""
    account = PayoutAccount.objects.filter(stripe_id=value.account_id).first()
    if account is None:
        return None
    row, _created = BankPayout.objects.get_or_create(
        stripe_id=value.id,
        defaults={
            "account": account, "amount": value.amount, "currency": value.currency, "created_at": value.created_at,
            "arrives_on": value.arrives_on, "status_changed_at": at,
        },
    )  # fmt: skip
    row = lock(BankPayout, row.pk)
    row.account = account
    if row.status != value.status and row.may_become(value.status):
        row.move_to(value.status, at=at, arrives_on=value.arrives_on, failure_code=value.failure_code)
        record(
            "bank_payout.changed", actor=None, subject=account.student, at=at, status=row.status, payout=row.stripe_id
        )
        if row.status == Status.FAILED:
            notices.bank_payout_failed(row, at)
        elif row.status == Status.PAID:
            notices.bank_payout_arrived(row, at)
    return row


def sync_bank_payouts(*, at):
    """Ask Stripe about accounts that were paid or have a payout under way: the safety net under lost webhooks."""
    waits = Q(bank_payouts__status__in=[Status.PENDING, Status.IN_TRANSIT])
    paid = Q(student__payouts__paid_at__gt=F("bank_checked_at")) | Q(
        bank_checked_at=None, student__payouts__paid_at__lt=at
    )
    accounts = PayoutAccount.objects.filter(waits | paid, stripe_id__isnull=False).exclude(
        bank_checked_at__gt=at - RECHECK
    )
    ids = accounts.order_by("pk").values_list("pk", flat=True).distinct()[:BATCH]
    return len(one_by_one(list(ids), lambda pk: sync_account_bank(pk, at)))


def sync_account_bank(pk, at):
    account = PayoutAccount.objects.get(pk=pk)
    for value in gateway.list_bank_payouts(account.stripe_id):
        apply_bank_payout(value, at=at)
    PayoutAccount.objects.filter(pk=pk).update(bank_checked_at=at)
