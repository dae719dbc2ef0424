from django.contrib import admin

from marketplace.skills.models import Skill, SkillAlias, SkillFamily


class AliasInline(admin.StackedInline):
    model = SkillAlias
    extra = 1


@admin.register(Skill)
class SkillAdmin(admin.ModelAdmin):
    """An unwanted skill is made inactive, never deleted: evidence and projects keep pointing at it."""

    list_display = ["name", "family", "kind", "source", "is_active"]
    list_filter = ["source", "kind", "is_active", "family"]
    list_select_related = ["family"]
    search_fields = ["name", "aliases__name"]
    ordering = ["name"]
    readonly_fields = ["source"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [AliasInline]

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(SkillFamily)
class SkillFamilyAdmin(admin.ModelAdmin):
    list_display = ["name", "slug", "position"]
    ordering = ["position"]
    prepopulated_fields = {"slug": ["name"]}
