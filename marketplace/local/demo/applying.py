"""Who applies to what, and how their evidence is judged."""

from datetime import timedelta

from applications.actions import (
    answer_competency,
    decline_application,
    make_offer,
    save_plan,
    score,
    shortlist,
    start_application,
    submit_application,
)
from applications.actions.applying import check_limits
from applications.ai import problem_with
from applications.models import Application, Evidence, Shown
from marketplace.errors import LimitReached


class Pool:
    """The students with their evidence, read once: finds who fits a project best."""

    def __init__(self, students, dice):
        self.students, self.dice = students, dice
        self.library = {student.pk: [] for student in students}
        rows = Evidence.objects.filter(student__in=students).prefetch_related("evidence_skills").order_by("pk")
        for evidence in rows:
            levels = {row.skill_id: row.level for row in evidence.evidence_skills.all()}
            self.library[evidence.student_id].append((evidence, levels))

    def level(self, student, skill_id):
        """The highest level the student has evidence for; 0 without any."""
        return max((levels.get(skill_id, 0) for _, levels in self.library[student.pk]), default=0)

    def fit(self, student, competencies):
        """0–1: how much of what the project asks for this student can show."""
        shown = sum(min(self.level(student, row.skill_id), row.level) / row.level for row in competencies)
        return shown / len(competencies)

    def best_evidence(self, student, competency):
        """The item that shows the skill best, else the newest one, made without AI where the project wants that."""
        items = [item for item in self.library[student.pk] if not problem_with(item[0], competency)]
        return max(items, key=lambda item: (item[1].get(competency.skill_id, 0), item[0].pk))[0]

    def applicants(self, competencies, count, *, first=()):
        """`count` students: those in `first`, then by fit with a little chance, as in life."""
        others = [student for student in self.students if student not in first and self.library[student.pk]]
        others.sort(key=lambda student: -(self.fit(student, competencies) + self.dice.random() * 0.35))
        return [*first, *others][:count]


def apply(project, student, pool, *, approach, at):
    """One application, sent at `at`; None where a limit says no."""
    by = student.user
    started = at - timedelta(minutes=50)
    try:
        check_limits(project, student, at)
    except LimitReached:
        return None
    application = start_application(project=project, by=by, at=started)
    for competency in project.competencies.order_by("position"):
        evidence = pool.best_evidence(student, competency)
        answer_competency(application=application, competency=competency, evidence=evidence, by=by, at=started)
    save_plan(application=application, approach=approach, is_available=True, by=by, at=started)
    return submit_application(application=application, by=by, at=at)


def judge(application, pool, *, assessor, judgments, at, dice, sees=lambda position, level: level):
    """Score every competency from what the student can really show, as `sees` has it; returns the sum of the levels."""
    total = 0
    shown = judgments["shown"]
    field = application.project.field.slug
    for competency in application.project.competencies.order_by("position"):
        gap = pool.level(application.student, competency.skill_id) - competency.level
        level = Shown.EXCEEDS if gap > 0 else Shown.MEETS if gap == 0 else Shown.DEVELOPING
        if gap < 0 and pool.level(application.student, competency.skill_id) == 0:
            level = Shown.NOT_SHOWN
        level = Shown(sees(competency.position, level))
        words = [row["text"] for row in shown if row["level"] == level and row["field"] in (field, "any")]
        score(
            application=application, competency=competency, level=level, justification=dice.choice(words),
            by=assessor, at=at,
        )  # fmt: skip
        total += level
    return total


def colleague(position, level):
    """How a second assessor sees it: far stricter about the first competency, kinder about beginners in the second."""
    if position == 0:
        return max(level - 2, Shown.NOT_SHOWN)
    return Shown.MEETS if position == 1 and level == Shown.DEVELOPING else level


def choose(applications, winner, *, by, at, judgments, dice, runners_up=1):
    """Shortlist the winner and some others, decline the rest with a reason and sometimes a note."""
    ranked = sorted((one for one in applications if one != winner), key=lambda one: (-one.total, one.pk))
    for application in [winner, *ranked[:runners_up]]:
        shortlist(application=application, by=by, at=at)
    for application in ranked[runners_up:]:
        poor = application.total < 2 * application.project.competencies.count()
        reason = Application.Reason.EVIDENCE if poor else Application.Reason.STRONGER
        notes = judgments["feedback"].get(reason.value, [""])
        decline_application(application=application, reason=reason, feedback=dice.choice([*notes, ""]), by=by, at=at)


def offer(application, *, by, note, at):
    return make_offer(application=application, by=by, at=at, note=note)
