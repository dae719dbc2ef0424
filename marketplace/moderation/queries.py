"""What waits for a moderator, and what was decided last."""

from django.contrib.contenttypes.models import ContentType

from engagements.models import Dispute
from marketplace.accounts.models import Organization
from marketplace.moderation.models import Decision, Report
from payments.models import MoneyOperation
from projects.models import Project
from projects.queries import last_returns

SHOWN = 50
STUCK = [MoneyOperation.Status.UNKNOWN.value, MoneyOperation.Status.FAILED.value]  # a person looks why


def waiting():
    """{projects, reports, organizations, disputes}: the oldest of each, in four queries and their joins.

    A project has in `returned` the Event of the last time it was sent back, or None.
    """
    projects = Project.objects.filter(status=Project.Status.IN_REVIEW).select_related("organization", "field")
    reports = Report.objects.filter(status=Report.Status.OPEN).select_related("reporter", "subject_type")
    unverified = Organization.objects.filter(verified_at=None, suspended_at=None)
    disputes = Dispute.objects.filter(resolved_at=None).select_related("engagement__project", "engagement__student")
    return {
        "projects": _with_returns(list(projects.order_by("submitted_at", "pk")[:SHOWN])),
        "reports": reports.prefetch_related("subject").order_by("created_at", "pk")[:SHOWN],
        "organizations": unverified.order_by("created_at", "pk")[:SHOWN],
        "disputes": disputes.order_by("due_at", "pk")[:SHOWN],
    }


def _with_returns(projects):
    returns = last_returns(projects)
    for project in projects:
        project.returned = returns.get(project.pk)
    return projects


def numbers():
    """How much waits of each kind: for Home and the front page of the admin."""
    return {
        "projects": Project.objects.filter(status=Project.Status.IN_REVIEW).count(),
        "reports": Report.objects.filter(status=Report.Status.OPEN).count(),
        "disputes": Dispute.objects.filter(resolved_at=None).count(),
        "organizations": Organization.objects.filter(verified_at=None, suspended_at=None).count(),
        "money": MoneyOperation.objects.filter(status__in=STUCK).count(),
    }


def next_dispute_due():
    """When the next open dispute must be decided, or None."""
    return Dispute.objects.filter(resolved_at=None).order_by("due_at").values_list("due_at", flat=True).first()


def last_decision(subject):
    """The last Decision about something, or None. About a Report: the one that settled it."""
    if isinstance(subject, Report):
        found = Decision.objects.filter(report=subject)
    else:
        kind = ContentType.objects.get_for_model(subject)
        found = Decision.objects.filter(subject_type=kind, subject_id=subject.pk)
    return found.select_related("moderator").order_by("-at", "-pk").first()
