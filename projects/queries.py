"""Reads used by more than one page: cards, counts.

Applications and engagements belong to apps above this one; they are reached by their relation's name only.
"""

from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, Q

from marketplace.activity.models import Event
from marketplace.formatting import times
from projects.cards import levels_of, of_project
from projects.models import APPLICATION_SENT, Project, SavedProject

LIVE = ["submitted", "shortlisted", "offered"]
TO_ASSESS, SHORTLISTED = "submitted", "shortlisted"
UNDECIDED = [TO_ASSESS, SHORTLISTED]  # they wait for an answer, whether there is something to assess or not


def with_counts(projects):
    """Annotate `live_count`, `waiting_count`, `submitted_count`, `taken_count` (accepted and not cancelled), and what
    next_decision reads."""
    taken = Q(applications__status="accepted") & ~Q(applications__engagement__status="cancelled")
    return projects.annotate(
        live_count=Count("applications", filter=Q(applications__status__in=LIVE)),
        waiting_count=Count("applications", filter=Q(applications__status="waitlisted")),
        submitted_count=Count("applications", filter=Q(applications__submitted_at__isnull=False)),
        to_assess_count=Count("applications", filter=Q(applications__status=TO_ASSESS)),
        shortlisted_count=Count("applications", filter=Q(applications__status=SHORTLISTED)),
        offered_count=Count("applications", filter=Q(applications__status="offered")),
        taken_count=Count("applications", filter=taken),
    )


def next_decision(project):
    """What a counted project wants decided next: "assess", "offer", or "" where nothing can be done now."""
    if project.to_assess_count:
        return "assess"
    left = project.places - project.taken_count - project.offered_count
    return "offer" if project.shortlisted_count and left > 0 else ""


def last_returns(projects):
    """{project id: Event} of the last time a moderator sent each back; its data's `note` is the reason. One query."""
    kind, ids = ContentType.objects.get_for_model(Project), [project.pk for project in projects]
    rows = Event.objects.filter(subject_type=kind, subject_id__in=ids, verb="project.returned")
    return {row.subject_id: row for row in rows.exclude(data__note="").order_by("at", "pk")}


def has_applications(project):
    """Whether anybody has sent one, withdrawn since or not: what they read must not change."""
    return Project.objects.filter(APPLICATION_SENT, pk=project.pk).exists()


def clarified(project, competency=None):
    """What was added about this competency, or about all of them, in order; read `clarifications` with the project."""
    about = {None, competency.pk if competency else None}
    return [row for row in project.clarifications.all() if row.competency_id in about]


def accepted_count(project):
    """Places that students hold: accepted applications whose engagement was not cancelled."""
    accepted = project.applications.filter(status="accepted")
    return accepted.exclude(engagement__status="cancelled").count()


def undecided_count(project):
    """Applications that wait for the organization."""
    return project.applications.filter(status__in=UNDECIDED).count()


def places_left(project):
    return max(0, project.places - accepted_count(project))


def cards(ids, *, student, at, organizations=()):
    """Cards of these projects, in this order; a fixed number of queries. `organizations`: the reader's own."""
    projects = with_counts(Project.objects.filter(pk__in=ids)).with_card().in_bulk()
    levels = levels_of(student) if student else {}
    saved = saved_among(student, ids) if student else set()
    own = {organization.pk for organization in organizations}
    applied = applied_among(student, ids) if student else set()
    at = times.local(at)
    return [
        of_project(projects[pk], levels=levels, at=at, student=student, own=own, is_saved=pk in saved,
                   has_applied=pk in applied)
        for pk in ids if pk in projects
    ]  # fmt: skip


def applied_among(student, ids):
    """The ids of the projects where this student has an application that was sent and not withdrawn."""
    sent = APPLICATION_SENT & Q(applications__student=student)
    found = Project.objects.filter(sent & ~Q(applications__status="withdrawn"), pk__in=ids)
    return set(found.values_list("pk", flat=True))


def saved_among(student, ids):
    return set(SavedProject.objects.filter(student=student, project__in=ids).values_list("project_id", flat=True))
