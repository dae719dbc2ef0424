"""Time is passed in. Views, tasks and commands call `now()` once and hand it down as `at=`."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from django.utils import timezone

now = timezone.now


def days(count):
    """`count` days of 24 hours, as every deadline in PRODUCT counts them."""
    return timedelta(days=count)


def end_of_day(day, zone="UTC"):
    """The last minute of `day` in `zone`, as an aware datetime: a deadline given as a date ends then."""
    return datetime.combine(day, time(23, 59), tzinfo=ZoneInfo(zone))


def zone_named(name):
    """The ZoneInfo of an IANA name; UTC where the stored one is not known any more."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def zone_choices():
    """(value, label) pairs of the IANA zones a person may choose from, without the legacy spellings."""
    names = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "SystemV/")))
    return [("UTC", "UTC")] + [(name, name.replace("_", " ")) for name in names]
