"""Checkout Sessions: made, paid, declined, challenged, delayed, expired."""

import time

import pytest

from tests.simulator.conftest import refused, session_params


def test_a_new_session_is_open_and_unpaid(client):
    session = client.v1.checkout.sessions.create(session_params())
    assert (session.status, session.payment_status, session.payment_intent) == ("open", "unpaid", None)
    assert (session.amount_total, session.currency, session.client_reference_id) == (52_800, "usd", "eng_1")
    assert session.url.startswith("http")
    assert session.metadata.to_dict() == {"engagement": "eng_1"}
    items = client.v1.checkout.sessions.line_items.list(session.id)
    assert [(item.description, item.amount_total) for item in items.data] == [("Pricing review", 52_800)]


def test_line_items_can_be_expanded(client):
    session = client.v1.checkout.sessions.create(session_params(expand=["line_items"]))
    assert session.line_items.data[0].amount_total == 52_800


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"payment_intent_data": {"transfer_gruop": "x"}}, "payment_intent_data[transfer_gruop]"),
        ({"nonsense": 1}, "nonsense"),
        ({"ui_mode": "hosted"}, "ui_mode"),
        ({"success_url": "example.com"}, "success_url"),
        ({"expires_at": 1}, "expires_at"),
        ({"mode": None}, "mode"),
    ],
)
def test_wrong_parameters_are_refused(client, change, param):
    params = {name: value for name, value in (session_params() | change).items() if value is not None}
    error = refused(client.v1.checkout.sessions.create, params)
    assert (error.http_status, error.param) == (400, param)


def test_an_unknown_parameter_has_its_code(client):
    assert refused(client.v1.checkout.sessions.create, session_params(nonsense=1)).code == "parameter_unknown"


def test_amounts_below_the_minimum_are_refused(client):
    assert refused(client.v1.checkout.sessions.create, session_params(49)).code == "amount_too_small"


def test_expiring_by_hand(client):
    session = client.v1.checkout.sessions.create(session_params())
    assert client.v1.checkout.sessions.expire(session.id).status == "expired"
    assert refused(client.v1.checkout.sessions.expire, session.id).http_status == 400


def test_expiring_by_the_clock(client, simulator, inbox):
    expires_at = int(time.time()) + 1900
    session = client.v1.checkout.sessions.create(session_params(expires_at=expires_at))
    simulator.control("POST", "clock", {"seconds": 1910})
    found = client.v1.checkout.sessions.retrieve(session.id)
    assert (found.status, found.url, found.payment_status) == ("expired", None, "unpaid")
    simulator.control("POST", "webhooks/settle")
    assert inbox.types("platform") == ["checkout.session.expired"]
    assert inbox.events("platform")[0]["created"] == expires_at


def test_a_moved_clock_does_not_refuse_times_of_the_real_one(client, simulator):
    simulator.control("POST", "clock", {"days": 7})
    expires_at = int(time.time()) + 1900
    session = client.v1.checkout.sessions.create(session_params(expires_at=expires_at))
    assert (session.status, session.expires_at) == ("open", expires_at)
    simulator.control("POST", "clock", {"seconds": 1800})
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"
    simulator.control("POST", "clock", {"seconds": 110})
    assert client.v1.checkout.sessions.retrieve(session.id).status == "expired"


def test_paying_by_card(client, simulator, inbox, held):
    session = client.v1.checkout.sessions.create(session_params())
    paid = simulator.control("POST", f"checkout/{session.id}/pay", {"card": "4242424242424242"})
    assert paid["outcome"] == "paid"
    expand = ["payment_intent.latest_charge.balance_transaction"]
    found = client.v1.checkout.sessions.retrieve(session.id, {"expand": expand})
    charge = found.payment_intent.latest_charge
    assert (found.status, found.payment_status, found.payment_intent.status) == ("complete", "paid", "succeeded")
    assert (charge.amount, charge.transfer_group, charge.metadata["engagement"]) == (52_800, "eng_1", "eng_1")
    assert (charge.balance_transaction.fee, charge.balance_transaction.net) == (1561, 51_239)
    assert held() == (0, 51_239)
    simulator.control("POST", "webhooks/settle")
    expected = ["charge.succeeded", "checkout.session.completed", "payment_intent.created", "payment_intent.succeeded"]
    assert sorted(inbox.types("platform")) == expected


