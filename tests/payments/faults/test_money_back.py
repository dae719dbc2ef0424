"""Faults 21 to 26: banks that refuse, refunds that come back, and payments that are taken back by a card dispute."""

import pytest

from engagements.models import Engagement
from marketplace.errors import DomainError, InvalidTransition
from marketplace.notifications.models import Notification
from payments import actions, ledger
from payments import stripe_gateway as gateway
from payments.models import BankPayout, CardDispute, Refund, Reversal
from payments.next_actions import for_user
from payments.queries import with_money
from payments.standing import line_for_organization
from tests.factories import NOW
from tests.payments.factories import settle
from tests.payments.faults.world import (
    DAY,
    LATER,
    Killed,
    alarms,
    amounts,
    assert_books_agree,
    at_stripe,
    die_before_the_result_is_stored,
    operation_of,
    refunds_here,
    run,
    send,
    snapshot,
)

pytestmark = pytest.mark.django_db(transaction=True)
SOON = LATER + DAY / 12


def release(engagement, amount, by):
    [payout] = actions.release_part(engagement=engagement, amount=amount, by=by, at=NOW)
    return payout


def give_up(engagement):
    return actions.cancel_engagement(engagement=engagement, by=engagement.student.user, reason="I am ill.", at=NOW)


def take_back(payout, amount, by, **how):
    payout.refresh_from_db()
    return actions.take_back(payout=payout, amount=amount, reasons="It was copied.", by=by, at=LATER, **how)


def hear(at):
    """Stripe's events, before any worker sends what is planned."""
    actions.catch_up(at=at)
    actions.sweep_events(at=at)


def open_chargeback(funding, simulator, at=NOW):
    """The bank takes the payment back, and we hear of it. Returns Stripe's id of the dispute."""
    stripe_id = simulator.control("POST", f"charges/{funding.charge_id}/dispute")["id"]
    hear(at)
    settle(at)
    return stripe_id


def end_chargeback(stripe_id, how, simulator, at=LATER):
    simulator.control("POST", f"disputes/{stripe_id}/{how}")
    hear(at)
    settle(at)


# --- 21: the bank ---------------------------------------------------------------------------------


def test_fault_21_a_bank_payout_that_fails_is_told_to_the_student(paid, simulator):
    simulator.advance(days=4)  # settled, paid out at midnight, arrived
    actions.sync_bank_payouts(at=NOW + 4 * DAY)
    row = BankPayout.objects.get()
    assert (row.status, row.amount) == ("paid", 48_000)
    simulator.control("POST", f"payouts/{row.stripe_id}/fail", code="account_closed")
    event = snapshot("payout.failed", about=row.stripe_id, account=row.account.stripe_id)
    assert send(event, endpoint="connect", secret="whsec_connect_for_tests") == 200
    settle(NOW + 300 * DAY)
    row.refresh_from_db()
    notice = Notification.objects.get(kind="money.bank")
    assert (row.status, row.failure_code, notice.recipient) == ("failed", "account_closed", paid.student.user)
    assert (notice.needs_action, "the account is closed" in notice.body) == (True, True)
    assert for_user(paid.student.user, NOW)[0].text == "Correct your bank account"
    paid.refresh_from_db()
    assert paid.status == "paid"  # ours was done: the money is in the student's Stripe account
    assert_books_agree(simulator)


# --- 22: after a part was released -------------------------------------------------------------------


def test_fault_22_cancel_after_a_partial_release_refunds_only_what_is_held(funded, owner, simulator):
    release(funded, 20_000, owner)
    give_up(funded)
    settle()
    assert amounts(simulator.transfers(funded.code)) == [20_000]
    assert amounts(simulator.refunds(funded.code)) == [52_800 - 22_000]
    assert ledger.balance(ledger.held(funded), "usd") == 0
    with pytest.raises(DomainError):
        actions.release_part(engagement=funded, amount=1, by=owner, at=NOW)
    assert_books_agree(simulator)


