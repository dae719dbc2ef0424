"""What is left after the stories: reports for the moderator, and notifications as old as what they tell."""

from datetime import timedelta

from django.db.models import F

from marketplace.moderation.actions import report
from marketplace.notifications.models import Notification
from projects.models import Project


def tell_reports(seeding):
    """Students flag open projects; each report waits in the moderator's queue."""
    projects = Project.objects.filter(status=Project.Status.OPEN).order_by("-pk")
    for number, (text, project) in enumerate(zip(seeding.judgments["reports"], projects, strict=False)):
        reporter = seeding.students[number * 7 % len(seeding.students)].user
        report(
            subject=project, reason=text["reason"], details=text["details"], by=reporter,
            at=seeding.now - timedelta(hours=3 + 5 * number),
        )  # fmt: skip


def tidy_notifications(now):
    """Old ones are read and were e-mailed long ago; the new ones are still to be sent, so the mail viewer has some."""
    old = Notification.objects.filter(created_at__lt=now - timedelta(days=2))
    old.filter(needs_action=False).update(read_at=F("created_at"))
    old.update(emailed_at=F("created_at"))
