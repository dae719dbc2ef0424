"""One outward call, as a row that was there before it."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from engagements.models import Engagement
from marketplace.db import StatusModel


class MoneyOperation(StatusModel):
    """One outward call, written before it is made (docs/decisions: a row before every call).

    `key` names the intent ("transfer:<engagement code>"); the idempotency key adds the attempt ("…:a1").
    """

    class Kind(models.TextChoices):
        ACCOUNT = "account", "Create account"
        CHECKOUT = "checkout", "Create checkout"
        TRANSFER = "transfer", "Transfer"
        REFUND = "refund", "Refund"
        REVERSAL = "reversal", "Reversal"

    class Status(models.TextChoices):
        PLANNED = "planned", "Planned"
        SENT = "sent", "Sent"
        DONE = "done", "Done"
        UNKNOWN = "unknown", "Unknown"
        HELD = "held", "Held"
        FAILED = "failed", "Failed"

    TRANSITIONS = {
        Status.PLANNED: {Status.SENT, Status.HELD, Status.FAILED, Status.DONE},
        Status.SENT: {Status.SENT, Status.DONE, Status.UNKNOWN, Status.PLANNED, Status.HELD, Status.FAILED},
        Status.UNKNOWN: {Status.SENT, Status.DONE, Status.HELD, Status.FAILED},
        Status.HELD: {Status.PLANNED, Status.DONE, Status.FAILED},
        Status.FAILED: {Status.PLANNED, Status.DONE},  # a person found out why, or Stripe says that it did happen
    }
    OPEN = [Status.PLANNED, Status.SENT, Status.UNKNOWN]

    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=10, choices=Kind)
    status = models.CharField(max_length=8, choices=Status, default=Status.PLANNED)
    engagement = models.ForeignKey(
        Engagement, null=True, blank=True, on_delete=models.PROTECT, related_name="money_operations"
    )
    amount = models.PositiveBigIntegerField(default=0)
    currency = models.CharField(max_length=3, blank=True)
    params = models.JSONField(default=dict)  # what is sent, fixed before the first attempt
    attempt = models.PositiveSmallIntegerField(default=1)
    tries = models.PositiveIntegerField(default=0)
    stripe_id = models.CharField(max_length=255, unique=True, null=True, blank=True)
    error_code = models.CharField(max_length=80, blank=True)
    error = models.CharField(max_length=500, blank=True)
    must_look_up = models.BooleanField(default=False)  # ask Stripe whether it happened before sending again
    created_at = models.DateTimeField(default=timezone.now)
    first_sent_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(default=timezone.now)  # the sweep takes what is due

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(status__in=["planned", "sent", "unknown"]), name="operation_due"
            )
        ]

    def __str__(self):
        return self.key

    @property
    def idempotency_key(self):
        return f"{self.key}:a{self.attempt}"
