"""The control API under /_control/: JSON in, JSON out, from this machine only. docs/simulator.md lists it."""

import json
import re
from urllib.parse import parse_qs

from . import control_money, paying
from .cards import BANKS, card_for
from .clock import DAY, iso
from .errors import ApiError
from .resources import accounts, checkout

ROUTES = []
CONTROL_PREFIX = "/_control/"
FARTHEST = 3653 * DAY
REFUSED = (ValueError, TypeError, AttributeError, OverflowError, RecursionError, ApiError, paying.NotPayable)
DEFAULT_BANK = "000123456789"


def control(method, pattern):
    def register(answer):
        ROUTES.append((method, re.compile(f"^{CONTROL_PREFIX}{pattern}$"), answer))
        return answer

    return register


class Control:
    def __init__(self, sim):
        self.sim = sim

    def answer(self, request):
        """Status and body. A call that makes no sense changes nothing and says why."""
        try:
            given = json.loads(request.body or b"{}")
            if not isinstance(given, dict):
                return 400, {"error": "the body must be a JSON object"}
            given |= {k: v[0] for k, v in parse_qs(request.query).items()}
            for method, pattern, answer in ROUTES:
                found = pattern.match(request.path)
                if found and method == request.method:
                    return 200, answer(self.sim, given, *found.groups())
            return 404, {"error": f"no such control: {request.method} {request.path}"}
        except LookupError as error:
            return 404, {"error": f"not found: {error.args[0] if error.args else error}"}
        except REFUSED as error:
            return 400, {"error": str(error)}


@control("GET", "health")
def health(sim, given):
    waiting = sim.store.row("SELECT COUNT(*) AS n FROM delivery WHERE state = 'pending'")["n"]
    sim.health.write()
    report = sim.health.report()
    return {
        "ok": True,
        "version": sim.schema.version,
        "checked": report["checked"],
        "schema_violations": report["violations"],
        "violations": report["lines"],
        "bugs": report["bugs"],
        "pending_deliveries": waiting,
        "book_sums": sim.book.sums(),
    }


@control("GET", "clock")
def clock(sim, given):
    return {"now": sim.clock.now(), "iso": iso(sim.clock.now()), "offset": sim.clock.offset}


@control("POST", "clock")
def advance(sim, given):
    seconds = float(given.get("seconds", 0)) + float(given.get("hours", 0)) * 3600 + float(given.get("days", 0)) * DAY
    if seconds < 0:
        raise ValueError("the clock only moves forward")
    if seconds > FARTHEST:
        raise ValueError("at most ten years at once")
    return {"jobs": sim.advance(int(seconds))} | clock(sim, {})


@control("POST", "reset")
def reset(sim, given):
    sim.reset()
    return {"ok": True}


@control("GET", "faults")
def list_faults(sim, given):
    return {"faults": sim.faults.list()}


@control("POST", "faults")
def add_fault(sim, given):
    return sim.faults.add(given)


@control("DELETE", r"faults(?:/(\d+))?")
def remove_faults(sim, given, id):
    sim.faults.remove(int(id) if id else None)
    return list_faults(sim, {})


@control("POST", "idempotency/forget")
def forget_keys(sim, given):
    return {"forgotten": sim.idempotency.forget()}


@control("POST", r"checkout/(\w+)/pay")
def pay(sim, given, id):
    """{"card": "4242…", "authenticate": true} or {"bank": "000123456789"}; also "email", "name"."""
    with sim.work():
        session = _session(sim, id)
        who = {"email": given.get("email", session["customer_email"] or "payer@example.com")}
        who["name"] = given.get("name", "Test Payer")
        if given.get("bank"):
            outcome = paying.pay_by_bank(sim, session, BANKS[given["bank"]], **who)
        else:
            card = card_for(given.get("card", "4242424242424242"))
            answered = given.get("authenticate", True) if card.challenge else None
            outcome = paying.pay_by_card(sim, session, card, authenticated=answered, **who)
        intent = sim.store.find("payment_intent", session["payment_intent"])
    return {
        "outcome": outcome,
        "session": id,
        "status": session["status"],
        "payment_status": session["payment_status"],
        "payment_intent": intent["id"],
        "charge": intent["latest_charge"],
    }


@control("POST", r"checkout/(\w+)/settle")
def settle_debit(sim, given, id):
    """{"outcome": "succeeded"} or {"outcome": "failed", "code": "insufficient_funds"}."""
    failed = given.get("outcome", "succeeded") == "failed"
    code = given.get("code", "insufficient_funds") if failed else ""
    with sim.work():
        _session(sim, id)
        done = paying.settle_debit(sim, id, code, "The bank refused the debit." if code else "")
    if not done:
        raise ValueError("no delayed debit is under way for this session")
    return {"ok": True}


