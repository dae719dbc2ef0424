"""Orders of the list, each with a keyset cursor: a page costs the same at any depth and never skips or repeats."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import timedelta

from django.utils.dateparse import parse_datetime

LABELS = {
    "relevance": "Most relevant",
    "fit": "Best fit for you",
    "newest": "Newest",
    "closing": "Closing soon",
    "pay": "Highest pay",
}
COLUMNS = {"newest": "opened_at", "closing": "closes_at", "pay": "fee_amount", "relevance": "rank", "fit": "fit"}
COMPUTED = {"relevance", "fit"}  # of the newest that are found, not of all: there is no index to walk
BIGGEST = 2**63 - 1


def choices(*, has_text, student):
    """The orders that make sense here: relevance with a search, fit for a student."""
    hidden = {name for name, useless in (("relevance", not has_text), ("fit", student is None)) if useless}
    return {name: label for name, label in LABELS.items() if name not in hidden}


def choose(wanted, *, has_text, student):
    """The order asked for, or the default: relevance for a search, else newest."""
    allowed = choices(has_text=has_text, student=student)
    return wanted if wanted in allowed else "relevance" if has_text else "newest"


def is_falling(sort):
    return sort != "closing"


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
            if value.utcoffset() != timedelta(0):  # as encode writes it; PostgreSQL knows fewer zones than Python
                return None
        elif type(value) is not int or not 0 <= value <= BIGGEST:
            return None
        return Cursor(value, pk) if type(pk) is int and 0 < pk <= BIGGEST else None
    except (ValueError, TypeError, AttributeError, binascii.Error, RecursionError):
        return None
