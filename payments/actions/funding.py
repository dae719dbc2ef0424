"""The employer pays: a Checkout page of Stripe, then Stripe's word that it was paid, then the work may start."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from engagements.actions import give_time_to_pay_again, mark_change_order_funded, mark_funded
from engagements.models import ChangeOrder, Engagement
from marketplace.activity.actions import record
from marketplace.clock import days
from marketplace.db import lock, new_code
from marketplace.errors import InvalidTransition, Unavailable
from marketplace.money import format_money
from marketplace.sweeps import one_by_one
from payments import failures, movements, notices
from payments import stripe_gateway as gateway
from payments.actions.operations import Handler, NoLongerNeeded, handles, plan, run_while_waiting
from payments.actions.refunds import plan_refund, refund_surplus
from payments.alarms import alarm
from payments.documents import issuing as documents
from payments.models import Funding, LedgerTransaction, MoneyOperation

Status = Funding.Status
UNPAID = [Status.PENDING, Status.PROCESSING]
REUSABLE_FOR = days(1) / 48  # a page that is about to expire is not handed out any more
BATCH = 50


def start_funding(*, engagement, by, at, change_order=None):
    """A Checkout page for this engagement or change order: the open one if there is one. Returns the Funding.

    Call it outside any transaction: it asks Stripe. Raises InvalidTransition when nothing is to be paid (any more),
    Unavailable when Stripe did not answer (nothing was charged; trying again is safe).
    """
    funding = open_funding(engagement=engagement, change_order=change_order, by=by, at=at)
    if not funding.checkout_url:
        run_while_waiting(funding.operation_id, at=at)
        funding.refresh_from_db()
    if not funding.checkout_url:
        raise Unavailable("Stripe did not answer, so the payment page could not be opened. Nothing was charged.")
    return funding


@transaction.atomic
def open_funding(*, engagement, by, at, change_order=None):
    """The Funding that is waiting for payment, or a new one with its planned operation."""
    engagement = lock(Engagement, engagement.pk)
    bill = bill_of(engagement, change_order)
    if not bill.is_due:
        raise InvalidTransition(f"This is {bill.state} now: nothing is to be paid.")
    tries = engagement.fundings.filter(change_order=change_order)
    if tries.filter(status=Status.PROCESSING).exists():
        raise InvalidTransition("A payment for this is being processed. There is nothing more to pay.")
    waiting = tries.filter(status=Status.PENDING, expires_at__gt=at + REUSABLE_FOR)
    funding = waiting.exclude(operation__status="failed").order_by("-pk").first()
    if funding is not None:
        return funding
    code = new_code()
    operation = plan(
        key=f"checkout:{code}", kind=MoneyOperation.Kind.CHECKOUT, at=at, engagement=engagement,
        amount=bill.amount, currency=engagement.currency, params=checkout_params(bill, code, by), runs_it_now=True,
    )  # fmt: skip
    record("funding.started", actor=by, subject=engagement, at=at, amount=bill.amount)
    return Funding.objects.create(
        code=code, engagement=engagement, change_order=change_order, operation=operation, amount=bill.amount,
        fee_amount=bill.fee, currency=engagement.currency, transfer_group=engagement.code, created_at=at,
        expires_at=at + days(1),
    )  # fmt: skip


@dataclass(frozen=True)
class Bill:
    """What is to be paid: the engagement, or one change order of it. Amounts: minor units."""

    engagement: Engagement
    change_order: ChangeOrder | None
    fee: int
    service_fee: int
    is_due: bool
    state: str

    @property
    def amount(self):
        return self.fee + self.service_fee

    @property
    def words(self):
        about = f"{self.engagement.student} / {self.engagement.project}"
        if self.change_order is not None:
            about = f"{about} / {self.change_order.title}"
        return f"Fee for {about}"[:250]


def bill_of(engagement, change_order):
    """Read again, because the engagement is locked: a change order may have been withdrawn meanwhile."""
    if change_order is None:
        state, due = engagement.get_status_display().lower(), Engagement.Status.AWAITING_FUNDING
        is_due = engagement.status == due
        return Bill(engagement, None, engagement.fee_amount, engagement.service_fee_amount, is_due, state)
    order = ChangeOrder.objects.get(pk=change_order.pk)
    is_due, state = order.status == ChangeOrder.Status.ACCEPTED, order.get_status_display().lower()
    return Bill(engagement, order, order.fee_amount, order.service_fee_amount, is_due, state)


def checkout_params(bill, code, by):
    """What create_checkout is called with: fixed here, whatever the pages or prices say later."""
    engagement, rate = bill.engagement, bill.engagement.project.service_fee_bps
    service = f"Service fee ({rate // 100}%)" if rate and rate % 100 == 0 else "Service fee"
    lines = [[bill.words, bill.fee]]
    if bill.service_fee:
        lines.append([service, bill.service_fee])
    return {
        "reference": code,
        "lines": lines,
        "currency": engagement.currency,
        "transfer_group": engagement.code,
        "success_url": settings.SITE_URL + reverse("payments:fund_return", args=[engagement.code, code]),
        "cancel_url": settings.SITE_URL + left_path(bill, code),
        "email": by.email,
        "metadata": {"engagement": engagement.code, "funding": code},
    }


def left_path(bill, code):
    """Where who leaves Stripe's page without paying comes back to: the page that asks for the payment, and says so."""
    asked = {} if bill.change_order is None else {"change_order": bill.change_order.code}
    return f"{reverse('payments:fund', args=[bill.engagement.code])}?{urlencode(asked | {'left': code})}"


