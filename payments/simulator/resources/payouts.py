"""Payouts to a bank: daily and automatic for connected accounts. https://docs.stripe.com/payouts"""

from .. import metadata
from ..amounts import must_be_currency
from ..blanks import blank
from ..book import BANK
from ..cards import BANKS
from ..clock import DAY
from ..errors import invalid, no_such
from ..identifiers import PLATFORM, new_id
from ..listing import list_objects
from ..rendering import show
from ..routing import route
from ..timetable import job
from . import accounts
from .balance import payout_interval

ARRIVES_AFTER = DAY
EMPTY = """application_fee application_fee_amount balance_transaction failure_balance_transaction failure_code
failure_message original_payout payout_method reversed_by trace_id"""


@route("GET", "/v1/payouts")
def list_all(sim, call):
    return list_objects(sim, call, "payout", "/v1/payouts", ("status", "destination"))


@route("GET", "/v1/payouts/{id}")
def retrieve(sim, call):
    return show(sim, find(sim, call.ids["id"], call.account), call.params.get("expand", []))


@route("POST", "/v1/payouts")
def create(sim, call):
    params = call.params
    amount, currency = params["amount"], params["currency"]
    if amount < 1:
        raise invalid("Invalid positive integer", code="parameter_invalid_integer", param="amount")
    must_be_currency(currency)
    if not _bank(sim, call.account):
        message = f"Sorry, you don't have any external accounts in that currency ({currency})."
        raise invalid(message, code="no_account" if call.account != PLATFORM else None)
    if sim.book.amount(call.account, "available", currency) < amount:
        message = "You have insufficient funds in your Stripe account for this transfer. Your card balance is too low."
        raise invalid(message, code="balance_insufficient")
    payout = send(sim, call.account, amount, currency, automatic=False, params=params)
    return show(sim, payout, params.get("expand", []))


@route("POST", "/v1/payouts/{id}")
def update(sim, call):
    payout = find(sim, call.ids["id"], call.account)
    payout["metadata"] = metadata.merge(payout["metadata"], call.params)
    sim.store.save(payout)
    sim.events.emit("payout.updated", payout, call.account)
    return show(sim, payout, call.params.get("expand", []))


@route("POST", "/v1/payouts/{id}/cancel")
def cancel(sim, call):
    payout = find(sim, call.ids["id"], call.account)
    if payout["status"] != "pending" or payout["automatic"]:
        raise invalid(
            "Payouts can only be canceled while they are pending and not automatic.", code="payout_not_cancelable"
        )
    _return_money(sim, payout, call.account, "payout_cancel")
    payout["status"] = "canceled"
    sim.store.save(payout)
    sim.events.emit("payout.canceled", payout, call.account)
    return show(sim, payout, call.params.get("expand", []))


def find(sim, id, account):
    payout = sim.store.find("payout", id, account)
    if payout is None:
        raise no_such("payout", id)
    return payout


def send(sim, account, amount, currency, *, automatic, params=None):
    """Takes the money from the available balance; the bank has it, or refuses it, a day later."""
    params, now = params or {}, sim.clock.now()
    payout = blank(EMPTY) | {
        "id": new_id("po"),
        "object": "payout",
        "amount": amount,
        "arrival_date": now + ARRIVES_AFTER,
        "automatic": automatic,
        "created": now,
        "currency": currency,
        "description": params.get("description") or ("STRIPE PAYOUT" if automatic else None),
        "destination": _bank(sim, account)["id"],
        "livemode": False,
        "metadata": metadata.clean(params.get("metadata")),
        "method": params.get("method", "standard"),
        "reconciliation_status": "completed" if automatic else "not_applicable",
        "source_type": "card",
        "statement_descriptor": params.get("statement_descriptor"),
        "status": "pending",
        "type": "bank_account",
    }
    txn = sim.book.record(account, "payout", -amount, source=payout["id"], currency=currency, against=BANK)
    payout["balance_transaction"] = txn["id"]
    sim.store.add(payout, account)
    sim.events.emit("payout.created", payout, account)
    sim.timetable.add(payout["arrival_date"], "arrive", payout["id"])
    return payout


def fail(sim, payout, code="account_closed", message="The bank account has been closed."):
    """Also after it was paid: a bank may send money back days later. The account stops paying out."""
    account = sim.store.owner(payout["id"])
    if payout["status"] in ("failed", "canceled"):
        return payout
    sim.timetable.remove("arrive", payout["id"])
    txn = _return_money(sim, payout, account, "payout_failure")
    payout |= {"status": "failed", "failure_code": code, "failure_message": message}
    payout["failure_balance_transaction"] = txn["id"]
    sim.store.save(payout)
    sim.store.set_setting(f"payouts_stopped:{account}", True)
    sim.events.emit("payout.failed", payout, account)
    _refuse_bank(sim, payout, account)
    return payout


def pay_out_all(sim):
    """The daily run. Returns the payouts made."""
    made = []
    for account in sim.store.where("v2.core.account"):
        id = account["id"]
        stopped = sim.store.setting(f"payouts_stopped:{id}", False) or payout_interval(sim, id) == "manual"
        if stopped or not accounts.may_receive(account) or not account["_bank"]:
            continue
        for currency in sim.book.currencies(id):
            amount = sim.book.amount(id, "available", currency)
            if amount > 0:
                made.append(send(sim, id, amount, currency, automatic=True))
    return made


@job("daily_payouts")
def pay_out_daily(sim, target, data):
    pay_out_all(sim)
    schedule_next(sim)


def schedule_next(sim):
    """Payouts run at midnight UTC."""
    sim.timetable.remove("daily_payouts", "")
    sim.timetable.add((sim.clock.now() // DAY + 1) * DAY, "daily_payouts", "")


@job("arrive")
def arrive(sim, id, data):
    payout = sim.store.find("payout", id)
    account = sim.store.owner(id)
    bank = BANKS.get(_number(sim, account))
    if bank and bank.code:
        fail(sim, payout, bank.code, bank.message)
        return
    payout["status"] = "paid"
    payout["trace_id"] = {"status": "supported", "value": f"TRACE{payout['id'][-10:].upper()}"}
    sim.store.save(payout)
    sim.events.emit("payout.paid", payout, account)


def _return_money(sim, payout, account, kind):
    terms = {"source": payout["id"], "currency": payout["currency"], "against": BANK}
    return sim.book.record(account, kind, payout["amount"], **terms)


def _refuse_bank(sim, payout, account):
    """Unless the account has another one since."""
    owner = sim.store.find("v2.core.account", account)
    if owner and owner["_bank"]["id"] == payout["destination"] and owner["_bank"]["status"] != "errored":
        accounts.refuse_bank(sim, owner)


def _bank(sim, account):
    if account == PLATFORM:
        return {"id": "ba_platform"}
    return accounts.find(sim, account)["_bank"]


def _number(sim, account):
    return None if account == PLATFORM else accounts.find(sim, account).get("_bank_number")
