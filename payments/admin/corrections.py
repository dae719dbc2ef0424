"""What goes the other way: card disputes, reversals, and what students' banks do. Read-only but for named decisions."""

from django.contrib import admin

from marketplace.clock import now
from marketplace.read_only import ReadOnly
from payments import actions
from payments.admin.books import money
from payments.admin.money import MoneyAdmin
from payments.models import BankPayout, CardDispute, Reversal, Split


@admin.register(CardDispute)
class CardDisputeAdmin(MoneyAdmin):
    list_display = ["stripe_id", "funding", "status", "money", "reason", "opened_at", "evidence_due_at", "closed_at"]
    list_filter = ["status", "reason"]
    list_select_related = ["funding"]
    search_fields = ["stripe_id", "funding__code", "funding__engagement__code"]
    date_hierarchy = "opened_at"


@admin.register(Split)
class SplitAdmin(ReadOnly, admin.ModelAdmin):
    list_display = [
        "engagement", "cause", money("held_amount"), money("student_amount"), money("service_fee_amount"),
        money("refund_amount"), money("kept_amount"), "decided_by", "decided_at",
    ]  # fmt: skip
    list_filter = ["cause"]
    list_select_related = ["engagement__project", "engagement__student", "decided_by"]
    search_fields = ["code", "engagement__code", "funding__code"]
    date_hierarchy = "decided_at"


@admin.register(BankPayout)
class BankPayoutAdmin(MoneyAdmin):
    list_display = ["stripe_id", "account", "status", "money", "failure_code", "arrives_on", "created_at"]
    list_filter = ["status", "failure_code"]
    list_select_related = ["account__student"]
    search_fields = ["stripe_id", "account__stripe_id", "account__student__display_name"]


@admin.register(Reversal)
class ReversalAdmin(MoneyAdmin):
    list_display = ["code", "payout", "status", "money", "decided_by", "due_at", "done_at", "reversal_id"]
    list_filter = ["status"]
    list_select_related = ["payout", "decided_by"]
    search_fields = ["code", "reversal_id", "payout__code", "payout__engagement__code"]
    actions = ["try_again", "bear"]

    @admin.action(description="Look up at Stripe, then try again if it never happened", permissions=["view"])
    def try_again(self, request, queryset):
        self.each(request, queryset, lambda row: actions.retry_reversal(reversal=row, at=now()), "Tried again")

    @admin.action(description="Give up: we bear the loss, and the organization gets it from us", permissions=["view"])
    def bear(self, request, queryset):
        def act(row):
            actions.bear_loss(reversal=row, by=request.user, at=now())

        self.each(request, queryset, act, "Borne by us")
