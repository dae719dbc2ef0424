"""Orders of the list, each with a keyset cursor: a page costs the same at any depth and never skips or repeats."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

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
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST_TIME = 10**14  # microseconds, of 1973: no other value is as large, so none is taken for a time
WRITTEN = re.compile(r"(\d{1,19})\.(\d{1,19})", re.ASCII)


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
        """Two numbers, times in microseconds: short, as every page of results has it in an address."""
        value = (self.value - EPOCH) // timedelta(microseconds=1) if isinstance(self.value, datetime) else self.value
        return f"{value}.{self.pk}"


def decode(text, sort):
    """A Cursor of this order, or None for anything that is not one: the reader gets the first page."""
    found = WRITTEN.fullmatch(text)
    value, pk = map(int, found.groups()) if found else (0, 0)
    is_time = COLUMNS[sort].endswith("_at")
    if not 0 < pk <= BIGGEST or is_time != (value >= FIRST_TIME):
        return None
    try:
        return Cursor(EPOCH + timedelta(microseconds=value) if is_time else value, pk)
    except OverflowError:
        return None
