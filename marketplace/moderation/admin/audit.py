"""The audit log."""

from django.contrib import admin
from django.contrib.contenttypes.models import ContentType

from applications.models import Application
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
        """Without who applied to an organization of the moderator's own, until it is revealed."""
        kind = ContentType.objects.get_for_model(Application)
        blind = Application.objects.blind_to(request.user).values("pk")
        rows = super().get_queryset(request).exclude(subject_type=kind, subject_id__in=blind)
        return rows.prefetch_related("subject")
