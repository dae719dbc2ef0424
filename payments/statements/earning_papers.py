"""A year's earnings as a Paper."""

from django.conf import settings
from django.urls import reverse

from marketplace.papers.paper import Column, Paper, Party, Row, Table
from payments.documents.contents import issuer
from payments.statements.earnings import sums_of, zone_of
from payments.statements.presenting import exact, short

COLUMNS = (
    Column("Date"),
    Column("Project", wide=True),
    Column("Gross", numeric=True),
    Column("Taken back", numeric=True),
    Column("Net", numeric=True),
)
NO_TAX_FORM = (
    "This is a summary for your own records and no tax form. Where US law asks for a Form 1099-NEC, it is prepared with"
    " Stripe and you find it in your Stripe dashboard. Income may be taxable without one; a tax adviser can tell."
)


def paper_of_year(student, year, lines):
    from_whom, zone = issuer(), zone_of(student)
    rows = tuple(row_of(line, zone) for line in lines)
    sums = tuple(sum_row(currency, *amounts) for currency, amounts in sums_of(lines).items())
    return Paper(
        site=from_whom["name"], site_lines=tuple(from_whom["lines"]), kind="Earnings", title=str(year),
        parties=(Party("Paid to", student.user.get_full_name()),),
        facts=(("Period", f"1 January to 31 December {year}"), ("Time zone", str(zone))),
        tables=(Table(COLUMNS, rows, sums=sums, empty=f"Nothing was paid to you in {year}."),),
        notes=tuple(notes_of(from_whom["name"])),
        footer=f"Earnings {year} · {settings.SITE_URL.split('://')[-1]}",
    )  # fmt: skip


def row_of(line, zone):
    title = str(line.engagement.project)
    note = " · ".join(part for part in (line.engagement.organization.name, line.document) if part)
    amounts = (line.gross, -line.reversed, line.net)
    shown = [exact(amount, line.currency) if amount else "–" for amount in amounts]
    words = f"Taken back: {title}" if line.reversed else title
    link = reverse("payments:detail", args=[line.engagement.code])
    return Row((short(line.at.astimezone(zone).date()), words, *shown), note=note, link=link)


def sum_row(currency, gross, taken_back, net):
    amounts = (exact(amount, currency) for amount in (gross, -taken_back, net))
    return Row(("", f"Total, {currency.upper()}", *amounts), strong=True)


def notes_of(site):
    yield f"Gross is what {site} paid to your Stripe account for your work. No fee was taken from it."
    yield "Dates are those of the transfer to your Stripe account; your bank shows it some days later."
    yield NO_TAX_FORM
