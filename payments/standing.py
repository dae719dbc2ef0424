"""Where the money of one engagement stands, as one side reads it. How it came there is in story.py.

Works on rows of `queries.with_money`; asks the database nothing more.
"""

from dataclasses import dataclass
from datetime import date, datetime

from engagements.models import Engagement
from marketplace.money import format_money
from payments.arrival import arrives_on
from payments.models import CardDispute, Funding, Payout, Refund

Status = Engagement.Status
ENDED = (Status.APPROVED, Status.CANCELLED)
NEAREST = (Payout.Status.HELD, Payout.Status.DUE, Payout.Status.PAID)
DISPUTED = "Nobody is paid and nobody is refunded until it is settled."


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
    asks: bool = False  # the student can do something about it

    @property
    def gross_amount(self):
        """What the student is paid for the work: what was released, and while it runs what is still held."""
        return released_amount(self.engagement) + open_amount(self.engagement)

    @property
    def net_amount(self):
        """The same without what was taken back."""
        return self.gross_amount - taken_back_amount(self.engagement)


def released_amount(engagement):
    return sum(payout.amount for payout in engagement.payouts.all())


def taken_back_amount(engagement):
    return sum(payout.reversed_amount for payout in engagement.payouts.all())


def open_amount(engagement):
    """What the student may still be paid."""
    return 0 if engagement.status in ENDED else engagement.fee_amount - released_amount(engagement)


def amounts_for_student(engagement):
    """[(label, minor units)]: from what was agreed to what the student gets; what is nothing is left out."""
    net = released_amount(engagement) + open_amount(engagement) - taken_back_amount(engagement)
    parts = [
        ("Released to you", released_amount(engagement)), ("Held for you", open_amount(engagement)),
        ("Taken back", -taken_back_amount(engagement)),
    ]  # fmt: skip
    shown = [(label, amount) for label, amount in parts if amount]
    return [("Agreed fee", engagement.fee_amount), *shown, ("Taken by us", 0), ("You receive", net)]


def amounts_for_organization(engagement):
    """[(label, minor units)]: what was agreed, and where it went once something did."""
    refunds = [refund for funding in told_fundings(engagement) for refund in funding.refunds.all()]
    back = sum(refund.amount for refund in refunds if refund.sent_again_as_id is None)
    parts = [
        ("Released to the student", released_amount(engagement)),
        ("Still held", open_amount(engagement) if released_amount(engagement) else 0), ("Refunded to you", back),
        ("Given back by your bank", charged_back_amount(engagement)),
        ("Pays for the next student", engagement.total_amount if went_to_the_next(engagement) else 0),
    ]  # fmt: skip
    return [
        ("Fee for the student", engagement.fee_amount), ("Service fee", engagement.service_fee_amount),
        ("Total", engagement.total_amount), *((label, amount) for label, amount in parts if amount),
    ]  # fmt: skip


def told_fundings(engagement):
    """The payments that count; of what was never funded, those that arrived after its end and go back."""
    rows, never_funded = engagement.fundings.all(), engagement.funded_at is None
    return [row for row in rows if (row.paid_at if never_funded else row.counts)]


def went_to_the_next(engagement):
    """The student was replaced, and what had been paid pays for the runner-up now."""
    return engagement.replacement_until is not None and not any(row.counts for row in engagement.fundings.all())


def charged_back_amount(engagement):
    lost = CardDispute.Status.LOST
    rows = [row for funding in engagement.fundings.all() for row in funding.card_disputes.all() if row.status == lost]
    return sum(row.amount for row in rows)


def line_for_student(engagement):
    payouts = list(engagement.payouts.all())
    if payouts and engagement.status in ENDED:
        return payout_line(engagement, payouts)
    if engagement.status == Status.CANCELLED:
        note = "Went back to the organization."
        return Line(engagement, "Refunded", "neutral", "undo-2", engagement.cancelled_at, note)
    if engagement.status == Status.DISPUTED:
        return Line(engagement, "Held, disputed", "warning", "scale", engagement.funded_at, DISPUTED)
    on_hold = [payout for payout in payouts if payout.status == Payout.Status.HELD]
    if on_hold:  # of a part that was released early
        return payout_line(engagement, on_hold)
    return Line(engagement, "Held for you", "info", "lock", engagement.funded_at, part_note(engagement))


