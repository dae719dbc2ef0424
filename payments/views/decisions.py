"""The two decisions that move money: approve a delivery, cancel an engagement. Each repeats amount and person."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render

from engagements.cancelling import can_be_cancelled, kill_fee
from engagements.models import Engagement
from marketplace.clock import now
from marketplace.errors import DomainError
from marketplace.money import format_money
from payments import actions, rules
from payments.forms import CancelForm
from payments.views.funding import engagement_for


@login_required
def approve(request, code):
    """Repeat the amount and the person, then release. Confirming twice is harmless."""
    engagement = engagement_for(request, code, rules.may_approve)
    amount = format_money(engagement.fee_amount, engagement.currency)
    latest = engagement.deliveries.order_by("-version").first()
    if request.method == "POST":
        return release(request, engagement, amount)
    if engagement.status != Engagement.Status.DELIVERED or latest is None:
        messages.info(request, f"This is {engagement.get_status_display().lower()}: there is nothing to approve.")
        return redirect(engagement)
    criteria = engagement.project.criteria.order_by("position")
    context = {"engagement": engagement, "delivery": latest, "amount": amount, "criteria": criteria}
    return render(request, "payments/approve.html", context)


def release(request, engagement, amount):
    version = request.POST.get("version", "")
    try:
        actions.approve_delivery(
            engagement=engagement, by=request.user, at=now(), version=int(version) if version.isdecimal() else None
        )
    except DomainError as error:
        messages.error(request, error.message)
        return redirect(engagement)
    messages.success(request, f"Approved. {amount} is on its way to {engagement.student}.")
    return redirect(engagement)


@login_required
def cancel(request, code):
    """Say what happens to the money and ask for the reason. Once work has started it points to a dispute."""
    engagement = engagement_for(request, code, rules.may_cancel)
    form = CancelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.cancel_engagement(
                engagement=engagement, by=request.user, reason=form.cleaned_data["reason"], at=now()
            )
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, "Cancelled. The other side has been told.")
            return redirect(engagement)
    context = {
        "engagement": engagement,
        "form": form,
        "possible": can_be_cancelled(engagement, request.user) and not kill_fee(engagement, request.user, now()),
        "is_student": engagement.student.user_id == request.user.pk,
        "funded": engagement.funded_at is not None,
    }
    return render(request, "payments/cancel.html", context, status=422 if form.errors else 200)
