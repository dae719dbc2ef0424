"""Faults 9 to 15, 33 and 34: what Stripe tells us comes early, twice, in any order, late, never, or not from Stripe."""

import itertools
import time

import pytest

from engagements.models import Engagement
from marketplace.notifications.models import Notification
from payments import actions, ledger, tasks
from payments.actions import events
from payments.models import BankPayout, CardDispute, Funding, LedgerTransaction, Payout, Refund, StripeEvent
from tests.factories import NOW
from tests.payments.factories import deliver, fund, make_awaiting, onboard, settle
from tests.payments.faults.world import DAY, alarms, amounts, assert_books_agree, send, snapshot
from tests.payments.stripe_stand_in import DEBIT

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def page(awaiting, owner, simulator):
    """The Funding of an open Checkout page."""
    return actions.start_funding(engagement=awaiting, by=owner, at=NOW)


def state(funding):
    funding.refresh_from_db()
    return funding.status, Engagement.objects.values_list("status", flat=True).get(pk=funding.engagement_id)


def test_fault_09_the_webhook_comes_before_the_redirect(page, owner, simulator):
    simulator.pay(page.checkout_id)
    settle()
    assert state(page) == ("paid", "active")
    actions.sync_checkout(page.checkout_id, at=NOW)  # the redirect, afterwards
    assert LedgerTransaction.objects.filter(kind="funding_received").count() == 1
    assert Notification.objects.filter(kind="money.paid", recipient=owner).count() == 1
    assert_books_agree(simulator)


def test_fault_10_the_redirect_and_no_webhook(page, owner, client_of, simulator):
    simulator.pay(page.checkout_id)
    answer = client_of(owner).get(f"/payments/work/{page.engagement.code}/fund/{page.code}/")
    assert "Paid: $528" in answer.content.decode()
    assert (state(page), StripeEvent.objects.count()) == (("paid", "active"), 0)


def test_fault_11_a_duplicate_event_is_kept_once(page, simulator):
    simulator.pay(page.checkout_id)
    assert [send(snapshot(about=page.checkout_id)) for _ in range(3)] == [200, 200, 200]
    assert StripeEvent.objects.count() == 1


def test_fault_11_two_events_for_one_fact_fund_once(page, simulator):
    simulator.pay(page.checkout_id)
    send(snapshot(about=page.checkout_id, number="1"))
    send(snapshot("checkout.session.async_payment_succeeded", about=page.checkout_id, number="2"))
    at = StripeEvent.objects.latest("due_at").due_at
    actions.sweep_events(at=at)
    assert StripeEvent.objects.filter(handled_at=at).count() == 2
    assert LedgerTransaction.objects.filter(kind="funding_received").count() == 1


def told(simulator, engagement, owner):
    """A payment, a dispute that was won, a transfer: the ids of all events about them."""
    funding = fund(engagement, owner, simulator)
    disputed = simulator.control("POST", f"charges/{funding.charge_id}/dispute")
    simulator.control("POST", f"disputes/{disputed['id']}/win")
    actions.approve_delivery(engagement=deliver(engagement), by=owner, at=NOW)
    actions.sweep_operations(at=NOW)
    actions.catch_up(at=NOW)
    return list(StripeEvent.objects.order_by("pk").values_list("event_id", flat=True))


@pytest.mark.parametrize("order", ["newest first", "interleaved"])
def test_fault_12_events_out_of_order_lead_to_the_same_end(awaiting, owner, simulator, order):
    onboard(awaiting.student, simulator)
    ids = told(simulator, awaiting, owner)
    ids = ids[::-1] if order == "newest first" else list(itertools.chain(ids[1::2], ids[::2]))
    for event_id in ids:
        events.handle_event(event_id, at=NOW)
    settle()
    assert (Funding.objects.get().status, Payout.objects.get().status) == ("paid", "paid")
    assert (CardDispute.objects.get().status, ledger.balance("dispute:receivable", "usd")) == ("won", 0)
    assert_books_agree(simulator)


def test_fault_13_the_second_of_two_paid_checkouts_is_refunded(page, finance, simulator):
    Funding.objects.update(expires_at=NOW)  # its page looked stale to the second person
    second = actions.start_funding(engagement=page.engagement, by=finance, at=NOW)
    assert page.pk != second.pk
    for funding in (page, second):
        simulator.pay(funding.checkout_id)
        actions.sync_checkout(funding.checkout_id, at=NOW)
    settle()
    assert (state(page), state(second)) == (("paid", "active"), ("refunded", "active"))
    page.refresh_from_db()
    assert (page.counts, second.counts, Refund.objects.get().funding) == (True, False, second)
    assert amounts(simulator.refunds(page.engagement.code)) == [52_800]
    assert ledger.balance(ledger.held(page.engagement), "usd") == 52_800
    assert_books_agree(simulator)


