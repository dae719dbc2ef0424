"""Change orders: asked for by the organization, answered by the student, paid in the app above."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from engagements import actions, rules
from engagements.actions.change_orders import RUNNING
from engagements.forms import ChangeOrderForm, RefuseForm
from engagements.models import ChangeOrder
from engagements.queries import open_order, with_payment
from engagements.standing import order_standing, pay_path
from engagements.views.reading import act, context_of, engagement_for
from marketplace.clock import now
from marketplace.errors import DomainError

Status = ChangeOrder.Status


@login_required
def propose_change_order(request, code):
    """What more, for how many hours and how much, and how much later."""
    engagement = engagement_for(request, code, may=rules.may_judge)
    form = ChangeOrderForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        order = act(
            form, actions.propose_change_order, engagement=engagement, title=data["title"], by=request.user, at=now(),
            description=data["description"], hours=data["hours"], fee_amount=data["fee"], extra_days=data["extra_days"],
        )  # fmt: skip
        if order is not None:
            messages.success(request, f"Sent. {engagement.student} answers within {settings.CHANGE_ORDER_DAYS} days.")
            return redirect(order)
    context = context_of(engagement, request.user, now()) | {
        "form": form, "running": open_order(engagement), "possible": can_be_proposed(engagement),
        "answer_days": settings.CHANGE_ORDER_DAYS, "service_percent": engagement.project.service_fee_bps / 100,
        "criteria": engagement.project.criteria.order_by("position"),
    }  # fmt: skip
    return render(request, "engagements/propose_change_order.html", context, status=422 if form.errors else 200)


def can_be_proposed(engagement):
    return engagement.status in RUNNING and engagement.kicked_off


def order_of(engagement, order_code):
    """The change order, joined to the engagement as it was read. 404 for another engagement's."""
    order = with_payment(engagement.change_orders.select_related("proposed_by")).filter(code=order_code).first()
    if order is None:
        raise Http404("No such change order.")
    order.engagement = engagement
    return order


@require_GET
@login_required
def change_order(request, code, order_code):
    engagement = engagement_for(request, code, may=rules.may_read_orders)
    order, at = order_of(engagement, order_code), now()
    is_open = order.status in ChangeOrder.OPEN
    context = context_of(engagement, request.user, at) | {
        "order": order, "is_open": is_open, "asks": order_standing(order, request.user, at) if is_open else None,
        "may_answer": rules.may_answer_order(request.user, engagement)
        and order.status == Status.PROPOSED and at < order.answer_due_at,
        "may_withdraw": rules.may_judge(request.user, engagement) and is_open,
        "may_pay": rules.may_pay_for(request.user, engagement) and order.status == Status.ACCEPTED
        and not order.is_being_paid,
        "pay_url": pay_path(order), "fee_with_it": engagement.fee_amount + order.fee_amount,
        "funding_days": settings.FUNDING_DAYS, "ended_by": ended_by(order) if order.status == Status.LAPSED else "",
        "may_read": rules.may_read_work(request.user, engagement),
    }  # fmt: skip
    return render(request, "engagements/change_order.html", context)


def ended_by(order):
    """Of a lapsed one: "dispute" or "end" (of the engagement), where that came before its own time was over."""
    ended_at, deadline = order.status_changed_at, order.funding_due_at or order.answer_due_at
    if ended_at is None or ended_at >= deadline:
        return ""
    return "dispute" if order.engagement.disputes.filter(opened_at=ended_at).exists() else "end"


@require_POST
@login_required
def accept_change_order(request, code, order_code):
    engagement = engagement_for(request, code, may=rules.may_answer_order)
    words = f"Accepted. {engagement.organization} pays for it next; start with the extra work when that is done."
    return answer(request, order_of(engagement, order_code), actions.accept_change_order, words)


@require_POST
@login_required
def withdraw_change_order(request, code, order_code):
    engagement = engagement_for(request, code, may=rules.may_judge)
    return answer(
        request, order_of(engagement, order_code), actions.withdraw_change_order, "Withdrawn. The student is told."
    )


def answer(request, order, action, words):
    """Act and say so, or say why not; back to the page of the change order."""
    try:
        action(change_order=order, by=request.user, at=now())
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, words)
    return redirect(order)


@login_required
def refuse_change_order(request, code, order_code):
    engagement = engagement_for(request, code, may=rules.may_answer_order)
    order = order_of(engagement, order_code)
    form = RefuseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        refused = act(
            form, actions.refuse_change_order, change_order=order, reason=form.cleaned_data["reason"], by=request.user,
            at=now(),
        )  # fmt: skip
        if refused is not None:
            messages.success(request, "Refused. The work goes on as it was agreed, for the same fee.")
            return redirect(order)
    if request.method == "GET" and order.status != Status.PROPOSED:
        return redirect(order)
    context = context_of(engagement, request.user, now()) | {"order": order, "form": form}
    return render(request, "engagements/refuse_change_order.html", context, status=422 if form.errors else 200)
