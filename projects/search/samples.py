"""The first listings that fit, in an order: SQL of the parts that statement.py puts together.

Two ways lead there. Walking along the index of an order is quick where much fits. One index over words and tokens finds
what is rare; and as each listing has tokens of its place in every order, it also finds what fits among the first few
thousand of an order, however many fit in all. The planner cannot know how frequent a combination of words and filters
is, and is wrong by hundreds of times; so the first few thousand are counted, and that decides how many more to look at.
Relevance and fit are worked out for the newest that are found.
"""

from math import ceil
from typing import NamedTuple

from marketplace.db import packed_array
from projects.search.order import COLUMNS, COMPUTED, is_falling

FOLD = 1.5  # how many times more listings the next step looks at
ENOUGH = 1.4  # times as many are expected there as are needed: then the step is worth it
OPEN = "l.closes_at > %(at)s"
QUERY = "websearch_to_tsquery('english', %(q)s)"
# Whatever is found has all the words somewhere; its headline need not, and a phrase may go across its end.
ANY_WORD = f"(SELECT regexp_replace({QUERY}::text, '&|<->|<[0-9]+>', '|', 'g')::tsquery)"
# {order that is worked out: (the column it needs, SQL of its value)}
EXPRESSIONS = {
    "relevance": ("headline", f"(ts_rank(headline, {ANY_WORD}) * 1000000)::int"),
    "fit": (
        "asked",
        "(SELECT 1000 * count(*) / greatest(cardinality(asked), 1) FROM unnest(asked) own WHERE own = ANY ("
        " SELECT unnest(tokens) FROM projects_candidate WHERE student_id = %(student)s))",
    ),
}


class First(NamedTuple):
    """`steps`: tokens of the first listings of an order; of several hundred, then of FOLD times as many each.

    `sizes`: how many listings those are, at least.
    """

    steps: list
    sizes: list

    def ahead(self, number, wanted):
        """Without the steps that are not enough: `number` of the first few fit, and so many are wanted."""
        needed = ceil(wanted * ENOUGH) * self.sizes[0]
        enough = (step for step, size in enumerate(self.sizes) if number * size >= needed)
        begin = 0 if number >= wanted else next(enough, 0)
        return First(self.steps[begin:], self.sizes[begin:])

    def values(self):
        """Parameters of the statement."""
        return {f"step_{number}": packed_array(tokens) for number, tokens in enumerate(self.steps)}


def sample(name, condition, sort, most, columns, *, first=None):
    """{name: SQL}, in this order: the first so many that fit; the newest, for an order that is worked out.

    `columns`: names of what is read beside project_id and the order. The first few say how frequent it is what is asked
    for: then so many more are looked at as should be enough, and all only where it is rare or that was too few. Each
    time by the one index that knows the words, the filters and the place in the order.
    """
    column, way = walked(sort), "DESC" if is_falling(sort) else "ASC"
    ranked = sort if name == "sample" else "newest"
    needed = dict.fromkeys([*columns, *([EXPRESSIONS[ranked][0]] if ranked in COMPUTED else [])])
    names = "".join(f", l.{own}" for own in needed)
    read = f"SELECT l.project_id, l.{column} AS place{names} FROM projects_listing l WHERE {condition}"
    order = f"ORDER BY place {way}, project_id {way} LIMIT {most}"
    if first is None or condition == OPEN:
        return {name: _ranked(f"{read} {order}", ranked)}
    few, step, more, done, every = (f"{part}_{name}" for part in ("few", "step", "more", "done", "every"))
    found = (
        f"SELECT * FROM (SELECT * FROM {few} WHERE (SELECT is_enough FROM {step}) UNION ALL SELECT * FROM {more}"
        f" WHERE (SELECT is_enough FROM {done}) UNION ALL SELECT * FROM {every}) found {order}"
    )
    return {
        few: f"{read} AND l.tokens && %(step_0)s::int[]",
        step: _step(few, most, first.sizes),
        more: f"{read} AND l.tokens && (SELECT places FROM {step})",
        done: f"SELECT count(*) >= {most} AS is_enough FROM {more}",
        every: f"{read} AND NOT (SELECT is_enough FROM {step}) AND NOT (SELECT is_enough FROM {done})",
        name: _ranked(found, ranked),
    }


def _step(few, most, sizes):
    """SQL: how many of the few fit, whether they are enough, else among how many more there should be enough; NULL
    where among none."""
    cases = "".join(
        f" WHEN number * {size} >= {ceil(most * ENOUGH) * sizes[0]} THEN %(step_{step})s::int[]"
        for step, size in enumerate(sizes) if step
    )  # fmt: skip
    return (
        f"SELECT number, number >= {most} AS is_enough,"
        f" CASE WHEN number >= {most} THEN NULL::int[]{cases} END AS places"
        f" FROM (SELECT count(*) AS number FROM {few}) counted"
    )


def _ranked(sql, sort):
    """SQL: a sample with `by`, the value that its pages are sorted by."""
    by = EXPRESSIONS[sort][1] if sort in COMPUTED else "place"
    return f"SELECT *, {by} AS by FROM ({sql}) one"


def walked(sort):
    """The column whose index gives this order."""
    return "opened_at" if sort in COMPUTED else COLUMNS[sort]
