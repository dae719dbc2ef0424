"""What each side would get: the figures that pages show before somebody confirms a decision about held money."""

from dataclasses import dataclass

from payments.actions.splits import holding_of


@dataclass(frozen=True)
class Shares:
    """How held money would be divided. Minor units; the three parts make up `held`."""

    held: int
    student: int
    service_fee: int
    refund: int
    released_before: int


def shares_of(engagement, student_amount):
    """The Shares if the student got `student_amount` of the open fee now, as `divide` would write them.

    Oldest payment first. An amount above what is open counts as all of it.
    """
    held = student = service_fee = 0
    left = student_amount
    for funding in engagement.fundings.filter(counts=True).order_by("paid_at", "pk"):
        holding = holding_of(funding)
        part = min(left, holding.student_left)
        left -= part
        held += holding.held
        student += part
        service_fee += holding.service_for(part) if holding.held else 0
    return Shares(held, student, service_fee, held - student - service_fee, engagement.released_amount)