@handles(MoneyOperation.Kind.CHECKOUT)
class CheckoutHandler(Handler):
    def prepare(self, operation, at):
        if not bill_of(operation.engagement, operation.funding.change_order).is_due:
            raise NoLongerNeeded("Nothing is to be paid any more.")

    def call(self, operation):
        return gateway.create_checkout(key=operation.idempotency_key, operation=operation.key, **operation.params)

    def find(self, operation):
        """Not looked up: a page that nobody has the address of is harmless, and a second payment is refunded."""

    def done(self, operation, result, at):
        Funding.objects.filter(operation=operation, checkout_id=None).update(
            checkout_id=result.id, checkout_url=result.url, expires_at=result.expires_at
        )


def sync_checkout(checkout_id, *, at):
    """Ask Stripe how it stands and act on that. Returns the Funding, or None for a checkout that is not ours.

    Raises Unavailable. The webhook, the return page and the sweep all come to the same `apply_checkout`.
    """
    try:
        checkout = gateway.retrieve_checkout(checkout_id)
    except failures.Failure as failure:
        raise Unavailable("Stripe did not answer. Nothing was lost; we will ask again.") from failure
    return apply_checkout(checkout, at=at)


@transaction.atomic
def apply_checkout(checkout, *, at):
    """Bring our Funding to where Stripe's Checkout is. Repeating is harmless, in any order."""
    found = Funding.objects.filter(code=checkout.reference, operation__key=checkout.operation).first()
    if found is None:
        return None
    engagement = lock(Engagement, found.engagement_id)
    funding = lock(Funding, found.pk)
    funding.engagement = engagement
    adopt(funding, checkout)
    if checkout.payment_status == "paid":
        receive(funding, checkout, at)
    elif checkout.status == "expired":
        expire(funding, at)
    elif checkout.status == "complete":
        wait_or_fail(funding, checkout, at)
    return funding


def adopt(funding, checkout):
    """The webhook may come before our own answer was stored: it knows the ids as well."""
    if funding.checkout_id is None:
        funding.checkout_id, funding.checkout_url, funding.expires_at = checkout.id, checkout.url, checkout.expires_at
        funding.save(update_fields=["checkout_id", "checkout_url", "expires_at"])


def receive(funding, checkout, at):
    """It is paid. The first payment of what was asked for counts; every other goes back."""
    if (checkout.amount, checkout.currency) != (funding.amount, funding.currency):
        refuse_foreign(funding, checkout, at)
    elif funding.status not in (Status.PAID, Status.REFUNDED):
        book(funding, checkout, at)
    movements.stripe_fee(funding, checkout.stripe_fee, checkout.currency, at)  # Stripe may name its fee later
    if funding.status == Status.PAID:
        documents.issue_for_funding(funding, at)


