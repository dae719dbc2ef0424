"""Has everything come to rest? Asked of the rows that say what must still happen, and of Stripe's undelivered events.

Imported when Django is set up.
"""

import time

from django.db import Error, connection

from marketplace.local.chaos.at_stripe import NotDone
from marketplace.local.chaos.facts import unmatched
from marketplace.local.chaos.stack import SWEEP_SECONDS
from payments.models import CardDispute, Funding, MoneyFreeze, MoneyOperation, Payout, Refund, StripeEvent

LOOK_EVERY = 0.5
A_ROUND = 4 * SWEEP_SECONDS  # every sweep that moves money has come by at least once


class Quiet:
    def __init__(self, stripe):
        self.stripe, self.waiting_for = stripe, {}
        self.begin()

    def begin(self):
        """Time has just passed: nothing is quiet before every sweep had its turn."""
        self.not_before, self.next_look = time.monotonic() + A_ROUND, 0

    def is_quiet(self):
        if time.monotonic() < self.next_look:
            return False
        self.next_look = time.monotonic() + LOOK_EVERY
        try:
            self.waiting_for = {what: count for what, count in self.count() if count}
        except (Error, NotDone) as error:
            connection.close()
            self.waiting_for = {str(error): 1}
        return not self.waiting_for and time.monotonic() > self.not_before

    def count(self):
        yield "operations", MoneyOperation.objects.filter(status__in=MoneyOperation.OPEN).count()
        yield "events", StripeEvent.objects.filter(handled_at=None).count()
        yield "payouts", Payout.objects.filter(status=Payout.Status.DUE).count()
        yield "refunds", Refund.objects.filter(status=Refund.Status.DUE).count()
        yield "fundings", Funding.objects.filter(status=Funding.Status.PROCESSING).count()
        yield "card disputes", CardDispute.objects.filter(status=CardDispute.Status.LOST, settled_at=None).count()
        yield "freezes", MoneyFreeze.objects.filter(lifted_at=None).count()
        yield "lines of Stripe's book", unmatched().count()
        yield "webhooks", self.stripe.health()["pending_deliveries"]
