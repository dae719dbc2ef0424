"""Connected accounts: v2 recipients and their v1 face.

https://docs.stripe.com/api/v2/core/accounts and https://docs.stripe.com/connect/accounts-v2
"""

from .. import metadata
from ..clock import iso
from ..errors import invalid, no_such
from ..identifiers import PLATFORM, new_id
from ..routing import route
from ..v2_listing import page_of

KIND = "v2.core.account"
CAPABILITY = "stripe_balance.stripe_transfers"
STATUS_EVENT = "v2.core.account[configuration.recipient].capability_status_updated"
NEEDED = ["individual.dob", "individual.address", "individual.name", "external_account"]
# What each outcome of onboarding leaves behind: status, details, open requirement.
OUTCOMES = {
    "active": ("active", [], None),
    "pending": ("pending", [{"code": "determining_status", "resolution": "no_resolution"}], None),
    "restricted": (
        "restricted",
        [{"code": "requirements_past_due", "resolution": "provide_info"}],
        "individual.verification.document",
    ),
    "rejected": ("rejected", [{"code": "rejected_other", "resolution": "contact_stripe"}], None),
}


@route("POST", "/v2/core/accounts")
def create(sim, call):
    params, now = call.params, sim.clock.now()
    account = {
        "id": new_id("acct", 16),
        "object": "v2.core.account",
        "applied_configurations": ["recipient"] if params.get("configuration") else [],
        "closed": False,
        "created": iso(now),
        "dashboard": params.get("dashboard", "none"),
        "livemode": False,
        "metadata": metadata.clean(params.get("metadata")),
        "identity": {"country": "us", "entity_type": "individual", **params.get("identity", {})},
        "defaults": _defaults(params.get("defaults", {})),
        "configuration": {},
        "requirements": {"entries": []},
        "_created": now,
        "_submitted": False,
        "_requested": False,
        "_bank": None,
    }
    for name in ("contact_email", "contact_phone", "display_name"):
        if name in params:
            account[name] = params[name]
    if call.account != PLATFORM:
        raise invalid("Connected accounts cannot create accounts.")
    _request_capability(account, params)
    sim.store.add(account, PLATFORM, created=now)
    sim.events.emit_thin("v2.core.account.created", account["id"])
    return _chosen(account, params.get("include", []))


@route("GET", "/v2/core/accounts/{id}")
def retrieve(sim, call):
    return _chosen(find(sim, call.ids["id"]), call.params.get("include", []))


@route("GET", "/v2/core/accounts")
def list_all(sim, call):
    closed = call.params.get("closed", False)
    found, pages = page_of(sim, call, KIND, " AND json_extract(body, '$.closed') = ?", [int(closed)])
    return {"data": [_chosen(account, []) for account in found], **pages}


@route("POST", "/v2/core/accounts/{id}")
def update(sim, call):
    account, params = find(sim, call.ids["id"]), call.params
    if account["closed"]:
        raise invalid("This account is closed and cannot be changed.", code="account_closed")
    for name in ("contact_email", "contact_phone", "display_name", "dashboard"):
        if name in params:
            account[name] = params[name]
    account["identity"] = _merged(account["identity"], params.get("identity", {}))
    account["defaults"] = _merged(account["defaults"], params.get("defaults", {}))
    account["metadata"] = metadata.merge(account["metadata"], params)
    _request_capability(account, params)
    sim.store.save(account)
    sim.events.emit_thin("v2.core.account.updated", account["id"])
    sim.events.emit("account.updated", v1_account(sim, account["id"]), account["id"])
    return _chosen(account, params.get("include", []))


@route("POST", "/v2/core/accounts/{id}/close")
def close(sim, call):
    account = find(sim, call.ids["id"])
    if not sim.book.is_empty(account["id"]):
        raise invalid("This account still holds a balance and cannot be closed.", code="account_balance_not_zero")
    close_account(sim, account)
    return _chosen(account, [])


@route("GET", "/v1/accounts/{id}")
def retrieve_v1(sim, call):
    account = v1_account(sim, call.ids["id"])
    if account is None:
        message = f"The provided key does not have access to account '{call.ids['id']}' (or it does not exist)."
        raise invalid(message, code="account_invalid", status=403)
    return account


