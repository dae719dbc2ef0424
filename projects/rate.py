"""The effective hourly rate of a project, as a sentence."""

from dataclasses import dataclass

from django.conf import settings

from marketplace.money import exponent, format_money, parse_money
from projects.sections import fee_problems


@dataclass(frozen=True)
class Rate:
    words: str  # "$240 ÷ 12 h = $20/h", "" while something is missing
    problem: str  # "" or why it is refused
    floor: str  # "$20"


def rate_in_words(hours, fee_amount):
    """The Rate of a fee in minor units; either may be None. Rounded down: it never promises more."""
    currency = settings.CURRENCY
    floor = format_money(settings.HOURLY_FLOOR, currency)
    if not hours or not fee_amount or not 1 <= hours <= 1_000 or not 1 <= fee_amount <= 10**12:
        return Rate("", "", floor)
    unit = 10 ** exponent(currency)
    hourly = fee_amount // hours
    shown = format_money(hourly - hourly % unit if hourly >= 10 * unit else hourly, currency)
    problem = next((message for _field, message in fee_problems(hours, fee_amount)), "")
    return Rate(f"{format_money(fee_amount, currency)} ÷ {hours} h = {shown}/h", problem, floor)


def rate_of_text(hours, fee):
    """The Rate of what a person is typing; anything that is no number counts as missing."""
    try:
        return rate_in_words(int(hours or ""), parse_money(fee or "", settings.CURRENCY))
    except ValueError:
        return rate_in_words(None, None)
