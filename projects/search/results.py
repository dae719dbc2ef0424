"""One page of results with everything around it: one statement, and a few more only where nothing is found."""

from dataclasses import dataclass, replace

from projects.search import facets, front, order, statement
from projects.search.filters import Filters
from projects.search.text import lost, one_less

PAGE = 20


@dataclass(frozen=True)
class Results:
    filters: Filters
    rows: list  # of statement.Row
    levels: dict  # {skill id: level} of what the student has shown
    total: int  # at most statement.MOST
    is_more: bool  # there are more than `total`; facets count the first `total` in this order
    facets: list
    sort: str
    sorts: dict
    usual: str  # the order when none is asked for
    next: str  # cursors, "" at an end
    previous: str
    corrected: str  # what was searched instead: nothing is spelled as typed
    ways_out: list  # [(Chip, how many there would be without it)], only when nothing was found
    is_common: bool  # nothing was found, as all words stand everywhere and are not looked for

    @property
    def searched(self):
        """The Filters that these are the results of."""
        return replace(self.filters, q=self.corrected) if self.corrected else self.filters

    @property
    def ids(self):
        return [row.pk for row in self.rows]


def search_open(
    filters, *, at, student=None, sort="", after="", before="", size=PAGE, with_facets=True, alternatives=(), mends=True
):
    """Open projects for these filters; `after` and `before` are cursors of an earlier page in the same order.

    `alternatives`: groups of which, where they are set, what else could be chosen is counted too (facets.py).
    `mends`: where nothing is found, search for what was meant, and say what each filter stands in the way of.
    """
    sort = order.choose(sort, has_text=bool(filters.q), student=student)
    asked = {
        "at": at, "sort": sort, "size": size, "student": student,
        "with_facets": with_facets, "alternatives": alternatives,
        "after": order.decode(after, sort) if after else None, "before": order.decode(before, sort) if before else None,
    }  # fmt: skip
    found, corrected, ways, is_common = _find(filters, asked, mends=mends)
    rows, following, preceding = _page(found.rows, size, asked["after"], asked["before"])
    return Results(
        filters=filters, rows=rows, levels=found.levels, total=found.total, is_more=found.is_more,
        sort=sort,
        facets=facets.facets(filters, found.counts, alternatives) if with_facets else [],
        sorts=order.choices(has_text=bool(filters.q), student=student),
        usual=order.choose("", has_text=bool(filters.q), student=student), next=following, previous=preceding,
        corrected=corrected, ways_out=ways, is_common=is_common,
    )  # fmt: skip


def _find(filters, asked, *, mends):
    """(Found, what was searched instead or "", ways out, is_common)"""
    known = front.fresh(front.mended, filters, asked["at"]) if mends else None
    if known and statement.counts([filters], asked["at"]) == [0]:  # nobody has written it so since
        found = front.find(replace(filters, q=known), **asked)
        if found.total:
            return found, known, [], False
    found = front.find(filters, **asked)
    if found.total or not mends:
        return found, "", [], False
    found, corrected, ways, is_common = _instead(filters, found, asked)
    if corrected and found.total:
        front.keep(front.mended, filters, front.Kept(asked["at"], corrected))
    return found, corrected, ways, is_common


def _instead(filters, found, asked):
    """(Found, what was searched instead or "", ways out, is_common) where these filters find nothing."""
    corrected, is_common, numbers = lost(filters, asked["at"])
    if corrected:
        searched = replace(filters, q=corrected)
        better = front.find(searched, **asked)
        ways = [] if better.total else ways_out(searched, statement.counts(one_less(searched), asked["at"]))
        if better.total or any(chip.group != "q" for chip, _number in ways):
            return better, corrected, ways, False
    return found, "", ways_out(filters, numbers), is_common  # nobody offers what it might have meant


def _page(rows, size, after, before):
    """(rows in the order of the list, cursor of the next page, of the previous one)"""
    more, rows = len(rows) > size, rows[:size]
    if before is not None:
        rows.reverse()
    has_next, has_previous = (True, more) if before is not None else (more, after is not None)
    following = order.Cursor(rows[-1].by, rows[-1].pk).encode() if rows and has_next else ""
    preceding = order.Cursor(rows[0].by, rows[0].pk).encode() if rows and has_previous else ""
    return rows, following, preceding


def ways_out(filters, numbers):
    """For an empty page: each filter with the number of projects there would be without it, most first."""
    found = [(chip, number) for chip, number in zip(filters.chips(), numbers, strict=False) if number]
    return sorted(found, key=lambda row: -row[1])
