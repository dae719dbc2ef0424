"""One-time links into hosted onboarding. https://docs.stripe.com/api/v2/core/account-links"""

from ..clock import iso
from ..errors import invalid
from ..identifiers import PLATFORM, new_id
from ..routing import route
from .accounts import find

LIFETIME = 300  # seconds


@route("POST", "/v2/core/account_links")
def create(sim, call):
    account = find(sim, call.params["account"])
    if account["closed"]:
        raise invalid("This account is closed.", code="account_closed")
    use_case = call.params["use_case"]
    details = use_case.get(use_case["type"])
    if details is None:
        raise invalid(f"Missing required param: use_case[{use_case['type']}].", code="parameter_missing")
    now = sim.clock.now()
    link = {
        "id": new_id("alink", 20),
        "object": "_account_link",
        "created": now,
        "account": account["id"],
        "expires": now + LIFETIME,
        "refresh_url": details["refresh_url"],
        "return_url": details.get("return_url") or details["refresh_url"],
        "used": False,
    }
    sim.store.add(link, PLATFORM)
    return {
        "object": "v2.core.account_link",
        "account": account["id"],
        "created": iso(now),
        "expires_at": iso(link["expires"]),
        "livemode": False,
        "url": f"{call.base_url}/setup/{account['id']}/{link['id']}",
        "use_case": use_case,
    }
