"""Transfers and reversals: what they need, what caps them, what they move."""

import pytest

from tests.simulator.conftest import refused


def transfer(ready, paid=None, amount=48_000, **more):
    params = {"amount": amount, "currency": "usd", "destination": ready.id, "transfer_group": "eng_1", **more}
    return params | ({"source_transaction": paid["charge"]} if paid else {})


def balances(simulator):
    rows = simulator.control("GET", "book?groups=0")["balances"]
    return {(row["account"], row["bucket"]): row["amount"] for row in rows if row["bucket"] != "outside"}


def test_pending_money_of_a_charge_can_be_sent(client, simulator, ready, pay):
    made = client.v1.transfers.create(transfer(ready, pay(), metadata={"op_id": "1"}))
    assert (made.amount, made.destination, made.transfer_group) == (48_000, ready.id, "eng_1")
    assert (made.reversed, made.amount_reversed, made.metadata["op_id"]) == (False, 0, "1")
    assert balances(simulator)[ready.id, "pending"] == 48_000
    own = client.v1.balance.retrieve(None, {"stripe_account": ready.id})
    assert (own.pending[0].amount, own.available[0].amount) == (48_000, 0)


def test_the_money_becomes_available_with_its_charge(client, simulator, ready, pay):
    made = client.v1.transfers.create(transfer(ready, pay()))
    txn = client.v1.balance_transactions.retrieve(made.balance_transaction)
    charge = client.v1.charges.retrieve(made.source_transaction, {"expand": ["balance_transaction"]})
    assert (txn.amount, txn.net, txn.available_on) == (-48_000, -48_000, charge.balance_transaction.available_on)
    payment = client.v1.charges.retrieve(made.destination_payment, {}, {"stripe_account": ready.id})
    assert (payment.amount, payment.source_transfer) == (48_000, made.id)


def test_transfers_of_a_charge_are_capped_at_the_charge(client, ready, pay, held):
    paid = pay()
    client.v1.transfers.create(transfer(ready, paid, 30_000))
    before = held()
    error = refused(client.v1.transfers.create, transfer(ready, paid, 22_801))
    assert (error.http_status, error.param) == (400, "amount")
    assert held() == before
    assert client.v1.transfers.create(transfer(ready, paid, 22_800)).amount == 22_800


def test_a_reversed_transfer_makes_room_for_another(client, ready, pay):
    paid = pay()
    first = client.v1.transfers.create(transfer(ready, paid, 52_800))
    client.v1.transfers.reversals.create(first.id)
    assert client.v1.transfers.create(transfer(ready, paid, 52_800)).amount == 52_800


def test_without_a_charge_available_money_is_needed(client, simulator, ready, pay, held):
    pay()
    assert refused(client.v1.transfers.create, transfer(ready)).code == "balance_insufficient"
    assert held() == (0, 51_239)
    simulator.control("POST", "clock", {"days": 2})
    assert client.v1.transfers.create(transfer(ready)).amount == 48_000
    assert held() == (3_239, 0)


def test_a_settled_charge_is_no_promise_of_funds(client, simulator, ready, pay):
    paid = pay()
    simulator.control("POST", "clock", {"days": 2})
    client.v1.transfers.create(transfer(ready, amount=51_000))
    assert refused(client.v1.transfers.create, transfer(ready, paid, 10_000)).code == "balance_insufficient"


def test_an_account_that_is_not_ready(client, recipient):
    params = {"amount": 100, "currency": "usd", "destination": recipient.id}
    assert refused(client.v1.transfers.create, params).code == "insufficient_capabilities_for_transfer"


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("capability", {"status": "restricted"}, "insufficient_capabilities_for_transfer"),
        ("capability", {"status": "rejected"}, "transfers_not_allowed"),
        ("close", {}, "account_closed"),
    ],
)
def test_an_account_that_is_no_longer_ready(client, simulator, ready, pay, held, path, body, code):
    paid = pay()
    simulator.control("POST", f"accounts/{ready.id}/{path}", body)
    assert refused(client.v1.transfers.create, transfer(ready, paid)).code == code
    assert held() == (0, 51_239)
    assert client.v1.transfers.list().data == []


@pytest.mark.parametrize(
    ("change", "code", "param"),
    [
        ({"amount": 0}, "parameter_invalid_integer", "amount"),
        ({"amount": -5}, "parameter_invalid_integer", "amount"),
        ({"amount": "a lot"}, "parameter_invalid_integer", "amount"),
        ({"amount": 100_000_000}, "amount_too_large", "amount"),
        ({"destination": "acct_nobody"}, "resource_missing", "destination"),
        ({"source_transaction": "ch_nothing"}, "resource_missing", "source_transaction"),
        ({"currency": "eur"}, None, "currency"),
        ({"currency": "galleons"}, None, "currency"),
        ({"surprise": "x"}, "parameter_unknown", "surprise"),
    ],
)
def test_wrong_parameters(client, ready, pay, held, change, code, param):
    error = refused(client.v1.transfers.create, transfer(ready, pay()) | change)
    assert (error.http_status, error.code, error.param) == (400, code, param)
    assert held() == (0, 51_239)


