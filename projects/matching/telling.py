"""What fits in words: kept with the match, and told to the student."""

from collections import defaultdict

from marketplace.accounts.models import Student
from marketplace.skills.models import Level, StudentSkill
from projects import notices
from projects.models import Match


def explain(project, ranked, at):
    """Match rows of [(student id, score)], each with what the student has shown and what is missing."""
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


def tell(project, matches, at, *, is_invite=False):
    """Notify everybody of the matches in one statement, each with their own reason."""
    students = Student.objects.select_related("user").in_bulk([match.student_id for match in matches])
    why = {students[match.student_id].user: reason_in_words(match.shown, match.missing) for match in matches}
    notices.match_found(project, why, at=at, is_invite=is_invite)


def reason_in_words(shown, missing):
    """ "You have shown SQL and Data cleaning." or "You have shown 2 of 3: SQL and Python. Missing: Tableau." """
    names = [name for name, _level, _where in shown]
    if not missing:
        return f"You have shown {listed(names)}."
    return f"You have shown {len(names)} of {len(names) + len(missing)}: {listed(names)}. Missing: {listed(missing)}."


def listed(names):
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
