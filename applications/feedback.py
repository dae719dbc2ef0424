"""What every applicant gets back: how their evidence was judged, how the shortlist's was, and what comes next."""

from dataclasses import dataclass
from statistics import median_low

from applications.models import Application, Shown
from applications.queries import competencies_of, levels_of
from projects.rubric import rubric_of

Status = Application.Status
UNANSWERED = (Status.WAITLISTED, Status.SUBMITTED, Status.WITHDRAWN)
LEAST_COMPARED = 2  # with one other person a median would be that person's level


@dataclass(frozen=True)
class Lesson:
    """One competency. `shortlist` is the (low) median of the others who were shortlisted, or None."""

    competency: object
    level: int
    shortlist: int | None
    showed: str  # the rubric's words for the level
    next_step: str  # and for the one above; empty at the top

    @property
    def word(self):
        return Shown(self.level).label

    @property
    def shortlist_word(self):
        return Shown(self.shortlist).label if self.shortlist is not None else ""

    @property
    def next_word(self):
        return Shown(self.level + 1).label if self.next_step else ""

    @property
    def in_words(self):
        """ "Developing (asked: Working; shortlist: Meets)": for e-mails."""
        compared = f"; shortlist: {self.shortlist_word}" if self.shortlist_word else ""
        return f"{self.word} (asked: {self.competency.get_level_display()}{compared})"


def lessons_of(application):
    """[Lesson] once an answer was given; nothing before, so that scores cannot be watched."""
    if application.status in UNANSWERED:
        return []
    levels = levels_of([application]).get(application.pk, {})
    compared = shortlist_medians(application) if levels else {}
    compared = compared if levels.keys() <= compared.keys() else {}
    found = []
    for competency in competencies_of(application.project):
        level = levels.get(competency.pk)
        if level is None:
            continue
        steps = [*rubric_of(competency), ""]
        found.append(Lesson(competency, level, compared.get(competency.pk), steps[level], steps[level + 1]))
    return found


def shortlist_medians(application):
    """{competency id: level} over the others who were ever shortlisted for this project, if they are enough."""
    others = Application.objects.filter(project=application.project_id, revealed_at__isnull=False)
    by_competency = {}
    for levels in levels_of(others.exclude(pk=application.pk)).values():
        for pk, level in levels.items():
            by_competency.setdefault(pk, []).append(level)
    return {pk: median_low(levels) for pk, levels in by_competency.items() if len(levels) >= LEAST_COMPARED}
