"""Reading events back, also those whose webhook was lost. https://docs.stripe.com/api/events"""

from datetime import datetime

from ..clock import DAY
from ..errors import invalid, no_such
from ..identifiers import PLATFORM
from ..listing import RANGE, list_objects
from ..routing import route
from ..v2_listing import page_of

KEPT = 30 * DAY


@route("GET", "/v1/events")
def list_all(sim, call):
    sql, values = " AND created >= ?", [sim.clock.now() - KEPT]
    kinds = call.params.get("types") or ([call.params["type"]] if call.params.get("type") else [])
    if kinds:
        tests = [f"json_extract(body, '$.type') {'GLOB' if '*' in kind else '='} ?" for kind in kinds]
        sql += f" AND ({' OR '.join(tests)})"
        values += kinds
    if "delivery_success" in call.params:
        sql += f" AND id {'NOT ' if call.params['delivery_success'] else ''}IN ({UNDELIVERED})"
    page = list_objects(sim, call, "event", "/v1/events", where=sql, values=values)
    for event in page["data"]:
        event["pending_webhooks"] = _pending(sim, event["id"])
    return page


@route("GET", "/v1/events/{id}")
def retrieve(sim, call):
    event = sim.store.find("event", call.ids["id"], call.account)
    if event is None:
        raise no_such("event", call.ids["id"])
    return event | {"pending_webhooks": _pending(sim, event["id"])}


@route("GET", "/v2/core/events")
def list_thin(sim, call):
    """`object_id`, `types`, `created` (ISO 8601); paged by address, as v2 does."""
    where, values = " AND created >= ?", [sim.clock.now() - KEPT]
    if call.params.get("object_id"):
        where += " AND json_extract(body, '$.related_object.id') = ?"
        values.append(call.params["object_id"])
    if call.params.get("types"):
        where += f" AND json_extract(body, '$.type') IN ({', '.join('?' * len(call.params['types']))})"
        values += call.params["types"]
    for name, moment in call.params.get("created", {}).items():
        where += f" AND created {RANGE[name]} ?"
        values.append(_unix(moment))
    found, pages = page_of(sim, call, "v2.core.event", where, values)
    return {"data": found, **pages}


@route("GET", "/v2/core/events/{id}")
def retrieve_thin(sim, call):
    event = sim.store.find("v2.core.event", call.ids["id"], PLATFORM)
    if event is None:
        raise no_such("v2.core.event", call.ids["id"])
    return event


UNDELIVERED = "SELECT event FROM delivery WHERE state IN ('pending', 'lost', 'given_up')"


def _pending(sim, id):
    sql = "SELECT COUNT(*) AS n FROM delivery WHERE event = ? AND state = 'pending'"
    return sim.store.row(sql, id)["n"]


def _unix(moment):
    try:
        return datetime.fromisoformat(moment).timestamp()
    except ValueError as error:
        raise invalid(f"{moment[:40]} is not a time like 2026-11-30T12:00:00Z.", param="created") from error
