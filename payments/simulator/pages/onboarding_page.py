"""Hosted Connect onboarding: one short form, and which decision Stripe should come to."""

import re
from datetime import UTC, datetime

from ..cards import PAYOUT_BANKS, ROUTING_NUMBER
from ..identifiers import PLATFORM, new_id
from ..resources import accounts
from .html import fields_of, page, redirect

SITTING = 3600  # seconds to fill in the form
REQUIRED = {
    "given_name": "Enter your legal first name.",
    "surname": "Enter your legal last name.",
    "line1": "Enter your street address.",
    "city": "Enter your city.",
    "state": "Enter your state.",
    "postal_code": "Enter your ZIP code.",
}
DECISIONS = [
    ("active", "Approve", "Transfers and payouts work at once."),
    ("restricted", "Ask for more information", "The account stays restricted until this form is sent again."),
    ("rejected", "Reject", "The account can never receive money."),
]


def enter(sim, request, account_id, link_id):
    """A link works once and for five minutes; after that the site is asked for a new one."""
    with sim.work():
        link = sim.store.find("_account_link", link_id)
        if link is None or link["account"] != account_id:
            return page("message.html", 404, title="No such link", text="This onboarding link does not exist.")
        if link["used"] or link["expires"] < sim.clock.now():
            return redirect(link["refresh_url"])
        link["used"] = True
        sim.store.save(link)
        sitting = {"id": new_id("sit", 20), "object": "_sitting", "created": sim.clock.now(), "account": account_id}
        sitting |= {"return_url": link["return_url"], "refresh_url": link["refresh_url"]}
        sim.store.add(sitting, PLATFORM)
    return redirect(f"/setup/{account_id}/form/{sitting['id']}")


def show(sim, request, account_id, sitting_id):
    sitting, account = _sitting(sim, account_id, sitting_id)
    if sitting is None:
        return _gone()
    if sitting["created"] + SITTING < sim.clock.now():
        return redirect(sitting["refresh_url"])
    return _form(sim, sitting, account, _known(account), {})


def submit(sim, request, account_id, sitting_id):
    given = fields_of(request)
    with sim.work():
        sitting, account = _sitting(sim, account_id, sitting_id)
        if sitting is None:
            return _gone()
        errors = _errors(sim, given)
        if errors:
            return _form(sim, sitting, account, given, errors)
        account["identity"]["individual"] = _individual(given)
        accounts.add_bank(sim, account, f"{given['given_name']} {given['surname']}", given["account"])
        accounts.set_outcome(sim, account, given["decision"], submitted=True)
    return redirect(sitting["return_url"])


def _sitting(sim, account_id, sitting_id):
    sitting = sim.store.find("_sitting", sitting_id)
    if sitting is None or sitting["account"] != account_id:
        return None, None
    account = sim.store.find("v2.core.account", account_id)
    return (None, None) if account["closed"] else (sitting, account)


def _gone():
    text = "Open it again from the site."
    return page("message.html", 404, title="This onboarding page is no longer open", text=text)


def _form(sim, sitting, account, values, errors):
    return page(
        "onboarding.html",
        422 if errors else 200,
        account=account,
        values=values,
        errors=errors,
        banks=list(PAYOUT_BANKS.values()),
        decisions=DECISIONS,
        return_url=sitting["return_url"],
        merchant=sim.merchant,
        open_requirements=account["requirements"]["entries"] if account["_submitted"] else [],
        goes_to=[sitting["return_url"], sitting["refresh_url"]],
    )


def _known(account):
    """What Stripe was told before, else test data, so that a demo is two clicks."""
    given, _, surname = account.get("display_name", "").partition(" ")
    known = {"given_name": given, "surname": surname, "day": "1", "month": "1", "year": "2000"}
    known |= {"line1": "510 Townsend St", "city": "San Francisco", "state": "CA", "postal_code": "94103"}
    known |= {"routing": ROUTING_NUMBER, "account": "000123456789", "decision": "active"}
    individual = account["identity"].get("individual")
    if individual:
        known |= {"given_name": individual["given_name"], "surname": individual["surname"]}
        known |= individual["address"] | {name: str(value) for name, value in individual["date_of_birth"].items()}
    return known


def _individual(given):
    address = {name: given[name] for name in ("line1", "city", "state", "postal_code")} | {"country": "us"}
    birth = {name: int(given[name]) for name in ("day", "month", "year")}
    return {"given_name": given["given_name"], "surname": given["surname"], "address": address, "date_of_birth": birth}


def _errors(sim, given):
    errors = {name: message for name, message in REQUIRED.items() if not given.get(name)}
    born = _date(given)
    if born is None:
        errors["day"] = "Enter a real date of birth, like 1 1 2000."
    elif not _is_adult(born, sim.clock.now()):
        errors["day"] = "You must be at least 18 years old."
    if given.get("postal_code") and not re.fullmatch(r"\d{5}(-\d{4})?", given["postal_code"]):
        errors["postal_code"] = "Enter a ZIP code of 5 digits."
    if given.get("routing") != ROUTING_NUMBER:
        errors["routing"] = f"Only the test routing number {ROUTING_NUMBER} works here."
    if given.get("account") not in PAYOUT_BANKS:
        errors["account"] = "Only the test account numbers listed here work."
    if given.get("decision") not in accounts.OUTCOMES:
        errors["decision"] = "Choose what should be decided."
    return errors


def _date(given):
    try:
        return datetime(int(given["year"]), int(given["month"]), int(given["day"]), tzinfo=UTC)
    except (KeyError, ValueError):
        return None


def _is_adult(born, now):
    today = datetime.fromtimestamp(now, UTC)
    return (today.year - born.year) - ((today.month, today.day) < (born.month, born.day)) >= 18
