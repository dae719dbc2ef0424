"""The operator's page: time, people, payments, events and faults of the simulation, with buttons."""

import json
from urllib.parse import urlencode

from ..control import CONTROL_PREFIX, account_line
from ..http_request import Request
from ..identifiers import PLATFORM
from .html import fields_of, page, query_of, redirect

ROWS = 25
TRANSFER = {"method": "POST", "path": "/v1/transfers"}
FAULTS = [
    ("One change fails with 500 before anything is done", {"kind": "error_500", "method": "POST"}),
    ("One transfer is made, but the answer is lost", {"kind": "drop", "when": "after", **TRANSFER}),
    ("One transfer is made, but answered with 500", {"kind": "error_500", "when": "after", **TRANSFER}),
    ("One transfer meets a lock timeout", {"kind": "lock_timeout", **TRANSFER}),
    ("Five calls are rate limited", {"kind": "rate_limit", "times": 5}),
    ("Every call takes two seconds until removed", {"kind": "delay", "seconds": 2, "times": None}),
]
JUMPS = [("1 hour", {"hours": 1}), ("1 day", {"days": 1}), ("3 days", {"days": 3}), ("7 days", {"days": 7})]


def show(sim, request):
    knobs = sim.webhooks.knobs
    return page(
        "operator.html",
        said=query_of(request).get("said"),
        merchant=sim.merchant,
        site=sim.site,
        now=sim.clock.now(),
        offset_days=sim.clock.offset / 86_400,
        jumps=[(text, json.dumps(body)) for text, body in JUMPS],
        fault_presets=[(text, json.dumps(body)) for text, body in FAULTS],
        faults=sim.faults.list(),
        knobs=knobs,
        violations=sim.health.violations,
        bugs=sim.health.bugs,
        balanced=not any(sim.book.sums().values()),
        platform=_platform(sim),
        accounts=[account_line(sim, account) for account in _latest(sim, "v2.core.account")],
        payments=[_payment(sim, session) for session in _latest(sim, "checkout.session")],
        transfers=[(row, _name(sim, row["destination"])) for row in _latest(sim, "transfer")],
        payouts=[(row, _name(sim, sim.store.owner(row["id"]))) for row in _latest(sim, "payout")],
        refunds=_latest(sim, "refund"),
        disputes=_latest(sim, "dispute"),
        deliveries=sim.store.rows("SELECT * FROM delivery ORDER BY id DESC LIMIT ?", ROWS),
        requests=list(sim.requests)[:ROWS],
    )


def operate(sim, request):
    """Calls the control API for a button: `path` under /_control/ and a JSON `body`, or a written fault."""
    given = fields_of(request)
    path, body = given.get("path", ""), given.get("body") or "{}"
    method = "DELETE" if given.get("remove") else "POST"
    if path == "faults" and "kind" in given:
        times = given.get("times", "")
        names = ("kind", "method", "path_pattern", "when")
        spec = {name.removesuffix("_pattern"): given[name] for name in names if given.get(name)}
        body = json.dumps(spec | {"times": int(times) if times.isdigit() else 1})
    call = Request(method, f"{CONTROL_PREFIX}{path}", "", request.headers, body.encode(), request.base_url)
    status, answer = sim.control.answer(call)
    said = "" if status == 200 else "?" + urlencode({"said": answer.get("error", "It did not work.")})
    return redirect(f"/{said}#{given.get('back', '')}")


def _platform(sim):
    return [
        {
            "currency": currency,
            "available": sim.book.amount(PLATFORM, "available", currency),
            "pending": sim.book.amount(PLATFORM, "pending", currency),
        }
        for currency in sim.book.currencies(PLATFORM)
    ]


def _latest(sim, kind):
    rows = sim.store.rows("SELECT body FROM object WHERE kind = ? ORDER BY seq DESC LIMIT ?", kind, ROWS)
    return [json.loads(row["body"]) for row in rows]


def _name(sim, account):
    """Whose account it is."""
    return (sim.store.find("v2.core.account", account) or {}).get("display_name") or account


def _payment(sim, session):
    intent = sim.store.find("payment_intent", session["payment_intent"] or "")
    charge = sim.store.find("charge", (intent or {}).get("latest_charge") or "")
    what = session["_line_items"][0]["description"]
    return {"session": session, "intent": intent, "charge": charge, "what": what}
