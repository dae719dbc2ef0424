"""A moderator takes a payout back: a page that asks for amount, use and reasons."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html

from marketplace.clock import now
from marketplace.errors import DomainError
from payments import actions
from payments.forms import TakeBackForm
from payments.models import Payout


def take_back_link(payout):
    if payout.status != Payout.Status.PAID or not payout.net_amount:
        return ""
    return format_html('<a href="{}">Take back…</a>', reverse("admin:payments_payout_take_back", args=[payout.pk]))


def take_back_urls(admin_class):
    view = admin_class.admin_site.admin_view(lambda request, pk: take_back(admin_class, request, pk))
    return [path("<int:pk>/take-back/", view, name="payments_payout_take_back")]


def take_back(admin_class, request, pk):
    """Ask for amount, use and reasons; then the reversal is planned. Refused for what was not paid."""
    rows = Payout.objects.select_related("engagement__project", "engagement__organization", "student", "split")
    payout = get_object_or_404(rows, pk=pk)
    form = TakeBackForm(request.POST or None, payout=payout)
    if request.method == "POST" and form.is_valid():
        try:
            actions.take_back(payout=payout, by=request.user, at=now(), **form.cleaned_data)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(request, "Decided. The student has been told, and Stripe is asked for the money.")
            return redirect("admin:payments_reversal_changelist")
    context = admin_class.admin_site.each_context(request) | {
        "title": "Take a payout back", "payout": payout, "form": form, "opts": admin_class.opts,
    }  # fmt: skip
    return TemplateResponse(request, "admin/payments/take_back.html", context, status=422 if form.errors else 200)
