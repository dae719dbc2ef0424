"""For you: what fits a student, with its reason; what they do not want to see; a pause of the notices."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_POST, require_safe

from marketplace.access import get_for_user, require
from marketplace.accounts.actions import pause_match_notices, resume_match_notices
from marketplace.accounts.rules import in_good_standing
from marketplace.clock import now
from marketplace.formatting.fragments import fragment
from marketplace.redirects import came_from
from projects import actions, for_you, queries, rules
from projects.cards import cards_of
from projects.models import HiddenProject, Project

HIDDEN = "“{}” is hidden. <button class=link-button form=hide name=show value={}>Undo</button>"  # a form of the page
STUDENTS_ONLY = "Only students have projects that fit their evidence."
PAUSES = {14: "2 weeks", 30: "a month", 90: "3 months"}  # days


@login_required
@require_safe
def for_you_page(request):
    """Open projects by fit, twenty a page; `?page=` counts from 1, and a page that is not there shows the first."""
    student = student_of(request)
    at, number = now(), page_number(request)
    found = for_you.fitting(student, at=at, skip=(number - 1) * for_you.PAGE)
    cards = cards_of(found.rows, request.reader, at, levels=found.levels)
    fits = [(card, *for_you.why(row, found)) for card, row in zip(cards, found.rows, strict=True)]
    context = {"fits": fits, "cards": cards, "found": found, "student": student, "number": number, "pauses": PAUSES}
    body = fragment("projects/_for_you.jinja", context, request)
    return render(request, "projects/for_you.html", context | {"body": mark_safe(body)})  # noqa: S308 - escaped there


@login_required
@require_safe
def hidden(request):
    """What this student is not interested in, newest first, to take it back."""
    student = student_of(request)
    rows = HiddenProject.objects.filter(student=student, project__in=Project.objects.visible_to(request.user))
    ids = list(rows.order_by("-hidden_at", "-pk").values_list("project_id", flat=True)[:100])
    return render(request, "projects/hidden.html", {"cards": queries.cards(ids, student=student, at=now())})


@login_required
@require_POST
def hide(request):
    """Not interested in the project that `hide` names; or interested again in the one that `show` names."""
    code = request.POST.get("hide")
    project = get_for_user(Project, request.user, code=code or request.POST.get("show"), may=rules.may_save)
    if code:
        actions.hide(project=project, student=request.reader.student, at=now())
        messages.success(request, format_html(HIDDEN, project, code))
        return redirect("projects:for_you")
    actions.unhide(project=project, student=request.reader.student)
    messages.success(request, f"“{project}” may be suggested again.")
    is_undone = came_from(request).partition("?")[0] == reverse("projects:for_you")
    return redirect("projects:for_you" if is_undone else "projects:hidden")


@login_required
@require_POST
def pause(request):
    """Tell this student of no project for `days`; without, tell them again."""
    student = student_of(request)
    require(in_good_standing(request.user), "Your account is suspended: you can read, but not change anything.")
    days = next((days for days in PAUSES if str(days) == request.POST.get("days")), None)
    if days is None:
        resume_match_notices(student=student)
        messages.success(request, "We tell you when a project fits.")
    else:
        pause_match_notices(student=student, days=days, at=now())
        messages.success(request, f"Paused for {PAUSES[days]}. This page still shows what fits.")
    return redirect("projects:for_you")


def student_of(request):
    require(request.reader.is_student, STUDENTS_ONLY)
    return request.reader.student


def page_number(request):
    text = request.GET.get("page", "")
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else 1
    return number if 1 <= number <= for_you.BEST // for_you.PAGE else 1
