"""How the money of one engagement came to where it is, step by step, as one side reads it.

Works on rows of `queries.with_money`; asks the database nothing more. The student does not read how the organization
paid; neither reads what only moderators need.
"""

from dataclasses import dataclass
from datetime import datetime

from marketplace.money import format_money
from payments.arrival import arrives_on
from payments.models import CardDispute, Funding, Payout, Refund, Reversal


@dataclass(frozen=True)
class Step:
    at: datetime
    icon: str
    title: str
    note: str = ""


def story(engagement, *, is_student, disputes=()):
    """[Step], oldest first; of one moment, what was decided and paid before what it gives back."""
    steps = [Step(engagement.accepted_at, "check", "The offer was accepted", _price(engagement, is_student))]
    for dispute in disputes:
        steps += dispute_steps(dispute)
    if engagement.cancelled_at:
        steps.append(Step(engagement.cancelled_at, "ban", "Cancelled", engagement.cancel_reason))
    if engagement.approved_at:
        automatic = engagement.approved_by_id is None
        steps.append(
            Step(engagement.approved_at, "circle-check", "Approved automatically" if automatic else "Approved")
        )
    for payout in engagement.payouts.all():
        steps += payout_steps(payout, engagement, is_student)
    for funding in engagement.fundings.all():
        steps += funding_steps(funding, is_student)
    return sorted(steps, key=lambda step: step.at)


def funding_steps(funding, is_student):
    amount = format_money(funding.amount, funding.currency)
    order = f" for “{funding.change_order.title}”" if funding.change_order else ""
    if is_student:
        if funding.counts:
            yield Step(funding.paid_at, "lock", f"{funding.engagement.organization} funded the project{order}")
        return
    if funding.paid_at:
        how = f" with {funding.card_hint}" if funding.card_hint else ""
        note = "" if funding.counts else "It was not needed any more and goes back."
        yield Step(funding.paid_at, "banknote", f"{amount} paid{order}{how}", note)
    elif funding.status in (Funding.Status.FAILED, Funding.Status.PROCESSING):
        failed = funding.status == Funding.Status.FAILED
        words = f"A payment of {amount}{order} {'failed' if failed else 'is being processed'}"
        yield Step(funding.status_changed_at or funding.created_at, "circle-alert" if failed else "hourglass", words)
    for refund in funding.refunds.all():
        yield from refund_steps(refund)
    for dispute in funding.card_disputes.all():
        yield from card_dispute_steps(dispute)


def dispute_steps(dispute):
    yield Step(dispute.opened_at, "scale", f"{dispute.opened_by or 'The clock'} opened a dispute")
    if dispute.resolved_at:
        to = format_money(dispute.student_amount, dispute.engagement.currency)
        title = f"{dispute.get_resolution_display()}: {to} for {dispute.engagement.student}"
        yield Step(dispute.resolved_at, "scale", title, dispute.reasons)


def card_dispute_steps(dispute):
    amount = format_money(dispute.amount, dispute.currency)
    yield Step(dispute.opened_at, "scale", f"Your bank is asking about {amount}")
    if dispute.closed_at:
        lost = dispute.status == CardDispute.Status.LOST
        words = f"Your bank gave {amount} back to you" if lost else "Your bank decided that the payment stands"
        yield Step(dispute.closed_at, "scale", words)


def refund_steps(refund):
    amount, engagement = format_money(refund.amount, refund.currency), refund.funding.engagement
    note = "" if refund.reason == engagement.cancel_reason else refund.reason  # said once
    yield Step(refund.due_at, "undo-2", f"A refund of {amount} was started", note)
    if refund.status == Refund.Status.DONE:
        note = "Banks show it within 5 to 10 business days."
        yield Step(refund.done_at, "circle-check", f"{amount} was refunded", note)
    if refund.status == Refund.Status.COVERED:
        yield Step(refund.done_at, "circle-check", f"{amount} came back to you through your bank")
    if refund.status == Refund.Status.FAILED:
        note = "It was sent again." if refund.sent_again_as_id else "We are looking into it."
        yield Step(refund.status_changed_at, "circle-alert", "The refund came back", note)


def payout_steps(payout, engagement, is_student):
    amount, to = format_money(payout.amount, payout.currency), "you" if is_student else engagement.student
    early = " early" if payout.split.cause == payout.split.Cause.PARTIAL_RELEASE else ""
    yield Step(payout.due_at, "send", f"{amount} released to {to}{early}")
    if payout.status == Payout.Status.HELD:
        note = payout.hold_reason if is_student else f"{engagement.student} is setting up payouts."
        if not is_student and not payout.waits_for_student:
            note = ""
        yield Step(payout.status_changed_at or payout.due_at, "hourglass", "On hold", note)
    if payout.status == Payout.Status.PAID:
        note = f"It should reach your bank around {arrives_on(payout.paid_at):%A, %-d %B}." if is_student else ""
        yield Step(payout.paid_at, "circle-check", f"{amount} paid to {to}", note)
    for reversal in payout.reversals.all():
        yield from reversal_steps(reversal, to)


def reversal_steps(reversal, to):
    amount = format_money(reversal.amount, reversal.currency)
    yield Step(reversal.due_at, "undo-2", f"A moderator decided that {amount} is taken back", reversal.reasons)
    if reversal.status == Reversal.Status.DONE:
        yield Step(reversal.done_at, "circle-check", f"{amount} was taken back from {to}")


def _price(engagement, is_student):
    """What was agreed then: change orders came later."""
    later = [row for row in engagement.fundings.all() if row.counts and row.change_order_id]
    fee = format_money(engagement.fee_amount - sum(row.fee_amount for row in later), engagement.currency)
    if is_student:
        return f"You receive {fee}, all of it."
    service = engagement.service_fee_amount - sum(row.service_fee_amount for row in later)
    service = format_money(service, engagement.currency)
    return f"Fee {fee}, service fee {service}."
