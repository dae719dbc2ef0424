"""The approval of a delivery, which releases the money. Repeats amount and person."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render

from engagements.models import Engagement
from marketplace.clock import now
from marketplace.errors import DomainError
from marketplace.money import format_money
from payments import actions, rules
from payments.models import CardDispute
from payments.views.funding import engagement_for


@login_required
def approve(request, code):
    """Repeat the amount and the person, then release. Confirming twice is harmless."""
    engagement = engagement_for(request, code, rules.may_approve)
    amount = format_money(engagement.unreleased_amount, engagement.currency)
    latest = engagement.deliveries.order_by("-version").first()
    if request.method == "POST":
        return release(request, engagement)
    if engagement.status != Engagement.Status.DELIVERED or latest is None:
        messages.info(request, f"This is {engagement.get_status_display().lower()}: there is nothing to approve.")
        return redirect(engagement)
    criteria = engagement.project.criteria.order_by("position")
    disputed = CardDispute.objects.filter(funding__engagement=engagement, status__in=CardDispute.OPEN)
    context = {
        "engagement": engagement, "delivery": latest, "amount": amount, "criteria": criteria,
        "bank_asks": disputed.exists(),
    }  # fmt: skip
    return render(request, "payments/approve.html", context)


def release(request, engagement):
    """Approve, and say what the student gets: the same to a second click as to the first."""
    version = request.POST.get("version", "")
    try:
        payouts = actions.approve_delivery(
            engagement=engagement, by=request.user, at=now(), version=int(version) if version.isdecimal() else None
        )
    except DomainError as error:
        messages.error(request, error.message)
        return redirect(engagement)
    amount = format_money(sum(payout.amount for payout in payouts), engagement.currency)
    messages.success(request, f"Approved. {amount} goes to {engagement.student}.")
    return redirect(engagement)
