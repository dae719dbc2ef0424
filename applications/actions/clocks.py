"""What happens when nobody does anything: offers expire, decision dates pass, cancelled projects answer.

Each row is handled in its own transaction, locked and read again, so that a run may die anywhere and another repeat it.
"""

from datetime import timedelta

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import DateTimeField, DurationField, Exists, ExpressionWrapper, OuterRef, Value

from applications import notices
from applications.actions.deciding import close_out, end_unselected
from applications.actions.waiting import admit_next
from applications.models import Application
from applications.queries import lapses_of, places_left, waiting_for, waits_until
from applications.skills_shown import confirm_assessed
from marketplace.accounts.actions import pause_posting
from marketplace.activity.actions import record
from marketplace.activity.models import Event
from marketplace.clock import days
from marketplace.db import lock
from marketplace.sweeps import one_by_one
from projects.models import Project

Status, Reason = Application.Status, Application.Reason
TO_DECIDE = [Status.SUBMITTED, Status.SHORTLISTED]
BATCH = 200  # rows per run; the next run takes the next
REMINDERS = [timedelta(hours=48), timedelta(hours=24)]  # before the decision date
DECIDE_SOON, OFFER_SOON = "project.decide_soon", "offer.expires_soon"  # verbs
LAPSES_COUNT_FOR = timedelta(days=180)
OFFER_REMINDER = timedelta(hours=24)  # before an offer expires


def lapse_due(*, at):
    """End and expire offers, end waiting lists, then let passed decision dates end the rest. Returns how many ended."""
    return end_offers_of_suspended(at=at) + lapse_offers(at=at) + end_unread(at=at) + lapse_decisions(at=at)


def lapse_offers(*, at):
    due = Application.objects.filter(status=Status.OFFERED, offer_expires_at__lte=at).order_by("offer_expires_at")
    return sum(one_by_one(due[:BATCH], lambda application: _lapse_offer(application, at)))


@transaction.atomic
def _lapse_offer(application, at):
    project = lock(Project, application.project_id)
    application = lock(Application, application.pk)
    if application.status != Status.OFFERED or application.offer_expires_at > at:
        return 0
    application.move_to(Status.LAPSED, at=at, decided_at=at)
    record("offer.lapsed", actor=None, subject=application, at=at)
    notices.offer_lapsed(application, at)
    admit_next(project, at)
    return 1


def end_offers_of_suspended(*, at):
    """Whoever is suspended can accept nothing: the place is free at once, not when the offer would have expired."""
    due = Application.objects.filter(status=Status.OFFERED, student__user__suspended_at__isnull=False)
    return sum(one_by_one(due.order_by("pk")[:BATCH], lambda application: _end_offer(application, at)))


@transaction.atomic
def _end_offer(application, at):
    project = lock(Project, application.project_id)
    application = lock(Application, application.pk, "student__user", "project__organization")
    if application.status != Status.OFFERED or not application.student.user.is_suspended:
        return 0
    application.move_to(Status.LAPSED, at=at, decided_at=at)
    record("offer.ended", actor=None, subject=application, at=at)
    notices.offer_ended(application, at)
    admit_next(project, at)
    return 1


def end_unread(*, at):
    """Who has not moved up in time to be read hears so at once, and has their place among their live ones back."""
    last = at + days(settings.READING_DAYS)
    due = Project.objects.filter(decisions_due_at__lte=last, applications__status=Status.WAITLISTED).distinct()
    rows = due.order_by("decisions_due_at")[:BATCH]
    return sum(one_by_one(rows, lambda project: _end_unread(project, at)))


@transaction.atomic
def _end_unread(project, at):
    """The organization was never asked about them, so it is nobody's lapse."""
    project = lock(Project, project.pk)
    if waits_until(project) > at:
        return 0
    reason = Reason.QUEUE if places_left(project) else Reason.FILLED
    unread = waiting_for(project).select_for_update(of=("self",))
    return len([end_unselected(application, reason=reason, by=None, at=at) for application in unread])


def lapse_decisions(*, at):
    """PRODUCT, decision guarantee: by the decision date every application has ended, one way or the other."""
    due = Project.objects.filter(decisions_due_at__lte=at, applications__status__in=TO_DECIDE).distinct()
    rows = due.order_by("decisions_due_at")[:BATCH]
    return sum(one_by_one(rows, lambda project: _end_undecided(project, at)))