@route("POST", "/v1/accounts/{id}/login_links")
def login_link(sim, call):
    """https://docs.stripe.com/api/accounts/login_link/create: only once details were submitted."""
    account = find(sim, call.ids["id"])
    if account["dashboard"] != "express" or account["closed"]:
        raise invalid("Cannot create a login link for an account that has no Express Dashboard.")
    if not account["_submitted"]:
        raise invalid("Cannot create a login link for an account that has not completed onboarding.")
    now = sim.clock.now()
    token = {"id": new_id("lael", 20), "object": "_login_link", "created": now, "account": account["id"]}
    sim.store.add(token, PLATFORM)
    return {"object": "login_link", "created": now, "url": f"{call.base_url}/express/{account['id']}/{token['id']}"}


def find(sim, id):
    """The account as stored. Raises ApiError 404."""
    account = sim.store.find("v2.core.account", id)
    if account is None:
        raise no_such("v2.core.account", id)
    return account


def status_of(account):
    recipient = account["configuration"].get("recipient", {})
    capability = recipient.get("capabilities", {}).get("stripe_balance", {}).get("stripe_transfers", {})
    return capability.get("status", "unsupported")


def may_receive(account):
    return not account["closed"] and status_of(account) == "active"


def set_outcome(sim, account, outcome, *, submitted=None):
    """What Stripe decides about a person: one of OUTCOMES. Tells the site if anything changed."""
    status, details, needed = OUTCOMES[outcome]
    before = status_of(account)
    if submitted is not None:
        account["_submitted"] = submitted
    _set_status(account, status, details)
    account["requirements"] = {"entries": [_requirement(needed)] if needed else []}
    if needed:
        account["requirements"]["summary"] = {"minimum_deadline": {"status": "past_due"}}
    sim.store.save(account)
    sim.events.emit_thin("v2.core.account[requirements].updated", account["id"])
    if before != status:
        sim.events.emit_thin(STATUS_EVENT, account["id"], {"updated_capability": CAPABILITY})
    sim.events.emit("account.updated", v1_account(sim, account["id"]), account["id"])
    return account


def close_account(sim, account):
    account["closed"] = True
    _set_status(account, "restricted", [{"code": "restricted_other", "resolution": "contact_stripe"}])
    sim.store.save(account)
    sim.events.emit_thin("v2.core.account.closed", account["id"])
    return account


def v1_account(sim, id):
    """The same account in the v1 shape, or None. https://docs.stripe.com/api/accounts/object"""
    account = sim.store.find("v2.core.account", id)
    if account is None:
        return None
    active, individual = may_receive(account), account["identity"].get("entity_type", "individual")
    due = [] if account["_submitted"] else NEEDED
    due = due + [entry["description"] for entry in account["requirements"]["entries"] if account["_submitted"]]
    return {
        "id": id,
        "object": "account",
        "business_type": individual,
        "capabilities": {"transfers": "active" if active else _v1_status(account)},
        "charges_enabled": False,
        "controller": _controller(account),
        "country": account["identity"]["country"].upper(),
        "created": account["_created"],
        "default_currency": account["defaults"]["currency"],
        "details_submitted": account["_submitted"],
        "email": account.get("contact_email"),
        "external_accounts": bank_accounts(account),
        "metadata": account["metadata"],
        "payouts_enabled": active and account["_bank"] is not None,
        "requirements": _v1_requirements(account, due),
        "type": "express" if account["dashboard"] == "express" else "none",
    }


def bank_accounts(account):
    rows = [account["_bank"]] if account["_bank"] else []
    return {"object": "list", "data": rows, "has_more": False, "url": f"/v1/accounts/{account['id']}/external_accounts"}


def bank_account(account_id, name, routing, number):
    return {
        "id": new_id("ba"),
        "object": "bank_account",
        "account": account_id,
        "account_holder_name": name,
        "account_holder_type": "individual",
        "account_type": "checking",
        "available_payout_methods": ["standard"],
        "bank_name": "STRIPE TEST BANK",
        "country": "US",
        "currency": "usd",
        "default_for_currency": True,
        "fingerprint": None,
        "last4": number[-4:],
        "metadata": {},
        "routing_number": routing,
        "status": "new",
    }


