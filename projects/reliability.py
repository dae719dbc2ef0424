"""What an organization did so far, worked out behind the scenes: a row that pages read, made anew when it is due.

Triggers note in the transaction of every change of a status that the organization's figures are due; a sweep makes
them. So a page reads one row, however much an organization has done.
"""

import logging
from datetime import timedelta
from random import sample

from django.db import connection, transaction
from django.db.models import Aggregate, Count, DurationField, Exists, F, OuterRef, Q
from django.db.models.functions import Coalesce

from marketplace.accounts.models import Organization
from marketplace.sweeps import one_by_one
from projects.models import Project, Reliability, ReliabilityDue
from projects.queries import LIVE

log = logging.getLogger(__name__)

ENOUGH = 3  # a figure made of fewer cases says more about chance than about the organization
BATCH = 500  # due rows that are taken at once
FIGURES = ("decision_time", "answered_percent", "approval_time", "hire_percent", "completed", "projects")
# Of what the organization was asked: not who stayed on the waiting list, nor what a cancelled project ended. An offer
# that expired was an answer: the student's silence is not the organization's.
ANSWERED = Q(applications__status__in=["not_selected", "accepted", "declined", "offered"]) | Q(
    applications__status="lapsed", applications__offered_at__isnull=False
)
ON_TIME = ANSWERED & Q(applications__submitted_at__isnull=False) & ~Q(applications__reason="cancelled")
LAPSED = Q(applications__status="lapsed", applications__offered_at=None)
LOCK = "SELECT pg_advisory_xact_lock(7312, %s)"  # whoever comes second reads what the first one's cause has written


def refresh_due():
    """Make what is due, a batch at a time. Returns how many organizations' figures were made.

    Those of one that fail stay due, and stop no others.
    """
    made = 0
    while True:
        with transaction.atomic():
            due = list(ReliabilityDue.objects.select_for_update(skip_locked=True).order_by("pk")[:BATCH])
            done = set(one_by_one(sorted({row.organization_id for row in due}), refresh))
            if not done:
                return made
            made += len(done)
            ReliabilityDue.objects.filter(pk__in=[row.pk for row in due if row.organization_id in done]).delete()


@transaction.atomic
def refresh(organization_id):
    """Make one organization's figures anew. Returns its id."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [organization_id % 2**31])
    Reliability.objects.update_or_create(organization_id=organization_id, defaults=figures(organization_id))
    return organization_id


def refresh_all():
    """Every organization's, for after a bulk load that went past the triggers. Returns how many."""
    ids = list(Organization.objects.order_by("pk").values_list("pk", flat=True))
    for pk in ids:
        refresh(pk)
    return len(ids)


def differences(ids):
    """Those of these organizations whose row is not what it should be, though nothing is due."""
    stored = Reliability.objects.in_bulk(ids)
    due = set(ReliabilityDue.objects.filter(organization__in=ids).values_list("organization_id", flat=True))
    nothing = Reliability()
    return [
        pk for pk in ids if pk not in due
        and figures(pk) != {name: getattr(stored.get(pk, nothing), name) for name in FIGURES}
    ]  # fmt: skip


def check(*, at_most):
    """Compare some organizations; what differs is put right. Returns those ids."""
    ids = list(Organization.objects.values_list("pk", flat=True))
    wrong = differences(sample(ids, min(at_most, len(ids))))
    if wrong:
        log.error("figures of organizations that differ from what they repeat, now put right: %s", wrong)
    for pk in wrong:
        refresh(pk)
    return wrong


class Median(Aggregate):
    """The middle value (PostgreSQL's ordered-set aggregate)."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


def figures(organization_id):
    """{name of FIGURES: value} from the rows themselves, in three statements."""
    posted = Project.objects.filter(organization=organization_id, opened_at__isnull=False)
    times = posted.aggregate(
        decision_time=Median(_decision_time(), filter=ON_TIME),
        decided=Count("applications", filter=ON_TIME),
        lapsed=Count("applications", filter=LAPSED),
        approval_time=Median(_approval_time(), filter=_approved()),
        approved=Count("applications__engagement", filter=_approved()),
    )
    over = posted.exclude(status=Project.Status.OPEN).exclude(Exists(_applications().filter(status__in=LIVE)))
    over = over.annotate(
        applied=Exists(_applications().filter(submitted_at__isnull=False)),
        hired=Exists(_applications().filter(status="accepted")),
    )
    hires = over.aggregate(
        applied_to=Count("pk", filter=Q(applied=True)), hired_for=Count("pk", filter=Q(applied=True, hired=True))
    )
    due = times["decided"] + times["lapsed"]
    return {
        "decision_time": _whole(times["decision_time"]) if times["decided"] >= ENOUGH else None,
        "answered_percent": _percent(times["decided"], due),
        "approval_time": _whole(times["approval_time"]) if times["approved"] >= ENOUGH else None,
        "hire_percent": _percent(hires["hired_for"], hires["applied_to"]),
        "completed": times["approved"],
        "projects": posted.count(),
    }


def _percent(part, whole):
    """Rounded, but 0 and 100 only where it is none and all; None of too few."""
    if whole < ENOUGH:
        return None
    return 100 * part // whole if part in (0, whole) else min(99, max(1, round(100 * part / whole)))


def _whole(span):
    return timedelta(seconds=round(span.total_seconds()))


def _applications():
    related = Project._meta.get_field("applications").related_model
    return related.objects.filter(project=OuterRef("pk"))


def _decision_time():
    return Coalesce("applications__offered_at", "applications__decided_at") - F("applications__submitted_at")


def _approval_time():
    return F("applications__engagement__approved_at") - F("applications__engagement__delivered_at")


def _approved():
    return Q(applications__engagement__status="approved")
