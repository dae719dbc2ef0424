"""From the first word of a draft to the application that was sent, and its withdrawal."""

from django.conf import settings
from django.db import transaction

from applications import notices
from applications.actions.library import check_words, snapshot
from applications.actions.waiting import admit, admit_next
from applications.models import Application, ApplicationEvidence, Evidence
from applications.parts import missing_parts
from applications.queries import live_of_student, must_wait, waiting_for, waits_until
from marketplace.accounts.models import Block, Student
from marketplace.accounts.rules import is_member
from marketplace.activity.actions import record
from marketplace.db import lock
from marketplace.errors import DomainError, InvalidTransition, LimitReached
from marketplace.files.models import StoredFile
from projects.models import Project

Status = Application.Status
BLOCKED = "The file of “{}” did not pass the virus check. Replace it in your library, then choose it again."


@transaction.atomic
def start_application(*, project, by, at):
    """The student's draft for this project; a second call returns the same one.

    Raises DomainError (not_eligible, own_organization, answered), InvalidTransition when the project takes no
    applications, LimitReached when the queue is full or the student has enough live ones.
    """
    student = lock(Student, by.student.pk)
    running = Application.objects.filter(project=project, student=student, status__in=Application.RUNNING).first()
    if running is not None:
        return running
    check_may_apply(project, student, at)
    check_limits(project, student, at)
    application = Application.objects.create(project=project, student=student, created_at=at)
    record("application.started", actor=by, subject=application, at=at)
    return application


def check_may_apply(project, student, at):
    if is_member(student.user, project.organization):
        raise DomainError("You belong to this organization, so you cannot apply to it.", code="own_organization")
    sides = set(student.blocks.filter(organization=project.organization_id).values_list("side", flat=True))
    if Block.Side.STUDENT in sides:
        raise DomainError(f"You blocked {project.organization}. Unblock it to apply.", code="blocked")
    if sides:
        raise DomainError(f"{project.organization} takes no applications from you.", code="blocked")
    if not student.is_eligible:
        raise DomainError("Answer the questions about eligibility first.", code="not_eligible")
    if not project.accepts_applications(at):
        raise InvalidTransition("This project takes no applications any more.", code="closed")
    ended = Application.objects.filter(project=project, student=student).exclude(status__in=Application.RUNNING)
    if ended.exclude(status=Status.WITHDRAWN).exists():
        raise DomainError("You have had an answer for this project already.", code="answered")


def check_limits(project, student, at):
    most, own = settings.WAITING_APPLICATIONS_PER_PROJECT, settings.LIVE_APPLICATIONS_PER_STUDENT
    if live_of_student(student) >= own:
        raise LimitReached(
            f"You have {own} live applications, the most at one time. Withdraw one, or wait for a decision.",
            code="student_limit",
        )
    if not must_wait(project):
        return
    if at >= waits_until(project):
        raise LimitReached("The queue is full, and nobody moves up any more before the decision.", code="project_limit")
    if waiting_for(project).count() >= most:
        raise LimitReached(
            f"The queue and its waiting list of {most} are full. When somebody withdraws, a place is free again.",
            code="project_limit",
        )


@transaction.atomic
def answer_competency(*, application, competency, evidence, by, at):
    """Show this competency with that evidence of the library; it is copied, so that what is sent stays what it was."""
    return choose_evidence(application=application, chosen=[(competency, evidence)], by=by, at=at)[0]


@transaction.atomic
def choose_evidence(*, application, chosen, by, at):
    """`chosen`: [(Competency, Evidence)], as in answer_competency; all of them or none."""
    lock(Student, application.student_id)  # nobody edits the evidence while it is copied
    application = lock_draft(application)
    return [_answer(application, competency, evidence) for competency, evidence in chosen]


def _answer(application, competency, evidence):
    evidence = Evidence.objects.get(pk=evidence.pk)
    if competency.project_id != application.project_id:
        raise DomainError("This project does not ask for that.", code="other_project")
    if evidence.student_id != application.student_id or evidence.archived_at:
        raise DomainError("Choose evidence from your own library.", field="evidence", code="not_yours")
    if evidence.file and evidence.file.state == StoredFile.State.BLOCKED:
        raise DomainError(BLOCKED.format(evidence.title), field="evidence", code="file_blocked")
    answer, _ = ApplicationEvidence.objects.update_or_create(
        application=application, competency=competency, defaults={"evidence": evidence, **snapshot(evidence)}
    )
    return answer


@transaction.atomic
def save_plan(*, application, approach, is_available, by, at, note=""):
    """How the student would begin, and whether the hours and dates suit: no is an honest answer, but cannot be sent."""
    application = lock_draft(application)
    check_words(approach, field="approach", what="Say in a few sentences how you would begin.")
    application.approach = approach.strip()
    application.is_available, application.availability_note = is_available, note.strip()
    application.save(update_fields=["approach", "is_available", "availability_note"])
    return application


def lock_draft(application):
    application = lock(Application, application.pk)
    if application.status != Status.DRAFT:
        raise InvalidTransition("This application was sent already and cannot be changed.")
    return application


@transaction.atomic
def submit_application(*, application, by, at):
    """Send it: into the queue, or on its waiting list while it is full. Sending twice changes nothing.

    The project's row is locked before the live applications are counted, and the student's before theirs, so that
    the limits hold however many are sent at once. Raises DomainError, InvalidTransition, LimitReached.
    """
    project = lock(Project, application.project_id)
    student = lock(Student, application.student_id)
    application = lock(Application, application.pk)
    if application.submitted_at is not None or application.queued_at is not None:
        return application
    if application.status != Status.DRAFT:
        raise InvalidTransition("This draft was thrown away. Start again from the project's page.")
    check_may_apply(project, student, at)
    if missing := missing_parts(application):
        raise DomainError(f"Still missing: {', '.join(missing)}.", code="incomplete")
    for answer in application.answers.filter(file__state=StoredFile.State.BLOCKED)[:1]:
        raise DomainError(BLOCKED.format(answer.title), code="file_blocked")
    check_limits(project, student, at)
    if must_wait(project):
        application.move_to(Status.WAITLISTED, at=at, queued_at=at)
        record("application.waitlisted", actor=by, subject=application, at=at)
        notices.application_waitlisted(application, at)
        return application
    return admit(application, by=by, at=at)


@transaction.atomic
def withdraw_application(*, application, by, at):
    """Take it back, or throw a draft away. Withdrawing twice changes nothing; an offer is declined instead."""
    project = lock(Project, application.project_id)
    application = lock(Application, application.pk)
    if application.status == Status.WITHDRAWN:
        return application
    if application.status == Status.OFFERED:
        raise InvalidTransition("There is an offer for you: decline it instead.")
    was_received = application.submitted_at is not None
    application.move_to(Status.WITHDRAWN, at=at, decided_at=at if was_received else None)
    record("application.withdrawn", actor=by, subject=application, at=at)
    if was_received:
        notices.application_withdrawn(application, at)
        admit_next(project, at)
    return application
