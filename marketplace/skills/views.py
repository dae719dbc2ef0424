from django.http import JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from marketplace.skills.queries import search_skills

TYPEAHEAD_LIMIT = 8


@require_safe
@cache_control(public=True, max_age=300)
def typeahead(request):
    """`?q=` what was typed so far. A list of options as HTML, or JSON for those who ask for it. Open to everybody."""
    skills = search_skills(request.GET.get("q", ""), limit=TYPEAHEAD_LIMIT)
    if request.get_preferred_type(["text/html", "application/json"]) == "application/json":
        response = JsonResponse({"skills": [_as_json(skill) for skill in skills]})
    else:
        response = render(request, "skills/_options.html", {"skills": skills})
    patch_vary_headers(response, ["Accept"])
    return response


def _as_json(skill):
    return {
        "name": skill.name,
        "slug": skill.slug,
        "kind": skill.kind,
        "family": skill.family.name if skill.family else None,
        "matched": skill.matched,
        "description": skill.description,
    }
