"""Evidence and applications for moderators: to read, when somebody reports or asks. Decisions stay with the
organization and the clocks; what a moderator does to a project reaches its applications through them.
"""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html

from applications.models import Application, ApplicationEvidence, Evidence, EvidenceSkill, Reconciliation, Score
from marketplace.read_only import ReadOnly


class AnswerRows(ReadOnly, admin.TabularInline):
    model = ApplicationEvidence
    extra = 0
    fields = ["competency", "title", "statement", "opened"]
    readonly_fields = ["opened"]
    ordering = ["competency__position"]

    @admin.display(description="Evidence")
    def opened(self, answer):
        number = answer.application.answers.filter(competency__position__lte=answer.competency.position).count()
        url = reverse("applications:evidence_file", args=[answer.application.code, number])
        return format_html('<a href="{}">{}</a>', url, answer.get_kind_display())


@admin.register(Application)
class ApplicationAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["code", "project", "student", "label", "status", "submitted_at", "decided_at"]
    list_filter = ["status", "reason"]
    list_select_related = ["project", "student"]
    search_fields = ["code", "project__title", "student__display_name", "student__user__email"]
    date_hierarchy = "created_at"
    ordering = ["-created_at"]
    inlines = [AnswerRows]

    def get_queryset(self, request):
        return super().get_queryset(request).exclude(pk__in=Application.objects.blind_to(request.user))


@admin.register(Score)
class ScoreAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["applicant", "competency", "level", "assessor", "justification", "scored_at"]
    list_filter = ["level"]
    list_select_related = ["assessment__application__project", "assessment__assessor", "competency__skill"]
    search_fields = ["assessment__application__code", "assessment__application__project__title"]
    ordering = ["-scored_at"]

    def get_queryset(self, request):
        blind = Application.objects.blind_to(request.user)
        return super().get_queryset(request).exclude(assessment__application__in=blind)

    @admin.display(description="Applicant")
    def applicant(self, score):
        return f"{score.assessment.application} · {score.assessment.application.project}"

    @admin.display(description="Assessor")
    def assessor(self, score):
        return score.assessment.assessor


@admin.register(Reconciliation)
class ReconciliationAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["applicant", "competency", "level", "agreed_by", "reason", "agreed_at"]
    list_select_related = ["application__project", "agreed_by", "competency__skill"]
    search_fields = ["application__code", "application__project__title"]
    ordering = ["-agreed_at"]

    def get_queryset(self, request):
        return super().get_queryset(request).exclude(application__in=Application.objects.blind_to(request.user))

    @admin.display(description="Applicant")
    def applicant(self, agreed):
        return f"{agreed.application} · {agreed.application.project}"


class SkillRows(ReadOnly, admin.TabularInline):
    model = EvidenceSkill
    extra = 0


@admin.register(Evidence)
class EvidenceAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["title", "student", "kind", "created_at", "archived_at"]
    list_filter = ["kind"]
    list_select_related = ["student"]
    search_fields = ["title", "code", "student__display_name"]
    ordering = ["-created_at"]
    inlines = [SkillRows]
