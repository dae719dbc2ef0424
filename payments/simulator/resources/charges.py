"""Charges. https://docs.stripe.com/api/charges"""

from ..errors import no_such
from ..identifiers import PLATFORM, new_id
from ..listing import list_objects
from ..rendering import show
from ..routing import route
from .accounts import merge_metadata

SETTLE_AFTER = 2 * 86_400  # seconds until card money is available
DEBIT_TAKES = 4 * 86_400  # seconds until a bank debit succeeds or fails


@route("GET", "/v1/charges")
def list_all(sim, call):
    return list_objects(sim, call, "charge", "/v1/charges", ("payment_intent", "transfer_group"))


@route("GET", "/v1/charges/{id}")
def retrieve(sim, call):
    return show(sim, find(sim, call.ids["id"], call.account), call.params.get("expand", []))


@route("POST", "/v1/charges/{id}")
def update(sim, call):
    charge = find(sim, call.ids["id"], call.account)
    charge["metadata"] = merge_metadata(charge["metadata"], call.params)
    for name in ("description", "receipt_email", "transfer_group"):
        if name in call.params:
            charge[name] = call.params[name]
    sim.store.save(charge)
    sim.events.emit("charge.updated", charge, call.account)
    return show(sim, charge, call.params.get("expand", []))


def find(sim, id, account=PLATFORM, param=None):
    charge = sim.store.find("charge", id, account)
    if charge is None:
        raise no_such("charge", id, param=param)
    return charge


def new_charge(sim, *, amount, currency, prefix="ch", **values):
    """A succeeded charge unless `values` say otherwise. Not stored yet."""
    return {
        "id": new_id(prefix),
        "object": "charge",
        "amount": amount,
        "amount_captured": amount,
        "amount_refunded": 0,
        "application": None,
        "application_fee": None,
        "application_fee_amount": None,
        "balance_transaction": None,
        "billing_details": {"address": None, "email": None, "name": None, "phone": None, "tax_id": None},
        "calculated_statement_descriptor": "PROOFWORK",
        "captured": True,
        "created": sim.clock.now(),
        "currency": currency,
        "customer": None,
        "description": None,
        "disputed": False,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "fraud_details": {},
        "livemode": False,
        "metadata": {},
        "on_behalf_of": None,
        "outcome": outcome("approved_by_network", "authorized", None, "Payment complete."),
        "paid": True,
        "payment_intent": None,
        "payment_method": None,
        "payment_method_details": None,
        "receipt_email": None,
        "receipt_number": None,
        "receipt_url": None,
        "refunded": False,
        "review": None,
        "shipping": None,
        "source": None,
        "source_transfer": None,
        "statement_descriptor": None,
        "statement_descriptor_suffix": None,
        "status": "succeeded",
        "transfer_data": None,
        "transfer_group": None,
        **values,
    }


def outcome(network_status, kind, reason, message):
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": network_status,
        "reason": reason,
        "risk_level": "normal",
        "seller_message": message,
        "type": kind,
    }
