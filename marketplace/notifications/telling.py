"""One notice to several people, each reading the dates in their own time zone."""

from django.utils import timezone

from marketplace.clock import zone_named
from marketplace.formatting import times
from marketplace.notifications.actions import notify


def tell(people, *, title, body, at, more="", dates=None, facts=(), reason="", **fields):
    """`{name}` in title, body and facts becomes `dates[name]` in each person's zone; `more` is left as written.

    `reason`: why they are told. Title, body, more and reason are words, or what gives them for a person. The rest as
    `notify` takes it.
    """

    spoken = {}  # by time zone: many people share few

    def says(person):
        zone = zone_named(person.time_zone)
        with timezone.override(zone):
            if zone not in spoken:
                spoken[zone] = {f"{{{name}}}": moment(value, at) for name, value in (dates or {}).items()}
            words = spoken[zone]
        own_title, own_body, own_more, own_reason = (
            value(person) if callable(value) else value for value in (title, body, more, reason)
        )
        return {
            "title": fill(own_title, words), "body": fill(own_body, words) + (f"\n\n{own_more}" if own_more else ""),
            "facts": [(label, fill(value, words)) for label, value in facts], "reason": own_reason,
        }  # fmt: skip

    notify(people, at=at, says=says, **fields)


def fill(text, words):
    for token, value in words.items():
        text = text.replace(token, value)
    return text


def moment(value, at):
    """ "Fri 14 Mar, 17:00 CET" in the active zone."""
    return f"{times.short(value, timezone.localtime(at).year)} {timezone.localtime(value).tzname()}"
