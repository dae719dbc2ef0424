"""Reads that more than one caller needs. Each is a constant number of queries, whatever the number of rows."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from statistics import median_low

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db.models import Count, Exists, OuterRef, Prefetch, Q

from applications.disagreement import is_open
from applications.models import (
    Application,
    ApplicationEvidence,
    Assessment,
    Calibration,
    Evidence,
    EvidenceContent,
    EvidenceSkill,
    Reconciliation,
    Score,
    Shown,
)
from marketplace.accounts.models import Block
from marketplace.activity.models import Event
from projects.models import Project

Status = Application.Status


def library_of(student, *, archived=False):
    """The student's evidence, newest first, with its skills and in how many sent applications it is."""
    sent = Q(uses__application__in=Application.objects.sent())
    rows = Evidence.objects.filter(student=student, archived_at__isnull=not archived).select_related("file")
    skills = Prefetch(
        "evidence_skills", EvidenceSkill.objects.select_related("skill").order_by("-level", "skill__name")
    )
    return (
        rows.prefetch_related(skills)
        .annotate(sent=Count("uses__application", distinct=True, filter=sent))
        .order_by("-created_at", "-pk")
    )


@dataclass(frozen=True)
class Version:
    """`content` is the Evidence for the current version, the copy of an application for an earlier one."""

    content: EvidenceContent
    is_current: bool
    uses: list  # ApplicationEvidence: of drafts too, which only ever hold the current one


def versions_of(evidence):
    """The versions of one item, the newest first; an earlier one is kept only by the applications it was sent with."""
    kept = Q(application__status=Status.DRAFT) | Q(application__in=Application.objects.sent())
    rows = ApplicationEvidence.objects.filter(kept, evidence=evidence).select_related(
        "application__project__organization", "competency__skill", "file"
    )
    uses = defaultdict(list)
    for row in rows.order_by("-pk"):
        uses[row.version].append(row)
    earlier = sorted((number for number in uses if number != evidence.version), reverse=True)
    return [
        Version(evidence, True, uses[evidence.version]),
        *(Version(uses[number][0], False, uses[number]) for number in earlier),
    ]


def was_sent(evidence):
    """Whether an application was sent with the version that the library holds."""
    uses = ApplicationEvidence.objects.filter(evidence=evidence, version=evidence.version)
    return uses.filter(application__in=Application.objects.sent()).exists()


def live_of_student(student):
    """How many live applications the student has; PRODUCT allows LIVE_APPLICATIONS_PER_STUDENT.

    One on a waiting list counts: it becomes live without being asked for again.
    """
    return Application.objects.filter(student=student, status__in=Application.UNANSWERED).count()


def live_of_project(project):
    return Application.objects.live().filter(project=project).count()


def waiting_for(project):
    return Application.objects.waiting().filter(project=project)


def place_in_line(application):
    """1 for whom the next free place is."""
    before = waiting_for(application.project).filter(queued_at__lte=application.queued_at)
    return before.exclude(queued_at=application.queued_at, pk__gt=application.pk).count()


def must_wait(project):
    """Whether the queue is full, or others wait for a place in it already."""
    return live_of_project(project) >= settings.LIVE_APPLICATIONS_PER_PROJECT or waiting_for(project).exists()


def waits_until(project):
    """The end of the waiting list: whoever moved up later could not be read before the decision date."""
    return project.decisions_due_at - timedelta(days=settings.READING_DAYS)


def capacity(project, student):
    """What the limits leave, in numbers for a page; `next_in_line` is None while there is a place in the queue."""
    return {
        "next_in_line": waiting_for(project).count() + 1 if must_wait(project) else None,
        "waits_until": waits_until(project),
        "project_live": live_of_project(project),
        "project_most": settings.LIVE_APPLICATIONS_PER_PROJECT,
        "student_live": live_of_student(student),
        "student_most": settings.LIVE_APPLICATIONS_PER_STUDENT,
    }


def places_left(project):
    """Places that are neither taken nor offered. A cancelled engagement (an app above this one) frees its place."""
    taken = Application.objects.filter(project=project, status__in=[Status.OFFERED, Status.ACCEPTED])
    return max(project.places - taken.exclude(engagement__status="cancelled").count(), 0)


def days_to_work(project, at):
    """How many days a student who is offered a place now has from the acceptance on; None: until the posted date.

    Who takes over from a student who vanished has as long as that one had (engagements, by name, fixes the date).
    """
    left = Application.objects.filter(project=project, engagement__replacement_until__gt=at)
    dates = left.order_by("-engagement__cancelled_at").values_list("engagement__funded_at", "engagement__due_at")
    funded_at, due_at = dates.first() or (at, at)
    most = max((due_at - funded_at).days, settings.PROJECT_WORK_DAYS[0])
    return most if project.work_due_on < (at + timedelta(days=most)).date() else None


def blocks_between():
    """Of an application: whether its student and the organization want nothing more to do with each other."""
    return Exists(Block.objects.filter(student=OuterRef("student"), organization=OuterRef("project__organization")))


