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
    error = refused(client.v1.disputes.close, disputed.id)
    assert (error.http_status, "already closed" in str(error)) == (400, True)


def test_silence_loses(client, simulator, disputed):
    simulator.control("POST", "clock", {"days": 10})
    assert client.v1.disputes.retrieve(disputed.id).status == "lost"


def test_an_inquiry_takes_nothing(client, simulator, pay, held):
    paid = pay()
    opened = simulator.control("POST", f"charges/{paid['charge']}/dispute", {"inquiry": True})
    assert opened["status"] == "warning_needs_response"
    assert held() == (0, 51_239)
    assert client.v1.refunds.create({"charge": paid["charge"]}).status == "succeeded"


def test_an_inquiry_that_grows_into_a_dispute(client, simulator, inbox, pay, held):
    paid = pay(card="4000000000001976")
    [inquiry] = client.v1.disputes.list({"charge": paid["charge"]}).data
    assert (inquiry.status, inquiry.is_charge_refundable, held()) == ("warning_needs_response", True, (0, 51_239))
    assert inquiry.payment_method_details.card.case_type == "inquiry"
    simulator.control("POST", f"disputes/{inquiry.id}/escalate")
    found = client.v1.disputes.retrieve(inquiry.id)
    assert (found.status, found.is_charge_refundable) == ("needs_response", False)
    assert (found.payment_method_details.card.case_type, len(found.balance_transactions)) == ("chargeback", 1)
    assert held() == (-54_300, 51_239)
    assert refused(client.v1.refunds.create, {"charge": paid["charge"]}).code == "charge_disputed"
    assert simulator.try_control("POST", f"disputes/{inquiry.id}/escalate")[0] == 400
    simulator.control("POST", "webhooks/settle")
    assert inbox.types("platform").count("charge.dispute.funds_withdrawn") == 1


@pytest.mark.parametrize("how", ["win", "lose"])
def test_an_inquiry_that_is_answered_just_closes(client, simulator, pay, held, how):
    paid = pay(card="4000000000001976")
    [inquiry] = client.v1.disputes.list({"charge": paid["charge"]}).data
    simulator.control("POST", f"disputes/{inquiry.id}/{how}")
    assert client.v1.disputes.retrieve(inquiry.id).status == "warning_closed"
    assert held() == (0, 51_239)


@pytest.mark.parametrize(
    ("evidence", "status", "available"),
    [
        ("winning_evidence", "won", -1_500),
        ("losing_evidence", "lost", -54_300),
        ("Our side of it", "under_review", -54_300),
    ],
)
def test_evidence_that_decides_by_itself(client, simulator, disputed, held, evidence, status, available):
    changed = client.v1.disputes.update(disputed.id, {"evidence": {"uncategorized_text": evidence}})
    assert changed.status == "under_review"
    simulator.control("POST", "clock", {"seconds": 10})
    assert client.v1.disputes.retrieve(disputed.id).status == status
    assert held()[0] == available


def test_evidence_that_escalates_an_inquiry(client, simulator, pay):
    paid = pay(card="4000000000001976")
    [inquiry] = client.v1.disputes.list({"charge": paid["charge"]}).data
    client.v1.disputes.update(inquiry.id, {"evidence": {"uncategorized_text": "escalate_inquiry_evidence"}})
    simulator.control("POST", "clock", {"seconds": 10})
    assert client.v1.disputes.retrieve(inquiry.id).status == "needs_response"


def test_after_winning_the_charge_can_be_refunded(client, simulator, disputed, held):
    assert refused(client.v1.refunds.create, {"charge": disputed.charge}).code == "charge_disputed"
    simulator.control("POST", f"disputes/{disputed.id}/win")
    found = client.v1.disputes.retrieve(disputed.id)
    assert (found.is_charge_refundable, client.v1.charges.retrieve(found.charge).disputed) == (True, True)
    assert client.v1.refunds.create({"charge": disputed.charge, "amount": 100}).status == "succeeded"


