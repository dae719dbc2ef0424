"""The row before the call: every way in which a call can end, and a worker that dies at each point of it."""

from datetime import timedelta

import pytest
from django.db import transaction

from marketplace.errors import Unavailable
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


@pytest.fixture
def payout(organization, owner, simulator):
    """Approved, the transfer planned and not sent."""
    engagement = make_awaiting(organization)
    onboard(engagement.student, simulator)
    fund(engagement, owner, simulator)
    return actions.approve_delivery(engagement=deliver(engagement), by=owner, at=NOW)[0]


def run(payout, at=NOW):
    return actions.run_operation(payout.operation_id, at=at)


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
