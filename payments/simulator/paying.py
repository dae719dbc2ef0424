"""What happens when somebody pays a Checkout Session, on the page or through the control API.

https://docs.stripe.com/payments/checkout/how-checkout-works
Delayed debits: https://docs.stripe.com/payments/ach-direct-debit and, for when the balance shows them,
https://support.stripe.com/questions/changes-to-balance-transaction-behavior-for-debit-payment-methods
"""

from .blanks import blank
from .book import CARDS as CARD_NETWORKS
from .cards import CARDS, ROUTING_NUMBER
from .clock import DAY
from .identifiers import PLATFORM, new_id
from .resources import balance, checkout, disputes, early_fraud_warnings
from .resources.charges import DEBIT_TAKES, SETTLE_AFTER, new_charge, outcome
from .resources.payment_intents import new_intent
from .timetable import job

NEVER = 100 * 365 * DAY


class NotPayable(Exception):
    """The session is paid or expired. Says so in words for the page."""


def card_fee(amount):
    """2.9 % + 30¢, half up, minor units. https://stripe.com/pricing"""
    return (amount * 29 + 500) // 1000 + 30


def debit_fee(amount):
    """0.8 %, at most $5."""
    return min((amount * 8 + 500) // 1000, 500)


def pay_by_card(sim, session, card, *, email=None, name=None, authenticated=None):
    """Returns "paid", "challenge" or "declined". `authenticated` is the answer of 3-D Secure, if asked."""
    _must_be_open(session)
    intent = _intent_for(sim, session)
    if card.challenge and authenticated is None:
        _ask_for_authentication(sim, intent)
        return "challenge"
    if card.challenge and not authenticated:
        message = "We are unable to authenticate your payment method. Please choose a different one and try again."
        _fail(sim, intent, "payment_intent_authentication_failure", None, message)
        return "declined"
    details = _card_details(card, challenged=card.challenge)
    if card.code:
        charge = _declined_charge(sim, intent, card, details, email, name)
        _fail(sim, intent, card.code, card.decline, card.message, charge)
        return "declined"
    charge = _charge(sim, intent, details, email, name)
    charge["_after"] = card.after
    _book(sim, charge, available_on=sim.clock.now() + (0 if card.after == "available" else SETTLE_AFTER))
    sim.store.add(charge, PLATFORM)
    _succeed(sim, intent, charge)
    _complete(sim, session, email, name, "paid")
    _aftermath(sim, charge, card.after)
    return "paid"


def pay_by_bank(sim, session, bank, *, email=None, name=None):
    """The session completes unpaid; the money comes, or does not, days later. Returns "processing".

    The balance shows it as pending from the start, so that a debit that fails leaves two balance transactions.
    """
    _must_be_open(session)
    intent = _intent_for(sim, session)
    due = sim.clock.now() + (NEVER if bank.after == "stays" else DEBIT_TAKES)
    charge = _charge(sim, intent, _bank_details(bank), email, name, prefix="py", status="pending", paid=False)
    charge |= {"outcome": None, "_bank_number": bank.number, "_after": bank.after}
    # In this order: at the moment when both are due, the bank answers before the money is available.
    sim.timetable.add(due, "settle_debit", session["id"], code=bank.code, message=bank.message)
    _book(sim, charge, available_on=due)
    sim.store.add(charge, PLATFORM)
    intent |= {"status": "processing", "latest_charge": charge["id"], "payment_method": charge["payment_method"]}
    sim.store.save(intent)
    sim.events.emit("charge.pending", charge)
    sim.events.emit("payment_intent.processing", intent)
    _complete(sim, session, email, name, "unpaid")
    return "processing"


@job("settle_debit")
def settle_debit_when_due(sim, session_id, data):
    settle_debit(sim, session_id, data["code"], data["message"])


def settle_debit(sim, session_id, code="", message=""):
    """A delayed debit succeeds, or fails with `code`. Returns False if none is under way."""
    session = sim.store.find("checkout.session", session_id)
    intent = sim.store.find("payment_intent", session["payment_intent"]) if session["payment_intent"] else None
    if intent is None or intent["status"] != "processing":
        return False
    sim.timetable.remove("settle_debit", session_id)
    charge = sim.store.find("charge", intent["latest_charge"])
    if code:
        _debit_failed(sim, intent, charge, code, message)
        sim.events.emit("checkout.session.async_payment_failed", session)
        return True
    charge |= {"status": "succeeded", "paid": True}
    charge["outcome"] = outcome("approved_by_network", "authorized", None, "Payment complete.")
    sim.store.save(charge)
    balance.settle_early(sim, charge["balance_transaction"])
    _succeed(sim, intent, charge)
    session["payment_status"] = "paid"
    sim.store.save(session)
    sim.events.emit("checkout.session.async_payment_succeeded", session)
    _aftermath(sim, charge, charge["_after"])
    return True


def _debit_failed(sim, intent, charge, code, message):
    """What was pending is taken off again, the fee included; transfers that it was the source of stay."""
    booked = sim.store.find("balance_transaction", charge["balance_transaction"])
    terms = {"source": charge["id"], "currency": charge["currency"], "against": CARD_NETWORKS}
    terms |= {"fee": -booked["fee"], "available_on": booked["available_on"]}
    undone = sim.book.record(PLATFORM, "payment_failure_refund", -booked["amount"], **terms)
    charge |= {"status": "failed", "failure_code": code, "failure_message": message, "amount_captured": 0}
    charge |= {"captured": False, "failure_balance_transaction": undone["id"]}
    charge["outcome"] = outcome("declined_by_network", "issuer_declined", code, message)
    sim.store.save(charge)
    sim.events.emit("charge.failed", charge)
    _fail(sim, intent, code, None, message, charge)


def paid_elsewhere(sim, *, amount, currency, transfer_group):
    """A card payment without Checkout and without events, for filling a simulator quickly. Returns the charge."""
    intent = new_intent(sim, amount=amount, currency=currency, transfer_group=transfer_group)
    charge = _charge(sim, intent, _card_details(CARDS["4242424242424242"], challenged=False), None, None)
    _book(sim, charge, available_on=sim.clock.now() + SETTLE_AFTER)
    _mark_paid(intent, charge)
    sim.store.add(intent, PLATFORM)
    return sim.store.add(charge, PLATFORM)


def _must_be_open(session):
    if session["status"] != "open":
        word = "paid already" if session["status"] == "complete" else "expired"
        raise NotPayable(f"This session has {word}." if word == "expired" else "This session is paid already.")


def _intent_for(sim, session):
    """Checkout makes the PaymentIntent at the first attempt, not before."""
    if session["payment_intent"]:
        return sim.store.find("payment_intent", session["payment_intent"])
    data = session["_intent_data"]
    intent = new_intent(
        sim,
        amount=session["amount_total"],
        currency=session["currency"],
        metadata={key: str(value) for key, value in data.get("metadata", {}).items()},
        transfer_group=data.get("transfer_group"),
        description=data.get("description"),
        receipt_email=data.get("receipt_email"),
        statement_descriptor_suffix=data.get("statement_descriptor_suffix"),
    )
    sim.store.add(intent, PLATFORM)
    session["payment_intent"] = intent["id"]
    sim.store.save(session)
    sim.events.emit("payment_intent.created", intent)
    return intent


def _ask_for_authentication(sim, intent):
    intent["status"] = "requires_action"
    intent["next_action"] = {"type": "use_stripe_sdk", "use_stripe_sdk": {}}
    sim.store.save(intent)
    sim.events.emit("payment_intent.requires_action", intent)


def _charge(sim, intent, details, email, name, **values):
    billing = blank("address phone tax_id") | {"email": email, "name": name}
    values = {
        "billing_details": billing,
        "description": intent["description"],
        "metadata": dict(intent["metadata"]),
        "payment_intent": intent["id"],
        "payment_method": new_id("pm"),
        "payment_method_details": details,
        "receipt_email": intent["receipt_email"],
        "transfer_group": intent["transfer_group"],
    } | values
    return new_charge(sim, amount=intent["amount"], currency=intent["currency"], **values)


def _declined_charge(sim, intent, card, details, email, name):
    failed = {"status": "failed", "paid": False, "captured": False, "amount_captured": 0}
    failed |= {"failure_code": card.code, "failure_message": card.message}
    charge = _charge(sim, intent, details, email, name, **failed)
    charge["outcome"] = outcome("declined_by_network", "issuer_declined", card.decline, card.message)
    sim.store.add(charge, PLATFORM)
    sim.events.emit("charge.failed", charge)
    return charge


def _fail(sim, intent, code, decline, message, charge=None):
    error = {"type": "card_error" if decline else "invalid_request_error", "code": code, "message": message}
    if decline:
        error["decline_code"] = decline
    if charge:
        error["charge"] = charge["id"]
        intent["latest_charge"] = charge["id"]
    intent |= {"status": "requires_payment_method", "last_payment_error": error, "next_action": None}
    sim.store.save(intent)
    sim.events.emit("payment_intent.payment_failed", intent)


def _book(sim, charge, available_on):
    """The gross amount from the payer, the fee to Stripe."""
    amount, is_card = charge["amount"], charge["payment_method_details"]["type"] == "card"
    txn = sim.book.record(
        PLATFORM,
        "charge" if is_card else "payment",
        amount,
        source=charge["id"],
        currency=charge["currency"],
        against=CARD_NETWORKS,
        fee=card_fee(amount) if is_card else debit_fee(amount),
        available_on=available_on,
        description=charge["description"],
    )
    charge["balance_transaction"] = txn["id"]


def _succeed(sim, intent, charge):
    _mark_paid(intent, charge)
    sim.store.save(intent)
    sim.events.emit("charge.succeeded", charge)
    sim.events.emit("payment_intent.succeeded", intent)


def _mark_paid(intent, charge):
    intent |= {"status": "succeeded", "amount_received": charge["amount"], "latest_charge": charge["id"]}
    intent |= {"payment_method": charge["payment_method"], "last_payment_error": None, "next_action": None}


def _complete(sim, session, email, name, payment_status):
    details = checkout.customer_details(email or session["customer_email"], name)
    session |= {"status": "complete", "payment_status": payment_status, "url": None, "customer_details": details}
    sim.store.save(session)
    sim.timetable.remove("expire_session", session["id"])
    sim.events.emit("checkout.session.completed", session)


def _aftermath(sim, charge, after):
    if after in disputes.REASONS:
        disputes.open_dispute(sim, charge, reason=disputes.REASONS[after])
    elif after == "inquiry":
        disputes.open_dispute(sim, charge, reason="general", inquiry=True)
    elif after == "warning":
        early_fraud_warnings.warn(sim, charge)


def _card_details(card, challenged):
    secure = None
    if challenged:
        secure = blank("electronic_commerce_indicator exemption_indicator result_reason transaction_id")
        secure |= {"authentication_flow": "challenge", "result": "authenticated", "version": "2.2.0"}
    empty = """amount_authorized authorization_code electronic_commerce_indicator installments mandate
    network_transaction_id regulated_status transaction_link_id wallet"""
    checks = {"address_line1_check": None, "address_postal_code_check": "pass", "cvc_check": "pass"}
    details = blank(empty) | {"brand": card.brand, "country": card.country, "funding": "credit", "last4": card.last4}
    details |= {"exp_month": 12, "exp_year": 2034, "network": card.brand, "checks": checks, "three_d_secure": secure}
    return {"type": "card", "card": details}


def _bank_details(bank):
    details = {"account_holder_type": "company", "account_type": "checking", "bank_name": "STRIPE TEST BANK"}
    details |= {"fingerprint": None, "last4": bank.number[-4:], "payment_reference": None}
    return {"type": "us_bank_account", "us_bank_account": details | {"routing_number": ROUTING_NUMBER}}