def runners_up_of(project):
    """Who was judged and closed out only because the places were filled, and whom no side has blocked since."""
    rows = Application.objects.filter(project=project, status=Status.NOT_SELECTED, reason=Application.Reason.FILLED)
    return rows.filter(~blocks_between()).filter(Q(revealed_at__isnull=False) | Q(pk__in=assessed_ids(project)))


def with_answers(rows):
    """Applications with what the blind view and the student's own pages show."""
    answers = ApplicationEvidence.objects.select_related("competency__skill", "file", "evidence")
    return rows.select_related("project__organization", "student__user").prefetch_related(
        Prefetch("answers", answers.order_by("competency__position"))
    )


def of_student(student):
    """The student's applications, newest first; drafts that were thrown away are not listed."""
    rows = Application.objects.filter(student=student).exclude(status=Status.WITHDRAWN, submitted_at=None)
    return rows.select_related("project__organization", "engagement").order_by("-created_at", "-pk")


def competencies_of(project):
    return list(project.competencies.select_related("skill__family").order_by("position"))


def scores_of(applications):
    """{application id: {competency id: {assessor id: Score}}}, in one query."""
    found = defaultdict(lambda: defaultdict(dict))
    rows = Score.objects.filter(assessment__application__in=applications).select_related("assessment__assessor")
    for score in rows:
        found[score.assessment.application_id][score.competency_id][score.assessment.assessor_id] = score
    return found


def agreed_of(applications):
    """{application id: {competency id: Reconciliation}}, in one query."""
    found = defaultdict(dict)
    for row in Reconciliation.objects.filter(application__in=applications).select_related("agreed_by"):
        found[row.application_id][row.competency_id] = row
    return found


def disputes_of(applications):
    """{application id: {ids of the competencies in which its assessors are still too far apart}}."""
    agreed = agreed_of(applications)
    found = {
        application: {
            pk for pk, scores in competencies.items() if is_open(scores.values(), agreed[application].get(pk))
        }
        for application, competencies in scores_of(applications).items()
    }
    return {application: competencies for application, competencies in found.items() if competencies}


def score_changes(application, competency):
    """The Events of scores and agreements that replaced an earlier one, oldest first; `was` is its level in words."""
    kind = ContentType.objects.get_for_model(Application)
    verbs = ["application.scored", "application.reconciled"]
    rows = Event.objects.filter(subject_type=kind, subject_id=application.pk, verb__in=verbs)
    rows = rows.filter(data__competency=competency.pk, data__before__isnull=False).exclude(data__before=None)
    found = list(rows.select_related("actor").order_by("at", "pk"))
    for event in found:
        event.was, event.now = Shown(event.data["before"]).label, Shown(event.data["level"]).label
        event.reason_before = event.data.get("justification_before") or event.data.get("reason_before", "")
    return found


def double_scores(organization, *, since):
    """[the levels that several assessors gave one applicant in one competency], of all the organization's projects.

    Each as it was given before the others' were shown: what was changed after a talk is no sign of judging alike.
    """
    found = defaultdict(list)
    rows = Score.objects.filter(assessment__application__project__organization=organization, scored_at__gte=since)
    for application, competency, level in rows.values_list("assessment__application", "competency", "blind_level"):
        found[application, competency].append(level)
    return [levels for levels in found.values() if len(levels) > 1]


def lapses_of(organization, *, since):
    """The Events of this organization's projects whose decision date passed undecided, after `since`."""
    kind = ContentType.objects.get_for_model(Project)
    ours = Project.objects.filter(organization=organization).values("pk")
    rows = Event.objects.filter(verb="project.decision_lapsed", subject_type=kind, subject_id__in=ours)
    return rows.filter(at__gt=since)


def levels_of(applications):
    """{application id: {competency id: level}}, as the applicant is told it: agreed on, else the (low) median."""
    agreed = agreed_of(applications)
    return {
        application: {
            pk: agreed[application][pk].level
            if pk in agreed[application]
            else median_low([score.level for score in scores.values()])
            for pk, scores in competencies.items()
        }
        for application, competencies in scores_of(applications).items()
    }


def assessed_ids(project):
    """The applications that at least one assessor has scored in every competency."""
    wanted = project.competencies.count()
    rows = Assessment.objects.filter(application__project=project).values("application_id", "pk")
    complete = rows.annotate(scored=Count("scores")).filter(scored__gte=wanted)
    return {row["application_id"] for row in complete} if wanted else set()


def calibration_of(user, organization):
    """{slug of an example: the level this member saw in it}"""
    rows = Calibration.objects.filter(membership__user=user, membership__organization=organization)
    return dict(rows.values_list("example", "level"))


def finished_assessors(application):
    """Those who have scored every competency of it: they see each other's scores."""
    rows = (
        Assessment.objects.filter(application=application).annotate(scored=Count("scores")).select_related("assessor")
    )
    wanted = application.project.competencies.count()
    return [row.assessor for row in rows.order_by("pk") if row.scored >= wanted]


def is_assessed(application):
    return application.pk in assessed_ids(application.project)
