"""Disputes. https://docs.stripe.com/disputes/how-disputes-work

Opening one takes the amount and a fee from the platform at once, whatever became of the charge's transfers.
Winning brings the amount back, not the fee.
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

FEE = 1500
ANSWER_WITHIN = 9 * DAY
OPEN = ("needs_response", "under_review", "warning_needs_response", "warning_under_review")
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
    dispute["metadata"] = metadata.merge(dispute["metadata"], params)
    if params.get("evidence"):
        if dispute["status"] not in OPEN:
            raise invalid("This dispute is already closed.", code="dispute_already_closed")
        dispute["evidence"] |= {k: v for k, v in params["evidence"].items() if isinstance(v, str)}
        dispute["evidence_details"]["has_evidence"] = True
        if params.get("submit", True):
            _submit(dispute)
    sim.store.save(dispute)
    sim.events.emit("charge.dispute.updated", dispute)
    return show(sim, dispute, params.get("expand", []))


@route("POST", "/v1/disputes/{id}/close")
def close(sim, call):
    """Accepting it: lost."""
    dispute = find(sim, call.ids["id"], call.account)
    if dispute["status"] not in OPEN:
        raise invalid("This dispute is already closed.", code="dispute_already_closed")
    resolve(sim, dispute, "lost")
    return show(sim, dispute, call.params.get("expand", []))


def find(sim, id, account=PLATFORM):
    dispute = sim.store.find("dispute", id, account)
    if dispute is None:
        raise no_such("dispute", id)
    return dispute


def open_dispute(sim, charge, *, reason="product_not_received", amount=None, inquiry=False):
    """The payer's bank takes the money back; an inquiry only asks."""
    dispute = _new_dispute(sim, charge, reason, amount or charge["amount"], inquiry)
    charge["disputed"] = True
    if inquiry:
        charge["_inquiry"] = True
    else:
        charge.pop("_inquiry", None)
        _withdraw(sim, dispute)
    sim.store.add(dispute, PLATFORM)
    sim.store.save(charge)
    sim.timetable.add(dispute["evidence_details"]["due_by"], "dispute_deadline", dispute["id"])
    sim.events.emit("charge.dispute.created", dispute)
    if not inquiry:
        sim.events.emit("charge.dispute.funds_withdrawn", dispute)
    sim.events.emit("charge.updated", charge)
    return dispute


def resolve(sim, dispute, result):
    """`won` or `lost`; an inquiry just closes."""
    sim.timetable.remove("dispute_deadline", dispute["id"])
    if dispute["status"].startswith("warning"):
        result = "warning_closed"
    dispute["status"] = result
    dispute["is_charge_refundable"] = False
    if result == "won":
        terms = {"source": dispute["id"], "currency": dispute["currency"], "against": DISPUTES}
        txn = sim.book.record(PLATFORM, "adjustment", dispute["amount"], description="Chargeback reversal", **terms)
        dispute["balance_transactions"].append(txn)
    sim.store.save(dispute)
    if result in ("won", "warning_closed"):
        charge = sim.store.find("charge", dispute["charge"])
        charge["disputed"] = result == "won"
        charge["_won"] = result == "won"
        sim.store.save(charge)
    sim.events.emit("charge.dispute.closed", dispute)
    if result == "won":
        sim.events.emit("charge.dispute.funds_reinstated", dispute)
    return dispute


@job("dispute_deadline")
def lose_unanswered(sim, id, data):
    dispute = sim.store.find("dispute", id)
    if dispute["status"] in ("needs_response", "warning_needs_response"):
        resolve(sim, dispute, "lost")


def _submit(dispute):
    dispute["evidence_details"]["submission_count"] += 1
    dispute["evidence_details"]["submission_method"] = "manual"
    waiting = dispute["status"].startswith("warning")
    dispute["status"] = "warning_under_review" if waiting else "under_review"


def _withdraw(sim, dispute):
    terms = {"source": dispute["id"], "currency": dispute["currency"], "against": DISPUTES}
    description = f"Chargeback withdrawal for {dispute['charge']}"
    txn = sim.book.record(PLATFORM, "adjustment", -dispute["amount"], fee=FEE, description=description, **terms)
    dispute["balance_transactions"].append(txn)


def _new_dispute(sim, charge, reason, amount, inquiry):
    now = sim.clock.now()
    details = {"has_evidence": False, "past_due": False, "submission_count": 0, "submission_method": "not_submitted"}
    details |= {"due_by": now + ANSWER_WITHIN, "enhanced_eligibility": {}}
    card = {
        "brand": "visa",
        "network": "visa",
        "case_type": "inquiry" if inquiry else "chargeback",
        "network_reason_code": "10.4",
    }
    evidence = blank(EVIDENCE) | {"enhanced_evidence": {}}
    return {
        "id": new_id("dp"),
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [],
        "charge": charge["id"],
        "created": now,
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": evidence,
        "evidence_details": details,
        "intended_submission_method": None,
        "is_charge_refundable": inquiry,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {"type": "card", "card": card},
        "reason": reason,
        "status": "warning_needs_response" if inquiry else "needs_response",
    }
