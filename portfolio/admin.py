"""Cases, to look at; taking one down goes through the action."""

from django.contrib import admin, messages

from marketplace.clock import now
from portfolio.actions import unpublish_case
from portfolio.models import Case


@admin.register(Case)
class CaseAdmin(admin.ModelAdmin):
    list_display = ["__str__", "student", "published_at"]
    list_select_related = ["student", "engagement__project"]
    list_filter = [("published_at", admin.EmptyFieldListFilter)]
    search_fields = ["code", "student__display_name", "engagement__project__title"]
    actions = ["take_down"]

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def get_readonly_fields(self, request, obj=None):
        return [field.name for field in Case._meta.fields]

    @admin.action(description="Take down from the public portfolio")
    def take_down(self, request, queryset):
        for case in queryset:
            unpublish_case(case=case, by=request.user, at=now())
        messages.success(request, "Taken down. Only the student sees it now.")
