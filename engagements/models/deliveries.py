"""Versions of the deliverable, what is asked to change in them, and what is asked for beyond them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from engagements.models.work import Engagement
from marketplace.db import CodeField, StatusModel, URLField
from marketplace.files.models import StoredFile
from marketplace.money import format_money
from projects.models import AcceptanceCriterion


class Delivery(models.Model):
    """One version of the deliverable. Never edited: what was reviewed stays what was sent."""

    code = CodeField()
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="deliveries")
    version = models.PositiveSmallIntegerField()
    note = models.TextField(max_length=5_000)
    link = URLField(max_length=500, blank=True)
    files = models.ManyToManyField(StoredFile, blank=True, related_name="+")
    delivered_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [models.UniqueConstraint(fields=["engagement", "version"], name="delivery_version_once")]

    def __str__(self):
        return f"Version {self.version}"

    def file_url(self):
        return self.engagement.get_absolute_url()


class ChangeRequest(models.Model):
    """The employer's answer to one version: which acceptance criteria are not met yet, and what is missing."""

    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="change_requests")
    delivery = models.OneToOneField(Delivery, on_delete=models.PROTECT, related_name="change_request")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    summary = models.TextField(max_length=2_000, blank=True)
    requested_at = models.DateTimeField()

    def __str__(self):
        return f"Changes to {self.delivery}"


class ChangeRequestItem(models.Model):
    change_request = models.ForeignKey(ChangeRequest, on_delete=models.CASCADE, related_name="items")
    criterion = models.ForeignKey(AcceptanceCriterion, on_delete=models.PROTECT, related_name="+")
    comment = models.CharField(max_length=500)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["change_request", "criterion"], name="change_item_once_per_criterion"),
            models.CheckConstraint(condition=Q(comment__gt=""), name="change_item_says_what"),
        ]

    def __str__(self):
        return self.comment


class ChangeOrder(StatusModel):
    """Work outside the acceptance criteria, for a price that the student may refuse. Amounts: minor units.

    Accepted, it is paid like the project itself; paid, it adds to the fee and moves the due date.
    """

    class Status(models.TextChoices):
        PROPOSED = "proposed", "Proposed"
        ACCEPTED = "accepted", "Accepted"
        FUNDED = "funded", "Funded"
        REFUSED = "refused", "Refused"
        WITHDRAWN = "withdrawn", "Withdrawn"
        LAPSED = "lapsed", "Lapsed"

    OPEN = [Status.PROPOSED, Status.ACCEPTED]
    TRANSITIONS = {
        Status.PROPOSED: {Status.ACCEPTED, Status.REFUSED, Status.WITHDRAWN, Status.LAPSED},
        Status.ACCEPTED: {Status.FUNDED, Status.WITHDRAWN, Status.LAPSED},
    }

    code = CodeField()
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="change_orders")
    status = models.CharField(max_length=9, choices=Status, default=Status.PROPOSED)
    title = models.CharField(max_length=120)
    description = models.TextField(max_length=2_000)
    hours = models.PositiveSmallIntegerField()
    fee_amount = models.PositiveBigIntegerField()
    service_fee_amount = models.PositiveBigIntegerField()
    currency = models.CharField(max_length=3)
    hourly_floor = models.PositiveIntegerField()  # in force when it was proposed
    extra_days = models.PositiveSmallIntegerField(default=0)  # the delivery is due that much later
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    answer_due_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    refuse_reason = models.CharField(max_length=500, blank=True)
    funding_due_at = models.DateTimeField(null=True, blank=True)
    funded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["engagement"], condition=Q(status__in=["proposed", "accepted"]),
                name="change_order_one_open_per_engagement",
            ),
            models.CheckConstraint(condition=Q(hours__gte=1, hours__lte=20), name="change_order_hours_1_20"),
            models.CheckConstraint(
                condition=Q(fee_amount__gt=0, fee_amount__gte=models.F("hours") * models.F("hourly_floor")),
                name="change_order_fee_at_least_floor",
            ),
            models.CheckConstraint(condition=Q(extra_days__lte=45), name="change_order_extra_days_0_45"),
            models.CheckConstraint(
                condition=Q(title__gt="", description__gt=""), name="change_order_says_what"
            ),
            models.CheckConstraint(
                condition=~Q(status="refused") | Q(refuse_reason__gt=""), name="change_order_refusal_has_reason"
            ),
            models.CheckConstraint(
                condition=~Q(status="accepted") | Q(answered_at__isnull=False, funding_due_at__isnull=False),
                name="change_order_accepted_has_clock",
            ),
            models.CheckConstraint(
                condition=~Q(status="funded") | Q(funded_at__isnull=False), name="change_order_funded_has_date"
            ),
        ]  # fmt: skip

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("engagements:change_order", args=[self.engagement.code, self.code])

    @property
    def total_amount(self):
        """What the organization pays: fee plus service fee."""
        return self.fee_amount + self.service_fee_amount

    @property
    def fee_text(self):
        return format_money(self.fee_amount, self.currency)

    @property
    def hourly_amount(self):
        """The effective hourly rate in minor units, rounded down."""
        return self.fee_amount // self.hours
