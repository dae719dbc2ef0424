"""When an e-mail is due, on the clock of the person who gets it. Times are aware; hours are 0 to 23."""

from datetime import UTC, datetime, time, timedelta

from marketplace.clock import zone_named
from marketplace.notifications.models import EmailPreferences, Pace

DEFAULTS = EmailPreferences()
MONDAY = 0


def due(pace, *, person, preferences, at):
    """(when, whether it waits for the digest) of an e-mail written at `at`; (None, False) where none is wanted."""
    if pace == Pace.OFF:
        return None, False
    if pace == Pace.INSTANT:
        return after_quiet(at, person, preferences), False
    return after_quiet(next_digest(pace, person, preferences, at), person, preferences), True


def next_digest(pace, person, preferences, at):
    """The next time that it is the person's hour: of any day, or of a Monday."""
    zone = zone_named(person.time_zone)
    day = at.astimezone(zone).date()
    if pace == Pace.WEEKLY:
        day += timedelta(days=(MONDAY - day.weekday()) % 7)
    when = on_the_clock(day, preferences.digest_hour, zone)
    if when <= at:
        when = on_the_clock(day + timedelta(days=7 if pace == Pace.WEEKLY else 1), preferences.digest_hour, zone)
    return when


def after_quiet(when, person, preferences):
    """`when`, or the end of the quiet hours that it falls into."""
    start, end = preferences.quiet_from, preferences.quiet_until
    if start is None:
        return when
    zone = zone_named(person.time_zone)
    local = when.astimezone(zone)
    is_quiet = start <= local.hour < end if start < end else local.hour >= start or local.hour < end
    if not is_quiet:
        return when
    ends_tomorrow = start > end and local.hour >= start
    return on_the_clock(local.date() + timedelta(days=int(ends_tomorrow)), end, zone)


def on_the_clock(day, hour, zone):
    """That hour of that day, as UTC; an hour that the clocks leave out is the one after it."""
    return datetime.combine(day, time(hour), tzinfo=zone).astimezone(UTC)
