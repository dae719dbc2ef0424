"""What applications want a person to do next, for Home."""

from django.urls import reverse

from applications.models import Application
from marketplace.accounts.rules import is_student, posts_for
from marketplace.activity.next_actions import NextAction
from marketplace.clock import days
from marketplace.formatting.templatetags import count
from projects.models import Project
from projects.queries import UNDECIDED, next_decision, with_counts

Status = Application.Status


def for_user(user, at):
    """Offers to answer and drafts to send; applications to assess and shortlists to decide."""
    return [*_as_student(user, at), *_as_assessor(user, at)]


def _as_student(user, at):
    if not is_student(user):
        return
    rows = Application.objects.filter(student=user.student, status__in=[Status.OFFERED, Status.DRAFT])
    for application in rows.select_related("project__organization").order_by("pk"):
        project = application.project
        about = f"{project.organization} · {project.fee_text}"
        if application.status == Status.OFFERED:
            url = reverse("applications:offer_view", args=[application.code])
            text = f"Answer the offer for “{project.title}”"
            yield NextAction(text, url, application.offer_expires_at, about, urgent=True)
        elif project.accepts_applications(at):
            url = reverse("applications:edit", args=[application.code])
            yield NextAction(
                f"Finish your application for “{project.title}”", url, project.applications_close_at, about
            )


def _as_assessor(user, at):
    ours = posts_for(user)
    if not ours:
        return
    waiting = Application.objects.filter(status__in=UNDECIDED).values("project")
    projects = Project.objects.filter(organization__in=ours, pk__in=waiting)
    projects = with_counts(projects.exclude(applications__student__user=user)).select_related("organization")
    for project in projects.order_by("decisions_due_at", "pk"):
        if decision := next_decision(project):
            yield _decision(project, decision, at)


def _decision(project, decision, at):
    board = reverse("applications:board", args=[project.code])
    if decision == "assess":
        text = f"Assess {count(project.to_assess_count, 'application')} for “{project.title}”"
    else:
        text, board = f"Make an offer for “{project.title}”", f"{board}?tab=shortlist"
    urgent = project.decisions_due_at <= at + days(2)
    return NextAction(text, board, project.decisions_due_at, str(project.organization), urgent)
