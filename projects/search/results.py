"""One page of results with everything around it: one statement, and a few more only where nothing is found."""

from dataclasses import dataclass, replace

from projects.search import facets, order, statement
from projects.search.filters import Filters
from projects.search.text import mended

PAGE = 20
WAYS_OUT = 8  # filters that are tried without, on an empty page


@dataclass(frozen=True)
class Results:
    filters: Filters
    rows: list  # of statement.Row
    total: int  # at most statement.MOST
    is_more: bool  # there are more than `total`; facets count the first `total` in this order
    facets: list
    sort: str
    sorts: dict
    next: str  # cursors, "" at an end
    previous: str
    corrected: str  # what was searched instead: nothing is spelled as typed
    ways_out: list  # [(Chip, how many there would be without it)], only when nothing was found

    @property
    def ids(self):
        return [row.pk for row in self.rows]


def search_open(filters, *, at, student=None, sort="", after="", before="", size=PAGE, with_facets=True):
    """Open projects for these filters; `after` and `before` are cursors of an earlier page in the same order."""
    sort = order.choose(sort, has_text=bool(filters.q), student=student)
    asked = {
        "at": at, "sort": sort, "size": size, "student": student, "with_facets": with_facets,
        "after": order.decode(after, sort) if after else None, "before": order.decode(before, sort) if before else None,
    }  # fmt: skip
    found, corrected = statement.find(filters, **asked), ""
    if not found.total and filters.q:
        corrected = mended(filters.q, at)
        if corrected:
            found = statement.find(replace(filters, q=corrected), **asked)
    rows, following, preceding = _page(found.rows, size, asked["after"], asked["before"])
    return Results(
        filters=filters, rows=rows, total=found.total, is_more=found.is_more,
        facets=facets.facets(filters, found.counts) if with_facets else [], sort=sort,
        sorts=order.choices(has_text=bool(filters.q), student=student), next=following, previous=preceding,
        corrected=corrected, ways_out=[] if found.total else ways_out(filters, corrected, at),
    )  # fmt: skip


def _page(rows, size, after, before):
    """(rows in the order of the list, cursor of the next page, of the previous one)"""
    more, rows = len(rows) > size, rows[:size]
    if before is not None:
        rows.reverse()
    has_next, has_previous = (True, more) if before is not None else (more, after is not None)
    following = order.Cursor(rows[-1].by, rows[-1].pk).encode() if rows and has_next else ""
    preceding = order.Cursor(rows[0].by, rows[0].pk).encode() if rows and has_previous else ""
    return rows, following, preceding


def ways_out(filters, corrected, at):
    """For an empty page: each filter with the number of projects there would be without it, most first."""
    searched = replace(filters, q=corrected or filters.q)
    found = [(chip, statement.count(searched.without(chip), at)) for chip in filters.chips()[:WAYS_OUT]]
    return sorted((row for row in found if row[1]), key=lambda row: -row[1])
