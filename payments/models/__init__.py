"""Money: what was asked, what moved, what Stripe said. Amounts: integer minor units of `currency`."""

from payments.models.accounts import BankPayout, PayoutAccount
from payments.models.events import EventCursor, StripeEvent
from payments.models.fundings import CardDispute, Funding
from payments.models.ledger import LedgerAccount, LedgerEntry, LedgerTransaction
from payments.models.operations import MoneyOperation
from payments.models.reconciliation import BalanceTransaction, MoneyFreeze, Reconciliation
from payments.models.splits import Payout, Refund, Reversal, Split

from payments.documents.models import BillingDetails, Document, DocumentSeries  # isort: skip

__all__ = [
    "BalanceTransaction", "BankPayout", "BillingDetails", "CardDispute", "Document", "DocumentSeries", "EventCursor",
    "Funding", "LedgerAccount", "LedgerEntry", "LedgerTransaction", "MoneyFreeze", "MoneyOperation", "Payout",
    "PayoutAccount", "Reconciliation", "Refund", "Reversal", "Split", "StripeEvent",
]  # fmt: skip