def test_a_session_is_paid_once(client, simulator, pay, held):
    paid = pay()
    status, answer = simulator.try_control("POST", f"checkout/{paid['session']}/pay")
    assert (status, answer["error"]) == (400, "This session is paid already.")
    assert held() == (0, 51_239)


@pytest.mark.parametrize(
    ("card", "code", "decline"),
    [
        ("4000000000000002", "card_declined", "generic_decline"),
        ("4000000000009995", "card_declined", "insufficient_funds"),
        ("4000000000000069", "expired_card", "expired_card"),
        ("4539578763621486", "card_declined", "test_mode_live_card"),
        ("4000000000009979", "card_declined", "stolen_card"),
        ("4000000000006975", "card_declined", "card_velocity_exceeded"),
    ],
)
def test_a_declined_card_leaves_the_session_open(client, pay, held, card, code, decline):
    paid = pay(card=card)
    intent = client.v1.payment_intents.retrieve(paid["payment_intent"])
    assert (paid["outcome"], paid["status"], paid["payment_status"]) == ("declined", "open", "unpaid")
    assert (intent.last_payment_error.code, intent.last_payment_error.decline_code) == (code, decline)
    assert (intent.status, client.v1.charges.retrieve(paid["charge"]).status) == ("requires_payment_method", "failed")
    assert held() == (0, 0)


def test_a_declined_card_then_a_good_one(client, simulator, pay, held):
    first = pay(card="4000000000000002")
    second = simulator.control("POST", f"checkout/{first['session']}/pay")
    assert (second["outcome"], second["payment_intent"]) == ("paid", first["payment_intent"])
    assert held() == (0, 51_239)


@pytest.mark.parametrize(("answer", "outcome", "pending"), [(True, "paid", 51_239), (False, "declined", 0)])
def test_3d_secure(pay, held, answer, outcome, pending):
    assert pay(card="4000002760003184", authenticate=answer)["outcome"] == outcome
    assert held() == (0, pending)


def test_a_bank_debit_that_succeeds_later(client, simulator, inbox, pay, held):
    paid = pay(bank="000123456789")
    assert (paid["status"], paid["payment_status"]) == ("complete", "unpaid")
    assert client.v1.payment_intents.retrieve(paid["payment_intent"]).status == "processing"
    assert held() == (0, 52_800 - 422)
    simulator.control("POST", "clock", {"days": 4})
    assert client.v1.checkout.sessions.retrieve(paid["session"]).payment_status == "paid"
    assert held() == (52_800 - 422, 0)
    simulator.control("POST", "webhooks/settle")
    assert "checkout.session.async_payment_succeeded" in inbox.types("platform")


def test_a_bank_debit_that_fails_later(client, simulator, inbox, pay, held):
    paid = pay(bank="000222222227")
    simulator.control("POST", "clock", {"days": 4})
    assert client.v1.checkout.sessions.retrieve(paid["session"]).payment_status == "unpaid"
    assert held() == (0, 0)
    simulator.control("POST", "webhooks/settle")
    assert "checkout.session.async_payment_failed" in inbox.types("platform")


def test_a_bank_debit_shows_in_the_balance_from_the_start(client, simulator, pay):
    """Pending, though the payment may still fail: the charge's status tells, not the balance."""
    paid = pay(bank="000123456789")
    charge = client.v1.charges.retrieve(paid["charge"], {"expand": ["balance_transaction"]})
    assert (charge.id[:3], charge.status, charge.paid) == ("py_", "pending", False)
    booked = charge.balance_transaction
    assert (booked.type, booked.status, booked.net) == ("payment", "pending", 52_800 - 422)
    assert booked.available_on == charge.created + 4 * 86_400


