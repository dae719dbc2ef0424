"""Refunds: partial, whole, refused, waiting for funds, failing later; never touching transfers."""

import pytest

from tests.simulator.conftest import refused


def test_a_partial_refund_then_the_rest(client, pay, held):
    paid = pay()
    first = client.v1.refunds.create(
        {"payment_intent": paid["payment_intent"], "amount": 20_000, "reason": "requested_by_customer"}
    )
    assert (first.status, first.amount, first.charge) == ("succeeded", 20_000, paid["charge"])
    assert held() == (0, 31_239)
    assert refused(client.v1.refunds.create, {"charge": paid["charge"], "amount": 32_801}).param == "amount"
    assert client.v1.refunds.create({"charge": paid["charge"]}).amount == 32_800
    charge = client.v1.charges.retrieve(paid["charge"], {"expand": ["refunds"]})
    assert (charge.refunded, charge.amount_refunded, len(charge.refunds.data)) == (True, 52_800, 2)
    assert refused(client.v1.refunds.create, {"charge": paid["charge"]}).code == "charge_already_refunded"
    assert held() == (0, -1561)


def test_a_refund_does_nothing_to_transfers(client, simulator, ready, pay, held):
    paid = pay()
    terms = {"amount": 48_000, "currency": "usd", "destination": ready.id, "source_transaction": paid["charge"]}
    made = client.v1.transfers.create(terms)
    client.v1.refunds.create({"payment_intent": paid["payment_intent"]})
    assert client.v1.transfers.retrieve(made.id).amount_reversed == 0
    assert held() == (0, 51_239 - 48_000 - 52_800)


def test_a_disputed_charge_cannot_be_refunded(client, simulator, pay):
    paid = pay()
    simulator.control("POST", f"charges/{paid['charge']}/dispute")
    assert refused(client.v1.refunds.create, {"charge": paid["charge"]}).code == "charge_disputed"


@pytest.mark.parametrize("how", [{"card": "4000000000000002"}, {"bank": "000123456789"}])
def test_what_has_not_succeeded_cannot_be_refunded(client, pay, how):
    error = refused(client.v1.refunds.create, {"payment_intent": pay(**how)["payment_intent"]})
    assert error.code == "payment_intent_unexpected_state"


def test_a_bank_debit_is_refunded_to_the_bank(client, simulator, pay):
    """Money paid by bank debit goes back too: its answer and its events fit Stripe's schema."""
    paid = pay(bank="000123456789")
    simulator.control("POST", f"checkout/{paid['session']}/settle", {"outcome": "succeeded"})
    made = client.v1.refunds.create({"payment_intent": paid["payment_intent"]})
    assert (made.amount, made.destination_details.type) == (52_800, "us_bank_transfer")


def test_a_refund_names_what_it_refunds(client):
    assert refused(client.v1.refunds.create, {"amount": 5}).http_status == 400
    assert refused(client.v1.refunds.create, {"charge": "ch_nothing"}).code == "resource_missing"


def test_a_refund_without_funds_waits_for_them(client, simulator, ready, pay, held):
    paid = pay()
    simulator.control("POST", "clock", {"days": 2})
    client.v1.transfers.create({"amount": 50_000, "currency": "usd", "destination": ready.id})
    waiting = client.v1.refunds.create({"charge": paid["charge"]})
    assert (waiting.status, waiting.pending_reason) == ("pending", "insufficient_funds")
    assert held() == (1_239, 0)
    simulator.control("POST", "topup", {"amount": 60_000})
    assert held() == (60_000 + 1_239 - 52_800, 0)
    assert client.v1.refunds.retrieve(waiting.id).status == "succeeded"


def test_a_refund_that_fails_later_brings_the_money_back(client, simulator, inbox, pay, held):
    paid = pay(card="4000000000005126")
    refund = client.v1.refunds.create({"charge": paid["charge"]})
    assert refund.status == "succeeded"
    simulator.control("POST", "clock", {"seconds": 60})
    found = client.v1.refunds.retrieve(refund.id)
    assert (found.status, found.failure_reason) == ("failed", "expired_or_canceled_card")
    assert client.v1.charges.retrieve(paid["charge"]).amount_refunded == 0
    assert sum(held()) == 51_239
    simulator.control("POST", "webhooks/settle")
    assert "refund.failed" in inbox.types("platform")


def test_a_refund_failed_by_hand_fails_once(simulator, client, pay, held):
    refund = client.v1.refunds.create({"charge": pay()["charge"]})
    for _ in range(2):
        assert simulator.control("POST", f"refunds/{refund.id}/fail")["status"] == "failed"
    assert sum(held()) == 51_239


def test_a_refund_may_stay_pending(client, simulator, pay):
    refund = client.v1.refunds.create({"charge": pay(card="4000000000007726")["charge"]})
    assert refund.status == "pending"
    simulator.control("POST", "clock", {"seconds": 60})
    assert client.v1.refunds.retrieve(refund.id).status == "succeeded"


