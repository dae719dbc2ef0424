"""Money that moves besides approval and cancellation: a part released early, and what was kept for a runner-up."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render

from marketplace.clock import now
from marketplace.errors import DomainError, form_status
from marketplace.money import format_money
from payments import actions, rules
from payments.actions.splits import open_fee
from payments.forms import PartForm
from payments.shares import shares_of
from payments.views.funding import engagement_for


@login_required
def release_part(request, code):
    """Ask for an amount, repeat it with the person, then release. A second click or an old page changes nothing."""
    engagement = engagement_for(request, code, rules.may_approve)
    possible = engagement.status in actions.UNDER_WAY and engagement.kicked_off and open_fee(engagement) > 1
    form = PartForm(request.POST if request.method == "POST" else None, engagement=engagement)
    sure = request.POST.get("sure") == "yes"
    if form.is_valid() and sure:
        try:
            return released(request, engagement, form.cleaned_data["amount"])
        except DomainError as error:
            form.add_error(None, error.message)
    amount = form.cleaned_data.get("amount") if form.is_valid() else None
    context = {
        "engagement": engagement, "form": form, "possible": possible, "confirmed": amount,
        "shares": shares_of(engagement, amount or 0), "left": engagement.unreleased_amount - (amount or 0),
    }  # fmt: skip
    return render(request, "payments/release_part.html", context, status=form_status(form))


def released(request, engagement, amount):
    before = request.POST.get("released_before", "")
    actions.release_part(
        engagement=engagement, amount=amount, by=request.user, at=now(),
        released_before=int(before) if before.isdecimal() else None,
    )  # fmt: skip
    part = format_money(amount, engagement.currency)
    messages.success(request, f"Released. {part} goes to {engagement.student}; the rest stays held.")
    return redirect(engagement)


@login_required
def give_back(request, code):
    """The money kept for a runner-up goes back now, because nobody is wanted any more. Asks first."""
    engagement = engagement_for(request, code, rules.may_give_back)
    shares = shares_of(engagement, 0)
    if request.method == "POST":
        actions.give_back_kept(engagement=engagement, by=request.user, at=now())
        messages.success(request, "The refund is on its way. Banks usually show it within 5 to 10 business days.")
        return redirect("payments:detail", engagement.code)
    if engagement.replacement_until is None or not shares.held:
        messages.info(request, "Nothing is kept for a runner-up here.")
        return redirect("payments:detail", engagement.code)
    return render(request, "payments/give_back.html", {"engagement": engagement, "shares": shares})
