"""What Home says about one's work."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Q

from engagements.models import Engagement
from engagements.queries import FINISHED, as_seen_by, open_orders_of
from engagements.standing import order_standing, review_beside, standing
from marketplace.activity.next_actions import NextAction
from marketplace.clock import days

MOST = 50


def current(user, at):
    """The person's engagements that are not over, the next due first, then those that may still ask something of them;
    MOST at most."""
    recent = Q(status=Engagement.Status.APPROVED, approved_at__gt=at - days(settings.DOUBLE_BLIND_DAYS))
    recent |= Q(payout_status="held", payout_waits_for_student=True)
    replaced = Q(replacement_until__gt=at)
    rows = as_seen_by(user).filter(~Q(status__in=FINISHED) | recent | replaced)
    return list(rows.annotate(is_over=Q(status__in=FINISHED)).order_by("is_over", "due_at", "pk")[:MOST])


def for_user(user, at, rows=None):
    """One NextAction for each engagement that waits for this person, in a constant number of queries.

    `rows`: of `current`, where they are known.
    """
    rows = current(user, at) if rows is None else rows
    found = [(row, standing(row, user, at)) for row in rows]
    found += [(row, beside) for row in rows if (beside := review_beside(row, user, at))]
    found += [(row.engagement, order_standing(row, user, at)) for row in open_orders_of(user)[:MOST]]
    return [next_action(engagement, now, user, at) for engagement, now in found if now.yours]


def next_action(engagement, now, user, at):
    about = engagement.organization if engagement.student.user_id == user.pk else engagement.student
    urgent = now.due_at is not None and now.due_at - at < timedelta(days=1)
    return NextAction(now.todo, now.url, now.due_at, str(about), urgent)
