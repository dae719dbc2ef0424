"""The fairness reports: one page and one file per quarter. What they hold was decided when they were published."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import path, reverse

from applications.fairness import FEWEST, WAIT, Quarter, verdict
from applications.fairness_report import HEADER, VERDICTS, is_empty, lines_of
from applications.models import FairnessReport
from marketplace.clock import now
from marketplace.csv_export import csv_response
from marketplace.read_only import ReadOnly


@admin.register(FairnessReport)
class FairnessReportAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["quarter", "published_at"]
    ordering = ["-starts_on"]
    change_list_template = "admin/applications/fairness_list.html"
    actions = None

    @admin.display(description="quarter", ordering="starts_on")
    def quarter(self, report):
        return str(report)

    def get_urls(self):
        view = self.admin_site.admin_view(self.file)
        return [path("<int:pk>/csv/", view, name="applications_fairnessreport_csv"), *super().get_urls()]

    def changelist_view(self, request, extra_context=None):
        context = {"list_title": "Fairness reports", "wait": WAIT, "next": Quarter.of(now() - WAIT)}
        return super().changelist_view(request, context | (extra_context or {}))

    def change_view(self, request, object_id, form_url="", extra_context=None):
        report = self.found(request, object_id)
        context = self.admin_site.each_context(request) | {
            "title": f"Fairness report, {report}", "report": report, "opts": self.opts, "fewest": FEWEST,
            "questions": questions_of(report.figures), "is_empty": is_empty(report.figures),
            "reports": FairnessReport.objects.order_by("-starts_on"),
            "file": reverse("admin:applications_fairnessreport_csv", args=[report.pk]),
        }  # fmt: skip
        return TemplateResponse(request, "admin/applications/fairness_report.html", context)

    def file(self, request, pk):
        report = self.found(request, pk)
        return csv_response(["fairness", report.starts_on], HEADER, lines_of(report.figures))

    def found(self, request, pk):
        report = self.get_object(request, str(pk))
        if report is None:
            raise Http404
        if not self.has_view_permission(request, report):
            raise PermissionDenied
        return report


def questions_of(figures):
    """[(label, rows as words)], everybody last in each."""
    return [
        (question["label"], [row_in_words(row) for row in [*question["rows"], figures["everybody"]]])
        for question in figures["questions"]
    ]


def row_in_words(row):
    return row | {
        "stages": [in_words(*stage) for stage in row["stages"]],
        "told": [in_words(*stage) for stage in row["told"]],
    }


def in_words(count, rate, ratio):
    """{text, ratio, is_below}: "34 (28%)", "at most 30%" or nothing; what is as it should be needs no word."""
    said = verdict(ratio)
    words = [ratio_in_words(ratio), VERDICTS[said] if said in ("below", "unclear") else ""]
    return {"text": count_and_rate(count, rate), "ratio": " · ".join(filter(None, words)), "is_below": said == "below"}


def count_and_rate(count, rate):
    if rate is None:
        return "" if count is None else f"{count:,}"
    if count is not None:
        return f"{count:,} ({rate[0]:.0%})"
    low, high = (f"{number:.0%}" for number in rate)
    return range_in_words(low, high, is_open=rate[1] == 1, from_0=rate[0] == 0)


def ratio_in_words(ratio):
    if ratio is None:
        return ""
    low, high = ratio
    if low == high:
        return f"{low:.2f}"
    return range_in_words(f"{low:.2f}", f"{high:.2f}", is_open=high >= 1, from_0=low == 0)


def range_in_words(low, high, *, is_open, from_0):
    if from_0:
        return "" if is_open else f"at most {high}"
    return f"at least {low}" if is_open else f"{low} to {high}"
