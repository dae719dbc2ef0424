"""Faults 1 to 8 and 18: every way in which one call can end, and a worker that dies at each point of it."""

import pytest

from payments import stripe_gateway as gateway
from payments.models import MoneyOperation
from tests.factories import NOW
from tests.payments.factories import settle
from tests.payments.faults.world import (
    DAY,
    LATER,
    Killed,
    alarms,
    amounts,
    assert_paid_once,
    die_before_the_result_is_stored,
    killed,
    operation_of,
    run,
)

pytestmark = pytest.mark.django_db(transaction=True)
TRANSFERS = "/v1/transfers"


def test_fault_01_worker_killed_after_stripes_success_makes_no_second_transfer(approved, simulator, monkeypatch):
    die_before_the_result_is_stored(monkeypatch)
    with pytest.raises(Killed):
        run(approved)
    assert operation_of(approved).status == "sent"
    assert len(simulator.transfers(approved.engagement.code)) == 1
    run(approved)  # still leased to the dead worker: nothing is sent
    assert run(approved, LATER).status == "done"
    assert_paid_once(approved, simulator)


def test_fault_02_the_same_found_after_a_day_is_looked_up_and_not_resent(approved, simulator, monkeypatch):
    die_before_the_result_is_stored(monkeypatch)
    with pytest.raises(Killed):
        run(approved)
    simulator.control("POST", "idempotency/forget")
    operation = run(approved, NOW + DAY)
    assert (operation.status, operation.attempt) == ("done", 1)
    assert_paid_once(approved, simulator, at=NOW + DAY)


@pytest.mark.parametrize(("found_at", "attempts"), [(LATER, 1), (NOW + DAY, 2)])
def test_fault_03_killed_before_the_call_the_next_one_sends_it(approved, simulator, monkeypatch, found_at, attempts):
    """Within a day with the same key; later with a new one, once Stripe has nothing under the old."""
    with monkeypatch.context() as patch:
        patch.setattr(gateway, "create_transfer", killed)
        with pytest.raises(Killed):
            run(approved)
    assert simulator.transfers(approved.engagement.code) == []
    assert run(approved, found_at).status == "done"
    assert_paid_once(approved, simulator, attempts, at=found_at)


@pytest.mark.parametrize("kind", ["timeout", "drop", "error_500"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_fault_04_no_answer_is_unknown_and_asked_again(approved, simulator, kind, when):
    simulator.fault(kind, TRANSFERS, when=when, seconds=2, stored=False)
    operation = run(approved)
    assert (operation.status, operation.must_look_up) == ("unknown", False)
    assert run(approved, LATER).status == "done"
    assert_paid_once(approved, simulator)


@pytest.mark.parametrize(("when", "attempts"), [("before", 2), ("after", 1)])
def test_fault_05_a_stored_and_replayed_500_is_looked_up_first(approved, simulator, when, attempts):
    """Stripe replays it for a day: before, nothing had happened; after, the transfer is there."""
    simulator.fault("error_500", TRANSFERS, when=when, stored=True)
    assert run(approved).must_look_up is False
    replayed = run(approved, LATER)
    assert (replayed.status, replayed.must_look_up) == ("unknown", True)
    assert run(approved, LATER + DAY / 12).attempt == attempts
    assert_paid_once(approved, simulator, attempts, at=LATER + DAY / 12)


def test_fault_06_a_key_in_use_is_unknown(approved, simulator):
    error = {"code": "idempotency_key_in_use", "type": "idempotency_error"}
    simulator.fault("error", TRANSFERS, status=409, error=error)
    assert run(approved).status == "unknown"
    assert run(approved, LATER).must_look_up is True  # the scripted error is stored and replayed, as Stripe's is not
    assert_paid_once(approved, simulator, attempts=2, at=LATER + DAY / 12)


def test_fault_07_other_parameters_under_one_key_freeze_the_operation(approved, simulator, moderator):
    simulator.fault("timeout", TRANSFERS, when="after", seconds=2)
    operation = run(approved)
    params = operation.params | {"amount": 47_000}
    MoneyOperation.objects.filter(pk=approved.operation_id).update(params=params)
    operation = run(approved, LATER)
    assert (operation.status, operation.error_code) == ("failed", "IdempotencyError")
    assert amounts(simulator.transfers(approved.engagement.code)) == [48_000]
    assert alarms(moderator) == 1


@pytest.mark.parametrize("kind", ["rate_limit", "lock_timeout"])
def test_fault_08_told_to_wait_it_waits_with_the_same_key(approved, simulator, kind):
    simulator.fault(kind, TRANSFERS)
    operation = run(approved)
    assert (operation.status, operation.attempt, operation.tries) == ("unknown", 1, 1)
    assert NOW < operation.due_at <= NOW + DAY / 43_200
    assert_paid_once(approved, simulator)


def test_fault_18_an_insufficient_balance_stays_payable(approved, simulator, moderator):
    simulator.fault("error", TRANSFERS, error={"code": "balance_insufficient"})
    operation = run(approved)
    approved.refresh_from_db()
    assert (operation.status, operation.attempt, operation.error_code) == ("planned", 2, "balance_insufficient")
    assert (approved.status, alarms(moderator)) == ("due", 1)
    assert_paid_once(approved, simulator, attempts=2)


def test_fault_18_what_becomes_available_is_sent_without_waiting(approved, simulator):
    simulator.fault("error", TRANSFERS, error={"code": "balance_insufficient"})
    run(approved)
    MoneyOperation.objects.filter(pk=approved.operation_id).update(due_at=NOW + DAY)
    simulator.control("POST", "topup", amount=1)  # Stripe tells: balance.available
    settle()
    approved.refresh_from_db()
    assert approved.status == "paid"
