"""Which students are told about a project, and why. Rules set by people; nobody is rejected by them.

score = Σ weight × level fit × strength over Σ weight, where the weight of a skill is its IDF among students: a rare
skill says more than a common one. The gate: the skills shown at the level asked for carry at least 60 % of the weight.
One statement ranks all students; nothing here asks the database once per student.
"""

from collections import defaultdict

from django.conf import settings
from django.db import connection, transaction

from marketplace.accounts.models import Student
from marketplace.activity.actions import record
from marketplace.db import lock
from marketplace.skills.models import Level, StudentSkill
from projects import notices
from projects.models import Match, Project

GATE = 0.6  # of the weight, shown at the level asked for
BELOW = 0.5  # the fit of a skill shown one level below
STRENGTH = {1: 0.6, 2: 0.85, 3: 1.0}  # unassessed evidence, assessed evidence, completed project here

# The table of applications belongs to an app above this one: whoever has applied needs no notice.
RANK = """
WITH asked AS (
    SELECT c.skill_id, c.level,
           ln(1 + (SELECT count(*) FROM accounts_student)::float8
                / (1 + (SELECT count(*) FROM skills_studentskill known WHERE known.skill_id = c.skill_id))) AS weight
    FROM projects_competency c WHERE c.project_id = %(project)s
), scored AS (
    SELECT shown.student_id,
           sum(asked.weight) FILTER (WHERE shown.level >= asked.level) AS covered,
           sum(asked.weight * CASE WHEN shown.level >= asked.level THEN 1 ELSE %(below)s END
               * CASE shown.strength WHEN 3 THEN %(completed)s WHEN 2 THEN %(assessed)s ELSE %(evidence)s END)
               FILTER (WHERE shown.level >= asked.level - 1) AS points
    FROM skills_studentskill shown JOIN asked ON asked.skill_id = shown.skill_id
    GROUP BY shown.student_id
)
SELECT scored.student_id, round((scored.points / total.weight)::numeric, 6)::float8 AS score
FROM scored
CROSS JOIN (SELECT sum(weight) AS weight FROM asked) total
JOIN accounts_student student ON student.id = scored.student_id
JOIN accounts_user person ON person.id = student.user_id
WHERE scored.covered / total.weight >= %(gate)s - 1e-9
  AND student.wants_match_notices AND student.availability <> 'busy'
  AND person.is_active AND person.suspended_at IS NULL
  AND NOT EXISTS (SELECT 1 FROM accounts_membership m
                  WHERE m.user_id = person.id AND m.organization_id = %(organization)s)
  AND NOT EXISTS (SELECT 1 FROM accounts_block b
                  WHERE b.student_id = student.id AND b.organization_id = %(organization)s)
  AND NOT EXISTS (SELECT 1 FROM projects_match m WHERE m.student_id = student.id AND m.project_id = %(project)s)
  AND NOT EXISTS (SELECT 1 FROM applications_application a
                  WHERE a.student_id = student.id AND a.project_id = %(project)s)
ORDER BY score DESC, md5(%(code)s || student.id::text)
LIMIT %(places)s
"""


@transaction.atomic
def match_project(project, at):
    """Write the matches of an open project with their notifications, and mark it matched, in one transaction.

    A project that takes no applications or is matched already is left alone. Returns the new matches.
    """
    project = lock(Project, project.pk)
    if not project.accepts_applications(at) or project.matched_at is not None:
        return []
    ranked = rank_students(project)
    matches = Match.objects.bulk_create(explain(project, ranked, at))
    tell(project, matches, at)
    project.matched_at = at
    project.save(update_fields=["matched_at"])
    record("project.matched", actor=None, subject=project, at=at, students=len(matches))
    return matches


def rank_students(project):
    """[(student id, score 0–1)], best first, at most as many as may still be told about this project."""
    free = settings.MATCH_NOTICES_PER_PLACE * project.places - project.matches.count()
    if free <= 0:
        return []
    values = {
        "project": project.pk, "organization": project.organization_id, "code": project.code, "places": free,
        "gate": GATE, "below": BELOW, "evidence": STRENGTH[1], "assessed": STRENGTH[2], "completed": STRENGTH[3],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(RANK, values)
        return cursor.fetchall()


def explain(project, ranked, at):
    """Match rows, each with what the student has shown and what is missing."""
    competencies = list(project.competencies.select_related("skill").order_by("position"))
    known = StudentSkill.objects.filter(
        student__in=[student_id for student_id, _ in ranked], skill__in=[row.skill_id for row in competencies]
    )
    by_student = defaultdict(dict)
    for row in known:
        by_student[row.student_id][row.skill_id] = row
    return [
        Match(project=project, student_id=student_id, score=score, matched_at=at,
              **what_fits(competencies, by_student[student_id]))
        for student_id, score in ranked
    ]  # fmt: skip


def what_fits(competencies, known):
    """{shown: [[skill, level word, shown in]], missing: [skill]} of one student, in the project's order."""
    shown, missing = [], []
    for competency in competencies:
        row = known.get(competency.skill_id)
        if row is not None and row.level >= competency.level:
            shown.append([competency.skill.name, Level(row.level).label, row.shown_in])
        else:
            missing.append(competency.skill.name)
    return {"shown": shown, "missing": missing}


def tell(project, matches, at):
    """Notify, grouped by reason: as many statements as there are different reasons, however many students."""
    students = Student.objects.select_related("user").in_bulk([match.student_id for match in matches])
    by_reason = defaultdict(list)
    for match in matches:
        by_reason[reason_in_words(match.shown, match.missing)].append(students[match.student_id].user)
    for why, recipients in by_reason.items():
        notices.match_found(project, recipients, why=why, at=at)


def reason_in_words(shown, missing):
    """ "You have shown SQL and Data cleaning." or "You have shown 2 of 3: SQL and Python. Missing: Tableau." """
    names = [name for name, _level, _where in shown]
    if not missing:
        return f"You have shown {listed(names)}."
    return f"You have shown {len(names)} of {len(names) + len(missing)}: {listed(names)}. Missing: {listed(missing)}."


def listed(names):
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
