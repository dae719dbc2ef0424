"""Stripe's resources, one module each; importing them registers their routes."""

from . import (  # noqa: F401
    account_links,
    accounts,
    balance,
    charges,
    checkout,
    disputes,
    early_fraud_warnings,
    events,
    payment_intents,
    payouts,
    refunds,
    reversals,
    topups,
    transfers,
    webhook_endpoints,
)
