"""Reports and the decisions about them."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html_join

from marketplace.moderation import actions
from marketplace.moderation.admin.decisions import DecidingAdmin, ReadOnlyAdmin, Verb
from marketplace.moderation.models import Decision, Report
from projects.models import Project


def is_open(report):
    return report.status == Report.Status.OPEN


@admin.register(Report)
class ReportAdmin(DecidingAdmin):
    list_display = ["subject", "reason", "status", "reporter", "created_at"]
    list_filter = ["status", "reason", ("subject_type", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["reporter", "subject_type"]
    search_fields = ["code", "details", "reporter__email"]
    ordering = ["status", "created_at"]
    fields = ["about", "reason", "details", "status", "reporter", "created_at"]
    readonly_fields = ["about"]
    verbs = {
        "uphold": Verb(
            "Uphold…", actions.uphold_report, "report", is_open,
            "The reporter reads your reason. Nothing happens to the thing itself yet.", "was upheld",
        ),
        "remove": Verb(
            "Uphold and remove the project…", actions.uphold_and_remove, "report",
            lambda report: is_open(report) and isinstance(report.subject, Project),
            "The project leaves the site; reporter and organization read your reason.",
            "was upheld, the project removed",
        ),
        "dismiss": Verb(
            "Dismiss…", actions.dismiss_report, "report", is_open, "The reporter reads your reason.", "was dismissed"
        ),
    }  # fmt: skip

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("subject")

    @admin.display(description="About")
    def about(self, report):
        """The thing itself as people see it, and its page here."""
        subject = report.subject
        if subject is None:
            return "It is gone."
        links = [(subject.get_absolute_url(), f"{subject}"), (admin_page(subject), "in the admin")]
        return format_html_join(" · ", '<a href="{}">{}</a>', [link for link in links if link[0]])


def admin_page(subject):
    """The address of a thing's page in the admin; a student is there as the person."""
    found = getattr(subject, "user", subject)
    if not admin.site.is_registered(type(found)):
        return ""
    return reverse(f"admin:{found._meta.app_label}_{found._meta.model_name}_change", args=[found.pk])


@admin.register(Decision)
class DecisionAdmin(ReadOnlyAdmin):
    list_display = ["at", "action", "subject", "moderator", "short_reason"]
    list_filter = ["action", ("moderator", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["moderator", "subject_type"]
    search_fields = ["reason", "moderator__email"]
    date_hierarchy = "at"
    ordering = ["-at", "-pk"]
    fields = ["at", "action", "subject", "moderator", "reason", "report"]
    readonly_fields = ["subject"]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("subject")

    @admin.display(description="reason")
    def short_reason(self, decision):
        return decision.reason[:80]