def test_fault_22_the_rest_needs_a_reversal_and_that_comes_first(funded, owner, moderator, simulator):
    payout = release(funded, 20_000, owner)
    give_up(funded)
    settle()
    with pytest.raises(DomainError):
        take_back(payout, 20_001, moderator)
    reversal = take_back(payout, 20_000, moderator)
    assert take_back(payout, 20_000, moderator, taken_before=0) == reversal
    simulator.fault("error_500", "/v1/transfers/*/reversals", stored=False)
    settle(LATER)
    assert (operation_of(reversal).status, Refund.objects.count()) == ("unknown", 1)  # nothing is refunded yet
    settle(SOON)
    assert [row["amount_reversed"] for row in simulator.transfers(funded.code)] == [20_000]
    assert sorted(amounts(simulator.refunds(funded.code))) == [22_000, 30_800]
    assert ledger.balance("revenue:fee", "usd") == 0
    assert_books_agree(simulator)


def test_fault_22_a_second_click_after_the_first_is_done_takes_back_nothing(paid, moderator, simulator):
    take_back(paid, 10_000, moderator, taken_before=0)
    settle(LATER)
    with pytest.raises(InvalidTransition, match="meanwhile"):
        take_back(paid, 10_000, moderator, taken_before=0)
    take_back(paid, 5_000, moderator, taken_before=10_000)
    settle(SOON)
    assert [row["amount_reversed"] for row in simulator.transfers(paid.engagement.code)] == [15_000]


def test_fault_22_worker_killed_after_the_reversal_takes_back_once(paid, moderator, simulator, monkeypatch):
    reversal = take_back(paid, 48_000, moderator)
    die_before_the_result_is_stored(monkeypatch)
    with pytest.raises(Killed):
        run(reversal, LATER)
    settle(SOON)
    assert [row["amount_reversed"] for row in simulator.transfers(paid.engagement.code)] == [48_000]
    assert amounts(simulator.refunds(paid.engagement.code)) == [52_800]
    assert_books_agree(simulator)


# --- 23: the refund comes back -----------------------------------------------------------------------


def test_fault_23_a_refund_that_fails_later_is_owed_and_sent_again_once(funded, moderator, simulator):
    give_up(funded)
    settle()
    refund = Refund.objects.get()
    with pytest.raises(InvalidTransition):
        actions.send_refund_again(refund=refund, at=NOW)
    simulator.control("POST", f"refunds/{refund.refund_id}/fail")
    settle()
    assert (refunds_here(), ledger.balance("refund_in_transit", "usd")) == ([("failed", 52_800)], 52_800)
    assert alarms(moderator) == 1
    assert_books_agree(simulator)
    refund.refresh_from_db()
    again = actions.send_refund_again(refund=refund, at=LATER)
    assert actions.send_refund_again(refund=refund, at=LATER) == again
    settle(LATER)
    assert refunds_here() == [("failed", 52_800), ("done", 52_800)]
    assert sorted(row["status"] for row in simulator.refunds(funded.code)) == ["failed", "succeeded"]
    assert (ledger.balance("refund_in_transit", "usd"), again.funding.__class__.objects.get().status) == (0, "refunded")
    assert_books_agree(simulator)


def test_fault_23_what_came_back_and_was_then_taken_by_the_bank_is_not_owed_any_more(funded, simulator):
    give_up(funded)
    settle()
    refund = Refund.objects.get()
    simulator.control("POST", f"refunds/{refund.refund_id}/fail")
    settle()
    end_chargeback(open_chargeback(refund.funding, simulator), "lose", simulator)
    assert (refunds_here(), ledger.balance("loss:chargeback", "usd")) == ([("covered", 52_800)], 0)
    assert ledger.balance("refund_in_transit", "usd") == 0
    assert_books_agree(simulator)


# --- 24: a chargeback before the payout --------------------------------------------------------------


