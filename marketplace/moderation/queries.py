"""What waits for a moderator."""

from engagements.models import Dispute
from marketplace.accounts.models import Organization
from marketplace.moderation.models import Report
from projects.models import Project

SHOWN = 50


def waiting():
    """{projects, reports, organizations, disputes}: the oldest of each, in four queries and their joins."""
    projects = Project.objects.filter(status=Project.Status.IN_REVIEW).select_related("organization", "field")
    reports = Report.objects.filter(status=Report.Status.OPEN).select_related("reporter", "subject_type")
    unverified = Organization.objects.filter(verified_at=None, suspended_at=None)
    disputes = Dispute.objects.filter(resolved_at=None).select_related("engagement__project", "engagement__student")
    return {
        "projects": projects.order_by("submitted_at", "pk")[:SHOWN],
        "reports": reports.prefetch_related("subject").order_by("created_at", "pk")[:SHOWN],
        "organizations": unverified.order_by("created_at", "pk")[:SHOWN],
        "disputes": disputes.order_by("due_at", "pk")[:SHOWN],
    }


def numbers():
    """(projects in review, open reports): what Home tells a moderator."""
    return (
        Project.objects.filter(status=Project.Status.IN_REVIEW).count(),
        Report.objects.filter(status=Report.Status.OPEN).count(),
    )
