"""Shortlist, decline, offer: each application ends with an answer, and the answer carries its reasons."""

from django.conf import settings
from django.db import transaction

from applications import notices
from applications.actions.waiting import admit_next
from applications.models import Application
from applications.queries import assessed_ids, competencies_of, disputes_of, is_assessed, places_left
from applications.skills_shown import confirm_assessed
from marketplace.activity.actions import record
from marketplace.clock import days
from marketplace.db import lock
from marketplace.errors import DomainError, InvalidTransition, LimitReached
from projects.models import Project

Status, Reason = Application.Status, Application.Reason
CHOOSABLE = [Reason.EVIDENCE, Reason.STRONGER, Reason.AVAILABILITY]  # the others come from the project's own fate
UNAVAILABLE = "This person’s account is not available at present, so they could not accept an offer."
ON_MERIT = {Reason.EVIDENCE, Reason.STRONGER}


@transaction.atomic
def shortlist(*, application, by, at):
    """Reveal who it is, and log that. Shortlisting twice changes nothing.

    Raises DomainError (not_assessed) until one assessor has scored every competency, and (not_settled) while assessors
    are too far apart: from here on scores are fixed and nobody judges blind any more.
    """
    project = lock(Project, application.project_id)
    application = lock(Application, application.pk)
    if application.status == Status.SHORTLISTED:
        return application
    check_running(project)
    check_assessed(application)
    check_settled(application)
    application.move_to(Status.SHORTLISTED, at=at, revealed_at=at)
    record("application.shortlisted", actor=by, subject=application, at=at)
    record("application.revealed", actor=by, subject=application, at=at)
    confirm_assessed(application, at=at)
    notices.shortlisted(application, at)
    notices.settle_decisions(application.project, at)
    return application


@transaction.atomic
def decline_application(*, application, reason, by, at, feedback=""):
    """Not selected, with a reason code, the levels, and a note if there is one. Twice changes nothing.

    A reason on merit needs an assessment that the assessors stand by: the applicant's levels are the feedback.
    """
    project = lock(Project, application.project_id)
    application = lock(Application, application.pk)
    if application.status == Status.NOT_SELECTED:
        return application
    if application.status == Status.OFFERED:
        raise InvalidTransition("An offer stands until it is answered or expires; it cannot be taken back.")
    if reason not in CHOOSABLE:
        raise DomainError("Choose a reason.", field="reason", code="bad_reason")
    if reason in ON_MERIT:
        check_assessed(application)
        check_settled(application)
    end_unselected(application, reason=reason, by=by, at=at, feedback=feedback.strip())
    admit_next(project, at)
    return application


@transaction.atomic
def decline_rest(*, project, reason, by, at, feedback=""):
    """Decline everybody who was assessed and not shortlisted. Returns them.

    Those without an assessment stay, and those whose scores are still to be settled.
    """
    if reason not in CHOOSABLE:
        raise DomainError("Choose a reason.", field="reason", code="bad_reason")
    project = lock(Project, project.pk)
    assessed = assessed_ids(project)
    rows = Application.objects.select_for_update(of=("self",)).filter(project=project, status=Status.SUBMITTED)
    ready = [application for application in rows.order_by("pk") if application.pk in assessed]
    disputed = disputes_of(ready)
    declined = [application for application in ready if application.pk not in disputed]
    for application in declined:
        end_unselected(application, reason=reason, by=by, at=at, feedback=feedback.strip())
    admit_next(project, at)
    return declined


def check_assessed(application):
    if not is_assessed(application):
        raise DomainError(
            f"Score every competency of Applicant {application.label} first: the levels are the feedback.",
            code="not_assessed",
        )


def check_settled(application):
    """Only while it can be settled: after the shortlist the scores are fixed."""
    disputed = disputes_of([application]).get(application.pk) if application.status == Status.SUBMITTED else None
    if disputed:
        names = [one.skill.name for one in competencies_of(application.project) if one.pk in disputed]
        raise DomainError(
            f"Scores of Applicant {application.label} differ by two levels or more in {' and '.join(names)}: settle "
            "that first, by changing a score or agreeing on a level.",
            code="not_settled",
        )


