"""One notice to several people, each reading the dates in their own time zone."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from engagements.queries import team_of
from marketplace.accounts.models import User
from marketplace.accounts.rules import PAYERS
from marketplace.formatting import times
from marketplace.money import format_money
from marketplace.notifications.actions import mark_done, notify


def tell(people, engagement, *, kind, key, at, title, first, more="", dates=None, again=False, **fields):
    """`{name}` in `title` and `first` becomes `dates[name]` in each person's zone; `more` is left as written.

    `again`: a reminder takes the place of what asked for the same before.
    """
    fields.setdefault("url", engagement.get_absolute_url())
    fields.setdefault("action", "Open the engagement")
    for person in people:
        with timezone.override(zone_of(person)):
            if again:
                mark_done(kind=kind, url=fields["url"], at=at, recipient=person)
            words = {f"{{{name}}}": moment(value, at) for name, value in (dates or {}).items()}
            body = fill(first, words) + (f"\n\n{more}" if more else "")
            notify(
                [person], kind=kind, key=f"{key}:{engagement.code}", at=at, title=fill(title, words), body=body,
                reason=fields.get("reason") or why(person, engagement),
                **{name: value for name, value in fields.items() if name != "reason"},
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


def why(person, engagement):
    if person.pk == engagement.student.user_id:
        return f"You are the student of “{engagement.project}”."
    if person.is_staff:
        return "You are a moderator."
    return f"You are a member of {engagement.organization}."


def student_of(engagement):
    return [engagement.student.user]


def payers_of(engagement):
    """Those who may fund it."""
    return team_of(engagement, PAYERS)


def payers_and_team(engagement):
    """Everybody of the organization whom money or work concerns, each once."""
    return list({person.pk: person for person in team_of(engagement) + payers_of(engagement)}.values())


def moderators():
    return list(User.objects.filter(is_staff=True, is_active=True))


def fee(engagement):
    return format_money(engagement.fee_amount, engagement.currency)


def open_fee(engagement):
    """What of the fee is not released yet."""
    return money(engagement.unreleased_amount, engagement)


def money(amount, engagement):
    return format_money(amount, engagement.currency)


def total(engagement):
    return format_money(engagement.total_amount, engagement.currency)


def page(engagement, name, *more):
    """The path of one page of this engagement."""
    return reverse(f"engagements:{name}", args=[engagement.code, *more])


def replace_page(engagement):
    """A page of payments, by name: that app stands above this one."""
    try:
        return reverse("payments:replace", args=[engagement.code])
    except NoReverseMatch:
        return engagement.get_absolute_url()


def settle_all(engagement, at):
    """Nothing of this engagement waits for anybody any more, reviews aside."""
    mark_done(kind="engagement.fund", url=engagement.get_absolute_url(), at=at)
    mark_done(kind="engagement.kickoff", url=page(engagement, "kickoff"), at=at)
    mark_done(kind="delivery.next", url=page(engagement, "deliver"), at=at)
    mark_done(kind="engagement.vanished", url=replace_page(engagement), at=at)
    for version in engagement.deliveries.values_list("version", flat=True):
        mark_done(kind="delivery.review", url=page(engagement, "delivery", version), at=at)
