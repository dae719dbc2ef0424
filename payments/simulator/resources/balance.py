"""Balances, balance transactions and payout settings. https://docs.stripe.com/api/balance"""

from ..clock import DAY
from ..errors import no_such
from ..identifiers import PLATFORM
from ..listing import list_objects
from ..rendering import show
from ..routing import route
from ..timetable import job
from . import refunds
from .charges import SETTLE_AFTER


@route("GET", "/v1/balance")
def retrieve(sim, call):
    return balance_of(sim, call.account)


@route("GET", "/v1/balance_transactions")
def list_transactions(sim, call):
    return list_objects(
        sim, call, "balance_transaction", "/v1/balance_transactions", ("source", "type", "currency", "payout")
    )


@route("GET", "/v1/balance_transactions/{id}")
def retrieve_transaction(sim, call):
    txn = sim.store.find("balance_transaction", call.ids["id"], call.account)
    if txn is None:
        raise no_such("balance transaction", call.ids["id"])
    return show(sim, txn, call.params.get("expand", []))


@route("GET", "/v1/balance_settings")
def settings(sim, call):
    return _settings(sim, call.account)


@route("POST", "/v1/balance_settings")
def change_settings(sim, call):
    interval = call.params.get("payments", {}).get("payouts", {}).get("schedule", {}).get("interval")
    if interval:
        sim.store.set_setting(f"payouts:{call.account}", interval)
    return _settings(sim, call.account)


def payout_interval(sim, account):
    """Connected accounts pay out daily; the platform only by hand, so that held money is not swept."""
    return sim.store.setting(f"payouts:{account}", "manual" if account == PLATFORM else "daily")


def balance_of(sim, account):
    buckets = {}
    for bucket in ("available", "pending"):
        buckets[bucket] = []
        for currency in sim.book.currencies(account):
            amount = sim.book.amount(account, bucket, currency)
            buckets[bucket].append({"amount": amount, "currency": currency, "source_types": {"card": amount}})
    return {"object": "balance", "livemode": False, **buckets}


def settle_early(sim, txn_id):
    """What was to become available later is so now."""
    sim.timetable.remove("settle", txn_id)
    settle(sim, txn_id, {})


@job("settle")
def settle(sim, txn_id, data):
    txn = sim.store.find("balance_transaction", txn_id)
    account = sim.store.owner(txn_id)
    sim.book.settle(txn)
    if account == PLATFORM:
        refunds.retry_waiting(sim)
    announce(sim, account)


def announce(sim, account):
    """One `balance.available` per account and moment, however many transactions settle."""
    key, now = f"announced:{account}", sim.clock.now()
    if sim.store.setting(key) != now:
        sim.store.set_setting(key, now)
        sim.timetable.add(now, "announce", account)


@job("announce")
def announce_when_settled(sim, account, data):
    sim.events.emit("balance.available", balance_of(sim, account), account)


def _settings(sim, account):
    interval = payout_interval(sim, account)
    # The SDK cannot read a null here, though the schema allows it.
    rules = {"automatic_transfer_rules_by_currency": {}, "minimum_balance_by_currency": {}}
    payouts = rules | {"schedule": {"interval": interval}, "statement_descriptor": None, "status": "enabled"}
    timing = {"delay_days": SETTLE_AFTER // DAY, "start_of_day": None}
    payments = {"debit_negative_balances": False, "payouts": payouts, "settlement_timing": timing}
    return {"object": "balance_settings", "payments": payments}
