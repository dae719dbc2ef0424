"""The calibration: an example is scored, then its key is shown with the reason. It can be done again at any time."""

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from applications import actions, rules
from applications.calibration import MINUTES, examples, is_complete, matches
from applications.forms import CalibrationForm
from applications.queries import calibration_of
from applications.views.trying import attempt, posted
from marketplace.access import get_for_user, require
from projects.models import Project

AGAIN, SEEN = "1", "seen"  # ?again=: the form once more, then its key


@login_required
@require_http_methods(["GET", "POST"])
def calibrate(request, code, number):
    projects = Project.objects.select_related("organization")
    project = get_for_user(projects, request.user, code=code, may=rules.must_read_board)
    if not 1 <= number <= len(examples()):
        raise Http404("No such example.")
    example, again = examples()[number - 1], request.GET.get("again", "")
    form = CalibrationForm(posted(request), example=example)
    if request.method == "POST":
        require(rules.may_assess(request.user, project))
        if form.is_valid() and save(request, project, example, form):
            return redirect(page_of(project, number) + (f"?again={SEEN}" if again else ""))
    answers = calibration_of(request.user, project.organization)
    given = answers.get(example.slug)
    context = {
        "project": project, "example": example, "number": number, "total": len(examples()), "minutes": MINUTES,
        "form": form, "given": given, "shows_key": given is not None and again != AGAIN and not form.errors,
        "remark": example.remark(given) if given is not None else "", "is_complete": is_complete(answers),
        "matches": matches(answers), "next_url": following(project, number, answers, again),
        "may_assess": rules.may_assess(request.user, project),
    }  # fmt: skip
    return render(request, "applications/calibrate.html", context, status=422 if form.errors else 200)


def page_of(project, number):
    return reverse("applications:calibrate", args=[project.code, number])


def first_missing(project, answers):
    """The page of the first example without an answer; None when all have one."""
    missing = (number for number, example in enumerate(examples(), 1) if example.slug not in answers)
    return next((page_of(project, number) for number in missing), None)


def following(project, number, answers, again):
    """The next example, else None: one after another when it is done again, else the first that is missing."""
    if again:
        return f"{page_of(project, number + 1)}?again={AGAIN}" if number < len(examples()) else None
    return first_missing(project, answers)


def save(request, project, example, form):
    values = {"organization": project.organization, "example": example}
    return attempt(request, actions.calibrate, **values, **form.cleaned_data)[1] is None
