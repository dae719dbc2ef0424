"""Issuing documents, in the transaction of the fact that they prove; each fact has one, however often it is told.

Call these last: the row of the series is locked until the transaction ends, after every other lock (docs/payments.md).
"""

from django.db import transaction
from django.utils import timezone

from marketplace.activity.actions import record
from marketplace.sweeps import one_by_one
from payments.documents import contents
from payments.documents.models import PREFIX, BillingDetails, Document, DocumentSeries, Kind
from payments.models import Funding, Payout, Refund


@transaction.atomic
def issue_for_funding(funding, at):
    """The invoice of a paid funding, which is its receipt as well. Returns the Document."""
    existing = Document.objects.filter(funding=funding).first()
    return existing or _issue(
        Kind.INVOICE, at, funding.engagement, contents.of_funding(funding), amount=funding.amount,
        currency=funding.currency, organization=funding.engagement.organization, funding=funding,
    )  # fmt: skip


@transaction.atomic
def issue_for_refund(refund, at):
    """The credit note of a refund that Stripe has made. Returns the Document.

    A refund that the bank sent back and that was sent again is the same debt: it keeps the note of the first.
    """
    existing = Document.objects.filter(refund__in=tries_of(refund)).first()
    engagement = refund.funding.engagement
    return existing or _issue(
        Kind.CREDIT_NOTE, at, engagement, contents.of_refund(refund), amount=refund.amount,
        currency=refund.currency, organization=engagement.organization, refund=refund,
    )  # fmt: skip


def tries_of(refund):
    """This refund and those before it that came back."""
    tries = [refund]
    while earlier := Refund.objects.filter(sent_again_as=tries[-1]).first():
        tries.append(earlier)
    return tries


@transaction.atomic(savepoint=False)
def issue_for_payout(payout, at):
    """What the student was paid, for what and by whom. Returns the Document."""
    existing = Document.objects.filter(payout=payout).first()
    return existing or _issue(
        Kind.PAYMENT, at, payout.engagement, contents.of_payout(payout), amount=payout.amount,
        currency=payout.currency, student=payout.student, payout=payout,
    )  # fmt: skip


def _issue(kind, at, engagement, says, **fields):
    series = take_number(kind, year_of(at))
    return Document.objects.create(
        kind=kind, series=series, number=series.last_number, issued_at=at, engagement=engagement, contents=says,
        reference=f"{PREFIX[kind]}-{series.year}-{series.last_number:06d}", project_title=engagement.project.title,
        **fields,
    )  # fmt: skip


def take_number(kind, year):
    """The series with its next number taken. A transaction that fails gives the number back with everything else."""
    rows = DocumentSeries.objects.select_for_update().filter(kind=kind, year=year)
    series = rows.first()
    if series is None:
        DocumentSeries.objects.bulk_create([DocumentSeries(kind=kind, year=year)], ignore_conflicts=True)
        series = rows.get()
    series.last_number += 1
    series.save(update_fields=["last_number"])
    return series


def year_of(at):
    """Years begin at midnight in the site's time zone, whoever reads the document where."""
    return timezone.localtime(at, timezone.get_default_timezone()).year


def issue_missing(*, at):
    """Documents for what was paid before documents were issued. Returns how many. Call it outside any transaction."""
    paid = [Funding.Status.PAID, Funding.Status.REFUNDED]
    fundings = Funding.objects.filter(status__in=paid, document=None).order_by("paid_at", "pk")
    refunds = Refund.objects.filter(status=Refund.Status.DONE, document=None, sent_before_as=None)
    payouts = Payout.objects.filter(status=Payout.Status.PAID, document=None).order_by("paid_at", "pk")
    issued = one_by_one(fundings, lambda row: issue_for_funding(row, at))
    issued += one_by_one(refunds.order_by("done_at", "pk"), lambda row: issue_for_refund(row, at))
    issued += one_by_one(payouts, lambda row: issue_for_payout(row, at))
    return len(issued)


@transaction.atomic
def save_billing_details(*, organization, by, at, **details):
    """What the organization's next documents say. Returns the BillingDetails."""
    found, _ = BillingDetails.objects.update_or_create(
        organization=organization, defaults={**details, "updated_by": by, "updated_at": at}
    )
    record("billing_details.saved", actor=by, subject=organization, at=at)
    return found