def test_fault_24_a_chargeback_holds_the_payout_and_a_win_sends_it(delivered, owner, simulator):
    stripe_id = open_chargeback(delivered.fundings.get(), simulator)
    [payout] = actions.approve_delivery(engagement=delivered, by=owner, at=NOW)
    settle()
    payout.refresh_from_db()
    assert (payout.status, operation_of(payout).error_code) == ("held", "card_dispute")
    assert payout.waits_for_student is False
    end_chargeback(stripe_id, "win", simulator)
    payout.refresh_from_db()
    assert (payout.status, amounts(simulator.transfers(delivered.code))) == ("paid", [48_000])
    assert ledger.balance("dispute:receivable", "usd") == 0
    assert_books_agree(simulator)


def test_fault_24_lost_before_the_approval_the_work_ends_and_nobody_is_paid(delivered, owner, simulator):
    end_chargeback(open_chargeback(delivered.fundings.get(), simulator), "lose", simulator)
    delivered.refresh_from_db()
    assert delivered.status == "cancelled"
    assert not Notification.objects.filter(recipient=owner, needs_action=True, done_at=None).exists()
    assert line_for_organization(with_money(Engagement.objects.all()).get()).word == "Back through your bank"
    with pytest.raises(InvalidTransition):
        actions.approve_delivery(engagement=delivered, by=owner, at=LATER)
    settle(SOON)
    code = delivered.code
    assert (simulator.transfers(code), simulator.refunds(code)) == ([], [])
    assert (sum(ledger.balances("loss:", "usd").values()), ledger.balance("dispute:receivable", "usd")) == (0, 0)
    assert ledger.balance("expense:dispute_fee", "usd") == 1_500
    assert_books_agree(simulator)


def test_fault_24_approved_work_is_paid_whatever_the_bank_decides(approved, simulator):
    """The charge is gone, so it is not named as the source: our own balance pays."""
    end_chargeback(open_chargeback(approved.split.funding, simulator), "lose", simulator)
    simulator.control("POST", "topup", amount=200_000)
    settle(SOON)
    actions.sweep_operations(at=SOON + DAY)
    settle(SOON + DAY)
    approved.refresh_from_db()
    assert (approved.status, operation_of(approved).params["source_transaction"]) == ("paid", None)
    assert ledger.balance("loss:chargeback", "usd") == 52_800
    actions.reconcile(at=SOON + DAY)  # the top-up is known from Stripe's book only
    assert_books_agree(simulator)


# --- 25: a chargeback after the payout ---------------------------------------------------------------


def test_fault_25_lost_after_the_payout_it_is_our_loss_until_it_is_taken_back(paid, moderator, simulator):
    end_chargeback(open_chargeback(paid.split.funding, simulator), "lose", simulator)
    assert ledger.balance("loss:chargeback", "usd") == 52_800
    take_back(paid, 48_000, moderator, refund_employer=False)
    settle(SOON)
    assert [row["amount_reversed"] for row in simulator.transfers(paid.engagement.code)] == [48_000]
    assert (ledger.balance("loss:chargeback", "usd"), Refund.objects.count()) == (4_800, 0)
    assert ledger.balance(ledger.payable(paid), "usd") == 0
    assert_books_agree(simulator)


def test_fault_25_won_after_the_payout_everything_is_as_before(paid, simulator):
    stripe_id = open_chargeback(paid.split.funding, simulator)
    assert ledger.balance("dispute:receivable", "usd") == 52_800
    end_chargeback(stripe_id, "win", simulator)
    assert (CardDispute.objects.get().status, ledger.balance("dispute:receivable", "usd")) == ("won", 0)
    paid.refresh_from_db()
    assert (paid.status, paid.reversed_amount, sum(ledger.balances("loss:", "usd").values())) == ("paid", 0, 0)
    assert_books_agree(simulator)


