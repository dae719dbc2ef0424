"""Reading what people were told, and whether the e-mail left."""

from django.contrib import admin
from django.db.models import Q

from marketplace.notifications.models import Notification


@admin.register(Notification)
class NotificationAdmin(admin.ModelAdmin):
    list_display = ["title", "recipient", "kind", "created_at", "emailed_at", "email_attempts", "email_error"]
    list_filter = ["kind", ("emailed_at", admin.EmptyFieldListFilter)]
    search_fields = ["recipient__email", "title"]
    list_select_related = ["recipient"]
    date_hierarchy = "created_at"

    def get_queryset(self, request):
        """Without what tells a moderator who applied blind to an organization of theirs (applications, by name)."""
        ours = Q(
            recipient__student__applications__project__organization__memberships__user=request.user,
            recipient__student__applications__submitted_at__isnull=False,
            recipient__student__applications__revealed_at=None,
        )
        blind = Notification.objects.filter(ours, Q(kind__startswith="application.") | Q(kind__startswith="offer."))
        return super().get_queryset(request).exclude(pk__in=blind.values("pk"))

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
