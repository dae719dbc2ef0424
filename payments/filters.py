"""What a money page is narrowed to: a year and a state. Anything else in the address means "all"."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Min, Q
from django.utils import timezone

from engagements.models import Engagement
from payments.models import Payout, Refund
from payments.queries import RUNNING

Status = Engagement.Status


def with_payout(**conditions):
    """Engagements that have such a Payout, without a join that would repeat them."""
    return Q(pk__in=Payout.objects.filter(**conditions).values("engagement"))


def student_states():
    """{name: (words, condition)}: what a student's payments may be."""
    return {
        "held": ("Held for you", Q(status__in=RUNNING)),
        "on_its_way": ("On its way", with_payout(status=Payout.Status.DUE)),
        "on_hold": ("On hold", with_payout(status=Payout.Status.HELD)),
        "paid": ("Paid", with_payout(status=Payout.Status.PAID)),
        "refunded": ("Refunded", Q(status=Status.CANCELLED) & ~with_payout()),
    }


def organization_states():
    late = Q(funding__engagement__funded_at=None, funding__paid_at__isnull=False)
    counted = Refund.objects.filter(Q(funding__counts=True) | late)
    return {
        "to_pay": ("To pay", Q(status=Status.AWAITING_FUNDING)),
        "held": ("Held", Q(status__in=RUNNING)),
        "released": ("Released", with_payout()),
        "refunded": ("Refunded", Q(pk__in=counted.values("funding__engagement"))),
    }


@dataclass(frozen=True)
class Filter:
    """`years` and `states` are what may be chosen; `year` and `state` what is ("" for all)."""

    year: str
    state: str
    years: list
    states: list

    @property
    def is_active(self):
        return bool(self.year or self.state)


def narrowed(rows, states, query, at):
    """(the rows that the address asks for, its Filter). `query`: request.GET."""
    years = years_of(rows, at)
    year = query.get("year", "") if query.get("year", "") in map(str, years) else ""
    state = query.get("state", "") if query.get("state", "") in states else ""
    if year:
        rows = rows.filter(in_year(int(year)))
    if state:
        rows = rows.filter(states[state][1])
    return rows, Filter(year, state, years, [(name, words) for name, (words, _condition) in states.items()])


def years_of(rows, at):
    """From this year back to that of the first one, in the reader's time zone."""
    first = rows.order_by().aggregate(first=Min("accepted_at"))["first"] or at
    return list(range(timezone.localtime(at).year, timezone.localtime(first).year - 1, -1))


def in_year(year):
    """Whose money moved then: accepted, paid for or paid out."""
    zone = timezone.get_current_timezone()
    span = (datetime(year, 1, 1, tzinfo=zone), datetime(year + 1, 1, 1, tzinfo=zone))
    moments = [Q(**{f"{name}__gte": span[0], f"{name}__lt": span[1]}) for name in ("accepted_at", "funded_at")]
    paid = with_payout(paid_at__gte=span[0], paid_at__lt=span[1])
    return moments[0] | moments[1] | paid
