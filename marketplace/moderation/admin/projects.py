"""The review queue of projects."""

from django.contrib import admin
from django.db.models import F
from django.utils.html import format_html, format_html_join

from marketplace.activity.queries import events_of
from marketplace.moderation import actions
from marketplace.moderation.admin.decisions import DecidingAdmin, Verb
from projects.admin import CompetencyInline, CriterionInline
from projects.models import Project

Status = Project.Status


FLAGS = {
    "unverified": "Organization not verified", "unpaid": "Unpaid work", "bespoke_task": "Bespoke task",
    "vulnerable_people": "Vulnerable people", "dangerous": "Dangerous work", "employment": "Ongoing employment",
    "off_platform": "Outside the site", "contact_details": "Contact details", "personal_facts": "Personal facts",
}  # fmt: skip


class FlagFilter(admin.SimpleListFilter):
    title = "flag"
    parameter_name = "flag"

    def lookups(self, request, model_admin):
        return list(FLAGS.items())

    def queryset(self, request, queryset):
        return queryset.filter(review_flags__contains=[{"code": self.value()}]) if self.value() else queryset


@admin.register(Project)
class ProjectAdmin(DecidingAdmin):
    list_display = ["title", "organization", "status", "flags", "fee", "submitted_at"]
    list_filter = ["status", FlagFilter, "field", "is_remote"]
    list_select_related = ["organization"]
    search_fields = ["title", "code", "organization__name"]
    ordering = [F("submitted_at").desc(nulls_last=True), "-created_at"]
    inlines = [CriterionInline, CompetencyInline]
    fields = [
        "flags_in_words", "organization", "status", "title", "field", "brief", "deliverable", "fee", "hours", "places",
        "is_remote", "place", "applications_close_at", "decisions_due_at", "work_due_on", "portfolio_permission",
        "portfolio_from", "review_note", "close_reason", "created_by", "created_at", "submitted_at", "opened_at",
        "closed_at", "matched_at", "history",
    ]  # fmt: skip
    readonly_fields = ["flags_in_words", "fee", "history"]
    verbs = {
        "open": Verb(
            "Open…", actions.open_project, "project", lambda project: project.status == Status.IN_REVIEW,
            "Students see it and those who fit are told. The organization reads your reason in its history.",
            "was opened",
        ),
        "return": Verb(
            "Return to draft…", actions.return_project, "project", lambda project: project.status == Status.IN_REVIEW,
            "The organization gets it back with your reason as the list of what to change.", "was returned to draft",
        ),
        "remove": Verb(
            "Remove…", actions.remove_project, "project",
            lambda project: project.status in (Status.IN_REVIEW, Status.OPEN, Status.CLOSED),
            "It leaves the site for good and the organization reads your reason. Work under way goes on.",
            "was removed",
        ),
    }  # fmt: skip

    @admin.display(description="fee", ordering="fee_amount")
    def fee(self, project):
        return "" if project.fee_amount is None else project.fee_text

    @admin.display(description="flags")
    def flags(self, project):
        codes = dict.fromkeys(flag["code"] for flag in project.review_flags)
        return ", ".join(FLAGS.get(code, code) for code in codes) or "–"

    @admin.display(description="Why it is in review")
    def flags_in_words(self, project):
        rows = [
            (flag["message"], f" “{flag['excerpt']}” in {flag['where']}" if flag.get("excerpt") else "")
            for flag in project.review_flags
        ]
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}{}</li>", rows)) if rows else "No flag."

    @admin.display(description="History")
    def history(self, project):
        rows = [
            (event.at.strftime("%Y-%m-%d %H:%M UTC"), event.verb, event.actor or "the clock", event.data or "")
            for event in events_of(project)
        ]
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{} · {} · {} {}</li>", rows))
