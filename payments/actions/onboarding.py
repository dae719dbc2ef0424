"""The student's Stripe account: made through an operation, filled in at Stripe, believed only when re-fetched."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from marketplace.activity.actions import record
from marketplace.db import lock
from marketplace.errors import DomainError, Unavailable
from marketplace.sweeps import one_by_one
from payments import failures, notices
from payments import stripe_gateway as gateway
from payments.actions.operations import Handler, handles, plan, resume, run_while_waiting
from payments.models import MoneyOperation, Payout, PayoutAccount
from payments.nudges import nudge
from payments.words import hold_reason

Transfers = PayoutAccount.TransfersStatus
RECHECK = timedelta(minutes=10)
BATCH = 50


def start_onboarding(*, student, by, at):
    """The address of Stripe's form for this student; the account is made on the first visit.

    Call it outside any transaction. Raises DomainError (code "not_possible") where Stripe cannot take this person,
    Unavailable when Stripe did not answer.
    """
    account = open_account(student=student, by=by, at=at)
    if account.stripe_id is None:
        operation = run_while_waiting(account.operation_id, at=at)
        account.refresh_from_db()
        if operation.status == MoneyOperation.Status.FAILED:
            raise DomainError(
                "Stripe cannot open an account with these details. Check your country in your profile, or write to us.",
                code="not_possible",
            )
    if account.stripe_id is None:
        raise Unavailable("Stripe did not answer. Nothing was lost; please try again in a minute.")
    return onboarding_link(account)


def onboarding_link(account):
    try:
        return gateway.create_account_link(
            account.stripe_id,
            refresh_url=settings.SITE_URL + reverse("payments:payout_refresh"),
            return_url=settings.SITE_URL + reverse("payments:payout_return"),
        )
    except failures.Unknown as failure:
        raise Unavailable("Stripe did not answer. Nothing was lost; please try again in a minute.") from failure
    except failures.Failure as failure:
        raise DomainError("Stripe does not let you change this account. Write to us and we will help.") from failure


def dashboard_link(*, account):
    """The address of the student's own Stripe dashboard, for one visit. Raises DomainError, Unavailable."""
    if account is None or account.stripe_id is None:
        raise DomainError("Set up payouts first.")
    try:
        return gateway.create_login_link(account.stripe_id)
    except failures.Unknown as failure:
        raise Unavailable("Stripe did not answer. Please try again in a minute.") from failure
    except failures.Failure as failure:
        raise DomainError("Stripe opens its dashboard once you have finished its form.") from failure


@transaction.atomic
def open_account(*, student, by, at):
    """The PayoutAccount with its planned operation. Once per student."""
    account = PayoutAccount.objects.filter(student=student).select_related("operation").first()
    if account is not None:
        if account.operation.status == MoneyOperation.Status.FAILED:
            MoneyOperation.objects.filter(pk=account.operation_id).update(params=account_params(student))
            resume(account.operation_id, at=at, runs_it_now=True)
        elif account.transfers_status == Transfers.CLOSED:
            open_another(account, by, at)
        return account
    operation = plan(
        key=f"account:{student.user.code}", kind=MoneyOperation.Kind.ACCOUNT, at=at, params=account_params(student),
        runs_it_now=True,
    )  # fmt: skip
    account, created = PayoutAccount.objects.get_or_create(
        student=student, defaults={"operation": operation, "created_at": at}
    )
    if created:
        record("payout_account.opened", actor=by, subject=student, at=at)
    return account


def open_another(account, by, at):
    """The account was closed at Stripe: the student gets a new one, and what waits is paid to that."""
    old = account.stripe_id
    account.operation = plan(
        key=f"account:{account.student.user.code}:after:{old}", kind=MoneyOperation.Kind.ACCOUNT, at=at,
        params=account_params(account.student), runs_it_now=True,
    )  # fmt: skip
    account.stripe_id, account.transfers_status = None, Transfers.UNREQUESTED
    account.requirements = []
    account.save(update_fields=["operation", "stripe_id", "transfers_status", "requirements"])
    record("payout_account.replaced", actor=by, subject=account.student, at=at, closed=old)


def account_params(student):
    return {
        "email": student.user.email,
        "name": student.user.name or student.display_name,
        "country": student.country or "US",
        "currency": settings.CURRENCY,
    }


@handles(MoneyOperation.Kind.ACCOUNT)
class AccountHandler(Handler):
    def call(self, operation):
        return gateway.create_account(key=operation.idempotency_key, operation=operation.key, **operation.params)

    def find(self, operation):
        """Not looked up: an empty account that nobody was sent to is harmless."""

    def done(self, operation, result, at):
        account = lock(PayoutAccount, operation.payout_account.pk)
        if account.stripe_id is None:
            account.stripe_id = result.id
            account.save(update_fields=["stripe_id"])
            update(account, result, at)


def sync_account(stripe_id, *, at):
    """Re-fetch an account and act on it. Returns the PayoutAccount, or None when it is not ours. Raises Unavailable."""
    try:
        result = gateway.retrieve_account(stripe_id)
    except failures.Failure as failure:
        raise Unavailable("Stripe did not answer. Nothing was lost; we will ask again.") from failure
    return apply_account(result, at=at)


@transaction.atomic
def apply_account(result, *, at):
    found = PayoutAccount.objects.filter(stripe_id=result.id).first()
    if found is None:
        return None
    account = lock(PayoutAccount, found.pk)
    update(account, result, at)
    return account


def update(account, result, at):
    """Take over Stripe's word; what was held for it is sent by the next sweep, which is nudged. It is locked."""
    before = account.transfers_status
    account.transfers_status = result.transfers_status
    account.requirements, account.checked_at = result.requirements, at
    account.save(update_fields=["transfers_status", "requirements", "checked_at"])
    if account.is_ready:
        nudge("sweep_operations")
    if before != account.transfers_status:
        if not account.is_ready:
            say_why_it_waits(account)
        record("payout_account.changed", actor=None, subject=account.student, at=at, status=account.transfers_status)
        notices.payout_account_changed(account, before == Transfers.ACTIVE, at)


def say_why_it_waits(account):
    """What is held for the student gives today's reason. A payout that is locked is being held or sent just now."""
    held = Payout.objects.filter(student=account.student, status=Payout.Status.HELD, waits_for_student=True)
    free = list(held.select_for_update(skip_locked=True).values_list("pk", flat=True))
    Payout.objects.filter(pk__in=free).update(hold_reason=hold_reason(account))


def sync_waiting_accounts(*, at):
    """Ask again about accounts that money waits for: the safety net under lost webhooks."""
    waiting = Payout.objects.filter(status=Payout.Status.HELD).values("student_id")
    accounts = PayoutAccount.objects.filter(student__in=waiting, stripe_id__isnull=False)
    stale = accounts.exclude(checked_at__gt=at - RECHECK).exclude(transfers_status=Transfers.ACTIVE)
    return len(one_by_one(stale.order_by("pk")[:BATCH], lambda row: sync_account(row.stripe_id, at=at)))
