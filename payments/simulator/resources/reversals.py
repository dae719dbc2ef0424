"""Taking a transfer back. https://docs.stripe.com/api/transfer_reversals"""

from .. import metadata
from ..amounts import money
from ..book import CLEARING
from ..errors import invalid, no_such
from ..identifiers import PLATFORM, new_id
from ..listing import list_objects
from ..rendering import show
from ..routing import route
from .transfers import find as find_transfer


@route("POST", "/v1/transfers/{id}/reversals")
def create(sim, call):
    transfer = find_transfer(sim, call.ids["id"])
    left = transfer["amount"] - transfer["amount_reversed"]
    amount = call.params.get("amount", left)
    _refuse_unless_possible(sim, transfer, amount, left)
    reversal = {
        "id": new_id("trr"),
        "object": "transfer_reversal",
        "amount": amount,
        "balance_transaction": None,
        "created": sim.clock.now(),
        "currency": transfer["currency"],
        "destination_payment_refund": None,
        "metadata": metadata.clean(call.params.get("metadata")),
        "source_refund": None,
        "transfer": transfer["id"],
    }
    _move_back(sim, transfer, reversal)
    transfer["amount_reversed"] += amount
    transfer["reversed"] = transfer["amount_reversed"] == transfer["amount"]
    sim.store.save(transfer)
    sim.store.add(reversal, PLATFORM)
    sim.events.emit("transfer.reversed", transfer)
    return show(sim, reversal, call.params.get("expand", []))


@route("GET", "/v1/transfers/{id}/reversals")
def list_all(sim, call):
    transfer = find_transfer(sim, call.ids["id"])
    sql = " AND json_extract(body, '$.transfer') = ?"
    return list_objects(sim, call, "transfer_reversal", call.path, where=sql, values=(transfer["id"],))


@route("GET", "/v1/transfers/{transferId}/reversals/{id}")
def retrieve(sim, call):
    return show(sim, _find(sim, call), call.params.get("expand", []))


@route("POST", "/v1/transfers/{transferId}/reversals/{id}")
def update(sim, call):
    reversal = _find(sim, call)
    reversal["metadata"] = metadata.merge(reversal["metadata"], call.params)
    return show(sim, sim.store.save(reversal), call.params.get("expand", []))


def _find(sim, call):
    reversal = sim.store.find("transfer_reversal", call.ids["id"], call.account)
    if reversal is None or reversal["transfer"] != call.ids["transferId"]:
        raise no_such("transfer_reversal", call.ids["id"])
    return reversal


def _refuse_unless_possible(sim, transfer, amount, left):
    currency = transfer["currency"]
    if left == 0:
        raise invalid(f"Transfer {transfer['id']} is already fully reversed.", code="transfer_already_reversed")
    if amount < 1:
        message = "This value must be greater than or equal to 1."
        raise invalid(message, code="parameter_invalid_integer", param="amount")
    if amount > left:
        message = (
            f"Transfer reversal amount ({money(amount, currency)}) is greater than "
            f"unreversed amount on transfer ({money(left, currency)})"
        )
        raise invalid(message, param="amount")
    account = transfer["destination"]
    held = sum(sim.book.amount(account, bucket, currency) for bucket in ("available", "pending"))
    if held < amount:
        message = "The connected account has insufficient funds to cover this reversal."
        raise invalid(message, code="balance_insufficient")


def _move_back(sim, transfer, reversal):
    """From where the money still is: pending money comes back pending."""
    out = sim.store.find("balance_transaction", transfer["balance_transaction"])
    account, amount = transfer["destination"], reversal["amount"]
    pending = sim.book.amount(account, "available", transfer["currency"]) < amount
    available_on = out["available_on"] if out["status"] == "pending" and pending else None
    terms = {"currency": transfer["currency"], "against": CLEARING, "available_on": available_on}
    into = sim.book.record(PLATFORM, "transfer_refund", amount, source=reversal["id"], **terms)
    sim.book.record(account, "payment_refund", -amount, source=transfer["destination_payment"], **terms)
    reversal["balance_transaction"] = into["id"]
    payment = sim.store.find("charge", transfer["destination_payment"])
    payment["amount_refunded"] += amount
    payment["refunded"] = payment["amount_refunded"] == payment["amount"]
    sim.store.save(payment)
