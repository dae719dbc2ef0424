"""Reads for the money pages: one engagement is one line, with its payment, payout and refunds."""

from dataclasses import dataclass, field

from django.conf import settings
from django.db.models import F, OuterRef, Prefetch, Q, Sum
from django.utils import timezone

from engagements.models import Engagement
from engagements.queries import being_paid
from payments.models import (
    BalanceTransaction,
    BankPayout,
    CardDispute,
    Funding,
    Payout,
    PayoutAccount,
    Refund,
    Reversal,
    Split,
    StripeEvent,
)
from payments.words import bank_failure

Status = Engagement.Status
RUNNING = [Status.ACTIVE, Status.DELIVERED, Status.CHANGES_REQUESTED, Status.DISPUTED]
PAGE = 20
SCENES = 200  # events of one engagement


def with_money(engagements):
    """Join what a line of a money page shows, in a constant number of queries."""
    refunds = Prefetch("refunds", Refund.objects.order_by("pk"))
    disputes = Prefetch("card_disputes", CardDispute.objects.order_by("pk"))
    fundings = Funding.objects.order_by("pk").select_related("change_order").prefetch_related(refunds, disputes)
    reversals = Prefetch("reversals", Reversal.objects.order_by("pk"))
    payouts = Payout.objects.order_by("pk").select_related("split").prefetch_related(reversals)
    return engagements.with_people().prefetch_related(Prefetch("fundings", fundings), Prefetch("payouts", payouts))


def earnings_of(student):
    """Every engagement that was ever funded for this student."""
    return with_money(Engagement.objects.filter(student=student, funded_at__isnull=False))


def spending_of(organization):
    """Every engagement of the organization that was paid for, be it after its end, or waits for it.

    What lapsed unpaid is no money.
    """
    rows = Engagement.objects.filter(organization=organization)
    came = Q(paid_at__isnull=False) | Q(status=Funding.Status.PROCESSING)
    late = Funding.objects.filter(came, engagement__organization=organization, engagement__funded_at=None)
    funded_or_due = Q(funded_at__isnull=False) | Q(status=Status.AWAITING_FUNDING)
    return with_money(rows.filter(funded_or_due | Q(pk__in=late.values("engagement"))))


def page_after(rows, code):
    """(PAGE rows, newest first, after the engagement with this code; the last one's code if there are more)."""
    last = rows.filter(code=code).first() if code else None
    if last is not None:
        rows = rows.filter(accepted_at__lte=last.accepted_at).exclude(accepted_at=last.accepted_at, pk__gte=last.pk)
    found = list(rows.order_by("-accepted_at", "-pk")[: PAGE + 1])
    return found[:PAGE], (found[PAGE - 1].code if len(found) > PAGE else "")


@dataclass
class Totals:
    """One currency's figures, in minor units; `figures` by name."""

    currency: str
    figures: dict = field(default_factory=dict)

    def __getattr__(self, name):
        if name.startswith("_") or name == "figures":
            raise AttributeError(name)
        return self.figures.get(name, 0)


def totals_of_student(student, at):
    """[Totals] with pending (funded, not released), available (released, not paid) and paid (this year, net)."""
    year = timezone.localtime(at).year
    payouts = Payout.objects.filter(student=student)
    running = Engagement.objects.filter(student=student, status__in=RUNNING)
    return _by_currency(
        pending=_sums(running, F("fee_amount") - F("released_amount")),
        available=_sums(payouts.exclude(status=Payout.Status.PAID)),
        paid=_sums(payouts.filter(status=Payout.Status.PAID, paid_at__year=year), F("amount") - F("reversed_amount")),
    )