@pytest.mark.parametrize("by_hand", [True, False])
def test_a_failed_bank_debit_leaves_two_balance_transactions(client, simulator, pay, held, by_hand):
    paid = pay(bank="000222222227")
    if by_hand:
        simulator.control("POST", f"checkout/{paid['session']}/settle", {"outcome": "failed"})
        assert held() == (0, 0)
    simulator.control("POST", "clock", {"days": 4})
    txns = client.v1.balance_transactions.list({"source": paid["charge"]}).data
    told = [(txn.type, txn.reporting_category, txn.amount, txn.fee, txn.net, txn.status) for txn in txns]
    assert told == [
        ("payment_failure_refund", "charge_failure", -52_800, -422, -52_378, "available"),
        ("payment", "charge", 52_800, 422, 52_378, "available"),
    ]
    charge = client.v1.charges.retrieve(paid["charge"])
    assert (charge.status, charge.paid, charge.failure_code) == ("failed", False, "insufficient_funds")
    assert charge.failure_balance_transaction == txns[0].id
    assert held() == (0, 0)


def test_a_transfer_out_of_a_bank_debit_that_fails_is_paid_by_the_platform(client, simulator, ready, pay, held):
    """https://docs.stripe.com/connect/separate-charges-and-transfers: why such a source is to be avoided."""
    paid = pay(bank="000222222227")
    terms = {"amount": 48_000, "currency": "usd", "destination": ready.id, "source_transaction": paid["charge"]}
    made = client.v1.transfers.create(terms)
    assert held() == (0, 52_378 - 48_000)
    simulator.control("POST", "clock", {"hours": 4 * 24})
    assert held() == (-48_000, 0)
    assert client.v1.transfers.retrieve(made.id).amount_reversed == 0
    client.v1.transfers.reversals.create(made.id)
    assert held() == (0, 0)


def test_a_bank_debit_that_stays_in_processing(client, simulator, pay, held):
    paid = pay(bank="000000000009")
    simulator.control("POST", "clock", {"days": 400})
    assert client.v1.payment_intents.retrieve(paid["payment_intent"]).status == "processing"
    assert held() == (0, 52_378)


def test_a_bank_debit_that_is_disputed_is_lost_at_once(client, simulator, inbox, pay, held):
    paid = pay(bank="000555555559")
    simulator.control("POST", "clock", {"days": 4})
    [dispute] = client.v1.disputes.list({"charge": paid["charge"]}).data
    assert (dispute.status, dispute.reason, dispute.amount) == ("lost", "debit_not_authorized", 52_800)
    assert (dispute.payment_method_details.type, dispute.evidence_details.due_by) == ("us_bank_account", None)
    assert held() == (52_378 - 54_300, 0)
    simulator.control("POST", "webhooks/settle")
    kinds = [kind for kind in inbox.types("platform") if kind.startswith("charge.dispute")]
    names = ("created", "funds_withdrawn", "closed")
    assert sorted(kinds) == sorted(f"charge.dispute.{name}" for name in names)


def test_a_bank_debit_settled_by_hand_is_settled_once(client, simulator, pay, held):
    paid = pay(bank="000222222227")
    simulator.control("POST", f"checkout/{paid['session']}/settle", {"outcome": "succeeded"})
    assert simulator.try_control("POST", f"checkout/{paid['session']}/settle", {"outcome": "failed"})[0] == 400
    simulator.control("POST", "clock", {"days": 5})
    assert held() == (52_378, 0)


def test_an_intent_of_an_open_session_cannot_be_canceled(client, pay):
    paid = pay(card="4000000000000002")
    assert refused(client.v1.payment_intents.cancel, paid["payment_intent"]).http_status == 400
    client.v1.checkout.sessions.expire(paid["session"])
    assert client.v1.payment_intents.retrieve(paid["payment_intent"]).status == "canceled"


def test_two_sessions_for_one_engagement_are_two_charges(client, pay, held):
    charges = {pay(group="eng_9")["charge"], pay(group="eng_9")["charge"]}
    assert {charge.id for charge in client.v1.charges.list({"transfer_group": "eng_9"}).data} == charges
    assert held() == (0, 2 * 51_239)
