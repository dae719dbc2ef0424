"""Endpoints beyond the three given on the command line. https://docs.stripe.com/api/webhook_endpoints"""

import secrets

from .. import metadata
from ..errors import invalid, no_such
from ..identifiers import PLATFORM, new_id
from ..listing import list_objects
from ..rendering import show
from ..routing import route


@route("POST", "/v1/webhook_endpoints")
def create(sim, call):
    params = call.params
    if not params["url"].startswith(("http://", "https://")):
        raise invalid("Not a valid URL", code="url_invalid", param="url")
    endpoint = {
        "id": new_id("we"),
        "object": "webhook_endpoint",
        "api_version": params.get("api_version"),
        "application": None,
        "created": sim.clock.now(),
        "description": params.get("description"),
        "enabled_events": params["enabled_events"],
        "livemode": False,
        "metadata": metadata.clean(params.get("metadata")),
        "status": "enabled",
        "url": params["url"],
        "_secret": f"whsec_{secrets.token_hex(16)}",
        "_connect": params.get("connect", False),
    }
    sim.store.add(endpoint, PLATFORM)
    return show(sim, endpoint) | {"secret": endpoint["_secret"]}


@route("GET", "/v1/webhook_endpoints")
def list_all(sim, call):
    return list_objects(sim, call, "webhook_endpoint", "/v1/webhook_endpoints")


@route("GET", "/v1/webhook_endpoints/{id}")
def retrieve(sim, call):
    return show(sim, _find(sim, call.ids["id"]))


@route("DELETE", "/v1/webhook_endpoints/{id}")
def delete(sim, call):
    endpoint = _find(sim, call.ids["id"])
    sim.store.run("DELETE FROM object WHERE id = ?", endpoint["id"])
    return {"id": endpoint["id"], "object": "webhook_endpoint", "deleted": True}


def _find(sim, id):
    endpoint = sim.store.find("webhook_endpoint", id)
    if endpoint is None:
        raise no_such("webhook_endpoint", id)
    return endpoint
