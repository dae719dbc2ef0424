"""The part of the control API that moves money: disputes, refunds, bank payouts, and the book itself."""

from . import paying
from .amounts import must_be_currency
from .identifiers import PLATFORM
from .resources import balance, disputes, early_fraud_warnings, payouts, refunds, topups

CHARGE_FIELDS = ("amount", "currency", "transfer_group")


def register(control):
    control("POST", r"charges")(add_charges)
    control("POST", r"charges/(\w+)/dispute")(dispute)
    control("POST", r"charges/(\w+)/fraud_warning")(fraud_warning)
    control("POST", r"disputes/(\w+)/(win|lose|escalate)")(resolve)
    control("POST", r"charges/(\w+)/next_refund")(next_refund)
    control("POST", r"refunds/(\w+)/fail")(fail_refund)
    control("POST", r"refunds/(\w+)/finish")(finish_refund)
    control("POST", r"payouts/run")(run_payouts)
    control("POST", r"payouts/(\w+)/fail")(fail_payout)
    control("POST", r"topup")(topup)
    control("GET", r"book")(book)


def add_charges(sim, given):
    """Card payments in bulk: [{"amount", "currency", "transfer_group"}]."""
    with sim.work():
        made = [paying.paid_elsewhere(sim, **{name: each[name] for name in CHARGE_FIELDS}) for each in given["charges"]]
    return {"charges": [{"id": charge["id"], "payment_intent": charge["payment_intent"]} for charge in made]}


def dispute(sim, given, id):
    """`id` is a charge or a payment intent. {"reason": …, "amount": …, "inquiry": false}"""
    with sim.work():
        charge = charge_of(sim, id)
        amount = whole(given.get("amount", charge["amount"]))
        if not disputes.may_be_disputed(sim, charge):
            raise ValueError("only a succeeded, undisputed charge can be disputed")
        if amount > charge["amount"]:
            raise ValueError("no more than the charge can be disputed")
        reason, inquiry = str(given.get("reason", "product_not_received")), bool(given.get("inquiry"))
        opened = disputes.open_dispute(sim, charge, reason=reason, amount=amount, inquiry=inquiry)
    return {"id": opened["id"], "status": opened["status"], "charge": charge["id"]}


def fraud_warning(sim, given, id):
    with sim.work():
        return {"id": early_fraud_warnings.warn(sim, charge_of(sim, id))["id"]}


def resolve(sim, given, id, result):
    with sim.work():
        found = _found(sim, "dispute", id)
        if found["status"] not in disputes.OPEN:
            raise ValueError(f"the dispute is {found['status']}")
        if result != "escalate":
            disputes.resolve(sim, found, "won" if result == "win" else "lost")
        elif found["status"].startswith("warning"):
            disputes.escalate(sim, found)
        else:
            raise ValueError("only an inquiry can be escalated")
    return {"id": id, "status": found["status"]}


def fail_refund(sim, given, id):
    with sim.work():
        refund = refunds.fail(sim, _found(sim, "refund", id), given.get("reason", "expired_or_canceled_card"))
    return {"id": id, "status": refund["status"]}


def finish_refund(sim, given, id):
    """What was on its way, or waited for the customer's bank details, has arrived."""
    with sim.work():
        refund = _found(sim, "refund", id)
        waits_for_us = refund["status"] == "pending" and refund["pending_reason"] == "insufficient_funds"
        if refund["status"] not in ("pending", "requires_action") or waits_for_us:
            raise ValueError(f"the refund is {refund['status']}" + (": it waits for funds" if waits_for_us else ""))
        refunds.finish(sim, refund)
    return {"id": id, "status": refund["status"]}


def next_refund(sim, given, id):
    """How the next refund of a charge will go. {"outcome": "succeeds" | "pending" | "fails" | "requires_action"}"""
    outcome = given["outcome"]
    if outcome not in refunds.COURSES:
        raise ValueError(f"outcome must be one of {', '.join(refunds.COURSES)}")
    with sim.work():
        charge = charge_of(sim, id)
        charge["_next_refund"] = outcome
        sim.store.save(charge)
    return {"charge": charge["id"], "outcome": outcome}


def run_payouts(sim, given):
    with sim.work():
        made = payouts.pay_out_all(sim)
    return {"payouts": [payout["id"] for payout in made]}


