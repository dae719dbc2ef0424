"""The parts of an application as a task list: what is done, what is next, what is missing."""

from dataclasses import dataclass

from django.urls import reverse

from applications.ai import problem_with
from applications.models import Application
from applications.queries import competencies_of


@dataclass(frozen=True)
class Part:
    """One page of the flow. `state` is a word of the task component: done, todo, error or blocked."""

    name: str
    title: str
    url: str
    state: str
    hint: str = ""
    competency: object = None


def parts_of(application, competencies=None):
    """Evidence for each competency, then the plan; in the order of the flow."""
    competencies = competencies_of(application.project) if competencies is None else competencies
    answers = {answer.competency_id: answer for answer in application.answers.all()}
    code = application.code
    parts = []
    for number, competency in enumerate(competencies, 1):
        answer = answers.get(competency.pk)
        problem = problem_with(answer, competency) if answer else ""
        hint = problem or (answer.title if answer else competency.evidence_asked)
        url = reverse("applications:answer", args=[code, number])
        state = "error" if problem else "done" if answer else "todo"
        parts.append(Part(f"evidence-{number}", str(competency.skill), url, state, hint, competency))
    state = {True: "done", False: "error", None: "todo"}[application.is_available]
    if state == "done" and not application.approach:
        state = "todo"
    hint = "Only applications that can keep the dates are sent." if state == "error" else ""
    return [*parts, Part("plan", "Your approach and time", reverse("applications:plan", args=[code]), state, hint)]


def missing_parts(application):
    """What is still to be done before it can be sent, in words."""
    parts = [part for part in parts_of(application) if part.competency and part.state != "done"]
    fitting = {"error": " that fits its rule about AI"}
    missing = [f"evidence for {part.competency.skill}{fitting.get(part.state, '')}" for part in parts]
    dates = "that you can keep the dates" if application.is_available is False else "your answer about the dates"
    plan = {"your approach": application.approach, dates: application.is_available}
    return missing + [words for words, given in plan.items() if not given]


def first_url(application, library):
    """Where an application begins: one page for all evidence where any in the library fits, else the first part."""
    wanted = {competency.skill_id for competency in competencies_of(application.project)}
    fits = any(row.skill_id in wanted for evidence in library for row in evidence.evidence_skills.all())
    if fits and not application.answers.all():
        return reverse("applications:choose", args=[application.code])
    return next_url(application)


def next_url(application, after=None):
    """Where Continue leads: the first unfinished part behind `after`, then any unfinished one, then the check."""
    parts = parts_of(application)
    names = [part.name for part in parts]
    start = names.index(after) + 1 if after in names else 0
    for part in [*parts[start:], *parts[:start]]:
        if part.state == "todo" or (part.competency and part.state == "error"):
            return part.url
    name = "check" if application.status == Application.Status.DRAFT else "detail"
    return reverse(f"applications:{name}", args=[application.code])