def book(funding, checkout, at):
    """Believe the payment: it counts if it is still what is due, else it goes back."""
    engagement = funding.engagement
    counts = bill_of(engagement, funding.change_order).is_due
    funding.move_to(
        Status.PAID, at=at, paid_at=at, counts=counts, payment_intent_id=checkout.payment_intent_id,
        charge_id=checkout.charge_id, method=checkout.method, card_hint=checkout.card_hint,
        hold_deadline=at + days(settings.HOLD_LIMIT_DAYS) if counts else None,
    )  # fmt: skip
    record("funding.paid", actor=None, subject=engagement, at=at, amount=funding.amount, counts=counts)
    movements.lock_for_payment(funding.currency, *([] if counts else [movements.IN_TRANSIT]))
    if not counts:
        movements.surplus_received(funding, at)
        refund_surplus(funding=funding, at=at)
        return
    movements.funding_received(funding, at)
    if funding.change_order is None:
        mark_funded(engagement=engagement, at=at)
    else:
        mark_change_order_funded(change_order=funding.change_order, at=at)
    notices.receipt(funding, at)


def refuse_foreign(funding, checkout, at):
    """Another amount or currency than asked for: it funds nothing, and a person decides. Nothing is guessed."""
    movements.lock_for_payment(checkout.currency, "suspense")
    movements.foreign_received(funding, checkout, at)
    if funding.charge_id is None:
        funding.charge_id, funding.payment_intent_id = checkout.charge_id, checkout.payment_intent_id
        funding.save(update_fields=["charge_id", "payment_intent_id"])
    asked, got = format_money(funding.amount, funding.currency), format_money(checkout.amount, checkout.currency)
    message = f"Checkout {checkout.id} was paid with {got}; {asked} was asked for."
    alarm(f"foreign:{checkout.id}", message, at=at, engagement=funding.engagement)
    if funding.status in UNPAID:
        funding.move_to(Status.FAILED, at=at)
        record("funding.failed", actor=None, subject=funding.engagement, at=at)


def give_back_foreign(*, funding, at):
    """A person has looked: what was paid with another amount or currency goes back. Returns the Refund.

    Call it outside any transaction: Stripe is asked what was paid. Raises DomainError, Unavailable.
    """
    try:
        checkout = gateway.retrieve_checkout(funding.checkout_id)
    except failures.Failure as failure:
        raise Unavailable("Stripe did not answer. Nothing was lost; please try again in a minute.") from failure
    with transaction.atomic():
        engagement = lock(Engagement, funding.engagement_id)
        funding = lock(Funding, funding.pk)
        funding.engagement = engagement
        existing = funding.refunds.first()
        if existing is not None:
            return existing
        if not LedgerTransaction.objects.filter(key=f"foreign:{checkout.id}").exists():
            raise InvalidTransition("Nothing unexpected was paid here, so nothing goes back.")
        funding.amount, funding.currency = checkout.amount, checkout.currency  # of this refund; the row stays
        refund = plan_refund(funding, checkout.amount, "The amount paid was not the amount asked for.", at)
        movements.foreign_refunded(refund, at)
        return refund


def expire(funding, at):
    if funding.status == Status.PENDING:
        funding.move_to(Status.EXPIRED, at=at)
        record("funding.expired", actor=None, subject=funding.engagement, at=at)


def wait_or_fail(funding, checkout, at):
    """Submitted but not paid: a bank debit takes days and may still fail."""
    if checkout.payment_failed and funding.status in UNPAID:
        funding.move_to(Status.FAILED, at=at)
        record("funding.failed", actor=None, subject=funding.engagement, at=at)
        again = give_time_to_pay_again(engagement=funding.engagement, change_order=funding.change_order, at=at)
        if again is not None:
            notices.funding_failed(funding, again.funding_due_at, at)
    elif not checkout.payment_failed and funding.status == Status.PENDING:
        funding.move_to(
            Status.PROCESSING, at=at, method=checkout.method, payment_intent_id=checkout.payment_intent_id,
            charge_id=checkout.charge_id,
        )  # fmt: skip
        record("funding.processing", actor=None, subject=funding.engagement, at=at)
        notices.funding_processing(funding, at)


def sync_open_fundings(*, at):
    """Ask again about pages that should have ended or been heard of: the safety net under lost webhooks."""
    overdue = Funding.objects.filter(status=Status.PENDING, expires_at__lte=at, checkout_id__isnull=False)
    processing = Funding.objects.filter(status=Status.PROCESSING, status_changed_at__lte=at - days(1))
    rows = [*overdue.order_by("expires_at")[:BATCH], *processing.order_by("pk")[:BATCH]]
    return len(one_by_one(rows, lambda row: sync_checkout(row.checkout_id, at=at)))
