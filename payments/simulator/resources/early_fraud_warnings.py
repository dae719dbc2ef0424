"""What card issuers say before anybody disputes. https://docs.stripe.com/radar/early-fraud-warnings"""

from ..errors import no_such
from ..identifiers import PLATFORM, new_id
from ..listing import list_objects
from ..rendering import show
from ..routing import route

KIND = "radar.early_fraud_warning"


@route("GET", "/v1/radar/early_fraud_warnings")
def list_all(sim, call):
    return list_objects(sim, call, KIND, "/v1/radar/early_fraud_warnings", ("charge", "payment_intent"))


@route("GET", "/v1/radar/early_fraud_warnings/{id}")
def retrieve(sim, call):
    warning = sim.store.find(KIND, call.ids["id"], call.account)
    if warning is None:
        raise no_such("early_fraud_warning", call.ids["id"])
    return show(sim, warning, call.params.get("expand", []))


def warn(sim, charge):
    """Moves no money. Refunding the charge in full may still prevent a dispute."""
    warning = {
        "id": new_id("issfr"),
        "object": KIND,
        "actionable": not (charge["disputed"] or charge["refunded"]),
        "charge": charge["id"],
        "created": sim.clock.now(),
        "fraud_type": "made_with_stolen_card",
        "livemode": False,
        "payment_intent": charge["payment_intent"],
    }
    sim.store.add(warning, PLATFORM)
    sim.events.emit("radar.early_fraud_warning.created", warning)
    return warning


def no_longer_actionable(sim, charge):
    """The charge was disputed or refunded in full. The caller has checked that."""
    for warning in sim.store.where(KIND, charge=charge["id"]):
        if warning["actionable"]:
            warning["actionable"] = False
            sim.store.save(warning)
            sim.events.emit("radar.early_fraud_warning.updated", warning)
