"""How a Paper is answered: as a page to read and print, or as a PDF to keep."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header

from marketplace.csv_export import file_name
from marketplace.papers.typesetting import pdf_of


def page(request, paper, template="payments/paper.html", **context):
    """`context`: `back` and `back_label`, and the addresses `pdf` and `csv` where there are such files."""
    return render(request, template, {"paper": paper} | context)


def pdf(paper, *name):
    """A download; `name`: the parts of its file name."""
    response = HttpResponse(pdf_of(paper), content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(True, f"{file_name(*name)}.pdf")
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
