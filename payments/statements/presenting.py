"""A statement as a Paper: the equation first, then what it is made of."""

from itertools import islice

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from marketplace.money import format_money
from marketplace.papers.paper import Column, Paper, Party, Row, Table
from payments.documents.contents import billed_to, issuer
from payments.documents.presenting import written
from payments.statements.figures import NAMES, figures_of, lines_of, monthly_figures

AMOUNTS = (Column("Line", wide=True), Column("Amount", numeric=True))
LINES = (
    Column("Date"), Column("Movement", wide=True), Column("Amount", numeric=True), Column("Held after", numeric=True),
)  # fmt: skip


def paper_of(organization, period, *, at, most=None):
    """The statement of a month or a year. `most`: lines shown of a month; the rest is in the files."""
    figures, who, from_whom = figures_of(organization, period), billed_to(organization), issuer()
    tables = [equation_table(found, period, len(figures) > 1) for found in figures]
    if period.month:
        tables += [lines_table(organization, period, found, most) for found in figures]
    else:
        tables += [months_table(organization, rows) for rows in monthly_figures(organization, period, at).values()]
    return Paper(
        site=from_whom["name"], site_lines=tuple(from_whom["lines"]), kind="Statement", title=period.name,
        parties=(Party("For", who["name"], tuple(who["lines"])),),
        facts=(("Period", period.days), ("Time zone", settings.TIME_ZONE)), tables=tuple(tables),
        notes=tuple(notes_of(figures, period, at)),
        footer=f"{organization.name} · {period.name} · {settings.SITE_URL.split('://')[-1]}",
    )  # fmt: skip


def equation_table(figures, period, several):
    rows = [Row((f"Held at the beginning of {written(period.first_day)}", exact(figures.opening, figures.currency)))]
    rows += [Row((NAMES[flow], exact(amount, figures.currency))) for flow, amount in shown_flows(figures)]
    total = Row(
        (f"Held at the end of {written(period.last_day)}", exact(figures.closing, figures.currency)), strong=True
    )
    title = f"Held for your projects, {figures.currency.upper()}" if several else "Held for your projects"
    return Table(AMOUNTS, tuple(rows), title=title, sums=(total,))


def shown_flows(figures):
    """All that every organization has; what is out of the ordinary only where there is some."""
    return [(flow, amount) for flow, amount in figures.flows.items() if amount or flow != "other"]


def lines_table(organization, period, figures, most):
    balance, rows = figures.opening, []
    lines = (line for line in lines_of(organization, period) if line.currency == figures.currency)
    for line in islice(lines, most):
        balance += line.amount
        rows.append(line_row(line, balance))
    return Table(LINES, tuple(rows), title="Movements", empty="Nothing moved.")


def line_row(line, balance):
    engagement = line.transaction.engagement
    day = timezone.localtime(line.at, timezone.get_default_timezone()).date()
    cells = (short(day), words_of(line), exact(line.amount, line.currency), exact(balance, line.currency))
    return Row(cells, note=str(engagement.project), link=reverse("payments:detail", args=[engagement.code]))


def words_of(line):
    """ "Released to Robin Quist"."""
    singular = {"service_fees": "Service fee", "refunds": "Refund", "chargebacks": "Chargeback"}
    if line.flow == "released":
        return f"Released to {line.transaction.engagement.student}"
    return singular.get(line.flow) or (
        line.transaction.get_kind_display() if line.flow == "other" else NAMES[line.flow]
    )


def months_table(organization, months):
    """One row a month, each leading to its own statement."""
    flows = [flow for flow in NAMES if flow != "other" or any(figures.flows["other"] for _month, figures in months)]
    columns = [Column("Month", wide=True), *(Column(NAMES[flow].split(" to ")[0], numeric=True) for flow in flows)]
    rows = []
    for month, figures in months:
        amounts = [exact(figures.flows[flow], figures.currency) for flow in flows]
        link = reverse("payments:month_statement", args=[organization.slug, month.year, month.month])
        cells = (f"{month.first_day:%B}", *amounts, exact(figures.closing, figures.currency))
        rows.append(Row(cells, link=link))
    return Table((*columns, Column("Held after", numeric=True)), tuple(rows), title="Month by month")


def notes_of(figures, period, at):
    for found in figures:
        parts = [exact(found.opening, found.currency)]
        for _flow, amount in shown_flows(found):
            parts.append(f"{'+' if amount > 0 else '−'} {exact(abs(amount), found.currency)}")
        yield f"{' '.join(parts)} = {exact(found.closing, found.currency)}"
    if not period.is_over(at):
        yield f"The {'month' if period.month else 'year'} is not over: this is how it stands on {written(today(at))}."
    yield (
        "Refunds count on the day they were decided. A payment that was not needed and went back at once was never held"
        " and is not part of this statement; its invoice and credit note are."
    )


def today(at):
    return timezone.localtime(at, timezone.get_default_timezone()).date()


def exact(amount, currency):
    """With the zero cents, and a true minus sign."""
    return format_money(amount, currency, trim=False).replace("-", "−")


def short(day):
    return f"{day.day} {day:%b}"
