"""Payment intents, as Checkout makes them. https://docs.stripe.com/api/payment_intents"""

import secrets

from ..blanks import blank
from ..errors import invalid, no_such
from ..identifiers import new_id
from ..listing import list_objects
from ..rendering import show
from ..routing import route

CANCELABLE = ("requires_payment_method", "requires_action", "requires_confirmation", "requires_capture")
EMPTY = """allowed_payment_method_types application application_fee_amount automatic_payment_methods canceled_at
cancellation_reason customer customer_account description excluded_payment_method_types last_payment_error
latest_charge managed_payments next_action on_behalf_of payment_method payment_method_configuration_details
payment_record processing receipt_email review setup_future_usage shipping source statement_descriptor
statement_descriptor_suffix transfer_group"""


@route("GET", "/v1/payment_intents")
def list_all(sim, call):
    return list_objects(sim, call, "payment_intent", "/v1/payment_intents")


@route("GET", "/v1/payment_intents/{id}")
def retrieve(sim, call):
    return show(sim, find(sim, call.ids["id"], call.account), call.params.get("expand", []))


@route("POST", "/v1/payment_intents/{id}/cancel")
def cancel(sim, call):
    """https://docs.stripe.com/api/payment_intents/cancel: an open Checkout Session is expired instead."""
    intent = find(sim, call.ids["id"], call.account)
    if intent["status"] not in CANCELABLE:
        message = f"You cannot cancel this PaymentIntent because it has a status of {intent['status']}."
        raise invalid(message, code="payment_intent_unexpected_state")
    for session in sim.store.where("checkout.session", payment_intent=intent["id"]):
        if session["status"] == "open":
            raise invalid("This PaymentIntent belongs to an open Checkout Session. Expire the session instead.")
    cancel_intent(sim, intent, call.params.get("cancellation_reason"))
    return show(sim, intent, call.params.get("expand", []))


def cancel_intent(sim, intent, reason):
    intent |= {"status": "canceled", "canceled_at": sim.clock.now(), "cancellation_reason": reason}
    intent |= {"next_action": None, "amount_capturable": 0}
    sim.store.save(intent)
    sim.events.emit("payment_intent.canceled", intent)


def find(sim, id, account=None, param=None):
    intent = sim.store.find("payment_intent", id, account)
    if intent is None:
        raise no_such("payment_intent", id, param=param)
    return intent


def new_intent(sim, *, amount, currency, **values):
    id = new_id("pi")
    return blank(EMPTY) | {
        "id": id,
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": 0,
        "amount_received": 0,
        "capture_method": "automatic_async",
        "client_secret": f"{id}_secret_{secrets.token_hex(12)}",
        "confirmation_method": "automatic",
        "created": sim.clock.now(),
        "currency": currency,
        "livemode": False,
        "metadata": {},
        "payment_method_options": {},
        "payment_method_types": ["card", "us_bank_account"],
        "status": "requires_payment_method",
        **values,
    }
