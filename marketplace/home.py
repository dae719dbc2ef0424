"""Home: what to do next, what is in progress, what fits. Above every app, because it asks all of them."""

from datetime import UTC, datetime
from importlib import import_module
from typing import NamedTuple

from django.contrib.auth.decorators import login_required
from django.shortcuts import render

from applications.models import Application
from applications.queries import of_student
from applications.wording import look_of
from engagements.models import Engagement
from engagements.next_actions import current
from engagements.rules import side_of
from engagements.standing import STEPS, standing
from marketplace.accounts.rules import may_post
from marketplace.clock import now
from projects.for_you import fitting
from projects.models import Listing, Project
from projects.queries import cards

SOURCES = ["marketplace.accounts", "marketplace.moderation"]
SOURCES += ["projects", "applications", "engagements", "payments", "portfolio"]
SHOWN = 5
SUGGESTED = 4
NEVER = datetime.max.replace(tzinfo=UTC)


class Step(NamedTuple):
    """One of the three steps of a new person; `link` words the button that does it."""

    done: bool
    title: str
    hint: str
    link: str
    url_name: str


@login_required
def home(request):
    """The signed-in person's start page."""
    at = now()
    work = current(request.user, at)
    actions = [] if request.user.is_suspended else next_actions(request.user, at, work)
    running = running_engagements(request.user, at, work)
    posts = any(may_post(request.user, organization) for organization in request.reader.organizations)
    steps = first_steps(request.reader, posts)
    context = {
        "actions": actions[:SHOWN],
        "more_actions": actions[SHOWN:],
        "running": running[:SHOWN],
        "more_running": len(running) > SHOWN,
        "labels": STEPS,
        "applications": waiting_applications(request.reader.student),
        "suggestions": suggestions(request.reader.student, at),
        "steps": steps,
        "next_step": next((step for step in steps if not step.done), None),
        "may_post": posts,
    }
    return render(request, "home/home.html", context)


def next_actions(user, at, work):
    """What every app wants this person to do: urgent first, then by due date. `work`: the engagements that count."""
    found, known = [], {"engagements": [work]}
    for source in SOURCES:
        found += import_module(f"{source}.next_actions").for_user(user, at, *known.get(source, []))
    return sorted(found, key=lambda action: (not action.urgent, action.due_at or NEVER))


def running_engagements(user, at, work):
    """[(engagement, its Standing, the person's side)] of work that is not over: the person's turns first, then by date.

    One more than is shown, so that the page knows whether there are more.
    """
    found = [(row, standing(row, user, at), side_of(user, row)) for row in work if not row.is_over]
    found.sort(key=lambda item: (not item[1].yours, item[1].due_at or NEVER))
    return found[: SHOWN + 1]


def waiting_applications(student):
    """What the student has sent and waits for, the next decision first, as applications/_mine_row.html shows it."""
    if student is None:
        return []
    waiting = [Application.Status.SUBMITTED, Application.Status.SHORTLISTED]
    rows = of_student(student).filter(status__in=waiting).order_by("project__decisions_due_at", "pk")[:SHOWN]
    return [{"application": row, "look": look_of(row, for_student=True)} for row in rows]


def suggestions(student, at):
    """[(card, why it fits)]: what fits this student best, and the newest if nothing does."""
    if student is None:
        return []
    found = fitting(student, at=at, size=SUGGESTED)
    ids = [row.pk for row in found.rows] or newest(student, at)
    return [(card, reason(card)) for card in cards(ids, student=student, at=at)]


def newest(student, at):
    """Ids of the latest open projects that this student could apply to."""
    own = student.user.memberships.values("organization")
    rows = Listing.objects.filter(closes_at__gt=at).exclude(project__organization__in=own)
    rows = rows.exclude(project__applications__student=student)
    rows = rows.exclude(project__organization__in=student.blocks.values("organization"))
    rows = rows.exclude(project__in=student.hidden_projects.values("project"))
    return list(rows.order_by("-opened_at", "-project").values_list("pk", flat=True)[: SUGGESTED - 1])


def reason(card):
    """ "SQL and Data cleaning": what the student has shown of it."""
    names = [name for name, has in card.skills if has]
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def first_steps(reader, posts):
    """The three steps of a new person, until all are done; none for who cannot take them or came to moderate or pay."""
    if reader.user.is_suspended:
        return []
    if reader.is_student:
        steps = student_steps(reader.student)
    elif posts or not (reader.is_employer or reader.user.is_staff):
        steps = employer_steps(reader.organizations)
    else:
        return []
    return [] if all(step.done for step in steps) else steps


def student_steps(student):
    return [
        Step(
            student.headline != "", "Say who you are", "A headline and the hours you have for projects.",
            "Fill in your profile", "accounts:profile",
        ),
        Step(
            student.evidence.filter(archived_at=None).exists(), "Add your first evidence",
            "Something you made, and what it shows. It finds you projects, and you reuse it in every application.",
            "Add evidence", "applications:evidence_new",
        ),
        Step(
            student.applications.exclude(status="draft").exists(), "Apply to a project",
            "Employers judge your evidence before they learn your name.", "Browse projects", "projects:browse",
        ),
    ]  # fmt: skip


def employer_steps(organizations):
    projects = Project.objects.filter(organization__in=organizations)
    return [
        Step(
            bool(organizations), "Found your organization", "Students read about it next to every project.",
            "Found an organization", "accounts:organization_new",
        ),
        Step(
            projects.exclude(status="draft").exists(), "Post a project",
            "One deliverable, 10 to 40 hours, a fixed fee. It takes ten minutes.", "Post a project", "projects:new",
        ),
        Step(
            Engagement.objects.filter(organization__in=organizations).exists(), "Choose a student",
            "You judge the evidence before you learn the names, then make an offer.", "Your projects",
            "projects:manage",
        ),
    ]  # fmt: skip
