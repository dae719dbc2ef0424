"""The capped queue: who waits is admitted in order as soon as somebody leaves it.

The caller has locked the project, so that the cap holds and the order is kept however many leave and come at once.
"""

import secrets
import string

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q

from applications import notices
from applications.models import Application
from applications.queries import live_of_project, places_left, waiting_for, waits_until
from marketplace.activity.actions import record
from marketplace.clock import days
from marketplace.db import lock
from marketplace.sweeps import one_by_one
from projects.models import Project

Status = Application.Status
BATCH = 200


def admit(application, *, by, at):
    """Into the queue: the organization has it from now on. The application is locked."""
    has_waited = application.status == Status.WAITLISTED
    label = draw_label(application.project)
    application.move_to(Status.SUBMITTED, at=at, submitted_at=at, label=label)
    record("application.admitted" if has_waited else "application.submitted", actor=by, subject=application, at=at)
    notices.application_sent(application, at, has_waited=has_waited)
    notices.application_received(application, at)
    return application


def draw_label(project):
    """A free letter at random, so that it tells nothing about who came first; after Z come AA to ZZ."""
    used = set(Application.objects.filter(project=project, label__gt="").values_list("label", flat=True))
    letters = string.ascii_uppercase
    free = [letter for letter in letters if letter not in used]
    if not free:
        free = [first + second for first in letters for second in letters if first + second not in used]
    return secrets.choice(free)


def admit_next(project, at):
    """Fill what is free in the queue from the waiting list, as long as they can be read in time. Returns them."""
    if not project.is_running or at >= waits_until(project) or not places_left(project):
        return []
    free = max(settings.LIVE_APPLICATIONS_PER_PROJECT - live_of_project(project), 0)
    rows = waiting_for(project).select_related("student__user", "project__organization")
    return [admit(row, by=None, at=at) for row in rows.select_for_update(of=("self",))[:free]]


def admit_waiting(*, at):
    """Where a place became free and nobody was admitted: a limit was raised, a process died. Returns how many."""
    waiting = Application.objects.filter(project=OuterRef("pk"), status=Status.WAITLISTED)
    live = Count("applications", filter=Q(applications__status__in=Application.LIVE))
    found = Project.objects.filter(Exists(waiting), decisions_due_at__gt=at + days(settings.READING_DAYS))
    free = found.annotate(live=live).filter(live__lt=settings.LIVE_APPLICATIONS_PER_PROJECT)
    rows = free.order_by("decisions_due_at", "pk")[:BATCH]
    return sum(len(admitted) for admitted in one_by_one(rows, lambda project: _admit(project, at)))


@transaction.atomic
def _admit(project, at):
    return admit_next(lock(Project, project.pk), at)
