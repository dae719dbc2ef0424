"""Money for moderators: everything is read-only; what may be done is an action that calls the app's own."""

import json

from django.contrib import admin, messages
from django.db.models import Sum
from django.utils.html import format_html

from marketplace.clock import now
from marketplace.errors import DomainError
from marketplace.money import format_money
from marketplace.read_only import ReadOnly
from payments import actions, ledger
from payments.admin import taking_back
from payments.models import (
    Funding,
    LedgerAccount,
    LedgerEntry,
    LedgerTransaction,
    MoneyOperation,
    Payout,
    PayoutAccount,
    Refund,
    StripeEvent,
)


class MoneyAdmin(ReadOnly, admin.ModelAdmin):
    list_per_page = 50
    change_list_template = "admin/payments/change_list.html"

    @admin.display(description="amount", ordering="amount")
    def money(self, row):
        return format_money(row.amount, row.currency, trim=False) if row.currency else "–"

    def changelist_view(self, request, extra_context=None):
        """Show the sum of what is listed, filters applied."""
        response = super().changelist_view(request, extra_context)
        listed = getattr(response, "context_data", {}).get("cl")
        if listed is not None:
            response.context_data["sums"] = self.sums(listed.queryset.order_by())
        return response

    def sums(self, rows):
        """[(words, amount)] of the listed rows."""
        totals = rows.values_list("currency").annotate(total=Sum("amount"))
        sums = [format_money(total, currency, trim=False) for currency, total in totals if currency]
        return [("Sum of what is listed", " + ".join(sums))] if sums else []

    def each(self, request, rows, act, done):
        """Run `act` for each row, say what was done with how many, show what was refused."""
        count = 0
        for row in rows:
            try:
                act(row)
                count += 1
            except DomainError as error:
                self.message_user(request, f"{row}: {error.message}", messages.ERROR)
        self.message_user(request, f"{done}: {count}.")


class ErrorFilter(admin.SimpleListFilter):
    """The codes that occur; Django's own filter would also offer a link without words, for no error."""

    title = "error code"
    parameter_name = "error_code"

    def lookups(self, request, model_admin):
        codes = MoneyOperation.objects.exclude(error_code="").order_by("error_code")
        return [(code, code) for code in codes.values_list("error_code", flat=True).distinct()]

    def queryset(self, request, queryset):
        return queryset.filter(error_code=self.value()) if self.value() else queryset


@admin.register(MoneyOperation)
class MoneyOperationAdmin(MoneyAdmin):
    list_display = ["key", "status", "money", "tries", "error_code", "stripe_id", "due_at"]
    list_filter = ["status", "kind", ErrorFilter]
    search_fields = ["key", "stripe_id", "engagement__code"]
    date_hierarchy = "created_at"
    actions = ["look_up_and_retry"]
    readonly_fields = ["money"]
    exclude = ["amount", "currency"]

    def sums(self, rows):
        """By kind: what comes in and what goes out is not one sum."""
        totals = rows.values_list("kind", "currency").annotate(total=Sum("amount")).order_by("kind", "currency")
        names = dict(MoneyOperation.Kind.choices)
        return [(names[kind], format_money(total, code, trim=False)) for kind, code, total in totals if code]

    @admin.action(description="Look up at Stripe, then send again if it never happened", permissions=["view"])
    def look_up_and_retry(self, request, queryset):
        def again(row):
            payout = Payout.objects.filter(operation=row).first()
            if payout is not None:
                actions.resume_payout(payout=payout, at=now(), look_up=True)
            else:
                actions.resume(row.pk, at=now(), look_up=True)

        self.each(request, queryset, again, "Planned again")


@admin.register(Funding)
class FundingAdmin(MoneyAdmin):
    list_display = ["code", "engagement", "status", "money", "counts", "card_hint", "paid_at", "created_at"]
    list_filter = ["status", "counts", "method"]
    list_select_related = ["engagement__project", "engagement__student"]
    search_fields = ["code", "checkout_id", "payment_intent_id", "charge_id", "engagement__code"]
    actions = ["ask_stripe", "give_back"]

    @admin.action(description="Give back a payment of an amount that was not asked for", permissions=["view"])
    def give_back(self, request, queryset):
        self.each(request, queryset, lambda row: actions.give_back_foreign(funding=row, at=now()), "Given back")

    @admin.action(description="Ask Stripe again", permissions=["view"])
    def ask_stripe(self, request, queryset):
        rows = queryset.filter(checkout_id__isnull=False)
        self.each(request, rows, lambda row: actions.sync_checkout(row.checkout_id, at=now()), "Checked")


