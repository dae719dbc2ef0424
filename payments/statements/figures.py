"""The figures of a statement, from the ledger: what was held, what came and went, what is held.

Every transaction sums to zero, so whatever moves an organization's `held:…` accounts stands in the other accounts of
the same transaction: their sum is the change, and their names say what it was. Hence opening + flows = closing, always.
"""

from dataclasses import dataclass, field

from django.conf import settings
from django.db.models import CharField, Exists, F, Func, OuterRef, Sum, Value
from django.db.models.functions import TruncMonth
from django.utils import timezone

from payments.models import LedgerEntry, LedgerTransaction

# The first word of the other account's name → the flow. Amounts are signed: what leaves is negative.
FLOWS = {
    "stripe": "funded",
    "payable": "released",
    "revenue": "service_fees",
    "refund_in_transit": "refunds",
    "dispute": "chargebacks",
    "loss": "chargebacks",
}
NAMES = {
    "funded": "Funded",
    "released": "Released to students",
    "service_fees": "Service fees",
    "refunds": "Refunds",
    "chargebacks": "Chargebacks",
    "other": "Other",
}
HELD = "held:"


@dataclass
class Figures:
    """One currency; minor units."""

    currency: str
    opening: int = 0
    flows: dict = field(default_factory=lambda: dict.fromkeys(NAMES, 0))

    @property
    def closing(self):
        return self.opening + sum(self.flows.values())


@dataclass(frozen=True)
class Line:
    """One movement of held money. `amount` is signed."""

    at: object
    flow: str
    amount: int
    currency: str
    transaction: LedgerTransaction


def flow_of(account):
    """The flow that an account's name stands for: "payable:7:usd" → "released"."""
    return FLOWS.get(account.split(":")[0], "other")


def figures_of(organization, period):
    """[Figures], one for each currency that was ever held; the site's currency is always there."""
    found = {settings.CURRENCY: Figures(settings.CURRENCY)}
    held = entries_of(organization).filter(account__code__startswith=HELD)
    opening = held.filter(transaction__at__lt=period.start).values_list("currency").annotate(total=Sum("amount"))
    for currency, total in opening.order_by():
        found.setdefault(currency, Figures(currency)).opening = -total  # a held account grows by credits
    for currency, _month, word, total in flows_by_month(organization, period):
        found.setdefault(currency, Figures(currency)).flows[flow_of(word)] += total
    return list(found.values())


def monthly_figures(organization, period, at):
    """{currency: [(month, Figures)]} of a year; each month opens with what the one before closed with."""
    flows = {}
    for currency, month, word, total in flows_by_month(organization, period):
        sums = flows.setdefault((currency, month.month), dict.fromkeys(NAMES, 0))
        sums[flow_of(word)] += total
    result = {}
    for year in figures_of(organization, period):
        opening, rows = year.opening, []
        for month in period.months(at):
            sums = flows.get((year.currency, month.month)) or dict.fromkeys(NAMES, 0)
            rows.append((month, Figures(year.currency, opening, sums)))
            opening = rows[-1][1].closing
        result[year.currency] = rows
    return result


def flows_by_month(organization, period):
    """(currency, first of the month, first word of the other account, sum) of all that moved held money."""
    word = Func(F("account__code"), Value(":"), Value(1), function="split_part", output_field=CharField())
    month = TruncMonth("transaction__at", tzinfo=timezone.get_default_timezone())
    rows = within(entries_of(organization), period, "transaction__at").exclude(account__code__startswith=HELD)
    moved = rows.filter(Exists(held_entries(OuterRef("transaction_id"))))
    grouped = moved.annotate(month=month, word=word).values_list("currency", "month", "word")
    return grouped.annotate(total=Sum("amount")).order_by("currency", "month", "word")


def lines_of(organization, period):
    """Lines, oldest first. A transaction has one for each flow: a release and its service fee are two."""
    rows = LedgerTransaction.objects.filter(engagement__organization=organization)
    moved = within(rows, period, "at").filter(Exists(held_entries(OuterRef("pk"))))
    joined = moved.select_related("engagement__project", "engagement__student").prefetch_related("entries__account")
    for transaction in joined.order_by("at", "pk").iterator(chunk_size=200):
        entries = sorted(transaction.entries.all(), key=lambda entry: entry.pk)
        for flow, currency in dict.fromkeys(_kind(entry) for entry in entries if not _is_held(entry)):
            amount = sum(entry.amount for entry in entries if not _is_held(entry) and _kind(entry) == (flow, currency))
            yield Line(transaction.at, flow, amount, currency, transaction)


def entries_of(organization):
    return LedgerEntry.objects.filter(transaction__engagement__organization=organization)


def held_entries(transaction):
    return LedgerEntry.objects.filter(transaction=transaction, account__code__startswith=HELD)


def within(rows, period, column):
    return rows.filter(**{f"{column}__gte": period.start, f"{column}__lt": period.end})


def _is_held(entry):
    return entry.account.code.startswith(HELD)


def _kind(entry):
    return flow_of(entry.account.code), entry.currency
