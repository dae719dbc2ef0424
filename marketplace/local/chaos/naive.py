"""The usual way of paying, for `--naive`: what a call returned is all that is known, and a retry is a new call.

It proves that the harness finds what it looks for. Only processes with naive_settings load it.
"""

import secrets

from django.apps import AppConfig


class Naive(AppConfig):
    name = "marketplace.local.chaos.naive"
    label = "chaos_naive"
    path = __file__  # an app of one module

    def ready(self):
        """A key for each call instead of each intent; nobody looks whether it happened; no charge caps a transfer."""
        from payments.actions import operations, payouts
        from payments.models import MoneyOperation

        MoneyOperation.idempotency_key = property(lambda row: f"{row.key}:{secrets.token_hex(8)}")
        payouts.source_of = lambda funding, disputes: None
        for handler in operations.HANDLERS.values():
            handler.find = lambda operation: None
