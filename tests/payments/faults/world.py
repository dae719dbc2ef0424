"""What goes wrong, and what must hold afterwards."""

import json
import threading
import time
from datetime import timedelta

import stripe
from django.db import connection
from django.test import Client

from marketplace.errors import DomainError
from marketplace.notifications.models import Notification
from payments import actions, ledger
from payments.actions import operations
from payments.models import MoneyOperation, Refund
from tests.factories import NOW
from tests.payments.factories import settle

DAY = timedelta(days=1)
LATER = NOW + timedelta(hours=2)  # after any pause and any lease
SECRET = "whsec_platform_for_tests"


class Killed(BaseException):
    """The worker is gone: nothing after this line runs."""


def killed(*args, **options):
    raise Killed


def die_before_the_result_is_stored(monkeypatch):
    """The next call at Stripe succeeds; the worker dies before it can say so."""

    def die(*args, **options):
        monkeypatch.undo()
        raise Killed

    monkeypatch.setattr(operations, "settle", die)


def run(row, at=NOW):
    """What a worker does with the operation of this Payout, Refund or Reversal."""
    return actions.run_operation(row.operation_id, at=at)


def assert_books_agree(simulator, *currencies):
    """Every sum is zero, no balance has drifted, and Stripe has what our ledger says it has."""
    currencies = currencies or ("usd",)
    assert ledger.sums() == dict.fromkeys(sorted(currencies), 0)
    assert ledger.drifted_accounts() == []
    for currency in currencies:
        assert simulator.platform_balance(currency) == at_stripe(currency)


def at_stripe(currency="usd"):
    """What our ledger says that Stripe has of ours."""
    return sum(ledger.balances("stripe:", currency).values())


def assert_paid_once(payout, simulator, attempts=1, at=LATER):
    """One transfer of the whole fee, known here, with the books in order."""
    settle(at)
    payout.refresh_from_db()
    transfers = simulator.transfers(payout.engagement.code)
    assert [row["amount"] for row in transfers] == [48_000]
    assert (payout.status, payout.transfer_id) == ("paid", transfers[0]["id"])
    assert (payout.operation.status, payout.operation.attempt) == ("done", attempts)
    assert_books_agree(simulator)


def amounts(rows):
    return [row["amount"] for row in rows]


def refunds_here():
    return list(Refund.objects.order_by("pk").values_list("status", "amount"))


def operation_of(row):
    return MoneyOperation.objects.get(pk=row.operation_id)


def alarms(person):
    """How many alarms this moderator has had."""
    return Notification.objects.filter(recipient=person, kind="moderation.money").count()


def at_once(*calls):
    """Run them in threads that start together. Returns how each ended: "done" or the error's name, sorted."""
    barrier, ends = threading.Barrier(len(calls)), []

    def go(call):
        barrier.wait()
        try:
            call()
            ends.append("done")
        except DomainError as error:
            ends.append(type(error).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=go, args=[call]) for call in calls]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return sorted(ends)


def api(simulator):
    """Stripe's dashboard: the same API, by hand and without our metadata."""
    return stripe.StripeClient("sk_test_simulator", base_addresses={"api": simulator.address}).v1


def snapshot(kind="checkout.session.completed", about="cs_any", number="1", **fields):
    """An event as Stripe words it."""
    return {
        "id": f"evt_{number}", "object": "event", "type": kind, "created": int(NOW.timestamp()), "livemode": False,
        "data": {"object": {"id": about, "object": "x"}}, **fields,
    }  # fmt: skip


def send(event, endpoint="platform", secret=SECRET, at=None, body=None):
    """POST it as Stripe does. Returns the answer's status."""
    payload, at = body or json.dumps(event), int(at or time.time())
    signature = stripe.WebhookSignature._compute_signature(f"{at}.{payload}", secret)
    return Client(enforce_csrf_checks=True).post(
        f"/webhooks/stripe/{endpoint}/", payload, content_type="application/json",
        headers={"Stripe-Signature": f"t={at},v1={signature}"},
    ).status_code  # fmt: skip
