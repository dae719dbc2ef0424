"""Money pages, by who uses them."""

from payments.views.books import detail, organization, overview
from payments.views.decisions import approve, cancel
from payments.views.funding import fund, fund_return
from payments.views.payouts import payout_dashboard, payout_refresh, payout_return, payout_setup

__all__ = [
    "approve", "cancel", "detail", "fund", "fund_return", "organization", "overview", "payout_dashboard",
    "payout_refresh", "payout_return", "payout_setup",
]  # fmt: skip
