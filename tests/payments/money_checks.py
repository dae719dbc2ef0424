"""What must hold of one engagement's money, whatever happened to it: our rows, our ledger and Stripe's book agree."""

from collections import Counter, defaultdict

from django.db.models import Sum

from payments.models import CardDispute, Funding, LedgerEntry, Payout, Refund, Reversal, Split

DISPUTE_FEE = 1_500  # the simulator's, for each


def total(rows, name="amount"):
    return rows.aggregate(sum=Sum(name, default=0))["sum"]


def booked(engagement):
    """{first word of the account: sum of this engagement's entries}, credits positive."""
    rows = LedgerEntry.objects.filter(transaction__engagement=engagement).select_related("account")
    found = defaultdict(int)
    for entry in rows:
        found[entry.account.code.split(":")[0]] -= entry.amount
    return found


def in_transit(engagement):
    """What our Refunds say is owed to the payer and not at Stripe."""
    refunds = Refund.objects.filter(funding__engagement=engagement)
    unsent = refunds.filter(status="due", refund_id=None)
    return total(unsent) + total(refunds.filter(status="failed", sent_again_as=None))


def kept_by_us(engagement):
    """The service fee, less what went back with reversals."""
    back = Reversal.objects.filter(payout__engagement=engagement, status__in=["done", "borne"], refund_amount__gt=0)
    return total(engagement.splits, "service_fee_amount") - total(back, "refund_amount") + total(back)


def check_rows(engagement):
    """Our rows against our ledger. Holds at every moment."""
    ours, splits = booked(engagement), Split.objects.filter(engagement=engagement)
    given = sum(total(splits, f"{part}_amount") for part in ("student", "service_fee", "refund"))
    funded = total(Funding.objects.filter(engagement=engagement, counts=True))
    assert ours["held"] == funded - given >= 0
    payouts = Payout.objects.filter(engagement=engagement)
    assert ours["payable"] == total(payouts.filter(transfer_id=None))
    assert ours["refund_in_transit"] == in_transit(engagement)
    assert ours["revenue"] == kept_by_us(engagement)
    disputes = CardDispute.objects.filter(funding__engagement=engagement, withdrawn=True)
    pending = disputes.exclude(status="won").filter(settled_at=None)
    assert -ours["dispute"] == total(pending)
    assert engagement.released_amount == total(payouts)


def check_stripe(engagement, group):
    """Our rows and ledger against the simulator's book, once nothing is under way any more.

    funded + what we bear = paid + fee + refunded + held ± disputed.
    """
    payouts = Payout.objects.filter(engagement=engagement)
    refunds = Refund.objects.filter(funding__engagement=engagement)
    fundings = Funding.objects.filter(engagement=engagement, status__in=["paid", "refunded"])
    for kind in ("transfers", "refunds"):
        keys = Counter(row["metadata"]["operation"] for row in group[kind])
        assert [key for key, times in keys.items() if times > 1] == []
    assert group["charged"] == total(fundings)
    assert group["transferred"] == total(payouts.filter(transfer_id__isnull=False))
    assert group["reversed"] == total(payouts, "reversed_amount")
    assert group["refunded"] == total(refunds.filter(status="done"))
    taken = [row for row in group["disputes"] if row["status"] != "won"]
    assert group["disputed"] == sum(row["amount"] for row in taken)
    assert len(group["disputes"]) == CardDispute.objects.filter(funding__engagement=engagement).count()
    ours = booked(engagement)
    cash = group["charged"] - group["fees"] - group["transferred"] + group["reversed"]
    cash -= group["refunded"] + group["disputed"] + DISPUTE_FEE * len(group["disputes"])
    assert -ours["stripe"] == cash
    paid = group["transferred"] - group["reversed"]
    owed = ours["held"] + ours["payable"] + ours["refund_in_transit"]
    back = group["refunded"] + group["disputed"] - (-ours["dispute"])
    assert group["charged"] - ours["loss"] == paid + ours["revenue"] + back + owed
