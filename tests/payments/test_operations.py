"""The row before the call: every way in which a call can end, and a worker that dies at each point of it."""

from datetime import timedelta

import pytest
from django.db import transaction

from marketplace.errors import Unavailable
from marketplace.notifications.models import Notification
from payments import actions, ledger
from payments import stripe_gateway as gateway
from payments.actions import operations
from payments.failures import NetworkInTransaction
from payments.models import LedgerTransaction, MoneyOperation, Payout
from tests.factories import NOW
from tests.payments.factories import deliver, fund, make_awaiting, onboard, settle

pytestmark = pytest.mark.django_db(transaction=True)
TRANSFERS, DAY = "/v1/transfers", timedelta(days=1)
LATER = NOW + timedelta(hours=2)  # after any pause and any lease


class Killed(BaseException):
    """The worker is gone: nothing after this line runs."""


@pytest.fixture
def payout(organization, owner, simulator):
    """Approved, the transfer planned and not sent."""
    engagement = make_awaiting(organization)
    onboard(engagement.student, simulator)
    fund(engagement, owner, simulator)
    return actions.approve_delivery(engagement=deliver(engagement), by=owner, at=NOW)[0]


def run(payout, at=NOW):
    return actions.run_operation(payout.operation_id, at=at)


def die_in(monkeypatch, name):
    """The next call of operations.<name> kills the worker."""

    def die(*args, **options):
        monkeypatch.undo()
        raise Killed

    monkeypatch.setattr(operations, name, die)


def assert_paid_once(payout, simulator, attempts=1):
    settle(LATER)
    payout.refresh_from_db()
    transfers = simulator.transfers(payout.engagement.code)
    assert [row["amount"] for row in transfers] == [48_000]
    assert (payout.status, payout.transfer_id) == (Payout.Status.PAID, transfers[0]["id"])
    assert (payout.operation.status, payout.operation.attempt) == ("done", attempts)
    assert LedgerTransaction.objects.filter(kind="payout_sent").count() == 1
    assert ledger.sums() == {"usd": 0}
    assert simulator.platform_balance() == ledger.balance("stripe:pending", "usd")


def test_a_worker_killed_after_the_transfer_makes_no_second_one(payout, simulator, monkeypatch):
    die_in(monkeypatch, "settle")
    with pytest.raises(Killed):
        run(payout)
    assert MoneyOperation.objects.get(pk=payout.operation_id).status == "sent"
    assert len(simulator.transfers(payout.engagement.code)) == 1
    run(payout)  # still leased to the dead worker: nothing is sent
    assert run(payout, LATER).status == "done"
    assert_paid_once(payout, simulator)


def test_found_after_a_day_it_is_looked_up_and_not_resent(payout, simulator, monkeypatch):
    die_in(monkeypatch, "settle")
    with pytest.raises(Killed):
        run(payout)
    simulator.control("POST", "idempotency/forget")
    operation = run(payout, NOW + DAY)
    assert (operation.status, operation.attempt) == ("done", 1)
    assert_paid_once(payout, simulator)


def test_killed_before_the_call_it_is_sent_by_the_next(payout, simulator, monkeypatch):
    monkeypatch.setattr(gateway, "create_transfer", lambda **params: (_ for _ in ()).throw(Killed()))
    with pytest.raises(Killed):
        run(payout)
    monkeypatch.undo()
    assert simulator.transfers(payout.engagement.code) == []
    assert run(payout, LATER).status == "done"
    assert_paid_once(payout, simulator)


def test_killed_before_the_call_and_found_after_a_day_a_new_key_is_used(payout, simulator, monkeypatch):
    monkeypatch.setattr(gateway, "create_transfer", lambda **params: (_ for _ in ()).throw(Killed()))
    with pytest.raises(Killed):
        run(payout)
    monkeypatch.undo()
    operation = run(payout, NOW + DAY)
    assert (operation.status, operation.attempt) == ("done", 2)
    assert_paid_once(payout, simulator, attempts=2)