def test_a_bank_debit_is_refunded_over_days(client, simulator, inbox, pay, held):
    paid = pay(bank="000123456789")
    simulator.control("POST", f"checkout/{paid['session']}/settle")
    refund = client.v1.refunds.create({"charge": paid["charge"], "amount": 10_000})
    assert (refund.id[:4], refund.status, refund.pending_reason) == ("pyr_", "pending", "processing")
    txn = client.v1.balance_transactions.retrieve(refund.balance_transaction)
    assert (txn.type, txn.reporting_category, txn.amount, txn.source) == (
        "payment_refund",
        "refund",
        -10_000,
        refund.id,
    )
    assert held() == (42_378, 0)
    simulator.control("POST", "clock", {"days": 3})
    assert client.v1.refunds.retrieve(refund.id).status == "succeeded"
    simulator.control("POST", "webhooks/settle")
    told = [kind for kind in inbox.types("platform") if "refund" in kind]
    assert sorted(told) == ["charge.refund.updated", "charge.refunded", "refund.created", "refund.updated"]


def test_a_refund_that_waits_for_the_customer_and_is_canceled(client, simulator, pay, held):
    paid = pay()
    simulator.control("POST", f"charges/{paid['charge']}/next_refund", {"outcome": "requires_action"})
    refund = client.v1.refunds.create({"charge": paid["charge"], "amount": 20_000})
    assert (refund.status, refund.next_action.type) == ("requires_action", "display_details")
    assert held() == (0, 31_239)
    canceled = client.v1.refunds.cancel(refund.id)
    assert (canceled.status, canceled.amount) == ("canceled", 20_000)
    assert client.v1.charges.retrieve(paid["charge"]).amount_refunded == 0
    assert sum(held()) == 51_239
    assert refused(client.v1.refunds.cancel, refund.id).http_status == 400
    assert client.v1.refunds.create({"charge": paid["charge"]}).status == "succeeded"  # only the next one was told


def test_a_refund_that_waits_for_the_customer_and_arrives(client, simulator, pay):
    paid = pay()
    simulator.control("POST", f"charges/{paid['charge']}/next_refund", {"outcome": "requires_action"})
    refund = client.v1.refunds.create({"charge": paid["charge"]})
    assert simulator.control("POST", f"refunds/{refund.id}/finish")["status"] == "succeeded"
    assert simulator.try_control("POST", f"refunds/{refund.id}/finish")[0] == 400
    simulator.control("POST", "clock", {"days": 50})
    assert client.v1.refunds.retrieve(refund.id).status == "succeeded"


def test_a_refund_that_the_customer_never_answers(client, simulator, pay, held):
    paid = pay()
    simulator.control("POST", f"charges/{paid['charge']}/next_refund", {"outcome": "requires_action"})
    refund = client.v1.refunds.create({"charge": paid["charge"]})
    simulator.control("POST", "clock", {"days": 45})
    assert client.v1.refunds.retrieve(refund.id).status == "failed"
    assert held() == (51_239, 0)


def test_a_settled_refund_cannot_be_canceled(client, pay):
    refund = client.v1.refunds.create({"charge": pay()["charge"]})
    assert "unsupported" in str(refused(client.v1.refunds.cancel, refund.id))


def test_a_refund_that_waits_for_funds_may_fail(client, simulator, ready, pay, held):
    paid = pay()
    simulator.control("POST", "clock", {"days": 2})
    client.v1.transfers.create({"amount": 50_000, "currency": "usd", "destination": ready.id})
    waiting = client.v1.refunds.create({"charge": paid["charge"]})
    assert simulator.try_control("POST", f"refunds/{waiting.id}/finish")[0] == 400
    simulator.control("POST", f"refunds/{waiting.id}/fail", {"reason": "insufficient_funds"})
    simulator.control("POST", "topup", {"amount": 60_000})
    found = client.v1.refunds.retrieve(waiting.id)
    assert (found.status, found.failure_reason, found.balance_transaction) == ("failed", "insufficient_funds", None)
    assert held() == (61_239, 0)


def test_what_comes_back_is_told_as_a_balance_transaction(client, simulator, inbox, pay):
    refund = client.v1.refunds.create({"charge": pay()["charge"], "amount": 20_000})
    simulator.control("POST", f"refunds/{refund.id}/fail")
    found = client.v1.refunds.retrieve(refund.id, {"expand": ["failure_balance_transaction"]})
    txn = found.failure_balance_transaction
    assert (txn.type, txn.reporting_category, txn.amount, txn.source) == (
        *("refund_failure", "refund_failure"),
        *(20_000, refund.id),
    )
    assert [each.type for each in client.v1.balance_transactions.list({"source": refund.id}).data] == [
        "refund_failure",
        "refund",
    ]


def test_listing_by_payment(client, pay):
    first, second = pay(), pay()
    refunds = [client.v1.refunds.create({"charge": first["charge"], "amount": 100}).id for _ in range(2)]
    client.v1.refunds.create({"charge": second["charge"], "amount": 100})
    found = client.v1.refunds.list({"payment_intent": first["payment_intent"]}).data
    assert [refund.id for refund in found] == refunds[::-1]
    assert len(client.v1.refunds.list().data) == 3