@admin.register(Payout)
class PayoutAdmin(MoneyAdmin):
    list_display = ["code", "engagement", "status", "money", "hold_reason", "due_at", "paid_at", "take_back"]
    list_filter = ["status", "waits_for_student"]
    list_select_related = ["engagement__project", "engagement__student"]
    search_fields = ["code", "transfer_id", "engagement__code", "student__display_name"]
    actions = ["ask_stripe"]

    def get_urls(self):
        return [*taking_back.take_back_urls(self), *super().get_urls()]

    @admin.display(description="reversal")
    def take_back(self, payout):
        return taking_back.take_back_link(payout)

    @admin.action(description="Ask Stripe again", permissions=["view"])
    def ask_stripe(self, request, queryset):
        rows = queryset.filter(transfer_id__isnull=False)
        self.each(request, rows, lambda row: actions.sync_transfer(row.transfer_id, at=now()), "Checked")


@admin.register(Refund)
class RefundAdmin(MoneyAdmin):
    list_display = ["code", "funding", "status", "money", "reason", "due_at", "done_at", "refund_id"]
    list_filter = ["status"]
    list_select_related = ["funding"]
    search_fields = ["code", "refund_id", "funding__engagement__code"]
    actions = ["send_again"]

    @admin.action(description="Send a refund that came back once more", permissions=["view"])
    def send_again(self, request, queryset):
        self.each(request, queryset, lambda row: actions.send_refund_again(refund=row, at=now()), "Sent again")


@admin.register(PayoutAccount)
class PayoutAccountAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["student", "transfers_status", "stripe_id", "checked_at", "created_at"]
    list_filter = ["transfers_status"]
    list_select_related = ["student"]
    search_fields = ["stripe_id", "student__display_name", "student__user__email"]


class HandledFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [("waiting", "Not handled yet"), ("handled", "Handled")]

    def queryset(self, request, queryset):
        return queryset.filter(handled_at__isnull=self.value() == "waiting") if self.value() else queryset


@admin.register(StripeEvent)
class StripeEventAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["type", "outcome", "received_at", "handled_at", "tries", "object_id", "event_id", "endpoint"]
    list_filter = ["endpoint", HandledFilter, "type"]
    search_fields = ["event_id", "object_id", "type"]
    date_hierarchy = "received_at"
    exclude = ["payload"]
    readonly_fields = ["what_stripe_sent"]
    actions = ["replay"]

    @admin.display(description="what Stripe sent")
    def what_stripe_sent(self, event):
        return format_html('<pre tabindex="0">{}</pre>', json.dumps(event.payload, indent=2, sort_keys=True))

    @admin.action(description="Handle again (harmless: it only looks at Stripe again)", permissions=["view"])
    def replay(self, request, queryset):
        for event in queryset:
            actions.replay_event(event=event, at=now())
        self.message_user(request, f"Handled again within a minute: {len(queryset)}.")


@admin.register(LedgerAccount)
class LedgerAccountAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["code", "kept_balance", "currency"]
    search_fields = ["code"]
    ordering = ["code"]
    list_per_page = 100
    change_list_template = "admin/payments/change_list.html"

    @admin.display(description="balance", ordering="balance")
    def kept_balance(self, account):
        return format_money(account.balance, account.currency, trim=False)

    def changelist_view(self, request, extra_context=None):
        """Above the accounts: the two sums that are zero, or the ledger is broken."""
        zero = [(f"Sum of all entries, {code.upper()}", f"{total}") for code, total in ledger.sums().items()]
        drifted = ", ".join(ledger.drifted_accounts()) or "none"
        sums = [*zero, ("Accounts whose balance is not the sum of their entries", drifted)]
        return super().changelist_view(request, (extra_context or {}) | {"sums": sums})


class LedgerEntryInline(ReadOnly, admin.TabularInline):
    model = LedgerEntry
    extra = 0
    fields = readonly_fields = ["account", "debit", "credit"]

    @admin.display(description="debit")
    def debit(self, entry):
        return format_money(entry.amount, entry.currency, trim=False) if entry.amount > 0 else ""

    @admin.display(description="credit")
    def credit(self, entry):
        return format_money(-entry.amount, entry.currency, trim=False) if entry.amount < 0 else ""


@admin.register(LedgerTransaction)
class LedgerTransactionAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["key", "kind", "at", "engagement", "moved"]
    list_filter = ["kind"]
    list_select_related = ["engagement__project", "engagement__student"]
    search_fields = ["key", "engagement__code"]
    date_hierarchy = "at"
    inlines = [LedgerEntryInline]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("entries")

    @admin.display(description="amount moved")
    def moved(self, row):
        entries = row.entries.all()
        return format_money(sum(e.amount for e in entries if e.amount > 0), entries[0].currency, trim=False)
