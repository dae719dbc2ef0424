"""Disputes. https://docs.stripe.com/disputes/how-disputes-work

Opening one takes the amount and a fee from the platform at once, whatever became of the charge's transfers.
Winning brings the amount back, not the fee. An inquiry takes nothing unless it grows into a dispute.
Disputes of bank debits cannot be contested: https://docs.stripe.com/payments/ach-direct-debit#disputed-payments
"""

from .. import metadata
from ..blanks import blank
from ..book import DISPUTES
from ..clock import DAY
from ..errors import invalid, no_such
from ..identifiers import PLATFORM, new_id
from ..listing import list_objects
from ..rendering import show
from ..routing import route
from ..timetable import job
from . import early_fraud_warnings, refunds

FEE = 1500
ANSWER_WITHIN = 9 * DAY
JUDGED_AFTER = 5  # seconds, for evidence that decides by itself
OPEN = ("needs_response", "under_review", "warning_needs_response", "warning_under_review")
REFUNDABLE = ("won", "warning_needs_response", "warning_under_review", "warning_closed")
# What test cards and test bank accounts bring about: https://docs.stripe.com/testing#disputes
REASONS = {"fraud": "fraudulent", "not_received": "product_not_received", "debit_dispute": "debit_not_authorized"}
NETWORK_CODES = {"fraudulent": "10.4", "product_not_received": "13.1"}
# https://docs.stripe.com/testing#evidence, as `uncategorized_text`
DECISIVE = {"winning_evidence": "won", "losing_evidence": "lost", "escalate_inquiry_evidence": "escalate"}
EVIDENCE = """access_activity_log billing_address cancellation_policy cancellation_policy_disclosure
cancellation_rebuttal customer_communication customer_email_address customer_name customer_purchase_ip
customer_signature duplicate_charge_documentation duplicate_charge_explanation duplicate_charge_id
product_description receipt refund_policy refund_policy_disclosure refund_refusal_explanation service_date
service_documentation shipping_address shipping_carrier shipping_date shipping_documentation
shipping_tracking_number uncategorized_file uncategorized_text"""


@route("GET", "/v1/disputes")
def list_all(sim, call):
    return list_objects(sim, call, "dispute", "/v1/disputes", ("charge", "payment_intent"))


@route("GET", "/v1/disputes/{id}")
def retrieve(sim, call):
    return show(sim, find(sim, call.ids["id"], call.account), call.params.get("expand", []))


@route("POST", "/v1/disputes/{id}")
def update(sim, call):
    """Evidence is stored; it counts once it is submitted (the default)."""
    dispute, params = find(sim, call.ids["id"], call.account), call.params
    _must_be_open(dispute)
    dispute["metadata"] = metadata.merge(dispute["metadata"], params)
    if params.get("evidence"):
        dispute["evidence"] |= {k: v for k, v in params["evidence"].items() if isinstance(v, str)}
        dispute["evidence_details"]["has_evidence"] = True
    if params.get("evidence") and params.get("submit", True):
        _submit(sim, dispute)
    sim.store.save(dispute)
    sim.events.emit("charge.dispute.updated", dispute)
    return show(sim, dispute, params.get("expand", []))


@route("POST", "/v1/disputes/{id}/close")
def close(sim, call):
    """Accepting it: lost."""
    dispute = find(sim, call.ids["id"], call.account)
    _must_be_open(dispute)
    resolve(sim, dispute, "lost")
    return show(sim, dispute, call.params.get("expand", []))


def find(sim, id, account=PLATFORM):
    dispute = sim.store.find("dispute", id, account)
    if dispute is None:
        raise no_such("dispute", id)
    return dispute


def may_be_disputed(sim, charge):
    """A succeeded charge without an open dispute; what was lost before cannot be taken twice."""
    found = sim.store.where("dispute", charge=charge["id"])
    return charge["status"] == "succeeded" and not any(each["status"] in (*OPEN, "lost") for each in found)


def open_dispute(sim, charge, *, reason="product_not_received", amount=None, inquiry=False):
    """The payer's bank takes the money back; an inquiry only asks."""
    by_card = charge["payment_method_details"]["type"] == "card"
    dispute = _new_dispute(sim, charge, reason, amount or charge["amount"], inquiry and by_card)
    charge["disputed"] = True
    sim.store.add(dispute, PLATFORM)
    sim.store.save(charge)
    if not dispute["status"].startswith("warning"):
        _withdraw(sim, dispute)
    sim.events.emit("charge.dispute.created", dispute)
    _tell_of_withdrawal(sim, dispute)
    early_fraud_warnings.no_longer_actionable(sim, charge)
    if by_card:
        sim.timetable.add(dispute["evidence_details"]["due_by"], "dispute_deadline", dispute["id"])
    else:
        resolve(sim, dispute, "lost")
    return dispute


def escalate(sim, dispute):
    """The bank is not satisfied with what it was told: the inquiry becomes a dispute."""
    dispute["status"] = "needs_response"
    dispute["payment_method_details"]["card"]["case_type"] = "chargeback"
    dispute["is_charge_refundable"] = False
    dispute["evidence_details"]["due_by"] = due = sim.clock.now() + ANSWER_WITHIN
    _withdraw(sim, dispute)
    sim.timetable.remove("dispute_deadline", dispute["id"])
    sim.timetable.add(due, "dispute_deadline", dispute["id"])
    sim.events.emit("charge.dispute.updated", dispute)
    _tell_of_withdrawal(sim, dispute)
    return dispute


