"""The portfolio: its owner's pages and the public ones."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from engagements.models import Engagement
from marketplace.access import get_for_user, require
from marketplace.accounts.models import Student
from marketplace.clock import now
from marketplace.errors import DomainError
from portfolio import actions, queries, rules
from portfolio.disclosure import disclosure
from portfolio.forms import CaseForm
from portfolio.models import Case


@require_safe
@login_required
def mine(request):
    """What is public, what could be, and three steps to begin with."""
    student = request.reader.student
    require(student is not None, "Only students have a portfolio.")
    at = now()
    cases = [(case, queries.card(case)) for case in queries.own_cases(student)]
    to_add = list(queries.to_add(student))
    context = {
        "student": student, "cases": cases, "to_add": [(row, disclosure(row.project)) for row in to_add],
        "published": sum(1 for case, _card in cases if case.published_at), "today": at.date(),
        "has_work": bool(cases or to_add), "has_headline": bool(student.headline),
    }  # fmt: skip
    return render(request, "portfolio/mine.html", context)


@require_POST
@login_required
def case_add(request, engagement_code):
    engagement = get_for_user(Engagement, request.user, code=engagement_code, may=rules.may_open)
    try:
        case = actions.open_case(engagement=engagement, by=request.user, at=now())
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("portfolio:mine")
    return redirect("portfolio:case_edit", case.code)


def own_case(request, code):
    """One's own case; of others' even the published ones are not found here."""
    cases = queries.with_proof(Case.objects.filter(student__user_id=request.user.pk))
    return get_for_user(cases, request.user, code=code, may=rules.may_edit)


@login_required
def case_edit(request, code):
    """Save, or save and publish."""
    case = own_case(request, code)
    form = CaseForm(request.POST if request.method == "POST" else None, case=case)
    if request.method == "POST" and (form.is_valid()) and save(request, form, case):
        return redirect("portfolio:mine")
    card = queries.card(case)
    at = now()
    context = {
        "case": case, "form": form, "card": card, "allowed": card.allowed, "is_open": card.allowed.is_open(at.date()),
    }  # fmt: skip
    return render(request, "portfolio/case_edit.html", context, status=422 if form.errors else 200)


def save(request, form, case):
    """True when everything asked for was done; otherwise the form says what was not."""
    at, publish = now(), request.POST.get("publish") == "yes"
    try:
        case = actions.save_case(case=case, by=request.user, at=at, **form.cleaned_data)
        if publish:
            actions.publish_case(case=case, by=request.user, at=at)
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return False
    messages.success(request, "Published." if publish else "Saved.")
    return True


@require_POST
@login_required
def case_publish(request, code):
    case = own_case(request, code)
    try:
        actions.publish_case(case=case, by=request.user, at=now())
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("portfolio:case_edit", case.code)
    messages.success(request, "Published. Anybody with the link can verify it.")
    return redirect("portfolio:mine")


@require_POST
@login_required
def case_unpublish(request, code):
    actions.unpublish_case(case=own_case(request, code), by=request.user, at=now())
    messages.success(request, "Not public any more. Only you see it.")
    return redirect("portfolio:mine")


@require_safe
def public(request, slug):
    """What anybody may know about a student: no address, no school."""
    student = get_for_user(Student.objects.select_related("user"), request.user, slug=slug)
    today = now().date()
    verified, claimed = queries.competencies_of(student)
    cards, quotes = queries.public_cards(student, today), queries.reviews_of(student, today)
    quoted = {card.quote.pk for card in cards if card.quote}
    context = {
        "student": student, "verified": verified, "claimed": claimed, "cards": cards,
        "quotes": [quote for quote in quotes if quote.review.pk not in quoted], "figures": queries.figures_of(quotes),
        "is_own": request.user.is_authenticated and student.user_id == request.user.pk,
    }  # fmt: skip
    return render(request, "portfolio/public.html", context)


@require_safe
def case(request, slug, code):
    """One case, and what was verified about it; its owner may look before publishing."""
    found = get_for_user(queries.with_proof(Case.objects.filter(student__slug=slug)), request.user, code=code)
    is_own = request.user.is_authenticated and found.student.user_id == request.user.pk
    if not is_own and not queries.shown_cases(now().date()).filter(pk=found.pk).exists():
        raise Http404("No such case.")
    context = {
        "case": found, "card": queries.card(found), "student": found.student, "criteria": queries.criteria_of(found),
        "is_own": is_own,
    }  # fmt: skip
    return render(request, "portfolio/case.html", context)
