"""Reading what people were told, whether the e-mail left, and what keeps it."""

from django.contrib import admin, messages
from django.db.models import Q

from marketplace.clock import now
from marketplace.notifications.bounces import note_delivery
from marketplace.notifications.models import Bounce, EmailPreferences, Notification, Outage
from marketplace.notifications.preferences import send_again
from marketplace.read_only import ReadOnly

STATES = {
    "waiting": ("Waiting", Q(emailed_at=None, email_due_at__isnull=False)),
    "tried": ("Waiting after an error", Q(emailed_at=None, email_due_at__isnull=False) & ~Q(email_error="")),
    "failed": ("Given up", Q(emailed_at=None, email_due_at=None) & ~Q(email_error="")),
    "sent": ("Sent", Q(emailed_at__isnull=False)),
    "none": ("None wanted", Q(emailed_at=None, email_due_at=None, email_error="")),
}


class EmailState(admin.SimpleListFilter):
    title = "e-mail"
    parameter_name = "email"

    def lookups(self, request, model_admin):
        return [(slug, label) for slug, (label, _) in STATES.items()]

    def queryset(self, request, queryset):
        return queryset.filter(STATES[self.value()][1]) if self.value() in STATES else queryset


@admin.register(Notification)
class NotificationAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["title", "recipient", "kind", "created_at", "emailed_at", "email_attempts", "email_error"]
    list_filter = [EmailState, "kind", ("emailed_at", admin.EmptyFieldListFilter)]
    search_fields = ["recipient__email", "title"]
    list_select_related = ["recipient"]
    date_hierarchy = "created_at"
    actions = ["try_again"]

    def get_queryset(self, request):
        """Without what tells a moderator who applied blind to an organization of theirs (applications, by name)."""
        ours = Q(
            recipient__student__applications__project__organization__memberships__user=request.user,
            recipient__student__applications__submitted_at__isnull=False,
            recipient__student__applications__revealed_at=None,
        )
        blind = Notification.objects.filter(ours, Q(kind__startswith="application.") | Q(kind__startswith="offer."))
        return super().get_queryset(request).exclude(pk__in=blind.values("pk"))

    @admin.action(description="Try to send the e-mail again")
    def try_again(self, request, queryset):
        """Only what was given up or waits after an error: nobody gets an e-mail twice, nor one they did not want."""
        count = send_again(queryset, at=now())
        self.message_user(request, f"{count} will be sent again.", messages.SUCCESS if count else messages.WARNING)


@admin.register(EmailPreferences)
class EmailPreferencesAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["user", "paces", "digest_hour", "quiet_from", "quiet_until"]
    search_fields = ["user__email"]
    list_select_related = ["user"]


@admin.register(Bounce)
class BounceAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["email", "is_dead", "times", "reason", "bounced_at"]
    list_filter = ["is_dead"]
    search_fields = ["email"]
    actions = ["it_works_again"]

    @admin.action(description="Send to this address again")
    def it_works_again(self, request, queryset):
        for row in queryset:
            note_delivery(row.email)


@admin.register(Outage)
class OutageAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["started_at", "ended_at", "tries", "next_try_at", "error"]
    date_hierarchy = "started_at"
