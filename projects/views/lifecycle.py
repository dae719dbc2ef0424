"""Take back, close, reopen, cancel, copy: each a page that asks where it is not easily undone, and one POST."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from marketplace.access import get_for_user
from marketplace.clock import now
from marketplace.errors import DomainError
from projects import actions, queries, rules
from projects.forms import CancelForm, ReopenForm
from projects.models import Project
from projects.views.posted import posted


@login_required
@require_POST
def take_back(request, code):
    """From review to draft, by the organization itself."""
    project = get_for_user(Project, request.user, code=code, may=rules.may_edit)
    if attempt(request, actions.return_to_draft, project, "It is a draft again. Submit it when you are ready."):
        return redirect("projects:edit", code)
    return redirect(project)


@login_required
@require_POST
def close(request, code):
    project = get_for_user(Project, request.user, code=code, may=rules.may_close)
    done = "Closed. Nobody can apply any more; decide on those who did."
    attempt(request, actions.close_project, project, done, reason=Project.CloseReason.EMPLOYER)
    return redirect(project)


@login_required
@require_http_methods(["GET", "POST"])
def reopen(request, code):
    """Asks for new dates."""
    project = get_for_user(Project.objects.with_parts(), request.user, code=code, may=rules.may_reopen)
    if project.status != Project.Status.CLOSED:
        return redirect(project)
    undecided = queries.undecided_count(project)
    form = ReopenForm(
        posted(request), at=now(), zone=timezone.get_current_timezone_name(),
        promised=project.decisions_due_at if undecided else None,
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            actions.reopen_project(project=project, by=request.user, at=now(), **form.schedule())
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, "Open again. Students who fit and were not told yet will be.")
            return redirect(project)
    context = {
        "project": project, "form": form, "places_left": queries.places_left(project),
        "undecided": undecided,
    }  # fmt: skip
    return render(request, "projects/reopen.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def cancel(request, code):
    """Asks why. A draft that was never submitted is discarded the same way."""
    project = get_for_user(Project.objects.with_parts(), request.user, code=code, may=rules.may_cancel)
    if project.status in (Project.Status.CANCELLED, Project.Status.REMOVED):
        return redirect(project)
    form = CancelForm(posted(request), is_draft=project.status == Project.Status.DRAFT)
    if request.method == "POST" and form.is_valid():
        done = f"“{project}” is cancelled."
        if attempt(request, actions.cancel_project, project, done, reason=form.cleaned_data.get("reason", "")):
            return redirect("projects:manage")
        return redirect(project)
    context = {"project": project, "form": form, "counted": counted(project)}
    return render(request, "projects/cancel.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def copy(request, code):
    project = get_for_user(Project, request.user, code=code, may=rules.may_copy)
    try:
        draft = actions.copy_project(project=project, by=request.user, at=now())
    except DomainError as error:
        messages.error(request, error.message)
        return redirect(project)
    dates = "its dates" if draft.portfolio_permission else "its dates and what the student may show afterwards"
    messages.success(request, f"Copied into a new draft. Set {dates}, then submit it.")
    return redirect("projects:edit", draft.code)


def counted(project):
    return queries.with_counts(Project.objects.filter(pk=project.pk)).get()


def attempt(request, action, project, done, **arguments):
    """Run an action; tell the person how it went. True when it worked."""
    try:
        action(project=project, by=request.user, at=now(), **arguments)
    except DomainError as error:
        messages.error(request, error.message)
        return False
    messages.success(request, done)
    return True
