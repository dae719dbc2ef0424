"""Refunds. https://docs.stripe.com/refunds — they never touch the charge's transfers.

A card has the money at once; a bank debit's refund is on its way for days. A refund may also wait for funds, wait for
the customer's bank details, or come back later.
"""

from .. import metadata
from ..amounts import money
from ..book import CARDS
from ..clock import DAY
from ..errors import invalid, no_such
from ..identifiers import PLATFORM, new_id
from ..listing import list_objects
from ..rendering import show
from ..routing import route
from ..timetable import job
from . import early_fraud_warnings
from .charges import find as find_charge
from .payment_intents import find as find_intent

FAILS_AFTER, LASTS = 10, 10  # seconds of the simulator's clock, for the test cards
BANK_TAKES, ACTION_WITHIN = 3 * DAY, 45 * DAY
MONEY_IS_OUT = ("pending", "requires_action", "succeeded")
# How the next refund of a charge can be told to go: POST /_control/charges/CH/next_refund
COURSES = ("succeeds", "pending", "fails", "requires_action")


@route("POST", "/v1/refunds")
def create(sim, call):
    params = call.params
    charge = _charge(sim, params)
    amount = params.get("amount", charge["amount"] - charge["amount_refunded"])
    _refuse_unless_possible(charge, amount, params)
    refund = _new_refund(sim, charge, amount, params)
    sim.store.add(refund, PLATFORM)
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    _pay_back(sim, refund, charge)
    sim.store.save(charge)
    sim.store.save(refund)
    sim.events.emit("refund.created", refund)
    sim.events.emit("charge.refunded", charge)
    if charge["refunded"]:
        early_fraud_warnings.no_longer_actionable(sim, charge)
    return show(sim, refund, params.get("expand", []))


@route("GET", "/v1/refunds")
def list_all(sim, call):
    return list_objects(sim, call, "refund", "/v1/refunds", ("charge", "payment_intent"))


@route("GET", "/v1/refunds/{id}")
def retrieve(sim, call):
    return show(sim, find(sim, call.ids["id"], call.account), call.params.get("expand", []))


@route("POST", "/v1/refunds/{id}")
def update(sim, call):
    refund = find(sim, call.ids["id"], call.account)
    refund["metadata"] = metadata.merge(refund["metadata"], call.params)
    sim.store.save(refund)
    sim.events.emit("refund.updated", refund)
    return show(sim, refund, call.params.get("expand", []))


@route("POST", "/v1/refunds/{id}/cancel")
def cancel(sim, call):
    """Only what waits for the customer's bank details. https://docs.stripe.com/api/refunds/cancel"""
    refund = find(sim, call.ids["id"], call.account)
    if refund["status"] != "requires_action":
        raise invalid("Canceling this refund is unsupported.")
    _give_back(sim, refund, "canceled", "merchant_request")
    _tell(sim, refund)
    return show(sim, refund, call.params.get("expand", []))


def find(sim, id, account=None):
    refund = sim.store.find("refund", id, account)
    if refund is None:
        raise no_such("refund", id)
    return refund


def fail(sim, refund, reason="unknown"):
    """The bank sends the money back. https://docs.stripe.com/refunds#failed-refunds"""
    if refund["status"] not in MONEY_IS_OUT:
        return refund
    _give_back(sim, refund, "failed", reason)
    sim.events.emit("refund.failed", refund)
    sim.events.emit("charge.refund.updated", refund)
    return refund


def finish(sim, refund):
    """The customer has the money, or has said where it should go."""
    refund["status"] = "succeeded"
    for name in ("pending_reason", "next_action"):
        refund.pop(name, None)
    sim.timetable.remove("finish_refund", refund["id"])
    sim.timetable.remove("fail_refund", refund["id"])
    sim.store.save(refund)
    _tell(sim, refund)
    return refund


def fail_pending(sim, charge):
    """A dispute overtakes refunds that are still on their way. https://docs.stripe.com/refunds#failed-refunds"""
    for refund in sim.store.where("refund", charge=charge["id"]):
        if refund["status"] in ("pending", "requires_action"):
            fail(sim, refund, "charge_for_pending_refund_disputed")


def retry_waiting(sim):
    """Refunds that waited for funds go out as soon as there are any."""
    for refund in sim.store.where("refund", pending_reason="insufficient_funds"):
        charge = sim.store.find("charge", refund["charge"])
        _pay_back(sim, refund, charge)
        if refund["balance_transaction"]:
            sim.store.save(refund)
            sim.store.save(charge)
            _tell(sim, refund)


@job("fail_refund")
def fail_when_due(sim, id, data):
    fail(sim, sim.store.find("refund", id), data["reason"])


@job("finish_refund")
def finish_when_due(sim, id, data):
    refund = sim.store.find("refund", id)
    if refund["status"] == "pending":
        finish(sim, refund)


def _tell(sim, refund):
    sim.events.emit("refund.updated", refund)
    sim.events.emit("charge.refund.updated", refund)


