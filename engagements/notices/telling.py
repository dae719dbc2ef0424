"""What the notices of an engagement share: whom they go to, where they lead, why."""

from django.urls import NoReverseMatch, reverse

from engagements.queries import team_of
from marketplace.accounts.models import User
from marketplace.accounts.rules import PAYERS
from marketplace.money import format_money
from marketplace.notifications import telling
from marketplace.notifications.actions import mark_all_done, mark_done


def tell(people, engagement, *, kind, key, first, more="", again=False, **fields):
    """As marketplace.notifications tells; `{name}` is filled in in `first`, and `more` is left as written.

    `again`: a reminder takes the place of what asked for the same before.
    """
    fields = {"url": engagement.get_absolute_url(), "action": "Open the engagement"} | fields
    fields.setdefault("reason", lambda person: why(person, engagement))
    if again:
        mark_done(kind=kind, url=fields["url"], at=fields["at"], recipients=people)
    telling.tell(people, kind=kind, key=f"{key}:{engagement.code}", body=first, more=more, **fields)


def either(engagement, student, others):
    """Words of a notice that goes to the student and to the organization: what the one reads, and what the others."""
    return lambda person: student if person.pk == engagement.student.user_id else others


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
    return payment_page("replace", engagement)


def payment_page(name, engagement):
    """A page of payments, by name: that app stands above this one."""
    try:
        return reverse(f"payments:{name}", args=[engagement.code])
    except NoReverseMatch:
        return engagement.get_absolute_url()


def settle_all(engagement, at):
    """Nothing of this engagement waits for anybody any more, reviews aside."""
    versions = engagement.deliveries.values_list("version", flat=True)
    asked = [
        ("engagement.fund", engagement.get_absolute_url()),
        ("money.failed", payment_page("fund", engagement)),
        ("engagement.kickoff", page(engagement, "kickoff")),
        ("engagement.vanished", replace_page(engagement)),
        ("engagement.split", page(engagement, "dispute")),
        ("moderation.dispute", engagement.get_absolute_url()),
        ("delivery.next", page(engagement, "deliver")),
        *(("delivery.review", page(engagement, "delivery", version)) for version in versions),
    ]
    mark_all_done(asked, at=at)
