"""How well each student of the pool fits, and how often they were told lately."""

from datetime import timedelta
from typing import NamedTuple

from django.db import connection

from marketplace import prepared

BELOW = 0.5  # the fit of a skill shown one level below
STRENGTH = {1: 0.6, 2: 0.85, 3: 1.0}  # unassessed evidence, assessed evidence, completed project here
# What evidence is worth, in SQL with `strength` in scope; its values and their types.
WORTH = "CASE strength WHEN 3 THEN %(completed)s WHEN 2 THEN %(assessed)s ELSE %(evidence)s END"
WORTHS = {"evidence": STRENGTH[1], "assessed": STRENGTH[2], "completed": STRENGTH[3]}
WORTH_TYPES = "evidence float8, assessed float8, completed float8"
MONTH, WEEK = timedelta(days=30), timedelta(days=7)


class Scored(NamedTuple):
    """`score` from 0 to 1; `month` and `week`: projects told about in the last 30 and 7 days."""

    student_id: int
    score: float
    is_newcomer: bool
    month: int
    week: int


SCORE = """
WITH asked AS (
    SELECT * FROM unnest(%(skills)s::bigint[], %(levels)s::int[], %(weights)s::float8[]) a (skill_id, level, weight)
), scored AS (
    SELECT k.student_id, sum(asked.weight * CASE WHEN k.level >= asked.level THEN 1 ELSE %(below)s END
               * WORTH) AS points
    FROM skills_studentskill k JOIN asked ON asked.skill_id = k.skill_id AND k.level >= asked.level - 1
    WHERE k.student_id = ANY (%(pool)s) GROUP BY k.student_id
), told AS (
    SELECT student_id, count(*) AS month, count(*) FILTER (WHERE matched_at > %(week)s) AS week
    FROM projects_match WHERE student_id = ANY (%(pool)s) AND matched_at > %(month)s GROUP BY student_id
)
SELECT c.student_id, round((scored.points / %(total)s)::numeric, 6)::float8, c.is_newcomer,
       coalesce(told.month, 0), coalesce(told.week, 0)
FROM scored JOIN projects_candidate c USING (student_id) LEFT JOIN told USING (student_id)
""".replace("WORTH", WORTH)
TYPES = (
    "skills bigint[], levels int[], weights float8[], total float8, pool bigint[], below float8, month timestamptz,"
    f" week timestamptz, {WORTH_TYPES}"
)


def score(asked, pool, at):
    """[Scored] of these students, in their order."""
    if not pool:
        return []
    values = {
        "skills": [one.skill_id for one in asked], "levels": [one.level for one in asked],
        "weights": [one.weight for one in asked], "total": sum(one.weight for one in asked), "pool": pool,
        "below": BELOW, "month": at - MONTH, "week": at - WEEK, **WORTHS,
    }  # fmt: skip
    with connection.cursor() as cursor:
        prepared.execute(cursor, SCORE, TYPES, values)
        found = {row[0]: Scored(*row) for row in cursor.fetchall()}
    return [found[pk] for pk in pool if pk in found]
