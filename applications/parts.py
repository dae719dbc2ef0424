"""The parts of an application as a task list: what is done, what is next, what is missing."""

from dataclasses import dataclass

from django.urls import reverse

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
    """Evidence for each competency, the approach, the availability; in the order of the flow."""
    competencies = competencies_of(application.project) if competencies is None else competencies
    answers = {answer.competency_id: answer for answer in application.answers.all()}
    code = application.code
    parts = []
    for number, competency in enumerate(competencies, 1):
        answer = answers.get(competency.pk)
        hint = answer.title if answer else competency.evidence_asked
        url = reverse("applications:answer", args=[code, number])
        state = "done" if answer else "todo"
        parts.append(Part(f"evidence-{number}", str(competency.skill), url, state, hint, competency))
    state = "done" if application.approach else "todo"
    parts.append(Part("approach", "Your approach", reverse("applications:approach", args=[code]), state))
    state = {True: "done", False: "error", None: "todo"}[application.is_available]
    hint = "Only applications that can keep the dates are sent." if state == "error" else ""
    url = reverse("applications:availability", args=[code])
    return [*parts, Part("availability", "Your availability", url, state, hint)]


def missing_parts(application):
    """What is still to be done before it can be sent, in words."""
    return [_in_words(part) for part in parts_of(application) if part.state != "done"]


def _in_words(part):
    if part.competency is not None:
        return f"evidence for {part.competency.skill}"
    return {"approach": "your approach", "availability": "that you are available"}[part.name]


def next_url(application, after=None):
    """Where Continue leads: the first unfinished part behind `after`, then any unfinished one, then the check."""
    parts = parts_of(application)
    names = [part.name for part in parts]
    start = names.index(after) + 1 if after in names else 0
    for part in [*parts[start:], *parts[:start]]:
        if part.state == "todo":
            return part.url
    name = "check" if application.status == Application.Status.DRAFT else "detail"
    return reverse(f"applications:{name}", args=[application.code])
