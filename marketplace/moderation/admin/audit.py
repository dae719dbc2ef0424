"""The audit log."""

from django.contrib import admin

from marketplace.activity.models import Event
from marketplace.moderation.admin.decisions import ReadOnlyAdmin


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ["at", "verb", "subject", "actor", "data"]
    list_filter = [("subject_type", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["actor", "subject_type"]
    search_fields = ["verb", "actor__email"]
    date_hierarchy = "at"
    ordering = ["-at", "-pk"]
    fields = ["at", "verb", "subject", "actor", "data"]
    readonly_fields = ["subject"]
    show_full_result_count = False

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(request, {"list_title": "Audit log"} | (extra_context or {}))

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("subject")
