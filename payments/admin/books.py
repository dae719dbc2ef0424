"""Whether the books agree: Stripe's lines beside our ledger, drift, freezes. The page to open first."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html

from marketplace.clock import now
from marketplace.money import format_money
from marketplace.read_only import ReadOnly
from payments import actions, oversight
from payments.forms import WhyForm
from payments.models import BalanceTransaction, MoneyFreeze, Reconciliation


def money(name, label=None):
    """A column that shows a field of minor units as money."""

    @admin.display(description=label or name.removesuffix("_amount").replace("_", " "), ordering=name)
    def show(row):
        return format_money(getattr(row, name), row.currency, trim=False)

    show.__name__ = f"{name}_money"
    return show


class AsksWhy(ReadOnly):
    """A row with one decision that wants a written reason, on a page of its own."""

    why_title = ""

    def get_urls(self):
        name = f"payments_{self.opts.model_name}_why"
        return [path("<int:pk>/why/", self.admin_site.admin_view(self.why), name=name), *super().get_urls()]

    def why_url(self, row):
        return reverse(f"admin:payments_{self.opts.model_name}_why", args=[row.pk])

    def why(self, request, pk):
        if not request.user.is_superuser and not self.has_view_permission(request):
            raise PermissionDenied
        row = get_object_or_404(self.model, pk=pk)
        form = WhyForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            self.decide(request, row, form.cleaned_data["reason"])
            return redirect(f"admin:payments_{self.opts.model_name}_changelist")
        context = self.admin_site.each_context(request) | {
            "title": self.why_title, "row": row, "form": form, "opts": self.opts,
        }  # fmt: skip
        return TemplateResponse(request, "admin/payments/why.html", context, status=422 if form.errors else 200)


@admin.register(MoneyFreeze)
class MoneyFreezeAdmin(AsksWhy, admin.ModelAdmin):
    list_display = ["reason", "started_at", "lifted_at", "lifted_by", "lift_reason", "lift"]
    list_select_related = ["lifted_by"]
    why_title = "Let payouts leave again"

    @admin.display(description="")
    def lift(self, row):
        return format_html('<a href="{}">Lift</a>', self.why_url(row)) if row.lifted_at is None else ""

    def decide(self, request, row, reason):
        actions.thaw(reason=reason, by=request.user, at=now())
        messages.success(request, "Payouts leave again.")


@admin.register(BalanceTransaction)
class BalanceTransactionAdmin(AsksWhy, admin.ModelAdmin):
    list_display = ["stripe_id", "type", money("net"), money("fee"), "source", "state", "created_at", "explain"]
    list_filter = ["state", "type", "currency"]
    search_fields = ["stripe_id", "source"]
    date_hierarchy = "created_at"
    why_title = "Explain a line of Stripe's book"

    @admin.display(description="explanation")
    def explain(self, row):
        if row.state != BalanceTransaction.State.SUSPENSE or row.explanation:
            return row.explanation
        return format_html('<a href="{}">Explain</a>', self.why_url(row))

    def decide(self, request, row, reason):
        actions.explain(row=row, explanation=reason, by=request.user, at=now())
        messages.success(request, "Explained. It left suspense as a gain or loss of ours.")


@admin.register(Reconciliation)
class ReconciliationAdmin(ReadOnly, admin.ModelAdmin):
    """The list of comparisons, with all that needs a person above it."""

    list_display = [
        "at", "currency", money("stripe_available"), money("stripe_pending"), money("ledger_amount"),
        money("not_posted_amount"), money("not_listed_amount"), money("drift_amount"),
    ]  # fmt: skip
    list_filter = ["currency"]
    ordering = ["-at", "-pk"]
    change_list_template = "admin/payments/overview.html"
    actions = None

    def changelist_view(self, request, extra_context=None):
        context = (extra_context or {}) | {
            "title": "Money",
            "list_title": "Money",
            "overview": oversight.overview(now()),
        }
        return super().changelist_view(request, context)
