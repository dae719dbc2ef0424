"""Where two assessors see the same evidence too differently: both reasons beside it, and two ways to settle it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from applications import actions, rules
from applications.forms import AgreeForm, ScoreForm
from applications.models import Application
from applications.queries import score_changes
from applications.views.deciding import judged
from applications.views.trying import attempt
from projects.queries import clarified
from projects.rubric import wanted

OWN, AGREED = "own", "agreed"  # the two forms


@login_required
@require_http_methods(["GET", "POST"])
def reconcile(request, code, number):
    """Change one's own score, or record the level that was agreed on."""
    may = rules.may_decide if request.method == "POST" else rules.may_read_applicant
    application, found, row = judged(request, code, may)
    if not 1 <= number <= len(found.competencies):
        raise Http404("This project asks for fewer competencies.")
    cell = row.cells[number - 1]
    if refusal := why_not(row, cell):
        messages.info(request, refusal)
        return redirect("applications:applicant", code)
    own, agree = forms_of(request, cell)
    if request.method == "POST":
        sent = own if request.POST.get("act") == OWN else agree
        if sent.is_valid() and save(request, application, cell.competency, sent):
            return redirect("applications:applicant", code)
    context = {
        "board": found, "project": found.project, "row": row, "applicant": row.applicant, "cell": cell, "own": own,
        "agree": agree, "number": number, "scores": [cell.own, *cell.others], "wanted": wanted(cell.competency.level),
        "changes": score_changes(application, cell.competency), "clarified": clarified(found.project, cell.competency),
        "may_assess": rules.may_assess(request.user, found.project),
    }  # fmt: skip
    return render(request, "applications/reconcile.html", context, status=422 if own.errors or agree.errors else 200)


def why_not(row, cell):
    """One sentence, or nothing where there is something to settle and this assessor may see it."""
    if row.applicant.status != Application.Status.SUBMITTED:
        return "A decision was made about this applicant: the scores stay as they are."
    if not row.is_own_complete:
        return "Score every competency of this applicant yourself first."
    if not cell.is_gap and cell.agreed is None:
        return "These scores are near enough: there is nothing to settle."
    return ""


def forms_of(request, cell):
    sent = request.POST.get("act") if request.method == "POST" else None
    levels = [score.level for score in (cell.own, *cell.others)]
    own = ScoreForm(
        request.POST if sent == OWN else None, prefix=OWN, competency=cell.competency,
        initial={"level": cell.own.level, "justification": cell.own.justification},
    )  # fmt: skip
    agreed = {"level": cell.agreed.level, "reason": cell.agreed.reason} if cell.agreed else None
    agree = AgreeForm(
        request.POST if sent not in (None, OWN) else None, prefix=AGREED, competency=cell.competency,
        lowest=min(levels), highest=max(levels), initial=agreed,
    )  # fmt: skip
    return own, agree


def save(request, application, competency, form):
    action, words = actions.score, "Your score is changed. Where a level was agreed on, that one still counts."
    if isinstance(form, AgreeForm):
        action, words = actions.reconcile, "The agreed level counts now, instead of the scores."
    _, error = attempt(request, action, application=application, competency=competency, **form.cleaned_data)
    if error is None:
        messages.success(request, words)
    return error is None
