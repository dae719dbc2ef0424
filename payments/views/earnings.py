"""A student's year: what was paid, by whom, for what."""

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET

from marketplace.access import require
from marketplace.clock import now
from marketplace.csv_export import csv_response
from marketplace.csv_export import plain_amount as plain
from payments.statements.earning_papers import paper_of_year
from payments.statements.earnings import earnings_of_year, zone_of
from payments.views import papers

COLUMNS = ["date", "kind", "organization", "project", "payment", "document", "gross", "reversed", "net", "currency"]


@require_GET
@login_required
def years(request):
    """To this year's."""
    return redirect("payments:earnings_year", now().astimezone(zone_of(student_of(request))).year)


@require_GET
@login_required
def year(request, year):
    student = student_of(request)
    first, last = years_of(student)
    lines = lines_of(student, year)
    context = {
        "year": year, "earlier": year - 1 if year > first else None, "later": year + 1 if year < last else None,
        "pdf": reverse("payments:earnings_pdf", args=[year]), "csv": reverse("payments:earnings_csv", args=[year]),
    }  # fmt: skip
    paper = paper_of_year(student, year, lines)
    return papers.page(request, paper, "payments/earnings_year.html", **context)


@require_GET
@login_required
def year_pdf(request, year):
    student = student_of(request)
    return papers.pdf(paper_of_year(student, year, lines_of(student, year)), "earnings", year)


@require_GET
@login_required
def year_csv(request, year):
    student = student_of(request)
    zone = zone_of(student)
    rows = (csv_row(line, zone) for line in lines_of(student, year))
    return csv_response(["earnings", year], COLUMNS, rows)


def csv_row(line, zone):
    return [
        line.at.astimezone(zone).date(), "taken back" if line.reversed else "paid", line.engagement.organization.name,
        str(line.engagement.project), line.payment, line.document, plain(line.gross, line.currency),
        plain(line.reversed, line.currency), plain(line.net, line.currency), line.currency.upper(),
    ]  # fmt: skip


def student_of(request):
    """The signed-in student, suspended or not: one's own figures can always be read."""
    require(request.reader.is_student, "Only students have earnings.")
    return request.reader.student


def lines_of(student, year):
    """Raises Http404 for a year in which the student was not here."""
    first, last = years_of(student)
    if not first <= year <= last:
        raise Http404("There is no summary for this year.")
    return earnings_of_year(student, year)


def years_of(student):
    """(year of joining, this year), in the student's time zone."""
    zone = zone_of(student)
    return student.created_at.astimezone(zone).year, now().astimezone(zone).year
