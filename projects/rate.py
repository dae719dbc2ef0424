"""The effective hourly rate of a project, as a sentence."""

from dataclasses import dataclass

from django.conf import settings

from marketplace.money import format_money, parse_money
from projects.sections import fee_problems


@dataclass(frozen=True)
class Rate:
    words: str  # "$240 ÷ 12 h = $20/h", "" while something is missing
    problem: str  # "" or why it is refused
    floor: str  # "$20"


def rate_in_words(hours, fee_amount, limits=settings.PROJECT_HOURS):
    """The Rate of a fee in minor units; either may be None. Rounded down: it never promises more.

    `limits`: the fewest and the most hours.
    """
    currency = settings.CURRENCY
    floor = format_money(settings.HOURLY_FLOOR, currency)
    if not hours or not fee_amount or not 1 <= hours <= 1_000 or not 1 <= fee_amount <= 10**12:
        return Rate("", "", floor)
    sign = "≈" if fee_amount % hours else "="
    words = f"{format_money(fee_amount, currency)} ÷ {hours} h {sign} {format_money(fee_amount // hours, currency)}/h"
    refused = next((message for _field, message in fee_problems(hours, fee_amount)), "")
    problem = hours_problem(hours, *limits) or refused
    return Rate(words, problem, floor)


def hours_problem(hours, low, high):
    return "" if low <= hours <= high else f"Plan with {low} to {high} hours."


def rate_of_text(hours, fee, limits=settings.PROJECT_HOURS):
    """The Rate of what a person is typing; anything that is no number counts as missing."""
    try:
        return rate_in_words(int(hours or ""), parse_money(fee or "", settings.CURRENCY), limits)
    except ValueError:
        return rate_in_words(None, None)
