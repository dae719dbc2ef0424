"""What each process remembers for a minute, where more fits than is counted; rows are always read.

All projects, without a filter, is the page asked for most: what it says beside its rows is the same for everybody. And
the moment since when the newest WINDOW opened: among them enough is often found, so that a frequent word need not be
looked up in the whole catalogue (statement.find says how it stays exact).
"""

from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

from marketplace.replica import connection
from projects.search import statement
from projects.search.filters import Filters
from projects.search.order import COMPUTED

FRESH = timedelta(minutes=1)
WINDOW = 40_000  # listings
SINCE = "SELECT opened_at FROM projects_listing ORDER BY opened_at DESC, project_id DESC OFFSET %s LIMIT 1"


class Kept(NamedTuple):
    at: object
    value: object


kept = {}  # {order: Kept counts, "since": Kept moment}


def find(filters, **asked):
    """As statement.find, which this asks for fewer rows while it knows the counts."""
    sort, at = asked["sort"], asked["at"]
    is_front = filters == Filters() and asked["with_facets"] and sort not in COMPUTED
    counts = fresh(sort, at) if is_front else None
    if counts is not None:
        found = statement.find(filters, **asked | {"with_facets": False}, most=asked["size"])
        return replace(found, total=statement.MOST, is_more=True, counts=counts)
    found = statement.find(filters, **asked, since=None if is_front else fresh("since", at))
    if found.is_more:
        remember(found.counts if is_front else None, sort, at)
    return found


def fresh(name, at):
    """What is remembered under this name, or None."""
    known = kept.get(name)
    return known.value if known is not None and timedelta(0) <= at - known.at < FRESH else None


def remember(counts, sort, at):
    if counts is not None:
        kept[sort] = Kept(at, counts)
    if fresh("since", at) is None:
        with connection().cursor() as cursor:
            cursor.execute(SINCE, [WINDOW])
            row = cursor.fetchone()
        kept["since"] = Kept(at, row[0] if row else None)
