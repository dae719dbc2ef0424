"""One engagement with money in every state that a decision may meet, made by direct rows; and what became of it.

$480 and a service fee of $48 are held. $60 were released and paid, $40 were released and their transfer is planned. A
change order for $120 was accepted and paid at Stripe, of which nobody has told us.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Sum

from engagements.models import ChangeOrder, Engagement
from payments import ledger, movements
from payments.actions.payouts import transfer_params
from payments.actions.splits import holding_of
from payments.models import LedgerEntry, MoneyOperation, Payout, Split
from payments.stripe_values import Checkout
from tests.engagements.factories import make_change_order
from tests.factories import NOW, make_application, make_engagement, make_project
from tests.payments.factories import make_funding, make_payout

DUE = NOW + timedelta(days=5)  # the end of the time to review
PAID, PLANNED = 6_000, 4_000
RELEASED = PAID + PLANNED


@dataclass
class Cast:
    """Who takes part in every round, and one card charge at Stripe for each round that pays out."""

    student: object
    owner: object
    organization: object
    moderator: object
    charges: list


@dataclass
class World:
    cast: Cast
    engagement: Engagement
    delivered: bool
    criterion: object
    paid: Payout
    planned: Payout
    order: ChangeOrder
    checkout: Checkout
    take_back_planned: bool = False  # what a moderator takes back: the planned payout instead of the paid one


def make_world(cast, *, delivered):
    """`delivered`: a version is under review; else the work goes on and nothing was delivered."""
    project = make_project(organization=cast.organization, status="closed")
    application = make_application(project=project, student=cast.student, status="accepted", answers=False)
    status = "delivered" if delivered else "active"
    engagement = make_engagement(application=application, status=status, released_amount=RELEASED)
    ids = cast.charges.pop() if cast.charges else {}
    fields = {"charge_id": ids["id"], "payment_intent_id": ids["payment_intent"]} if ids else {}
    funding = make_funding(engagement, "paid", hold_deadline=NOW + timedelta(days=90), **fields)
    paid = release(engagement, funding, PAID, funding.amount, "paid")
    planned = release(engagement, funding, PLANNED, funding.amount - PAID * 11 // 10, "due")
    order = make_change_order(engagement, cast.owner, "accepted")
    criterion = project.criteria.first()
    return World(cast, engagement, delivered, criterion, paid, planned, order, paid_page(engagement, order))


def release(engagement, funding, amount, held, status):
    """A part that was released early: Split, Payout, its operation and the ledger."""
    fee = amount // 10
    split = Split.objects.create(
        engagement=engagement, funding=funding, cause="partial_release", currency="usd", held_amount=held,
        student_amount=amount, service_fee_amount=fee, kept_amount=held - amount - fee, decided_at=NOW,
    )  # fmt: skip
    payout = make_payout(engagement, status, split=split, amount=amount)
    movements.payout_approved(payout, NOW)
    if status == "paid":
        movements.payout_sent(payout, payout.transfer_id, NOW)
    else:
        key, params = f"transfer:{payout.code}", transfer_params(split, payout.code)
        MoneyOperation.objects.filter(pk=payout.operation_id).update(status="planned", key=key, params=params)
    return payout


def paid_page(engagement, order):
    """What Stripe says of the page on which the change order was paid; ours is still waiting."""
    amount = order.fee_amount + order.service_fee_amount
    funding = make_funding(engagement, change_order=order, amount=amount, fee_amount=order.fee_amount)
    number = funding.checkout_id.removeprefix("cs_")
    return Checkout(
        id=funding.checkout_id, url="", status="complete", payment_status="paid", amount=amount, currency="usd",
        expires_at=funding.expires_at, reference=funding.code, operation=funding.operation.key,
        payment_intent_id=f"pi_order_{number}", charge_id=f"ch_order_{number}", method="card", stripe_fee=413,
    )  # fmt: skip


def outcome(engagement):
    """All that two decisions may have moved, comparable between rounds."""
    row = Engagement.objects.get(pk=engagement.pk)
    return {
        "engagement": (row.status, row.fee_amount, row.released_amount),
        "orders": Counter(row.change_orders.values_list("status", flat=True)),
        "disputes": Counter(row.disputes.values_list("outcome", "student_amount")),
        "fundings": Counter(row.fundings.values_list("amount", "status", "counts")),
        "splits": Counter(row.splits.values_list("cause", "student_amount", "service_fee_amount", "refund_amount")),
        "payouts": Counter(row.payouts.values_list("amount", "status", "reversed_amount")),
        "refunds": Counter(row.fundings.values_list("refunds__amount", "refunds__status")),
        "operations": Counter(MoneyOperation.objects.filter(engagement=row).values_list("kind", "amount", "status")),
        "ledger": balances(row),
    }


def balances(engagement):
    """{the first word of the account: the sum of this engagement's entries}."""
    entries = LedgerEntry.objects.filter(transaction__engagement=engagement).values_list("account__code")
    found = Counter()
    for code, amount in entries.annotate(sum=Sum("amount")):
        found[code.split(":")[0]] += amount
    return found


def check_books(engagement):
    """Of this engagement: nothing appears or vanishes, and what is held is what the fundings say."""
    held = sum(holding_of(row).held for row in engagement.fundings.filter(counts=True))
    assert ledger.balance(ledger.held(engagement), "usd") == held
    assert sum(balances(engagement).values()) == 0
    operations = MoneyOperation.objects.filter(engagement=engagement)
    assert operations.filter(kind="transfer").count() == engagement.payouts.count()
    for funding in engagement.fundings.filter(status__in=["paid", "refunded"]):
        divided = sum(funding.splits.values_list("student_amount", flat=True))
        returned = sum(funding.refunds.filter(split__isnull=False).values_list("amount", flat=True))
        assert divided + returned <= funding.amount
