"""The student's own applications, the answers to them, and the offers."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from applications import actions
from applications.feedback import lessons_of
from applications.models import Application
from applications.queries import (
    capacity,
    days_to_work,
    live_of_student,
    of_student,
    place_in_line,
    waits_until,
)
from applications.views.applying import own
from applications.views.trying import attempt
from applications.wording import look_of, work_was_cancelled
from marketplace.access import require
from marketplace.activity.queries import events_of
from marketplace.clock import now

Status = Application.Status


@login_required
@require_safe
def mine(request):
    """Running first, and of these the offers; then what has ended."""
    student = request.reader.student
    require(student is not None, "Only students apply.")
    at = now()
    rows = [
        {
            "application": row,
            "look": look_of(row, for_student=True),
            "work_cancelled": work_was_cancelled(row),
            "waits_until": waits_until(row.project),
            "is_open": row.project.accepts_applications(at),
        }
        for row in of_student(student)
    ]
    running = [Status.DRAFT, *Application.UNANSWERED]
    context = {
        "running": sorted(
            (row for row in rows if row["application"].status in running),
            key=lambda row: row["application"].status != Status.OFFERED,
        ),
        "ended": [row for row in rows if row["application"].status not in running],
        "live": live_of_student(student),
        "most": settings.LIVE_APPLICATIONS_PER_STUDENT,
    }
    return render(request, "applications/mine.html", context)


# What of the audit trail the student's timeline tells, in their words; scores and the like are not theirs to see.
TOLD = {
    "application.submitted": ("send", "You sent your application"),
    "application.waitlisted": ("hourglass", "You sent it; it waits for a place in the queue"),
    "application.admitted": ("send", "A place became free: your application was received"),
    "application.shortlisted": ("star", "You were shortlisted"),
    "application.revealed": ("eye", "Your name was shown to the organization"),
    "offer.made": ("hand-coins", "You got an offer"),  # also to a runner-up, when a place is free again
    "offer.declined": ("x", "You declined the offer"),
    "offer.lapsed": ("hourglass", "The offer expired"),
    "offer.ended": ("circle", "The offer ended: your account was suspended"),
    "application.not_selected": ("circle", "You were not selected"),
    "application.lapsed": ("hourglass", "The decision date passed without a decision"),
    "application.withdrawn": ("x", "You withdrew"),
}


@login_required
@require_safe
def detail(request, code):
    """Where it stands, what happens next, and every answer that came."""
    application = own(request, code)
    if application.status == Status.DRAFT:
        return redirect("applications:edit", code)
    events = [(*TOLD[event.verb], event.at) for event in events_of(application) if event.verb in TOLD]
    if application.status == Status.ACCEPTED:
        events.append(("circle-check", "You accepted the offer", application.decided_at))
    work_cancelled = work_was_cancelled(application)
    if work_cancelled:
        events.append(("ban", "The work was cancelled", application.engagement.cancelled_at))
    context = {
        "application": application, "project": application.project, "events": events,
        "lessons": lessons_of(application), "work_cancelled": work_cancelled,
        "answers": application.answers.all(),
        "capacity": capacity(application.project, application.student),
        "in_line": place_in_line(application) if application.status == Status.WAITLISTED else None,
        "may_withdraw": application.may_become(Status.WITHDRAWN),
    }  # fmt: skip
    return render(request, "applications/detail.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def withdraw(request, code):
    """Ask once, then withdraw; a draft is thrown away."""
    application = own(request, code, acting=True)
    if request.method == "POST":
        _, error = attempt(request, actions.withdraw_application, application=application)
        if error is not None:
            return redirect(application)
        was_sent = application.submitted_at is not None or application.queued_at is not None
        messages.success(request, "Your application is withdrawn." if was_sent else "The draft is thrown away.")
        return redirect("applications:mine")
    if not application.may_become(Status.WITHDRAWN):
        return redirect(application)
    return render(request, "applications/withdraw.html", {"application": application, "project": application.project})


@login_required
@require_safe
def offer_view(request, code):
    """The offer: amount, dates, what happens next; accept or decline."""
    application = own(request, code)
    if application.status != Status.OFFERED:
        return redirect(application)
    context = {
        "application": application, "project": application.project,
        "criteria": application.project.criteria.order_by("position"), "lessons": lessons_of(application),
        "has_expired": now() >= application.offer_expires_at, "funding_days": settings.FUNDING_DAYS,
        "review_days": settings.REVIEW_DAYS, "work_days": days_to_work(application.project, now()),
    }  # fmt: skip
    return render(request, "applications/offer_view.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def offer_decline(request, code):
    application = own(request, code, acting=True)
    if request.method == "POST":
        _, error = attempt(request, actions.decline_offer, application=application)
        if error is None:
            messages.success(request, f"You declined the offer. {application.project.organization} was told.")
        return redirect(application)
    if application.status != Status.OFFERED:
        return redirect(application)
    return render(
        request, "applications/offer_decline.html", {"application": application, "project": application.project}
    )
