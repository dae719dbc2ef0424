"""Reading events back, also those whose webhook was lost. https://docs.stripe.com/api/events"""

import json

from ..clock import DAY
from ..errors import no_such
from ..identifiers import PLATFORM
from ..listing import list_objects
from ..routing import route

KEPT = 30 * DAY


@route("GET", "/v1/events")
def list_all(sim, call):
    sql, values = " AND created >= ?", [sim.clock.now() - KEPT]
    kinds = call.params.get("types") or ([call.params["type"]] if call.params.get("type") else [])
    if kinds:
        sql += " AND (" + " OR ".join(["json_extract(body, '$.type') GLOB ?"] * len(kinds)) + ")"
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
    """`object_id`, `types`, `created`; paged by address, as v2 does."""
    limit, start = call.params.get("limit", 20), int(call.params.get("page", "0"))
    rows = sim.store.rows("SELECT body FROM object WHERE kind = 'v2.core.event' ORDER BY seq DESC")
    found = [event for row in rows if _matches(event := json.loads(row["body"]), call.params)]
    more = start + limit < len(found)
    url = f"/v2/core/events?limit={limit}&page={start + limit}" if more else None
    if url and call.params.get("object_id"):
        url += f"&object_id={call.params['object_id']}"
    return {"data": found[start : start + limit], "next_page_url": url, "previous_page_url": None}


@route("GET", "/v2/core/events/{id}")
def retrieve_thin(sim, call):
    event = sim.store.find("v2.core.event", call.ids["id"], PLATFORM)
    if event is None:
        raise no_such("v2.core.event", call.ids["id"])
    return event


UNDELIVERED = "SELECT event FROM delivery WHERE state <> 'delivered'"


def _pending(sim, id):
    sql = "SELECT COUNT(*) AS n FROM delivery WHERE event = ? AND state = 'pending'"
    return sim.store.row(sql, id)["n"]


def _matches(event, params):
    wanted = params.get("object_id")
    if wanted and event["related_object"]["id"] != wanted:
        return False
    if params.get("types") and event["type"] not in params["types"]:
        return False
    bounds = params.get("created") or {}
    created = event["created"]
    return (
        created > bounds.get("gt", "")
        and created >= bounds.get("gte", "")
        and created < bounds.get("lt", "~")
        and created <= bounds.get("lte", "~")
    )
