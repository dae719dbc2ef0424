"""Dividing what is held: one Split for each funding that still holds something, with its Payout and its Refund.

The engagement is locked by the caller, so that two decisions about the same money come one after the other; the
ledger's accounts refuse an overdraft whatever happens, and a Split that does not add up is refused by PostgreSQL.
"""

from dataclasses import dataclass

from django.db.models import Sum

from engagements.actions import mark_released
from marketplace.errors import DomainError, InvalidTransition
from payments import ledger, movements
from payments.actions.payouts import plan_payout
from payments.actions.refunds import plan_refund
from payments.models import Funding, Split


@dataclass(frozen=True)
class Holding:
    """What one funding still holds, in minor units. `student_left`: of the fee, not yet released."""

    funding: Funding
    held: int
    student_left: int
    released: int
    earned: int  # service fee taken so far

    def service_for(self, amount):
        """The service fee earned with `amount` more for the student: in proportion, cumulative, half a cent up."""
        fee = self.funding.fee_amount
        due = (2 * self.funding.service_fee_amount * (self.released + amount) + fee) // (2 * fee) - self.earned
        return max(0, min(due, self.held - amount))


def holdings(engagement):
    """[Holding] of the fundings that count and still hold something, oldest first; fundings locked."""
    fundings = Funding.objects.filter(engagement=engagement, counts=True).order_by("paid_at", "pk")
    found = (holding_of(funding) for funding in fundings.select_for_update(of=("self",)))
    return [holding for holding in found if holding.held]


def holding_of(funding):
    parts = ("student_amount", "service_fee_amount", "refund_amount")
    sums = funding.splits.aggregate(**{part: Sum(part, default=0) for part in parts})
    released, held = sums["student_amount"], funding.amount - sum(sums.values())
    left = max(0, min(funding.fee_amount - released, held))
    return Holding(funding, held, left, released, sums["service_fee_amount"])


def divide(*, engagement, cause, student_amount, by, at, reason, keep_rest=False):
    """Give the student `student_amount`, us the service fee for it, and the employer the rest (or keep it).

    Oldest funding first for the student; `None` is all that is left of the fee. Returns [Split]. Raises DomainError for
    an amount below zero or above what is left of the fee, InvalidTransition when nothing is held.
    """
    found = holdings(engagement)
    if not found:
        raise InvalidTransition("Nothing is held for this any more, so there is nothing to divide.")
    most = sum(holding.student_left for holding in found)
    student_amount = most if student_amount is None else student_amount
    if not 0 <= student_amount <= most:
        raise DomainError("The student's part is between nothing and what is left of the fee.", field="student_amount")
    if keep_rest and not 0 < student_amount < most:
        raise DomainError("Release more than nothing and less than what is left of the fee.", field="amount")
    splits, left = [], student_amount
    for holding in found:
        part = min(left, holding.student_left)
        left -= part
        if part or not keep_rest:
            splits.append(write_split(engagement, holding, cause, part, keep_rest, by, at))
    if student_amount:
        mark_released(engagement=engagement, amount=student_amount, at=at)
    movements.lock_for_splits(splits)
    for split in splits:
        carry_out(split, reason, at)
    gone = sum(split.held_amount - split.kept_amount for split in splits)
    check_ledger(engagement, sum(holding.held for holding in found) - gone)
    return splits


def write_split(engagement, holding, cause, student_amount, keep_rest, by, at):
    service = holding.service_for(student_amount)
    rest = holding.held - student_amount - service
    return Split.objects.create(
        engagement=engagement, funding=holding.funding, cause=cause, currency=holding.funding.currency,
        held_amount=holding.held, student_amount=student_amount, service_fee_amount=service,
        refund_amount=0 if keep_rest else rest, kept_amount=rest if keep_rest else 0, decided_by=by, decided_at=at,
    )  # fmt: skip


def carry_out(split, reason, at):
    """The Payout and the Refund of a split, each with its planned operation and its movement in the ledger."""
    if split.student_amount:
        plan_payout(split, at)
    if split.refund_amount:
        plan_refund(split.funding, split.refund_amount, reason, at, split=split)


def check_ledger(engagement, held=None):
    """What the fundings say is held is what the ledger holds, or the whole decision is taken back. A bug otherwise.

    `held`: what they say, where the caller has just reckoned it under their locks.
    """
    held = sum(holding.held for holding in holdings(engagement)) if held is None else held
    booked = ledger.balance(ledger.held(engagement), engagement.currency)  # changes only under the engagement's lock
    if held != booked:
        raise ledger.LedgerConflict(f"{engagement.code}: the fundings hold {held}, the ledger {booked}")


def open_fee(engagement):
    """Minor units of the fee that are held and not released: what a decision can still give the student."""
    return sum(holding_of(row).student_left for row in engagement.fundings.filter(counts=True))
