"""The usual way of paying, for `--naive`: what a call returned is all that is known, and a retry is a new call.

It proves that the harness finds what it looks for. Only processes with naive_settings load it.
"""

import secrets

from django.apps import AppConfig

MONEY_OUT = ("transfer.", "refund.", "charge.refund.updated")  # kinds of events


class Naive(AppConfig):
    name = "marketplace.local.chaos.naive"
    label = "chaos_naive"
    path = __file__  # an app of one module

    def ready(self):
        """A key for each call instead of each intent; nobody looks whether it happened; no charge caps a transfer.

        And an event of Stripe does not tell how a call ended that got no answer.
        """
        from payments.actions import events, operations, payouts
        from payments.models import MoneyOperation

        MoneyOperation.idempotency_key = property(lambda row: f"{row.key}:{secrets.token_hex(8)}")
        payouts.source_of = lambda funding, disputes: None
        for handler in operations.HANDLERS.values():
            handler.find = lambda operation: None
        events.HANDLERS = [(kind, fetch, only_answered(kind, apply)) for kind, fetch, apply in events.HANDLERS]


def only_answered(kind, apply):
    """`apply`, for transfers and refunds only where a call of ours has returned."""
    if kind not in MONEY_OUT:
        return apply

    def apply_answered(event, fetched, at):
        from payments.models import MoneyOperation

        done = MoneyOperation.objects.filter(key=fetched.operation, status=MoneyOperation.Status.DONE)
        return apply(event, fetched, at) if done.exists() else None

    return apply_answered
