"""The students who have shown most of what a project asks for, without looking at everybody.

Every set of skills that carries enough weight is a question to an inverted index. Where few students are expected, one
statement asks for all sets and sorts; where many are, "who has shown exactly these of them?" is asked by falling weight
until enough are found. Both are exact. Among equals the order is a circle of all students, entered where the project's
code says, so that over many projects nobody is nearer to the front than another.
"""

import json
import zlib
from itertools import combinations
from math import prod
from typing import NamedTuple

from django.db import connection

from marketplace import prepared

GATE = 0.6  # of the weight, shown at the level asked for
COUNTED = 1_000  # students; more than that are counted by `count_students` now and then
FEW = 4_000  # students; so many are sorted sooner than the index is asked again and again
TOKEN = 8  # a skill at a level is the integer skill × 8 + level


class Asked(NamedTuple):
    """One competency. `weight`: the IDF of its skill among students, in nats; `share`: of the students `of` all."""

    skill_id: int
    level: int
    weight: float
    share: float
    of: float
    name: str

    @property
    def token(self):
        return self.skill_id * TOKEN + self.level


ASKED = """
WITH everybody AS MATERIALIZED (
    SELECT CASE WHEN reltuples >= %(counted)s THEN reltuples
           ELSE (SELECT count(*) FROM (SELECT 1 FROM accounts_student LIMIT %(counted)s) few) END::float8 AS n
    FROM pg_class WHERE oid = 'accounts_student'::regclass
)
SELECT c.skill_id, c.level, ln(1 + everybody.n / (1 + coalesce(many.students, few.n))) AS weight,
       least(coalesce(many.students, few.n) / greatest(everybody.n, 1), 1) AS share, everybody.n, s.name
FROM projects_competency c JOIN skills_skill s ON s.id = c.skill_id CROSS JOIN everybody
LEFT JOIN projects_skillcount many ON many.skill_id = c.skill_id
CROSS JOIN LATERAL (
    SELECT count(*) AS n FROM (SELECT 1 FROM skills_studentskill k WHERE k.skill_id = c.skill_id
                               LIMIT CASE WHEN many.students IS NULL THEN %(counted)s ELSE 0 END) few
) few
WHERE c.project_id = %(project)s ORDER BY c.position
"""

# The names of two tables belong to apps above this one: whoever has applied needs no notice.
BEFORE = """
SELECT (SELECT json_agg(json_build_array(a.skill_id, a.level, a.weight, a.share, a.n, a.name)) FROM (ASKED) a)::text,
ARRAY(
    SELECT student_id FROM projects_match WHERE project_id = %(project)s
    UNION ALL SELECT student_id FROM applications_application WHERE project_id = %(project)s
    UNION ALL SELECT student_id FROM projects_hiddenproject WHERE project_id = %(project)s
    UNION ALL SELECT student_id FROM accounts_block WHERE organization_id = %(organization)s
    UNION ALL SELECT s.id FROM accounts_membership m JOIN accounts_student s ON s.user_id = m.user_id
              WHERE m.organization_id = %(organization)s
), (SELECT (min(student_id) + %(entry)s * (max(student_id) - min(student_id)))::bigint FROM projects_candidate),
(SELECT count(*) FROM projects_match m JOIN projects_project p ON p.id = m.project_id
 WHERE p.id = %(project)s AND (p.matched_at IS NULL OR m.matched_at = p.matched_at OR m.matched_at IN (
     SELECT at FROM projects_inviteround WHERE project_id = %(project)s))),
(SELECT count(*) FROM projects_inviteround WHERE project_id = %(project)s)
""".replace("ASKED", ASKED)

