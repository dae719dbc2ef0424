"""The work: an accepted offer, its kickoff, messages, deliveries, change requests, approval, dispute and reviews."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from applications.models import Application, Shown
from marketplace.accounts.models import Organization, Student
from marketplace.db import CodeField, StatusModel, URLField
from marketplace.files.models import StoredFile
from marketplace.money import format_money
from projects.models import AcceptanceCriterion, Competency, Project


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
        return self.select_related("project", "student__user", "organization", "application")


class Engagement(StatusModel):
    """An accepted offer at work. Amounts: minor units of `currency`, fixed when the offer was accepted."""

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
        Status.DELIVERED: {Status.CHANGES_REQUESTED, Status.APPROVED, Status.DISPUTED},
        Status.CHANGES_REQUESTED: {Status.DELIVERED, Status.DISPUTED},
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

    objects = EngagementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(fee_amount__gt=0), name="engagement_fee_positive"),
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
    def fee_text(self):
        return format_money(self.fee_amount, self.currency)

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


class Dispute(models.Model):
    """Free of charge; blocks the payout until it is resolved."""

    class Outcome(models.TextChoices):
        RELEASE = "release", "The fee goes to the student"
        REFUND = "refund", "The employer is refunded"

    code = CodeField()
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="disputes")
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    problem = models.TextField(max_length=4_000)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True)
    reasons = models.TextField(max_length=4_000, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["engagement"], condition=Q(resolved_at=None), name="dispute_one_open_per_engagement"
            ),
            models.CheckConstraint(
                condition=Q(resolved_at=None) | Q(outcome__gt="", reasons__gt=""), name="dispute_resolution_has_reasons"
            ),
        ]

    def __str__(self):
        return f"Dispute about {self.engagement}"


class Review(models.Model):
    """Double-blind: `published_at` is set when both are in, or after DOUBLE_BLIND_DAYS. Nothing is secret."""

    class Side(models.TextChoices):
        STUDENT = "student", "By the student"
        ORGANIZATION = "organization", "By the organization"

    code = CodeField()
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="reviews")
    side = models.CharField(max_length=12, choices=Side)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    rating = models.PositiveSmallIntegerField()  # 1–5
    again = models.BooleanField("would work together again")
    text = models.TextField(max_length=2_000)
    written_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["engagement", "side"], name="review_once_per_side"),
            models.CheckConstraint(condition=Q(rating__gte=1, rating__lte=5), name="review_rating_1_5"),
            models.CheckConstraint(
                condition=Q(published_at=None) | Q(published_at__gte=F("written_at")),
                name="review_published_after_written",
            ),
        ]

    def __str__(self):
        return f"{self.get_side_display()}: {self.rating} of 5"


class VerifiedCompetency(models.Model):
    """What the organization confirms the work has shown, competency by competency, with its review."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="competencies")
    competency = models.ForeignKey(Competency, on_delete=models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField(choices=Shown)

    class Meta:
        verbose_name_plural = "verified competencies"
        constraints = [
            models.UniqueConstraint(fields=["review", "competency"], name="verified_once_per_competency"),
            models.CheckConstraint(condition=Q(level__gte=0, level__lte=3), name="verified_level_0_3"),
        ]

    def __str__(self):
        return f"{self.competency.skill}: {self.get_level_display()}"
