"""Money pages, by who uses them."""

from payments.views.books import detail, organization, overview
from payments.views.decisions import approve, cancel
from payments.views.documents import (
    billing,
    document,
    document_pdf,
    organization_documents,
    organization_documents_csv,
)
from payments.views.funding import fund, fund_return
from payments.views.payouts import payout_dashboard, payout_refresh, payout_return, payout_setup
from payments.views.statements import statement, statement_csv, statement_pdf, statements

__all__ = [
    "approve", "billing", "cancel", "detail", "document", "document_pdf", "fund", "fund_return", "organization",
    "organization_documents", "organization_documents_csv", "overview", "payout_dashboard", "payout_refresh",
    "payout_return", "payout_setup", "statement", "statement_csv", "statement_pdf", "statements",
]  # fmt: skip
