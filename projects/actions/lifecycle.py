"""draft → in_review → open → closed, and the ways out."""

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from marketplace.activity.actions import record
from marketplace.clock import days
from marketplace.db import lock
from marketplace.errors import DomainError, InvalidTransition, LimitReached
from marketplace.notifications.actions import mark_done
from marketplace.sweeps import one_by_one
from projects import notices, tasks
from projects.actions.judging import fix_rubrics
from projects.actions.posting import check_may_post
from projects.lint import lint_project
from projects.models import Project
from projects.queries import accepted_count, places_left, undecided_count
from projects.sections import problems, schedule_problems

Status = Project.Status
NEW_ORGANIZATION = {
    "code": "unverified",
    "message": "The organization is not verified yet.",
    "where": "",
    "excerpt": "",
}


class Incomplete(DomainError):
    """The draft lacks something. `problems` says what, section by section."""

    code = "incomplete"

    def __init__(self, found):
        super().__init__(f"{len(found)} thing{'s' * (len(found) > 1)} to fix before you can submit.")
        self.problems = found


@transaction.atomic
def submit_project(*, project, by, at):
    """Publish a complete draft: at once when a verified organization wrote a clean text, else after a moderator's look.

    Fixes the hourly floor and the service fee in force now, and the words of the rubric. Submitting twice changes
    nothing. Raises Incomplete.
    """
    project = lock(Project, project.pk)
    if project.status in (Status.IN_REVIEW, Status.OPEN):
        return project
    if project.status != Status.DRAFT:
        raise InvalidTransition(f"This project is {project.get_status_display().lower()}, so it cannot be submitted.")
    check_may_post(project.organization, at)
    if found := problems(project, at):
        raise Incomplete(found)
    flags = [flag._asdict() for flag in lint_project(project)]
    if not project.organization.is_verified:
        flags.append(NEW_ORGANIZATION)
    terms = {
        "currency": settings.CURRENCY, "hourly_floor": settings.HOURLY_FLOOR,
        "service_fee_bps": settings.SERVICE_FEE_BPS, "submitted_at": at, "review_note": "", "review_flags": flags,
    }  # fmt: skip
    fix_rubrics(project)
    mark_done(kind="project.returned", url=notices.edit_url(project), at=at)
    if not flags:
        return publish(project, by=by, at=at, verb="project.opened", **terms)
    project.move_to(Status.IN_REVIEW, at=at, **terms)
    record("project.submitted", actor=by, subject=project, at=at, flags=[flag["code"] for flag in flags])
    notices.waits_for_review(project, at=at)
    return project


@transaction.atomic
def open_project(*, project, by, at, reason=""):
    """A moderator lets a project in review be seen. Opening twice changes nothing.

    Raises InvalidTransition outside review, DomainError when its dates have passed meanwhile.
    """
    project = lock(Project, project.pk)
    if project.status == Status.OPEN:
        return project
    if project.status != Status.IN_REVIEW:
        raise InvalidTransition(f"This project is {project.get_status_display().lower()}, not in review.")
    if at >= project.applications_close_at:
        raise DomainError("The application deadline has passed. Return it to draft for new dates.", code="late")
    project = publish(project, by=by, at=at, verb="project.opened", reason=reason)
    notices.waits_no_longer(project, at=at)
    notices.opened(project, at=at)
    return project


@transaction.atomic
def note_verified(*, organization, by, at):
    """The organization was verified: its projects in review lose that flag, keep others and stay. Returns how many."""
    code = NEW_ORGANIZATION["code"]
    flagged = organization.projects.filter(status=Status.IN_REVIEW, review_flags__contains=[{"code": code}])
    rows = list(flagged.order_by("pk").select_for_update(no_key=True))
    for project in rows:
        project.review_flags = [flag for flag in project.review_flags if flag["code"] != code]
        project.save(update_fields=["review_flags"])
        record("project.unflagged", actor=by, subject=project, at=at, flag=code)
    return len(rows)


def publish(project, *, by, at, verb, reason="", **changes):
    """The locked project becomes open; matching is due from here on (`matched_at` null says so)."""
    project.move_to(Status.OPEN, at=at, opened_at=at, matched_at=None, searched_at=None, **changes)
    record(verb, actor=by, subject=project, at=at, **({"reason": reason} if reason else {}))
    tasks.match_project.delay_on_commit(project.pk)
    return project


@transaction.atomic
def return_to_draft(*, project, by, at, note=""):
    """From review back to draft: by a moderator, with a note on what to change, or by the organization itself."""
    project = lock(Project, project.pk)
    if project.status == Status.DRAFT:
        return project
    project.move_to(Status.DRAFT, at=at, review_note=note, review_flags=[], submitted_at=None)
    record("project.returned", actor=by, subject=project, at=at, note=note)
    notices.waits_no_longer(project, at=at)
    if note:
        notices.returned(project, at=at)
    return project


