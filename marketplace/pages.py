"""Pages that explain: what this is, how it works, who may do what. And, on a laptop, the styleguide."""

from django.conf import settings
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from marketplace.money import percent
from marketplace.replica import from_replica
from marketplace.topics import offers
from projects.search.filters import Filters

NEWEST = 3  # open projects on the start page


@from_replica
@require_safe
def landing(request):
    """The start page of a visitor; somebody signed in has their own."""
    if request.user.is_authenticated:
        return redirect("home")
    context = {"rules": _rules(), "example": _example()} | offers(request, Filters(), size=NEWEST)
    return render(request, "pages/landing.html", context)


@require_safe
def how_it_works_students(request):
    return render(request, "pages/how_it_works_students.html", {"rules": _rules(), "example": _example()})


@require_safe
def how_it_works_employers(request):
    return render(request, "pages/how_it_works_employers.html", {"rules": _rules(), "example": _example()})


@require_safe
def about(request):
    return render(request, "pages/about.html")


@require_safe
def terms(request):
    return render(request, "pages/terms.html", {"rules": _rules()})


@require_safe
def privacy(request):
    return render(request, "pages/privacy.html")


@require_http_methods(["GET", "POST"])
def styleguide(request):
    """Every component on one page, with its form in error when posted. Mounted only where LOCAL is true."""
    from marketplace.formatting.styleguide import context

    return render(request, "dev/styleguide.html", context(request))


def _example(hours=16):
    """A project at the lowest fee allowed, worked out with the settings in force: minor units."""
    fee = settings.HOURLY_FLOOR * hours
    service_fee = percent(fee, settings.SERVICE_FEE_BPS)
    return {"hours": hours, "fee": fee, "service_fee": service_fee, "total": fee + service_fee}


def _rules():
    """The published numbers, read from the settings so that a page cannot promise another one."""
    return {
        "hours": settings.PROJECT_HOURS,
        "floor": settings.HOURLY_FLOOR,
        "service_percent": settings.SERVICE_FEE_BPS / 100,
        "competencies": settings.PROJECT_COMPETENCIES,
        "criteria": settings.PROJECT_CRITERIA,
        "work_days": settings.PROJECT_WORK_DAYS,
        "places": settings.PROJECT_PLACES,
        "decision_days": settings.DECISION_DAYS,
        "live_per_project": settings.LIVE_APPLICATIONS_PER_PROJECT,
        "waiting_per_project": settings.WAITING_APPLICATIONS_PER_PROJECT,
        "live_per_student": settings.LIVE_APPLICATIONS_PER_STUDENT,
        "offer_days": settings.OFFER_DAYS,
        "funding_days": settings.FUNDING_DAYS,
        "kickoff_days": settings.KICKOFF_DAYS,
        "review_days": settings.REVIEW_DAYS,
        "extension_days": settings.REVIEW_EXTENSION_DAYS,
        "change_rounds": settings.CHANGE_ROUNDS,
        "dispute_days": settings.DISPUTE_DAYS,
        "silence_days": settings.SPLIT_SILENCE_DAYS,
        "kill_fee_percent": [bps / 100 for bps in settings.KILL_FEE_BPS],
        "vanished_days": settings.VANISHED_DAYS,
        "replacement_days": settings.REPLACEMENT_DAYS,
        "double_blind_days": settings.DOUBLE_BLIND_DAYS,
    }
