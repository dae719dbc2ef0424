"""Rows of moderation. Decisions are taken in the admin: tests/moderation/test_admin.py."""

from marketplace.moderation.models import Report
from tests import factories
from tests.access.table import SIGN_IN, row


def about(scene):
    return ["project", scene.project.code]


def a_report(scene):
    scene.report = Report.objects.create(
        reporter=scene.student_user, subject=scene.project, reason="unpaid", created_at=factories.NOW
    )


ROWS = [
    row("moderation:queue", 403, visitor=SIGN_IN, moderator=200),
    row("moderation:report", 200, args=about, visitor=SIGN_IN, suspended=403),
    row("moderation:report", 302, args=about, method="post", data={"reason": "unpaid"}, suspended=403),
    row("moderation:report", 404, args=lambda scene: ["payout", "x"], visitor=SIGN_IN),
    row(
        "moderation:report", 404, args=lambda scene: ["project", scene.draft.code], visitor=SIGN_IN, owner=200,
        member=200, finance=200, moderator=200, suspended=403,
    ),
    row("moderation:reported", 404, scene=a_report, args=lambda scene: [scene.report.code], visitor=SIGN_IN,
        student=200),
]  # fmt: skip
