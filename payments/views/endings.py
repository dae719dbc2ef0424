"""Ends before the work is judged: cancel, and replace a student who vanished. Each says exactly who gets what."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.urls import reverse

from applications.queries import runners_up_of
from engagements.cancelling import can_be_cancelled, has_vanished, kill_fee, midpoint_met, midpoint_of
from engagements.queries import is_being_paid
from marketplace.clock import days, now
from marketplace.errors import DomainError
from payments import actions, rules
from payments.forms import CancelForm
from payments.shares import shares_of
from payments.views.funding import engagement_for


@login_required
def cancel(request, code):
    """What happens to the money, and the reason. Once a version was delivered it points to a dispute."""
    engagement = engagement_for(request, code, rules.may_cancel)
    form = CancelForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        typed = request.POST.get("student_amount", "")
        try:
            actions.cancel_engagement(
                engagement=engagement, by=request.user, reason=form.cleaned_data["reason"], at=now(),
                student_amount=int(typed) if typed.isdecimal() else 0,
            )  # fmt: skip
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, "Cancelled. The other side has been told.")
            return redirect(engagement)
    context = cancelling(engagement, request.user, now()) | {"engagement": engagement, "form": form}
    return render(request, "payments/cancel.html", context, status=422 if form.errors else 200)


def cancelling(engagement, user, at):
    """What it costs at this moment, and why."""
    possible, owed = can_be_cancelled(engagement, user), kill_fee(engagement, user, at)
    work_has_begun = possible and engagement.kicked_off
    return {
        "possible": possible, "kill_fee": owed, "work_has_begun": work_has_begun,
        "is_student": engagement.student.user_id == user.pk, "funded": engagement.funded_at is not None,
        "being_paid": is_being_paid(engagement),
        "shares": shares_of(engagement, owed) if possible and engagement.funded_at else None,
        "kickoff_percent": settings.KILL_FEE_BPS[0] / 100, "midpoint_percent": settings.KILL_FEE_BPS[1] / 100,
        "midpoint_met": work_has_begun and midpoint_met(engagement, at),
        "midpoint_at": midpoint_of(engagement) if work_has_begun else None,
    }  # fmt: skip


@login_required
def replace(request, code):
    """The student has vanished: what happens to the work, the money and the place; then the choice of a runner-up."""
    engagement, at = engagement_for(request, code, rules.may_replace), now()
    board = reverse("applications:board", args=[engagement.project.code]) + "?tab=runners_up"
    if request.method == "POST":
        try:
            actions.replace_student(engagement=engagement, by=request.user, at=at)
        except DomainError as error:
            messages.error(request, error.message)
            return redirect("payments:replace", engagement.code)
        messages.success(request, f"{engagement.student} is replaced, and the place is free. Choose a runner-up.")
        return redirect(board)
    if engagement.replacement_until is not None:
        messages.info(request, f"{engagement.student} was replaced already.")
        return redirect(board)
    context = {
        "engagement": engagement, "possible": has_vanished(engagement, at), "vanished_days": settings.VANISHED_DAYS,
        "runners_up": runners_up_of(engagement.project).count(), "replacement_days": settings.REPLACEMENT_DAYS,
        "kept_until": at + days(settings.REPLACEMENT_DAYS), "shares": shares_of(engagement, 0),
    }  # fmt: skip
    return render(request, "payments/replace.html", context)