@pytest.mark.parametrize("kind", ["timeout", "drop", "error_500"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_no_answer_or_a_500_is_unknown_and_asked_again(payout, simulator, kind, when):
    simulator.fault(kind, TRANSFERS, when=when, seconds=2, stored=False)
    operation = run(payout)
    assert (operation.status, operation.must_look_up) == ("unknown", False)
    assert run(payout, LATER).status == "done"
    assert_paid_once(payout, simulator)


@pytest.mark.parametrize(("when", "attempts"), [("before", 2), ("after", 1)])
def test_a_stored_500_is_looked_up_before_a_new_key_is_used(payout, simulator, when, attempts):
    """Stripe replays it for ever: before, nothing had happened; after, the transfer is there."""
    simulator.fault("error_500", TRANSFERS, when=when, stored=True)
    assert run(payout).must_look_up is False
    replayed = run(payout, LATER)
    assert (replayed.status, replayed.must_look_up) == ("unknown", True)
    assert run(payout, LATER + timedelta(hours=2)).attempt == attempts
    settle(LATER + timedelta(hours=2))
    assert_paid_once(payout, simulator, attempts=attempts)


@pytest.mark.parametrize("kind", ["rate_limit", "lock_timeout"])
def test_told_to_wait_it_waits_with_the_same_key(payout, simulator, kind):
    simulator.fault(kind, TRANSFERS)
    operation = run(payout)
    assert (operation.status, operation.attempt, operation.tries) == ("unknown", 1, 1)
    assert NOW < operation.due_at <= NOW + timedelta(seconds=2)
    assert_paid_once(payout, simulator)


def test_a_key_in_use_is_unknown(payout, simulator):
    error = {"code": "idempotency_key_in_use", "type": "idempotency_error"}
    simulator.fault("error", TRANSFERS, status=409, error=error)
    assert run(payout).status == "unknown"
    assert run(payout, LATER).must_look_up is True  # the scripted error is stored and replayed, as Stripe's is not
    settle(LATER + timedelta(hours=2))
    assert_paid_once(payout, simulator, attempts=2)


def test_one_key_for_two_requests_freezes_the_operation(payout, simulator, moderator):
    simulator.fault("timeout", TRANSFERS, when="after", seconds=2)
    run(payout)
    params = payout.operation.params | {"destination": payout.student.payout_account.stripe_id, "amount": 47_000}
    MoneyOperation.objects.filter(pk=payout.operation_id).update(params=params)
    operation = run(payout, LATER)
    assert (operation.status, operation.error_code) == ("failed", "IdempotencyError")
    assert [row["amount"] for row in simulator.transfers(payout.engagement.code)] == [48_000]
    assert Notification.objects.filter(recipient=moderator, kind="moderation.money").count() == 1


def test_a_short_balance_stays_payable_and_is_tried_again(payout, simulator, moderator):
    simulator.fault("error", TRANSFERS, error={"code": "balance_insufficient"})
    operation = run(payout)
    assert (operation.status, operation.attempt, operation.error_code) == ("planned", 2, "balance_insufficient")
    assert Payout.objects.get().status == Payout.Status.DUE
    assert Notification.objects.filter(recipient=moderator, kind="moderation.money").count() == 1
    assert_paid_once(payout, simulator, attempts=2)


def test_what_only_a_person_can_mend_waits_for_one(payout, simulator, moderator):
    simulator.fault("error", TRANSFERS, error={"code": "parameter_invalid_integer"})
    operation = run(payout)
    payout.refresh_from_db()
    assert (operation.status, payout.status) == ("failed", Payout.Status.HELD)
    assert payout.hold_reason.endswith("You do not have to do anything.")
    settle(LATER)
    assert simulator.transfers(payout.engagement.code) == []
    actions.resume_payout(payout=payout, at=LATER, look_up=True)
    assert_paid_once(payout, simulator, attempts=3)


def test_a_broken_row_does_not_stop_the_sweep(payout, simulator, monkeypatch):
    second = MoneyOperation.objects.create(key="transfer:broken", kind="transfer", due_at=NOW - DAY, created_at=NOW)
    assert actions.sweep_operations(at=NOW) == 2
    second.refresh_from_db()
    assert second.status == "planned"
    assert MoneyOperation.objects.get(pk=payout.operation_id).status == "done"


def test_running_twice_sends_once(payout, simulator):
    assert (run(payout).status, run(payout).status) == ("done", "done")
    assert MoneyOperation.objects.get(pk=payout.operation_id).tries == 1
    assert_paid_once(payout, simulator)


def test_stripe_is_never_called_inside_a_transaction(simulator):
    with transaction.atomic(), pytest.raises(NetworkInTransaction):
        gateway.retrieve_account("acct_any")


def test_an_unreachable_stripe_loses_nothing(organization, owner, simulator, settings):
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    engagement = make_awaiting(organization)
    with pytest.raises(Unavailable):
        actions.start_funding(engagement=engagement, by=owner, at=NOW)
    settings.STRIPE_API_BASE = simulator.address
    funding = actions.start_funding(engagement=engagement, by=owner, at=NOW + timedelta(minutes=1))
    assert funding.checkout_url.startswith(simulator.address)
    assert MoneyOperation.objects.filter(kind="checkout").count() == 1


def test_the_pause_doubles_up_to_an_hour():
    pauses = [operations.pause(tries) for tries in (1, 2, 5, 30)]
    longest = [timedelta(seconds=seconds) for seconds in (2, 4, 32, 3600)]
    assert all(top / 2 <= pause <= top for pause, top in zip(pauses, longest, strict=True))
