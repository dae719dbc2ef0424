"""Transfers to connected accounts. https://docs.stripe.com/connect/separate-charges-and-transfers"""

from .. import metadata
from ..amounts import money, must_be_currency
from ..book import CLEARING
from ..errors import invalid, no_such
from ..identifiers import PLATFORM, new_id
from ..listing import list_objects
from ..rendering import show
from ..routing import route
from . import accounts
from .charges import find as find_charge
from .charges import new_charge

LARGEST = 99_999_999


@route("POST", "/v1/transfers")
def create(sim, call):
    params = call.params
    if call.account != PLATFORM:
        raise invalid("Transfers are made by the platform.", code="transfers_not_allowed")
    account = _destination(sim, params["destination"])
    charge = find_charge(sim, params["source_transaction"], param="source_transaction") if _has_source(params) else None
    amount = _amount(sim, params, charge)
    _refuse_unless_able(account)
    if charge is None or (charge["status"] == "succeeded" and _is_settled(sim, charge)):
        _refuse_unless_covered(sim, amount, params["currency"])
    transfer = _new_transfer(sim, params, amount)
    _move(sim, transfer, account, charge)
    sim.store.add(transfer, PLATFORM)
    sim.events.emit("transfer.created", transfer)
    return show(sim, transfer, params.get("expand", []))


@route("GET", "/v1/transfers")
def list_all(sim, call):
    return list_objects(sim, call, "transfer", "/v1/transfers", ("destination", "transfer_group"))


@route("GET", "/v1/transfers/{id}")
def retrieve(sim, call):
    return show(sim, find(sim, call.ids["id"], call.account), call.params.get("expand", []))


@route("POST", "/v1/transfers/{id}")
def update(sim, call):
    transfer = find(sim, call.ids["id"], call.account)
    transfer["metadata"] = metadata.merge(transfer["metadata"], call.params)
    transfer["description"] = call.params.get("description", transfer["description"])
    sim.store.save(transfer)
    sim.events.emit("transfer.updated", transfer)
    return show(sim, transfer, call.params.get("expand", []))


def find(sim, id, account=PLATFORM):
    transfer = sim.store.find("transfer", id, account)
    if transfer is None:
        raise no_such("transfer", id)
    return transfer


def _has_source(params):
    return bool(params.get("source_transaction"))


def _destination(sim, id):
    account = sim.store.find("v2.core.account", id)
    if account is None:
        raise no_such("destination", id, param="destination")
    return account


def _amount(sim, params, charge):
    """The amount, checked against its charge: Stripe caps the sum of a charge's transfers at the charge."""
    currency = params["currency"]
    must_be_currency(currency)
    spent = _sent_from(sim, charge) if charge else 0
    amount = params.get("amount", charge["amount"] - spent if charge else None)
    if amount is None:
        raise invalid("Missing required param: amount.", code="parameter_missing", param="amount")
    if amount < 1:
        message = "This value must be greater than or equal to 1."
        raise invalid(message, code="parameter_invalid_integer", param="amount")
    if amount > LARGEST:
        raise invalid("Amount must be no more than $999,999.99", code="amount_too_large", param="amount")
    if charge:
        _refuse_over_source(charge, amount, spent, currency)
    return amount


def _sent_from(sim, charge):
    return sum(
        each["amount"] - each["amount_reversed"]
        for each in sim.store.where("transfer", source_transaction=charge["id"])
    )


def _refuse_over_source(charge, amount, spent, currency):
    if charge["status"] == "failed":
        raise invalid("The source_transaction has failed.", param="source_transaction")
    if charge["currency"] != currency:
        message = (
            f"The currency of source_transaction's balance transaction ({charge['currency']}) "
            f"must be the same as the transfer currency ({currency})"
        )
        raise invalid(message, param="currency")
    if spent + amount > charge["amount"]:
        message = (
            f"Transfers using this transaction as a source must not exceed the source amount of "
            f"{money(charge['amount'], currency)}. "
            f"(Transfers using this source already amount to {money(spent, currency)}.)"
        )
        raise invalid(message, param="amount")


def _refuse_unless_able(account):
    """https://docs.stripe.com/connect/account-capabilities"""
    if account["closed"]:
        message = f"The account '{account['id']}' is closed and can no longer receive transfers."
        raise invalid(message, code="account_closed", param="destination")
    status = accounts.status_of(account)
    if status == "rejected":
        message = f"The account '{account['id']}' has been rejected and cannot receive transfers."
        raise invalid(message, code="transfers_not_allowed", param="destination")
    if status != "active":
        message = (
            "Your destination account needs to have at least one of the following capabilities enabled: "
            "transfers, crypto_transfers, legacy_payments"
        )
        raise invalid(message, code="insufficient_capabilities_for_transfer")


def _is_settled(sim, charge):
    txn = sim.store.find("balance_transaction", charge["balance_transaction"])
    return txn["status"] == "available"


def _refuse_unless_covered(sim, amount, currency):
    if sim.book.amount(PLATFORM, "available", currency) < amount:
        message = (
            "You have insufficient available funds in your Stripe account. "
            "One likely reason you have insufficient funds is that your funds are automatically being paid out; "
            "try enabling manual payouts. In test mode, use the 4000000000000077 test card."
        )
        raise invalid(message, code="balance_insufficient")


def _new_transfer(sim, params, amount):
    return {
        "id": new_id("tr"),
        "object": "transfer",
        "amount": amount,
        "amount_reversed": 0,
        "balance_transaction": None,
        "created": sim.clock.now(),
        "currency": params["currency"],
        "description": params.get("description"),
        "destination": params["destination"],
        "destination_payment": None,
        "livemode": False,
        "metadata": metadata.clean(params.get("metadata")),
        "reversed": False,
        "source_transaction": params.get("source_transaction") or None,
        "source_type": params.get("source_type", "card"),
        "transfer_group": params.get("transfer_group"),
    }


def _move(sim, transfer, account, charge):
    """Out of the platform, into the account; pending on both sides as long as its charge is."""
    available_on = None
    if charge and charge["balance_transaction"]:
        available_on = sim.store.find("balance_transaction", charge["balance_transaction"])["available_on"]
        transfer["transfer_group"] = transfer["transfer_group"] or charge["transfer_group"]
    terms = {"currency": transfer["currency"], "against": CLEARING, "available_on": available_on}
    out = sim.book.record(PLATFORM, "transfer", -transfer["amount"], source=transfer["id"], **terms)
    payment = new_charge(
        sim,
        amount=transfer["amount"],
        currency=transfer["currency"],
        prefix="py",
        source_transfer=transfer["id"],
        transfer_group=transfer["transfer_group"],
        payment_method_details={"type": "stripe_account", "stripe_account": {}},
    )
    into = sim.book.record(account["id"], "payment", transfer["amount"], source=payment["id"], **terms)
    payment["balance_transaction"] = into["id"]
    transfer |= {"balance_transaction": out["id"], "destination_payment": payment["id"]}
    sim.store.add(payment, account["id"])
