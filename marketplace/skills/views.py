from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from marketplace.answers import html_or_json
from marketplace.skills.forms import ids_of
from marketplace.skills.ngrams import TEXT_LIMIT
from marketplace.skills.queries import search_skills
from marketplace.skills.site_vocabulary import suggest_skills

TYPEAHEAD_LIMIT = 8
HAVE_LIMIT = 10


@require_safe
@cache_control(public=True, max_age=300)
def typeahead(request):
    """`?q=` what was typed so far. A list of options as HTML, or JSON for those who ask for it. Open to everybody."""
    skills = search_skills(request.GET.get("q", ""), limit=TYPEAHEAD_LIMIT)
    data = {"skills": [_as_json(skill) for skill in skills]}
    return html_or_json(request, "skills/_options.html", {"skills": skills}, data)


@login_required
@require_POST
def suggest(request):
    """`text`: what was written so far; `have`: names that are chosen already. Buttons as HTML."""
    text, have = request.POST.get("text", "")[:TEXT_LIMIT], request.POST.getlist("have")[:HAVE_LIMIT]
    skills = suggest_skills(text, besides=ids_of(have))
    return render(request, "skills/_suggested.html", {"suggested": skills})


def _as_json(skill):
    return {
        "name": skill.name,
        "slug": skill.slug,
        "kind": skill.kind,
        "family": skill.family.name if skill.family else None,
        "matched": skill.matched,
        "description": skill.description,
    }
