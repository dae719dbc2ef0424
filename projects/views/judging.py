"""The rubric of a project that is open: reworded until somebody applies, clarified afterwards."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from marketplace.access import get_for_user
from marketplace.clock import now
from marketplace.errors import DomainError
from projects import actions, rules
from projects.actions.judging import MOST_CLARIFICATIONS
from projects.forms import ClarifyForm, RubricForm
from projects.models import Project
from projects.queries import has_applications
from projects.views.posted import posted


@login_required
@require_http_methods(["GET", "POST"])
def rubric(request, code):
    project = get_for_user(Project.objects.with_parts(), request.user, code=code, may=rules.may_edit)
    if project.status == Project.Status.DRAFT:
        return redirect("projects:edit_section", code, "rubric")
    if project.status != Project.Status.OPEN or has_applications(project):
        return redirect("projects:clarify", code)
    form = RubricForm(posted(request), project=project, at=now())
    if "fill" in request.POST:
        form = RubricForm(None, project=project, at=now(), typed=form.filled(request.POST["fill"]))
    elif request.method == "POST" and form.is_valid():
        done = "Saved. Whoever has begun an application was told."
        if kept(request, form, done, actions.edit_rubric, project=project, **form.values()):
            return redirect(project)
    context = {"project": project, "form": form}
    return render(request, "projects/rubric.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def clarify(request, code):
    project = get_for_user(Project.objects.with_parts(), request.user, code=code, may=rules.may_edit)
    if project.status == Project.Status.OPEN and not has_applications(project):
        return redirect("projects:rubric", code)
    if not project.is_running:
        return redirect(project)
    form = ClarifyForm(posted(request), project=project)
    if request.method == "POST" and form.is_valid():
        done = "Added. Everybody who applied or has begun to was told."
        if kept(request, form, done, actions.clarify, project=project, **form.cleaned_data):
            return redirect(project)
    context = {"project": project, "form": form, "left": MOST_CLARIFICATIONS - project.clarifications.count()}
    return render(request, "projects/clarify.html", context, status=422 if form.errors else 200)


def kept(request, form, done, action, **arguments):
    """Whether the action worked; a refusal stands in the form."""
    try:
        action(by=request.user, at=now(), **arguments)
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return False
    messages.success(request, done)
    return True
