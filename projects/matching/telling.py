"""What fits each of those who are told: kept with the match, and told to the student.

Two projects that open at the same time choose the same students, neither seeing whom the other tells. So each student
is held until the end of the transaction, and the notices of the week are counted once more where the match is written.
"""

import json

from django.conf import settings
from django.db import connection

from marketplace import prepared
from marketplace.accounts.models import User
from projects import notices
from projects.matching.scoring import WEEK
from projects.models import Match
from projects.reasons import reason_in_words, what_fits

# One lock for each student, kept until the transaction ends, taken in the order given. A row lock of the student would
# wait for whoever edits a profile or evidence.
HOLD = "SELECT pg_advisory_xact_lock(7313, (id %% 2147483648)::int) FROM unnest(%(students)s) AS id"
# Who they are to be told, and what they have shown of the skills asked for; from then on they are held.
KNOWN = """
WITH held AS MATERIALIZED (HOLD)
SELECT s.id, u.id, u.time_zone, u.is_active,
       (SELECT json_object_agg(k.skill_id, json_build_array(k.level, k.shown_in)) FROM skills_studentskill k
        WHERE k.student_id = s.id AND k.skill_id = ANY (%(skills)s))::text
FROM accounts_student s JOIN accounts_user u ON u.id = s.user_id
WHERE s.id = ANY (%(students)s) AND (SELECT count(*) FROM held) > 0
""".replace("HOLD", HOLD)
# In a statement after that of the lock, as it sees what was committed while that waited.
WRITE = """
INSERT INTO projects_match (project_id, matched_at, student_id, score, shown, missing)
SELECT %(project)s, %(at)s, one.*
FROM unnest(%(students)s::bigint[], %(scores)s::float8[], %(shown)s::jsonb[], %(missing)s::jsonb[])
     AS one (student_id, score, shown, missing)
WHERE (SELECT count(*) FROM projects_match m WHERE m.student_id = one.student_id AND m.matched_at > %(week)s) < %(most)s
RETURNING student_id, id
"""
WRITE_TYPES = (
    "project bigint, at timestamptz, students bigint[], scores float8[], shown text[], missing text[],"
    " week timestamptz, most bigint"
)


def explain(project, asked, ranked, at):
    """({student id: User}, [Match]) of [(student id, score)]: unsaved, each with what is shown and what is missing.

    The Users have what a notice needs, and read the rest only when they are asked for it.
    """
    people, held = {}, {}
    students = sorted(student_id for student_id, _score in ranked)
    values = {"skills": [one.skill_id for one in asked], "students": students}
    with connection.cursor() as cursor:
        prepared.execute(cursor, KNOWN, "skills bigint[], students bigint[]", values)
        for student_id, *person, known in cursor:
            people[student_id] = User.from_db(connection.alias, ["id", "time_zone", "is_active"], person)
            held[student_id] = {int(pk): shown for pk, shown in json.loads(known or "{}").items()}
    wanted = [(one.skill_id, one.level, one.name) for one in asked]
    matches = [
        Match(project=project, student_id=student_id, score=score, matched_at=at, **what_fits(wanted, held[student_id]))
        for student_id, score in ranked
        if student_id in people
    ]
    return people, matches


def keep(project, matches, at):
    """Write those of these Matches, of students who are held, who have not had enough this week. Returns them."""
    values = {
        "project": project.pk, "at": at, "students": [match.student_id for match in matches],
        "scores": [match.score for match in matches], "shown": [json.dumps(match.shown) for match in matches],
        "missing": [json.dumps(match.missing) for match in matches], "week": at - WEEK,
        "most": settings.MATCH_NOTICES_PER_WEEK,
    }  # fmt: skip
    with connection.cursor() as cursor:
        prepared.execute(cursor, WRITE, WRITE_TYPES, values)
        keys = dict(cursor.fetchall())
    kept = [match for match in matches if match.student_id in keys]
    for match in kept:
        match.pk = keys[match.student_id]
    return kept


def hold(student_id):
    """Until the transaction ends nobody else writes matches of this student. Call it after locking projects."""
    with connection.cursor() as cursor:
        cursor.execute(HOLD, {"students": [student_id]})


def tell(project, people, matches, at, *, is_invite=False):
    """Notify everybody of the matches in one statement, each with their own reason. `people`: {student id: User}."""
    why = {people[match.student_id]: reason_in_words(match.shown, match.missing) for match in matches}
    notices.match_found(project, why, at=at, is_invite=is_invite)