@pytest.mark.parametrize(("refund_employer", "loss"), [(True, {"loss:payout": 20_000}), (False, {})])
def test_fault_25_a_shortfall_is_held_and_then_borne(paid, moderator, simulator, refund_employer, loss):
    """The student's bank has the money already."""
    simulator.advance(days=4)
    simulator.control("POST", "topup", amount=100_000)  # so that the refund need not wait for money
    reversal = take_back(paid, 20_000, moderator, refund_employer=refund_employer)
    settle(LATER)
    reversal.refresh_from_db()
    assert (reversal.status, operation_of(reversal).error_code) == ("held", "balance_insufficient")
    assert (alarms(moderator), Refund.objects.count()) == (1, 0)
    actions.bear_loss(reversal=reversal, by=moderator, at=LATER)
    assert actions.bear_loss(reversal=reversal, by=moderator, at=LATER).status == "borne"
    settle(SOON)
    assert ledger.balances("loss:", "usd") == loss
    assert amounts(simulator.refunds(paid.engagement.code)) == ([22_000] if refund_employer else [])
    assert [row["amount_reversed"] for row in simulator.transfers(paid.engagement.code)] == [0]
    actions.reconcile(at=SOON)  # the top-up is known from Stripe's book only
    assert_books_agree(simulator)


def test_fault_25_a_shortfall_that_has_filled_up_is_taken_back_on_request(paid, moderator, simulator):
    simulator.fault("error", "/v1/transfers/*/reversals", error={"code": "balance_insufficient"})
    reversal = take_back(paid, 48_000, moderator)
    settle(LATER)
    assert Reversal.objects.get().status == "held"
    actions.retry_reversal(reversal=reversal, at=SOON)
    settle(SOON)
    assert (Reversal.objects.get().status, refunds_here()) == ("done", [("done", 52_800)])
    assert_books_agree(simulator)


# --- 26: a dispute while our refund is in flight -------------------------------------------------------


def test_fault_26_a_refund_in_flight_is_settled_before_the_lost_dispute_is(funded, simulator):
    """Stripe has refunded it and we do not know: the bank's share is our loss, and the refund is not covered."""
    give_up(funded)
    refund = Refund.objects.get()
    simulator.fault("timeout", "/v1/refunds", when="after", seconds=2)
    assert run(refund).status == "unknown"
    stripe_id = simulator.control("POST", f"charges/{refund.funding.charge_id}/dispute")["id"]
    simulator.control("POST", f"disputes/{stripe_id}/lose")
    actions.apply_dispute(gateway.retrieve_dispute(stripe_id), at=NOW)
    assert CardDispute.objects.get().settled_at is None
    settle(LATER)
    actions.settle_lost_disputes(at=LATER)
    assert (refunds_here(), CardDispute.objects.get().settled_at) == ([("done", 52_800)], LATER)
    assert ledger.balance("loss:chargeback", "usd") == 52_800
    assert_books_agree(simulator)


@pytest.mark.parametrize(("how", "state", "loss"), [("win", "done", 0), ("lose", "covered", 0)])
def test_fault_26_a_refund_that_waits_for_the_bank_is_sent_or_covered(funded, simulator, how, state, loss):
    stripe_id = open_chargeback(funded.fundings.get(), simulator)
    give_up(funded)
    settle()
    refund = Refund.objects.get()
    assert (operation_of(refund).status, operation_of(refund).error_code) == ("held", "card_dispute")
    end_chargeback(stripe_id, how, simulator)
    settle(SOON)
    assert (refunds_here(), ledger.balance("loss:chargeback", "usd")) == ([(state, 52_800)], loss)
    assert amounts(simulator.refunds(funded.code)) == ([52_800] if how == "win" else [])
    assert ledger.balance("dispute:receivable", "usd") == ledger.balance("refund_in_transit", "usd") == 0
    assert_books_agree(simulator)


def test_fault_26_stripe_knows_of_the_dispute_before_we_do(funded, simulator):
    give_up(funded)
    refund = Refund.objects.get()
    stripe_id = simulator.control("POST", f"charges/{refund.funding.charge_id}/dispute")["id"]
    operation = run(refund)
    assert (operation.status, operation.error_code) == ("held", "charge_disputed")
    settle(LATER)
    end_chargeback(stripe_id, "lose", simulator, at=SOON)
    assert (refunds_here(), simulator.refunds(funded.code)) == ([("covered", 52_800)], [])
    assert Engagement.objects.get().status == "cancelled"
    assert at_stripe() == simulator.platform_balance()
    assert_books_agree(simulator)