def fail_payout(sim, given, id):
    with sim.work():
        payout = payouts.fail(sim, _found(sim, "payout", id), given.get("code", "account_closed"))
    return {"id": id, "status": payout["status"]}


def topup(sim, given):
    """Available money for the platform. {"amount": 100000, "currency": "usd"}"""
    amount, currency = whole(given["amount"]), given.get("currency", "usd")
    must_be_currency(currency)
    with sim.work():
        added = topups.add(sim, amount, currency)
    sim.timetable.run_due()  # tells that money is available
    return {"id": added["id"], "available": sim.book.amount(PLATFORM, "available", added["currency"])}


def whole(amount):
    """A positive number of minor units. Raises ValueError."""
    if isinstance(amount, bool) or not isinstance(amount, int) or amount < 1:
        raise ValueError("amount must be a positive whole number of minor units")
    return amount


def charge_of(sim, id):
    if id.startswith("pi_"):
        id = _found(sim, "payment_intent", id)["latest_charge"]
    return _found(sim, "charge", id)


def book(sim, given):
    """Everything the book knows, for comparing with another ledger. `?groups=0` leaves the groups out."""
    with sim.work():
        dump = {
            "now": sim.clock.now(),
            "sums": sim.book.sums(),
            "balances": sim.book.balances(),
            "platform": balance.balance_of(sim, PLATFORM),
            "platform_account": PLATFORM,
            "schema_violations": sim.health.violations,
        }
        if given.get("groups") != "0":
            dump["groups"] = _groups(sim)
            dump["totals"] = _totals(dump["groups"])
    return dump


def _groups(sim):
    groups = {}
    by_charge = {}
    for charge in sim.store.where("charge"):
        if charge["source_transfer"] is None:  # not what a transfer became in a connected account
            by_charge[charge["id"]] = charge["transfer_group"] or ""
            _group(groups, charge["transfer_group"])["charges"].append(_charge_line(sim, charge))
    for transfer in sim.store.where("transfer"):
        fields = ("id", "amount", "amount_reversed", "currency", "destination", "source_transaction", "metadata")
        _group(groups, transfer["transfer_group"])["transfers"].append({name: transfer[name] for name in fields})
    for refund in sim.store.where("refund"):
        fields = ("id", "amount", "currency", "charge", "status", "reason", "metadata")
        _group(groups, by_charge.get(refund["charge"]))["refunds"].append({name: refund[name] for name in fields})
    for disputed in sim.store.where("dispute"):
        fields = ("id", "amount", "currency", "charge", "status", "reason")
        _group(groups, by_charge.get(disputed["charge"]))["disputes"].append({name: disputed[name] for name in fields})
    for group in groups.values():
        _add_up(group)
    return groups


def _group(groups, name):
    return groups.setdefault(name or "", {"charges": [], "transfers": [], "refunds": [], "disputes": []})


def _charge_line(sim, charge):
    txn = (
        sim.store.find("balance_transaction", charge["balance_transaction"]) if charge["balance_transaction"] else None
    )
    fields = ("id", "amount", "amount_refunded", "currency", "status", "disputed", "payment_intent", "metadata")
    return {name: charge[name] for name in fields} | {"fee": txn["fee"] if txn else 0}


def _add_up(group):
    paid = [charge for charge in group["charges"] if charge["status"] == "succeeded"]
    withdrawn = [d for d in group["disputes"] if d["status"] not in ("won",) and not d["status"].startswith("warning")]
    group |= {
        "charged": sum(charge["amount"] for charge in paid),
        "fees": sum(charge["fee"] for charge in paid),
        "transferred": sum(transfer["amount"] for transfer in group["transfers"]),
        "reversed": sum(transfer["amount_reversed"] for transfer in group["transfers"]),
        "refunded": sum(
            refund["amount"] for refund in group["refunds"] if refund["status"] in ("succeeded", "pending")
        ),
        "disputed": sum(each["amount"] for each in withdrawn),
    }


def _totals(groups):
    names = ("charged", "fees", "transferred", "reversed", "refunded", "disputed")
    return {name: sum(group[name] for group in groups.values()) for name in names}


def _found(sim, kind, id):
    found = sim.store.find(kind, id)
    if found is None:
        raise LookupError(id)
    return found