def _give_back(sim, refund, status, reason):
    """The money is ours again, if it had left, and may be refunded anew."""
    charge = sim.store.find("charge", refund["charge"])
    if refund["balance_transaction"]:
        terms = {"source": refund["id"], "currency": refund["currency"], "against": CARDS}
        terms["description"] = f"REFUND FAILURE ({charge['description'] or 'Payment'})"
        txn = sim.book.record(PLATFORM, "refund_failure", refund["amount"], **terms)
        refund["failure_balance_transaction"] = txn["id"]
    refund |= {"status": status, "failure_reason": reason}
    for name in ("pending_reason", "next_action"):
        refund.pop(name, None)
    sim.timetable.remove("finish_refund", refund["id"])
    sim.timetable.remove("fail_refund", refund["id"])
    charge["amount_refunded"] -= refund["amount"]
    charge["refunded"] = False
    sim.store.save(charge)
    sim.store.save(refund)


def _charge(sim, params):
    if params.get("charge"):
        return find_charge(sim, params["charge"], param="charge")
    if not params.get("payment_intent"):
        raise invalid("One of the following params should be provided for this request: payment_intent or charge.")
    intent = find_intent(sim, params["payment_intent"], param="payment_intent")
    if intent["status"] != "succeeded":
        message = f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund."
        raise invalid(message, code="payment_intent_unexpected_state", param="payment_intent")
    return find_charge(sim, intent["latest_charge"])


def _refuse_unless_possible(charge, amount, params):
    id, currency = charge["id"], charge["currency"]
    left = charge["amount"] - charge["amount_refunded"]
    if charge["status"] != "succeeded":
        raise invalid(f"Charge {id} has not succeeded and cannot be refunded.", code="charge_not_refundable")
    if charge.get("_charged_back"):
        raise invalid(f"Charge {id} has been charged back; cannot issue a refund.", code="charge_disputed")
    if left == 0:
        raise invalid(f"Charge {id} has already been refunded.", code="charge_already_refunded")
    if amount < 1:
        raise invalid(
            "This value must be greater than or equal to 1.", code="parameter_invalid_integer", param="amount"
        )
    if amount > left:
        message = (
            f"Refund amount ({money(amount, currency)}) is greater than "
            f"unrefunded amount on charge ({money(left, currency)})"
        )
        raise invalid(message, param="amount")
    if params.get("reverse_transfer") or params.get("refund_application_fee"):
        raise invalid("This charge has no transfer or application fee of its own to reverse.", param="reverse_transfer")


def _new_refund(sim, charge, amount, params):
    card = {"reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund"}
    kind = charge["payment_method_details"]["type"]
    bank = {"reference": None, "reference_status": "pending"}
    details = (
        {"type": "card", "card": card} if kind == "card" else {"type": "us_bank_transfer", "us_bank_transfer": bank}
    )
    return {
        "id": new_id("re" if kind == "card" else "pyr"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": sim.clock.now(),
        "currency": charge["currency"],
        "customer": None,
        "customer_account": None,
        "destination_details": details,
        "metadata": metadata.clean(params.get("metadata")),
        "payment_intent": charge["payment_intent"],
        "payment_method": charge["payment_method"],
        "reason": params.get("reason"),
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "pending",
        "transfer_reversal": None,
    }


def _pay_back(sim, refund, charge):
    """From the charge's own pending money, else from the available balance, else wait for funds."""
    origin = sim.store.find("balance_transaction", charge["balance_transaction"])
    currency, amount = refund["currency"], refund["amount"]
    pending = origin["status"] == "pending"
    if not pending and sim.book.amount(PLATFORM, "available", currency) < amount:
        refund["pending_reason"] = "insufficient_funds"
        return
    terms = {"source": refund["id"], "currency": currency, "against": CARDS}
    terms["description"] = (
        f"REFUND FOR CHARGE ({charge['description']})" if charge["description"] else "REFUND FOR CHARGE"
    )
    kind = "refund" if origin["type"] == "charge" else "payment_refund"
    available_on = origin["available_on"] if pending else None
    txn = sim.book.record(PLATFORM, kind, -amount, available_on=available_on, **terms)
    refund["balance_transaction"] = txn["id"]
    refund.pop("pending_reason", None)
    _follow(sim, refund, charge)


def _follow(sim, refund, charge):
    """What becomes of a refund once the money has left."""
    usual = {"refund_fails": "fails", "refund_pending": "pending"}.get(charge.get("_after"), "succeeds")
    by_bank, now = charge["payment_method_details"]["type"] != "card", sim.clock.now()
    course = charge.pop("_next_refund", "pending" if by_bank else usual)
    refund["status"] = {"pending": "pending", "requires_action": "requires_action"}.get(course, "succeeded")
    if course == "pending":
        refund["pending_reason"] = "processing"
        sim.timetable.add(now + (BANK_TAKES if by_bank else LASTS), "finish_refund", refund["id"])
    elif course == "fails":
        sim.timetable.add(now + FAILS_AFTER, "fail_refund", refund["id"], reason="expired_or_canceled_card")
    elif course == "requires_action":
        mail = {"email_sent_at": now, "email_sent_to": charge["billing_details"]["email"] or "payer@example.com"}
        details = {"email_sent": mail, "expires_at": now + ACTION_WITHIN}
        refund["next_action"] = {"type": "display_details", "display_details": details}
        sim.timetable.add(now + ACTION_WITHIN, "fail_refund", refund["id"], reason="unknown")