def add_bank(sim, account, name, number):
    """A new bank account also ends the stop after a failed payout. The caller saves the account."""
    if account["_bank"]:
        sim.events.emit("account.external_account.deleted", account["_bank"], account["id"])
    account["_bank"] = bank_account(account["id"], name, "110000000", number)
    sim.events.emit("account.external_account.created", account["_bank"], account["id"])
    account["_bank_number"] = number
    sim.store.set_setting(f"payouts_stopped:{account['id']}", False)


def refuse_bank(sim, account):
    """What a failed payout does to the bank account. https://docs.stripe.com/api/external_account_bank_accounts/object"""
    account["_bank"]["status"] = "errored"
    sim.store.save(account)
    sim.events.emit("account.external_account.updated", account["_bank"], account["id"], {"status": "new"})
    sim.events.emit("account.updated", v1_account(sim, account["id"]), account["id"])


def _defaults(given):
    responsibilities = {"fees_collector": "application", "losses_collector": "application"}
    responsibilities |= given.get("responsibilities", {})
    responsibilities["requirements_collector"] = "stripe"
    return {"currency": "usd", **given, "responsibilities": responsibilities}


def _request_capability(account, params):
    recipient = params.get("configuration", {}).get("recipient")
    if recipient is None:
        return
    wanted = recipient.get("capabilities", {}).get("stripe_balance", {}).get("stripe_transfers", {})
    account["configuration"].setdefault("recipient", {"applied": True})
    account["applied_configurations"] = ["recipient"]
    if wanted.get("requested") and not account["_requested"]:
        account["_requested"] = True
        _set_status(account, "restricted", [{"code": "requirements_past_due", "resolution": "provide_info"}])
        account["requirements"] = {
            "entries": [_requirement(name) for name in NEEDED],
            "summary": {"minimum_deadline": {"status": "past_due"}},
        }


def _set_status(account, status, details):
    recipient = account["configuration"].setdefault("recipient", {"applied": True})
    capability = {"status": status, "status_details": details}
    payouts = {"status": "active" if status == "active" else "restricted", "status_details": details}
    recipient["capabilities"] = {"stripe_balance": {"stripe_transfers": capability, "payouts": payouts}}


def _requirement(name):
    due = {"status": "past_due"}
    restricts = {"capability": CAPABILITY, "configuration": "recipient", "deadline": due}
    return {
        "awaiting_action_from": "user",
        "description": name,
        "errors": [],
        "impact": {"restricts_capabilities": [restricts]},
        "minimum_deadline": due,
        "requested_reasons": [{"code": "routine_onboarding"}],
    }


def _chosen(account, include):
    """Only what `include` names, as v2 does. https://docs.stripe.com/api-v2-overview#includable-response-values"""
    always = ("configuration", "defaults", "identity", "requirements")
    shown = {k: v for k, v in account.items() if not k.startswith("_") and k not in always}
    for name in include:
        if name == "configuration.recipient" and account["configuration"].get("recipient"):
            shown["configuration"] = {"recipient": account["configuration"]["recipient"]}
        elif name == "identity":
            shown["identity"] = {k: v for k, v in account["identity"].items() if k != "individual"}
        elif name in ("defaults", "requirements"):
            shown[name] = account[name]
    return shown


def _merged(old, new):
    merged = dict(old)
    for name, value in new.items():
        merged[name] = _merged(old.get(name) or {}, value) if isinstance(value, dict) else value
    return merged


def _v1_status(account):
    return "pending" if status_of(account) == "pending" else "inactive"


def _v1_requirements(account, due):
    reason = None
    if status_of(account) == "rejected":
        reason = "rejected.other"
    elif due:
        reason = "requirements.past_due"
    return {
        "alternatives": [],
        "current_deadline": None,
        "currently_due": due,
        "disabled_reason": reason,
        "errors": [],
        "eventually_due": due,
        "past_due": due,
        "pending_verification": [],
    }


def _controller(account):
    responsibilities = account["defaults"]["responsibilities"]
    losses = responsibilities["losses_collector"]
    return {
        "fees": {"payer": responsibilities["fees_collector"]},
        "is_controller": True,
        "losses": {"payments": losses},
        "requirement_collection": "stripe",
        "stripe_dashboard": {"type": account["dashboard"]},
        "type": "application",
    }