@transaction.atomic
def close_project(*, project, by, at, reason):
    """Take no more applications. `by` is null for the clock. Closing twice changes nothing."""
    project = lock(Project, project.pk)
    if project.status == Status.CLOSED:
        return project
    project.move_to(Status.CLOSED, at=at, closed_at=at, close_reason=reason)
    record("project.closed", actor=by, subject=project, at=at, reason=reason)
    if reason == Project.CloseReason.DEADLINE:
        notices.closed_by_deadline(project, at=at)
    return project


def close_due(*, at, limit=200):
    """Close what the deadline has passed for; each in its own transaction. Returns how many."""
    due = Project.objects.filter(status=Status.OPEN, applications_close_at__lte=at).order_by("applications_close_at")
    return len(one_by_one(due[:limit], lambda project: close_one_due(project, at=at)))


@transaction.atomic
def close_one_due(project, *, at):
    """Re-read under the lock: the deadline may have been moved, or somebody else may have closed it."""
    project = lock(Project, project.pk)
    if project.status == Status.OPEN and project.applications_close_at <= at:
        close_project(project=project, by=None, at=at, reason=Project.CloseReason.DEADLINE)


@transaction.atomic
def reopen_project(*, project, by, at, applications_close_at, decisions_due_at, work_due_on):
    """Take applications again, with new dates; matching runs again for those who were not told.

    Raises LimitReached when no place is left, DomainError for dates out of range, InvalidTransition unless closed.
    """
    project = lock(Project, project.pk)
    if project.status == Status.OPEN:
        return project
    if project.status != Status.CLOSED:
        raise InvalidTransition(f"This project is {project.get_status_display().lower()}, so it cannot be reopened.")
    check_may_post(project.organization, at)
    if places_left(project) == 0:
        raise LimitReached("All places are filled. Copy the project to offer it again.", code="filled")
    decisions_due_at = keep_promise(project, decisions_due_at)
    for field, message in schedule_problems(applications_close_at, decisions_due_at, work_due_on, at, slack=1):
        raise DomainError(message, field=field, code="dates")
    if work_due_on < project.work_due_on and accepted_count(project):
        raise DomainError(
            "A student was promised the old due date: it can move later, not earlier.", field="work_due_on"
        )
    return publish(
        project, by=by, at=at, verb="project.reopened", applications_close_at=applications_close_at,
        decisions_due_at=decisions_due_at, work_due_on=work_due_on, closed_at=None, close_reason="",
    )  # fmt: skip


def keep_promise(project, decisions_due_at):
    """The decision date, not after the one that those who wait were promised; the same day in another zone is that one.

    Raises DomainError: else a project that is reopened again and again never answers anybody.
    """
    waiting = undecided_count(project)
    if not waiting or decisions_due_at <= project.decisions_due_at:
        return decisions_due_at
    if decisions_due_at - project.decisions_due_at >= days(1):
        raise DomainError(
            f"{waiting} applicant{'s were' if waiting > 1 else ' was'} promised an answer by "
            f"{notices.day(timezone.localtime(project.decisions_due_at))}. Decide on them first, or keep that date.",
            field="decisions_due_on",
        )
    return project.decisions_due_at


@transaction.atomic
def cancel_project(*, project, by, at, reason):
    """Call it off. Raises DomainError once a student has accepted: that is settled in the engagement.

    Live applications of a cancelled project are decided by the clocks of the applications app.
    """
    project = lock(Project, project.pk)
    if project.status == Status.CANCELLED:
        return project
    if accepted_count(project):
        raise DomainError("A student has accepted a place. Close the project instead, or cancel the work itself.")
    was = project.status
    project.move_to(Status.CANCELLED, at=at, closed_at=at)
    record("project.cancelled", actor=by, subject=project, at=at, reason=reason, was=was)
    if was == Status.IN_REVIEW:
        notices.waits_no_longer(project, at=at)
    return project


@transaction.atomic
def remove_project(*, project, by, at, reason):
    """A moderator takes it off the site. Work that students have already accepted goes on."""
    project = lock(Project, project.pk)
    if project.status == Status.REMOVED:
        return project
    project.move_to(Status.REMOVED, at=at, closed_at=at, review_note=reason)
    record("project.removed", actor=by, subject=project, at=at, reason=reason)
    notices.waits_no_longer(project, at=at)
    notices.removed(project, at=at)
    return project
