"""Home: what to do next, what is in progress, what fits. Above every app, because it asks all of them."""

from datetime import UTC, datetime
from importlib import import_module

from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.shortcuts import render

from engagements.models import Engagement
from marketplace.clock import now
from projects.models import Match, Project

SOURCES = [
    "marketplace.accounts", "projects", "applications", "engagements", "payments", "portfolio",
    "marketplace.moderation",
]  # fmt: skip
SHOWN = 5
NEVER = datetime.max.replace(tzinfo=UTC)


@login_required
def home(request):
    """The signed-in person's start page."""
    at = now()
    actions = next_actions(request.user, at)
    context = {
        "at": at,
        "actions": actions[:SHOWN],
        "more_actions": actions[SHOWN:],
        "engagements": running_engagements(request.user),
        "matches": open_matches(request.reader.student, at),
        "checklist": checklist(request.reader),
    }
    return render(request, "home/home.html", context)


def next_actions(user, at):
    """What every app wants this person to do: urgent first, then by due date."""
    found = []
    for source in SOURCES:
        found += import_module(f"{source}.next_actions").for_user(user, at)
    return sorted(found, key=lambda action: (not action.urgent, action.due_at or NEVER))


def running_engagements(user):
    """Work that is not over, on either side, the next date first."""
    over = [Engagement.Status.CANCELLED, Engagement.Status.APPROVED]
    mine = Q(student__user=user) | Q(organization__memberships__user=user)
    rows = Engagement.objects.filter(mine).exclude(status__in=over).with_people()
    return rows.order_by("due_at", "pk").distinct()[:10]


def open_matches(student, at):
    """The newest projects this student was told about and has not applied to."""
    if student is None:
        return []
    rows = Match.objects.filter(
        student=student, project__status=Project.Status.OPEN, project__applications_close_at__gt=at
    ).exclude(project__applications__student=student)
    return rows.select_related("project__organization").order_by("-matched_at", "-pk")[:4]


def checklist(reader):
    """The first three steps of a new person, until all are done: [(done, text, url name, hint)]."""
    steps = student_steps(reader.student) if reader.is_student else employer_steps(reader.organizations)
    return [] if all(done for done, *_ in steps) else steps


def student_steps(student):
    return [
        (student.headline != "", "Say who you are", "accounts:profile", "A headline and the hours you have."),
        (
            student.evidence.filter(archived_at=None).exists(),
            "Add your first evidence",
            "applications:library",
            "Something you made, and what it shows. It finds you projects and you reuse it in every application.",
        ),
        (student.applications.exclude(status="draft").exists(), "Apply to a project", "projects:browse", ""),
    ]


def employer_steps(organizations):
    founded = bool(organizations)
    projects = Project.objects.filter(organization__in=organizations)
    return [
        (founded, "Found your organization", "accounts:organization_new", "Students read it next to every project."),
        (
            projects.exclude(status="draft").exists(),
            "Post a project",
            "projects:manage",
            "Ten minutes, from a task list.",
        ),
        (
            Engagement.objects.filter(organization__in=organizations).exists(),
            "Choose a student",
            "projects:manage",
            "You assess the evidence blind and make an offer.",
        ),
    ]
