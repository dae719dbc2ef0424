"""How stored objects are shown: private fields hidden, `expand[]` followed, embedded lists filled.

https://docs.stripe.com/api/expanding_objects
"""

from .errors import invalid
from .identifiers import kind_of

EXPANDABLE = {
    "balance_transaction",
    "failure_balance_transaction",
    "charge",
    "destination_payment",
    "latest_charge",
    "payment_intent",
    "source",
    "source_transaction",
    "source_transfer",
    "source_refund",
    "destination_payment_refund",
    "transfer",
    "transfer_reversal",
    "source_transfer_reversal",
    "destination",
}
MAX_DEPTH = 4


def show(sim, body, expand=()):
    """The object as Stripe shows it. Raises ApiError 400 for what cannot be expanded."""
    shown = {name: value for name, value in body.items() if not name.startswith("_")}
    if shown.get("object") == "transfer":
        shown["reversals"] = embedded(
            sim, "transfer_reversal", f"/v1/transfers/{body['id']}/reversals", transfer=body["id"]
        )
    for path in expand:
        if path.count(".") >= MAX_DEPTH:
            raise invalid(f"You cannot expand more than 4 levels of a property. Property: {path}", param="expand")
        _expand(sim, shown, path.split("."), path)
    return shown


def embedded(sim, kind, url, **fields):
    rows = list(reversed(sim.store.where(kind, **fields)))
    return {"object": "list", "data": [show(sim, row) for row in rows[:10]], "has_more": len(rows) > 10, "url": url}


def _expand(sim, shown, parts, path):
    name, rest = parts[0], parts[1:]
    value = shown.get(name)
    if name in ("line_items", "refunds") and name not in shown:
        value = shown[name] = _included(sim, shown, name, path)
    if value is None and name in shown:
        return
    if isinstance(value, str) and name in EXPANDABLE and kind_of(value):
        found = sim.retrieve_any(value)
        if found is None:
            return
        value = shown[name] = show(sim, found)
    elif not isinstance(value, dict | list):
        raise invalid(f"This property cannot be expanded ({path}).", param="expand")
    _go_deeper(sim, value, rest, path)


def _go_deeper(sim, value, rest, path):
    if not rest:
        return
    if isinstance(value, list):
        for each in value:
            _expand(sim, each, rest, path)
    else:
        _expand(sim, value, rest, path)


def _included(sim, shown, name, path):
    if name == "line_items" and shown.get("object") == "checkout.session":
        items = sim.store.find("checkout.session", shown["id"])["_line_items"]
        return {
            "object": "list",
            "data": items,
            "has_more": False,
            "url": f"/v1/checkout/sessions/{shown['id']}/line_items",
        }
    if name == "refunds" and shown.get("object") == "charge":
        return embedded(sim, "refund", f"/v1/charges/{shown['id']}/refunds", charge=shown["id"])
    raise invalid(f"This property cannot be expanded ({path}).", param="expand")
