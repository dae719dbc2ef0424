"""The application as a task list: one question a page, saved on Continue."""

from copy import copy
from itertools import pairwise
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applications import actions, namesakes, rules
from applications.actions.applying import check_limits, check_may_apply
from applications.ai import problem_with
from applications.forms import AnswerForm, ChooseForm, PlanForm
from applications.models import Application
from applications.parts import first_url, missing_parts, next_url, parts_of
from applications.queries import capacity, competencies_of, library_of, place_in_line, waits_until, with_answers
from applications.views.trying import attempt, attempt_with_file, posted
from marketplace.access import get_for_user, require
from marketplace.accounts.rules import is_member
from marketplace.clock import now
from marketplace.errors import DomainError
from projects.models import Project
from projects.queries import clarified
from projects.rubric import anchors, good_evidence, wanted

NOT_YOURS = "Your account may not apply to this project."


@login_required
@require_http_methods(["GET", "POST"])
def start(request, code):
    """What it takes and what the odds are, before anything is begun."""
    project = get_for_user(Project.objects.select_related("organization"), request.user, code=code)
    student = request.reader.student
    require(
        not is_member(request.user, project.organization), "You belong to this organization: nobody acts on both sides."
    )
    if student is None:
        return render(request, "applications/start_as_student.html", {"project": project})
    running = Application.objects.filter(project=project, student=student, status__in=Application.RUNNING).first()
    if running is not None:
        return redirect(running)
    if not student.is_eligible:
        here = reverse("applications:start", args=[code])
        return redirect(f"{reverse('accounts:eligibility')}?{urlencode({'next': here})}")
    if request.method == "POST":
        require(rules.may_apply(request.user, project), NOT_YOURS)
        application, error = attempt(request, actions.start_application, project=project)
        if error is None:
            return redirect(first_url(application, library_of(student)))
        return redirect("applications:start", code)
    context = {
        "project": project, "competencies": competencies_of(project), "blocked": _blocked(project, student),
        "capacity": capacity(project, student), "library_count": library_of(student).count(),
        "may_apply": rules.may_apply(request.user, project),
    }  # fmt: skip
    return render(request, "applications/start.html", context)


def _blocked(project, student):
    """The reason why this student cannot apply now, or empty."""
    try:
        at = now()
        check_may_apply(project, student, at)
        check_limits(project, student, at)
    except DomainError as error:
        return error.message
    return ""


def own(request, code, *, acting=False):
    """The reader's own application; with `acting`, a POST needs somebody who may act."""
    mine = with_answers(Application.objects.filter(student__user_id=request.user.pk))
    application = get_for_user(mine, request.user, code=code)
    if acting and request.method == "POST" and not rules.may_act_as_applicant(request.user, application):
        raise PermissionDenied("Your account is suspended: you can read, but not change anything.")
    return application


def flow(request, application, template, *, current="", status=200, **context):
    """A page of the flow with its rail."""
    parts = parts_of(application)
    done = sum(part.state == "done" for part in parts)
    shared = {
        "application": application, "project": application.project, "parts": parts, "done": done,
        "part_count": len(parts), "current": current,
        "back": next((before.url for before, part in pairwise(parts) if part.name == current), ""),
        "is_open": application.project.accepts_applications(now()),
    }  # fmt: skip
    return render(request, template, shared | context, status=status)


@login_required
@require_safe
def edit(request, code):
    """The task list."""
    application = own(request, code)
    if application.status != Application.Status.DRAFT:
        return redirect(application)
    missing = missing_parts(application)
    return flow(
        request, application, "applications/edit.html", missing=missing, next_url=next_url(application),
        may_choose=library_of(application.student).exists(),
    )  # fmt: skip


@login_required
@require_http_methods(["GET", "POST"])
def choose(request, code):
    """Evidence of the library for every competency, on one page."""
    application = own(request, code, acting=True)
    if application.status != Application.Status.DRAFT:
        return redirect(application)
    library = list(library_of(application.student))
    if not library:
        return redirect(next_url(application))
    rows = [(competency, by_fit(library, competency)) for competency in competencies_of(application.project)]
    given = {row.competency_id: row.evidence for row in application.answers.all()}
    form = ChooseForm(posted(request), rows=rows, given=given)
    if request.method == "POST" and form.is_valid():
        _, error = attempt(request, actions.choose_evidence, application=application, chosen=form.chosen())
        if error is None and form.later:
            return redirect("applications:answer", code, form.later[0])
        if error is None:
            return redirect(next_url(application_again(application)))
    questions = [(*row, judged(application.project, row[0])) for row in form.questions()]
    return flow(
        request, application, "applications/choose.html", form=form, questions=questions,
        status=422 if form.errors else 200,
    )  # fmt: skip


