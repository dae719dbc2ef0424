"""How long money may be held: Stripe sets a limit, and somebody decides before it is reached.

https://docs.stripe.com/connect/account-balances#holding-funds
"""

from datetime import timedelta

from django.db import transaction

from engagements.actions import open_dispute
from engagements.models import Engagement
from marketplace.db import lock
from marketplace.errors import DomainError
from marketplace.money import format_money
from marketplace.sweeps import one_by_one
from payments.actions.splits import holdings
from payments.alarms import alarm
from payments.models import Funding

LEFT_DAYS = (30, 15, 5)  # before the limit of 90 days: on day 60, 75 and 85
BATCH = 200
ENDED = [Engagement.Status.APPROVED, Engagement.Status.CANCELLED]


def watch_held_money(*, at):
    """Tell moderators of money whose limit comes near; at the last alarm the clock opens a dispute. How many alarms."""
    near = Funding.objects.filter(
        counts=True, status=Funding.Status.PAID, hold_deadline__lte=at + timedelta(days=LEFT_DAYS[0])
    )
    rows = near.exclude(engagement__status__in=ENDED, kept_until=None).order_by("hold_deadline")[:BATCH]
    return sum(one_by_one(rows, lambda row: watch_one(row, at)))


@transaction.atomic
def watch_one(funding, at):
    """Returns 1 if something is held and its limit is near, else 0."""
    engagement = lock(Engagement, funding.engagement_id)
    held = sum(row.held for row in holdings(engagement) if row.funding == funding)
    if not held:
        return 0
    days_left = (funding.hold_deadline - at).days
    step = next(limit for limit in reversed(LEFT_DAYS) if days_left <= limit)
    message = (
        f"{format_money(held, funding.currency)} must be released or refunded by {funding.hold_deadline:%Y-%m-%d}."
    )
    alarm(f"hold:{funding.code}:{step}", message, at=at, engagement=engagement)
    if step == LEFT_DAYS[-1]:
        force_decision(engagement, at)
    return 1


def force_decision(engagement, at):
    problem = "The money for this may not be held for longer, so a moderator decides who gets it."
    try:
        open_dispute(engagement=engagement, problem=problem, by=None, at=at)
    except DomainError:  # approved or given back by a clock at this moment, or by nobody yet: the alarm stays
        return
