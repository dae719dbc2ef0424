"""The ledger: double entry, kept true by PostgreSQL (migrations/0002_ledger.py)."""

from django.db import models
from django.db.models import Q

from engagements.models import Engagement


class LedgerAccount(models.Model):
    """`normal` is 1 for accounts that grow by debits (assets, expenses), -1 for those that grow by credits."""

    code = models.CharField(max_length=120)  # "held:<engagement code>"
    currency = models.CharField(max_length=3)
    normal = models.SmallIntegerField()
    allow_negative = models.BooleanField(default=False)
    balance = models.BigIntegerField(default=0)  # kept by a trigger; never written by the app

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code"], name="ledger_account_code_once"),
            models.CheckConstraint(condition=Q(normal__in=[1, -1]), name="ledger_account_normal"),
            models.CheckConstraint(condition=Q(allow_negative=True) | Q(balance__gte=0), name="ledger_no_overdraft"),
        ]

    def __str__(self):
        return self.code


class LedgerTransaction(models.Model):
    """One movement; its entries sum to zero per currency (a deferred trigger). Append-only (a trigger).

    `database_transaction` is set by a trigger: entries may be added only in the transaction that made this row.
    """

    class Kind(models.TextChoices):
        FUNDING_RECEIVED = "funding_received", "Funding received"
        SURPLUS_RECEIVED = "surplus_received", "Second payment received"
        FOREIGN_RECEIVED = "foreign_received", "Unexpected payment received"
        STRIPE_FEE = "stripe_fee", "Stripe's fee"
        PAYOUT_APPROVED = "payout_approved", "Payout approved"
        PAYOUT_SENT = "payout_sent", "Payout sent"
        REFUND_APPROVED = "refund_approved", "Refund approved"
        REFUND_SENT = "refund_sent", "Refund sent"
        REFUND_RETURNED = "refund_returned", "Refund failed and came back"
        REFUND_COVERED = "refund_covered", "Refund no longer owed: the bank gave it back"
        FUNDING_MOVED = "funding_moved", "Funding moved to the runner-up"
        FUNDING_EXPLAINED = "funding_explained", "Unexpected payment goes back"
        DISPUTE_WITHDRAWN = "dispute_withdrawn", "Taken by a card dispute"
        DISPUTE_REINSTATED = "dispute_reinstated", "Given back after a card dispute"
        DISPUTE_COVERED = "dispute_covered", "Card dispute paid from what was held"
        DISPUTE_LOST = "dispute_lost", "Card dispute borne by us"
        PAYOUT_REVERSED = "payout_reversed", "Payout taken back"
        REVERSAL_REFUNDED = "reversal_refunded", "Taken back for the employer"
        REVERSAL_RECOVERED = "reversal_recovered", "Taken back against a loss"
        REVERSAL_BORNE = "reversal_borne", "Not taken back: borne by us"
        SETTLED = "settled", "Became available at Stripe"
        SUSPENSE = "suspense", "Not understood"
        SUSPENSE_CLEARED = "suspense_cleared", "Understood after all"
        SUSPENSE_WRITTEN_OFF = "suspense_written_off", "Explained by a person"
        BANK = "bank", "Between our bank account and Stripe"

    key = models.CharField(max_length=160, unique=True)
    kind = models.CharField(max_length=40, choices=Kind)
    engagement = models.ForeignKey(
        Engagement, null=True, blank=True, on_delete=models.PROTECT, related_name="ledger_transactions"
    )
    at = models.DateTimeField()
    reference = models.JSONField(default=dict, blank=True)
    source = models.CharField(
        max_length=255, blank=True, default="", db_default=""
    )  # the Stripe object whose balance transaction this is
    database_transaction = models.BigIntegerField(default=0, editable=False)

    class Meta:
        indexes = [models.Index(fields=["source"], condition=~Q(source=""), name="ledger_by_source")]

    def __str__(self):
        return self.key


class LedgerEntry(models.Model):
    """Debit positive, credit negative. Append-only (a trigger)."""

    transaction = models.ForeignKey(LedgerTransaction, on_delete=models.PROTECT, related_name="entries")
    account = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="entries")
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)

    class Meta:
        verbose_name_plural = "ledger entries"
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="ledger_entry_not_zero")]

    def __str__(self):
        return f"{self.account_id}: {self.amount}"
