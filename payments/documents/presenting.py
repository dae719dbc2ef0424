"""A Paper of an issued document, from its frozen contents alone."""

from datetime import date

from django.conf import settings

from marketplace.money import format_money
from marketplace.papers.paper import Column, Paper, Party, Row, Table
from payments.documents.models import Kind

COLUMNS = (Column("What for", wide=True), Column("Amount", numeric=True))
STAMPS = {Kind.INVOICE: "Paid", Kind.CREDIT_NOTE: "Refunded", Kind.PAYMENT: "Paid"}
TOTALS = {Kind.INVOICE: "Total paid", Kind.CREDIT_NOTE: "Total refunded", Kind.PAYMENT: "Total paid to you"}
FOR = {Kind.INVOICE: "Billed to", Kind.CREDIT_NOTE: "Credited to", Kind.PAYMENT: "Paid to"}


def paper_of(document):
    says = document.contents
    rows = [Row((line["text"], exact(line["amount"], document)), note=line["note"]) for line in says["lines"]]
    total = Row((TOTALS[document.kind], exact(document.amount, document)), strong=True)
    recipient = says["recipient"]
    return Paper(
        site=says["issuer"]["name"], site_lines=tuple(says["issuer"]["lines"]), kind=document.get_kind_display(),
        title=document.reference, stamp=STAMPS[document.kind],
        parties=(Party(FOR[document.kind], recipient["name"], tuple(recipient["lines"])),),
        facts=tuple(facts_of(document)), tables=(Table(COLUMNS, tuple(rows), sums=(total,)),),
        notes=tuple(notes_of(document)), footer=f"{document.reference} · {settings.SITE_URL.split('://')[-1]}",
    )  # fmt: skip


def facts_of(document):
    says, paid_on = document.contents, written(date.fromisoformat(document.contents["paid_on"]))
    issued_on = written(document.issued_on)
    yield "Date", issued_on
    if paid_on != issued_on:
        yield ("Refunded on" if document.kind == Kind.CREDIT_NOTE else "Paid on"), paid_on
    if says.get("paid_with"):
        yield ("Refunded to" if document.kind == Kind.CREDIT_NOTE else "Paid with"), says["paid_with"]
    if says.get("credits"):
        yield "Credits", says["credits"]
    if document.kind == Kind.PAYMENT:
        yield "From", says["organization"]
    yield "Project", says["project"]
    yield "Payment", says["payment"]


def notes_of(document):
    says, site = document.contents, document.contents["issuer"]["name"]
    if document.kind == Kind.PAYMENT:
        yield f"{site} paid this on behalf of {says['organization']}. Nothing was taken from the fee."
        yield "This is no tax form."
    elif document.kind == Kind.CREDIT_NOTE:
        yield f"Reason: {says['reason']}"
        yield "Banks usually show a refund within 5 to 10 business days."
    elif says["needed"]:
        yield "Paid in full: nothing is due. No tax was charged."
        yield (
            f"{site} holds the money until the work is approved and passes the whole fee on to the student. What is not"
            " released is refunded with a credit note."
        )
    else:
        yield "This payment was not needed any more and is refunded in full, with a credit note."


def exact(amount, document):
    return format_money(amount, document.currency, trim=False)


def written(day):
    """ "2 March 2026": no reader takes the month for the day."""
    return f"{day.day} {day:%B} {day.year}"
