"""The counts behind the fairness report: two statements over one quarter, whatever the number of people.

What comes back may be about one person: `fairness` decides what leaves the process, and nothing else is kept.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db import connection

from applications.fairness import Funnel
from marketplace.accounts.models import SelfDescription

STAGES = ("submitted", "shortlisted", "offered", "accepted")
NOBODY = Funnel((0,) * 4, (0,) * 4, (0,) * 4)

# One row per person and question, and one more for everybody. The names come from the model, not from a request.
ANSWERS = "(VALUES ('', ''), {}) AS said (question, answer)".format(
    ", ".join(f"('{question}', coalesce(d.{question}, ''))" for question in SelfDescription.QUESTIONS)
)

# Nobody decided on an application that was withdrawn before, or whose project was cancelled: it is no trial.
# The first answer is the shortlist or the refusal, whichever came first.
SELECTION = f"""
WITH sent AS (
    SELECT a.student_id,
           a.revealed_at IS NOT NULL AS shortlisted,
           a.offered_at IS NOT NULL AS offered,
           a.status = 'accepted' AS accepted,
           extract(epoch FROM least(a.revealed_at, a.decided_at) - a.submitted_at)::float8 / 86400 AS days
    FROM applications_application a
    WHERE a.submitted_at >= %(start)s AND a.submitted_at < %(end)s
      AND a.reason <> 'cancelled' AND NOT (a.status = 'withdrawn' AND a.revealed_at IS NULL)
)
SELECT said.question, said.answer,
       count(*),
       count(*) FILTER (WHERE shortlisted),
       count(*) FILTER (WHERE offered),
       count(*) FILTER (WHERE accepted),
       count(DISTINCT sent.student_id),
       count(DISTINCT sent.student_id) FILTER (WHERE shortlisted),
       count(DISTINCT sent.student_id) FILTER (WHERE offered),
       count(DISTINCT sent.student_id) FILTER (WHERE accepted),
       count(DISTINCT sent.student_id) FILTER (WHERE NOT shortlisted),
       count(DISTINCT sent.student_id) FILTER (WHERE shortlisted AND NOT offered),
       count(DISTINCT sent.student_id) FILTER (WHERE offered AND NOT accepted),
       count(DISTINCT sent.student_id) FILTER (WHERE days IS NOT NULL),
       percentile_cont(0.5) WITHIN GROUP (ORDER BY days),
       percentile_cont(0.9) WITHIN GROUP (ORDER BY days)
FROM sent
LEFT JOIN accounts_selfdescription d ON d.student_id = sent.student_id
CROSS JOIN LATERAL {ANSWERS}
WHERE said.question = '' OR said.answer > ''
GROUP BY said.question, said.answer
"""  # noqa: S608

# Who could be told about a project: shows a skill, wants to be told, was here before the quarter ended.
EXPOSURE = f"""
WITH told AS (
    SELECT m.student_id, count(*) AS times
    FROM projects_match m WHERE m.matched_at >= %(start)s AND m.matched_at < %(end)s
    GROUP BY m.student_id
), population AS (
    SELECT s.id AS student_id, coalesce(told.times, 0) AS times
    FROM accounts_student s
    JOIN accounts_user u ON u.id = s.user_id
    LEFT JOIN told ON told.student_id = s.id
    WHERE s.created_at < %(end)s AND u.is_active
      AND (told.times IS NOT NULL OR s.wants_match_notices AND u.suspended_at IS NULL
           AND EXISTS (SELECT 1 FROM skills_studentskill k WHERE k.student_id = s.id))
)
SELECT said.question, said.answer, population.times, count(*)
FROM population
LEFT JOIN accounts_selfdescription d ON d.student_id = population.student_id
CROSS JOIN LATERAL {ANSWERS}
WHERE said.question = '' OR said.answer > ''
GROUP BY said.question, said.answer, population.times
"""  # noqa: S608


@dataclass
class Counts:
    """Of one group. `days` is (median, 90th percentile) to the first answer; `answered` the people who got one."""

    selection: Funnel = NOBODY
    answered: int = 0
    days: tuple = (None, None)
    told: dict = field(default_factory=dict)  # {match notices: students}

    @property
    def exposure(self):
        """Who could be told, and who was told at least once."""
        could, never = sum(self.told.values()), self.told.get(0, 0)
        return Funnel((could, could - never), (could, could - never), (0, never))


def counts_of(quarter):
    """{(question, answer): Counts} of what was answered; ("", "") is everybody, whoever said nothing included."""
    found = defaultdict(Counts)
    values = {"start": quarter.starts_at, "end": quarter.ends_at}
    with connection.cursor() as cursor:
        cursor.execute(SELECTION, values)
        for question, answer, *numbers in cursor.fetchall():
            counts = found[question, answer]
            units, people, stopped = numbers[:4], numbers[4:8], [0, *numbers[8:11]]
            counts.selection = Funnel(tuple(units), tuple(people), tuple(stopped))
            counts.answered, *days = numbers[11:]
            counts.days = tuple(days)
        cursor.execute(EXPOSURE, values)
        for question, answer, times, students in cursor.fetchall():
            found[question, answer].told[times] = students
    return found