@transaction.atomic
def _end_undecided(project, at):
    """Places all taken or offered: the others were not selected. Otherwise the organization let it lapse."""
    project = lock(Project, project.pk)
    if project.decisions_due_at > at:
        return 0
    rows = Application.objects.select_for_update(of=("self",)).filter(project=project)
    waiting = list(rows.filter(status__in=TO_DECIDE).order_by("pk"))
    if places_left(project) == 0:
        for application in waiting:
            end_unselected(application, reason=Reason.FILLED, by=None, at=at)
        return len(waiting)
    for application in waiting:
        application.move_to(Status.LAPSED, at=at, decided_at=at)
        record("application.lapsed", actor=None, subject=application, at=at)
        confirm_assessed(application, at=at)
        notices.decision_lapsed(application, at)
        notices.settle_disagreement(application, at)
    if waiting:
        record("project.decision_lapsed", actor=None, subject=project, at=at, applications=len(waiting))
        paused_until = _pause_after_two(project.organization, at)
        notices.decisions_lapsed(project, len(waiting), at, paused_until)
    return len(waiting)


def _pause_after_two(organization, at):
    """PRODUCT: two lapses in 180 days pause posting, until only one of them is that recent. Returns when, or None."""
    lapses = lapses_of(organization, since=at - LAPSES_COUNT_FOR).order_by("-at", "-pk")[:2]
    if len(lapses) < 2:
        return None
    until = lapses[1].at + LAPSES_COUNT_FOR
    pause_posting(organization=organization, until=until, reason="Two decision dates lapsed", by=None, at=at)
    return until


def answer_cancelled(*, at):
    """Projects know nothing of applications: the live ones of a cancelled or removed project get their answer here."""
    gone = [Project.Status.CANCELLED, Project.Status.REMOVED]
    due = Project.objects.filter(status__in=gone, applications__status__in=Application.UNANSWERED).distinct()
    rows = due.order_by("pk")[:BATCH]
    return sum(map(len, one_by_one(rows, lambda row: close_out(project=row, at=at, reason=Reason.CANCELLED))))


def send_reminders(*, at):
    """To the organization before its decision date, to the student before an offer expires.

    An Event says that it was done: whoever was reminded is not in the way of those behind them.
    """
    for before in REMINDERS:
        to_decide = Application.objects.filter(project=OuterRef("pk"), status__in=TO_DECIDE)
        due = Project.objects.filter(
            Exists(to_decide), decisions_due_at__gt=at, decisions_due_at__lte=at + before
        ).exclude(_was_reminded(Project, DECIDE_SOON, since=_earlier("decisions_due_at", before)))
        rows = due.order_by("decisions_due_at", "pk")[:BATCH]
        one_by_one(rows, lambda project: _remind_organization(project, at))
    offers = Application.objects.filter(
        status=Status.OFFERED, offer_expires_at__gt=at, offer_expires_at__lte=at + OFFER_REMINDER
    ).exclude(_was_reminded(Application, OFFER_SOON, since=OuterRef("offered_at")))
    rows = offers.order_by("offer_expires_at", "pk")[:BATCH]
    one_by_one(rows, lambda application: _remind_student(application, at))


def _was_reminded(model, verb, *, since):
    kind = ContentType.objects.get_for_model(model)
    return Exists(Event.objects.filter(subject_type=kind, subject_id=OuterRef("pk"), verb=verb, at__gte=since))


def _earlier(name, span):
    return ExpressionWrapper(OuterRef(name) - Value(span, DurationField()), DateTimeField())


@transaction.atomic
def _remind_organization(project, at):
    project = lock(Project, project.pk, "organization")
    record(DECIDE_SOON, actor=None, subject=project, at=at)
    notices.decide_soon(project, at)


@transaction.atomic
def _remind_student(application, at):
    lock(Project, application.project_id)
    application = lock(Application, application.pk, "project__organization", "student__user")
    record(OFFER_SOON, actor=None, subject=application, at=at)
    notices.offer_expires_soon(application, at)
