"""Chargebacks: opened, answered, won, lost, accepted; before and after a transfer."""

import pytest

from tests.simulator.conftest import refused


@pytest.fixture
def disputed(client, simulator, pay):
    paid = pay()
    opened = simulator.control("POST", f"charges/{paid['payment_intent']}/dispute", {"reason": "fraudulent"})
    return client.v1.disputes.retrieve(opened["id"])


def test_opening_takes_the_amount_and_a_fee(client, disputed, held):
    assert (disputed.status, disputed.reason, disputed.amount) == ("needs_response", "fraudulent", 52_800)
    assert [(txn.amount, txn.fee) for txn in disputed.balance_transactions] == [(-52_800, 1500)]
    assert client.v1.charges.retrieve(disputed.charge).disputed is True
    assert held() == (-54_300, 51_239)


def test_a_charge_is_disputed_once(simulator, disputed, held):
    before = held()
    assert simulator.try_control("POST", f"charges/{disputed.charge}/dispute")[0] == 400
    assert held() == before


def test_winning_brings_back_the_amount_but_not_the_fee(client, simulator, disputed, held):
    simulator.control("POST", f"disputes/{disputed.id}/win")
    assert client.v1.disputes.retrieve(disputed.id).status == "won"
    assert held() == (-1500, 51_239)
    assert simulator.try_control("POST", f"disputes/{disputed.id}/lose")[0] == 400
    assert held() == (-1500, 51_239)


def test_losing_changes_no_balance(client, simulator, disputed, held):
    simulator.control("POST", f"disputes/{disputed.id}/lose")
    assert client.v1.disputes.retrieve(disputed.id).status == "lost"
    assert held() == (-54_300, 51_239)


def test_evidence_puts_it_under_review(client, disputed):
    changed = client.v1.disputes.update(disputed.id, {"evidence": {"uncategorized_text": "The work was delivered."}})
    assert (changed.status, changed.evidence.uncategorized_text) == ("under_review", "The work was delivered.")
    assert changed.evidence_details.submission_count == 1


def test_accepting_loses(client, disputed):
    assert client.v1.disputes.close(disputed.id).status == "lost"
    assert refused(client.v1.disputes.close, disputed.id).code == "dispute_already_closed"


def test_silence_loses(client, simulator, disputed):
    simulator.control("POST", "clock", {"days": 10})
    assert client.v1.disputes.retrieve(disputed.id).status == "lost"


def test_an_inquiry_takes_nothing(client, simulator, pay, held):
    paid = pay()
    opened = simulator.control("POST", f"charges/{paid['charge']}/dispute", {"inquiry": True})
    assert opened["status"] == "warning_needs_response"
    assert held() == (0, 51_239)
    assert client.v1.refunds.create({"charge": paid["charge"]}).status == "succeeded"


def test_a_card_that_is_disputed_right_after_paying(client, pay):
    charge = client.v1.charges.retrieve(pay(card="4000000000000259")["charge"])
    assert (charge.paid, charge.disputed) == (True, True)


def test_after_a_transfer_the_platform_is_short(client, simulator, ready, pay, held):
    paid = pay()
    terms = {"amount": 48_000, "currency": "usd", "destination": ready.id, "source_transaction": paid["charge"]}
    made = client.v1.transfers.create(terms)
    simulator.control("POST", f"charges/{paid['charge']}/dispute")
    assert sum(held()) == 51_239 - 48_000 - 54_300
    client.v1.transfers.reversals.create(made.id)
    assert sum(held()) == 51_239 - 54_300


def test_the_site_is_told(simulator, inbox, disputed):
    simulator.control("POST", f"disputes/{disputed.id}/win")
    simulator.control("POST", f"charges/{disputed.charge}/fraud_warning")
    simulator.control("POST", "webhooks/settle")
    told = [kind for kind in inbox.types("platform") if "dispute" in kind or "radar" in kind]
    assert sorted(told) == [
        "charge.dispute.closed",
        "charge.dispute.created",
        "charge.dispute.funds_reinstated",
        "charge.dispute.funds_withdrawn",
        "radar.early_fraud_warning.created",
    ]


def test_listing_by_charge(client, simulator, disputed, pay):
    simulator.control("POST", f"charges/{pay()['charge']}/dispute")
    assert [each.id for each in client.v1.disputes.list({"charge": disputed.charge}).data] == [disputed.id]
    assert len(client.v1.disputes.list().data) == 2


def test_an_early_fraud_warning_can_be_fetched(client, simulator, pay):
    paid = pay(card="4000000000005423")
    [warning] = client.v1.radar.early_fraud_warnings.list({"charge": paid["charge"], "expand": ["data.charge"]}).data
    assert (warning.actionable, warning.charge.amount) == (True, 52_800)
    assert client.v1.radar.early_fraud_warnings.retrieve(warning.id).payment_intent == paid["payment_intent"]
    assert refused(client.v1.radar.early_fraud_warnings.retrieve, "issfr_nothing").code == "resource_missing"
