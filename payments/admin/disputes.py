"""A moderator decides a dispute: the outcome and the reasons, what they mean for both sides, and the money moves."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html

from engagements.models import Dispute
from engagements.views.reading import act
from marketplace.clock import now
from marketplace.money import format_money
from marketplace.read_only import ReadOnly
from payments import actions, rules
from payments.actions.splits import holding_of, open_fee
from payments.forms import ResolveForm
from payments.shares import shares_of


def outcomes(engagement):
    """The three decisions, each with who gets how much of what is held."""
    held = sum(holding.held for holding in map(holding_of, engagement.fundings.filter(counts=True)))
    fee, total = (format_money(amount, engagement.currency) for amount in (open_fee(engagement), held))
    to = {
        Dispute.Outcome.RELEASE: f"{fee} to {engagement.student}",
        Dispute.Outcome.REFUND: f"{total} to {engagement.organization}, the service fee included",
        Dispute.Outcome.SPLIT: "an amount below to the student, the rest back",
    }
    return [(value, f"{value.label}: {words}") for value, words in to.items()]


class OpenFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [("open", "Open"), ("decided", "Decided")]

    def queryset(self, request, queryset):
        return queryset.filter(resolved_at__isnull=self.value() == "open") if self.value() else queryset


@admin.register(Dispute)
class DisputeAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["engagement", "opened_by", "opened_at", "due_at", "resolved_at", "decide"]
    list_filter = [OpenFilter, "outcome"]
    change_form_template = "admin/payments/dispute.html"
    list_select_related = ["engagement__project", "engagement__student", "opened_by"]
    search_fields = ["code", "engagement__code", "problem"]
    readonly_fields = ["decide"]

    def get_urls(self):
        view = self.admin_site.admin_view(self.resolve)
        return [path("<int:pk>/resolve/", view, name="engagements_dispute_resolve"), *super().get_urls()]

    @admin.display(description="decision")
    def decide(self, dispute):
        if dispute.resolved_at is not None:
            return dispute.get_outcome_display()
        return format_html('<a href="{}">Decide</a>', reverse("admin:engagements_dispute_resolve", args=[dispute.pk]))

    def resolve(self, request, pk):
        """A form, then who gets what, then the money moves. Refused to whoever stands on a side."""
        cases = Dispute.objects.select_related("engagement__project", "engagement__student", "engagement__organization")
        dispute = get_object_or_404(cases.select_related("resolved_by"), pk=pk)
        if not rules.may_resolve(request.user, dispute):
            raise PermissionDenied("You stand on one side of this engagement, so another moderator decides.")
        if dispute.resolved_at is not None:
            return self.decided(request, dispute)
        engagement = dispute.engagement
        form = ResolveForm(
            request.POST or None, outcomes=outcomes(engagement), currency=engagement.currency,
            most=engagement.unreleased_amount,
        )  # fmt: skip
        checked, step = request.method == "POST" and form.is_valid(), request.POST.get("step")
        if checked and step == "decide":
            if decide(request, dispute, form):
                return redirect("admin:engagements_dispute_changelist")
            checked = False
        if checked and step != "change":
            context = self.context(request, dispute, "Move the money like this?")
            context |= {"form": form, "shares": shares_of(engagement, form.cleaned_data["student_amount"])}
            return TemplateResponse(request, "admin/payments/check_resolve.html", context)
        context = self.context(request, dispute, "Decide the dispute") | {
            "form": form, "shares": shares_of(engagement, engagement.unreleased_amount),
        }  # fmt: skip
        return TemplateResponse(request, "admin/payments/resolve.html", context, status=422 if form.errors else 200)

    def decided(self, request, dispute):
        """How it ended, without a form; a form sent from an older page changes nothing."""
        if request.method == "POST":
            messages.warning(request, "This dispute was settled before, so nothing changed.")
            return redirect(request.path)
        context = self.context(request, dispute, "The dispute is settled")
        return TemplateResponse(request, "admin/payments/resolved.html", context)

    def context(self, request, dispute, title):
        return self.admin_site.each_context(request) | {
            "title": title, "dispute": dispute, "engagement": dispute.engagement, "opts": self.opts,
            "deliveries": dispute.engagement.deliveries.order_by("version"),
            "proposals": dispute.proposals.select_related("proposed_by").order_by("-proposed_at"),
        }  # fmt: skip


def decide(request, dispute, form):
    """Whether the money moves; else the refusal is in the form."""
    resolved = act(
        form, actions.resolve_dispute, dispute=dispute, by=request.user, at=now(),
        reasons=form.cleaned_data["reasons"], student_amount=form.cleaned_data["student_amount"],
    )  # fmt: skip
    if resolved is None:
        return False
    messages.success(request, "Decided. Both sides have been told, and the money is on its way.")
    return True
