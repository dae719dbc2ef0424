"""The money of one engagement from the employer's card to the student's account, against the simulator."""

import pytest

from engagements.models import Engagement
from payments import actions, ledger
from payments.models import Funding, LedgerAccount, Payout, PayoutAccount, Refund, StripeEvent
from tests.factories import NOW
from tests.payments.factories import deliver, fund, make_awaiting, onboard, settle

pytestmark = pytest.mark.django_db(transaction=True)


def balances():
    return {account.code: account.balance for account in LedgerAccount.objects.exclude(balance=0)}


def test_funded_approved_paid(organization, owner, simulator):
    engagement = make_awaiting(organization)
    onboard(engagement.student, simulator)

    funding = fund(engagement, owner, simulator)
    engagement.refresh_from_db()
    assert (funding.status, funding.counts, funding.amount) == ("paid", True, 52_800)
    assert (funding.card_hint, funding.method) == ("Visa ending 4242", "card")
    assert (engagement.status, engagement.funded_at) == (Engagement.Status.ACTIVE, NOW)
    held = f"held:{engagement.code}:usd"
    fee = 1_561  # Stripe: 2.9 % + 30 cents
    assert balances() == {held: 52_800, "stripe:pending:usd": 52_800 - fee, "expense:stripe_fee:usd": fee}

    [payout] = actions.approve_delivery(engagement=deliver(engagement), by=owner, at=NOW)
    assert (payout.status, payout.amount) == (Payout.Status.DUE, 48_000)
    assert balances()[f"payable:{engagement.student_id}:usd"] == 48_000
    settle()

    payout.refresh_from_db()
    assert (payout.status, payout.paid_at, payout.operation.status) == (Payout.Status.PAID, NOW, "done")
    transfers = simulator.transfers(engagement.code)
    assert [(row["id"], row["amount"], row["source_transaction"]) for row in transfers] == [
        (payout.transfer_id, 48_000, funding.charge_id)
    ]
    assert balances() == {
        "stripe:pending:usd": 4_800 - fee, "expense:stripe_fee:usd": fee, "revenue:fee:usd": 4_800
    }  # fmt: skip
    assert ledger.sums() == {"usd": 0}
    assert ledger.drifted_accounts() == []
    assert simulator.platform_balance() == ledger.balance("stripe:pending", "usd")
    assert StripeEvent.objects.filter(handled_at=None).count() == 0


def test_cancelled_before_the_work_goes_back_in_full(organization, owner, simulator):
    engagement = make_awaiting(organization)
    funding = fund(engagement, owner, simulator)

    actions.cancel_engagement(engagement=engagement, by=owner, reason="Our data is not ready.", at=NOW)
    settle()

    engagement.refresh_from_db()
    funding.refresh_from_db()
    refund = Refund.objects.get()
    assert (engagement.status, funding.status, refund.status) == ("cancelled", "refunded", "done")
    assert [(row["amount"], row["status"]) for row in simulator.refunds(engagement.code)] == [(52_800, "succeeded")]
    assert (refund.amount, refund.reason) == (52_800, "Our data is not ready.")
    assert ledger.balance(ledger.held(engagement), "usd") == 0
    assert ledger.sums() == {"usd": 0}
    assert simulator.platform_balance() == ledger.balance("stripe:pending", "usd")
    assert Funding.objects.count() == 1


def test_an_account_is_made_once_and_believed_only_when_fetched(student, simulator):
    url = actions.start_onboarding(student=student.student, by=student, at=NOW)
    again = actions.start_onboarding(student=student.student, by=student, at=NOW)
    account = PayoutAccount.objects.get()
    assert url.startswith(simulator.address)
    assert again != url
    assert (account.transfers_status, account.is_ready) == ("restricted", False)
    simulator.onboard(account.stripe_id)
    assert PayoutAccount.objects.get().is_ready is False
    assert actions.sync_account(account.stripe_id, at=NOW).is_ready is True
