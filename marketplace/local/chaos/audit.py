"""The five figures that must be zero: double payments, lost payments, ledger sum, drift, stuck operations.

Nothing here asks anybody: it compares what Facts says was decided with what Stripe's book says was moved.
"""

from collections import Counter
from dataclasses import dataclass, field

MOVING = ("planned", "sent", "unknown")
NOT_READY = {"pending", "restricted", "rejected"}  # Stripe's words for an account that cannot be paid (yet)
OBJECTS = {"transfers": "transfer", "refunds": "refund"}
ENDED = ("approved", "cancelled")
GONE_BACK = ("failed", "canceled")  # refunds that came back


@dataclass
class Verdict:
    double: list = field(default_factory=list)  # (engagement, what)
    lost: list = field(default_factory=list)
    stuck: list = field(default_factory=list)
    drift: list = field(default_factory=list)  # (where, minor units)
    ledger_sum: int = 0  # minor units, of all entries in all currencies, and of accounts that disagree with theirs

    def figures(self):
        return {
            "double_payments": len(self.double),
            "lost_payments": len(self.lost),
            "ledger_sum_minor_units": self.ledger_sum,
            "drift_minor_units": sum(abs(amount) for _where, amount in self.drift),
            "stuck_operations": len(self.stuck),
        }

    @property
    def is_clean(self):
        return not any(self.figures().values())


def audit(facts, book, accounts):
    """`book` and `accounts` as the simulator's control API tells them."""
    status_of = {account["id"]: account["status"] for account in accounts}
    verdict = Verdict()
    for code, group in book["groups"].items():
        verdict.double += [(code, said) for said in twice(group)]
    for work, rows in by_work(facts).items():
        group = together([book["groups"][row["code"]] for row in rows if row["code"] in book["groups"]], NOTHING)
        cannot_be_paid = any(status_of.get(row["account"], "restricted") in NOT_READY for row in rows)
        compare(verdict, work, together(rows, NOTHING_DECIDED), group, cannot_be_paid)
    for code, row in facts.engagements.items():
        in_full = row["released"] == row["fee"] or (book["groups"].get(row["work"]) or NOTHING)["disputed"]
        if row["status"] == "approved" and not in_full:
            verdict.lost.append((code, f"approved, and {row['released']} of {row['fee']} was released"))
    for code in set(book["groups"]) - set(facts.engagements):
        verdict.lost.append((code, "money at Stripe that belongs to no engagement of ours"))
    verdict.ledger_sum = sum(abs(total) for total in facts.ledger_sums.values()) + len(facts.drifted_accounts)
    verdict.drift = drift(facts, book)
    verdict.stuck = stuck(facts, status_of)
    return verdict


NOTHING = {"charged": 0, "transferred": 0, "reversed": 0, "refunded": 0, "disputed": 0}


NOTHING_DECIDED = {"to_student": 0, "to_employer": 0, "received": 0}


def by_work(facts):
    """Who took over somebody's work is paid from the same charge: their rows are compared as one."""
    works = {}
    for row in facts.engagements.values():
        works.setdefault(row["work"], []).append(row)
    return works


def together(rows, sums):
    return {name: sum(row[name] for row in rows) for name in sums}


def twice(group):
    """Two objects at Stripe for one operation."""
    for plural, singular in OBJECTS.items():
        made = [row for row in group[plural] if row.get("status") not in GONE_BACK]
        keys = Counter((row["metadata"] or {}).get("operation") for row in made)
        for key, count in keys.items():
            if key and count > 1:
                yield f"{count} {plural} for one {singular}: {key}"


def compare(verdict, code, row, group, cannot_be_paid):
    """What was decided against what was moved: more is paid twice, less is lost. Each counts once per work."""
    sides = (
        ("student", row["to_student"], group["transferred"] - group["reversed"], cannot_be_paid),
        ("employer", row["to_employer"], group["refunded"], False),
    )
    for side, decided, moved, excused in sides:
        if moved > decided:
            verdict.double.append((code, f"the {side} got {moved}, decided was {decided}"))
        elif moved < decided and not excused:
            verdict.lost.append((code, f"the {side} got {moved}, decided was {decided}"))
    back = group["refunded"] + group["disputed"]
    if back > group["charged"]:
        verdict.double.append((code, f"the employer got back {back} of {group['charged']}"))
    if row["received"] != group["charged"]:
        verdict.lost.append((code, f"charged {group['charged']}, received {row['received']}"))


def drift(facts, book):
    """The ledger against Stripe's balance; then what is held against what each engagement has left there."""
    platform = Counter()
    for bucket in ("available", "pending"):
        for part in book["platform"][bucket]:
            platform[part["currency"]] += part["amount"]
    found = [(c, facts.at_stripe.get(c, 0) - platform[c]) for c in sorted({*platform, *facts.at_stripe})]
    for code, row in facts.engagements.items():
        found.append((f"held:{code}", facts.held.get(code, 0) - still_held(row)))
        if row["status"] in ENDED:
            found.append((f"undivided:{code}", still_held(row)))
    return [(where, amount) for where, amount in found if amount]


def still_held(row):
    """Of what was paid for it: what no decision has given to anybody."""
    return row["counted"] - row["released"] - row["ours"] - row["divided_to_employer"] - row["to_bank"]


def stuck(facts, status_of):
    """Operations and rows that will not move by themselves, without a reason that somebody outside must remove."""
    found = []
    for row in facts.operations:
        if row["kind"] == "reversal" and row["error_code"] == "balance_insufficient":
            continue  # the student has spent it: a moderator decides
        waits_for_student = row["status"] == "held" and status_of.get(row["account"], "restricted") in NOT_READY
        not_needed = row["status"] == "failed" and row["error_code"] == "not_needed"
        if row["status"] != "done" and not waits_for_student and not not_needed:
            found.append((row["key"], f"{row['status']} after {row['tries']} tries: {row['error_code']}"))
    found += [(f"{what} {which}", how) for what, which, how in facts.unfinished]
    return found
