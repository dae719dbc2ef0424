"""The assessment board: what waits, score mode, compare mode."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from applications import actions, rules
from applications.agreement import agreement_of
from applications.board import TABS, Board
from applications.calibration import MINUTES, examples, is_complete, matches
from applications.forms import ScoreForm
from applications.models import Application
from applications.queries import calibration_of, double_scores
from applications.views.calibrating import first_missing
from applications.views.trying import attempt, posted
from marketplace.access import get_for_user, require
from marketplace.clock import days, now
from projects.models import Project
from projects.queries import clarified
from projects.rubric import wanted

Status = Application.Status
COLUMNS = 4  # applicants beside each other
AGREEMENT_OVER = days(365)


def board_of(request, code):
    """The board as this person may see it. 404 for a project they may not see, 403 for the wrong role."""
    projects = Project.objects.select_related("organization")
    return Board(get_for_user(projects, request.user, code=code, may=rules.must_read_board), request.user)


@login_required
@require_safe
def board(request, code):
    found = board_of(request, code)
    tab = request.GET.get("tab", "")
    if tab not in TABS:
        tab = next((name for name, _label, count in found.tabs() if count), "review")
    answers = calibration_of(request.user, found.project.organization)
    context = {
        "calibrated": is_complete(answers), "matches": matches(answers), "examples": len(examples()),
        "minutes": MINUTES, "board": found, "project": found.project, "tab": tab, "rows": found.in_tab(tab),
        "may_assess": rules.may_assess(request.user, found.project),
        "told": 0 if found.rows else found.project.matches.count(),
        "declinable": sum(row.is_assessed and not row.is_disputed for row in found.to_review),
        "agreement": agreement_of(double_scores(found.project.organization, since=now() - AGREEMENT_OVER)),
    }  # fmt: skip
    return render(request, "applications/board.html", context)


@login_required
@require_safe
def score_next(request, code):
    """To the next score that is missing, or to the comparison when all are in."""
    found = board_of(request, code)
    return to_calibration(request, found.project) or to_next(code, found)


def to_calibration(request, project):
    """A redirect, as long as the calibration is to be done; None when it is, or for who only reads."""
    if not rules.may_assess(request.user, project):
        return None
    missing = first_missing(project, calibration_of(request.user, project.organization))
    return redirect(missing) if missing else None


def to_next(code, found, after=None):
    following = found.next_to_score(after)
    if following is None:
        return redirect("applications:compare", code)
    return redirect("applications:score", code, *following)


@login_required
@require_http_methods(["GET", "POST"])
def score(request, code, number, label):
    """Score mode: one competency, one applicant."""
    found = board_of(request, code)
    if not 1 <= number <= len(found.competencies):
        raise Http404("This project asks for fewer competencies.")
    rows = found.sequence(number)
    index = next((i for i, row in enumerate(rows) if row.applicant.label == label), None)
    if index is None:
        return elsewhere(request, found, label)
    if request.method == "GET" and (first := to_calibration(request, found.project)):
        return first
    competency, row = found.competencies[number - 1], rows[index]
    cell = row.cells[number - 1]
    initial = {"level": cell.own.level, "justification": cell.own.justification} if cell.own else None
    form = ScoreForm(posted(request), competency=competency, initial=initial)
    if request.method == "POST":
        require(rules.may_assess(request.user, found.project))
        if form.is_valid() and save_score(request, found, row, competency, form):
            return to_next(code, Board(found.project, request.user), after=(number, label))
    context = {
        "board": found, "project": found.project, "competency": competency, "number": number, "row": row, "cell": cell,
        "applicant": row.applicant, "position": index + 1, "total": len(rows), "form": form,
        "wanted": wanted(competency.level), "clarified": clarified(found.project, competency),
        "previous": rows[index - 1].applicant.label if index else "",
        "following": rows[index + 1].applicant.label if index + 1 < len(rows) else "",
    }  # fmt: skip
    return render(request, "applications/score.html", context, status=422 if form.errors else 200)


def elsewhere(request, found, label):
    """The page was old: this applicant is not to be scored any more, or never was."""
    row = next((row for row in found.rows if row.applicant.label == label), None)
    if row is None:
        raise Http404("No such applicant.")
    why = "the application was withdrawn" if row.applicant.status == Status.WITHDRAWN else "a decision was made"
    messages.info(request, f"Applicant {label} is not to be scored any more: {why}.")
    return redirect("applications:board", found.project.code)


def save_score(request, found, row, competency, form):
    application = next(item for item in found.applications if item.code == row.applicant.code)
    _, error = attempt(request, actions.score, application=application, competency=competency, **form.cleaned_data)
    return error is None


@login_required
@require_safe
def compare(request, code):
    """Compare mode: the competencies as rows, up to four applicants as columns; on a phone one competency."""
    found = board_of(request, code)
    choices = found.to_compare()
    asked = request.GET.getlist("who")
    chosen = [row for row in choices if row.applicant.label in asked][:COLUMNS] or choices[:COLUMNS]
    table = [
        (competency, found.agreement_in(number), [(row, row.cells[number - 1]) for row in chosen])
        for number, competency in enumerate(found.competencies, 1)
    ]
    number = request.GET.get("competency", "")
    context = {
        "shown": int(number) if number in map(str, range(1, len(table) + 1)) else 1,
        "board": found, "project": found.project, "choices": choices, "chosen": chosen, "table": table,
        "columns": COLUMNS, "too_many": len(asked) > COLUMNS, "chosen_labels": [row.applicant.label for row in chosen],
        "may_assess": rules.may_assess(request.user, found.project),
    }  # fmt: skip
    return render(request, "applications/compare.html", context)
