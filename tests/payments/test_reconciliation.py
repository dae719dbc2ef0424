"""Stripe's book line by line against our ledger, and the two balances."""

import threading
import time
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import transaction

from marketplace.notifications.models import Notification
from payments import actions, ledger, movements
from payments import stripe_gateway as gateway
from payments.actions import operations, reconciliation
from payments.models import BalanceTransaction, MoneyFreeze, Reconciliation
from tests.factories import NOW
from tests.payments.factories import deliver, fund, make_awaiting, make_funding, onboard, settle
from tests.payments.faults.world import LATER, Killed, assert_books_agree, at_once, at_stripe, killed, run
from tests.payments.stripe_stand_in import DEBIT

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)


@pytest.fixture
def approved(organization, owner, simulator):
    engagement = make_awaiting(organization)
    onboard(engagement.student, simulator)
    fund(engagement, owner, simulator)
    return actions.approve_delivery(engagement=deliver(engagement), by=owner, at=NOW)[0]


def figures(run):
    return run.ledger_amount, run.not_posted_amount, run.not_listed_amount, run.drift_amount


def states():
    return sorted(BalanceTransaction.objects.values_list("type", "state"))


def test_every_line_of_the_whole_way_is_matched(approved, simulator):
    settle()
    [result] = actions.reconcile(at=NOW)
    assert states() == [("charge", "matched"), ("transfer", "matched")]
    assert figures(result) == (simulator.platform_balance(), 0, 0, 0)
    assert_books_agree(simulator)


@pytest.mark.parametrize("outcome", ["succeeded", "failed"])
def test_a_bank_debit_on_its_way_alarms_nobody(organization, owner, simulator, outcome):
    """Stripe lists it for days before it says that it was paid, or takes it off again."""
    funding = fund(make_awaiting(organization), owner, simulator, bank=DEBIT)
    actions.reconcile(at=NOW)
    [result] = actions.reconcile(at=NOW + HOUR)
    assert (states(), result.drift_amount, ledger.balance("suspense", "usd")) == ([("payment", "new")], 0, 0)
    code = {"code": "insufficient_funds"} if outcome == "failed" else {}
    simulator.control("POST", f"checkout/{funding.checkout_id}/settle", outcome=outcome, **code)
    actions.sync_checkout(funding.checkout_id, at=LATER)
    [result] = actions.reconcile(at=LATER)
    assert {state for _type, state in states()} == {"matched"}
    assert (figures(result)[1:], MoneyFreeze.objects.count()) == ((0, 0, 0), 0)
    assert not Notification.objects.filter(kind="moderation.money").exists()
    if outcome == "succeeded":
        assert_books_agree(simulator)


def test_an_unchanged_comparison_moves_only_its_date(approved, simulator):
    settle()
    actions.reconcile(at=NOW)
    actions.reconcile(at=NOW + HOUR)
    assert list(Reconciliation.objects.values_list("at", flat=True)) == [NOW + HOUR]


def test_what_our_killed_worker_has_not_booked_yet_is_no_drift(approved, simulator, monkeypatch):
    """In suspense when it takes too long, and out of it when our own posting comes after all."""
    with monkeypatch.context() as patch:
        patch.setattr(operations, "settle", killed)
        with pytest.raises(Killed):
            run(approved)
    [result] = actions.reconcile(at=NOW)
    assert (result.not_posted_amount, result.drift_amount) == (-48_000, 0)
    [result] = actions.reconcile(at=NOW + HOUR)
    assert (ledger.balance("suspense", "usd"), result.drift_amount) == (-48_000, 0)
    settle(LATER)
    [result] = actions.reconcile(at=LATER)
    assert (ledger.balance("suspense", "usd"), figures(result)[1:]) == (0, (0, 0, 0))
    assert states() == [("charge", "matched"), ("transfer", "matched")]
    assert_books_agree(simulator)


def test_explained_and_then_understood_after_all_counts_once(approved, simulator, monkeypatch, moderator):
    with monkeypatch.context() as patch:
        patch.setattr(operations, "settle", killed)
        with pytest.raises(Killed):
            run(approved)
    actions.reconcile(at=NOW)
    actions.reconcile(at=NOW + HOUR)
    row = BalanceTransaction.objects.get(state="suspense")
    actions.explain(row=row, explanation="A gift.", by=moderator, at=NOW + HOUR)
    settle(LATER)
    assert actions.reconcile(at=LATER)[0].drift_amount == 0
    assert ledger.balance("loss:written_off", "usd") == ledger.balance("suspense", "usd") == 0
    assert_books_agree(simulator)


def test_nothing_is_compared_while_lines_come_in(approved, simulator, monkeypatch):
    balance = gateway.retrieve_balance

    def meanwhile():
        found = balance()
        settle()  # the transfer leaves between the two looks
        return found

    monkeypatch.setattr(gateway, "retrieve_balance", meanwhile)
    assert (actions.reconcile(at=NOW), Reconciliation.objects.count()) == ([], 0)
    monkeypatch.undo()
    assert actions.reconcile(at=NOW)[0].drift_amount == 0


def test_what_stripe_makes_available_moves_in_the_ledger_once(approved, simulator):
    settle()
    actions.reconcile(at=NOW)
    assert ledger.balance("stripe:available", "usd") == 0
    simulator.advance(days=3)
    at = BalanceTransaction.objects.latest("available_on").available_on
    for _ in range(2):
        actions.reconcile(at=at)
    assert (ledger.balance("stripe:available", "usd"), ledger.balance("stripe:pending", "usd")) == (at_stripe(), 0)
    assert_books_agree(simulator)


def test_money_to_and_from_our_own_bank_is_booked_from_the_lines(simulator):
    simulator.control("POST", "topup", amount=100_000)
    actions.reconcile(at=NOW)
    assert (ledger.balance("bank", "usd"), at_stripe()) == (-100_000, 100_000)
    assert_books_agree(simulator)


def test_a_line_is_kept_once_however_often_it_is_read(approved, simulator):
    assert (reconciliation.read_book(at=NOW), reconciliation.read_book(at=NOW)) == (1, 0)


def test_a_line_and_a_payment_that_nobody_asked_for_do_not_wait_in_a_circle(organization, monkeypatch):
    """Both move Stripe's account and suspense, of which suspense was opened first: so it is locked first."""
    with transaction.atomic():
        ledger.lock_accounts(["suspense"], "usd")
    funding = make_funding(make_awaiting(organization), status="paid", charge_id="ch_1")
    BalanceTransaction.objects.create(
        stripe_id="txn_1", type="charge", source="ch_1", amount=funding.amount + 5, fee=100, net=funding.amount - 95,
        currency="usd", created_at=NOW - HOUR, available_on=NOW, seen_at=NOW - HOUR,
    )  # fmt: skip
    has_locked, real = threading.Event(), reconciliation.into_suspense

    def slowly(*values):
        has_locked.set()
        time.sleep(0.3)
        real(*values)

    monkeypatch.setattr(reconciliation, "into_suspense", slowly)

    def pay():
        has_locked.wait(5)
        checkout = SimpleNamespace(id="cs_1", amount=700, currency="usd", charge_id="ch_2")
        with transaction.atomic():
            movements.foreign_received(funding, checkout, NOW)

    outcomes = at_once(lambda: reconciliation.match_source("ch_1", NOW), pay)
    assert outcomes == ["done", "done"]
    assert ledger.balance("suspense", "usd") == 705
