"""The student's side at Stripe: the account that is paid, and what Stripe sends from it to the bank."""

from django.db import models
from django.utils import timezone

from marketplace.accounts.models import Student
from marketplace.db import StatusModel


class PayoutAccount(models.Model):
    """A student's Stripe account (Accounts v2 recipient). `transfers_status` is Stripe's word, re-fetched."""

    class TransfersStatus(models.TextChoices):
        UNREQUESTED = "unrequested", "Not set up"
        PENDING = "pending", "Being checked"
        ACTIVE = "active", "Ready to be paid"
        RESTRICTED = "restricted", "More information needed"
        REJECTED = "rejected", "Refused by Stripe"
        UNSUPPORTED = "unsupported", "Not possible in this country"
        CLOSED = "closed", "Closed"

    student = models.OneToOneField(Student, on_delete=models.PROTECT, related_name="payout_account")
    operation = models.OneToOneField("MoneyOperation", on_delete=models.PROTECT, related_name="payout_account")
    stripe_id = models.CharField(max_length=64, unique=True, null=True, blank=True)
    transfers_status = models.CharField(max_length=12, choices=TransfersStatus, default=TransfersStatus.UNREQUESTED)
    requirements = models.JSONField(default=list, blank=True)  # what Stripe still wants, in its words
    checked_at = models.DateTimeField(null=True, blank=True)
    bank_checked_at = models.DateTimeField(null=True, blank=True)  # when Stripe was asked about payouts to the bank
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self):
        return f"{self.student}: {self.get_transfers_status_display()}"

    @property
    def is_ready(self):
        return self.transfers_status == self.TransfersStatus.ACTIVE


class BankPayout(StatusModel):
    """What Stripe sends from a student's account to the bank, as far as Stripe tells. Not our money any more."""

    class Status(models.TextChoices):
        PENDING = "pending", "Planned"
        IN_TRANSIT = "in_transit", "On its way to the bank"
        PAID = "paid", "At the bank"
        FAILED = "failed", "Refused by the bank"
        CANCELED = "canceled", "Called off"

    TRANSITIONS = {  # a bank may refuse what was paid already: https://docs.stripe.com/payouts#payout-failures
        Status.PENDING: {Status.IN_TRANSIT, Status.PAID, Status.FAILED, Status.CANCELED},
        Status.IN_TRANSIT: {Status.PENDING, Status.PAID, Status.FAILED, Status.CANCELED},
        Status.PAID: {Status.FAILED},
    }

    account = models.ForeignKey(PayoutAccount, on_delete=models.PROTECT, related_name="bank_payouts")
    stripe_id = models.CharField(max_length=255, unique=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    amount = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    created_at = models.DateTimeField()
    arrives_on = models.DateField(null=True, blank=True)
    failure_code = models.CharField(max_length=80, blank=True)  # Stripe's: account_closed, no_account, …

    class Meta:
        indexes = [models.Index(fields=["account", "-created_at"], name="bank_payout_by_account")]

    def __str__(self):
        return f"{self.stripe_id}: {self.get_status_display()}"
