"""One notice to several people, each reading the dates in their own time zone."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.urls import reverse
from django.utils import timezone

from marketplace.formatting import times
from marketplace.money import format_money
from marketplace.notifications.actions import notify


def tell(people, *, kind, key, at, title, body, dates=None, facts=(), **fields):
    """`{name}` in title, body and facts becomes `dates[name]` in each person's zone."""
    for person in people:
        with timezone.override(zone_of(person)):
            words = {f"{{{name}}}": moment(value, at) for name, value in (dates or {}).items()}
            notify(
                [person], kind=kind, key=key, at=at, title=fill(title, words), body=fill(body, words),
                facts=[(label, fill(value, words)) for label, value in facts], **fields,
            )  # fmt: skip


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


def day(value):
    """ "Fri 14 Mar 2026" """
    return f"{value:%a} {value.day} {value:%b %Y}"


def fee(project):
    return format_money(project.fee_amount, project.currency)


def student_of(application):
    return [application.student.user]


def page(name, application):
    return reverse(f"applications:{name}", args=[application.code])


def board_url(project, tab=""):
    return reverse("applications:board", args=[project.code]) + (f"?tab={tab}" if tab else "")


def applied(application):
    """Why the student is told."""
    return f"You applied to “{application.project.title}”."


def assesses(project):
    """Why a member of the organization is told."""
    return f"You assess applications for {project.organization}."
