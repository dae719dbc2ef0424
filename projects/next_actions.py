"""What a person should do next about projects."""

from datetime import timedelta

from django.urls import reverse
from django.utils.text import Truncator

from marketplace.accounts.rules import is_student, posts_for
from marketplace.activity.next_actions import NextAction
from projects.models import Project, SavedProject

SOON = timedelta(days=3)
STALE = timedelta(days=30)  # a draft nobody touched for so long is left alone


def for_user(user, at):
    """Drafts to finish or change, for those who post; saved projects about to close, for students."""
    return [*drafts(user, at), *closing(user, at)]


def drafts(user, at):
    ours = posts_for(user)
    if not ours:
        return
    mine = Project.objects.filter(
        status=Project.Status.DRAFT, organization__suspended_at=None, created_at__gt=at - STALE, organization__in=ours
    )
    for project in mine.select_related("organization").order_by("-created_at")[:5]:
        verb = "Change" if project.review_note else "Finish posting"
        yield NextAction(
            f"{verb} “{project}”", reverse("projects:edit", args=[project.code]), urgent=bool(project.review_note),
            about=Truncator(project.review_note).chars(120) or project.organization.name,
        )  # fmt: skip


def closing(user, at):
    if not is_student(user):
        return
    rows = SavedProject.objects.filter(
        student=user.student, project__status=Project.Status.OPEN, project__applications_close_at__gt=at,
        project__applications_close_at__lte=at + SOON, project__organization__suspended_at=None,
    )  # fmt: skip
    rows = rows.exclude(project__applications__student=user.student).select_related("project__organization")
    for saved in rows.order_by("project__applications_close_at")[:5]:
        project = saved.project
        yield NextAction(
            f"Apply to “{project}” before it closes", project.get_absolute_url(),
            due_at=project.applications_close_at, about=f"{project.organization} · {project.fee_text}",
        )  # fmt: skip
