"""Deliver a version, and judge one."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from engagements import actions, rules
from engagements.forms import DeliverForm, JudgeForm
from engagements.models import Engagement
from engagements.queries import change_rounds, named_for
from engagements.views.reading import act, act_with_files, context_of, delivery_for, engagement_for
from marketplace.activity.queries import events_of
from marketplace.clock import now
from marketplace.errors import DomainError
from marketplace.files.kinds import DELIVERY

CAN_DELIVER = {Engagement.Status.ACTIVE, Engagement.Status.CHANGES_REQUESTED}


@login_required
def deliver(request, code):
    """The student's form for the next version, beside the criteria and what was asked to change."""
    engagement = engagement_for(request, code, may=rules.may_deliver)
    form = DeliverForm(request.POST, request.FILES) if request.method == "POST" else DeliverForm()
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        sent = act_with_files(
            form, actions.deliver, uploads=data["files"], owner=request.user, allowed=DELIVERY, at=now(),
            engagement=engagement, note=data["note"], link=data["link"],
        )  # fmt: skip
        if sent is not None:
            messages.success(request, f"Version {sent.version} is delivered. {engagement.organization} reviews it.")
            return redirect(engagement)
    latest = engagement.deliveries.select_related("change_request").order_by("-version").first()
    context = context_of(engagement, request.user, now()) | {
        "form": form, "version": (latest.version if latest else 0) + 1,
        "criteria": engagement.project.criteria.order_by("position"),
        "asked": asked_of(latest) if engagement.status == Engagement.Status.CHANGES_REQUESTED else None,
        "possible": engagement.status in CAN_DELIVER and engagement.kicked_off,
        "cancelled_by": cancelled_by(engagement, request.user),
    }  # fmt: skip
    return render(request, "engagements/deliver.html", context, status=422 if form.errors else 200)


def cancelled_by(engagement, reader):
    """Who cancelled it, as the reader reads it; nothing where a clock, a dispute or the bank ended it."""
    event = events_of(engagement).filter(verb="engagement.cancelled").last()
    return "" if event is None else named_for(reader, event.actor, engagement)


def asked_of(delivery):
    """The change request of a delivery with its items, or None."""
    request_made = getattr(delivery, "change_request", None) if delivery else None
    if request_made is None:
        return None
    items = request_made.items.select_related("criterion").order_by("criterion__position")
    return {"summary": request_made.summary, "items": list(items), "at": request_made.requested_at}


@require_GET
@login_required
def delivery(request, code, version):
    engagement = engagement_for(request, code, may=rules.may_read_work)
    criteria = list(engagement.project.criteria.order_by("position"))
    return delivery_page(request, engagement, delivery_for(engagement, version), JudgeForm(criteria=criteria))


def delivery_page(request, engagement, shown, form, *, status=200):
    at = now()
    under_review = (
        engagement.status == Engagement.Status.DELIVERED
        and shown.version == engagement.latest_version
        and at < engagement.review_due_at
    )
    rounds_left = max(settings.CHANGE_ROUNDS - change_rounds(engagement), 0)
    context = context_of(engagement, request.user, at) | {
        "delivery": shown, "form": form, "criteria": form.criteria, "asked": asked_of(shown),
        "judging": under_review and rules.may_judge(request.user, engagement), "under_review": under_review,
        "rounds_left": rounds_left,
        "extension_days": settings.REVIEW_EXTENSION_DAYS, "dispute": engagement.disputes.order_by("-opened_at").first(),
        "approved_this": engagement.status == Engagement.Status.APPROVED
        and shown.version == engagement.latest_version,
    }  # fmt: skip
    return render(request, "engagements/delivery.html", context, status=status)


@require_POST
@login_required
def request_changes(request, code, version):
    engagement = engagement_for(request, code, may=rules.may_judge)
    shown = delivery_for(engagement, version)
    form = JudgeForm(request.POST, criteria=list(engagement.project.criteria.order_by("position")))
    done = None
    if form.is_valid():
        done = act(
            form, actions.request_changes, engagement=engagement, items=form.items(), by=request.user, at=now(),
            summary=form.cleaned_data["summary"], version=version,
        )  # fmt: skip
    if done is None:
        return delivery_page(request, engagement, shown, form, status=422)
    messages.success(request, f"Sent. {engagement.student} works on version {version + 1} now; the clock is stopped.")
    return redirect(engagement)


@require_POST
@login_required
def extend_review(request, code):
    engagement = engagement_for(request, code, may=rules.may_judge)
    try:
        actions.extend_review(engagement=engagement, by=request.user, at=now())
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, f"You have {settings.REVIEW_EXTENSION_DAYS} more days to review.")
    latest = engagement.deliveries.order_by("-version").first()
    if latest is None:
        return redirect(engagement)
    return redirect("engagements:delivery", engagement.code, latest.version)
