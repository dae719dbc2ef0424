"""When the two sides do not agree: the dispute, and what each proposes."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from engagements.models.work import Engagement, Side
from marketplace.db import CodeField


class Dispute(models.Model):
    """Free of charge; blocks the payout until it is settled by agreement, by silence or by a moderator.

    `student_amount`: what of the open fee the student gets, in minor units, once it is settled.
    """

    class Outcome(models.TextChoices):
        RELEASE = "release", "The fee goes to the student"
        REFUND = "refund", "The employer is refunded"
        SPLIT = "split", "The fee is split"

    class Resolution(models.TextChoices):
        DECIDED = "decided", "Decided by a moderator"
        AGREED = "agreed", "Agreed by both sides"
        SILENCE = "silence", "Settled by silence"
        BANK = "bank", "Ended by the bank"

    code = CodeField()
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="disputes")
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # null: the clock, because money may not be held for longer
    problem = models.TextField(max_length=4_000)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True)
    resolution = models.CharField(max_length=7, choices=Resolution, blank=True)
    student_amount = models.PositiveBigIntegerField(null=True, blank=True)
    reasons = models.TextField(max_length=4_000, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["engagement"], condition=Q(resolved_at=None), name="dispute_one_open_per_engagement"
            ),
            models.CheckConstraint(
                condition=Q(resolved_at=None) | Q(outcome__gt="", reasons__gt=""), name="dispute_resolution_has_reasons"
            ),
            models.CheckConstraint(
                condition=Q(resolved_at=None, student_amount=None)
                | Q(resolved_at__isnull=False, student_amount__isnull=False, resolution__gt=""),
                name="dispute_resolution_has_amount",
            ),
            models.CheckConstraint(
                condition=~Q(resolution="decided") | Q(resolved_by__isnull=False), name="dispute_decided_by_somebody"
            ),
        ]

    def __str__(self):
        return f"Dispute about {self.engagement}"


class SplitProposal(models.Model):
    """One side's word on how to divide the open fee. Never edited: the newest of a side counts."""

    dispute = models.ForeignKey(Dispute, on_delete=models.PROTECT, related_name="proposals")
    side = models.CharField(max_length=12, choices=Side)
    student_amount = models.PositiveBigIntegerField()  # minor units of the engagement's currency
    note = models.CharField(max_length=1_000, blank=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["dispute", "proposed_at"], name="proposal_by_dispute")]

    def __str__(self):
        return f"{self.get_side_display()}: {self.student_amount}"
