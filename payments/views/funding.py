"""The organization pays: what it costs, Stripe's page, and what came of it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from engagements.models import ChangeOrder, Engagement
from marketplace.access import get_for_user
from marketplace.clock import now
from marketplace.errors import DomainError, Unavailable
from payments import actions, rules
from payments.models import Funding

WAITING = (Funding.Status.PENDING, Funding.Status.PROCESSING)


def engagement_for(request, code, may):
    return get_for_user(Engagement.objects.with_people(), request.user, code=code, may=may)


@login_required
@never_cache
def fund(request, code):
    """What is paid and what happens then; the button leads to Stripe's page."""
    engagement = engagement_for(request, code, rules.may_fund)
    order = order_asked_for(request, engagement)
    left = engagement.fundings.filter(code=request.GET.get("left", "")).first() if request.method == "GET" else None
    if left is not None and not (ask_stripe(left) and left.status == Funding.Status.PENDING):
        return redirect("payments:fund_return", engagement.code, left.code)  # which says how it stands
    asked = engagement if order is None else order
    is_due = asked.status == (Engagement.Status.AWAITING_FUNDING if order is None else ChangeOrder.Status.ACCEPTED)
    if not is_due:
        name = engagement.project if order is None else order
        messages.info(request, f"“{name}” is {asked.get_status_display().lower()}: nothing to pay.")
        return redirect("payments:detail", engagement.code)
    if request.method == "POST":
        try:
            funding = actions.start_funding(engagement=engagement, by=request.user, at=now(), change_order=order)
        except DomainError as error:
            messages.error(request, error.message)
            return redirect(request.get_full_path())
        return redirect(funding.checkout_url)
    last = engagement.fundings.filter(change_order=order).order_by("-pk").first()
    context = {
        "engagement": engagement, "order": order, "asked": asked, "left": left,
        "processing": last is not None and last.status == Funding.Status.PROCESSING,
        "failed": last is not None and last.status == Funding.Status.FAILED,
    }  # fmt: skip
    return render(request, "payments/fund.html", context)


def order_asked_for(request, engagement):
    """The change order that the address names, or None where it is the project itself. 404 for another one's."""
    code = request.GET.get("change_order")
    if not code:
        return None
    order = engagement.change_orders.filter(code=code).first()
    if order is None:
        raise Http404("No such change order.")
    return order


@require_GET
@login_required
@never_cache
def fund_return(request, code, funding_code):
    """Where Stripe sends the payer back to. Coming here proves nothing: Stripe is asked."""
    engagement = engagement_for(request, code, rules.may_fund)
    funding = engagement.fundings.filter(code=funding_code).first()
    if funding is None:
        raise Http404("No such payment.")
    reached = ask_stripe(funding)
    engagement.refresh_from_db()
    context = {"engagement": engagement, "funding": funding, "waiting": funding.status in WAITING, "reached": reached}
    template = "payments/_fund_status.html" if request.htmx else "payments/fund_return.html"
    return render(request, template, context)


def ask_stripe(funding):
    """Bring a payment that is waited for to where Stripe is. False where Stripe did not answer."""
    if funding.status not in WAITING or not funding.checkout_id:
        return True
    try:
        actions.sync_checkout(funding.checkout_id, at=now())
    except Unavailable:
        return False
    finally:
        funding.refresh_from_db()
    return True