@login_required
@require_http_methods(["GET", "POST"])
def answer(request, code, number):
    """Evidence for one competency: from the library, or new."""
    application = own(request, code, acting=True)
    if application.status != Application.Status.DRAFT:
        return redirect(application)
    competencies = competencies_of(application.project)
    if not 1 <= number <= len(competencies):
        raise Http404("This project asks for fewer competencies.")
    competency = competencies[number - 1]
    library = by_fit(library_of(application.student), competency)
    given = next((row for row in application.answers.all() if row.competency_id == competency.pk), None)
    form = AnswerForm(
        posted(request), request.FILES or None, library=library, initial={"choice": _chosen(given, library)}
    )  # fmt: skip
    if request.method == "POST" and form.is_valid() and _save_answer(request, application, competency, form):
        return redirect(url_after(application, competency, number))
    return flow(
        request, application, "applications/answer.html", current=f"evidence-{number}", form=form, number=number,
        competency=competency, library=library, count=len(competencies),
        judged=judged(application.project, competency), status=422 if form.errors else 200,
        given=given, problem=problem_with(given, competency) if given else "",
    )  # fmt: skip


def judged(project, competency):
    """What the applicant reads about how this competency is judged."""
    return {
        "anchors": anchors(competency), "wanted": wanted(competency.level), "good": good_evidence(competency),
        "clarified": clarified(project, competency),
    }  # fmt: skip


def url_after(application, competency, number):
    """The next part; the same page again while what was chosen may not be sent."""
    answer = application.answers.filter(competency=competency).first()
    if answer and problem_with(answer, competency):
        return reverse("applications:answer", args=[application.code, number])
    return next_url(application, after=f"evidence-{number}")


def by_fit(library, competency):
    """What shows this very skill first; `fits` says so to the template."""
    rows = [copy(evidence) for evidence in library]
    for evidence in rows:
        shown = {row.skill_id: row for row in evidence.evidence_skills.all()}
        evidence.fits = shown.get(competency.skill_id)
        evidence.problem = problem_with(evidence, competency)
    return sorted(
        rows,
        key=lambda item: (item.fits is None, bool(item.problem), -(item.fits.level if item.fits else 0)),
    )


def _chosen(given, library):
    if given is not None:
        return given.evidence.code
    return library[0].code if library and library[0].fits else None


def _save_answer(request, application, competency, form):
    """Whether it was saved; what is new goes into the library first."""
    evidence = form.chosen()
    if evidence is None:
        evidence, error = attempt_with_file(
            request, form, actions.add_evidence, student=application.student,
            skills=[(competency.skill, competency.level)], **form.item(),
        )  # fmt: skip
        if error is not None:
            return False
    _, error = attempt(
        request, actions.answer_competency, application=application, competency=competency, evidence=evidence
    )
    return error is None


@login_required
@require_http_methods(["GET", "POST"])
def plan(request, code):
    """How the student would begin, and whether the time suits."""
    application = own(request, code, acting=True)
    if application.status != Application.Status.DRAFT:
        return redirect(application)
    words = {True: "yes", False: "no", None: None}[application.is_available]
    initial = {"approach": application.approach, "is_available": words, "note": application.availability_note}
    form = PlanForm(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        _, error = attempt(request, actions.save_plan, application=application, **form.cleaned_data)
        if error is None:
            can = form.cleaned_data["is_available"]
            return redirect(
                next_url(application_again(application)) if can else reverse("applications:edit", args=[code])
            )
    return flow(
        request, application, "applications/plan.html", current="plan", form=form, status=422 if form.errors else 200
    )


def application_again(application):
    """With what was just saved."""
    return Application.objects.select_related("project").prefetch_related("answers").get(pk=application.pk)


@login_required
@require_safe
def check(request, code):
    """Check your answers."""
    application = own(request, code)
    if application.status != Application.Status.DRAFT:
        return redirect(application)
    answers = list(application.answers.all())
    changes = {part.competency: part.url for part in parts_of(application)}
    for answer in answers:
        answer.change_url = changes[answer.competency]
    return flow(
        request, application, "applications/check.html", current="check", answers=answers,
        missing=missing_parts(application), hints=namesakes.hints(application, answers),
        blocked=_blocked(application.project, application.student),
        capacity=capacity(application.project, application.student),
    )  # fmt: skip


@login_required
@require_POST
def submit(request, code):
    application = own(request, code, acting=True)
    _, error = attempt(request, actions.submit_application, application=application)
    return redirect("applications:submitted" if error is None else "applications:check", code)


@login_required
@require_safe
def submitted(request, code):
    """It was sent: the reference and what happens next."""
    application = own(request, code)
    is_waiting = application.status == Application.Status.WAITLISTED
    if application.submitted_at is None and not is_waiting:
        return redirect("applications:edit", code)
    context = {
        "application": application, "project": application.project, "offer_days": settings.OFFER_DAYS,
        "in_line": place_in_line(application) if is_waiting else None,
        "waits_until": waits_until(application.project), "most": settings.LIVE_APPLICATIONS_PER_PROJECT,
    }  # fmt: skip
    return render(request, "applications/submitted.html", context)
