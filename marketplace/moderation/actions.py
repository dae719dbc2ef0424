"""What moderators decide. Each decision: the change itself by its own app's action, a Decision row with the reason, and
the audit event, in one transaction."""

from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from marketplace.accounts import actions as accounts
from marketplace.accounts import notices as account_notices
from marketplace.accounts.models import Organization, User
from marketplace.activity.actions import record
from marketplace.db import lock
from marketplace.errors import DomainError, InvalidTransition
from marketplace.moderation import notices
from marketplace.moderation.models import Decision, Report
from projects import actions as projects
from projects.models import Project


def decide(*, subject, action, by, reason, at, report=None):
    """Write the Decision row. Raises DomainError without a reason: nobody decides in silence."""
    if not reason.strip():
        raise DomainError("Give the reason.", field="reason", code="no_reason")
    kind = ContentType.objects.get_for_model(subject)
    return Decision.objects.create(
        moderator=by,
        subject_type=kind,
        subject_id=subject.pk,
        action=action,
        reason=reason.strip(),
        report=report,
        at=at,
    )


@transaction.atomic
def open_project(*, project, by, reason, at):
    """Let a project in review be seen. Opening an open one changes nothing."""
    project = lock(Project, project.pk)
    if project.status == Project.Status.OPEN:
        return project
    decide(subject=project, action="project.opened", by=by, reason=reason, at=at)
    return projects.open_project(project=project, by=by, at=at, reason=reason)


@transaction.atomic
def return_project(*, project, by, reason, at):
    """Send a project in review back to its organization; the reason says what to change."""
    project = lock(Project, project.pk)
    if project.status == Project.Status.DRAFT:
        return project
    decide(subject=project, action="project.returned", by=by, reason=reason, at=at)
    return projects.return_to_draft(project=project, by=by, at=at, note=reason)


@transaction.atomic
def remove_project(*, project, by, reason, at, report=None):
    """Take a project off the site; the organization reads the reason."""
    project = lock(Project, project.pk)
    if project.status == Project.Status.REMOVED:
        return project
    decide(subject=project, action="project.removed", by=by, reason=reason, at=at, report=report)
    return projects.remove_project(project=project, by=by, at=at, reason=reason)


@transaction.atomic
def verify_organization(*, organization, by, reason, at):
    """From now on its clean projects open at once; what is in review stays there. Verifying twice changes nothing."""
    organization = lock(Organization, organization.pk)
    if organization.verified_at is not None:
        return organization
    organization.verified_at = at
    organization.save(update_fields=["verified_at"])
    decide(subject=organization, action="organization.verified", by=by, reason=reason, at=at)
    record("organization.verified", actor=by, subject=organization, at=at, reason=reason)
    projects.note_verified(organization=organization, by=by, at=at)
    account_notices.organization_verified(organization, at=at)
    return organization


@transaction.atomic
def suspend_user(*, user, by, reason, at):
    """The person may read but not act; suspending twice changes nothing."""
    user = lock(User, user.pk)
    if user.suspended_at is not None:
        return user
    decide(subject=user, action="user.suspended", by=by, reason=reason, at=at)
    return accounts.suspend_user(user=user, reason=reason[:300], by=by, at=at)


@transaction.atomic
def reinstate_user(*, user, by, reason, at):
    user = lock(User, user.pk)
    if user.suspended_at is None:
        return user
    decide(subject=user, action="user.reinstated", by=by, reason=reason, at=at)
    return accounts.reinstate_user(user=user, reason=reason, by=by, at=at)


@transaction.atomic
def report(*, subject, by, reason, at, details=""):
    """Flag something. A second report of the same thing by the same person, while one is open, returns the first."""
    kind = ContentType.objects.get_for_model(subject)
    found, created = Report.objects.get_or_create(
        reporter=by, subject_type=kind, subject_id=subject.pk, status=Report.Status.OPEN,
        defaults={"reason": reason, "details": details, "created_at": at},
    )  # fmt: skip
    if created:
        record("report.made", actor=by, subject=found, at=at, reason=reason)
        notices.report_waits(found, at=at)
    return found


@transaction.atomic
def uphold_report(*, report, by, reason, at):
    """The report is right. What is done about the thing itself is a decision of its own."""
    return _settle(report, Report.Status.UPHELD, by=by, reason=reason, at=at)


@transaction.atomic
def dismiss_report(*, report, by, reason, at):
    return _settle(report, Report.Status.DISMISSED, by=by, reason=reason, at=at)


@transaction.atomic
def uphold_and_remove(*, report, by, reason, at):
    """The report is right and its project leaves the site. Raises DomainError when it is not about a project."""
    if not isinstance(report.subject, Project):
        raise DomainError("Only a project can be removed.", code="not_a_project")
    report = _settle(report, Report.Status.UPHELD, by=by, reason=reason, at=at)
    remove_project(project=report.subject, by=by, reason=reason, at=at, report=report)
    return report


def _settle(report, status, *, by, reason, at):
    report = lock(Report, report.pk)
    if report.status == status:
        return report
    if report.status != Report.Status.OPEN:
        raise InvalidTransition(f"This report was {report.get_status_display().lower()} already.")
    report.status = status
    report.save(update_fields=["status"])
    decision = decide(subject=report.subject, action=f"report.{status}", by=by, reason=reason, at=at, report=report)
    record(f"report.{status}", actor=by, subject=report, at=at, reason=reason)
    notices.report_decided(report, decision, at=at)
    return report
