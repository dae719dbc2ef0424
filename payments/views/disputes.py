"""A dispute is settled by its two sides: propose a split, see what it means, accept the other's."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from engagements.queries import newest_proposals
from engagements.rules import ORGANIZATION, STUDENT, side_of
from marketplace.clock import days, now
from marketplace.errors import DomainError
from marketplace.money import format_money
from payments import actions, rules
from payments.forms import SplitForm
from payments.shares import shares_of
from payments.views.funding import engagement_for


def case_for(request, code):
    """(engagement, its open dispute or None) for somebody who stands on a side."""
    engagement = engagement_for(request, code, rules.may_propose_split)
    dispute = engagement.disputes.filter(resolved_at=None).first()
    if dispute is not None:
        dispute.engagement = engagement
    return engagement, dispute


def context_of(request, engagement, dispute):
    """What all pages of a talk about the split share: both newest proposals, and who reads."""
    is_student = side_of(request.user, engagement) == STUDENT
    newest = newest_proposals(dispute)
    own, theirs = (newest.get(side) for side in ((STUDENT, ORGANIZATION) if is_student else (ORGANIZATION, STUDENT)))
    return {
        "engagement": engagement, "dispute": dispute, "is_student": is_student, "own": own, "theirs": theirs,
        "other": engagement.organization if is_student else engagement.student,
        "silence_days": settings.SPLIT_SILENCE_DAYS, "open_amount": engagement.unreleased_amount,
    }  # fmt: skip


def gone(request, engagement):
    messages.info(request, "There is no open dispute here, so there is nothing to split.")
    return redirect("engagements:dispute", engagement.code)


@login_required
@never_cache
def propose_split(request, code):
    """An amount, then what it means for both, then it is sent. Both steps keep what was typed."""
    engagement, dispute = case_for(request, code)
    if dispute is None:
        return gone(request, engagement)
    form = SplitForm(request.POST if request.method == "POST" else None, engagement=engagement)
    checked = request.method == "POST" and form.is_valid()
    if checked and request.POST.get("step") == "send":
        sent = send_proposal(request, dispute, form)
        if sent is not None:
            return redirect("engagements:dispute", engagement.code)
        checked = False
    context = context_of(request, engagement, dispute) | {"form": form}
    if checked and request.POST.get("step") != "change":
        amount = form.cleaned_data["student_amount"]
        context |= {"shares": shares_of(engagement, amount), "agrees": is_the_same(context["theirs"], amount)}
        return render(request, "payments/check_split.html", context)
    shown = form.amount_shown()
    context["shares"] = None if shown is None else shares_of(engagement, shown)
    return render(request, "payments/propose_split.html", context, status=422 if form.errors else 200)


def is_the_same(proposal, amount):
    return proposal is not None and proposal.student_amount == amount


def send_proposal(request, dispute, form):
    """The SplitProposal, or None after putting the refusal into the form."""
    try:
        proposal = actions.propose_split(dispute=dispute, by=request.user, at=now(), **form.cleaned_data)
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return None
    dispute.refresh_from_db()
    if dispute.resolved_at is not None:
        messages.success(request, "You agree with each other, so the dispute is settled. The money is on its way.")
    else:
        messages.success(request, f"Sent. Without an answer within {settings.SPLIT_SILENCE_DAYS} days it is accepted.")
    return proposal


@require_GET
@login_required
@never_cache
def split_shares(request, code):
    """A fragment: what each side would get for the amount that is being typed."""
    engagement, dispute = case_for(request, code)
    amount = SplitForm(request.GET, engagement=engagement).amount_shown() if dispute else None
    context = {
        "engagement": engagement, "shares": None if amount is None else shares_of(engagement, amount),
        "is_student": side_of(request.user, engagement) == STUDENT, "open_amount": engagement.unreleased_amount,
    }  # fmt: skip
    return render(request, "payments/_shares.html", context)


@login_required
@never_cache
def accept_split(request, code):
    """Repeat what each side gets, then settle it. A newer proposal is not accepted by an old page."""
    engagement, dispute = case_for(request, code)
    if dispute is None:
        return gone(request, engagement)
    context = context_of(request, engagement, dispute)
    if request.method == "POST":
        return settle(request, dispute)
    theirs = context["theirs"]
    if theirs is None:
        messages.info(request, f"{context['other']} has not proposed anything yet.")
        return redirect("engagements:dispute", engagement.code)
    context |= {
        "shares": shares_of(engagement, theirs.student_amount),
        "silent_at": theirs.proposed_at + days(settings.SPLIT_SILENCE_DAYS),
        "is_newest": context["own"] is None or context["own"].pk < theirs.pk,
    }  # fmt: skip
    return render(request, "payments/accept_split.html", context)


def settle(request, dispute):
    engagement, typed = dispute.engagement, request.POST.get("student_amount", "")
    try:
        proposal = actions.accept_split(
            dispute=dispute, by=request.user, at=now(), student_amount=int(typed) if typed.isdecimal() else None
        )
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("payments:accept_split", engagement.code)
    amount = format_money(proposal.student_amount, engagement.currency)
    messages.success(request, f"Settled: {amount} of the fee for the student. The money is on its way.")
    return redirect("engagements:dispute", engagement.code)
