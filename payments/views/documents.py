"""Issued documents, and what an organization wants on its next ones."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from marketplace.access import get_for_user
from marketplace.accounts.models import Organization
from marketplace.clock import now
from marketplace.csv_export import csv_response, plain_amount
from marketplace.errors import form_status
from payments import rules
from payments.documents import issuing
from payments.documents.models import BillingDetails, Document
from payments.documents.presenting import paper_of
from payments.documents.queries import found_in, page_after
from payments.forms import BillingForm
from payments.views import papers

COLUMNS = ["number", "kind", "date", "project", "student", "amount", "currency", "credits", "payment"]


@require_GET
@login_required
def document(request, code):
    """One document: for its student, or for owner and finance of its organization."""
    found = document_for(request, code)
    back = reverse("payments:detail", args=[found.engagement.code])
    pdf = reverse("payments:document_pdf", args=[found.code])
    return papers.page(request, paper_of(found), back=back, back_label="The payment", pdf=pdf)


@require_GET
@login_required
def document_pdf(request, code):
    found = document_for(request, code)
    return papers.pdf(paper_of(found), found.reference)


def document_for(request, code):
    rows = Document.objects.select_related("engagement", "organization", "student")
    return get_for_user(rows, request.user, code=code, may=rules.may_read_document)


@require_GET
@login_required
def organization_documents(request, slug):
    """Invoices and credit notes, newest first, with a search by number and project."""
    found = get_for_user(Organization, request.user, slug=slug, may=rules.may_see_books)
    words = words_of(request)
    documents, after = page_after(found_in(found.documents.all(), words), request.GET.get("after", ""))
    context = {"organization": found, "documents": documents, "words": words, "after": after}
    return render(request, "payments/documents.html", context)


@require_GET
@login_required
def organization_documents_csv(request, slug):
    """All that the search finds, credit notes as negative amounts: the sum is what was paid in the end."""
    found = get_for_user(Organization, request.user, slug=slug, may=rules.may_see_books)
    rows = found_in(found.documents.all(), words_of(request))
    return csv_response([found.slug, "documents"], COLUMNS, map(csv_row, rows.iterator(chunk_size=500)))


def words_of(request):
    """What is searched for; without NUL, which PostgreSQL refuses only when the CSV is already on its way."""
    return request.GET.get("q", "").replace("\x00", "").strip()[:100]


def csv_row(document):
    says = document.contents
    signed = -document.amount if document.kind == Document.Kind.CREDIT_NOTE else document.amount
    return [
        document.reference, document.get_kind_display(), document.issued_on, says["project"], says["student"],
        plain_amount(signed, document.currency), document.currency.upper(), says.get("credits", ""), says["payment"],
    ]  # fmt: skip


@login_required
@require_http_methods(["GET", "POST"])
def billing(request, slug):
    """Legal name, address and tax ID for the invoices to come. Owner and finance."""
    found = get_for_user(Organization, request.user, slug=slug, may=rules.may_edit_billing)
    details = BillingDetails.objects.filter(organization=found).first()
    form = BillingForm(request.POST or None, instance=details, initial={"legal_name": found.name})
    if request.method == "POST" and form.is_valid():
        issuing.save_billing_details(organization=found, by=request.user, at=now(), **form.cleaned_data)
        messages.success(request, "Saved. Your next invoices say this; issued ones stay as they are.")
        return redirect("payments:billing", found.slug)
    return render(request, "payments/billing.html", {"organization": found, "form": form}, status=form_status(form))
