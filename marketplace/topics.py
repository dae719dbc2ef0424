"""The public pages of competencies and fields: what each means, how it is judged, what is open. Above every app,
because they show what the taxonomy and the projects know."""

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from marketplace.clock import now
from marketplace.replica import from_replica
from marketplace.skills.models import Level, Skill, SkillFamily
from marketplace.skills.queries import related, search_skills
from projects.cards import cards_of
from projects.rubric import template_of, wanted
from projects.search import statement
from projects.search.filters import Filters, Named
from projects.search.results import search_open

SHOWN = 12  # open projects on a page; the rest is one link away
FOUND = 20  # competencies that a search lists


@from_replica
@require_safe
def topics(request):
    """Every field with its open projects, and its competencies; `?q=` finds some, or leads to the one of that name."""
    text = request.GET.get("q", "").strip()
    found = search_skills(text, limit=FOUND) if text else []
    if found and found[0].name.lower() == text.lower():
        return redirect("skill", found[0].slug)
    families = list(SkillFamily.objects.order_by("position", "name")) if not text else []
    numbers = statement.counts([Filters(fields=(named(family),)) for family in families], now())
    skills = {}
    for skill in starters(family__in=families):
        skills.setdefault(skill.family_id, []).append(skill)
    fields = [(family, count, skills.get(family.pk, [])) for family, count in zip(families, numbers, strict=True)]
    context = {"text": text, "found": found, "fields": fields, "most": statement.MOST}
    return render(request, "topics/all.html", context)


@from_replica
@require_safe
def skill(request, slug):
    """One competency: its meaning, its three levels and what shows them, and the newest projects that ask for it."""
    names = ArrayAgg("aliases__name", filter=Q(aliases__isnull=False), order_by="aliases__name", default=[])
    skills = Skill.objects.select_related("family").annotate(called=names)
    found = get_object_or_404(skills, slug=slug, is_active=True)
    template, open_ones = template_of(found.family), offers(request, Filters(skills=(named(found),)))
    context = {
        "skill": found, "related": related(found), "good": template["good"], "question": template["question"],
        "levels": [(level, level.label, wanted(level), template["ladder"][level]) for level in Level],
        "shown": open_ones["results"].levels.get(found.pk), "browse": f"skill={found.slug}",
    }  # fmt: skip
    return render(request, "topics/skill.html", context | open_ones)


@from_replica
@require_safe
def field(request, slug):
    """One field: its newest projects and the competencies that they ask for most."""
    family = get_object_or_404(SkillFamily, slug=slug)
    open_ones = offers(request, Filters(fields=(named(family),)), with_facets=True)
    asked = next((facet.options for facet in open_ones["results"].facets if facet.name == "skill"), [])
    context = {"family": family, "asked": asked, "browse": f"field={family.slug}", "skills": starters(family=family)}
    return render(request, "topics/field.html", context | open_ones)


def starters(**condition):
    """The competencies that people here choose from, by name; imported ones are thousands."""
    return Skill.objects.filter(is_active=True, source=Skill.Source.STARTER, **condition).order_by("name")


def offers(request, filters, *, size=SHOWN, with_facets=False):
    """The newest open projects of these filters, for this reader."""
    at, student = now(), request.reader.student
    results = search_open(filters, at=at, student=student, sort="newest", size=size, with_facets=with_facets)
    return {"results": results, "cards": cards_of(results.rows, request.reader, at, levels=results.levels)}


def named(row):
    return Named(row.pk, row.slug, row.name)
