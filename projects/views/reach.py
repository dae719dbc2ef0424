"""How many students fit, and inviting more of them; their organization sees numbers, never names."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from marketplace.access import get_for_user
from marketplace.clock import now
from marketplace.errors import DomainError
from projects import matching, rules
from projects.matching.pool import GATE
from projects.matching.reach import reach_of, roughly
from projects.models import Project


@login_required
@require_safe
def reach(request, code):
    """For a draft and for an open project; of a closed one what was."""
    project = get_for_user(Project.objects.select_related("organization"), request.user, code=code, may=rules.may_edit)
    at, found = now(), reach_of(project)
    rounds = list(project.invite_rounds.select_related("by").order_by("number"))
    try:
        matching.refuse_invite(project, rounds, at)
        refused = "" if matching.rank_students(project, at, is_invite=True) else matching.NOBODY_LEFT
    except DomainError as error:
        refused = error.message
    more = settings.MATCH_NOTICES_PER_PLACE * project.places
    again = matching.invite_again_at(rounds) if rounds and len(rounds) < settings.INVITE_ROUNDS else None
    context = {
        "project": project, "about": roughly(found.fitting) if found else "",
        "wider": [(name, roughly(number)) for name, number in found.wider] if found else [],
        "is_scarce": found is not None and found.is_scarce, "all_told": found is not None and found.fitting <= more,
        "gate": round(100 * GATE), "told": project.matches.count(), "takes": project.accepts_applications(at),
        "rounds": rounds, "refused": refused, "again": again if again and at < again else None,
        "more": more, "left": settings.INVITE_ROUNDS - len(rounds),
    }  # fmt: skip
    return render(request, "projects/reach.html", context)


@login_required
@require_POST
def invite(request, code):
    project = get_for_user(Project, request.user, code=code, may=rules.may_edit)
    try:
        number = matching.invite_students(project=project, by=request.user, at=now())
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"{number} more student{'s are' if number != 1 else ' is'} invited.")
    return redirect("projects:reach", code)
