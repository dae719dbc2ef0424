"""Open projects that fit one student, best first, with what is shown and what is missing.

Five indexes find the newest projects that ask for a skill at a level which the student has shown, one for each place in
a project's list; so the cost depends on how many skills the student has, not on how many projects there are. The
nearest are scored by the rule that matching uses (matching/scoring.py): rarer skills weigh more, stronger evidence
counts more. First come those where the skills shown carry 60 % of the weight, or just one is missing; then those with
some of them.
"""

import json
from dataclasses import dataclass
from functools import cache

from django.db import connection

from marketplace.accounts.models import Block, Membership
from marketplace.db import WALK, ask_quickly
from projects.matching.pool import COUNTED, GATE
from projects.matching.scoring import BELOW, WORTH, WORTH_TYPES, WORTHS
from projects.models import ASKED_PLACES, HiddenProject
from projects.reasons import what_fits
from projects.search import statement

EACH = 8  # newest projects for each skill at a level and each place in the list
MOST = 600  # newest of them that are looked at
BEST = 60  # of these, by the share of what is shown: they are scored and shown
PAGE = 20
SCALE = 1_000_000  # a score is a whole number of millionths; what fits has this much more

PLACE = (
    "(SELECT project_id, opened_at, closes_at, organization_id, asked FROM projects_listing"
    " WHERE asked[{place}] = token ORDER BY opened_at DESC LIMIT %(each)s)"
)
HAS = "coalesce((asked[{place}] = ANY (ARRAY(SELECT token FROM tokens)))::int, 0)"
FITTING = """
WITH mine AS MATERIALIZED (
    SELECT skill_id, level, shown_in, {worth} AS strength
    FROM skills_studentskill WHERE student_id = %(student)s
), tokens AS MATERIALIZED (
    SELECT (skill_id * 8 + step)::int AS token FROM mine CROSS JOIN LATERAL generate_series(1, level) step
), near AS MATERIALIZED (
    SELECT DISTINCT ON (one.opened_at, one.project_id) one.*
    FROM tokens CROSS JOIN LATERAL ({places}) one
    ORDER BY one.opened_at DESC, one.project_id DESC LIMIT %(most)s
), nearest AS MATERIALIZED (
    SELECT project_id, opened_at, asked FROM near
    WHERE closes_at > %(at)s
      AND organization_id NOT IN (SELECT m.organization_id FROM {members} m WHERE m.user_id = %(user)s)
      AND organization_id NOT IN (SELECT b.organization_id FROM {blocks} b WHERE b.student_id = %(student)s)
      AND project_id NOT IN (SELECT h.project_id FROM {hidden} h WHERE h.student_id = %(student)s)
      AND project_id NOT IN (SELECT a.project_id FROM {applications} a
                             WHERE a.student_id = %(student)s AND a.status <> 'draft')
    ORDER BY ({has})::float8 / cardinality(asked) DESC, opened_at DESC, project_id DESC LIMIT %(best)s
), everybody AS MATERIALIZED (
    SELECT greatest(reltuples, %(counted)s)::float8 AS number FROM pg_class WHERE oid = 'accounts_student'::regclass
), weighed AS MATERIALIZED (
    SELECT nearest.project_id, nearest.opened_at, mine.level >= token %% 8 AS shown,
           CASE WHEN mine.level >= token %% 8 THEN mine.strength
                WHEN mine.level = token %% 8 - 1 THEN mine.strength * %(below)s ELSE 0 END AS fit,
           ln(1 + everybody.number / (1 + coalesce(
               (SELECT students FROM projects_skillcount c WHERE c.skill_id = token / 8), %(counted)s / 2))) AS weight
    FROM nearest CROSS JOIN everybody CROSS JOIN LATERAL unnest(nearest.asked) token
    LEFT JOIN mine ON mine.skill_id = token / 8
), judged AS MATERIALIZED (
    SELECT project_id, opened_at, round(%(scale)s * sum(weight * fit) / sum(weight))::bigint AS score,
           coalesce(sum(weight) FILTER (WHERE shown), 0) >= %(gate)s * sum(weight) - 1e-9 AS fits,
           count(*) FILTER (WHERE shown) = count(*) - 1 AS is_near
    FROM weighed GROUP BY project_id, opened_at
), scored AS MATERIALIZED (
    SELECT project_id, opened_at, fits, score + CASE WHEN fits OR is_near THEN %(scale)s ELSE 0 END AS by FROM judged
), page AS MATERIALIZED (
    SELECT row_number() OVER (ORDER BY by DESC, opened_at DESC, project_id DESC) AS number, project_id, by, fits
    FROM scored ORDER BY by DESC, opened_at DESC, project_id DESC LIMIT %(size)s OFFSET %(skip)s
)
SELECT totals.number, CASE WHEN coalesce(page.number, 0) <= %(skip)s + 1 THEN totals.mine END,
       page.fits, page.by, page.project_id, {card}
FROM (SELECT (SELECT count(*) FROM scored) AS number,
             (SELECT json_agg(json_build_array(skill_id, level, shown_in)) FROM mine)::text AS mine) totals
LEFT JOIN page ON true LEFT JOIN projects_listing l ON l.project_id = page.project_id
ORDER BY page.number
"""
TYPES = (
    "student bigint, user bigint, at timestamptz, size int, skip int, each int, most int, best int, below float8,"
    f" gate float8, counted int, scale int, live text[], {WORTH_TYPES}"
)


