"""Statements of what an organization's held money did: owner and finance; moderators read them too."""

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET

from marketplace.access import get_for_user
from marketplace.accounts.models import Organization
from marketplace.clock import now
from marketplace.csv_export import csv_response
from marketplace.csv_export import plain_amount as plain
from payments import rules
from payments.statements.figures import figures_of, lines_of
from payments.statements.periods import Period, year_at
from payments.statements.presenting import paper_of, words_of
from payments.views import papers

COLUMNS = ["date", "movement", "project", "student", "engagement", "amount", "held_after", "currency"]
MOST = 100  # lines on a page; the files have all


@require_GET
@login_required
def statements(request, slug):
    """To this year's, which leads to all others."""
    organization = books_of(request, slug)
    return redirect("payments:year_statement", organization.slug, year_at(now()))


@require_GET
@login_required
def statement(request, slug, year, month=None):
    at, organization = now(), books_of(request, slug)
    period = period_of(organization, year, month, at)
    context = {
        "organization": organization, "period": period, "most": MOST if month else None,
        "earlier": neighbour(organization, period, -1, at), "later": neighbour(organization, period, 1, at),
        "year_url": address(organization, Period(year)), "pdf": address(organization, period, "_pdf"),
        "csv": address(organization, period, "_csv"),
    }  # fmt: skip
    return papers.page(request, paper_of(organization, period, at=at, most=MOST), "payments/statement.html", **context)


@require_GET
@login_required
def statement_pdf(request, slug, year, month=None):
    at, organization = now(), books_of(request, slug)
    period = period_of(organization, year, month, at)
    return papers.pdf(paper_of(organization, period, at=at), organization.slug, "statement", period.key)


@require_GET
@login_required
def statement_csv(request, slug, year, month=None):
    """Every movement of the period, a year's as well, between the opening and the closing balance."""
    organization = books_of(request, slug)
    period = period_of(organization, year, month, now())
    return csv_response([organization.slug, "statement", period.key], COLUMNS, csv_rows(organization, period))


def csv_rows(organization, period):
    balances = {found.currency: found for found in figures_of(organization, period)}
    held = {currency: found.opening for currency, found in balances.items()}
    for currency, amount in held.items():
        yield [period.first_day, "Held at the beginning", "", "", "", None, plain(amount, currency), currency.upper()]
    for line in lines_of(organization, period):
        held[line.currency] = held.get(line.currency, 0) + line.amount
        engagement = line.transaction.engagement
        yield [
            line.at, words_of(line), str(engagement.project), str(engagement.student), engagement.code,
            plain(line.amount, line.currency), plain(held[line.currency], line.currency), line.currency.upper(),
        ]  # fmt: skip
    for currency, amount in held.items():
        yield [period.last_day, "Held at the end", "", "", "", None, plain(amount, currency), currency.upper()]


def books_of(request, slug):
    return get_for_user(Organization, request.user, slug=slug, may=rules.may_see_books)


def period_of(organization, year, month, at):
    """Raises Http404 for a month that is none, has not begun, or lies before the organization was here."""
    period = Period(year, month)
    if month not in (None, *range(1, 13)) or not is_shown(organization, period, at):
        raise Http404("There is no statement for this time.")
    return period


def is_shown(organization, period, at):
    return year_at(organization.created_at) <= period.year <= year_at(at) and period.start <= at


def neighbour(organization, period, step, at):
    """(name, address) of the period before or after, or None where there is none."""
    position = period.year * 12 + (period.month or 1) - 1 + step * (1 if period.month else 12)
    other = Period(position // 12, position % 12 + 1 if period.month else None)
    return (other.name, address(organization, other)) if is_shown(organization, other, at) else None


def address(organization, period, file=""):
    """`file`: "", "_pdf" or "_csv"."""
    if period.month:
        return reverse(f"payments:month_statement{file}", args=[organization.slug, period.year, period.month])
    return reverse(f"payments:year_statement{file}", args=[organization.slug, period.year])
