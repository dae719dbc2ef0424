"""What a student was paid in a year of the student's own time zone.

A payment counts in the year in which it was paid, and what was taken back of it in the year in which that happened.
"""

from dataclasses import dataclass
from datetime import datetime

from engagements.models import Engagement
from marketplace.clock import zone_named
from payments.models import Payout, Reversal


@dataclass(frozen=True)
class Earning:
    """One line; minor units. `net` = `gross` - `reversed`."""

    at: datetime
    engagement: Engagement
    gross: int
    reversed: int
    currency: str
    payment: str  # the Payout's code
    document: str  # the number of its payment advice

    @property
    def net(self):
        return self.gross - self.reversed


def zone_of(student):
    """The zone in which the student's years begin."""
    return zone_named(student.user.time_zone)


def earnings_of_year(student, year):
    """[Earning], oldest first, in two queries."""
    zone = zone_of(student)
    span = datetime(year, 1, 1, tzinfo=zone), datetime(year + 1, 1, 1, tzinfo=zone)
    paid = Payout.objects.filter(student=student, status=Payout.Status.PAID, paid_at__gte=span[0], paid_at__lt=span[1])
    done = Reversal.objects.filter(payout__student=student, status=Reversal.Status.DONE)
    done = done.filter(done_at__gte=span[0], done_at__lt=span[1])
    people = ["engagement__project", "engagement__organization", "document"]
    lines = [
        Earning(row.paid_at, row.engagement, row.amount, 0, row.currency, row.code, number_of(row))
        for row in paid.select_related(*people).order_by("pk")
    ]
    for row in done.select_related(*(f"payout__{name}" for name in people)).order_by("pk"):
        payout = row.payout
        lines.append(
            Earning(row.done_at, payout.engagement, 0, row.amount, row.currency, payout.code, number_of(payout))
        )
    return sorted(lines, key=lambda line: line.at)


def number_of(payout):
    """Empty for what was paid before there were documents."""
    return payout.document.reference if hasattr(payout, "document") else ""


def sums_of(lines):
    """{currency: (gross, reversed, net)}."""
    sums = {}
    for line in lines:
        found = sums.get(line.currency, (0, 0, 0))
        sums[line.currency] = tuple(a + b for a, b in zip(found, (line.gross, line.reversed, line.net), strict=True))
    return sums
