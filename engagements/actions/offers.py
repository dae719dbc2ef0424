"""From the accepted offer to the start of the work: accept, fund, kick off, talk."""

from django.conf import settings
from django.db import transaction

from applications.actions import close_out, mark_accepted
from applications.models import Application
from engagements import notices
from engagements.models import ChangeOrder, Engagement, Message
from engagements.queries import places_left
from engagements.rules import ORGANIZATION, STUDENT, side_of
from marketplace.activity.actions import record
from marketplace.clock import days, end_of_day
from marketplace.db import lock, new_code
from marketplace.errors import DomainError, InvalidTransition, LimitReached
from projects.actions import close_project
from projects.models import Project

MAX_FILES = 10


@transaction.atomic
def accept_offer(*, application, by, at):
    """Turn an offer into an engagement. Accepting twice returns the same engagement.

    When the last place is taken, the project closes and everybody still waiting gets a decision.
    Raises DomainError (offer_expired), InvalidTransition, LimitReached.
    """
    project = lock(Project, application.project_id)
    application = lock(Application, application.pk)
    if application.status == Application.Status.ACCEPTED:
        return application.engagement
    refuse_unless_acceptable(application, project, at)
    mark_accepted(application=application, at=at)
    engagement = open_engagement(application, project, at)
    record("offer.accepted", actor=by, subject=engagement, at=at)
    notices.offer_accepted(engagement, at)
    if places_left(project) == 0:
        close_filled(project, by=by, at=at)
    return engagement


def refuse_unless_acceptable(application, project, at):
    if application.status != Application.Status.OFFERED:
        raise InvalidTransition("There is no open offer to accept here any more.")
    if at >= application.offer_expires_at:
        raise DomainError("This offer has expired. You can ask the organization to offer again.", code="offer_expired")
    if not project.is_running:
        raise InvalidTransition(f"This project is {project.get_status_display().lower()} now.")
    if places_left(project) == 0:
        raise LimitReached("All places of this project have been taken.")


def open_engagement(application, project, at):
    """The row, with the amounts as they are now: later edits of the project do not change them."""
    return Engagement.objects.create(
        application=application, project=project, student=application.student, organization=project.organization,
        fee_amount=project.fee_amount, service_fee_amount=project.service_fee_amount, currency=project.currency,
        accepted_at=at, status_changed_at=at, funding_due_at=at + days(settings.FUNDING_DAYS),
        due_at=delivery_deadline(project, at),
    )  # fmt: skip


def delivery_deadline(project, start):
    """The end of the posted day in the poster's zone, but never less than the shortest work time from `start`.

    Who takes the place of a student who vanished gets as long as that one had.
    """
    posted = end_of_day(project.work_due_on, project.created_by.time_zone)
    replaced = project.engagements.filter(replacement_until__gt=start).order_by("-cancelled_at").first()
    had = replaced.due_at - replaced.funded_at if replaced else days(0)
    return max(posted, start + max(had, days(settings.PROJECT_WORK_DAYS[0])))


def close_filled(project, *, by, at):
    if project.status == Project.Status.OPEN:
        close_project(project=project, by=by, at=at, reason=Project.CloseReason.FILLED)
    close_out(project=project, at=at)


@transaction.atomic
def mark_funded(*, engagement, at):
    """The payment was verified: work may start after the kickoff. Repeating is harmless.

    Raises InvalidTransition when it was cancelled meanwhile; the caller then refunds.
    """
    engagement = lock(Engagement, engagement.pk)
    if engagement.funded_at is not None and engagement.status != Engagement.Status.CANCELLED:
        return engagement
    engagement.move_to(
        Engagement.Status.ACTIVE, at=at, funded_at=at, kickoff_due_at=at + days(settings.KICKOFF_DAYS),
        due_at=delivery_deadline(engagement.project, at),
    )  # fmt: skip
    record("engagement.funded", actor=None, subject=engagement, at=at, amount=engagement.total_amount)
    notices.funded(engagement, at)
    return engagement


@transaction.atomic
def give_time_to_pay_again(*, engagement, at, change_order=None):
    """A bank refused a payment after days: whoever pays has PAY_AGAIN_DAYS from now on. Returns what is unpaid, or None
    where nothing is to be paid any more."""
    asked = lock(Engagement, engagement.pk)
    if change_order is not None:
        asked = lock(ChangeOrder, change_order.pk)
    if asked.status not in (Engagement.Status.AWAITING_FUNDING, ChangeOrder.Status.ACCEPTED):
        return None
    asked.funding_due_at = max(asked.funding_due_at, at + days(settings.PAY_AGAIN_DAYS))
    asked.save(update_fields=["funding_due_at"])
    return asked


@transaction.atomic
def confirm_kickoff(*, engagement, by, at):
    """One side has read the criteria and the dates and is ready. The second confirmation starts the work."""
    engagement = lock(Engagement, engagement.pk)
    side = side_of(by, engagement)
    column = {STUDENT: "kickoff_student_at", ORGANIZATION: "kickoff_organization_at"}.get(side)
    if column is None:
        raise DomainError("Only the student and the organization can confirm the kickoff.")
    if getattr(engagement, column) is not None:
        return engagement
    if engagement.status != Engagement.Status.ACTIVE:
        raise InvalidTransition("The kickoff opens when the project is funded.")
    setattr(engagement, column, at)
    engagement.save(update_fields=[column])
    record("kickoff.confirmed", actor=by, subject=engagement, at=at, side=side)
    if engagement.kicked_off:
        record("kickoff.done", actor=None, subject=engagement, at=at)
    notices.kickoff_confirmed(engagement, side, at)
    return engagement


@transaction.atomic
def send_message(*, engagement, body, by, at, files=(), code=None):
    """A message with up to MAX_FILES StoredFiles. A `code` drawn by the form makes sending twice harmless."""
    engagement = lock(Engagement, engagement.pk)
    taken = Message.objects.filter(code=code).first() if code else None
    if taken is not None and (taken.engagement_id, taken.author_id) == (engagement.pk, by.pk):
        return taken
    code = new_code() if taken or not code else code  # somebody else's code is not ours to use
    body, files = body.strip(), list(files)
    if engagement.status == Engagement.Status.CANCELLED:
        raise InvalidTransition("This engagement was cancelled, so it takes no more messages.")
    if not body and not files:
        raise DomainError("Write a message or choose a file.", field="body")
    if len(body) > 5_000:
        raise DomainError(f"Use at most 5,000 characters; this has {len(body):,}.", field="body")
    check_files(files, by)
    message = engagement.messages.create(author=by, body=body, sent_at=at, code=code)
    message.files.set(files)
    notices.message_sent(message, side_of(by, engagement), at)
    return message


def check_files(files, by):
    """One's own files only, and not too many: nobody attaches what somebody else uploaded."""
    if len(files) > MAX_FILES:
        raise DomainError(f"Attach at most {MAX_FILES} files; these are {len(files)}.", field="files")
    if any(stored.owner_id != by.pk for stored in files):
        raise DomainError("Attach only files that you uploaded yourself.", field="files")
