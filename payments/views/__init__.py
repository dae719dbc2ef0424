"""Money pages, by who uses them."""

from payments.views.books import detail, organization, overview
from payments.views.decisions import approve
from payments.views.disputes import accept_split, propose_split, split_shares
from payments.views.documents import (
    billing,
    document,
    document_pdf,
    organization_documents,
    organization_documents_csv,
)
from payments.views.earnings import year, year_csv, year_pdf, years
from payments.views.endings import cancel, replace
from payments.views.funding import fund, fund_return
from payments.views.offers import accept_offer
from payments.views.parts import give_back, release_part
from payments.views.payouts import payout_dashboard, payout_refresh, payout_return, payout_setup
from payments.views.statements import statement, statement_csv, statement_pdf, statements

__all__ = [
    "accept_offer", "accept_split", "approve", "billing", "cancel", "detail", "document", "document_pdf", "fund",
    "fund_return", "give_back", "organization", "organization_documents", "organization_documents_csv", "overview",
    "payout_dashboard", "payout_refresh", "payout_return", "payout_setup", "propose_split", "release_part",
    "replace", "split_shares", "statement", "statement_csv", "statement_pdf", "statements", "year", "year_csv",
    "year_pdf", "years",
]  # fmt: skip
