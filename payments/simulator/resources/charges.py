"""Charges. https://docs.stripe.com/api/charges"""

from .. import metadata
from ..blanks import blank
from ..errors import no_such
from ..identifiers import PLATFORM, new_id
from ..listing import list_objects
from ..rendering import show
from ..routing import route

SETTLE_AFTER = 2 * 86_400  # seconds until card money is available
DEBIT_TAKES = 4 * 86_400  # seconds until a bank debit succeeds or fails
EMPTY = """application application_fee application_fee_amount balance_transaction customer description
failure_balance_transaction failure_code failure_message on_behalf_of payment_intent payment_method
payment_method_details receipt_email receipt_number receipt_url review shipping source source_transfer
statement_descriptor statement_descriptor_suffix transfer_data transfer_group"""


@route("GET", "/v1/charges")
def list_all(sim, call):
    return list_objects(sim, call, "charge", "/v1/charges", ("payment_intent", "transfer_group"))


@route("GET", "/v1/charges/{id}")
def retrieve(sim, call):
    return show(sim, find(sim, call.ids["id"], call.account), call.params.get("expand", []))


@route("POST", "/v1/charges/{id}")
def update(sim, call):
    charge = find(sim, call.ids["id"], call.account)
    charge["metadata"] = metadata.merge(charge["metadata"], call.params)
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
    return blank(EMPTY) | {
        "id": new_id(prefix),
        "object": "charge",
        "amount": amount,
        "amount_captured": amount,
        "amount_refunded": 0,
        "billing_details": blank("address email name phone tax_id"),
        "calculated_statement_descriptor": "PROOFWORK",
        "captured": True,
        "created": sim.clock.now(),
        "currency": currency,
        "disputed": False,
        "fraud_details": {},
        "livemode": False,
        "metadata": {},
        "outcome": outcome("approved_by_network", "authorized", None, "Payment complete."),
        "paid": True,
        "refunded": False,
        "status": "succeeded",
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
