"""The engagement itself: who works for whom, for how much, and by when; its messages and reminders."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from applications.models import Application
from marketplace.accounts.models import Organization, Student
from marketplace.db import CodeField, StatusModel
from marketplace.files.models import StoredFile
from marketplace.money import format_money
from projects.models import Project


class Side(models.TextChoices):
    """Who speaks, where each of the two sides speaks once."""

    STUDENT = "student", "By the student"
    ORGANIZATION = "organization", "By the organization"


class EngagementQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Its student, the members of its organization, and staff."""
        if not user.is_authenticated:
            return self.none()
        if user.is_staff:
            return self
        ours = Q(organization__in=Organization.objects.of_member(user))
        return self.filter(Q(student__user_id=user.pk) | ours)

    def with_people(self):
        return self.select_related(*PEOPLE, "application")


PEOPLE = ("project", "student__user", "organization")  # whom every notice of an engagement names


class Engagement(StatusModel):
    """An accepted offer at work. Amounts: minor units of `currency`, fixed when the offer was accepted.

    Only a funded change order adds to them. `released_amount`: how much of the fee went to the student so far.
    """

    class Status(models.TextChoices):
        AWAITING_FUNDING = "awaiting_funding", "Awaiting funding"
        ACTIVE = "active", "In progress"
        DELIVERED = "delivered", "Delivered"
        CHANGES_REQUESTED = "changes_requested", "Changes requested"
        APPROVED = "approved", "Approved"
        DISPUTED = "disputed", "Disputed"
        CANCELLED = "cancelled", "Cancelled"

    TRANSITIONS = {
        Status.AWAITING_FUNDING: {Status.ACTIVE, Status.CANCELLED},
        Status.ACTIVE: {Status.DELIVERED, Status.DISPUTED, Status.CANCELLED},
        Status.DELIVERED: {Status.CHANGES_REQUESTED, Status.APPROVED, Status.DISPUTED, Status.CANCELLED},
        Status.CHANGES_REQUESTED: {Status.DELIVERED, Status.DISPUTED, Status.CANCELLED},
        Status.DISPUTED: {Status.APPROVED, Status.CANCELLED},
    }

    code = CodeField()
    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="engagement")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="engagements")
    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="engagements")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="engagements")
    status = models.CharField(max_length=17, choices=Status, default=Status.AWAITING_FUNDING)
    fee_amount = models.PositiveBigIntegerField()
    service_fee_amount = models.PositiveBigIntegerField()
    released_amount = models.PositiveBigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    accepted_at = models.DateTimeField()
    funding_due_at = models.DateTimeField()
    funded_at = models.DateTimeField(null=True, blank=True)
    kickoff_due_at = models.DateTimeField(null=True, blank=True)
    kickoff_student_at = models.DateTimeField(null=True, blank=True)
    kickoff_organization_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField()  # the delivery
    delivered_at = models.DateTimeField(null=True, blank=True)  # the latest version
    review_due_at = models.DateTimeField(null=True, blank=True)  # then it is approved automatically
    review_extended_at = models.DateTimeField(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # null with approved_at: the clock approved
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancel_reason = models.CharField(max_length=500, blank=True)
    replacement_until = models.DateTimeField(null=True, blank=True)  # set: the student vanished; see mark_replaced

    objects = EngagementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(fee_amount__gt=0), name="engagement_fee_positive"),
            models.CheckConstraint(
                condition=Q(released_amount__lte=F("fee_amount")), name="engagement_released_at_most_fee"
            ),
            models.CheckConstraint(
                condition=Q(replacement_until=None) | Q(status="cancelled"), name="engagement_replaced_is_cancelled"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["awaiting_funding", "cancelled"]) | Q(funded_at__isnull=False),
                name="engagement_no_unfunded_work",
            ),
            models.CheckConstraint(
                condition=~Q(status="delivered") | Q(review_due_at__isnull=False, delivered_at__isnull=False),
                name="engagement_delivered_has_clock",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["delivered", "changes_requested"])
                | Q(kickoff_student_at__isnull=False, kickoff_organization_at__isnull=False),
                name="engagement_no_delivery_before_kickoff",
            ),
            models.CheckConstraint(
                condition=~Q(status="approved") | Q(approved_at__isnull=False), name="engagement_approved_has_date"
            ),
            models.CheckConstraint(
                condition=~Q(status="cancelled") | Q(cancelled_at__isnull=False), name="engagement_cancelled_has_date"
            ),
        ]
        indexes = [
            models.Index(fields=["student", "status"], name="engagement_by_student"),
            models.Index(fields=["organization", "status"], name="engagement_by_organization"),
            models.Index(fields=["review_due_at"], condition=Q(status="delivered"), name="engagement_reviews_running"),
            models.Index(
                fields=["funding_due_at"], condition=Q(status="awaiting_funding"), name="engagement_funding_running"
            ),
        ]

    def __str__(self):
        return f"{self.project} · {self.student}"

    def get_absolute_url(self):
        return reverse("engagements:workspace", args=[self.code])

    @property
    def total_amount(self):
        """What the employer pays: fee plus service fee."""
        return self.fee_amount + self.service_fee_amount

    @property
    def unreleased_amount(self):
        """What of the fee has not gone to the student: minor units."""
        return self.fee_amount - self.released_amount

    @property
    def fee_text(self):
        return format_money(self.fee_amount, self.currency)

    @property
    def unreleased_text(self):
        return format_money(self.unreleased_amount, self.currency)

    @property
    def kicked_off(self):
        return self.kickoff_student_at is not None and self.kickoff_organization_at is not None


class Reminder(models.Model):
    """One reminder of one deadline was sent: the sweep looks for what has no such row."""

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="reminders")
    name = models.CharField(max_length=30)
    deadline = models.DateTimeField()
    sent_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["engagement", "name", "deadline"], name="reminder_once")]

    def __str__(self):
        return f"{self.name} for {self.engagement_id}"


class Message(models.Model):
    code = CodeField()
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="messages")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    body = models.TextField(max_length=5_000, blank=True)
    files = models.ManyToManyField(StoredFile, blank=True, related_name="+")
    sent_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["engagement", "sent_at"], name="message_by_engagement")]

    def __str__(self):
        return self.body[:60]

    def file_url(self):
        return f"{self.engagement.get_absolute_url()}#message-{self.code}"
