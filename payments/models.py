"""Money: what was asked, what moved, what Stripe said. Amounts: integer minor units of `currency`."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from engagements.models import Engagement
from marketplace.accounts.models import Student
from marketplace.db import CodeField, StatusModel, URLField


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
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self):
        return f"{self.student}: {self.get_transfers_status_display()}"

    @property
    def is_ready(self):
        return self.transfers_status == self.TransfersStatus.ACTIVE


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


class Funding(StatusModel):
    """One try of the employer to pay for one engagement, on Stripe's Checkout page."""

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
    operation = models.OneToOneField(MoneyOperation, on_delete=models.PROTECT, related_name="funding")
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    amount = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    checkout_id = models.CharField(max_length=255, unique=True, null=True, blank=True)
    checkout_url = URLField(max_length=2_000, blank=True)
    payment_intent_id = models.CharField(max_length=255, unique=True, null=True, blank=True)
    charge_id = models.CharField(max_length=255, unique=True, null=True, blank=True)
    method = models.CharField(max_length=40, blank=True)  # Stripe's payment method type: card, us_bank_account, …
    card_hint = models.CharField(max_length=40, blank=True)  # "Visa ending 4242"
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True, blank=True)
    counts = models.BooleanField(default=False)  # this one pays for the engagement; another paid one is refunded

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["engagement"], condition=Q(counts=True), name="funding_counts_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="funding_amount_positive"),
        ]

    def __str__(self):
        return f"{self.engagement_id}: {self.get_status_display()}"


class Payout(StatusModel):
    """What an approval owes the student: written in the same transaction, paid by a worker."""

    class Status(models.TextChoices):
        DUE = "due", "On its way"
        HELD = "held", "On hold"
        PAID = "paid", "Paid"

    TRANSITIONS = {Status.DUE: {Status.PAID, Status.HELD}, Status.HELD: {Status.DUE, Status.PAID}}

    code = CodeField()
    engagement = models.OneToOneField(Engagement, on_delete=models.PROTECT, related_name="payout")
    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="payouts")
    operation = models.OneToOneField(MoneyOperation, on_delete=models.PROTECT, related_name="payout")
    status = models.CharField(max_length=8, choices=Status, default=Status.DUE)
    amount = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    transfer_id = models.CharField(max_length=255, unique=True, null=True, blank=True)
    hold_reason = models.CharField(max_length=300, blank=True)  # in words the student can act on
    due_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="payout_amount_positive")]
        indexes = [models.Index(fields=["student", "-due_at"], name="payout_by_student")]

    def __str__(self):
        return f"{self.engagement_id}: {self.get_status_display()}"


class Refund(StatusModel):
    """Money that goes back to the employer from one funding."""

    class Status(models.TextChoices):
        DUE = "due", "On its way"
        DONE = "done", "Refunded"
        FAILED = "failed", "Failed"

    TRANSITIONS = {Status.DUE: {Status.DONE, Status.FAILED}, Status.DONE: {Status.FAILED}}

    code = CodeField()
    funding = models.ForeignKey(Funding, on_delete=models.PROTECT, related_name="refunds")
    operation = models.OneToOneField(MoneyOperation, on_delete=models.PROTECT, related_name="refund")
    status = models.CharField(max_length=8, choices=Status, default=Status.DUE)
    amount = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=300)
    refund_id = models.CharField(max_length=255, unique=True, null=True, blank=True)
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="refund_amount_positive")]

    def __str__(self):
        return f"{self.funding_id}: {self.amount} {self.currency}"


class StripeEvent(models.Model):
    """The inbox: every verified webhook once; `handled_at` is set in the transaction of its effect."""

    event_id = models.CharField(max_length=255, unique=True)
    endpoint = models.CharField(max_length=10)  # platform, connect, thin
    type = models.CharField(max_length=120)
    object_id = models.CharField(max_length=255, blank=True)
    account_id = models.CharField(max_length=255, blank=True)  # the connected account it happened on
    payload = models.JSONField()
    received_at = models.DateTimeField(default=timezone.now)
    handled_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=200, blank=True)
    tries = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["due_at"], condition=Q(handled_at=None), name="stripe_event_to_handle")]

    def __str__(self):
        return f"{self.type} {self.event_id}"


class EventCursor(models.Model):
    """How far the catch-up poll has read Stripe's list of events, by Stripe's clock."""

    name = models.CharField(max_length=20, unique=True)
    read_until = models.DateTimeField()

    def __str__(self):
        return f"{self.name}: {self.read_until:%Y-%m-%d %H:%M}"


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

    key = models.CharField(max_length=160, unique=True)
    kind = models.CharField(max_length=40, choices=Kind)
    engagement = models.ForeignKey(
        Engagement, null=True, blank=True, on_delete=models.PROTECT, related_name="ledger_transactions"
    )
    at = models.DateTimeField()
    reference = models.JSONField(default=dict, blank=True)
    database_transaction = models.BigIntegerField(default=0, editable=False)

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


from payments.documents.models import BillingDetails, Document, DocumentSeries  # noqa: E402, F401
