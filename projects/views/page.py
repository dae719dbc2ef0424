"""What the page of one project shows, for the public page and the preview alike."""

from django.conf import settings

from marketplace.money import format_money
from projects import queries, rules
from projects.job_posting import job_posting
from projects.models import Project, Reliability
from projects.rubric import anchors, good_evidence, wanted


def page_of(request, project, at):
    """Context of `projects/detail.html`. `project` comes with its parts."""
    student = request.reader.student
    counted = queries.with_counts(Project.objects.filter(pk=project.pk)).get()
    own = rules.may_edit(request.user, project)
    is_live = project.accepts_applications(at)
    return {
        "at": at, "project": project, "organization": project.organization, "counted": counted,
        "competencies": competencies_of(project, student), "clarified": queries.clarified(project),
        "reliability": Reliability.objects.filter(organization=project.organization_id).first() or Reliability(),
        "is_open": is_live, "job_posting": job_posting(project, at), "waiting": counted.waiting_count,
        "is_full": counted.live_count >= settings.LIVE_APPLICATIONS_PER_PROJECT or counted.waiting_count > 0,
        "limit": settings.LIVE_APPLICATIONS_PER_PROJECT, "places_left": max(0, project.places - counted.taken_count),
        "may_edit": own, "is_ours": (rules.may_preview(request.user, project) and not request.user.is_staff) or own,
        "may_save": rules.may_save(request.user, project), "may_apply": rules.may_apply(request.user, project),
        "is_saved": student is not None and bool(queries.saved_among(student, [project.pk])),
        "application": application_of(project, student),
        "review_days": settings.REVIEW_DAYS,
        "similar": [] if own else similar_cards(request, project, at),
    }  # fmt: skip


def competencies_of(project, student):
    """[{row, wanted, anchors, good, clarified, has}] in the project's order."""
    levels = queries.levels_of(student) if student else {}
    return [
        {
            "row": row, "wanted": wanted(row.level), "anchors": anchors(row),
            "good": good_evidence(row),
            "clarified": [added for added in project.clarifications.all() if added.competency_id == row.pk],
            "has": levels.get(row.skill_id, 0) >= row.level,
        }
        for row in project.competencies.all()
    ]  # fmt: skip


def application_of(project, student):
    """The newest application of this student, or None: the page leads back to it."""
    if student is None:
        return None
    return project.applications.filter(student=student).order_by("-created_at").first()


def similar_cards(request, project, at):
    ids = queries.similar(project, at=at)
    return queries.cards(ids, student=request.reader.student, at=at, organizations=request.reader.organizations)


def cost_of(project):
    """What the employer pays, as words; None while pay is not set. Amounts as they would be fixed by submitting now."""
    if project.fee_amount is None:
        return None
    if project.status == Project.Status.DRAFT:
        project.service_fee_bps = settings.SERVICE_FEE_BPS
    currency = project.currency
    return {
        "fee": format_money(project.fee_amount, currency),
        "service_fee": format_money(project.service_fee_amount, currency),
        "percent": f"{project.service_fee_bps / 100:g}%",
        "total": format_money(project.total_amount, currency),
        "all_places": format_money(project.total_amount * project.places, currency),
    }