def end_unselected(application, *, reason, by, at, feedback=""):
    """The locked application gets its answer. `by` is null where nobody chose (places filled, project cancelled)."""
    application.move_to(Status.NOT_SELECTED, at=at, reason=reason, feedback=feedback, decided_at=at)
    record("application.not_selected", actor=by, subject=application, at=at, reason=reason)
    confirm_assessed(application, at=at)
    notices.not_selected(application, at)
    notices.settle_decisions(application.project, at)
    notices.settle_disagreement(application, at)
    return application


@transaction.atomic
def make_offer(*, application, by, at, note=""):
    """Offer a place, for OFFER_DAYS, from the shortlist or to a runner-up. Offering twice returns the standing offer.

    The project's row is locked before the places are counted. Raises LimitReached when none is left.
    """
    project = lock(Project, application.project_id)
    application = lock(Application, application.pk)
    if application.status == Status.OFFERED:
        return application
    check_running(project)
    if application.student.user.is_suspended:
        raise DomainError(UNAVAILABLE, code="unavailable")
    was_closed_out = application.status == Status.NOT_SELECTED
    if was_closed_out:
        check_runner_up(application)
    if application.may_become(Status.OFFERED) and places_left(project) == 0:
        raise LimitReached(_no_place(project), code="no_places")
    application.move_to(
        Status.OFFERED, at=at, offered_at=at, offer_expires_at=at + days(settings.OFFER_DAYS), offer_note=note.strip(),
        revealed_at=application.revealed_at or at, decided_at=None, reason="", feedback="",
    )  # fmt: skip
    if application.revealed_at == at:
        record("application.revealed", actor=by, subject=application, at=at)
    record("offer.made", actor=by, subject=application, at=at, again=was_closed_out)
    notices.offer_made(application, at, again=was_closed_out)
    notices.settle_decisions(project, at)
    return application


def check_runner_up(application):
    """Only who was closed out because the places were filled, was judged, and has no other application here.

    After a block nobody is approached again, nor is a name shown; which side blocked is not said.
    """
    if not application.is_runner_up:
        raise InvalidTransition("This applicant was turned down, so no offer can be made any more.")
    if application.student.blocks.filter(organization=application.project.organization_id).exists():
        raise InvalidTransition("No offer can be made to this applicant any more.")
    if application.revealed_at is None:
        check_assessed(application)
    others = Application.objects.filter(project=application.project, student=application.student_id)
    if others.filter(status__in=Application.RUNNING).exists():
        raise InvalidTransition("This student has applied again: decide about the new application.")


def check_running(project):
    """A project that was cancelled or removed reveals nobody any more and offers nothing."""
    if not project.is_running:
        raise InvalidTransition(f"This project is {project.get_status_display().lower()} now.")


def _no_place(project):
    if project.places == 1:
        return "The place is taken or offered. If the offer is declined or expires, you can offer it again."
    return f"All {project.places} places are taken or offered. If an offer is declined or expires, you can offer again."


@transaction.atomic
def decline_offer(*, application, by, at):
    """The student says no. Saying it twice changes nothing."""
    project = lock(Project, application.project_id)
    application = lock(Application, application.pk)
    if application.status == Status.DECLINED:
        return application
    application.move_to(Status.DECLINED, at=at, decided_at=at)
    record("offer.declined", actor=by, subject=application, at=at)
    notices.offer_declined(application, at)
    admit_next(project, at)
    return application


@transaction.atomic
def mark_accepted(*, application, at):
    """The status only: engagements.accept_offer calls it inside its transaction, with the project locked."""
    application = lock(Application, application.pk)
    if application.status == Status.ACCEPTED:
        return application
    application.move_to(Status.ACCEPTED, at=at, decided_at=at)
    notices.settle_offer(application, at)
    admit_next(application.project, at)
    return application


@transaction.atomic
def close_out(*, project, at, reason=Reason.FILLED):
    """Everybody who still waits gets an answer: the places are filled, or the project was cancelled. Returns them."""
    project = lock(Project, project.pk)
    rows = Application.objects.filter(project=project, status__in=Application.UNANSWERED)
    waiting = rows.select_for_update(of=("self",))
    ended = [end_unselected(row, reason=reason, by=None, at=at) for row in waiting.order_by("pk")]
    for application in ended:
        notices.settle_offer(application, at)
    return ended
