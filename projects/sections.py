"""The posting task list: which part holds what, and what a part still lacks before the project may leave draft."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from django.conf import settings

from marketplace.formatting import times
from marketplace.money import format_money
from projects.models import Project
from projects.starters import BLANKS

MAX_OPEN_DAYS = 60  # from now to the application deadline
MAX_DECISION_DAYS = 14  # from the deadline to the decision date
MIN_OPEN = timedelta(hours=24)


class Section(NamedTuple):
    title: str
    hint: str
    fields: tuple


SECTIONS = {
    "outcome": Section("Outcome", "Title, field and brief", ("title", "field", "brief")),
    "deliverable": Section(
        "Deliverable and acceptance criteria", "What you get, and when it is done", ("deliverable",)
    ),
    "competencies": Section("Competencies and evidence", "What applicants must show, and how", ()),
    "rubric": Section("Rubric", "How the evidence is judged, in words you can edit; whether AI is allowed", ()),
    "pay": Section(
        "Pay and time",
        "Hours, fee, dates, places",
        (
            "hours",
            "fee_amount",
            "places",
            "is_remote",
            "place",
            "applications_close_at",
            "decisions_due_at",
            "work_due_on",
        ),
    ),
    "portfolio": Section(
        "Portfolio permission", "What the student may show afterwards", ("portfolio_permission", "portfolio_from")
    ),
}


@dataclass(frozen=True)
class Problem:
    """One thing to fix: `section` and `field` say where, `message` says what, with the limit in it."""

    section: str
    field: str
    message: str


def problems(project, at):
    """Everything that keeps this project from being submitted at `at`, in the order of the task list."""
    found = [
        *_blanks(project),
        *_outcome(project),
        *_deliverable(project, len(project.criteria.all())),
        *_competencies(len(project.competencies.all())),
        *_pay(project, at),
        *_portfolio(project, at),
    ]
    order = list(SECTIONS)
    return sorted(found, key=lambda problem: order.index(problem.section))


def states(project, at):
    """{section: "done" | "progress" | "todo"} for the task list."""
    lacking = {problem.section for problem in problems(project, at)}
    if "competencies" in lacking:
        lacking.add("rubric")  # a template for each competency: whole as soon as they are
    started = {
        "outcome": bool(project.title or project.brief),
        "deliverable": bool(project.deliverable or project.criteria.all()),
        "competencies": bool(project.competencies.all()),
        "rubric": any(row.rubric or row.good_evidence for row in project.competencies.all()),
        "pay": project.hours is not None or project.fee_amount is not None or project.work_due_on is not None,
        "portfolio": bool(project.portfolio_permission),
    }
    return {slug: "done" if slug not in lacking else "progress" if started[slug] else "todo" for slug in SECTIONS}


def _blanks(project):
    """What a Starter left for the employer to say: students must never read a blank."""
    texts = [
        ("outcome", "title", project.title),
        ("outcome", "brief", project.brief),
        ("deliverable", "deliverable", project.deliverable),
        *(("deliverable", f"criterion_{row.position + 1}", row.text) for row in project.criteria.all()),
        *(("competencies", f"evidence_{row.position + 1}", row.evidence_asked) for row in project.competencies.all()),
    ]
    for section, field, text in texts:
        blank = next((blank for blank in re.findall(r"\[[^\]]+\]", text) if blank in BLANKS), None)
        if blank:
            yield Problem(section, field, f"Replace “{blank}” with your own words.")


def _outcome(project):
    for field, message in (
        ("title", "Give the project a title."),
        ("field", "Choose the field."),
        ("brief", "Write the brief."),
    ):
        if not getattr(project, field):
            yield Problem("outcome", field, message)


def _deliverable(project, criteria):
    if not project.deliverable:
        yield Problem("deliverable", "deliverable", "Name the deliverable.")
    low, high = settings.PROJECT_CRITERIA
    if not low <= criteria <= high:
        yield Problem("deliverable", "criterion_1", f"Write {low} to {high} acceptance criteria; there are {criteria}.")


def _competencies(count):
    low, high = settings.PROJECT_COMPETENCIES
    if not low <= count <= high:
        yield Problem("competencies", "skill_1", f"Ask for {low} to {high} competencies; there are {count}.")


def _pay(project, at):
    if project.hours is None:
        yield Problem("pay", "hours", "Say how many hours the work takes.")
    if project.fee_amount is None:
        yield Problem("pay", "fee", "Set the fee.")
    if project.hours and project.fee_amount is not None:
        for field, message in fee_problems(project.hours, project.fee_amount):
            yield Problem("pay", field, message)
    if not project.is_remote and not project.place:
        yield Problem("pay", "place", "Say where the work is done.")
    dates = (project.applications_close_at, project.decisions_due_at, project.work_due_on)
    for field, message in schedule_problems(*dates, at, slack=1):
        yield Problem("pay", field, message)


def _portfolio(project, at):
    if not project.portfolio_permission:
        yield Problem("portfolio", "portfolio_permission", "Choose what the student may show.")
    elif project.portfolio_permission == Project.PortfolioPermission.AFTER_DATE and not project.portfolio_from:
        yield Problem("portfolio", "portfolio_from", "Give the date from which the student may show the work.")
    for field, message in portfolio_problems(project.portfolio_from, project.work_due_on):
        yield Problem("portfolio", field, message)


def portfolio_problems(day, due_on):
    """(field, message) for a day from which the work may be shown, before it is there to show."""
    if day and due_on and day < due_on:
        yield "portfolio_from", f"The work is due on {times.short(due_on, None)}: choose that day or a later one."


def fee_problems(hours, fee_amount):
    """(field, message) for a fee in minor units that is below the floor for its hours, or above the limit."""
    floor = hours * settings.HOURLY_FLOOR
    if fee_amount < floor:
        least, rate = format_money(floor, settings.CURRENCY), format_money(settings.HOURLY_FLOOR, settings.CURRENCY)
        yield "fee", f"Pay at least {least}: {hours} h × {rate} an hour is the floor for everybody."
    if fee_amount > settings.MAX_FEE:
        yield "fee", f"A fee is at most {format_money(settings.MAX_FEE, settings.CURRENCY)}."


def schedule_problems(close_at, decide_at, due_on, at, *, slack=0):
    """(field, message) for each date that is missing or out of its range, as of `at`.

    `slack` in days forgives the due date what the calendar of another time zone makes of the decision date.
    """
    wrong_close = _close_problem(close_at, at)
    wrong_decision = _decision_problem(None if wrong_close else close_at, decide_at, at)
    if wrong_close:
        yield "applications_close_on", wrong_close
    if wrong_decision:
        yield "decisions_due_on", wrong_decision
    if due_on is None:
        yield "work_due_on", "Set the date the work is due."
    elif not wrong_close and not wrong_decision:  # its range is counted from them
        yield from _due_problems(decide_at.date(), due_on, timedelta(days=slack))


def _decision_problem(close_at, decide_at, at):
    """`close_at`: None while the application deadline is wrong itself."""
    if decide_at is None:
        return "Set the decision date."
    if decide_at < at:
        return "The decision date has passed. Choose one after the application deadline."
    if close_at and decide_at < close_at:
        return "The decision date cannot be before the application deadline."
    if close_at and decide_at > close_at + timedelta(days=MAX_DECISION_DAYS, hours=2):  # clocks may change
        return f"Decide at most {MAX_DECISION_DAYS} days after the application deadline."
    return ""


def _close_problem(close_at, at):
    if close_at is None:
        return "Set the application deadline."
    if close_at < at + MIN_OPEN:
        return "The application deadline must be at least 24 hours from now."
    if close_at > at + timedelta(days=MAX_OPEN_DAYS + 1):
        return f"The application deadline is at most {MAX_OPEN_DAYS} days from now."
    return ""


def _due_problems(decided_on, due_on, slack):
    low, high = settings.PROJECT_WORK_DAYS
    first, last = decided_on + timedelta(days=low), decided_on + timedelta(days=high)
    if not first - slack <= due_on <= last + slack:
        span = f"{times.short(first, None)} to {times.short(last, None)}"
        yield "work_due_on", f"The work is due {low} to {high} days after the decision date: {span}."
