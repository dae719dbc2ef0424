"""Rows that repeat others so that reading is fast: candidates of matching. Triggers keep them right as others change.

`rebuild` writes them all anew (after a bulk load that went past the triggers), `differences` compares them with the
truth: a difference means a trigger is missing.
"""

import logging
from random import randint

from django.db import connection, transaction

log = logging.getLogger(__name__)

BATCH = 10_000  # students at a time
ALL = "SELECT id FROM accounts_student WHERE id > %s ORDER BY id LIMIT %s"
SOME = "SELECT id FROM accounts_student WHERE id >= %s ORDER BY id LIMIT %s"
LAST = "SELECT coalesce(max(id), 0) FROM accounts_student"
DIFFERENCES = """
SELECT coalesce(c.student_id, t.student_id) FROM (SELECT * FROM projects_candidate WHERE student_id = ANY (%(ids)s)) c
FULL JOIN projects_candidates_of(%(ids)s) t USING (student_id)
WHERE (c.tokens, c.may_be_told, c.is_newcomer) IS DISTINCT FROM (t.tokens, t.may_be_told, t.is_newcomer)
ORDER BY 1
"""
COUNT = """
WITH counted AS (
    SELECT skill_id, count(*) AS students FROM skills_studentskill GROUP BY skill_id HAVING count(*) >= %(from)s
), gone AS (
    DELETE FROM projects_skillcount WHERE skill_id NOT IN (SELECT skill_id FROM counted)
)
INSERT INTO projects_skillcount (skill_id, students) SELECT skill_id, students FROM counted
ON CONFLICT (skill_id) DO UPDATE SET students = excluded.students
"""


def students_in_batches():
    """Lists of ids, all students once."""
    last = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(ALL, [last, BATCH])
            ids = [pk for (pk,) in cursor]
        if not ids:
            return
        yield ids
        last = ids[-1]


def rebuild(ids):
    """Write the candidates of these students anew."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT projects_refresh_candidates(%s)", [ids])


def differences(ids):
    """Ids among these students whose candidate is not what it should be."""
    with connection.cursor() as cursor:
        cursor.execute(DIFFERENCES, {"ids": ids})
        return [pk for (pk,) in cursor]


def check(*, at_most):
    """Compare a run of students that begins anywhere; what differs is logged and put right. Returns those ids."""
    with connection.cursor() as cursor:
        cursor.execute(LAST)
        cursor.execute(SOME, [randint(0, cursor.fetchone()[0]), at_most])  # noqa: S311 - which sample is no secret
        wrong = differences([pk for (pk,) in cursor])
    if wrong:
        log.error("candidates that differ from what they repeat, now put right: %s", wrong)
        rebuild(wrong)
    return wrong


def count_students(at_least):
    """Note how many students have shown each skill that so many have shown."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"from": at_least})
