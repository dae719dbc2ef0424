"""Orders of the list, each with a keyset cursor: a page costs the same at any depth and never skips or repeats."""

import base64
import binascii
import json
from dataclasses import dataclass

from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, Subquery, Sum, Value, When
from django.utils.dateparse import parse_datetime

from marketplace.skills.models import StudentSkill
from projects.models import Competency

LABELS = {
    "relevance": "Most relevant",
    "fit": "Best fit for you",
    "newest": "Newest",
    "closing": "Closing soon",
    "pay": "Highest pay",
}
COLUMNS = {"newest": "opened_at", "closing": "closes_at", "pay": "fee_amount", "relevance": "rank", "fit": "fit"}
BIGGEST = 2**63 - 1


def choices(*, has_text, student):
    """The orders that make sense here: relevance with a search, fit for a student."""
    hidden = {name for name, useless in (("relevance", not has_text), ("fit", student is None)) if useless}
    return {name: label for name, label in LABELS.items() if name not in hidden}


def choose(wanted, *, has_text, student):
    """The order asked for, or the default: relevance for a search, else newest."""
    allowed = choices(has_text=has_text, student=student)
    return wanted if wanted in allowed else "relevance" if has_text else "newest"


def annotate(listings, sort, *, student, text):
    if sort == "fit":
        return listings.annotate(fit=fit_expression(student))
    if sort == "relevance":
        return listings.annotate(rank=text.rank)
    return listings


def fit_expression(student):
    """Thousandths of a Listing's competencies that the student has shown at the level asked for."""
    shown = StudentSkill.objects.filter(student=student, skill=OuterRef("skill"), level__gte=OuterRef("level"))
    rows = Competency.objects.filter(project=OuterRef("pk")).order_by().values("project")
    have = Sum(Case(When(Exists(shown), then=Value(1_000)), default=Value(0), output_field=IntegerField()))
    return Subquery(rows.annotate(fit=have / Count("pk")).values("fit"), output_field=IntegerField())


@dataclass(frozen=True)
class Cursor:
    """The row a page ends (or begins) at: the value it is sorted by, and its key."""

    value: object
    pk: int

    def encode(self):
        value = self.value.isoformat() if hasattr(self.value, "isoformat") else self.value
        return base64.urlsafe_b64encode(json.dumps([value, self.pk]).encode()).decode().rstrip("=")


def decode(text, sort):
    """A Cursor of this order, or None for anything that is not one: the reader gets the first page."""
    try:
        value, pk = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if COLUMNS[sort].endswith("_at"):
            value = parse_datetime(value)
        elif type(value) is not int or not 0 <= value <= BIGGEST:
            return None
        valid = type(pk) is int and 0 < pk <= BIGGEST and value is not None
        return Cursor(value, pk) if valid and getattr(value, "tzinfo", True) else None
    except (ValueError, TypeError, binascii.Error, RecursionError):
        return None


def page(listings, sort, *, size, after=None, before=None):
    """(rows, next Cursor, previous Cursor) of the page after or before a Cursor."""
    column = COLUMNS[sort]
    descending = sort != "closing"
    backwards = before is not None
    cursor = before or after
    falling = descending != backwards
    if cursor is not None:
        listings = listings.filter(_beyond(column, cursor, falling))
    order = (F(column).desc(), "-pk") if falling else (F(column).asc(), "pk")
    rows = list(listings.order_by(*order).values_list(column, "pk")[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()
    has_next, has_previous = (True, more) if backwards else (more, cursor is not None)
    following = Cursor(*rows[-1]) if rows and has_next else None
    preceding = Cursor(*rows[0]) if rows and has_previous else None
    return [pk for _value, pk in rows], following, preceding


def _beyond(column, cursor, falling):
    side = "lt" if falling else "gt"
    return Q(**{f"{column}__{side}": cursor.value}) | Q(**{column: cursor.value, f"pk__{side}": cursor.pk})
