"""A version is delivered, and judged against the acceptance criteria: changes or approval."""

from django.conf import settings
from django.db import transaction

from engagements import notices
from engagements.actions.change_orders import end_change_orders
from engagements.actions.offers import check_files
from engagements.models import PEOPLE, ChangeRequest, ChangeRequestItem, Engagement
from engagements.queries import change_rounds
from marketplace.activity.actions import record
from marketplace.clock import days
from marketplace.db import lock
from marketplace.errors import DomainError, InvalidTransition, LimitReached

Status = Engagement.Status


@transaction.atomic
def deliver(*, engagement, note, by, at, link="", files=()):
    """The next version: a note, and a link or StoredFiles. Starts the organization's review clock.

    Sending the same note and link again while it is under review returns that version.
    """
    engagement = lock(Engagement, engagement.pk)
    note, link, files = note.strip(), link.strip(), list(files)
    latest = engagement.deliveries.order_by("-version").first()
    if engagement.status == Status.DELIVERED and (latest.note, latest.link) == (note, link):
        return latest
    refuse_unless_deliverable(engagement)
    check_delivery(note, link, files, by)
    version = latest.version + 1 if latest else 1
    delivery = engagement.deliveries.create(version=version, note=note, link=link, delivered_at=at)
    delivery.files.set(files)
    engagement.move_to(Status.DELIVERED, at=at, delivered_at=at, review_due_at=at + days(settings.REVIEW_DAYS))
    record("delivery.sent", actor=by, subject=engagement, at=at, version=version)
    notices.delivered(delivery, at)
    return delivery


def refuse_unless_deliverable(engagement):
    if engagement.status == Status.AWAITING_FUNDING:
        raise InvalidTransition("Work starts when the project is funded; until then there is nothing to deliver.")
    if engagement.status == Status.DELIVERED:
        raise InvalidTransition("Your last version is being reviewed. You can deliver again if changes are requested.")
    if engagement.status not in (Status.ACTIVE, Status.CHANGES_REQUESTED):
        raise InvalidTransition(f"This is {engagement.get_status_display().lower()} now, so nothing can be delivered.")
    if not engagement.kicked_off:
        raise InvalidTransition("Both sides confirm the kickoff first. Then you can deliver.")


def check_delivery(note, link, files, by):
    if not note:
        raise DomainError("Say in a few sentences what is in this version.", field="note")
    if len(note) > 5_000:
        raise DomainError(f"Use at most 5,000 characters; this has {len(note):,}.", field="note")
    if not link and not files:
        raise DomainError("Add a link or at least one file.", field="files")
    check_files(files, by)


@transaction.atomic
def request_changes(*, engagement, items, by, at, summary="", version=None):
    """Answer the version under review with the criteria it does not meet yet; stops the review clock.

    `items`: [{"criterion": AcceptanceCriterion, "comment": str}, …], at least one. Raises LimitReached after
    CHANGE_ROUNDS. Asking twice for the same version returns the first request. `version`: the one that was read.
    """
    engagement = lock(Engagement, engagement.pk)
    delivery = engagement.deliveries.order_by("-version").first()
    if delivery is not None and version not in (None, delivery.version):
        raise InvalidTransition(f"Version {delivery.version} is the latest. Read that one before you ask for changes.")
    if engagement.status == Status.CHANGES_REQUESTED:
        existing = ChangeRequest.objects.filter(delivery=delivery).first()
        if existing is not None:  # there is none where a change order asked for the next version
            return existing
    refuse_unless_under_review(engagement, at)
    if change_rounds(engagement) >= settings.CHANGE_ROUNDS:
        raise LimitReached(
            f"You have used all {settings.CHANGE_ROUNDS} rounds of changes. Approve this version or open a dispute."
        )
    check_items(engagement, items)
    change_request = ChangeRequest.objects.create(
        engagement=engagement, delivery=delivery, requested_by=by, summary=summary.strip()[:2_000], requested_at=at
    )
    ChangeRequestItem.objects.bulk_create(
        ChangeRequestItem(change_request=change_request, criterion=item["criterion"], comment=item["comment"].strip())
        for item in items
    )
    due_at = max(engagement.due_at, at + days(settings.PROJECT_WORK_DAYS[0]))
    engagement.move_to(Status.CHANGES_REQUESTED, at=at, review_due_at=None, due_at=due_at)
    record("changes.requested", actor=by, subject=engagement, at=at, version=delivery.version, criteria=len(items))
    notices.changes_requested(change_request, at)
    return change_request


def refuse_unless_under_review(engagement, at):
    if engagement.status != Status.DELIVERED:
        raise InvalidTransition("There is no version under review.")
    if at >= engagement.review_due_at:
        raise InvalidTransition("The time to review this version is over, so it is approved automatically.")


def check_items(engagement, items):
    """Only the acceptance criteria count: at least one, each of this project, once, and with what is missing."""
    if not items:
        raise DomainError("Mark at least one acceptance criterion as Not yet and say what is missing.", field="items")
    ours = set(engagement.project.criteria.values_list("pk", flat=True))
    cited = [item["criterion"].pk for item in items]
    if not set(cited) <= ours or len(set(cited)) != len(cited):
        raise DomainError("Cite the acceptance criteria of this project, each once.", field="items")
    for item in items:
        comment = item["comment"].strip()
        if not comment:
            raise DomainError("Say what is missing for each criterion that is not met yet.", field="items")
        if len(comment) > 500:
            raise DomainError(f"Use at most 500 characters per criterion; this has {len(comment)}.", field="items")


@transaction.atomic
def extend_review(*, engagement, by, at):
    """Give the organization REVIEW_EXTENSION_DAYS more, once per engagement."""
    engagement = lock(Engagement, engagement.pk)
    refuse_unless_under_review(engagement, at)
    if engagement.review_extended_at is not None:
        raise LimitReached("The time to review can be extended once, and it has been.")
    engagement.review_due_at += days(settings.REVIEW_EXTENSION_DAYS)
    engagement.review_extended_at = at
    engagement.save(update_fields=["review_due_at", "review_extended_at"])
    record("review.extended", actor=by, subject=engagement, at=at, until=engagement.review_due_at.isoformat())
    notices.review_extended(engagement, at)
    return engagement


@transaction.atomic
def mark_approved(*, engagement, by, at):
    """Approve the version under review: every criterion is met. `by=None`: the review clock ran out.

    Status only; payments.actions.approve_delivery wraps this and the payout in one transaction.
    Repeating is harmless. Raises InvalidTransition.
    """
    engagement = lock(Engagement, engagement.pk, *PEOPLE)
    if engagement.status == Status.APPROVED:
        return engagement
    if engagement.status != Status.DELIVERED:
        raise InvalidTransition("There is no version under review, so nothing can be approved.")
    if by is None and at < engagement.review_due_at:
        raise InvalidTransition("The time to review is not over yet.")
    engagement.move_to(Status.APPROVED, at=at, approved_at=at, approved_by=by, review_due_at=None)
    end_change_orders(engagement, at)
    record("delivery.approved", actor=by, subject=engagement, at=at, automatic=by is None)
    notices.approved(engagement, at)
    return engagement
