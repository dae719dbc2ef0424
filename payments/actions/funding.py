"""The employer pays: a Checkout page of Stripe, then Stripe's word that it was paid, then the work may start."""

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from engagements.actions import mark_funded
from engagements.models import Engagement
from marketplace.activity.actions import record
from marketplace.clock import days
from marketplace.db import lock, new_code
from marketplace.errors import InvalidTransition, Unavailable
from marketplace.money import format_money
from marketplace.sweeps import one_by_one
from payments import failures, movements, notices
from payments import stripe_gateway as gateway
from payments.actions.operations import Handler, NoLongerNeeded, handles, plan, run_while_waiting
from payments.actions.refunds import refund_surplus
from payments.alarms import alarm
from payments.documents import issuing as documents
from payments.models import Funding, MoneyOperation

Status = Funding.Status
UNPAID = [Status.PENDING, Status.PROCESSING]
REUSABLE_FOR = days(1) / 48  # a page that is about to expire is not handed out any more
BATCH = 50


def start_funding(*, engagement, by, at):
    """A Checkout page for this engagement: the open one if there is one. Returns the Funding with `checkout_url`.

    Call it outside any transaction: it asks Stripe. Raises InvalidTransition when nothing is to be paid (any more),
    Unavailable when Stripe did not answer (nothing was charged; trying again is safe).
    """
    funding = open_funding(engagement=engagement, by=by, at=at)
    if not funding.checkout_url:
        run_while_waiting(funding.operation_id, at=at)
        funding.refresh_from_db()
    if not funding.checkout_url:
        raise Unavailable("Stripe did not answer, so the payment page could not be opened. Nothing was charged.")
    return funding


@transaction.atomic
def open_funding(*, engagement, by, at):
    """The Funding that is waiting for payment, or a new one with its planned operation."""
    engagement = lock(Engagement, engagement.pk)
    if engagement.status != Engagement.Status.AWAITING_FUNDING:
        raise InvalidTransition(f"This is {engagement.get_status_display().lower()} now: nothing is to be paid.")
    if engagement.fundings.filter(status=Status.PROCESSING).exists():
        raise InvalidTransition("A payment for this is being processed. There is nothing more to pay.")
    waiting = engagement.fundings.filter(status=Status.PENDING, expires_at__gt=at + REUSABLE_FOR)
    funding = waiting.exclude(operation__status="failed").order_by("-pk").first()
    if funding is not None:
        return funding
    code = new_code()
    operation = plan(
        key=f"checkout:{code}", kind=MoneyOperation.Kind.CHECKOUT, at=at, engagement=engagement,
        amount=engagement.total_amount, currency=engagement.currency,
        params=checkout_params(engagement, code, by), runs_it_now=True,
    )  # fmt: skip
    record("funding.started", actor=by, subject=engagement, at=at, amount=engagement.total_amount)
    return Funding.objects.create(
        code=code, engagement=engagement, operation=operation, amount=engagement.total_amount,
        currency=engagement.currency, created_at=at, expires_at=at + days(1),
    )  # fmt: skip


def checkout_params(engagement, code, by):
    """What create_checkout is called with: fixed here, whatever the pages or prices say later."""
    rate = engagement.project.service_fee_bps
    service = f"Service fee ({rate // 100} %)" if rate and rate % 100 == 0 else "Service fee"
    lines = [[f"Fee for {engagement.student} / {engagement.project}"[:250], engagement.fee_amount]]
    if engagement.service_fee_amount:
        lines.append([service, engagement.service_fee_amount])
    back = settings.SITE_URL + reverse("payments:fund_return", args=[engagement.code, code])
    return {
        "reference": code,
        "lines": lines,
        "currency": engagement.currency,
        "transfer_group": engagement.code,
        "success_url": back,
        "cancel_url": settings.SITE_URL + reverse("payments:fund", args=[engagement.code]),
        "email": by.email,
        "metadata": {"engagement": engagement.code, "funding": code},
    }


@handles(MoneyOperation.Kind.CHECKOUT)
class CheckoutHandler(Handler):
    def prepare(self, operation, at):
        if operation.engagement.status != Engagement.Status.AWAITING_FUNDING:
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
        return
    if funding.status not in (Status.PAID, Status.REFUNDED):
        book(funding, checkout, at)
    movements.stripe_fee(funding, checkout.stripe_fee, at)  # Stripe may name its fee later
    documents.issue_for_funding(funding, at)


def book(funding, checkout, at):
    engagement = funding.engagement
    counts = engagement.status == Engagement.Status.AWAITING_FUNDING
    funding.move_to(
        Status.PAID, at=at, paid_at=at, counts=counts, payment_intent_id=checkout.payment_intent_id,
        charge_id=checkout.charge_id, method=checkout.method, card_hint=checkout.card_hint,
    )  # fmt: skip
    record("funding.paid", actor=None, subject=engagement, at=at, amount=funding.amount, counts=counts)
    if counts:
        movements.funding_received(funding, at)
        mark_funded(engagement=engagement, at=at)
        notices.receipt(funding, at)
    else:
        movements.surplus_received(funding, at)
        refund_surplus(funding=funding, at=at)


def refuse_foreign(funding, checkout, at):
    """Another amount or currency than asked for: it funds nothing, and a person decides. Nothing is guessed."""
    movements.foreign_received(funding, checkout, at)
    asked, got = format_money(funding.amount, funding.currency), format_money(checkout.amount, checkout.currency)
    message = f"Checkout {checkout.id} was paid with {got}; {asked} was asked for."
    alarm(f"foreign:{checkout.id}", message, at=at, engagement=funding.engagement)
    if funding.status in UNPAID:
        funding.move_to(Status.FAILED, at=at)
        record("funding.failed", actor=None, subject=funding.engagement, at=at)


def expire(funding, at):
    if funding.status == Status.PENDING:
        funding.move_to(Status.EXPIRED, at=at)
        record("funding.expired", actor=None, subject=funding.engagement, at=at)


def wait_or_fail(funding, checkout, at):
    """Submitted but not paid: a bank debit takes days and may still fail."""
    if checkout.payment_failed and funding.status in UNPAID:
        funding.move_to(Status.FAILED, at=at)
        record("funding.failed", actor=None, subject=funding.engagement, at=at)
        notices.funding_failed(funding, at)
    elif not checkout.payment_failed and funding.status == Status.PENDING:
        funding.move_to(Status.PROCESSING, at=at, method=checkout.method)
        record("funding.processing", actor=None, subject=funding.engagement, at=at)


def sync_open_fundings(*, at):
    """Ask again about pages that should have ended or been heard of: the safety net under lost webhooks."""
    overdue = Funding.objects.filter(status=Status.PENDING, expires_at__lte=at, checkout_id__isnull=False)
    processing = Funding.objects.filter(status=Status.PROCESSING, status_changed_at__lte=at - days(1))
    rows = [*overdue.order_by("expires_at")[:BATCH], *processing.order_by("pk")[:BATCH]]
    return len(one_by_one(rows, lambda row: sync_checkout(row.checkout_id, at=at)))
