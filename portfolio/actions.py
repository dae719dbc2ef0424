"""Opening, writing and publishing a case, within the permission that was agreed."""

from django.db import transaction

from engagements.models import Engagement
from marketplace.activity.actions import record
from marketplace.db import lock
from marketplace.errors import DomainError, InvalidTransition
from marketplace.formatting import times
from portfolio.disclosure import disclosure, mentions
from portfolio.models import Case

TEXTS = ("problem", "my_part", "outcome")
MOST = 600


@transaction.atomic
def open_case(*, engagement, by, at):
    """The student's case of an approved engagement; a second call returns the same one."""
    engagement = lock(Engagement, engagement.pk)
    if engagement.status != Engagement.Status.APPROVED:
        raise InvalidTransition("A project can be added to the portfolio when the work is approved.")
    case, created = Case.objects.get_or_create(
        engagement=engagement, defaults={"student_id": engagement.student_id, "created_at": at}
    )
    if created:
        record("case.opened", actor=by, subject=case, at=at)
    return case


@transaction.atomic
def save_case(*, case, by, at, problem="", my_part="", outcome="", artefact_url=""):
    """Write it, published or not. Raises DomainError naming the field where the permission does not allow it."""
    case = lock(Case, case.pk)
    values = {"problem": problem.strip(), "my_part": my_part.strip(), "outcome": outcome.strip()}
    artefact_url = artefact_url.strip()
    refuse_undisclosable(case.engagement, values, artefact_url)
    if case.published_at is not None and needs_words(case) and not values["my_part"]:
        raise DomainError("A published case says what you did. Unpublish it first.", field="my_part")
    for name, text in values.items():
        setattr(case, name, text)
    case.artefact_url = artefact_url
    case.save(update_fields=[*TEXTS, "artefact_url"])
    return case


def refuse_undisclosable(engagement, values, artefact_url):
    allowed, organization = disclosure(engagement.project), engagement.organization
    for name, text in values.items():
        if len(text) > MOST:
            raise DomainError(f"Use at most {MOST} characters; this has {len(text)}.", field=name)
        if text and not allowed.text:
            raise DomainError("The permission of this project allows no case text.", field=name)
        if not allowed.names_organization and mentions(text, organization):
            raise DomainError(
                "The permission of this project does not allow naming the organization. Describe it instead, "
                "for example “a regional bike-sharing company”.", field=name,
            )  # fmt: skip
    if artefact_url and not allowed.artefact:
        raise DomainError("The permission of this project does not allow showing the artefact.", field="artefact_url")


def needs_words(case):
    """A case with text says at least what the student did."""
    return disclosure(case.engagement.project).text


@transaction.atomic
def publish_case(*, case, by, at):
    """Show it on the public portfolio. Publishing twice is harmless."""
    case = lock(Case, case.pk)
    if case.published_at is not None:
        return case
    allowed = disclosure(case.engagement.project)
    if not allowed.is_open(at.date()):
        day = times.short(allowed.opens_on, None)
        raise DomainError(
            f"You agreed to show this from {day} on. You can prepare it now and publish it then.",
            code="too_early",
        )
    if allowed.text and not case.my_part:
        raise DomainError("Say what you did before you publish it.", field="my_part", code="empty")
    case.published_at = at
    case.save(update_fields=["published_at"])
    record("case.published", actor=by, subject=case, at=at)
    return case


@transaction.atomic
def unpublish_case(*, case, by, at):
    """Only the student sees it again; the verification page is gone as well."""
    case = lock(Case, case.pk)
    if case.published_at is None:
        return case
    case.published_at = None
    case.save(update_fields=["published_at"])
    record("case.unpublished", actor=by, subject=case, at=at)
    return case
