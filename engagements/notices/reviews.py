"""Reviews: that one is written, never what it says before both are published."""

from django.conf import settings

from engagements.models import Review
from engagements.notices.telling import page, student_of, tell
from engagements.queries import team_of
from marketplace.clock import days
from marketplace.notifications.actions import mark_done


def review_written(review, at):
    engagement = review.engagement
    until = engagement.approved_at + days(settings.DOUBLE_BLIND_DAYS)
    by_student = review.side == Review.Side.STUDENT
    who = engagement.student if by_student else engagement.organization
    tell(
        team_of(engagement) if by_student else student_of(engagement), engagement, kind="review.waiting",
        key=f"review-written:{review.side}", at=at, dates={"due": until}, due_at=until, needs_action=True,
        title=f"{who} reviewed “{engagement.project}”: write yours to read it",
        first="Write your review by {due}. Both appear when both are in, or then.",
        url=page(engagement, "review"), action="Write your review",
    )  # fmt: skip


def reviews_published(engagement, at):
    mark_done(kind="review.waiting", url=page(engagement, "review"), at=at)
    written = set(engagement.reviews.values_list("side", flat=True))
    for people, other, name in (
        (student_of(engagement), Review.Side.ORGANIZATION, engagement.organization),
        (team_of(engagement), Review.Side.STUDENT, engagement.student),
    ):
        first = f"{name} has reviewed your work together." if other in written else f"{name} wrote no review."
        tell(
            people, engagement, kind="review.published", key="reviews-published", at=at, first=first,
            title=f"The reviews of “{engagement.project}” are out", url=page(engagement, "review"),
            action="Read the reviews",
        )  # fmt: skip
