"""One notice to several people, each reading the dates in their own time zone."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils import timezone

from marketplace.formatting import times
from marketplace.notifications.actions import notify


def tell(people, *, title, body, at, more="", dates=None, facts=(), reason="", **fields):
    """`{name}` in title, body and facts becomes `dates[name]` in each person's zone; `more` is left as written.

    `reason`: why they are told; the words, or what gives them for a person. The rest as `notify` takes it.
    """

    def says(person):
        with timezone.override(zone_of(person)):
            words = {f"{{{name}}}": moment(value, at) for name, value in (dates or {}).items()}
        return {
            "title": fill(title, words), "body": fill(body, words) + (f"\n\n{more}" if more else ""),
            "facts": [(label, fill(value, words)) for label, value in facts],
            "reason": reason(person) if callable(reason) else reason,
        }  # fmt: skip

    notify(people, at=at, says=says, **fields)


def fill(text, words):
    for token, value in words.items():
        text = text.replace(token, value)
    return text


def moment(value, at):
    """ "Fri 14 Mar, 17:00 CET" in the active zone."""
    return f"{times.short(value, at)} {timezone.localtime(value).tzname()}"


def zone_of(person):
    try:
        return ZoneInfo(person.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