def part_note(engagement):
    if not engagement.released_amount:
        return ""
    released = format_money(engagement.released_amount, engagement.currency)
    return f"{released} was released early; {format_money(engagement.unreleased_amount, engagement.currency)} is held."


def payout_line(engagement, payouts):
    """The one that is furthest from the student tells how it stands; all of them together, how much."""
    worst = min(payouts, key=lambda payout: (NEAREST.index(payout.status), -payout.pk))
    if worst.status == Payout.Status.HELD:
        return Line(engagement, "On hold", "warning", "", worst.due_at, worst.hold_reason, asks=worst.waits_for_student)
    if worst.status == Payout.Status.DUE:
        return Line(engagement, "On its way", "info", "send", worst.due_at, expected_on=arrives_on(worst.due_at))
    reversed_amount = sum(payout.reversed_amount for payout in payouts)
    if reversed_amount:
        note = f"{format_money(reversed_amount, engagement.currency)} of it was taken back."
        return Line(engagement, "Paid, partly taken back", "warning", "undo-2", worst.paid_at, note)
    return Line(engagement, "Paid", "success", "", worst.paid_at, expected_on=arrives_on(worst.paid_at))


def line_for_organization(engagement):
    fundings = told_fundings(engagement)
    disputed = [row for funding in fundings for row in funding.card_disputes.all() if row.is_open]
    refunds = [refund for funding in fundings for refund in funding.refunds.all()]
    payouts = list(engagement.payouts.all())
    if disputed:
        note = "Your bank is asking about this payment. Nothing is refunded until it has decided."
        return Line(engagement, "Disputed at the bank", "warning", "scale", disputed[-1].opened_at, note)
    if payouts and engagement.status in ENDED:
        return released_line(engagement, payouts, refunds)
    if refunds:
        return refund_line(engagement, refunds[-1])
    if engagement.status == Status.CANCELLED and charged_back_amount(engagement):
        return Line(engagement, "Back through your bank", "neutral", "undo-2", engagement.cancelled_at)
    if went_to_the_next(engagement):
        return Line(engagement, "Pays for the next student", "neutral", "arrow-right", engagement.cancelled_at)
    if engagement.funded_at is None:
        return unpaid_line(engagement)
    if engagement.status == Status.DISPUTED:
        return Line(engagement, "Held, disputed", "warning", "scale", engagement.funded_at, DISPUTED)
    if any(funding.kept_until for funding in fundings):
        note = "It pays for the runner-up, or goes back to you."
        return Line(engagement, "Held for a runner-up", "info", "lock", engagement.cancelled_at, note)
    since = engagement.funded_at or engagement.accepted_at
    return Line(engagement, "Held", "info", "lock", since, part_note(engagement))


def released_line(engagement, payouts, refunds):
    back = sum(refund.amount for refund in refunds) + charged_back_amount(engagement)
    note = f"{format_money(back, engagement.currency)} went back to you." if back else ""
    worst = min(payouts, key=lambda payout: (NEAREST.index(payout.status), -payout.pk))
    if worst.status == Payout.Status.PAID:
        return Line(engagement, "Paid out", "success", "", worst.paid_at, note)
    if worst.waits_for_student:
        note = f"{engagement.student} is setting up payouts."
    return Line(engagement, "Released", "info", "send", worst.due_at, note)


def refund_line(engagement, refund):
    if refund.status in (Refund.Status.DONE, Refund.Status.COVERED):
        return Line(engagement, "Refunded", "neutral", "undo-2", refund.done_at)
    if refund.status == Refund.Status.FAILED:
        note = "The bank sent the refund back. We are looking into it and will write to you."
        return Line(engagement, "Refund delayed", "warning", "", refund.status_changed_at, note)
    return Line(engagement, "Refund on its way", "info", "undo-2", refund.due_at)


def unpaid_line(engagement):
    ended = engagement.status == Status.CANCELLED
    if any(funding.status == Funding.Status.PROCESSING for funding in engagement.fundings.all()):
        then = "It goes back to you in full when it arrives." if ended else "This can take a few days."
        note = f"Your bank is processing the payment. {then}"
        return Line(engagement, "Processing", "info", "hourglass", engagement.accepted_at, note)
    if ended:
        note = "It ended before anything was paid."
        return Line(engagement, "Not paid", "neutral", "ban", engagement.cancelled_at, note)
    return Line(engagement, "To pay", "warning", "", engagement.accepted_at)