@control("POST", r"checkout/(\w+)/expire")
def expire(sim, given, id):
    with sim.work():
        session = _session(sim, id)
        if session["status"] != "open":
            raise ValueError(f"the session is {session['status']}")
        checkout.expire_session(sim, session)
    return {"ok": True}


@control("GET", "accounts")
def list_accounts(sim, given):
    rows = sim.store.where("v2.core.account")
    return {"accounts": [account_line(sim, account) for account in rows]}


@control("POST", r"accounts/(\w+)/onboard")
def onboard(sim, given, id):
    """{"outcome": "active" | "pending" | "restricted" | "rejected", "bank": "000123456789"}."""
    return set_up(sim, id, given, submitted=True)


@control("POST", r"accounts/(\w+)/capability")
def set_capability(sim, given, id):
    """{"status": …}: the same outcomes later, for an account that has been through onboarding."""
    return set_up(sim, id, {"outcome": given["status"]}, submitted=None)


@control("POST", r"accounts/(\w+)/close")
def close_account(sim, given, id):
    with sim.work():
        account = accounts.close_account(sim, _account(sim, id))
    return account_line(sim, account)


def set_up(sim, id, given, submitted):
    """Ends onboarding: a bank account if there is none, and Stripe's decision."""
    with sim.work():
        account = _account(sim, id)
        outcome = given.get("outcome", "active")
        if outcome not in accounts.OUTCOMES:
            raise ValueError(f"outcome must be one of {', '.join(accounts.OUTCOMES)}")
        if submitted and (given.get("bank") or not account["_bank"]):
            name = given.get("name") or account.get("display_name", "")
            accounts.add_bank(sim, account, name, given.get("bank", DEFAULT_BANK))
        accounts.set_outcome(sim, account, outcome, submitted=submitted)
    return account_line(sim, account)


@control("GET", "webhooks")
def knobs(sim, given):
    return sim.webhooks.knobs


@control("POST", "webhooks")
def turn(sim, given):
    return sim.webhooks.turn(given)


@control("POST", "webhooks/settle")
def settle_webhooks(sim, given):
    """Waits until everything due is delivered (or has been tried)."""
    return {"settled": sim.webhooks.settle(float(given.get("seconds", 10)))}


@control("GET", "deliveries")
def deliveries(sim, given):
    """?state=pending|delivered|lost|given_up &event=evt_… &limit=100"""
    sql, values = "SELECT * FROM delivery WHERE 1", []
    for name in ("state", "event", "type"):
        if given.get(name):
            sql, values = f"{sql} AND {name} = ?", [*values, given[name]]
    rows = sim.store.rows(f"{sql} ORDER BY id DESC LIMIT ?", *values, int(given.get("limit", 100)))
    return {"deliveries": [{key: row[key] for key in row.keys() if key not in ("secret", "body")} for row in rows]}  # noqa: SIM118


@control("POST", r"deliveries/(\d+)/deliver")
def deliver_now(sim, given, id):
    """One attempt at once, even while paused or lost: for choosing an order by hand."""
    row = sim.store.row("SELECT * FROM delivery WHERE id = ?", int(id))
    if row is None:
        raise LookupError(id)
    sim.webhooks.deliver_one(row)
    row = sim.store.row("SELECT state, last_status, last_error FROM delivery WHERE id = ?", int(id))
    return dict(row)


@control("POST", r"events/(\w+)/resend")
def resend(sim, given, id):
    with sim.work():
        count = sim.webhooks.resend(id)
    if not count:
        raise LookupError(id)
    return {"deliveries": count}


def _session(sim, id):
    session = sim.store.find("checkout.session", id)
    if session is None:
        raise LookupError(id)
    return session


def _account(sim, id):
    account = sim.store.find("v2.core.account", id)
    if account is None:
        raise LookupError(id)
    return account


def account_line(sim, account):
    return {
        "id": account["id"],
        "name": account.get("display_name"),
        "email": account.get("contact_email"),
        "status": accounts.status_of(account),
        "closed": account["closed"],
        "submitted": account["_submitted"],
        "available": sim.book.amount(account["id"], "available", account["defaults"]["currency"]),
        "pending": sim.book.amount(account["id"], "pending", account["defaults"]["currency"]),
    }


control_money.register(control)
