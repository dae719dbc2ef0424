"""Where the money of one engagement stands, as one side reads it, and how it came there.

Works on rows of `queries.with_money`; asks the database nothing more.
"""

from dataclasses import dataclass
from datetime import date, datetime

from engagements.models import Engagement
from marketplace.money import format_money
from payments.arrival import arrives_on
from payments.models import Funding, Payout, Refund

Status = Engagement.Status
DISPUTED = "Nobody is paid and nobody is refunded until a moderator has decided."


@dataclass(frozen=True)
class Line:
    """One row of a money page. `at` is when it came to where it is; amounts in minor units of the engagement."""

    engagement: Engagement
    word: str
    kind: str  # of c-status
    icon: str
    at: datetime
    note: str = ""
    expected_on: date | None = None


@dataclass(frozen=True)
class Step:
    at: datetime
    icon: str
    title: str
    note: str = ""


def line_for_student(engagement):
    payout = getattr(engagement, "payout", None)
    if payout is not None:
        return payout_line(engagement, payout)
    if engagement.status == Status.CANCELLED:
        return Line(
            engagement, "Refunded", "neutral", "undo-2", engagement.cancelled_at, "Went back to the organization."
        )
    if engagement.status == Status.DISPUTED:
        return Line(engagement, "Held, disputed", "warning", "scale", engagement.funded_at, DISPUTED)
    return Line(engagement, "Held for you", "info", "lock", engagement.funded_at)


def payout_line(engagement, payout):
    if payout.status == Payout.Status.PAID:
        expected = arrives_on(payout.paid_at)
        return Line(engagement, "Paid", "success", "", payout.paid_at, expected_on=expected)
    if payout.status == Payout.Status.HELD:
        return Line(engagement, "On hold", "warning", "", payout.due_at, payout.hold_reason)
    return Line(engagement, "On its way", "info", "send", payout.due_at, expected_on=arrives_on(payout.due_at))


def line_for_organization(engagement):
    payout = getattr(engagement, "payout", None)
    refunds = [refund for funding in engagement.fundings.all() for refund in funding.refunds.all() if funding.counts]
    if payout is not None and payout.status == Payout.Status.PAID:
        return Line(engagement, "Paid out", "success", "", payout.paid_at)
    if payout is not None:
        held = payout.status == Payout.Status.HELD
        note = f"{engagement.student} is setting up payouts." if held else ""
        return Line(engagement, "Released", "info", "send", payout.due_at, note)
    if refunds:
        return refund_line(engagement, refunds[-1])
    if engagement.status == Status.AWAITING_FUNDING:
        return unpaid_line(engagement)
    if engagement.status == Status.DISPUTED:
        return Line(engagement, "Held, disputed", "warning", "scale", engagement.funded_at, DISPUTED)
    return Line(engagement, "Held", "info", "lock", engagement.funded_at)


def refund_line(engagement, refund):
    if refund.status == Refund.Status.DONE:
        return Line(engagement, "Refunded", "neutral", "undo-2", refund.done_at)
    if refund.status == Refund.Status.FAILED:
        note = "The bank sent the refund back. We are looking into it and will write to you."
        return Line(engagement, "Refund delayed", "warning", "", refund.status_changed_at, note)
    return Line(engagement, "Refund on its way", "info", "undo-2", refund.due_at)


def unpaid_line(engagement):
    if any(funding.status == Funding.Status.PROCESSING for funding in engagement.fundings.all()):
        note = "Your bank is processing the payment. This can take a few days."
        return Line(engagement, "Processing", "info", "hourglass", engagement.accepted_at, note)
    return Line(engagement, "To pay", "warning", "", engagement.accepted_at)


def story(engagement, *, is_student, disputes=()):
    """Steps of the money, oldest first. The student does not read how the organization paid."""
    steps = [Step(engagement.accepted_at, "check", "The offer was accepted", _price(engagement, is_student))]
    for dispute in disputes:
        steps += dispute_steps(dispute)
    if engagement.cancelled_at:
        steps.append(Step(engagement.cancelled_at, "ban", "Cancelled", engagement.cancel_reason))
    for funding in engagement.fundings.all():
        steps += funding_steps(funding, is_student)
    if engagement.approved_at:
        automatic = engagement.approved_by_id is None
        steps.append(
            Step(engagement.approved_at, "circle-check", "Approved automatically" if automatic else "Approved")
        )
    payout = getattr(engagement, "payout", None)
    if payout is not None:
        steps += payout_steps(payout, engagement, is_student)
    return sorted(steps, key=lambda step: step.at)


def funding_steps(funding, is_student):
    amount = format_money(funding.amount, funding.currency)
    if is_student:
        if funding.counts:
            yield Step(funding.paid_at, "lock", f"{funding.engagement.organization} funded the project")
        return
    if funding.paid_at:
        how = f" with {funding.card_hint}" if funding.card_hint else ""
        note = "" if funding.counts else "It was not needed any more and goes back."
        yield Step(funding.paid_at, "banknote", f"{amount} paid{how}", note)
    elif funding.status in (Funding.Status.FAILED, Funding.Status.PROCESSING):
        failed = funding.status == Funding.Status.FAILED
        words = f"A payment of {amount} {'failed' if failed else 'is being processed'}"
        yield Step(funding.status_changed_at or funding.created_at, "circle-alert" if failed else "hourglass", words)
    for refund in funding.refunds.all():
        yield from refund_steps(refund)


def dispute_steps(dispute):
    yield Step(dispute.opened_at, "scale", f"{dispute.opened_by or 'The clock'} opened a dispute")
    if dispute.resolved_at:
        yield Step(
            dispute.resolved_at, "scale", f"A moderator decided: {dispute.get_outcome_display()}", dispute.reasons
        )


def refund_steps(refund):
    amount, engagement = format_money(refund.amount, refund.currency), refund.funding.engagement
    note = "" if refund.reason == engagement.cancel_reason else refund.reason  # said once
    yield Step(refund.due_at, "undo-2", f"A refund of {amount} was started", note)
    if refund.status == Refund.Status.DONE:
        yield Step(
            refund.done_at, "circle-check", f"{amount} was refunded", "Banks show it within 5 to 10 business days."
        )
    if refund.status == Refund.Status.FAILED:
        yield Step(refund.status_changed_at, "circle-alert", "The refund came back", "We are looking into it.")


def payout_steps(payout, engagement, is_student):
    amount, to = format_money(payout.amount, payout.currency), "you" if is_student else engagement.student
    yield Step(payout.due_at, "send", f"{amount} released to {to}")
    if payout.status == Payout.Status.HELD:
        note = payout.hold_reason if is_student else f"{engagement.student} is setting up payouts."
        yield Step(payout.status_changed_at or payout.due_at, "hourglass", "On hold", note)
    if payout.status == Payout.Status.PAID:
        note = f"It should reach your bank around {arrives_on(payout.paid_at):%A, %B %-d}." if is_student else ""
        yield Step(payout.paid_at, "circle-check", f"{amount} paid to {to}", note)


def _price(engagement, is_student):
    fee = format_money(engagement.fee_amount, engagement.currency)
    if is_student:
        return f"You receive {fee}, all of it."
    service = format_money(engagement.service_fee_amount, engagement.currency)
    return f"Fee {fee}, service fee {service}."
