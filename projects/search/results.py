"""One page of results with everything around it, in a fixed number of queries."""

from dataclasses import dataclass

from django.db.models import Count

from projects.models import Listing
from projects.search import order
from projects.search.facets import facets
from projects.search.filters import Filters, all_of
from projects.search.text import understand

PAGE = 20


@dataclass(frozen=True)
class Results:
    filters: Filters
    ids: list
    total: int
    facets: list
    sort: str
    sorts: dict
    next: str  # cursors, "" at an end
    previous: str
    corrected: str  # what was searched instead: nothing is spelled as typed
    ways_out: list  # [(Chip, how many there would be without it)], only when nothing was found


def search_open(filters, *, at, student=None, sort="", after="", before="", size=PAGE, with_facets=True):
    """Open projects for these filters; `after` and `before` are cursors of an earlier page in the same order."""
    text = understand(filters.q, at) if filters.q else None
    conditions = filters.conditions(at, text.condition if text else None)
    sort = order.choose(sort, has_text=bool(text), student=student)
    listings = order.annotate(Listing.objects.all(), sort, student=student, text=text).filter(
        all_of(conditions.values())
    )
    ids, following, preceding = order.page(
        listings, sort, size=size,
        after=order.decode(after, sort) if after else None, before=order.decode(before, sort) if before else None,
    )  # fmt: skip
    total, found = facets(filters, conditions, at=at) if with_facets else (listings.count(), [])
    return Results(
        filters=filters, ids=ids, total=total, facets=found, sort=sort,
        sorts=order.choices(has_text=bool(text), student=student),
        next=following.encode() if following else "", previous=preceding.encode() if preceding else "",
        corrected=text.corrected if text else "", ways_out=[] if total else ways_out(filters, text, at),
    )  # fmt: skip


def ways_out(filters, text, at):
    """For an empty page: each filter with the number of projects there would be without it, most first."""
    chips = filters.chips()
    if not chips:
        return []
    wanted = {}
    for number, chip in enumerate(chips):
        left = filters.without(chip)
        conditions = left.conditions(at, text.condition if text and left.q else None)
        wanted[f"chip_{number}"] = Count("pk", filter=all_of(conditions.values()))
    found = Listing.objects.aggregate(**wanted)
    rows = [(chip, found[f"chip_{number}"]) for number, chip in enumerate(chips)]
    return sorted((row for row in rows if row[1]), key=lambda row: -row[1])
