"""When an e-mail is due: at once, in the next digest, or when quiet hours end, on the reader's own clock."""

from datetime import UTC, datetime

import pytest

from marketplace.accounts.models import User
from marketplace.notifications.models import EmailPreferences, Pace
from marketplace.notifications.rhythm import due

BERLIN = User(time_zone="Europe/Berlin")
NEW_YORK = User(time_zone="America/New_York")
NOWHERE = User(time_zone="Moon/Sea")


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


def when(pace, at, person=BERLIN, **chosen):
    return due(pace, person=person, preferences=EmailPreferences(**chosen), at=at)


def test_at_once_and_never():
    assert when(Pace.INSTANT, utc(2026, 3, 2, 10)) == (utc(2026, 3, 2, 10), False)
    assert when(Pace.OFF, utc(2026, 3, 2, 10)) == (None, False)


@pytest.mark.parametrize(
    ("pace", "at", "person", "expected"),
    [
        (Pace.DAILY, utc(2026, 3, 2, 6, 59), BERLIN, utc(2026, 3, 2, 7)),  # 8:00 in Berlin, in winter
        (Pace.DAILY, utc(2026, 3, 2, 7), BERLIN, utc(2026, 3, 3, 7)),  # just missed
        (Pace.DAILY, utc(2026, 3, 28, 12), BERLIN, utc(2026, 3, 29, 6)),  # the clocks went forward in that night
        (Pace.DAILY, utc(2026, 10, 24, 12), BERLIN, utc(2026, 10, 25, 7)),  # and back
        (Pace.WEEKLY, utc(2026, 3, 4, 12), BERLIN, utc(2026, 3, 9, 7)),  # a Wednesday
        (Pace.WEEKLY, utc(2026, 3, 9, 6), BERLIN, utc(2026, 3, 9, 7)),  # Monday, early
        (Pace.WEEKLY, utc(2026, 3, 9, 7), BERLIN, utc(2026, 3, 16, 7)),
        (Pace.WEEKLY, utc(2026, 3, 9, 2), NEW_YORK, utc(2026, 3, 9, 12)),  # still Sunday there, summer time since
        (Pace.DAILY, utc(2026, 3, 2, 7), NOWHERE, utc(2026, 3, 2, 8)),
    ],
)
def test_digests(pace, at, person, expected):
    assert when(pace, at, person) == (expected, True)


@pytest.mark.parametrize(
    ("at", "hours", "expected"),
    [
        (utc(2026, 3, 2, 20, 59), (22, 7), utc(2026, 3, 2, 20, 59)),  # 21:59
        (utc(2026, 3, 2, 21), (22, 7), utc(2026, 3, 3, 6)),  # 22:00, until tomorrow's 7:00
        (utc(2026, 3, 3, 1), (22, 7), utc(2026, 3, 3, 6)),  # after midnight, until today's
        (utc(2026, 3, 3, 6), (22, 7), utc(2026, 3, 3, 6)),  # they are over
        (utc(2026, 3, 28, 22), (22, 7), utc(2026, 3, 29, 5)),  # the night of 23 hours
        (utc(2026, 10, 24, 21), (22, 7), utc(2026, 10, 25, 6)),  # the night of 25
        (utc(2026, 3, 2, 12), (9, 17), utc(2026, 3, 2, 16)),  # within a day
        (utc(2026, 3, 28, 22), (22, 2), utc(2026, 3, 29, 1)),  # there is no 2:00: the clocks go from 2 to 3
    ],
)
def test_quiet_hours(at, hours, expected):
    assert when(Pace.INSTANT, at, quiet_from=hours[0], quiet_until=hours[1]) == (expected, False)


def test_a_digest_waits_for_the_end_of_quiet_hours():
    chosen = {"digest_hour": 6, "quiet_from": 22, "quiet_until": 9}
    assert when(Pace.DAILY, utc(2026, 3, 2, 12), **chosen) == (utc(2026, 3, 3, 8), True)
