"""One applicant, and the decisions about them. Each decision has its own page that says what will happen."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from applications import actions, rules
from applications.board import Board
from applications.forms import DeclineForm, OfferForm
from applications.models import Application
from applications.queries import days_to_work, waiting_for
from applications.views.board import board_of
from applications.views.trying import attempt, posted
from marketplace.access import get_for_user, require
from marketplace.accounts.models import Block
from marketplace.activity.queries import events_of
from marketplace.clock import now
from marketplace.formatting.templatetags import count
from marketplace.redirects import back_to, path_back

Status = Application.Status


def judged(request, code, may):
    """(application, board, the applicant's row) for a person who may do this."""
    rows = Application.objects.select_related("project__organization", "student__user")
    application = get_for_user(rows, request.user, code=code, may=may)
    found = Board(application.project, request.user)
    row = next((row for row in found.rows if row.applicant.code == code), None)
    if row is None:  # a draft, which moderators may see and no board shows
        raise Http404("No such applicant.")
    return application, found, row


def to_board(application, tab=""):
    return redirect(reverse("applications:board", args=[application.project.code]) + (f"?tab={tab}" if tab else ""))


def page(request, template, found, row, status=200, **context):
    shared = {
        "board": found, "project": found.project, "row": row, "applicant": row.applicant, "back": path_back(request),
    }  # fmt: skip
    return render(request, template, shared | context, status=status)


@login_required
@require_safe
def applicant(request, code):
    """All of one applicant: only after one's own scores are in, so that they stay judged one competency at a time."""
    application, found, row = judged(request, code, rules.may_read_applicant)
    opens = row.is_own_complete or row.applicant.status != Status.SUBMITTED
    may_assess = rules.may_assess(request.user, found.project)
    work = getattr(application, "engagement", None)  # of the app above
    return page(
        request, "applications/applicant.html", found, row, opens=opens, may_assess=may_assess,
        decides=may_assess and row.applicant.status in (Status.SUBMITTED, Status.SHORTLISTED),
        offers_again=may_assess and row in found.runners_up,
        work_url=work.get_absolute_url() if work else "", **of_a_known_person(application),
    )  # fmt: skip


def of_a_known_person(application):
    """Who had the name shown, and whether the organization has blocked the student; nothing before the shortlist."""
    if not application.revealed_at:
        return {}
    blocks = application.student.blocks.filter(organization=application.project.organization_id)
    return {
        "revealed": events_of(application).filter(verb="application.revealed").last(),
        "is_blocked": blocks.filter(side=Block.Side.ORGANIZATION).exists(),
    }


@login_required
@require_http_methods(["GET", "POST"])
def shortlist(request, code):
    """Confirm: the name is revealed, and that is logged."""
    may = rules.may_decide if request.method == "POST" else rules.may_read_applicant
    application, found, row = judged(request, code, may)
    if request.method == "POST":
        application, error = attempt(request, actions.shortlist, application=application)
        if error is not None:
            return back_to(request, reverse("applications:board", args=[found.project.code]))
        name = application.student.display_name
        messages.success(request, f"{row.applicant.blind_name} is {name}. They were told that they are shortlisted.")
        return redirect("applications:applicant", code)
    if row.applicant.status != Status.SUBMITTED:
        return redirect("applications:applicant", code)
    return page(request, "applications/shortlist.html", found, row)


@login_required
@require_http_methods(["GET", "POST"])
def decline(request, code):
    may = rules.may_decide if request.method == "POST" else rules.may_read_applicant
    application, found, row = judged(request, code, may)
    form = DeclineForm(posted(request))
    if request.method == "POST" and form.is_valid():
        _, error = attempt(request, actions.decline_application, application=application, **form.cleaned_data)
        if error is None:
            messages.success(request, f"{row.applicant.name} was told, with the reason and the levels.")
            return back_to(request, reverse("applications:board", args=[found.project.code]))
    elif row.applicant.status not in (Status.SUBMITTED, Status.SHORTLISTED):
        return redirect("applications:applicant", code)
    return page(request, "applications/decline.html", found, row, form=form, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def decline_rest(request, code):
    """Everybody who was assessed and is not on the shortlist, in one go."""
    found = board_of(request, code)
    form = DeclineForm(posted(request))
    rows = [row for row in found.to_review if row.is_assessed and not row.is_disputed]
    if request.method == "POST":
        require(rules.may_assess(request.user, found.project))
        if form.is_valid():
            declined, error = attempt(request, actions.decline_rest, project=found.project, **form.cleaned_data)
            if error is None:
                messages.success(request, f"{count(declined, 'applicant')} told, with the reason and the levels.")
                return redirect("applications:board", code)
    context = {
        "board": found, "project": found.project, "rows": rows, "form": form,
        "left": [row for row in found.to_review if row not in rows],
    }  # fmt: skip
    return render(request, "applications/decline_rest.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "POST"])
def offer(request, code):
    """The page that repeats amount and person before it is binding."""
    may = rules.may_decide if request.method == "POST" else rules.may_read_applicant
    application, found, row = judged(request, code, may)
    form = OfferForm(posted(request))
    if request.method == "POST" and form.is_valid():
        application, error = attempt(request, actions.make_offer, application=application, **form.cleaned_data)
        if error is not None:
            return redirect("applications:applicant", code)
        messages.success(request, f"{row.applicant.name} has the offer: {found.project.fee_text}.")
        return to_board(application, "offered")
    if not row.is_offerable:
        return redirect("applications:applicant", code)
    others = [other for other in found.unread if other is not row]
    return page(
        request, "applications/offer.html", found, row, form=form, offer_days=settings.OFFER_DAYS,
        unread=others, in_line=waiting_for(found.project).count(), work_days=days_to_work(found.project, now()),
        status=422 if form.errors else 200,
    )  # fmt: skip
