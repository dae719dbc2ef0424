"""What is written about the money, here and at Stripe, as plain values: audit.py compares them.

Imported when Django is set up.
"""

from dataclasses import dataclass, field

from django.db.models import Count, Q, Sum

from engagements.models import ChangeOrder, Engagement
from payments import ledger
from payments.models import (
    BalanceTransaction,
    CardDispute,
    Funding,
    LedgerAccount,
    LedgerTransaction,
    MoneyFreeze,
    MoneyOperation,
    Payout,
    PayoutAccount,
    Refund,
    Reversal,
    Split,
    StripeEvent,
)

KEPT = ("paid", "refunded")  # statuses of a Funding whose money has reached us


@dataclass
class Facts:
    """`engagements`: code → what was decided about its money; the rest are rows as dictionaries."""

    engagements: dict = field(default_factory=dict)
    operations: list = field(default_factory=list)
    unfinished: list = field(default_factory=list)  # (what, which, how it stands)
    ledger_sums: dict = field(default_factory=dict)
    drifted_accounts: list = field(default_factory=list)
    at_stripe: dict = field(default_factory=dict)  # currency → what the ledger says is there
    held: dict = field(default_factory=dict)  # engagement code → what the ledger holds for it
    freezes: int = 0  # how often payouts were frozen
    movements: dict = field(default_factory=dict)  # kind of ledger transaction → how many
    change_orders: dict = field(default_factory=dict)  # status → how many


def read_facts():
    return Facts(
        engagements={row["code"]: row for row in engagements()},
        operations=operations(),
        unfinished=unfinished(),
        ledger_sums=ledger.sums(),
        drifted_accounts=ledger.drifted_accounts(),
        at_stripe=at_stripe(),
        held={name.removeprefix("held:"): balance for name, balance in ledger.balances("held:", "usd").items()},
        freezes=MoneyFreeze.objects.count(),
        movements=counted(LedgerTransaction, "kind"),
        change_orders=counted(ChangeOrder, "status"),
    )


def engagements():
    """With what was decided and must have moved, in minor units.

    `to_student`, `to_employer` (by refunds of ours), `to_bank` (of what was held, by a lost card dispute), `ours`.
    `work` is the code of the project's first engagement: who takes over is paid from what was paid for it.
    """
    accounts = dict(PayoutAccount.objects.values_list("student_id", "stripe_id"))
    received = by_engagement(Funding.objects.filter(status__in=KEPT))
    surplus = by_engagement(Funding.objects.filter(status__in=KEPT, counts=False))
    covered = by_engagement(Refund.objects.filter(status=Refund.Status.COVERED), "funding__engagement__code")
    splits = Split.objects.exclude(cause=Split.Cause.CHARGEBACK)
    refunds = by_engagement(splits, of="refund_amount")
    ours = by_engagement(splits, of="service_fee_amount")
    back = Reversal.objects.filter(status__in=[Reversal.Status.DONE, Reversal.Status.BORNE])
    reversed_amount = by_engagement(back.filter(status=Reversal.Status.DONE), "payout__engagement__code")
    taken_back = by_engagement(back, "payout__engagement__code", "refund_amount")
    to_bank = by_engagement(Split.objects.filter(cause=Split.Cause.CHARGEBACK), of="refund_amount")
    first = {}  # project → code
    for row in Engagement.objects.order_by("pk"):
        code, extra = row.code, surplus.get(row.code, 0)
        yield {
            "code": code, "work": first.setdefault(row.project_id, code), "status": row.status,
            "account": accounts.get(row.student_id), "fee": row.fee_amount,
            "received": received.get(code, 0), "counted": received.get(code, 0) - extra,
            "to_student": row.released_amount - reversed_amount.get(code, 0), "released": row.released_amount,
            "ours": ours.get(code, 0), "to_bank": to_bank.get(code, 0),
            "to_employer": extra + refunds.get(code, 0) + taken_back.get(code, 0) - covered.get(code, 0),
            "divided_to_employer": refunds.get(code, 0),
        }  # fmt: skip


def counted(model, name):
    return dict(model.objects.values_list(name).annotate(Count("pk")).order_by(name))


def by_engagement(rows, code="engagement__code", of="amount"):
    return dict(rows.values_list(code).annotate(Sum(of)).order_by(code))


def operations():
    names = ("key", "kind", "status", "error_code", "error", "amount", "stripe_id", "tries", "attempt")
    rows = MoneyOperation.objects.order_by("pk").values(*names, "engagement__code", "engagement__student_id")
    accounts = dict(PayoutAccount.objects.values_list("student_id", "stripe_id"))
    return [{**row, "account": accounts.get(row["engagement__student_id"])} for row in rows]


def unfinished():
    """Rows that wait for something although everybody has been heard: (what, which, how it stands)."""
    lost = Q(status=CardDispute.Status.LOST, settled_at=None)
    disputes = CardDispute.objects.filter(lost | Q(status__in=CardDispute.OPEN))
    sent_anew = Q(status=Refund.Status.FAILED, sent_again_as__isnull=False)
    refunds = Refund.objects.exclude(status__in=[Refund.Status.DONE, Refund.Status.COVERED]).exclude(sent_anew)
    found = {
        "event": StripeEvent.objects.filter(handled_at=None).values_list("type", "outcome"),
        "payout": Payout.objects.filter(status="due").values_list("engagement__code", "operation__status"),
        "refund": refunds.values_list("funding__engagement__code", "status"),
        "funding": Funding.objects.filter(status="processing").values_list("engagement__code", "checkout_id"),
        "reversal": Reversal.objects.filter(status="due").values_list("payout__engagement__code", "operation__status"),
        "card dispute": disputes.values_list("funding__engagement__code", "status"),
        "freeze": MoneyFreeze.objects.filter(lifted_at=None).values_list("reason", "started_at"),
        "line of Stripe's book": unmatched().values_list("type", "stripe_id"),
    }
    return [(what, *row) for what, rows in found.items() for row in rows]


def unmatched():
    return BalanceTransaction.objects.exclude(state=BalanceTransaction.State.MATCHED).order_by("pk")


def at_stripe():
    rows = LedgerAccount.objects.filter(code__startswith="stripe:").values_list("currency")
    return dict(rows.annotate(total=Sum("balance")).order_by("currency"))
