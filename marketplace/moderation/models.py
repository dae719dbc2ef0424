"""Report and Decision: what people flagged, and what a moderator did about anything, with the reason."""

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.utils import timezone

from marketplace.db import CodeField


class Report(models.Model):
    class Reason(models.TextChoices):
        UNPAID = "unpaid", "Asks for unpaid work"
        MISLEADING = "misleading", "Misleading or not a real project"
        DISCRIMINATION = "discrimination", "Discriminates"
        OFF_PLATFORM = "off_platform", "Asks to pay or work outside the site"
        DANGEROUS = "dangerous", "Dangerous or banned work"
        HARASSMENT = "harassment", "Harassment"
        OTHER = "other", "Something else"

    class Status(models.TextChoices):
        OPEN = "open", "Open"
        UPHELD = "upheld", "Upheld"
        DISMISSED = "dismissed", "Dismissed"

    code = CodeField()
    reporter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reports")
    subject_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, related_name="+")
    subject_id = models.BigIntegerField()
    subject = GenericForeignKey("subject_type", "subject_id")
    reason = models.CharField(max_length=16, choices=Reason)
    details = models.TextField(max_length=2_000, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["reporter", "subject_type", "subject_id"],
                condition=Q(status="open"),
                name="report_one_open_each",
            )
        ]

    def __str__(self):
        return f"{self.get_reason_display()}: {self.subject}"


class Decision(models.Model):
    """By a moderator, about anything. Never edited."""

    moderator = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="decisions")
    subject_type = models.ForeignKey(ContentType, on_delete=models.PROTECT, related_name="+")
    subject_id = models.BigIntegerField()
    subject = GenericForeignKey("subject_type", "subject_id")
    action = models.CharField(max_length=60)  # "project.opened"
    reason = models.TextField(max_length=2_000)
    report = models.ForeignKey(Report, null=True, blank=True, on_delete=models.PROTECT, related_name="decisions")
    at = models.DateTimeField()

    def __str__(self):
        return f"{self.action} by {self.moderator}"
