"""Reads for the money pages: one engagement is one line, with its payment, payout and refunds."""

from dataclasses import dataclass, field

from django.conf import settings
from django.db.models import F, Prefetch, Q, Sum
from django.utils import timezone

from engagements.models import Engagement
from payments.models import Funding, Payout, PayoutAccount, Refund

Status = Engagement.Status
RUNNING = [Status.ACTIVE, Status.DELIVERED, Status.CHANGES_REQUESTED, Status.DISPUTED]
PAGE = 20


def with_money(engagements):
    """Join what a line of a money page shows, in a constant number of queries."""
    refunds = Prefetch("refunds", Refund.objects.order_by("pk"))
    fundings = Prefetch("fundings", Funding.objects.order_by("pk").prefetch_related(refunds))
    return engagements.with_people().select_related("payout").prefetch_related(fundings)


def earnings_of(student):
    """Every engagement that was ever funded for this student."""
    return with_money(Engagement.objects.filter(student=student, funded_at__isnull=False))


def spending_of(organization):
    """Every engagement of the organization that was paid for or waits for it; what lapsed unpaid is no money."""
    rows = Engagement.objects.filter(organization=organization)
    return with_money(rows.filter(Q(funded_at__isnull=False) | Q(status=Status.AWAITING_FUNDING)))


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
    """[Totals] with pending (funded, not approved), available (approved, not paid) and paid (this year)."""
    year = timezone.localtime(at).year
    payouts = Payout.objects.filter(student=student)
    running = Engagement.objects.filter(student=student, status__in=RUNNING)
    return _by_currency(
        pending=_sums(running, F("fee_amount")),
        available=_sums(payouts.exclude(status=Payout.Status.PAID)),
        paid=_sums(payouts.filter(status=Payout.Status.PAID, paid_at__year=year)),
    )


def totals_of_organization(organization):
    """[Totals] with funded = held + released + refunded, and due (waiting for payment)."""
    engagements = Engagement.objects.filter(organization=organization)
    paid = [Funding.Status.PAID, Funding.Status.REFUNDED]
    fundings = Funding.objects.filter(engagement__organization=organization, status__in=paid)
    refunds = Refund.objects.filter(funding__engagement__organization=organization)
    whole = F("fee_amount") + F("service_fee_amount")
    return _by_currency(
        funded=_sums(fundings),
        refunded=_sums(refunds.exclude(status=Refund.Status.FAILED)),
        held=_sums(engagements.filter(status__in=RUNNING), whole),
        released=_sums(engagements.filter(status=Status.APPROVED), whole),
        due=_sums(engagements.filter(status=Status.AWAITING_FUNDING), whole),
    )


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
    return sorted(_sums(Payout.objects.filter(student=student, status=Payout.Status.HELD)).items())
