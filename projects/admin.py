"""What the admin of a project shows beside it. The admin itself is marketplace/moderation's: it takes decisions."""

from django.contrib import admin

from marketplace.read_only import ReadOnly
from projects.models import AcceptanceCriterion, Competency


class PartInline(ReadOnly, admin.TabularInline):
    extra = 0
    ordering = ["position"]

    def has_view_permission(self, request, obj=None):
        return True


class CriterionInline(PartInline):
    model = AcceptanceCriterion
    fields = ["position", "text"]


class CompetencyInline(PartInline):
    model = Competency
    fields = ["position", "skill", "level", "evidence_asked", "rubric", "good_evidence", "ai_policy"]
