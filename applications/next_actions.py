"""What applications want a person to do next, for Home."""

from django.db.models import Count, F, Q
from django.urls import reverse

from applications.models import Application
from marketplace.accounts.models import Organization
from marketplace.accounts.rules import POSTERS
from marketplace.activity.next_actions import NextAction
from marketplace.clock import days
from marketplace.formatting.templatetags import count
from projects.models import Project

Status = Application.Status


def for_user(user, at):
    """Offers to answer and drafts to send; applications to assess and shortlists to decide."""
    return [*_as_student(user, at), *_as_assessor(user, at)]


def _as_student(user, at):
    rows = Application.objects.filter(student__user=user, status__in=[Status.OFFERED, Status.DRAFT])
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
    ours = Organization.objects.filter(memberships__user=user, memberships__role__in=POSTERS)
    waiting = Q(applications__status=Status.SUBMITTED)
    chosen = Q(applications__status=Status.SHORTLISTED)
    taken = Q(applications__status__in=[Status.OFFERED, Status.ACCEPTED])
    projects = Project.objects.filter(organization__in=ours).annotate(
        to_review=Count("applications", filter=waiting),
        shortlisted=Count("applications", filter=chosen),
        taken=Count("applications", filter=taken & ~Q(applications__engagement__status="cancelled")),
    )
    projects = projects.filter(Q(to_review__gt=0) | Q(shortlisted__gt=0, taken__lt=F("places")))
    projects = projects.exclude(applications__student__user=user)
    for project in projects.select_related("organization").order_by("decisions_due_at", "pk"):
        yield _decision(project, at)


def _decision(project, at):
    board = reverse("applications:board", args=[project.code])
    if project.to_review:
        text = f"Assess {count(project.to_review, 'application')} for “{project.title}”"
    else:
        text, board = f"Make an offer for “{project.title}”", f"{board}?tab=shortlist"
    urgent = project.decisions_due_at <= at + days(2)
    return NextAction(text, board, project.decisions_due_at, str(project.organization), urgent)