def test_missing_parameters(client):
    error = refused(client.v1.transfers.create, {"amount": 100, "currency": "usd"})
    assert (error.code, error.param) == ("parameter_missing", "destination")


def test_listing_by_group_and_destination(client, ready, pay):
    paid = pay()
    made = [client.v1.transfers.create(transfer(ready, paid, 100 + n, transfer_group=f"g{n % 2}")).id for n in range(5)]
    assert [each.id for each in client.v1.transfers.list({"transfer_group": "g0"}).data] == [made[4], made[2], made[0]]
    assert [each.id for each in client.v1.transfers.list({"destination": ready.id}).data] == made[::-1]
    assert client.v1.transfers.list({"transfer_group": "g7"}).data == []


def test_pages_of_a_list(client, ready, pay):
    paid = pay()
    made = [client.v1.transfers.create(transfer(ready, paid, 100 + number)).id for number in range(5)][::-1]
    page = client.v1.transfers.list({"limit": 2})
    assert ([each.id for each in page.data], page.has_more) == (made[:2], True)
    assert [each.id for each in client.v1.transfers.list({"limit": 2, "starting_after": made[3]}).data] == [made[4]]
    assert [each.id for each in client.v1.transfers.list({"limit": 2, "ending_before": made[3]}).data] == made[1:3]
    assert [each.id for each in page.auto_paging_iter()] == made
    assert refused(client.v1.transfers.list, {"limit": 0}).param == "limit"


def test_metadata_merges_and_empties(client, ready, pay):
    made = client.v1.transfers.create(transfer(ready, pay(), metadata={"a": "1", "b": "2"}))
    assert client.v1.transfers.update(made.id, {"metadata": {"b": "", "c": "3"}}).metadata.to_dict() == {
        "a": "1",
        "c": "3",
    }
    assert client.v1.transfers.update(made.id, {"metadata": ""}).metadata.to_dict() == {}


def test_reversing_in_parts(client, simulator, ready, pay):
    made = client.v1.transfers.create(transfer(ready, pay()))
    first = client.v1.transfers.reversals.create(made.id, {"amount": 8_000, "metadata": {"op_id": "2"}})
    assert (first.amount, first.transfer, first.metadata["op_id"]) == (8_000, made.id, "2")
    assert client.v1.transfers.retrieve(made.id).amount_reversed == 8_000
    assert refused(client.v1.transfers.reversals.create, made.id, {"amount": 40_001}).param == "amount"
    client.v1.transfers.reversals.create(made.id)
    whole = client.v1.transfers.retrieve(made.id)
    assert (whole.amount_reversed, whole.reversed, len(whole.reversals.data)) == (48_000, True, 2)
    assert refused(client.v1.transfers.reversals.create, made.id).code == "transfer_already_reversed"
    assert [each.amount for each in client.v1.transfers.reversals.list(made.id).data] == [40_000, 8_000]
    assert balances(simulator)[ready.id, "pending"] == 0


def test_money_that_left_for_the_bank_cannot_be_reversed(client, simulator, ready, pay):
    made = client.v1.transfers.create(transfer(ready, pay()))
    simulator.control("POST", "clock", {"days": 4})
    assert refused(client.v1.transfers.reversals.create, made.id).code == "balance_insufficient"
    assert client.v1.transfers.retrieve(made.id).amount_reversed == 0


def test_expanding(client, ready, pay):
    made = client.v1.transfers.create(transfer(ready, pay(), expand=["source_transaction", "destination_payment"]))
    assert made.source_transaction.amount == 52_800
    assert made.destination_payment.amount == 48_000
    listed = client.v1.transfers.list({"expand": ["data.balance_transaction"]})
    assert listed.data[0].balance_transaction.amount == -48_000
    assert refused(client.v1.transfers.retrieve, made.id, {"expand": ["amount"]}).param == "expand"


def test_charges_made_in_bulk_are_like_any_other(client, simulator, ready):
    wanted = [{"amount": 52_800, "currency": "usd", "transfer_group": f"eng_{number}"} for number in range(2)]
    first, second = simulator.control("POST", "charges", {"charges": wanted})["charges"]
    made = client.v1.transfers.create(transfer(ready, amount=52_800) | {"source_transaction": first["id"]})
    refund = client.v1.refunds.create({"payment_intent": second["payment_intent"]})
    assert (made.amount, refund.amount, refund.status) == (52_800, 52_800, "succeeded")
    assert refused(client.v1.transfers.create, transfer(ready) | {"source_transaction": first["id"]}).param == "amount"
    assert set(simulator.control("GET", "health")["book_sums"].values()) == {0}
