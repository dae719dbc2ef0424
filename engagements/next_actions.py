"""What Home says about one's work."""

from datetime import timedelta

from django.conf import settings
from django.db.models import Q

from engagements.models import Engagement
from engagements.queries import as_seen_by
from engagements.standing import standing
from marketplace.activity.next_actions import NextAction
from marketplace.clock import days

MOST = 50


def for_user(user, at):
    """One NextAction for each engagement that waits for this person, in a constant number of queries."""
    recent = Q(status=Engagement.Status.APPROVED, approved_at__gt=at - days(settings.DOUBLE_BLIND_DAYS))
    recent |= Q(status=Engagement.Status.APPROVED, payout__status="held")
    live = ~Q(status__in=[Engagement.Status.APPROVED, Engagement.Status.CANCELLED])
    actions = []
    for engagement in as_seen_by(user).filter(live | recent)[:MOST]:
        now = standing(engagement, user, at)
        if now.yours:
            is_student = engagement.student.user_id == user.pk
            about = engagement.organization if is_student else engagement.student
            urgent = now.due_at is not None and now.due_at - at < timedelta(days=1)
            actions.append(NextAction(now.todo, now.url, now.due_at, str(about), urgent))
    return actions