@dataclass(frozen=True)
class Fitting:
    """`rows`: of search.statement.Row, `by` a score in millionths, and SCALE more for what stands in front."""

    rows: list
    fitting: set  # ids of those above the gate; others in front have just one competency missing
    total: int  # that were scored
    levels: dict  # {skill id: level} of what the student has shown
    known: dict  # {skill id: (level, the title of the evidence or project)}
    next: int | None  # how many to skip for the next page


def fitting(student, *, at, size=PAGE, skip=0):
    """Fitting for this student, in one query."""
    with connection.cursor() as cursor:
        ask_quickly(cursor, _statement(), _values(student, at, size, skip), types=TYPES, local=WALK)
        rows = cursor.fetchall()
    total, mine = rows[0][0], json.loads(rows[0][1] or "[]")
    scored = [row[2:] for row in rows if row[4]]
    return Fitting(
        rows=[statement.row_of(*row) for _fits, *row in scored],
        fitting={pk for fits, _by, pk, *_rest in scored if fits},
        total=total, levels={pk: level for pk, level, _where in mine},
        known={pk: (level, where) for pk, level, where in mine},
        next=skip + size if skip + size < total else None,
    )  # fmt: skip


@cache
def _statement():
    parts = statement.marks(is_student=True)
    tables = {"members": Membership, "blocks": Block, "hidden": HiddenProject}
    return FITTING.format(
        places=" UNION ALL ".join(PLACE.format(place=place) for place in ASKED_PLACES),
        has=" + ".join(HAS.format(place=place) for place in ASKED_PLACES),
        worth=WORTH, card=statement.CARD.format(**parts), applications=parts["applications"],
        **{name: model._meta.db_table for name, model in tables.items()},
    )  # fmt: skip


def _values(student, at, size, skip):
    return {
        "student": student.pk, "user": student.user_id, "at": at, "size": size, "skip": skip, "each": EACH,
        "most": MOST, "best": BEST, "below": BELOW, "gate": GATE, "counted": COUNTED, "scale": SCALE,
        "live": statement.LIVE, **WORTHS,
    }  # fmt: skip


def fits(row, found):
    """{shown, missing} of one row, as reasons.what_fits."""
    return what_fits(row.card["skills"], found.known)


def why(row, found):
    """(what the student has shown, in words, and [words] of what is missing), in the project's order."""
    found_to_fit = fits(row, found)
    shown = [f"{name} ({level}" + (f", {where})" if where else ")") for name, level, where in found_to_fit["shown"]]
    return shown, found_to_fit["missing"]
