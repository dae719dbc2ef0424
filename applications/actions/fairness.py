"""Publishing the fairness report of each quarter that is over long enough."""

from django.db.models import Min

from applications.fairness import quarters
from applications.fairness_counts import counts_of
from applications.fairness_report import figures_of
from applications.models import Application, FairnessReport


def publish_fairness(*, at):
    """Write the reports that are due and missing. Returns how many. Repeating it changes nothing."""
    first = Application.objects.aggregate(at=Min("submitted_at"))["at"]
    if first is None:
        return 0
    there = set(FairnessReport.objects.values_list("starts_on", flat=True))
    due = [quarter for quarter in quarters(first, reported_by=at) if quarter.first_day not in there]
    for quarter in due:
        report = FairnessReport(
            starts_on=quarter.first_day, published_at=at, figures=figures_of(counts_of(quarter))
        )  # fmt: skip
        FairnessReport.objects.bulk_create([report], ignore_conflicts=True)
    return len(due)
