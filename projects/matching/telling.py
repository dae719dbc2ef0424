"""What fits each of those who are told: kept with the match, and told to the student."""

import json

from django.db import connection

from marketplace import prepared
from marketplace.accounts.models import User
from projects import notices
from projects.models import Match
from projects.reasons import reason_in_words, what_fits

# Who they are to be told, and what they have shown of the skills asked for.
KNOWN = """
SELECT s.id, u.id, u.time_zone, u.is_active,
       (SELECT json_object_agg(k.skill_id, json_build_array(k.level, k.shown_in)) FROM skills_studentskill k
        WHERE k.student_id = s.id AND k.skill_id = ANY (%(skills)s))::text
FROM accounts_student s JOIN accounts_user u ON u.id = s.user_id WHERE s.id = ANY (%(students)s)
"""


def explain(project, asked, ranked, at):
    """({student id: User}, [Match]) of [(student id, score)]: unsaved, each with what is shown and what is missing.

    The Users have what a notice needs, and read the rest only when they are asked for it.
    """
    people, held = {}, {}
    values = {"skills": [one.skill_id for one in asked], "students": [student_id for student_id, _score in ranked]}
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


def tell(project, people, matches, at, *, is_invite=False):
    """Notify everybody of the matches in one statement, each with their own reason. `people`: {student id: User}."""
    why = {people[match.student_id]: reason_in_words(match.shown, match.missing) for match in matches}
    notices.match_found(project, why, at=at, is_invite=is_invite)
