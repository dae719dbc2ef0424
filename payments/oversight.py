"""What an admin looks at: whether the books agree, what is owed and covered, and what needs a person."""

from django.urls import reverse

from marketplace.clock import days
from marketplace.money import format_money
from payments import ledger
from payments.models import (
    BalanceTransaction,
    CardDispute,
    Funding,
    LedgerAccount,
    MoneyFreeze,
    MoneyOperation,
    Payout,
    Refund,
    Reversal,
    StripeEvent,
)

PATIENCE = days(1) / 96  # a quarter of an hour: what is younger is being worked on
OWED = ("held", "payable", "refund_in_transit")
NEAR_LIMIT = days(30)


def overview(at):
    """{"freeze", "currencies": [...], "needs": [(words, count, address)]}: a constant number of queries."""
    return {
        "freeze": MoneyFreeze.objects.filter(lifted_at=None).first(),
        "currencies": [figures_of(code, accounts) for code, accounts in accounts_by_currency().items()],
        "drifted": ledger.drifted_accounts(),
        "needs": [(words, rows.count(), address) for words, rows, address in needs(at)],
    }


def accounts_by_currency():
    found = {}
    for account in LedgerAccount.objects.order_by("currency", "code"):
        found.setdefault(account.currency, []).append(account)
    return found


def figures_of(currency, accounts):
    """One currency: what Stripe holds for us, what of it is owed to others, and what is ours."""
    sums = {}
    for account in accounts:
        name = account.code.split(":")[0]
        sums[name] = sums.get(name, 0) + account.balance
    owed = sum(sums.get(name, 0) for name in OWED)
    rows = [
        ("At Stripe", sums.get("stripe", 0)),
        ("Held for engagements", sums.get("held", 0)),
        ("Owed to students", sums.get("payable", 0)),
        ("Refunds on their way", sums.get("refund_in_transit", 0)),
        ("Ours: at Stripe, less what is owed", sums.get("stripe", 0) - owed),
        ("Taken by card disputes", sums.get("dispute", 0)),
        ("Service fees", sums.get("revenue", 0)),
        ("Stripe's fees", sums.get("expense", 0)),
        ("Losses", sums.get("loss", 0)),
        ("Suspense", sums.get("suspense", 0)),
        ("Sum of all entries", ledger.sums().get(currency, 0)),
    ]
    return {
        "code": currency.upper(),
        "rows": [(words, format_money(amount, currency, trim=False)) for words, amount in rows],
        "short": sums.get("stripe", 0) < owed,
    }


def needs(at):
    """(words, rows, address) of what a person should look at."""
    return [*calls(at), *movements_back(), *limits(at)]


def calls(at):
    """Calls to Stripe, and what came of them."""
    stuck = MoneyOperation.objects.filter(status__in=MoneyOperation.OPEN, first_sent_at__lte=at - PATIENCE)
    failed = MoneyOperation.objects.filter(status="failed").exclude(error_code="not_needed")
    late = StripeEvent.objects.filter(handled_at=None, received_at__lte=at - PATIENCE)
    suspense = BalanceTransaction.objects.filter(state="suspense", explanation="")
    return [
        ("Lines of Stripe's book in suspense", suspense, _list("balancetransaction", "state__exact=suspense")),
        ("Calls without a result for a quarter of an hour", stuck, _list("moneyoperation", "status__exact=unknown")),
        ("Calls that failed", failed, _list("moneyoperation", "status__exact=failed")),
        ("Events not handled for a quarter of an hour", late, _list("stripeevent", "state=waiting")),
        ("Payouts on hold", Payout.objects.filter(status="held"), _list("payout", "status__exact=held")),
    ]


def movements_back():
    """What should have gone back and did not, and what banks dispute."""
    returned = Refund.objects.filter(status="failed", sent_again_as=None)
    stopped = Reversal.objects.filter(status__in=["held", "failed"])
    return [
        ("Refunds that came back", returned, _list("refund", "status__exact=failed")),
        ("Reversals that stopped", stopped, _list("reversal")),
        ("Card disputes that are open", CardDispute.objects.filter(status__in=CardDispute.OPEN), _list("carddispute")),
    ]


def limits(at):
    """Money that may not be held for much longer."""
    near = Funding.objects.filter(counts=True, status="paid", hold_deadline__lte=at + NEAR_LIMIT)
    near = near.exclude(engagement__status__in=["approved", "cancelled"])
    return [("Payments whose holding limit is near", near, _list("funding"))]


def _list(model, query=""):
    return reverse(f"admin:payments_{model}_changelist") + (f"?{query}" if query else "")
