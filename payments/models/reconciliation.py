"""Stripe's own book beside ours: every balance transaction, what it is matched with, and what is done about drift."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class BalanceTransaction(models.Model):
    """One line of Stripe's book of our balance: https://docs.stripe.com/api/balance_transactions. Amounts: minor units.

    NEW: not in our ledger yet, and young enough for that. SUSPENSE: booked as not understood; a person must look.
    """

    class State(models.TextChoices):
        NEW = "new", "Not in the ledger yet"
        MATCHED = "matched", "In the ledger"
        SUSPENSE = "suspense", "In suspense"

    stripe_id = models.CharField(max_length=255, unique=True)
    type = models.CharField(max_length=60)
    amount = models.BigIntegerField()
    fee = models.BigIntegerField()
    net = models.BigIntegerField()  # what it changes on our balance
    currency = models.CharField(max_length=3)
    source = models.CharField(max_length=255, blank=True)  # the charge, refund, transfer, … that moved the money
    created_at = models.DateTimeField()  # by Stripe's clock
    available_on = models.DateTimeField()  # then it is part of the available balance
    state = models.CharField(max_length=8, choices=State, default=State.NEW)
    seen_at = models.DateTimeField()  # by ours
    suspense_amount = models.BigIntegerField(default=0)  # of `net`, what was booked as not understood
    settled_at = models.DateTimeField(null=True, blank=True)  # moved from pending to available in the ledger
    explanation = models.CharField(max_length=500, blank=True)  # a moderator's, for what is in suspense

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="suspense") | Q(suspense_amount=0), name="balance_suspense_only_in_suspense"
            )
        ]
        indexes = [
            models.Index(fields=["created_at"], name="balance_by_creation"),
            models.Index(fields=["source"], name="balance_by_source"),
            models.Index(fields=["seen_at"], condition=~Q(state="matched"), name="balance_to_match"),
            models.Index(fields=["available_on"], condition=Q(settled_at=None), name="balance_to_settle"),
        ]

    def __str__(self):
        return f"{self.type} {self.stripe_id}"


class Reconciliation(models.Model):
    """One comparison of Stripe's balance with our ledger, per currency."""

    at = models.DateTimeField()
    currency = models.CharField(max_length=3)
    stripe_available = models.BigIntegerField()
    stripe_pending = models.BigIntegerField()
    ledger_amount = models.BigIntegerField()  # stripe:pending and stripe:available together
    not_posted_amount = models.BigIntegerField()  # in Stripe's book, not in our ledger yet
    not_listed_amount = models.BigIntegerField()  # in our ledger, not in what Stripe has listed so far
    drift_amount = models.BigIntegerField()  # what none of this explains: zero, or something is wrong

    class Meta:
        indexes = [models.Index(fields=["-at"], name="reconciliation_by_time")]

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M} {self.currency}: {self.drift_amount}"


class MoneyFreeze(models.Model):
    """While one is not lifted no payout leaves. Lifted by the books agreeing again, or by an admin with a reason."""

    reason = models.CharField(max_length=300)
    started_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    lift_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(models.Value(1), condition=Q(lifted_at=None), name="money_freeze_one_at_a_time"),
            models.CheckConstraint(
                condition=Q(lifted_at=None) | Q(lift_reason__gt=""), name="money_freeze_lift_says_why"
            ),
        ]

    def __str__(self):
        return self.reason
