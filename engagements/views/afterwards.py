"""When something is wrong, and when all is done: disputes and reviews."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render

from engagements import actions, rules
from engagements.actions.reviews import review_until
from engagements.forms import DisputeForm, ReviewForm
from engagements.models import Engagement
from engagements.queries import disputes_of, reviews_for
from engagements.views.reading import act, context_of, engagement_for
from marketplace.clock import now


@login_required
def dispute(request, code):
    """What a dispute means, and the form; later what was said and decided."""
    may = rules.may_read_work if request.method == "GET" else rules.may_take_part
    engagement = engagement_for(request, code, may=may)
    form = DisputeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        opened = act(
            form, actions.open_dispute, engagement=engagement, problem=form.cleaned_data["problem"], by=request.user,
            at=now(),
        )  # fmt: skip
        if opened is not None:
            messages.success(request, "The dispute is open, and every clock is stopped. Propose how to settle it.")
            return redirect("engagements:dispute", engagement.code)
    context = context_of(engagement, request.user, now()) | {
        "form": form, "disputes": disputes_of(engagement), "dispute_days": settings.DISPUTE_DAYS,
        "possible": rules.may_take_part(request.user, engagement)
        and engagement.may_become(Engagement.Status.DISPUTED),
        "may_propose": rules.may_take_part(request.user, engagement), "silence_days": settings.SPLIT_SILENCE_DAYS,
        "sees_books": rules.may_see_books(request.user, engagement),
    }  # fmt: skip
    return render(request, "engagements/dispute.html", context, status=422 if form.errors else 200)


@login_required
def review(request, code):
    """Write one's review; read the other side's when both are published."""
    may = rules.may_read_work if request.method == "GET" else rules.may_take_part
    engagement = engagement_for(request, code, may=may)
    side = rules.side_of(request.user, engagement)
    wanted = engagement.project.competencies.select_related("skill").order_by("position")
    competencies = wanted if side == rules.ORGANIZATION else ()
    form = ReviewForm(request.POST if request.method == "POST" else None, competencies=competencies)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        written = act(
            form, actions.write_review, engagement=engagement, side=side, rating=data["rating"], again=data["again"],
            text=data["text"], levels=form.levels(), by=request.user, at=now(),
        )  # fmt: skip
        if written is not None:
            messages.success(request, "Thank you. Your review is in.")
            return redirect("engagements:review", engagement.code)
    return review_page(request, engagement, side, form)


def review_page(request, engagement, side, form):
    at = now()
    own, other = reviews_for(engagement, side)
    approved = engagement.status == Engagement.Status.APPROVED
    until = review_until(engagement) if approved else None
    context = context_of(engagement, request.user, at) | {
        "form": form, "own": own, "theirs": other, "until": until,
        "possible": approved and own is None and at < until and rules.may_take_part(request.user, engagement),
        "days": settings.DOUBLE_BLIND_DAYS,
    }  # fmt: skip
    return render(request, "engagements/review.html", context, status=422 if form.errors else 200)