def resolve(sim, dispute, result):
    """`won` or `lost`; an inquiry just closes. Won money may be refunded again."""
    for kind in ("dispute_deadline", "judge_evidence"):
        sim.timetable.remove(kind, dispute["id"])
    dispute["status"] = "warning_closed" if dispute["status"].startswith("warning") else result
    dispute["is_charge_refundable"] = dispute["status"] in REFUNDABLE
    if dispute["status"] == "won":
        _reinstate(sim, dispute)
    sim.store.save(dispute)
    if dispute["is_charge_refundable"]:
        charge = sim.store.find("charge", dispute["charge"])
        charge.pop("_charged_back", None)
        sim.store.save(charge)
        sim.events.emit("charge.updated", charge)
    if dispute["status"] == "won":
        sim.events.emit("charge.dispute.funds_reinstated", dispute)
    sim.events.emit("charge.dispute.closed", dispute)
    return dispute


@job("dispute_deadline")
def lose_unanswered(sim, id, data):
    dispute = sim.store.find("dispute", id)
    if dispute["status"] in ("needs_response", "warning_needs_response"):
        dispute["evidence_details"]["past_due"] = True
        resolve(sim, dispute, "lost")


@job("judge_evidence")
def judge_evidence(sim, id, data):
    dispute = sim.store.find("dispute", id)
    is_inquiry = dispute["status"].startswith("warning")
    if data["result"] != "escalate":
        resolve(sim, dispute, data["result"])
    elif is_inquiry:
        escalate(sim, dispute)


def _must_be_open(dispute):
    if dispute["status"] not in OPEN:
        raise invalid("This dispute is already closed")


def _submit(sim, dispute):
    dispute["evidence_details"]["submission_count"] += 1
    dispute["evidence_details"]["submission_method"] = "manual"
    waiting = dispute["status"].startswith("warning")
    dispute["status"] = "warning_under_review" if waiting else "under_review"
    result = DECISIVE.get(dispute["evidence"]["uncategorized_text"])
    if result:
        sim.timetable.remove("judge_evidence", dispute["id"])
        sim.timetable.add(sim.clock.now() + JUDGED_AFTER, "judge_evidence", dispute["id"], result=result)


def _withdraw(sim, dispute):
    """Takes amount and fee; refunds that are still on their way fail, and no new ones are possible."""
    terms = {"source": dispute["id"], "currency": dispute["currency"], "against": DISPUTES}
    terms |= {"fee": FEE, "fee_name": "Dispute fee", "category": "dispute"}
    terms["description"] = f"Chargeback withdrawal for {dispute['charge']}"
    txn = sim.book.record(PLATFORM, "adjustment", -dispute["amount"], **terms)
    dispute["balance_transactions"].append(txn)
    sim.store.save(dispute)
    charge = sim.store.find("charge", dispute["charge"])
    charge["_charged_back"] = True
    sim.store.save(charge)


def _tell_of_withdrawal(sim, dispute):
    charge = sim.store.find("charge", dispute["charge"])
    if charge.get("_charged_back"):
        sim.events.emit("charge.dispute.funds_withdrawn", dispute)
        refunds.fail_pending(sim, charge)
    sim.events.emit("charge.updated", sim.store.find("charge", charge["id"]))


def _reinstate(sim, dispute):
    terms = {"source": dispute["id"], "currency": dispute["currency"], "against": DISPUTES}
    terms |= {"category": "dispute_reversal", "description": f"Chargeback reversal for {dispute['charge']}"}
    txn = sim.book.record(PLATFORM, "adjustment", dispute["amount"], **terms)
    dispute["balance_transactions"].append(txn)


def _new_dispute(sim, charge, reason, amount, inquiry):
    details = {"has_evidence": False, "past_due": False, "submission_count": 0, "submission_method": "not_submitted"}
    method = charge["payment_method_details"]
    by_card = method["type"] == "card"
    details |= {"due_by": sim.clock.now() + ANSWER_WITHIN if by_card else None, "enhanced_eligibility": {}}
    return {
        "id": new_id("du"),
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [],
        "charge": charge["id"],
        "created": sim.clock.now(),
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": blank(EVIDENCE) | {"enhanced_evidence": {}},
        "evidence_details": details,
        "intended_submission_method": None,
        "is_charge_refundable": inquiry,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "payment_method_details": _method(method, reason, inquiry),
        "reason": reason,
        "status": "warning_needs_response" if inquiry else "needs_response",
    }


def _method(method, reason, inquiry):
    if method["type"] != "card":
        return {"type": method["type"]}
    card = {"brand": method["card"]["brand"], "network": method["card"]["brand"]}
    card["case_type"] = "inquiry" if inquiry else "chargeback"
    card["network_reason_code"] = "10" if inquiry else NETWORK_CODES.get(reason, "13.3")
    return {"type": "card", "card": card}
