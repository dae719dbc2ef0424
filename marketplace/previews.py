"""Pictures of public pages, for sites that show a link to them: what everybody may read, whoever asks."""

from datetime import UTC

from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from marketplace.access import get_for_user
from marketplace.accounts.models import Organization
from marketplace.clock import now
from marketplace.crawlers import for_a_while
from marketplace.formatting import times
from marketplace.money import format_money
from marketplace.papers.pictures import picture
from marketplace.replica import from_replica
from portfolio import queries
from projects.models import Project


def answer(kicker, title, facts=()):
    return HttpResponse(picture(kicker, title, tuple(fact for fact in facts if fact)), content_type="image/png")


@require_safe
@for_a_while
def site(request):
    facts = ("Projects of 10 to 40 hours, funded before work starts.", "Judged blind, with a reason for every answer.")
    return answer("For students and employers", "Short, paid projects. Chosen on proof.", facts)


@from_replica
@require_safe
@for_a_while
def project(request, code):
    found = get_for_user(Project.objects.with_card(), AnonymousUser(), code=code)
    skills = " · ".join(row.skill.name for row in found.competencies.all())
    where = "remote" if found.is_remote else found.place or "on site"
    fee = f"{format_money(found.fee_amount, found.currency)} for about {found.hours} hours, {where}"
    due = times.day(found.applications_close_at.astimezone(UTC).date(), None)
    ends = f"Apply by {due}" if found.accepts_applications(now()) else "Applications are closed"
    return answer(found.organization.name, found.title, (fee, skills, ends))


@from_replica
@require_safe
@for_a_while
def organization(request, slug):
    found = get_for_user(Organization, AnonymousUser(), slug=slug)
    about = " ".join(found.about.split())
    return answer("Offers short, paid projects", found.name, (found.place, about))


@require_safe
@for_a_while
def case(request, slug, code):
    """What a student finished and an organization verified, as far as the portfolio permission lets it be shown."""
    shown = queries.with_proof(queries.shown_cases(now().date()).filter(student__slug=slug))
    found = get_for_user(shown, AnonymousUser(), code=code)
    card = queries.card(found)
    skills = " · ".join(f"{row.competency.skill.name}: {row.get_level_display()}" for row in card.verified if row.level)
    how = f"{'Verified' if card.verified else 'Completed'} {found.engagement.approved_at:%B %Y}, for {card.by}"
    return answer(found.student.display_name, card.title, (how, skills))