def totals_of_organization(organization):
    """[Totals]: funded = held + released + refunded + taken by the bank; due waits for payment.

    `released`: to students, with our service fee, less what was taken back from them.
    """
    engagements = Engagement.objects.filter(organization=organization)
    paid = [Funding.Status.PAID, Funding.Status.REFUNDED]
    fundings = Funding.objects.filter(engagement__organization=organization, status__in=paid)
    splits = Split.objects.filter(engagement__organization=organization)
    refunds = Refund.objects.filter(funding__engagement__organization=organization, funding__in=fundings)
    refunds = refunds.filter(sent_again_as=None)
    taken_back = Reversal.objects.filter(
        payout__engagement__organization=organization, status__in=[Reversal.Status.DONE, Reversal.Status.BORNE]
    )
    charged_back = splits.filter(cause=Split.Cause.CHARGEBACK)
    out = F("student_amount") + F("service_fee_amount")
    unpaid = engagements.filter(status=Status.AWAITING_FUNDING).exclude(being_paid(engagement=OuterRef("pk")))
    figures = {
        "funded": _sums(fundings),
        "refunded": _sums(refunds),
        "charged_back": _sums(charged_back, F("refund_amount")),
        "released": _less(_sums(splits, out), _sums(taken_back, F("refund_amount"))),
        "due": _sums(unpaid, F("fee_amount") + F("service_fee_amount")),
    }
    figures["held"] = _less(figures["funded"], *(figures[name] for name in ("refunded", "charged_back", "released")))
    return _by_currency(**figures)


def _less(whole, *parts):
    return {currency: total - sum(part.get(currency, 0) for part in parts) for currency, total in whole.items()}


def behind_the_scenes(engagement):
    """What moderators read of one engagement: calls, splits, ledger, Stripe's events and its own book's lines."""
    ids = stripe_ids_of(engagement)
    return {
        "operations": engagement.money_operations.order_by("pk"),
        "splits": engagement.splits.select_related("decided_by").order_by("pk"),
        "ledger": engagement.ledger_transactions.prefetch_related("entries__account").order_by("pk"),
        "events": StripeEvent.objects.filter(object_id__in=ids).order_by("received_at", "pk")[:SCENES],
        "stripe_lines": BalanceTransaction.objects.filter(source__in=ids).order_by("created_at", "pk"),
    }


def stripe_ids_of(engagement):
    """Every Stripe object that this engagement's rows name. Works on a row of `with_money`."""
    ids = set()
    for funding in engagement.fundings.all():
        ids |= {funding.checkout_id, funding.payment_intent_id, funding.charge_id}
        ids |= {refund.refund_id for refund in funding.refunds.all()}
        ids |= {dispute.stripe_id for dispute in funding.card_disputes.all()}
    for payout in engagement.payouts.all():
        ids |= {payout.transfer_id, *(reversal.reversal_id for reversal in payout.reversals.all())}
    return ids - {None}


def payout_account_of(student):
    """The PayoutAccount, or None before the student has begun."""
    return PayoutAccount.objects.filter(student=student).first()


def _sums(rows, amount=None):
    """{currency: sum in minor units}."""
    return dict(rows.order_by().values_list("currency").annotate(total=Sum(amount or F("amount"))))


def _by_currency(**sums):
    """[Totals] for every currency in any of the sums; the site's currency is always there."""
    totals = {settings.CURRENCY: Totals(settings.CURRENCY)}
    for name, found in sums.items():
        for currency, total in found.items():
            totals.setdefault(currency, Totals(currency)).figures[name] = total
    return list(totals.values())


def amounts_on_hold(student):
    """[(currency, minor units)] that wait for the student to finish with Stripe."""
    return sorted(
        _sums(Payout.objects.filter(student=student, status=Payout.Status.HELD, waits_for_student=True)).items()
    )


def bank_payouts_of(account):
    """The newest payouts of this account to the student's bank, each with `reason` in words where it was refused."""
    rows = list(BankPayout.objects.filter(account=account).order_by("-created_at", "-pk")[:10])
    for row in rows:
        row.reason = bank_failure(row.failure_code)
    return rows


def refused_by_bank(bank_payouts):
    """The newest of `bank_payouts_of`, where the bank refused it: until the next one, the student has to act."""
    return next((row for row in bank_payouts[:1] if row.status == BankPayout.Status.FAILED), None)
