"""What the admin of a project shows beside it. The admin itself is marketplace/moderation's: it takes decisions."""

from django.contrib import admin

from projects.models import AcceptanceCriterion, Competency


class PartInline(admin.TabularInline):
    extra = 0
    can_delete = False
    ordering = ["position"]

    def has_view_permission(self, request, obj=None):
        return True

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


class CriterionInline(PartInline):
    model = AcceptanceCriterion
    fields = ["position", "text"]


class CompetencyInline(PartInline):
    model = Competency
    fields = ["position", "skill", "level", "evidence_asked", "rubric", "good_evidence", "ai_policy"]
