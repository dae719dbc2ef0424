"""Open projects that fit one student, best first, with what is shown and what is missing.

Five indexes find the newest projects that ask for a skill at a level which the student has shown, one for each place in
a project's list; so the cost depends on how many skills the student has, not on how many projects there are. Those few
hundred are scored by the rule that matching uses (matching/scoring.py): rarer skills weigh more, stronger evidence
counts more. First come those where the skills shown carry 60 % of the weight, or just one is missing; then those with
some of them.
"""

import json
from dataclasses import dataclass

from django.db import connection

from marketplace.accounts.models import Block, Membership
from marketplace.skills.models import Level
from projects.matching.pool import COUNTED, GATE
from projects.matching.scoring import BELOW, STRENGTH
from projects.models import ASKED_PLACES, HiddenProject
from projects.search import statement

EACH = 12  # newest projects for each skill at a level and each place in the list
MOST = 500  # newest of them that are scored
PAGE = 20
SCALE = 1_000_000  # a score is a whole number of millionths; what fits has this much more

PLACE = (
    "(SELECT project_id, opened_at FROM projects_listing WHERE asked[{place}] = token"
    " ORDER BY opened_at DESC LIMIT %(each)s)"
)
FITTING = """
WITH mine AS MATERIALIZED (
    SELECT skill_id, level, shown_in,
           CASE strength WHEN 3 THEN %(completed)s WHEN 2 THEN %(assessed)s ELSE %(evidence)s END AS strength
    FROM skills_studentskill WHERE student_id = %(student)s
), near AS MATERIALIZED (
    SELECT DISTINCT one.project_id, one.opened_at
    FROM (SELECT skill_id * 8 + step AS token FROM mine CROSS JOIN generate_series(1, level) step) probe
    CROSS JOIN LATERAL ({places}) one ORDER BY opened_at DESC LIMIT %(most)s
), students AS (
    SELECT greatest(reltuples, %(counted)s)::float8 AS number FROM pg_class WHERE oid = 'accounts_student'::regclass
), weighed AS (
    SELECT near.project_id, near.opened_at, mine.level >= asked.token %% 8 AS shown,
           CASE WHEN mine.level >= asked.token %% 8 THEN mine.strength
                WHEN mine.level = asked.token %% 8 - 1 THEN mine.strength * %(below)s ELSE 0 END AS fit,
           ln(1 + (SELECT number FROM students) / (1 + coalesce(counts.students, %(counted)s / 2))) AS weight
    FROM near JOIN projects_listing l USING (project_id) CROSS JOIN LATERAL unnest(l.asked) asked (token)
    LEFT JOIN mine ON mine.skill_id = asked.token / 8 LEFT JOIN projects_skillcount counts
        ON counts.skill_id = asked.token / 8
    WHERE l.closes_at > %(at)s
      AND l.organization_id NOT IN (SELECT m.organization_id FROM {members} m WHERE m.user_id = %(user)s)
      AND l.organization_id NOT IN (SELECT b.organization_id FROM {blocks} b WHERE b.student_id = %(student)s)
      AND NOT EXISTS (SELECT FROM {hidden} h WHERE h.project_id = l.project_id AND h.student_id = %(student)s)
      AND NOT EXISTS (SELECT FROM {applications} a WHERE a.project_id = l.project_id AND a.student_id = %(student)s
                      AND a.status <> 'draft')
), scored AS (
    SELECT project_id, opened_at, round(%(scale)s * sum(weight * fit) / sum(weight))::bigint
           + CASE WHEN coalesce(sum(weight) FILTER (WHERE shown), 0) >= %(gate)s * sum(weight) - 1e-9
                    OR count(*) FILTER (WHERE shown) = count(*) - 1 THEN %(scale)s ELSE 0 END AS by
    FROM weighed GROUP BY project_id, opened_at
), page AS MATERIALIZED (
    SELECT row_number() OVER (ORDER BY by DESC, opened_at DESC, project_id DESC) AS number, project_id, by
    FROM scored ORDER BY by DESC, opened_at DESC, project_id DESC LIMIT %(size)s OFFSET %(skip)s
)
SELECT (SELECT count(*) FROM scored),
       (SELECT json_object_agg(skill_id, json_build_array(level, shown_in))::text FROM mine),
       page.by, page.project_id, {card}
FROM (SELECT) one LEFT JOIN page ON true LEFT JOIN projects_listing l ON l.project_id = page.project_id
ORDER BY page.number
"""


@dataclass(frozen=True)
class Fitting:
    """`rows`: of search.statement.Row, `by` a score in millionths; `total`: how many were scored."""

    rows: list
    total: int
    levels: dict  # {skill id: level} of what the student has shown
    shown_in: dict  # {skill id: the title of the evidence or project}
    next: int | None  # how many to skip for the next page


def fitting(student, *, at, size=PAGE, skip=0):
    """Fitting for this student; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_statement(student), _values(student, at, size, skip))
        rows = cursor.fetchall()
    total, mine = rows[0][0], json.loads(rows[0][1] or "{}")
    found = [statement.Row(row[2], row[3], json.loads(row[4]), *row[5:]) for row in rows if row[3] is not None]
    return Fitting(
        rows=found, total=total, levels={int(pk): level for pk, (level, _where) in mine.items()},
        shown_in={int(pk): where for pk, (_level, where) in mine.items()},
        next=skip + size if skip + size < total else None,
    )  # fmt: skip


def _statement(student):
    parts = statement.marks(student)
    tables = {"members": Membership, "blocks": Block, "hidden": HiddenProject}
    return FITTING.format(
        places=" UNION ALL ".join(PLACE.format(place=place) for place in ASKED_PLACES),
        card=statement.CARD.format(**parts), applications=parts["applications"],
        **{name: model._meta.db_table for name, model in tables.items()},
    )  # fmt: skip


def _values(student, at, size, skip):
    return {
        "student": student.pk, "user": student.user_id, "at": at, "size": size, "skip": skip, "each": EACH,
        "most": MOST, "below": BELOW, "evidence": STRENGTH[1], "assessed": STRENGTH[2], "completed": STRENGTH[3],
        "gate": GATE, "counted": COUNTED, "scale": SCALE, "live": statement.LIVE,
    }  # fmt: skip


def why(row, found):
    """(what the student has shown, in words, and [name] of what is missing), in the project's order."""
    shown, missing = [], []
    for pk, level, name in row.card["skills"]:
        if found.levels.get(pk, 0) >= level:
            where = found.shown_in[pk]
            words = f"{name} ({Level(found.levels[pk]).label}" + (f", {where})" if where else ")")
            shown.append(words)
        else:
            missing.append(name)
    return shown, missing
