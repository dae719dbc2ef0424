"""What the page of one project shows, for the public page and the preview alike."""

from django.conf import settings
from django.utils.safestring import mark_safe

from marketplace.formatting.fragments import fragment
from marketplace.formatting.text import paragraphs
from marketplace.money import format_money
from projects import around, rules
from projects.cards import cards_of
from projects.job_posting import job_posting
from projects.models import Project


def page_of(request, project, found, at, *, is_preview=False):
    """Context of `projects/detail.html`. `project`, `found`: of around.read."""
    user, reader = request.user, request.reader
    own = rules.may_edit(user, project)
    similar = [] if own else around.similar(project, found, at=at, student=reader.student)
    is_live, brief, counts = project.accepts_applications(at), paragraphs(project.brief), found.counts
    skills = [asked.skill for asked in found.competencies]
    context = {
        "at": at, "project": project, "organization": project.organization, "around": found, "brief": brief,
        "counts": counts, "reliability": found.reliability, "is_open": is_live,
        "is_full": counts.live >= settings.LIVE_APPLICATIONS_PER_PROJECT or counts.waiting > 0,
        "limit": settings.LIVE_APPLICATIONS_PER_PROJECT, "places_left": max(0, project.places - counts.taken),
        "may_offer": bool(counts.shortlisted) and project.places > counts.taken + counts.offered,
        "may_edit": own, "may_save": rules.may_save(user, project), "may_apply": rules.may_apply(user, project),
        "is_ours": is_preview or own or (rules.may_preview(user, project) and not user.is_staff),
        "is_saved": found.is_saved, "application": found.application, "review_days": settings.REVIEW_DAYS,
        "known": user.is_authenticated, "is_student": reader.is_student, "here": request.get_full_path(),
        "similar": cards_of(similar, reader, at, levels=found.levels), "title_tag": "h2" if is_preview else "h1",
    }  # fmt: skip
    return context | {
        "job_posting": None
        if context["known"]
        else job_posting(  # search engines do not sign in
            project, at, brief=brief, criteria=found.criteria, skills=skills
        ),
        "body": _drawn(request, "projects/_page.jinja", context),
        "bar": _drawn(request, "projects/_bar.jinja", context),
    }


def _drawn(request, name, context):
    return mark_safe(fragment(name, context, request))  # noqa: S308 - escaped there


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
