"""Faults 16, 17, 19, 20, 27 to 32: two decisions at once, two workers at once, and who is paid where and how much."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection

from engagements import actions as engagements
from engagements.models import Engagement
from marketplace.accounts.models import Student
from marketplace.errors import DomainError
from payments import actions, ledger, tasks
from payments import stripe_gateway as gateway
from payments.actions import operations
from payments.models import LedgerTransaction, MoneyOperation, Payout, Refund
from tests.factories import NOW
from tests.payments.factories import deliver, fund, make_awaiting, onboard, settle
from tests.payments.faults.world import (
    DAY,
    LATER,
    Killed,
    alarms,
    amounts,
    assert_books_agree,
    assert_paid_once,
    at_once,
    killed,
    operation_of,
    refunds_here,
    run,
)

pytestmark = pytest.mark.django_db(transaction=True)
DUE = NOW + 5 * DAY  # the review clock of deliver()


def approve(engagement, by, at=NOW):
    return actions.approve_delivery(engagement=engagement, by=by, at=at)


def resolve(dispute, by, student_amount):
    return actions.resolve_dispute(
        dispute=dispute, student_amount=student_amount, reasons="Three criteria hold.", by=by, at=NOW
    )


def test_fault_16_a_double_clicked_approval_pays_once(delivered, owner, member, simulator):
    assert at_once(*[lambda by=by: approve(delivered, by) for by in (owner, owner, member)]) == ["done"] * 3
    assert_paid_once(Payout.objects.get(), simulator)


def test_fault_16_manual_and_automatic_approval_at_once_pay_once(delivered, owner, simulator):
    ends = at_once(
        lambda: approve(delivered, owner, DUE),
        lambda: actions.approve_due(at=DUE),
        lambda: approve(delivered, owner, DUE),
        lambda: actions.approve_due(at=DUE),
    )
    assert (ends, MoneyOperation.objects.filter(kind="transfer").count()) == (["done"] * 4, 1)
    payout = Payout.objects.get()
    at_once(*[lambda: run(payout, DUE)] * 4)
    assert_paid_once(payout, simulator, at=DUE)


@pytest.mark.parametrize("rival", ["the student cancels", "a dispute is opened"])
def test_fault_17_cancel_and_approve_at_once_have_one_winner(funded, owner, simulator, rival):
    student = funded.student.user

    def deliver_and_approve():
        engagements.deliver(engagement=funded, note="v1", link="https://work.example/1", by=student, at=NOW)
        approve(funded, owner)

    def end_it():
        if rival == "the student cancels":
            actions.cancel_engagement(engagement=funded, by=student, reason="I am ill.", at=NOW)
        else:
            engagements.open_dispute(engagement=funded, problem="It is late.", by=owner, at=NOW)

    ends = at_once(deliver_and_approve, end_it)
    settle()
    funded.refresh_from_db()
    money = amounts(simulator.transfers(funded.code)), amounts(simulator.refunds(funded.code))
    expected = {"approved": ([48_000], []), "cancelled": ([], [52_800]), "disputed": ([], [])}
    assert (ends, money) == (["InvalidTransition", "done"], expected[funded.status])
    assert_books_agree(simulator)


@pytest.mark.parametrize("status", ["restricted", "rejected"])
def test_fault_19_an_account_restricted_after_the_approval_holds_the_payout(approved, simulator, status):
    """Our copy still says ready; Stripe refuses, says why when asked, and is tried again when it is mended."""
    account = approved.student.payout_account
    simulator.control("POST", f"accounts/{account.stripe_id}/capability", status=status)
    run(approved)
    actions.sync_waiting_accounts(at=NOW)
    approved.refresh_from_db()
    account.refresh_from_db()
    assert (approved.status, account.transfers_status) == ("held", status)
    assert actions.resume_ready_payouts(at=LATER) == 0
    simulator.control("POST", f"accounts/{account.stripe_id}/capability", status="active")
    assert_paid_once(approved, simulator, attempts=2)


def test_fault_19_an_account_closed_after_the_approval_says_so(approved, simulator):
    account = approved.student.payout_account
    simulator.control("POST", f"accounts/{account.stripe_id}/close")
    run(approved)
    settle(LATER)
    approved.refresh_from_db()
    assert (approved.status, approved.waits_for_student) == ("held", True)
    assert approved.student.payout_account.__class__.objects.get().transfers_status == "closed"
    assert simulator.transfers(approved.engagement.code) == []


def test_fault_20_the_payee_account_changed_and_the_new_one_is_paid(approved, simulator):
    """Closed between approval and payout, before we heard of it; the student sets up another."""
    old = approved.student.payout_account
    simulator.control("POST", f"accounts/{old.stripe_id}/close")
    run(approved)
    actions.sync_account(old.stripe_id, at=NOW)
    new = onboard(Student.objects.get(), simulator, at=LATER)
    assert new.stripe_id != old.stripe_id
    assert_paid_once(approved, simulator, attempts=2)
    assert [row["destination"] for row in simulator.transfers(approved.engagement.code)] == [new.stripe_id]


def test_fault_27_two_moderators_at_once_have_one_decision(dispute, moderator, simulator):
    ends = at_once(lambda: resolve(dispute, moderator, 48_000), lambda: resolve(dispute, moderator, 0))
    settle()
    code = dispute.engagement.code
    money = amounts(simulator.transfers(code)), amounts(simulator.refunds(code))
    assert ends == ["InvalidTransition", "done"]
    assert money in (([48_000], []), ([], [52_800]))
    assert_books_agree(simulator)


def test_fault_27_the_same_decision_twice_moves_money_once(dispute, moderator, simulator):
    assert at_once(*[lambda: resolve(dispute, moderator, 24_000)] * 2) == ["done", "done"]
    settle()
    code = dispute.engagement.code
    assert (amounts(simulator.transfers(code)), amounts(simulator.refunds(code))) == ([24_000], [26_400])
    assert_books_agree(simulator)


def split(dispute, moderator):
    resolve(dispute, moderator, 24_000)
    return Payout.objects.get(), Refund.objects.get()


@pytest.mark.parametrize("when", ["before", "after"])
def test_fault_29_of_a_split_half_done_only_the_failed_leg_is_retried(dispute, moderator, simulator, when):
    payout, refund = split(dispute, moderator)
    simulator.fault("error_500", "/v1/refunds", when=when, stored=False)
    actions.sweep_operations(at=NOW)
    assert (operation_of(payout).status, operation_of(refund).status) == ("done", "unknown")
    settle(LATER)
    code = dispute.engagement.code
    assert (amounts(simulator.transfers(code)), amounts(simulator.refunds(code))) == ([24_000], [26_400])
    assert (operation_of(payout).tries, operation_of(refund).tries, refunds_here()) == (1, 2, [("done", 26_400)])
    assert_books_agree(simulator)


def test_fault_29_a_leg_that_only_a_person_can_mend_does_not_stop_the_other(dispute, moderator, simulator):
    payout, _refund = split(dispute, moderator)
    simulator.fault("error", "/v1/transfers", error={"code": "parameter_invalid_integer"})
    settle()
    payout.refresh_from_db()
    assert (payout.status, refunds_here(), alarms(moderator)) == ("held", [("done", 26_400)], 1)
    actions.resume_payout(payout=payout, at=LATER, look_up=True)
    settle(LATER)
    code = dispute.engagement.code
    assert (amounts(simulator.transfers(code)), amounts(simulator.refunds(code))) == ([24_000], [26_400])
    assert_books_agree(simulator)


def test_fault_30_another_currency_has_accounts_of_its_own(delivered, organization, owner, simulator, settings):
    settings.CURRENCY = "eur"
    other = make_awaiting(organization, currency="eur")
    onboard(other.student, simulator)
    fund(other, owner, simulator)
    assert (ledger.balance(ledger.held(other), "eur"), ledger.balance(ledger.held(other), "usd")) == (52_800, 0)
    approve(deliver(other), owner)
    settle()
    assert [(row["amount"], row["currency"]) for row in simulator.transfers(other.code)] == [(48_000, "eur")]
    assert ledger.balance("revenue:fee", "usd") == 0
    assert_books_agree(simulator, "usd", "eur")


def test_fault_30_a_transfer_in_another_currency_is_not_believed(approved, simulator, moderator):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations, "settle", killed)
        with pytest.raises(Killed):
            run(approved)
    transfer = gateway.retrieve_transfer(simulator.transfers(approved.engagement.code)[0]["id"])
    actions.apply_transfer(replace(transfer, currency="eur"), at=NOW)
    approved.refresh_from_db()
    assert (approved.status, alarms(moderator)) == ("due", 1)
    assert LedgerTransaction.objects.filter(kind="payout_sent").count() == 0


def test_fault_30_one_account_takes_one_currency(delivered):
    account = ledger.LedgerAccount.objects.get(code=f"held:{delivered.code}:usd")
    with pytest.raises(IntegrityError), connection.cursor() as cursor:
        cursor.execute("UPDATE payments_ledgeraccount SET currency = 'eur' WHERE id = %s", [account.pk])


def test_fault_31_redis_loses_its_queue_and_the_sweep_finds_the_rows(approved, simulator, monkeypatch):
    """No message was ever delivered in these tests: the rows are the truth."""
    monkeypatch.setattr(tasks, "now", lambda: LATER)
    tasks.sweep_operations()
    tasks.sweep_clocks()
    tasks.sweep_events()
    approved.refresh_from_db()
    assert approved.status == "paid"
    assert_paid_once(approved, simulator)


def test_fault_31_a_task_that_runs_twice_and_two_beats_send_once(approved, simulator, monkeypatch):
    monkeypatch.setattr(tasks, "now", lambda: NOW)
    same = [lambda: tasks.run_operation(approved.operation_id)] * 2
    beats = [tasks.sweep_operations, tasks.sweep_operations, tasks.sweep_clocks, tasks.sweep_clocks]
    assert at_once(*same, *beats) == ["done"] * 6
    tasks.run_operation(approved.operation_id)
    assert operation_of(approved).tries == 1
    assert_paid_once(approved, simulator)


def test_fault_32_the_change_to_summer_time_moves_no_deadline(funded, simulator):
    """The clocks of the US go forward on March 8, 2026: five days are still 120 hours."""
    before = datetime(2026, 3, 6, 21, 30, tzinfo=UTC)
    due = before + timedelta(hours=120)
    engagements.deliver(engagement=funded, note="v1", link="https://x.example", by=funded.student.user, at=before)
    assert Engagement.objects.get().review_due_at == due
    assert actions.approve_due(at=due - timedelta(seconds=1)) == 0
    assert actions.approve_due(at=due) == 1


@pytest.mark.parametrize("skew", [-DAY, -timedelta(minutes=5), timedelta(minutes=5), 2 * DAY])
def test_fault_32_a_worker_whose_clock_is_wrong_sends_nothing_twice(approved, simulator, monkeypatch, skew):
    with monkeypatch.context() as patch:
        patch.setattr(operations, "settle", killed)
        with pytest.raises(Killed):
            run(approved)
    run(approved, NOW + skew)
    actions.sweep_operations(at=NOW + skew)
    assert_paid_once(approved, simulator, at=NOW + 3 * DAY)


def test_fault_32_stripes_clock_is_days_ahead_and_no_event_is_missed(approved, simulator):
    settle()
    simulator.advance(days=3)
    simulator.control("POST", f"charges/{approved.split.funding.charge_id}/dispute")
    settle()
    assert approved.split.funding.card_disputes.count() == 1


@pytest.mark.parametrize("amount", [-1, 48_001, 10**9])
def test_fault_28_a_split_that_cannot_be_is_refused(dispute, moderator, amount):
    with pytest.raises(DomainError):
        resolve(dispute, moderator, amount)
    assert (Payout.objects.count(), Refund.objects.count()) == (0, 0)
    assert ledger.balance(ledger.held(dispute.engagement), "usd") == 52_800
