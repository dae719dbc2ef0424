"""Two-way reviews. Neither side reads the other's before both are in or the double-blind time is over."""

from django.conf import settings
from django.db import transaction

from applications.models import Shown
from engagements import notices
from engagements.models import Engagement, Review, VerifiedCompetency
from engagements.rules import ORGANIZATION, side_of
from marketplace.activity.actions import record
from marketplace.clock import days
from marketplace.db import lock
from marketplace.errors import DomainError, InvalidTransition
from marketplace.skills.models import Level, StudentSkill
from marketplace.sweeps import one_by_one


@transaction.atomic
def write_review(*, engagement, side, rating, again, text, by, at, levels=None):
    """One side's review, never edited. The organization's also confirms a Shown level for each competency.

    `levels`: {competency id: level}, all of the project's competencies, by the organization only. When both are in,
    both are published. Raises InvalidTransition, DomainError.
    """
    engagement = lock(Engagement, engagement.pk)
    text = text.strip()
    existing = engagement.reviews.filter(side=side).first()
    if existing is not None:
        if (existing.author_id, existing.rating, existing.text) == (by.pk, rating, text):
            return existing
        raise InvalidTransition("The review is already written. Reviews are not edited.")
    if side != side_of(by, engagement):
        raise DomainError("You can review only as the side that you stand on.")
    refuse_unless_reviewable(engagement, at)
    levels = check_review(engagement, side, rating, text, levels or {})
    review = engagement.reviews.create(side=side, author=by, rating=rating, again=again, text=text, written_at=at)
    VerifiedCompetency.objects.bulk_create(
        VerifiedCompetency(review=review, competency_id=pk, level=level) for pk, level in levels.items()
    )
    record("review.written", actor=by, subject=engagement, at=at, side=side)
    if engagement.reviews.count() == 2:
        publish(engagement, at)
    else:
        notices.review_written(review, at)
    return review


def review_until(engagement):
    """Both reviews are published then, and writing ends: nobody answers a review that can be read."""
    return engagement.approved_at + days(settings.DOUBLE_BLIND_DAYS)


def refuse_unless_reviewable(engagement, at):
    if engagement.status != Engagement.Status.APPROVED:
        raise InvalidTransition("Reviews are written after the approval.")
    if at >= review_until(engagement):
        raise InvalidTransition(f"The {settings.DOUBLE_BLIND_DAYS} days for reviews are over.")


def check_review(engagement, side, rating, text, levels):
    if rating not in range(1, 6):
        raise DomainError("Choose a rating from 1 to 5.", field="rating")
    if not text:
        raise DomainError("Write at least a sentence: it is what people read.", field="text")
    if len(text) > 2_000:
        raise DomainError(f"Use at most 2,000 characters; this has {len(text):,}.", field="text")
    if side != ORGANIZATION:
        return {}
    wanted = set(engagement.project.competencies.values_list("pk", flat=True))
    if set(levels) != wanted or not set(levels.values()) <= set(Shown.values):
        raise DomainError("Choose what the work has shown for every competency.", field="levels")
    return levels


def publish_due_reviews(*, at):
    """Publish what has waited for the other side for DOUBLE_BLIND_DAYS. Returns for how many engagements."""
    ended = at - days(settings.DOUBLE_BLIND_DAYS)
    due = Engagement.objects.filter(approved_at__lte=ended, reviews__published_at=None, reviews__isnull=False)
    ids = due.values_list("pk", flat=True).distinct().order_by("pk")[:200]
    return sum(one_by_one(ids, lambda pk: publish_one_due(pk, at)))


@transaction.atomic
def publish_one_due(pk, at):
    """Returns 1, or 0 when another sweep holds the row or the reviews are out already."""
    engagement = Engagement.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
    if engagement is None or not engagement.reviews.filter(published_at=None).exists():
        return 0
    publish(engagement, at)
    return 1


def publish(engagement, at):
    """Show what is written, and let the student's skills say so. The engagement is locked."""
    reviews = list(engagement.reviews.filter(published_at=None))
    engagement.reviews.filter(published_at=None).update(published_at=at)
    for review in reviews:
        if review.side == Review.Side.ORGANIZATION:
            credit_skills(engagement, review, at)
    record("reviews.published", actor=None, subject=engagement, at=at)
    notices.reviews_published(engagement, at)


def credit_skills(engagement, review, at):
    """What the organization confirmed becomes the student's strongest proof, unless a better one is there."""
    shown_in = engagement.project.title[:200]
    for verified in review.competencies.select_related("competency__skill"):
        level = level_shown(verified.competency.level, verified.level)
        if level is None:
            continue
        held = StudentSkill.objects.select_for_update().filter(
            student_id=engagement.student_id, skill=verified.competency.skill
        )
        values = {
            "level": level, "strength": StudentSkill.Strength.COMPLETED, "shown_in": shown_in, "updated_at": at,
        }  # fmt: skip
        row = held.first()
        if row is None:
            StudentSkill.objects.create(student_id=engagement.student_id, skill=verified.competency.skill, **values)
        elif row.strength < StudentSkill.Strength.COMPLETED or row.level < level:
            held.update(**values)


def level_shown(wanted, shown):
    """The Level that a Shown result proves, or None: Exceeds is one above the `wanted`, Developing one below."""
    if shown == Shown.EXCEEDS:
        return min(wanted + 1, Level.ADVANCED)
    if shown == Shown.MEETS:
        return wanted
    if shown == Shown.DEVELOPING and wanted > Level.FOUNDATIONAL:
        return wanted - 1
    return None
