"""The portfolio: public pages for everybody, the rest for its student alone."""

from marketplace.clock import days, now
from portfolio.models import Case
from tests.access.table import SIGN_IN, row


def slug(scene):
    return [scene.student.slug]


def approved(scene):
    scene.engagement.status, scene.engagement.approved_at = "approved", now() - days(2)
    scene.engagement.save()


def draft(scene):
    approved(scene)
    scene.case = Case.objects.create(engagement=scene.engagement, student=scene.student, my_part="All of the mapping.")


def published(scene):
    draft(scene)
    scene.case.published_at = now() - days(1)
    scene.case.save()


def code(scene):
    return [scene.case.code]


def engagement_code(scene):
    return [scene.engagement.code]


def public(scene):
    return [scene.student.slug, scene.case.code]


OWN = {"visitor": SIGN_IN, "student": 302}
WORDS = {"my_part": "I mapped it."}

ROWS = [
    row("portfolio:mine", 403, visitor=SIGN_IN, student=200, other_student=200, suspended=200),
    row(
        "portfolio:case_add", 403, args=engagement_code, scene=approved, method="post", other_student=404,
        other_owner=404, **OWN,
    ),
    row("portfolio:case_edit", 404, args=code, scene=draft, visitor=SIGN_IN, student=200),
    row("portfolio:case_edit", 404, args=code, scene=draft, method="post", data=WORDS, **OWN),
    row("portfolio:case_publish", 404, args=code, scene=draft, method="post", **OWN),
    row("portfolio:case_unpublish", 404, args=code, scene=published, method="post", **OWN),
    row("portfolio:public", 200, args=slug),
    row("portfolio:case", 200, args=public, scene=published),
    row("case_picture", 200, args=public, scene=published),
    row("case_picture", 404, args=public, scene=draft),
    row("portfolio:case", 404, args=public, scene=draft, query="?draft", student=200),
]  # fmt: skip