def test_after_losing_it_can_neither_be_refunded_nor_disputed_again(client, simulator, disputed):
    simulator.control("POST", f"disputes/{disputed.id}/lose")
    assert refused(client.v1.refunds.create, {"charge": disputed.charge}).code == "charge_disputed"
    assert simulator.try_control("POST", f"charges/{disputed.charge}/dispute")[0] == 400


def test_a_won_dispute_may_come_back(client, simulator, disputed, held):
    simulator.control("POST", f"disputes/{disputed.id}/win")
    simulator.control("POST", f"charges/{disputed.charge}/dispute", {"amount": 1_000})
    assert held()[0] == -1_500 - 1_000 - 1_500
    assert len(client.v1.disputes.list({"charge": disputed.charge}).data) == 2


def test_a_part_of_a_charge_can_be_disputed(client, simulator, pay, held):
    paid = pay()
    opened = simulator.control("POST", f"charges/{paid['charge']}/dispute", {"amount": 1_000})
    simulator.control("POST", f"disputes/{opened['id']}/win")
    rows = client.v1.disputes.retrieve(opened["id"]).balance_transactions
    assert [(row.amount, row.fee, row.net, row.reporting_category) for row in rows] == [
        (-1_000, 1_500, -2_500, "dispute"),
        (1_000, 0, 1_000, "dispute_reversal"),
    ]
    assert rows[0].fee_details[0].description == "Dispute fee"
    assert held()[0] == -1_500


@pytest.mark.parametrize("amount", [0, -5, 52_801, "100", 1.5, None])
def test_amounts_that_cannot_be_disputed(client, simulator, pay, held, amount):
    paid = pay()
    assert simulator.try_control("POST", f"charges/{paid['charge']}/dispute", {"amount": amount})[0] == 400
    assert held() == (0, 51_239)


def test_a_refund_on_its_way_fails_when_a_dispute_opens(client, simulator, inbox, pay, held):
    """https://docs.stripe.com/refunds#failed-refunds: else the payer would have the money twice."""
    paid = pay(card="4000000000007726")
    refund = client.v1.refunds.create({"charge": paid["charge"], "amount": 20_000})
    assert refund.status == "pending"
    simulator.control("POST", f"charges/{paid['charge']}/dispute")
    found = client.v1.refunds.retrieve(refund.id)
    assert (found.status, found.failure_reason) == ("failed", "charge_for_pending_refund_disputed")
    assert client.v1.charges.retrieve(paid["charge"]).amount_refunded == 0
    assert sum(held()) == 51_239 - 54_300
    simulator.control("POST", "clock", {"seconds": 60})
    assert client.v1.refunds.retrieve(refund.id).status == "failed"
    simulator.control("POST", "webhooks/settle")
    assert "refund.failed" in inbox.types("platform")


def test_a_refund_that_arrived_before_the_dispute_stays(client, simulator, pay, held):
    paid = pay()
    refund = client.v1.refunds.create({"charge": paid["charge"], "amount": 20_000})
    simulator.control("POST", f"charges/{paid['charge']}/dispute")
    assert client.v1.refunds.retrieve(refund.id).status == "succeeded"
    assert sum(held()) == 51_239 - 20_000 - 54_300


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


def test_a_warning_needs_no_action_once_refunded_or_disputed(client, simulator, pay):
    refunded, disputed = pay(card="4000000000005423"), pay(card="4000000000005423")
    client.v1.refunds.create({"charge": refunded["charge"]})
    simulator.control("POST", f"charges/{disputed['charge']}/dispute")
    assert [each.actionable for each in client.v1.radar.early_fraud_warnings.list().data] == [False, False]


def test_pages_of_disputes(client, simulator, pay):
    made = [simulator.control("POST", f"charges/{pay()['charge']}/dispute")["id"] for _ in range(3)][::-1]
    page = client.v1.disputes.list({"limit": 2})
    assert [each.id for each in page.auto_paging_iter()] == made
    since = client.v1.disputes.retrieve(made[-1]).created
    assert [each.id for each in client.v1.disputes.list({"created": {"gte": since}}).data] == made
    assert client.v1.disputes.list({"created": {"lt": since}}).data == []
