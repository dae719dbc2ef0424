"""Adding money to the platform's balance. https://docs.stripe.com/connect/top-ups"""

from .. import metadata
from ..amounts import must_be_currency
from ..book import BANK
from ..errors import invalid, no_such
from ..identifiers import PLATFORM, new_id
from ..listing import list_objects
from ..rendering import show
from ..routing import route
from . import balance, refunds


@route("POST", "/v1/topups")
def create(sim, call):
    params = call.params
    if params["amount"] < 1:
        raise invalid("Invalid positive integer", code="parameter_invalid_integer", param="amount")
    must_be_currency(params["currency"])
    return show(sim, add(sim, params["amount"], params["currency"], params), params.get("expand", []))


@route("GET", "/v1/topups")
def list_all(sim, call):
    return list_objects(sim, call, "topup", "/v1/topups", ("status", "amount"))


@route("GET", "/v1/topups/{id}")
def retrieve(sim, call):
    topup = sim.store.find("topup", call.ids["id"], call.account)
    if topup is None:
        raise no_such("topup", call.ids["id"])
    return show(sim, topup, call.params.get("expand", []))


def add(sim, amount, currency, params=None):
    """At once here; at Stripe it takes days."""
    params, now = params or {}, sim.clock.now()
    topup = {
        "id": new_id("tu"),
        "object": "topup",
        "amount": amount,
        "balance_transaction": None,
        "created": now,
        "currency": currency,
        "description": params.get("description"),
        "expected_availability_date": now,
        "failure_code": None,
        "failure_message": None,
        "initiated_by": "user",
        "livemode": False,
        "metadata": metadata.clean(params.get("metadata")),
        "source": None,
        "statement_descriptor": params.get("statement_descriptor"),
        "status": "succeeded",
        "transfer_group": params.get("transfer_group"),
    }
    txn = sim.book.record(PLATFORM, "topup", amount, source=topup["id"], currency=currency, against=BANK)
    topup["balance_transaction"] = txn["id"]
    sim.store.add(topup, PLATFORM)
    sim.events.emit("topup.created", topup)
    sim.events.emit("topup.succeeded", topup)
    refunds.retry_waiting(sim)
    balance.announce(sim, PLATFORM)
    return topup
