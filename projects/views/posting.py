"""Posting: start, the task list, one page per section, preview, submit, what happens next."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from marketplace.access import get_for_user, require
from marketplace.accounts.rules import in_good_standing
from marketplace.clock import now
from marketplace.errors import DomainError
from projects import actions, around, rules
from projects.actions.lifecycle import Incomplete
from projects.forms import SECTION_FORMS, NewProjectForm
from projects.lint import lint_project
from projects.matching.reach import reach_of, roughly
from projects.models import Project
from projects.rate import rate_of_text
from projects.sections import SECTIONS, problems, states
from projects.views.page import cost_of, page_of
from projects.views.posted import posted

SUSPENDED = "Your account is suspended: you can read, but not post."


@login_required
@require_http_methods(["GET", "POST"])
def new(request):
    """A working title starts a draft; somebody without an organization is led to found one."""
    require(in_good_standing(request.user), SUSPENDED)
    form = NewProjectForm(posted(request), user=request.user)
    if not form.organizations:
        return render(request, "projects/no_organization.html", {"has_role": request.reader.is_employer})
    if request.method == "POST" and form.is_valid():
        try:
            project = actions.create_draft(by=request.user, at=now(), **form.cleaned_data)
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            return redirect("projects:edit_section", code=project.code, section="outcome")
    paused = [row for row in form.organizations if row.is_paused(now())]
    context = {"form": form, "paused": paused, "parts": len(SECTIONS)}
    return render(request, "projects/new.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def edit(request, code):
    """The task list: what is done, what is missing, in words."""
    project = draft_for(request, code)
    if project.status != Project.Status.DRAFT:
        return redirect(project)
    found = reach_of(project)
    reach = {"reach": roughly(found.fitting) if found else "", "is_scarce": found is not None and found.is_scarce}
    return render(request, "projects/edit.html", task_list_of(project, now()) | reach)


def task_list_of(project, at):
    found = problems(project, at)
    tasks = [
        {
            "slug": slug, "section": SECTIONS[slug], "state": state,
            "problems": [problem.message for problem in found if problem.section == slug] if state != "todo" else [],
        }
        for slug, state in states(project, at).items()
    ]  # fmt: skip
    done = sum(task["state"] == "done" for task in tasks)
    return {"project": project, "tasks": tasks, "done": done, "is_ready": not found, "flags": lint_project(project)}


@login_required
@require_http_methods(["GET", "POST"])
def edit_section(request, code, section):
    """One part of the task list. "Save as draft" keeps an unfinished part; nothing is lost either way."""
    if section not in SECTIONS:
        raise Http404("No such section.")
    project = draft_for(request, code)
    if project.status != Project.Status.DRAFT:
        messages.info(request, "This project is no longer a draft, so it cannot be changed here.")
        return redirect(project)
    complete = request.POST.get("save") != "draft"
    form = section_form(section, project, posted(request), complete=complete)
    if "fill" in request.POST:
        form = section_form(section, project, None, typed=form.filled(request.POST["fill"]))
    elif request.method == "POST" and form.is_valid() and saved(request, project, section, form):
        following = next_section(section) if complete else None
        return redirect("projects:edit_section", code, following) if following else redirect("projects:edit", code)
    context = {"project": project, "form": form, "slug": section, "section": SECTIONS[section]}
    context |= {"number": list(SECTIONS).index(section) + 1, "count": len(SECTIONS)}
    context["is_typed"] = request.method == "POST"
    return render(request, f"projects/sections/{section}.html", context, status=422 if form.errors else 200)


def section_form(section, project, data, **options):
    zone = timezone.get_current_timezone_name()
    return SECTION_FORMS[section](data, project=project, at=now(), zone=zone, **options)


def saved(request, project, section, form):
    try:
        actions.save_section(project=project, section=section, by=request.user, at=now(), **form.values())
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return False
    return True


def next_section(section):
    """The section after this one; None after the last."""
    order = list(SECTIONS)
    place = order.index(section) + 1
    return order[place] if place < len(order) else None


@login_required
@require_safe
def rate(request):
    """A fragment: the effective hourly rate of what is being typed, for a project or `?of=change_order`.

    Without JavaScript the form says it on save.
    """
    is_order = request.GET.get("of") == "change_order"
    limits = settings.CHANGE_ORDER_HOURS if is_order else settings.PROJECT_HOURS
    found = rate_of_text(request.GET.get("hours"), request.GET.get("fee"), limits)
    return render(request, "projects/sections/_rate.html", {"rate": found})


@login_required
@require_safe
def preview(request, code):
    """The page as students will read it, what it costs, and what a moderator would look at."""
    project, found = around.read(request.user, code, student=request.reader.student)
    require(rules.may_preview(request.user, project))
    if project.status != Project.Status.DRAFT:
        return redirect(project)
    context = page_of(request, project, found, now(), is_preview=True) | {"cost": cost_of(project), "may_edit": False}
    context |= task_list_of(project, now()) | {"may_submit": rules.may_submit(request.user, project)}
    return render(request, "projects/preview.html", context)


@login_required
@require_POST
def submit(request, code):
    project = get_for_user(Project, request.user, code=code, may=rules.may_submit)
    try:
        actions.submit_project(project=project, by=request.user, at=now())
    except Incomplete as error:
        messages.error(request, error.message)
        return redirect("projects:edit", code)
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("projects:preview", code)
    return redirect("projects:submitted", code)


@login_required
@require_safe
def submitted(request, code):
    """Confirmation: open at once, or waiting for a moderator, and what happens next."""
    project = get_for_user(Project.objects.with_parts(), request.user, code=code, may=rules.may_preview)
    if project.status not in (Project.Status.IN_REVIEW, Project.Status.OPEN):
        return redirect(project)
    return render(request, "projects/submitted.html", {"project": project, "cost": cost_of(project)})


def draft_for(request, code):
    return get_for_user(Project.objects.with_parts(), request.user, code=code, may=rules.may_edit)
