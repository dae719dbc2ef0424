"""When a payout reaches the bank, as Stripe says it usually does. An expectation, and worded as one."""

from datetime import timedelta

BUSINESS_DAYS = 2  # https://docs.stripe.com/payouts#payout-speed for the US


def arrives_on(paid_at):
    """The date two business days (Monday to Friday) after the transfer."""
    day, left = paid_at.date(), BUSINESS_DAYS
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5
    return day
