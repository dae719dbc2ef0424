"""The one statement behind a page of results: its rows with their cards, the total and the counts of every facet.

What is found is counted up to MOST; facets count the same rows, the first in the order asked for (samples.py).
"""

import json
from dataclasses import dataclass, field
from functools import lru_cache

from marketplace.db import ask_quickly
from marketplace.replica import connection
from projects.models import Project, SavedProject
from projects.search import facets, samples
from projects.search.order import COLUMNS, COMPUTED, is_falling
from projects.search.samples import OPEN, QUERY

MOST = 500  # found, that are counted and ranked
BEST = 60  # of the most relevant, whose order is read for front.py
LIVE = ["submitted", "shortlisted", "offered"]
COUNT = f"SELECT count(*) FROM (SELECT FROM projects_listing l WHERE {{}} LIMIT {MOST}) one"


@dataclass(frozen=True)
class Row:
    """One project of a page: what its card prints, and the value it is sorted by."""

    by: object
    pk: int
    card: dict  # the same one for all who read it
    fee_amount: int
    hours: int
    closes_at: object
    applicants: int
    is_saved: bool
    has_applied: bool


def row_of(by, pk, card, *values):
    """A Row of what CARD read."""
    return Row(by, pk, _card(card), *values)


_card = lru_cache(maxsize=2_000)(json.loads)  # what is newest, or frequent, is on many pages


@dataclass(frozen=True)
class Found:
    rows: list  # at most size + 1, in the order of the walk (backwards before a cursor)
    total: int  # at most MOST
    is_more: bool
    counts: dict  # of facets.py
    few: int | None = field(compare=False)  # of the first few (samples.py) that fit, where those were looked at
    best: list | None = field(compare=False)  # [(relevance, id)] of the first BEST, where they were asked for
    levels: dict  # {skill id: level} of what the student has shown


def where(filters, at, *, but=None):
    """(SQL over `projects_listing l`, parameters) of what is open and fits; `but` leaves one group out."""
    parts, values = [OPEN], {"at": at}
    if filters.q and but != "q":
        parts.append(f"l.document @@ {QUERY}")
        values["q"] = filters.q
    for group, tokens in filters.tokens().items():
        if group != but:
            parts.append(f"l.tokens && %({group})s::int[]")
            values[group] = tokens
    if filters.within is not None and but != "within":
        parts.append("l.closes_at <= %(until)s")
        values["until"] = filters.closes_before(at)
    if filters.fits is not None:
        parts.append(f"l.{facets.FITS.format('fits')}")
        values["fits"] = filters.fits
    return " AND ".join(parts), values


def find(
    filters, *, at, sort, size, after=None, before=None, student=None, with_facets=True, alternatives=(),
    most=None, first=None, with_best=False,
):  # fmt: skip
    """Found for these filters; `after` and `before` are Cursors of this order.

    `alternatives`: groups (facets.GROUPS) of which, where they are set, the other options are counted too, each in a
    sample of its own.
    `most`: counted, instead of MOST. `with_best`: read the order of the first BEST as well.
    `first`: the samples.First of this order, in which enough is often found, so it is looked at before the rest; the
    result is the same.
    """
    most = most or MOST
    condition, values = where(filters, at)
    values |= {"student": student.pk if student else None, "q": filters.q, "live": LIVE, "size": size + 1}
    values |= {"most": most} | (first.values() if first is not None else {})
    read = facets.columns(student=student) if with_facets else []
    parts = samples.sample("sample", condition, sort, most + 1, read, first=first)
    if with_facets:
        groups = [group for group in facets.those_set(filters) if group in alternatives]
        for group in groups:
            condition_but = where(filters, at, but=group)[0]
            parts |= samples.sample(f"sample_{group}", condition_but, sort, MOST, facets.columns(group), first=first)
        parts |= facets.counts(groups, student)
        values |= facets.parameters(filters, at)
    parts["page"] = _page(condition, sort, after=after, before=before, values=values)
    return _read(
        parts, values, student, best=THE_BEST if with_best else "NULL",
        counts=facets.as_json(filters, groups, student) if with_facets else "NULL",
        few="(SELECT number FROM step_sample)" if "step_sample" in parts else "NULL::bigint",
    )  # fmt: skip


def among(best, *, at, size, student):
    """Found for these [(relevance, id)], in their order: the first `size` that are still open. Nothing is counted."""
    ids, ranks = ([one[place] for one in best] for place in (1, 0))
    values = {"at": at, "student": student.pk if student else None, "live": LIVE, "size": size}
    return _read({"sample": "SELECT WHERE false", "page": AMONG}, values | {"ids": ids, "ranks": ranks}, student)