# pg_catalog: the extension intarray would replace these operators by its own, which the index does not serve.
SIDE = """
(SELECT student_id FROM projects_candidate
 WHERE may_be_told AND tokens OPERATOR(pg_catalog.@>) %(has)s::int[] AND student_id {side} %(start)s
   AND NOT tokens OPERATOR(pg_catalog.&&) %(lacks)s::int[] AND student_id <> ALL (%(excluded)s)
 ORDER BY student_id LIMIT %(at_most)s)
"""
EXACTLY = f"{SIDE.format(side='>=')} UNION ALL {SIDE.format(side='<')} LIMIT %(at_most)s"
HEAVIEST = """
SELECT student_id FROM projects_candidate
WHERE may_be_told AND ({any}) AND student_id <> ALL (%(excluded)s)
ORDER BY (SELECT sum(weight) FROM unnest(%(asked)s::int[], %(weights)s::float8[]) a (token, weight)
          WHERE token = ANY (tokens)) DESC, student_id < %(start)s, student_id
LIMIT %(at_most)s
"""
FITTING = (
    "SELECT count(*) FROM (SELECT 1 FROM projects_candidate WHERE may_be_told AND ({any}) LIMIT %(at_most)s) found"
)


def asked_of(project):
    """[Asked] of the project, in its order."""
    with connection.cursor() as cursor:
        prepared.execute(cursor, ASKED, "project bigint, counted int", {"project": project.pk, "counted": COUNTED})
        return [Asked(*row) for row in cursor.fetchall()]


def enough(asked):
    """The sets of competencies that reach the gate, heaviest first."""
    total = weight_of(asked)
    sets = [some for size in range(len(asked), 0, -1) for some in combinations(asked, size)]
    reaching = [some for some in sets if weight_of(some) >= GATE * total - 1e-9]
    return sorted(reaching, key=weight_of, reverse=True)


def weight_of(some):
    return sum(one.weight for one in some)


def smallest(sets):
    """Those that need no skill more than another: who has shown any of `sets` has shown one of these."""
    return [some for some in sets if not any(set(other) < set(some) for other in sets)]


def expected(sets):
    """About how many students have shown one of `sets`, as if skills were spread independently."""
    return sum(some[0].of * prod(one.share for one in some) for some in smallest(sets))


class Before(NamedTuple):
    """What a match begins with: the competencies asked for; ids of whom not to tell; where the circle of students is
    entered; how many were told when it opened and by invites, not by evidence they added; rounds of invites."""

    asked: list
    excluded: list
    start: int
    told: int
    rounds: int


def before(project):
    values = {
        "project": project.pk, "organization": project.organization_id, "counted": COUNTED,
        "entry": zlib.crc32(project.code.encode()) / 2**32,
    }  # fmt: skip
    types = "project bigint, organization bigint, counted int, entry float8"
    with connection.cursor() as cursor:
        prepared.execute(cursor, BEFORE, types, values)
        asked, *others = cursor.fetchone()
    return Before([Asked(*row) for row in json.loads(asked or "[]")], *others)


def find(so_far, *, at_most):
    """Ids of students above the gate who may be told of the project of this Before: who covers the most comes first."""
    asked = so_far.asked
    found, sets = [], enough(asked)
    with connection.cursor() as cursor:
        while sets and len(found) < at_most:
            values = {"excluded": [*so_far.excluded, *found], "start": so_far.start, "at_most": at_most - len(found)}
            if expected(sets) < FEW:
                statement, more = HEAVIEST.format(any=any_of(sets)), of_all(asked, sets)
                sets = []
            else:
                has, *sets = sets
                statement, more = EXACTLY, of_one(asked, has)
            cursor.execute(statement, values | more)
            found += [pk for (pk,) in cursor]
    return found


def of_one(asked, has):
    return {"has": [one.token for one in has], "lacks": [one.token for one in asked if one not in has]}


def of_all(asked, sets):
    return {"asked": [one.token for one in asked], "weights": [one.weight for one in asked], **numbered(sets)}


def any_of(sets):
    """SQL: has shown any of these sets."""
    tests = [f"tokens OPERATOR(pg_catalog.@>) %(set_{number})s::int[]" for number in range(len(smallest(sets)))]
    return " OR ".join(tests) or "false"


def numbered(sets):
    return {f"set_{number}": [one.token for one in some] for number, some in enumerate(smallest(sets))}


def count_fitting(asked, *, at_most):
    """How many students above the gate could be told, counted up to `at_most`."""
    sets = enough(asked)
    with connection.cursor() as cursor:
        cursor.execute(FITTING.format(any=any_of(sets)), {"at_most": at_most, **numbered(sets)})
        return cursor.fetchone()[0]
