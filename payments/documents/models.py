"""Documents that somebody's bookkeeping keeps, and the details an organization wants on them."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from engagements.models import Engagement
from marketplace.accounts.models import Organization, Student
from marketplace.db import CodeField


class BillingDetails(models.Model):
    """What an organization wants on its invoices from now on; issued ones keep what they said."""

    organization = models.OneToOneField(Organization, on_delete=models.CASCADE, related_name="billing_details")
    legal_name = models.CharField(max_length=160)
    address = models.TextField(max_length=400, blank=True)  # as it is printed, line by line
    tax_id = models.CharField("tax ID", max_length=40, blank=True)
    email = models.EmailField("invoice e-mail", max_length=254, blank=True)
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "billing details"

    def __str__(self):
        return self.legal_name


class Kind(models.TextChoices):
    INVOICE = "invoice", "Invoice"
    CREDIT_NOTE = "credit_note", "Credit note"
    PAYMENT = "payment", "Payment advice"


PREFIX = {Kind.INVOICE: "INV", Kind.CREDIT_NOTE: "CN", Kind.PAYMENT: "PAY"}


class DocumentSeries(models.Model):
    """The last number used in a year. Its row is locked while a number is taken, so there are no gaps (a trigger)."""

    kind = models.CharField(max_length=12, choices=Kind)
    year = models.PositiveSmallIntegerField(validators=[MinValueValidator(2000), MaxValueValidator(9999)])
    last_number = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "document series"
        constraints = [models.UniqueConstraint(fields=["kind", "year"], name="document_series_once_per_year")]

    def __str__(self):
        return f"{PREFIX[self.kind]}-{self.year}"


class DocumentQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Its student, the members of its organization (rules say which of them may read it), and staff."""
        if not user.is_authenticated:
            return self.none()
        if user.is_staff:
            return self
        ours = Q(organization__in=Organization.objects.of_member(user))
        return self.filter(Q(student__user_id=user.pk) | ours)


class Document(models.Model):
    """One issued document. Never changed or deleted (a trigger). `contents`: all that it says, as it was then."""

    Kind = Kind
    code = CodeField()
    kind = models.CharField(max_length=12, choices=Kind)
    series = models.ForeignKey(DocumentSeries, on_delete=models.PROTECT, related_name="documents")
    number = models.PositiveIntegerField()  # within its series
    reference = models.CharField(max_length=24, unique=True)  # "INV-2026-000123"
    issued_at = models.DateTimeField()
    engagement = models.ForeignKey(Engagement, on_delete=models.PROTECT, related_name="documents")
    # Whom it is for: exactly one of the two.
    organization = models.ForeignKey(
        Organization, null=True, blank=True, on_delete=models.PROTECT, related_name="documents"
    )
    student = models.ForeignKey(Student, null=True, blank=True, on_delete=models.PROTECT, related_name="documents")
    # What it is about: exactly one of the three.
    funding = models.OneToOneField(
        "payments.Funding", null=True, blank=True, on_delete=models.PROTECT, related_name="document"
    )
    refund = models.OneToOneField(
        "payments.Refund", null=True, blank=True, on_delete=models.PROTECT, related_name="document"
    )
    payout = models.OneToOneField(
        "payments.Payout", null=True, blank=True, on_delete=models.PROTECT, related_name="document"
    )
    amount = models.PositiveBigIntegerField()  # minor units of `currency`
    currency = models.CharField(max_length=3)
    project_title = models.CharField(max_length=200)  # as it was then; what a search looks in
    contents = models.JSONField()

    objects = DocumentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["series", "number"], name="document_number_once"),
            models.CheckConstraint(condition=Q(amount__gt=0, number__gt=0), name="document_amount_positive"),
            models.CheckConstraint(
                condition=Q(kind="invoice", funding__isnull=False, refund=None, payout=None)
                | Q(kind="credit_note", funding=None, refund__isnull=False, payout=None)
                | Q(kind="payment", funding=None, refund=None, payout__isnull=False),
                name="document_has_its_cause",
            ),
            models.CheckConstraint(
                condition=Q(kind="payment", organization=None, student__isnull=False)
                | Q(kind__in=["invoice", "credit_note"], organization__isnull=False, student=None),
                name="document_has_its_reader",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-id"], name="document_by_organization"),
            models.Index(fields=["student", "-id"], name="document_by_student"),
        ]

    def __str__(self):
        return self.reference

    def get_absolute_url(self):
        return reverse("payments:document", args=[self.code])

    @property
    def issued_on(self):
        """The date printed on it, in the site's time zone."""
        return timezone.localtime(self.issued_at, timezone.get_default_timezone()).date()
