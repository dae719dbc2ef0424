"""Money rows for tests: made by the same actions against the simulator, or (make_paid) written without it."""

import itertools
from datetime import timedelta

from engagements.models import Engagement
from payments import actions, movements
from payments.models import Funding, MoneyOperation, Payout, PayoutAccount, Split, StripeEvent
from tests import factories
from tests.factories import NOW

counter = itertools.count(1)


def make_awaiting(organization, **fields):
    """An engagement that waits for its funding."""
    project = factories.make_project(organization=organization, status="closed")
    return factories.make_engagement(status="awaiting_funding", project=project, **fields)


def fund(engagement, by, simulator, at=NOW, **how):
    """Pay for it on Stripe's page and believe Stripe. Returns the Funding."""
    funding = actions.start_funding(engagement=engagement, by=by, at=at)
    simulator.pay(funding.checkout_id, **how)
    return actions.sync_checkout(funding.checkout_id, at=at)


def onboard(student, simulator, outcome="active", at=NOW):
    """Go through Stripe's form. Returns the PayoutAccount."""
    actions.start_onboarding(student=student, by=student.user, at=at)
    account = student.payout_account
    simulator.onboard(account.stripe_id, outcome)
    return actions.sync_account(account.stripe_id, at=at)


def deliver(engagement, at=NOW):
    """Kick off and deliver, without the flow of the engagements app."""
    Engagement.objects.filter(pk=engagement.pk).update(
        status="delivered", kickoff_student_at=at, kickoff_organization_at=at, delivered_at=at,
        review_due_at=at + timedelta(days=5),
    )  # fmt: skip
    factories.make_delivery(engagement)
    engagement.refresh_from_db()
    return engagement


def settle(at=NOW, rounds=6):
    """What the workers do until nothing is left: operations, Stripe's events, held payouts."""
    actions.sync_waiting_accounts(at=at)
    for _ in range(rounds):
        actions.resume_ready_payouts(at=at)
        actions.resume_ready_refunds(at=at)
        actions.sweep_operations(at=at)
        actions.catch_up(at=at)
        actions.sweep_events(at=at)
        idle = not MoneyOperation.objects.filter(status__in=MoneyOperation.OPEN, due_at__lte=at).exists()
        if idle and not StripeEvent.objects.filter(handled_at=None, due_at__lte=at).exists():
            return


def make_operation(kind, engagement=None, **fields):
    defaults = {"key": f"{kind}:made-{next(counter)}", "kind": kind, "status": "done", "due_at": NOW}
    return MoneyOperation.objects.create(engagement=engagement, **(defaults | fields))


def make_funding(engagement, status="pending", **fields):
    """A Funding without Stripe. Paid ones count and are in the ledger."""
    number = next(counter)
    defaults = {
        "amount": engagement.total_amount, "fee_amount": engagement.fee_amount, "currency": engagement.currency,
        "transfer_group": engagement.code, "expires_at": NOW + timedelta(days=1),
        "checkout_id": f"cs_{number}", "checkout_url": f"https://checkout.stripe.com/c/pay/cs_{number}",
        "operation": make_operation("checkout", engagement), "created_at": NOW,
    }  # fmt: skip
    if status == "paid":
        defaults |= {
            "payment_intent_id": f"pi_{number}", "charge_id": f"ch_{number}", "paid_at": NOW, "counts": True,
            "card_hint": "Visa ending 4242", "method": "card",
        }  # fmt: skip
    funding = Funding.objects.create(engagement=engagement, status=status, **(defaults | fields))
    if funding.counts:
        movements.funding_received(funding, NOW)
    return funding


def make_split(engagement, cause="approval", **amounts):
    """All that the engagement's funding holds, for the student unless `amounts` say otherwise; no ledger."""
    funding = engagement.fundings.filter(counts=True).first() or make_funding(engagement, status="paid")
    if not amounts:
        amounts = {"student_amount": funding.fee_amount, "service_fee_amount": funding.service_fee_amount}
        Engagement.objects.filter(pk=engagement.pk).update(released_amount=funding.fee_amount)
    return Split.objects.create(
        engagement=engagement, funding=funding, cause=cause, currency=funding.currency, held_amount=funding.amount,
        decided_at=NOW, **amounts,
    )  # fmt: skip


def make_account(student, status="active", **fields):
    defaults = {"stripe_id": f"acct_{next(counter)}", "operation": None, "checked_at": NOW, "created_at": NOW} | fields
    defaults["operation"] = defaults["operation"] or make_operation("account")
    return PayoutAccount.objects.create(student=student, transfers_status=status, **defaults)


def make_payout(engagement, status="paid", **fields):
    """A Payout of an approved engagement without Stripe: the whole fee."""
    defaults = {
        "split": fields.pop("split", None) or make_split(engagement),
        "student": engagement.student, "operation": make_operation("transfer", engagement), "due_at": NOW,
        "amount": engagement.fee_amount, "currency": engagement.currency,
    }  # fmt: skip
    if status == "paid":
        defaults |= {"paid_at": NOW, "transfer_id": f"tr_{next(counter)}"}
    if status == "held":
        defaults["hold_reason"] = "Stripe needs more information from you before it can pay you."
    return Payout.objects.create(engagement=engagement, status=status, **(defaults | fields))