def _read(parts, values, student, *, counts="NULL", few="NULL::bigint", best="NULL"):
    """Found of these parts, {name: SQL} with a `sample` that is counted and a `page` of rows."""
    statement = STATEMENT.format(
        parts=", ".join(f"{name} AS MATERIALIZED ({part})" for name, part in parts.items()),
        facets=counts, few=few, best=best, **marks(is_student=student is not None),
    )  # fmt: skip
    with connection().cursor() as cursor:
        ask_quickly(cursor, statement, values)
        rows = cursor.fetchall()
    total, counted, few, best, levels = rows[0][:5]
    return Found(
        [row_of(*row[5:]) for row in rows if row[6] is not None], min(total, MOST), total > MOST,
        json.loads(counted) if counted else {}, few, [(by, pk) for by, pk in json.loads(best)] if best else None,
        levels_of(levels),
    )  # fmt: skip


def counts(searches, at):
    """For each of these Filters how many fit, up to MOST; in one query, or none for none."""
    parts, values = counting(searches, at)
    if not parts:
        return []
    with connection().cursor() as cursor:
        ask_quickly(cursor, f"SELECT {', '.join(parts)}", values)
        return list(cursor.fetchone())


def counting(searches, at):
    """([SQL that counts what fits each of these Filters, up to MOST], parameters)"""
    parts, values = [], {}
    for number, filters in enumerate(searches):
        condition, own = where(filters, at)
        parts.append(f"({COUNT.format(condition)})".replace("%(", f"%(n{number}_"))
        values |= {f"n{number}_{name}": value for name, value in own.items()}
    return parts, values


# What a card needs of a listing `l`: the fields of Row behind the first two.
CARD = """l.card, l.fee_amount, l.hours, l.closes_at,
       CASE WHEN l.project_id IS NOT NULL THEN
           (SELECT count(*) FROM {applications} a WHERE a.project_id = l.project_id AND a.status = ANY (%(live)s))
       END, {is_saved}, {has_applied}"""
THE_BEST = f"""(SELECT json_agg(json_build_array(by, project_id))
  FROM (SELECT by, project_id FROM sample ORDER BY by DESC, project_id DESC LIMIT {BEST}) one)::text"""
AMONG = """SELECT number, project_id, one.by
  FROM unnest(%(ids)s::bigint[], %(ranks)s::int[]) WITH ORDINALITY AS one (project_id, by, number)
  JOIN projects_listing l USING (project_id) WHERE l.closes_at > %(at)s ORDER BY number LIMIT %(size)s"""
STATEMENT = """
WITH {parts}
SELECT totals.*, {levels}, page.by, page.project_id, CARD
FROM (SELECT (SELECT count(*) FROM sample), {facets}, {few}, {best}) totals
LEFT JOIN page ON true LEFT JOIN projects_listing l ON l.project_id = page.project_id
ORDER BY page.number
""".replace("CARD", CARD)


def levels_of(text):
    """{skill id: level} from JSON or None."""
    return {int(pk): level for pk, level in json.loads(text).items()} if text else {}


def marks(*, is_student):
    """SQL: what a student has saved and applied to, of the listings `l`; for CARD. And what they have shown."""
    applications = Project._meta.get_field("applications").related_model._meta.db_table
    saved, applied, levels = "false", "false", "NULL"
    if is_student:
        saved = (
            f"EXISTS (SELECT 1 FROM {SavedProject._meta.db_table} s"
            " WHERE s.project_id = l.project_id AND s.student_id = %(student)s)"
        )
        applied = (
            f"EXISTS (SELECT 1 FROM {applications} a WHERE a.project_id = l.project_id AND a.student_id = %(student)s"
            " AND a.status <> 'withdrawn' AND (a.submitted_at IS NOT NULL OR a.queued_at IS NOT NULL))"
        )
        levels = (
            "(SELECT json_object_agg(skill_id, level) FROM skills_studentskill WHERE student_id = %(student)s)::text"
        )
    return {"applications": applications, "is_saved": saved, "has_applied": applied, "levels": levels}


def _page(condition, sort, *, after, before, values):
    """A page begins in the sample; beyond a cursor the index is entered there."""
    cursor = before or after
    falling = is_falling(sort) != (before is not None)
    way, side = ("DESC", "<") if falling else ("ASC", ">")
    beyond = ""
    if cursor is not None:
        values |= {"by": cursor.value, "pk": cursor.pk}
        beyond = f"({{by}}, project_id) {side} (%(by)s, %(pk)s)"
    if cursor is None or sort in COMPUTED:
        of, by, beyond = "sample", "by", beyond.format(by="by") or "true"
    else:
        of, by = "projects_listing l", COLUMNS[sort]
        beyond = f"{condition} AND {beyond.format(by=by)}"
    return (
        f"SELECT row_number() OVER (ORDER BY {by} {way}, project_id {way}) AS number, project_id, {by} AS by FROM {of}"
        f" WHERE {beyond} ORDER BY {by} {way}, project_id {way} LIMIT %(size)s"
    )
