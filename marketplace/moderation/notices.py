"""What people are told about reports."""

from django.urls import reverse

from marketplace.accounts.models import User
from marketplace.notifications.actions import mark_done, notify

WAITING = "moderation.report_waiting"


def report_waits(report, *, at):
    moderators = User.objects.filter(is_staff=True, is_active=True, suspended_at=None).exclude(pk=report.reporter_id)
    notify(
        moderators, kind=WAITING, key=f"report:{report.code}", at=at, needs_action=True, url=queue_url(report),
        title=f"Reported: {report.subject} ({report.get_reason_display().lower()})", action="Open the staff queue",
        body=report.details or "The reporter added no details.", reason="You are a moderator.",
    )  # fmt: skip


def report_decided(report, decision, *, at):
    """To the reporter: what was decided and why. The other side learns what is done about it, not of the report."""
    upheld = report.status == report.Status.UPHELD
    mark_done(kind=WAITING, url=queue_url(report), at=at)
    notify(
        [report.reporter], kind="moderation.report_decided", key=f"report-decided:{report.code}", at=at,
        title=f"Your report about “{report.subject}” was {'upheld' if upheld else 'dismissed'}",
        body=decision.reason, reason="You reported it.", action="See your report",
        url=reverse("moderation:reported", args=[report.code]),
    )  # fmt: skip


def queue_url(report):
    return f"{reverse('moderation:queue')}#{report.code}"
