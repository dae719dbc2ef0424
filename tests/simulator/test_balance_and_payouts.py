"""The book, settlement by the clock, payouts to banks."""

import pytest

from tests.simulator.conftest import refused

DAY = 86_400


@pytest.fixture
def paid_out(client, simulator, ready, pay):
    """A transfer that has settled and left for the bank."""
    paid = pay()
    terms = {"amount": 48_000, "currency": "usd", "destination": ready.id, "source_transaction": paid["charge"]}
    client.v1.transfers.create(terms)
    simulator.control("POST", "clock", {"days": 3})
    return client.v1.payouts.list({}, {"stripe_account": ready.id}).data[0]


def test_card_money_settles_after_two_days(client, simulator, pay, held):
    paid = pay()
    simulator.control("POST", "clock", {"seconds": 2 * DAY - 60})
    assert held() == (0, 51_239)
    simulator.control("POST", "clock", {"seconds": 120})
    assert held() == (51_239, 0)
    txn = client.v1.balance_transactions.list({"source": paid["charge"]}).data[0]
    assert (txn.status, txn.type, txn.amount, txn.fee, txn.net) == ("available", "charge", 52_800, 1561, 51_239)


def test_settling_is_told_once_per_account(simulator, inbox, pay):
    pay(), pay()
    simulator.control("POST", "clock", {"days": 3})
    simulator.control("POST", "webhooks/settle")
    assert inbox.types("platform").count("balance.available") in (1, 2)  # two moments a second apart are two


def test_jumping_gives_the_same_history_as_waiting(client, simulator, paid_out):
    txn = client.v1.balance_transactions.list({"type": "payment"}, {"stripe_account": paid_out_account(client)}).data[0]
    assert paid_out.created % DAY == 0
    assert paid_out.created >= txn.available_on
    assert paid_out.arrival_date == paid_out.created + DAY


def paid_out_account(client):
    return client.v1.transfers.list().data[0].destination


def test_connected_accounts_pay_out_daily(client, simulator, inbox, paid_out):
    simulator.control("POST", "clock", {"days": 2})
    account = paid_out_account(client)
    assert client.v1.payouts.retrieve(paid_out.id, {}, {"stripe_account": account}).status == "paid"
    assert (paid_out.amount, paid_out.automatic) == (48_000, True)
    simulator.control("POST", "webhooks/settle")
    told = sorted(kind for kind in inbox.types("connect") if kind.startswith("payout"))  # in any order, as Stripe says
    assert told == ["payout.created", "payout.paid"]


def test_the_platform_is_never_swept(client, simulator, pay, held):
    pay()
    simulator.control("POST", "clock", {"days": 30})
    assert held() == (51_239, 0)
    assert client.v1.payouts.list().data == []
    assert client.v1.balance_settings.retrieve().payments.payouts.schedule.interval == "manual"


def test_a_payout_that_the_bank_refuses(client, simulator, inbox, paid_out):
    simulator.control("POST", f"payouts/{paid_out.id}/fail", {"code": "account_closed"})
    account = paid_out_account(client)
    found = client.v1.payouts.retrieve(paid_out.id, {}, {"stripe_account": account})
    assert (found.status, found.failure_code) == ("failed", "account_closed")
    assert client.v1.balance.retrieve(None, {"stripe_account": account}).available[0].amount == 48_000
    simulator.control("POST", "clock", {"days": 3})
    assert len(client.v1.payouts.list({}, {"stripe_account": account}).data) == 1  # stopped until the bank changes
    assert client.v1.accounts.retrieve(account).external_accounts.data[0].status == "errored"
    simulator.control("POST", f"accounts/{account}/onboard", {"bank": "000123456789"})
    simulator.control("POST", "clock", {"days": 1})
    assert len(client.v1.payouts.list({}, {"stripe_account": account}).data) == 2
    simulator.control("POST", "webhooks/settle")
    assert all(event["account"] == account for event in inbox.events("connect"))
    told = {"payout.failed", *(f"account.external_account.{what}" for what in ("created", "updated", "deleted"))}
    assert told <= set(inbox.types("connect"))


def test_a_bank_account_that_refuses_money(client, simulator, recipient, pay):
    simulator.control("POST", f"accounts/{recipient.id}/onboard", {"bank": "000111111116"})
    paid = pay()
    terms = {"amount": 48_000, "currency": "usd", "destination": recipient.id, "source_transaction": paid["charge"]}
    client.v1.transfers.create(terms)
    simulator.control("POST", "clock", {"days": 5})
    payout = client.v1.payouts.list({}, {"stripe_account": recipient.id}).data[0]
    assert (payout.status, payout.failure_code) == ("failed", "no_account")


def test_a_payout_by_hand(client, simulator, held):
    simulator.control("POST", "topup", {"amount": 10_000})
    made = client.v1.payouts.create({"amount": 4_000, "currency": "usd"})
    assert (made.status, made.automatic) == ("pending", False)
    assert held() == (6_000, 0)
    assert refused(client.v1.payouts.create, {"amount": 6_001, "currency": "usd"}).code == "balance_insufficient"
    assert client.v1.payouts.cancel(made.id).status == "canceled"
    assert held() == (10_000, 0)


def test_only_ones_own_objects_are_seen(client, paid_out, ready):
    assert refused(client.v1.payouts.retrieve, paid_out.id).code == "resource_missing"
    other = {"stripe_account": ready.id}
    assert client.v1.transfers.list({}, other).data == []
    error = refused(client.v1.balance.retrieve, None, {"stripe_account": "acct_nobody"})
    assert (error.http_status, error.error.code) == (403, "account_invalid")


def test_every_entry_adds_up(client, simulator, ready, pay):
    paid = pay()
    terms = {"amount": 48_000, "currency": "usd", "destination": ready.id, "source_transaction": paid["charge"]}
    made = client.v1.transfers.create(terms | {"transfer_group": "eng_1"})
    client.v1.transfers.reversals.create(made.id, {"amount": 8_000})
    client.v1.refunds.create({"charge": paid["charge"], "amount": 8_000})
    simulator.control("POST", f"charges/{paid['charge']}/dispute", {"amount": 1_000})
    simulator.control("POST", "clock", {"days": 5})
    book = simulator.control("GET", "book")
    group = book["groups"]["eng_1"]
    assert book["sums"] == {"usd": 0}
    assert {name: group[name] for name in ("charged", "transferred", "reversed", "refunded", "disputed", "fees")} == {
        "charged": 52_800,
        "transferred": 48_000,
        "reversed": 8_000,
        "refunded": 8_000,
        "disputed": 1_000,
        "fees": 1_561,
    }
    platform = book["platform"]["available"][0]["amount"]
    assert platform == 51_239 - 48_000 + 8_000 - 8_000 - 1_000 - 1_500
    total = sum(txn.net for txn in client.v1.balance_transactions.list({"limit": 100}).auto_paging_iter())
    assert total == platform


def test_topups_add_available_money(client, simulator, inbox, held):
    simulator.control("POST", "topup", {"amount": 1_000})
    simulator.control("POST", "webhooks/settle")
    assert "balance.available" in inbox.types("platform")
    made = client.v1.topups.create({"amount": 5_000, "currency": "usd"})
    assert (made.status, held()) == ("succeeded", (6_000, 0))
    assert [each.id for each in client.v1.topups.list({"limit": 1}).data] == [made.id]
