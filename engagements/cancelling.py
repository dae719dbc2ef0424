"""How an engagement may end before its first delivery, and what that costs. The actions and the pages ask the same.

Until both have confirmed the kickoff either side may leave and everything is refunded. After it the student may give up
the fee; the organization pays a kill fee by the milestones met. Anything later is a dispute or an approval.
"""

from django.conf import settings
from django.db.models import Max

from engagements.models import Engagement
from engagements.rules import ORGANIZATION, STUDENT, side_of
from marketplace.clock import days
from marketplace.money import percent

Status = Engagement.Status
QUIET_DAYS = 3  # without a word, before a late student counts as vanished


def can_be_cancelled(engagement, by):
    """When: the pages ask this too, so that nobody is offered what would be refused."""
    if engagement.status == Status.AWAITING_FUNDING:
        return True
    if engagement.status != Status.ACTIVE:
        return False
    return not engagement.kicked_off or side_of(by, engagement) in (STUDENT, ORGANIZATION)


def may_be_released(engagement):
    """A part of the fee can be released early: the work is under way and more than the smallest unit is open."""
    under_way = (Status.ACTIVE, Status.DELIVERED, Status.CHANGES_REQUESTED)
    return engagement.status in under_way and engagement.kicked_off and engagement.unreleased_amount > 1


def kill_fee(engagement, by, at):
    """What the student gets when `by` cancels at `at`: minor units, 0 where leaving is free.

    A percentage of the fee by the milestones met (KILL_FEE_BPS), less what was released already.
    """
    if engagement.status != Status.ACTIVE or not engagement.kicked_off or side_of(by, engagement) != ORGANIZATION:
        return 0
    kickoff, midpoint = settings.KILL_FEE_BPS
    share = midpoint if midpoint_met(engagement, at) else kickoff
    return max(percent(engagement.fee_amount, share) - engagement.released_amount, 0)


def midpoint_met(engagement, at):
    """Half of the time has passed and the student has written since."""
    half = midpoint_of(engagement)
    return at >= half and messages_of_student(engagement).filter(sent_at__gte=half, sent_at__lte=at).exists()


def midpoint_of(engagement):
    return engagement.funded_at + (engagement.due_at - engagement.funded_at) / 2


def messages_of_student(engagement):
    return engagement.messages.filter(author_id=engagement.student.user_id)


def has_vanished(engagement, at):
    """The student did not confirm the kickoff in time; or is VANISHED_DAYS late with nothing delivered and no word."""
    if engagement.status != Status.ACTIVE:
        return False
    if engagement.kickoff_student_at is None:
        return engagement.kickoff_due_at <= at
    if not engagement.kicked_off or engagement.due_at + days(settings.VANISHED_DAYS) > at:
        return False
    return is_quiet(messages_of_student(engagement).aggregate(last=Max("sent_at"))["last"], at)


def is_quiet(wrote_at, at):
    """Whether somebody who wrote last at `wrote_at` (None: never) counts as silent."""
    return wrote_at is None or wrote_at <= at - days(QUIET_DAYS)