def test_fault_14_a_delayed_payment_that_fails_later_funds_nothing(page, owner, simulator):
    simulator.pay(page.checkout_id, bank=DEBIT)
    settle()
    assert state(page) == ("processing", "awaiting_funding")
    simulator.control("POST", f"checkout/{page.checkout_id}/settle", outcome="failed")
    settle()
    assert (state(page), ledger.sums()) == (("failed", "awaiting_funding"), {})
    assert Notification.objects.filter(kind="money.failed", recipient=owner).count() == 1
    assert actions.start_funding(engagement=page.engagement, by=owner, at=NOW).pk != page.pk


def test_fault_15_a_session_that_expired_is_replaced(page, owner, simulator):
    simulator.control("POST", f"checkout/{page.checkout_id}/expire")
    settle()
    assert state(page) == ("expired", "awaiting_funding")
    again = actions.start_funding(engagement=page.engagement, by=owner, at=NOW)
    simulator.pay(again.checkout_id)
    settle()
    assert state(again) == ("paid", "active")


@pytest.mark.parametrize("change", [{"amount": 52_700}, {"currency": "eur"}])
def test_fault_15_an_amount_or_currency_that_is_not_ours_funds_nothing(page, moderator, simulator, change):
    Funding.objects.update(**change)  # what we asked for is no longer what the page says
    simulator.pay(page.checkout_id)
    settle()
    assert (state(page), page.counts) == (("failed", "awaiting_funding"), False)
    assert (ledger.balance("suspense", "usd"), alarms(moderator)) == (52_800, 1)
    refund = actions.give_back_foreign(funding=page, at=NOW)
    assert actions.give_back_foreign(funding=page, at=NOW) == refund
    settle()
    assert amounts(simulator.refunds(page.engagement.code)) == [52_800]
    assert ledger.balance("suspense", "usd") == 0
    assert_books_agree(simulator)


@pytest.mark.parametrize(
    "attack",
    [
        {"secret": "whsec_wrong"},
        {"secret": "whsec_connect_for_tests"},  # the secret of another endpoint
        {"at": time.time() - 3_600},  # replayed an hour later
        {"event": {"livemode": True}},  # live in test mode
        {"body": "{not json"},
        {"body": "[]"},
        {"body": '{"id": "evt_1", "object": "event"}'},
    ],
)
def test_fault_33_what_stripe_did_not_sign_for_us_is_refused(page, simulator, attack, caplog):
    simulator.pay(page.checkout_id)
    event = snapshot(about=page.checkout_id) | attack.pop("event", {})
    assert send(event, **attack) == 400
    assert (StripeEvent.objects.count(), state(page)) == (0, ("pending", "awaiting_funding"))
    assert "refused a webhook at platform" in caplog.text


@pytest.mark.parametrize(
    ("kind", "about"),
    [("checkout.session.completed", "cs_elsewhere"), ("transfer.created", "tr_elsewhere"), ("refund.updated", "re_x")],
)
def test_fault_33_a_foreign_event_changes_nothing(simulator, kind, about):
    send(snapshot(kind, about=about))
    at = StripeEvent.objects.get().due_at
    actions.sweep_events(at=at)
    event = StripeEvent.objects.get()
    assert (event.handled_at, event.outcome) == (at, "not ours: Stripe knows no such object")


def test_fault_34_a_webhook_outage_of_five_days_is_caught_up(organization, owner, simulator, monkeypatch, moderator):
    """No webhook arrives at all; what is read from Stripe brings everything, and the books agree."""
    first, second = make_awaiting(organization), make_awaiting(organization)
    onboard(first.student, simulator)
    funding = fund(first, owner, simulator)
    settle()  # the cursor stands before the outage
    actions.approve_delivery(engagement=deliver(first), by=owner, at=NOW)
    actions.sweep_operations(at=NOW)
    page = actions.start_funding(engagement=second, by=owner, at=NOW)
    simulator.pay(page.checkout_id)
    simulator.advance(days=5)  # the student's bank is paid meanwhile
    simulator.control("POST", f"charges/{funding.charge_id}/dispute")
    for hours in (0, 1):
        monkeypatch.setattr(tasks, "now", lambda at=NOW + 5 * DAY + hours * DAY / 24: at)
        tasks.sweep_clocks()
        tasks.sweep_events()
    assert state(page) == ("paid", "active")
    assert (Payout.objects.get().status, BankPayout.objects.get().status) == ("paid", "paid")
    assert (CardDispute.objects.get().status, alarms(moderator)) == ("needs_response", 1)
    assert StripeEvent.objects.filter(handled_at=None).count() == 0
    actions.reconcile(at=NOW + 6 * DAY)
    assert [run.drift_amount for run in actions.reconcile(at=NOW + 6 * DAY)] == [0]
    assert_books_agree(simulator)
