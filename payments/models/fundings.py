"""Money in: a payment for an engagement, and what the payer's bank may do to it later. Amounts: minor units."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from engagements.models import ChangeOrder, Engagement
from marketplace.db import CodeField, StatusModel, URLField
from payments.models.operations import MoneyOperation


class Funding(StatusModel):
    """One try of the employer to pay for an engagement or for one change order, on Stripe's Checkout page.

    `engagement` is the one that it pays for now: a runner-up takes over the funding of a student who vanished.
    """

    class Status(models.TextChoices):
        PENDING = "pending", "Waiting for payment"
        PROCESSING = "processing", "Processing"
        PAID = "paid", "Paid"
        FAILED = "failed", "Failed"
        EXPIRED = "expired", "Expired"
        REFUNDED = "refunded", "Refunded"

    TRANSITIONS = {
        Status.PENDING: {Status.PROCESSING, Status.PAID, Status.FAILED, Status.EXPIRED},
        Status.PROCESSING: {Status.PAID, Status.FAILED},
        Status.FAILED: {Status.PAID},
        Status.EXPIRED: {Status.PAID},
        Status.PAID: {Status.REFUNDED},
    }

    code = CodeField()
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="fundings")
    change_order = models.ForeignKey(
        ChangeOrder, null=True, blank=True, on_delete=models.PROTECT, related_name="fundings"
    )
    operation = models.OneToOneField(MoneyOperation, on_delete=models.PROTECT, related_name="funding")
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    amount = models.PositiveBigIntegerField()
    fee_amount = models.PositiveBigIntegerField()  # the student's part of `amount`; the rest is our service fee
    currency = models.CharField(max_length=3)
    transfer_group = models.CharField(max_length=16)  # what Stripe ties the charge and its transfers together with
    checkout_id = models.CharField(max_length=255, unique=True, null=True, blank=True)
    checkout_url = URLField(max_length=2_000, blank=True)
    payment_intent_id = models.CharField(max_length=255, unique=True, null=True, blank=True)
    charge_id = models.CharField(max_length=255, unique=True, null=True, blank=True)
    method = models.CharField(max_length=40, blank=True)  # Stripe's payment method type: card, us_bank_account, …
    card_hint = models.CharField(max_length=40, blank=True)  # "Visa ending 4242"
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True, blank=True)
    hold_deadline = models.DateTimeField(null=True, blank=True)  # how long Stripe lets us hold it
    kept_until = models.DateTimeField(null=True, blank=True)  # for a runner-up, after the student vanished
    counts = models.BooleanField(default=False)  # this one pays for the engagement; another paid one is refunded

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["engagement"], condition=Q(counts=True, change_order=None), name="funding_counts_once"
            ),
            models.UniqueConstraint(
                fields=["change_order"], condition=Q(counts=True), name="funding_counts_once_per_change_order"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="funding_amount_positive"),
            models.CheckConstraint(
                condition=Q(fee_amount__gt=0, fee_amount__lte=F("amount")), name="funding_fee_within_amount"
            ),
        ]
        indexes = [
            models.Index(fields=["kept_until"], condition=Q(kept_until__isnull=False), name="funding_kept"),
            models.Index(fields=["hold_deadline"], condition=Q(counts=True), name="funding_hold_deadline"),
        ]

    def __str__(self):
        return f"{self.code}: {self.get_status_display()}"

    @property
    def service_fee_amount(self):
        return self.amount - self.fee_amount


class CardDispute(StatusModel):
    """The payer's bank took a payment back (a chargeback), or asks about it. `status` is Stripe's word.

    https://docs.stripe.com/disputes/how-disputes-work
    """

    class Status(models.TextChoices):
        WARNING_NEEDS_RESPONSE = "warning_needs_response", "The bank asks"
        WARNING_UNDER_REVIEW = "warning_under_review", "The bank reads our answer"
        WARNING_CLOSED = "warning_closed", "The bank asked, and that was all"
        NEEDS_RESPONSE = "needs_response", "Needs our evidence"
        UNDER_REVIEW = "under_review", "The bank reads our evidence"
        WON = "won", "Won"
        LOST = "lost", "Lost"

    ASKING = [Status.WARNING_NEEDS_RESPONSE, Status.WARNING_UNDER_REVIEW]
    OPEN = [Status.NEEDS_RESPONSE, Status.UNDER_REVIEW]
    TRANSITIONS = {
        Status.WARNING_NEEDS_RESPONSE: {Status.WARNING_UNDER_REVIEW, Status.WARNING_CLOSED, *OPEN, "won", "lost"},
        Status.WARNING_UNDER_REVIEW: {Status.WARNING_CLOSED, *OPEN, "won", "lost"},
        Status.WARNING_CLOSED: set(OPEN),
        Status.NEEDS_RESPONSE: {Status.UNDER_REVIEW, Status.WON, Status.LOST},
        Status.UNDER_REVIEW: {Status.NEEDS_RESPONSE, Status.WON, Status.LOST},
    }

    stripe_id = models.CharField(max_length=255, unique=True)
    funding = models.ForeignKey(Funding, on_delete=models.PROTECT, related_name="card_disputes")
    status = models.CharField(max_length=24, choices=Status)
    amount = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=60, blank=True)  # Stripe's word: fraudulent, product_not_received, …
    opened_at = models.DateTimeField()
    evidence_due_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    withdrawn = models.BooleanField(default=False)  # Stripe has taken the amount from us
    settled_at = models.DateTimeField(null=True, blank=True)  # lost, and booked to who bears it

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="card_dispute_amount_positive")]

    def __str__(self):
        return f"{self.stripe_id}: {self.get_status_display()}"

    @property
    def is_open(self):
        """The bank has the money and has not decided."""
        return self.status in self.OPEN
