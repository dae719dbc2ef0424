"""More work, paid separately: two fundings of one engagement, divided as one."""

from datetime import timedelta

import pytest

from engagements import actions as engagements
from engagements.models import ChangeOrder, Engagement
from marketplace.errors import InvalidTransition
from payments import actions, ledger
from payments.models import Funding
from tests.engagements.factories import make_change_order
from tests.factories import NOW
from tests.payments.factories import deliver, fund, make_awaiting, onboard, settle
from tests.payments.faults.world import amounts, assert_books_agree

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def engagement(organization, owner, simulator):
    """Paid and kicked off; the student can be paid."""
    engagement = make_awaiting(organization)
    onboard(engagement.student, simulator)
    fund(engagement, owner, simulator)
    Engagement.objects.update(kickoff_student_at=NOW, kickoff_organization_at=NOW)
    engagement.refresh_from_db()
    return engagement


@pytest.fixture
def order(engagement, owner):
    """$120 more, accepted by the student."""
    return make_change_order(engagement, owner, "accepted")


def start(order, by, at=NOW):
    return actions.start_funding(engagement=order.engagement, change_order=order, by=by, at=at)


def pay(order, by, simulator, at=NOW):
    funding = start(order, by, at)
    simulator.pay(funding.checkout_id)
    funding = actions.sync_checkout(funding.checkout_id, at=at)
    order.engagement.refresh_from_db()
    return funding


def test_it_adds_to_the_fee_and_is_paid_once(engagement, order, owner, simulator):
    assert start(order, owner) == start(order, owner)
    pay(order, owner, simulator)
    order.refresh_from_db()
    assert (order.status, engagement.fundings.filter(counts=True).count()) == ("funded", 2)
    assert Engagement.objects.get().fee_amount == 60_000
    assert ledger.balance(ledger.held(engagement), "usd") == 52_800 + 13_200
    with pytest.raises(InvalidTransition):
        start(order, owner)


def test_the_approval_pays_from_both_fundings(engagement, order, owner, simulator):
    pay(order, owner, simulator)
    engagement.refresh_from_db()
    actions.approve_delivery(engagement=deliver(engagement), by=owner, at=NOW)
    settle()
    assert sorted(amounts(simulator.transfers(engagement.code))) == [12_000, 48_000]
    assert ledger.balance("revenue:fee", "usd") == 6_000
    assert_books_agree(simulator)


def test_a_split_pays_from_the_oldest_and_refunds_from_the_newest(engagement, order, owner, moderator, simulator):
    pay(order, owner, simulator)
    dispute = engagements.open_dispute(engagement=engagement, problem="Half is missing.", by=owner, at=NOW)
    actions.resolve_dispute(dispute=dispute, student_amount=50_000, reasons="Most holds.", by=moderator, at=NOW)
    settle()
    assert sorted(amounts(simulator.transfers(engagement.code))) == [2_000, 48_000]
    assert amounts(simulator.refunds(engagement.code)) == [13_200 - 2_200]
    assert_books_agree(simulator)


def test_what_was_withdrawn_before_the_payment_arrived_goes_back(engagement, order, owner, simulator):
    funding = start(order, owner)
    engagements.withdraw_change_order(change_order=order, by=owner, at=NOW)
    simulator.pay(funding.checkout_id)
    settle()
    funding.refresh_from_db()
    assert (funding.status, funding.counts) == ("refunded", False)
    assert (ChangeOrder.objects.get().status, Engagement.objects.get().fee_amount) == ("withdrawn", 48_000)
    assert amounts(simulator.refunds(engagement.code)) == [13_200]
    assert_books_agree(simulator)


def test_a_lapsed_page_that_is_paid_after_all_goes_back(engagement, order, owner, simulator):
    late = NOW + timedelta(days=6)
    funding = start(order, owner)
    assert engagements.lapse_change_orders(at=late) == 1
    simulator.pay(funding.checkout_id)
    settle(late)
    assert Funding.objects.get(pk=funding.pk).status == "refunded"
    assert_books_agree(simulator)
