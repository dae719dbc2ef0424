"""What Home says about one's portfolio."""

from django.urls import reverse

from marketplace.activity.next_actions import NextAction
from portfolio.disclosure import disclosure
from portfolio.models import Case
from portfolio.queries import to_add

MOST = 5


def for_user(user, at):
    """Add what was approved; publish what is written."""
    student = getattr(user, "student", None)
    if student is None:
        return []
    found = [
        NextAction(
            f"Add “{row.project.title}” to your portfolio", reverse("portfolio:mine"), about=str(row.organization)
        )
        for row in to_add(student)[:MOST]
    ]
    drafts = Case.objects.filter(student=student, published_at=None)
    drafts = drafts.select_related("engagement__project", "engagement__organization")
    for case in drafts.order_by("-created_at")[:MOST]:
        if disclosure(case.engagement.project).is_open(at.date()):
            url = reverse("portfolio:case_edit", args=[case.code])
            title = case.engagement.project.title
            found.append(
                NextAction(f"Publish “{title}” in your portfolio", url, about=str(case.engagement.organization))
            )
    return found
