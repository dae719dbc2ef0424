"""Hosted Checkout: pay by test card or bank debit, 3-D Secure, decline, cancel."""

import re
from datetime import UTC, datetime

from .. import paying
from ..cards import BANKS, CARDS, ROUTING_NUMBER, card_for, passes_luhn
from .html import fields_of, page, query_of, redirect

SHOWN = [
    "4242424242424242",
    "4000000000000002",
    "4000000000009995",
    "4000002760003184",
    "4000000000000077",
    "4000000000000259",
    "4000000000005126",
]


def show(sim, request, id):
    session = sim.store.find("checkout.session", id)
    if session is None or session["status"] != "open":
        return _closed(session)
    query = query_of(request)
    method = "bank" if query.get("method") == "bank" else "card"
    number = query.get("card", "4242424242424242")
    values = {
        "email": session["customer_email"] or "",
        "number": CARDS[number].spaced if number in CARDS else "",
        "expiry": "12 / 34",
        "cvc": "123",
        "account": query.get("account") if query.get("account") in BANKS else "000123456789",
        "routing": ROUTING_NUMBER,
    }
    return _form(sim, session, method, values, {})


def pay(sim, request, id):
    given = fields_of(request)
    method = "bank" if given.get("method") == "bank" else "card"
    with sim.work():
        session = sim.store.find("checkout.session", id)
        if session is None or session["status"] != "open":
            return _closed(session)
        errors = _errors(sim, method, given)
        if errors:
            return _form(sim, session, method, given, errors)
        who = {"email": given["email"], "name": given.get("name") or None}
        if method == "bank":
            paying.pay_by_bank(sim, session, BANKS[given["account"]], **who)
            return redirect(_success_url(session))
        card = card_for(given["number"])
        outcome = paying.pay_by_card(sim, session, card, **who)
        if outcome == "challenge":
            session["_challenge"] = {"card": card.number, **who}
            sim.store.save(session)
            return redirect(f"/c/challenge/{id}")
    if outcome == "paid":
        return redirect(_success_url(session))
    return _form(sim, session, method, given, {"number": card.message})


def show_challenge(sim, request, id):
    session = sim.store.find("checkout.session", id)
    if not _is_challenged(session):
        return _closed(session)
    card = CARDS[session["_challenge"]["card"]]
    return page("challenge.html", session=session, card=card, merchant=sim.merchant, goes_to=[session["success_url"]])


def answer_challenge(sim, request, id):
    authenticated = fields_of(request).get("answer") == "complete"
    with sim.work():
        session = sim.store.find("checkout.session", id)
        if not _is_challenged(session):
            return _closed(session)
        asked = session.pop("_challenge")
        card = CARDS[asked["card"]]
        who = {"email": asked["email"], "name": asked["name"]}
        outcome = paying.pay_by_card(sim, session, card, authenticated=authenticated, **who)
        sim.store.save(session)
    if outcome == "paid":
        return redirect(_success_url(session))
    message = "We could not authenticate your card. Please try again or use another one."
    values = {"email": asked["email"], "name": asked["name"], "number": card.spaced, "expiry": "12 / 34", "cvc": "123"}
    return _form(sim, session, "card", values, {"number": card.message if authenticated else message})


def _is_challenged(session):
    return session is not None and session["status"] == "open" and "_challenge" in session


def _form(sim, session, method, values, errors):
    return page(
        "checkout.html",
        422 if errors else 200,
        session=session,
        items=session["_line_items"],
        method=method,
        values=values,
        errors=errors,
        cards=[CARDS[number] for number in SHOWN],
        banks=list(BANKS.values()),
        merchant=sim.merchant,
        goes_to=[session["success_url"], session["cancel_url"]],
    )


def _closed(session):
    if session is None:
        return page("message.html", 404, title="No such payment", text="This payment page does not exist.")
    if session["status"] == "open":  # a challenge answered before: start over
        return redirect(f"/c/pay/{session['id']}")
    if session["status"] == "complete":
        link = {"href": _success_url(session), "text": "Back to the site"}
        return page("message.html", title="This is already paid", text="You do not need to pay again.", link=link)
    link = {"href": session["cancel_url"], "text": "Back to the site"} if session["cancel_url"] else None
    text = "Nothing was charged. Start again from the site to get a new payment page."
    return page("message.html", 410, title="This payment page has expired", text=text, link=link)


def _success_url(session):
    """https://docs.stripe.com/payments/checkout/custom-success-page"""
    return session["success_url"].replace("{CHECKOUT_SESSION_ID}", session["id"])


def _errors(sim, method, given):
    errors = {}
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", given.get("email", "")):
        errors["email"] = "Enter an e-mail address, like name@example.com."
    if method == "bank":
        if given.get("routing") != ROUTING_NUMBER:
            errors["routing"] = f"Only the test routing number {ROUTING_NUMBER} works here."
        if given.get("account") not in BANKS:
            errors["account"] = "Only the test account numbers listed here work."
        return errors
    digits = re.sub(r"\D", "", given.get("number", ""))
    if not passes_luhn(digits):
        errors["number"] = "Your card number is incorrect."
    if not _in_future(sim, given.get("expiry", "")):
        errors["expiry"] = "Enter a month and year in the future, like 12 / 34."
    if not re.fullmatch(r"\d{3,4}", given.get("cvc", "")):
        errors["cvc"] = "Enter the 3 or 4 digits of the security code."
    return errors


def _in_future(sim, expiry):
    found = re.fullmatch(r"(\d{1,2})\s*/?\s*(\d{2}|\d{4})", expiry)
    if not found or not 1 <= int(found[1]) <= 12:
        return False
    today = datetime.fromtimestamp(sim.clock.now(), UTC)
    year = int(found[2]) if len(found[2]) == 4 else 2000 + int(found[2])
    return (year, int(found[1])) >= (today.year, today.month)
