"""Faults 35 and 36: money that may not be held for longer, and what was done by hand in Stripe's dashboard."""

import pytest

from engagements.models import Dispute, Engagement
from payments import actions, ledger
from payments.models import BalanceTransaction, LedgerTransaction, MoneyFreeze, Refund
from tests.factories import NOW
from tests.payments.factories import settle
from tests.payments.faults.world import (
    DAY,
    LATER,
    alarms,
    amounts,
    api,
    assert_books_agree,
    operation_of,
    refunds_here,
    run,
)

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = DAY / 24


def reconcile_until_patience_ends(at=NOW):
    actions.reconcile(at=at)
    return actions.reconcile(at=at + HOUR)


# --- 35: the holding limit ------------------------------------------------------------------------


def test_fault_35_the_holding_limit_is_told_three_times_and_then_forces_a_decision(funded, moderator, simulator):
    told = []
    for day in (59, 60, 61, 75, 84, 85, 86):
        actions.watch_held_money(at=NOW + day * DAY)
        told.append(alarms(moderator))
    assert told[:6] == [0, 1, 1, 2, 2, 3]
    dispute = Dispute.objects.get()
    assert (dispute.opened_by, dispute.opened_at) == (None, NOW + 85 * DAY)
    at = NOW + 86 * DAY
    actions.resolve_dispute(dispute=dispute, student_amount=0, reasons="No work came.", by=moderator, at=at)
    settle(at)
    assert amounts(simulator.refunds(funded.code)) == [52_800]
    assert actions.watch_held_money(at=NOW + 89 * DAY) == 0
    assert_books_agree(simulator)


def test_fault_35_what_is_released_in_part_is_watched_for_the_rest(funded, owner, moderator, simulator):
    actions.release_part(engagement=funded, amount=20_000, by=owner, at=NOW)
    settle()
    assert actions.watch_held_money(at=NOW + 85 * DAY) == 1
    assert "$308" in moderator.notifications.get(kind="moderation.money").body
    assert Engagement.objects.get().status == "disputed"


def test_fault_35_nothing_is_told_of_what_is_not_held_any_more(paid, moderator):
    assert (actions.watch_held_money(at=NOW + 89 * DAY), alarms(moderator)) == (0, 0)


# --- 36: by hand in the dashboard --------------------------------------------------------------------


def test_fault_36_a_refund_by_hand_goes_to_suspense_and_to_a_person(funded, moderator, simulator):
    """And what a person says about it ends the suspense; the ledger and Stripe agree all the time."""
    simulated = api(simulator).refunds.create({"charge": funded.fundings.get().charge_id, "amount": 10_000})
    settle()
    assert (Refund.objects.count(), alarms(moderator)) == (0, 0)
    [result] = actions.reconcile(at=NOW)
    assert (result.drift_amount, result.not_posted_amount, alarms(moderator)) == (0, -10_000, 0)  # young: not yet
    [result] = actions.reconcile(at=NOW + HOUR)
    row = BalanceTransaction.objects.get(source=simulated.id)
    assert (row.state, row.suspense_amount, alarms(moderator)) == ("suspense", -10_000, 1)
    assert (result.drift_amount, ledger.balance("suspense", "usd")) == (0, -10_000)
    for words in ("Made good by phone.", "Something else."):
        actions.explain(row=row, explanation=words, by=moderator, at=NOW + HOUR)
    row.refresh_from_db()
    assert (row.explanation, ledger.balance("suspense", "usd")) == (f"{moderator}: Made good by phone.", 0)
    assert ledger.balance("loss:written_off", "usd") == 10_000
    assert actions.reconcile(at=NOW + 2 * HOUR)[0].drift_amount == 0
    assert_books_agree(simulator)


def test_fault_36_our_own_refund_after_one_by_hand_is_refused_and_told(funded, moderator, simulator):
    api(simulator).refunds.create({"charge": funded.fundings.get().charge_id, "amount": 10_000})
    actions.cancel_engagement(engagement=funded, by=funded.student.user, reason="I am ill.", at=NOW)
    settle()
    assert (operation_of(Refund.objects.get()).status, refunds_here()) == ("failed", [("due", 52_800)])
    assert alarms(moderator) == 1
    assert amounts(simulator.refunds(funded.code)) == [10_000]


def test_fault_36_a_transfer_by_hand_goes_to_suspense(paid, moderator, simulator):
    """To the right student, from the same charge: it is not taken for ours, because it does not carry our name."""
    funding = paid.split.funding
    api(simulator).transfers.create({
        "amount": 1_000, "currency": "usd", "destination": paid.student.payout_account.stripe_id,
        "source_transaction": funding.charge_id, "transfer_group": funding.transfer_group,
    })  # fmt: skip
    settle()
    [result] = reconcile_until_patience_ends()
    assert (result.drift_amount, ledger.balance("suspense", "usd"), alarms(moderator)) == (0, -1_000, 1)
    paid.refresh_from_db()
    assert (paid.amount, LedgerTransaction.objects.filter(kind="payout_sent").count()) == (48_000, 1)
    assert MoneyFreeze.objects.count() == 0
    assert_books_agree(simulator)


def drift(amount, number):
    """An entry at Stripe that Stripe knows nothing of."""
    ledger.post(kind="bank", key=f"drift:{number}", at=NOW, currency="usd",
                amounts={"stripe:pending": amount, "bank": -amount})  # fmt: skip


def test_fault_36_drift_freezes_payouts_until_the_books_agree(approved, simulator, moderator):
    drift(700, 1)
    assert [row.drift_amount for row in actions.reconcile(at=NOW)] == [-700]
    assert MoneyFreeze.objects.count() == 0  # it may be a matter of the moment
    actions.reconcile(at=NOW + HOUR)
    freeze = MoneyFreeze.objects.get()
    assert (freeze.lifted_at, alarms(moderator)) == (None, 1)
    assert (run(approved, LATER).error_code, simulator.transfers(approved.engagement.code)) == ("frozen", [])
    assert actions.resume_ready_payouts(at=LATER) == 0
    drift(-700, 2)
    actions.reconcile(at=LATER)
    freeze.refresh_from_db()
    assert (freeze.lifted_at, freeze.lift_reason) == (LATER, "The books agree again.")
    settle(LATER)
    approved.refresh_from_db()
    assert approved.status == "paid"
    assert_books_agree(simulator)


def test_fault_36_a_person_may_lift_the_freeze_with_a_reason(approved, simulator, moderator):
    actions.freeze(reason="Stripe's balance and our ledger differ by $7.00.", at=NOW)
    settle()
    assert operation_of(approved).error_code == "frozen"
    assert actions.thaw(reason="Stripe has confirmed that its report was late.", by=moderator, at=LATER) == 1
    assert actions.thaw(reason="Again.", by=moderator, at=LATER) == 0
    settle(LATER)
    approved.refresh_from_db()
    assert (approved.status, MoneyFreeze.objects.get().lifted_by) == ("paid", moderator)
