"""Money out: who gets what of a funding, and how it comes there. Amounts: minor units of `currency`."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from engagements.models import Engagement
from marketplace.accounts.models import Student
from marketplace.db import CodeField, StatusModel
from payments.models.fundings import Funding
from payments.models.operations import MoneyOperation


class Split(models.Model):
    """One decision about what one funding still holds: for the student, for us, back, or kept for later. Never edited.

    `held_amount` is what the funding held before it. With a change order there is a row for each funding.
    """

    class Cause(models.TextChoices):
        APPROVAL = "approval", "The delivery was approved"
        PARTIAL_RELEASE = "partial_release", "A part was released early"
        CANCELLATION = "cancellation", "It was cancelled"
        DISPUTE = "dispute", "A dispute was settled"
        REPLACEMENT = "replacement", "The student was replaced"
        CHARGEBACK = "chargeback", "The bank took the payment back"

    code = CodeField()
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="splits")
    funding = models.ForeignKey(Funding, on_delete=models.PROTECT, related_name="splits")
    cause = models.CharField(max_length=16, choices=Cause)
    currency = models.CharField(max_length=3)
    held_amount = models.PositiveBigIntegerField()
    student_amount = models.PositiveBigIntegerField(default=0)
    service_fee_amount = models.PositiveBigIntegerField(default=0)
    refund_amount = models.PositiveBigIntegerField(default=0)  # to the employer; for a chargeback by the bank itself
    kept_amount = models.PositiveBigIntegerField(default=0)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # null: a clock or the bank
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    held_amount=F("student_amount") + F("service_fee_amount") + F("refund_amount") + F("kept_amount")
                ),
                name="split_adds_up",
            ),
            models.CheckConstraint(condition=Q(kept_amount__lt=F("held_amount")), name="split_divides_something"),
            models.CheckConstraint(
                condition=Q(kept_amount=0) | Q(cause__in=["partial_release", "chargeback"]),
                name="split_keeps_early_only",
            ),
            models.UniqueConstraint(  # the second of two decisions about the same money is refused
                fields=["funding", "held_amount"], name="split_divides_money_once"
            ),
        ]

    def __str__(self):
        return f"{self.get_cause_display()}: {self.held_amount} {self.currency}"


class Payout(StatusModel):
    """What a split owes the student: written in the same transaction, paid by a worker."""

    class Status(models.TextChoices):
        DUE = "due", "On its way"
        HELD = "held", "On hold"
        PAID = "paid", "Paid"

    TRANSITIONS = {Status.DUE: {Status.PAID, Status.HELD}, Status.HELD: {Status.DUE, Status.PAID}}

    code = CodeField()
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="payouts")
    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="payouts")
    split = models.OneToOneField(Split, on_delete=models.PROTECT, related_name="payout")
    operation = models.OneToOneField(MoneyOperation, on_delete=models.PROTECT, related_name="payout")
    status = models.CharField(max_length=8, choices=Status, default=Status.DUE)
    amount = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    transfer_id = models.CharField(max_length=255, unique=True, null=True, blank=True)
    hold_reason = models.CharField(max_length=300, blank=True)  # in the student's words
    waits_for_student = models.BooleanField(default=False)  # held, and only the student can change that
    due_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True, blank=True)
    reversed_amount = models.PositiveBigIntegerField(default=0)  # of it, taken back later

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="payout_amount_positive"),
            models.CheckConstraint(condition=Q(reversed_amount__lte=F("amount")), name="payout_reversed_at_most_whole"),
        ]
        indexes = [models.Index(fields=["student", "-due_at"], name="payout_by_student")]

    def __str__(self):
        return f"{self.code}: {self.get_status_display()}"

    @property
    def net_amount(self):
        """What the student keeps."""
        return self.amount - self.reversed_amount


class Refund(StatusModel):
    """Money that goes back to the employer from one funding. `split` is null for a payment that was not needed."""

    class Status(models.TextChoices):
        DUE = "due", "On its way"
        DONE = "done", "Refunded"
        FAILED = "failed", "Failed"
        COVERED = "covered", "Given back by the bank"

    TRANSITIONS = {
        Status.DUE: {Status.DONE, Status.FAILED, Status.COVERED},
        Status.DONE: {Status.FAILED},
        Status.FAILED: {Status.COVERED},
    }

    code = CodeField()
    funding = models.ForeignKey(Funding, on_delete=models.PROTECT, related_name="refunds")
    split = models.OneToOneField(Split, null=True, blank=True, on_delete=models.PROTECT, related_name="refund")
    operation = models.OneToOneField(MoneyOperation, on_delete=models.PROTECT, related_name="refund")
    status = models.CharField(max_length=8, choices=Status, default=Status.DUE)
    amount = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=300)
    refund_id = models.CharField(max_length=255, unique=True, null=True, blank=True)
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    sent_again_as = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="sent_before_as"
    )  # a failed one, sent to the payer anew

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="refund_amount_positive")]

    def __str__(self):
        return f"{self.code}: {self.get_status_display()}"


class Reversal(StatusModel):
    """A moderator takes (a part of) a payout back from the student's account, with written reasons.

    `refund_amount`: what the employer gets back when it is done, our share of the service fee included.
    """

    class Status(models.TextChoices):
        DUE = "due", "On its way"
        HELD = "held", "The student's balance is too low"
        DONE = "done", "Taken back"
        FAILED = "failed", "Failed"
        BORNE = "borne", "Given up: we bear it"

    TRANSITIONS = {
        Status.DUE: {Status.DONE, Status.HELD, Status.FAILED},
        Status.HELD: {Status.DUE, Status.DONE, Status.BORNE},
        Status.FAILED: {Status.DUE, Status.DONE, Status.BORNE},
    }

    code = CodeField()
    payout = models.ForeignKey(Payout, on_delete=models.PROTECT, related_name="reversals")
    operation = models.OneToOneField(MoneyOperation, on_delete=models.PROTECT, related_name="reversal")
    status = models.CharField(max_length=8, choices=Status, default=Status.DUE)
    amount = models.PositiveBigIntegerField()
    refund_amount = models.PositiveBigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    reasons = models.TextField(max_length=4_000)
    reversal_id = models.CharField(max_length=255, unique=True, null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="reversal_amount_positive"),
            models.CheckConstraint(condition=Q(reasons__gt=""), name="reversal_has_reasons"),
            models.UniqueConstraint(
                fields=["payout"],
                condition=Q(status__in=["due", "held", "failed"]),
                name="reversal_one_open_per_payout",
            ),
        ]

    def __str__(self):
        return f"{self.code}: {self.get_status_display()}"
