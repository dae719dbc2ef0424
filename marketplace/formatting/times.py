"""Dates and times as the reader sees them: in their zone, with the words a person would use."""

from datetime import datetime, timedelta
from functools import lru_cache

from django.utils import timezone

MINUTE, HOUR, DAY = 60, 3600, 86_400


def is_moment(value):
    """True for a date with a time, False for a plain date."""
    return isinstance(value, datetime)


def local(value):
    return timezone.localtime(value) if is_moment(value) else value


def short(value, this_year):
    """ "Fri 14 Mar, 17:00", with the year when it is not this one; a date alone has no time."""
    value = local(value)
    text = f"{value:%a} {value.day} {value:%b}" + ("" if value.year == this_year else f" {value.year}")
    return f"{text}, {value:%H:%M}" if is_moment(value) else text


@lru_cache(maxsize=1000)
def day(date, this_year):
    """ "14 Mar", with the year when it is not this one: where there is room for no more."""
    return f"{date.day} {date:%b}" + ("" if date.year == this_year else f" {date.year}")


def full(value):
    """ "Friday 14 March 2026, 17:00 CET": for a tooltip and for papers that outlive the page."""
    value = local(value)
    text = f"{value:%A} {value.day} {value:%B} {value.year}"
    return f"{text}, {value:%H:%M} {value.tzname()}" if is_moment(value) else text


def relative(value, now, zone=None):
    """ "in 3 days", "2 hours ago", "today". From a day on, days are counted on the calendar of `zone`, the reader's."""
    if not is_moment(value):
        return _days((value - timezone.localtime(now, zone).date()).days)
    seconds = (value - now).total_seconds()
    if abs(seconds) < MINUTE:
        return "now" if seconds >= 0 else "just now"
    if abs(seconds) < HOUR:
        return _phrase(seconds, MINUTE, "minute")
    if abs(seconds) < DAY:
        return _phrase(seconds, HOUR, "hour")
    zone = zone or timezone.get_current_timezone()
    return _days((value.astimezone(zone).date() - now.astimezone(zone).date()).days)


def _days(days):
    named = {0: "today", 1: "tomorrow", -1: "yesterday"}
    if days in named:
        return named[days]
    if abs(days) < 60:
        return _phrase(days, 1, "day")
    return _phrase(days, 365 if abs(days) >= 730 else 30, "year" if abs(days) >= 730 else "month")


def _phrase(amount, unit, word):
    """Never more than what is left: 2 h 50 min ahead is "in 2 hours"."""
    whole = int(abs(amount) // unit)
    text = f"{whole} {word}" + ("" if whole == 1 else "s")
    return f"in {text}" if amount > 0 else f"{text} ago"


def is_soon(value, now, within=timedelta(days=2)):
    """True when a deadline is still ahead but near enough to stand out."""
    if not is_moment(value):
        return timedelta(0) <= value - timezone.localtime(now).date() <= within
    return timedelta(0) <= value - now <= within


def in_words(span):
    """ "under an hour", "5 hours", "3 days": rounded to the nearest whole one; None for no figure."""
    if span is None:
        return None
    hours = round(span.total_seconds() / 3600)
    if hours < 1:
        return "under an hour"
    number, word = (hours, "hour") if hours < 36 else (round(hours / 24), "day")
    return f"{number} {word}{'s' * (number != 1)}"
