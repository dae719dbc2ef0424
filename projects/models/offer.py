"""What an employer offers: a Project, its acceptance criteria and its competencies."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from marketplace.accounts.models import Organization
from marketplace.db import CodeField, StatusModel
from marketplace.money import format_money, percent
from marketplace.skills.models import Level, Skill, SkillFamily

# By the student: received by the organization, or on the waiting list.
APPLICATION_SENT = Q(applications__submitted_at__isnull=False) | Q(applications__queued_at__isnull=False)

RUBRIC_LENGTH = 200  # characters of one anchored level


class ProjectQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Open and closed to everybody; every state to the organization, to staff and to those who applied."""
        if user.is_authenticated and user.is_staff:
            return self
        public = Q(status__in=[Project.Status.OPEN, Project.Status.CLOSED], organization__suspended_at=None)
        if not user.is_authenticated:
            return self.filter(public)
        ours = Q(organization__in=Organization.objects.of_member(user))
        applied = Project.objects.filter(APPLICATION_SENT, applications__student__user=user)
        return self.filter(public | ours | Q(pk__in=applied.values("pk")))

    def open(self):
        return self.filter(status=Project.Status.OPEN, organization__suspended_at=None)

    def with_card(self):
        """What a card shows, without one query more per card."""
        return self._with_competencies("skill")

    def with_parts(self):
        """Everything a project page shows, the families by which it is judged included."""
        criteria = models.Prefetch("criteria", AcceptanceCriterion.objects.order_by("position"))
        clarified = models.Prefetch("clarifications", Clarification.objects.order_by("at", "pk"))
        return self._with_competencies("skill__family").prefetch_related(criteria, clarified)

    def _with_competencies(self, related):
        asked = models.Prefetch("competencies", Competency.objects.select_related(related).order_by("position"))
        return self.select_related("organization", "field").prefetch_related(asked)


class Project(StatusModel):
    """10–40 hours, one deliverable, a fixed fee. A draft may be incomplete; whatever leaves draft may not.

    `hourly_floor` and `service_fee_bps` are the settings in force when it was submitted. Amounts: minor units.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        IN_REVIEW = "in_review", "In review"
        OPEN = "open", "Open"
        CLOSED = "closed", "Closed"
        CANCELLED = "cancelled", "Cancelled"
        REMOVED = "removed", "Removed"

    class PortfolioPermission(models.TextChoices):
        FULL = "full", "Show everything"
        AFTER_DATE = "after_date", "Show everything after a date"
        ANONYMISED = "anonymised", "Show without our name or confidential details"
        CREDENTIAL_ONLY = "credential_only", "Show only the credential"

    class CloseReason(models.TextChoices):
        DEADLINE = "deadline", "The application deadline passed"
        FILLED = "filled", "All places are filled"
        EMPLOYER = "employer", "Closed by the organization"

    TRANSITIONS = {
        Status.DRAFT: {Status.IN_REVIEW, Status.OPEN, Status.CANCELLED},
        Status.IN_REVIEW: {Status.OPEN, Status.DRAFT, Status.REMOVED, Status.CANCELLED},
        Status.OPEN: {Status.CLOSED, Status.CANCELLED, Status.REMOVED},
        Status.CLOSED: {Status.OPEN, Status.CANCELLED, Status.REMOVED},
    }

    code = CodeField()
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="projects")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    title = models.CharField(max_length=100)
    field = models.ForeignKey(SkillFamily, null=True, blank=True, on_delete=models.PROTECT, related_name="projects")
    brief = models.TextField(max_length=4_000, blank=True, validators=[MaxLengthValidator(4_000)])
    deliverable = models.CharField(max_length=300, blank=True)
    hours = models.PositiveSmallIntegerField(null=True, blank=True)
    fee_amount = models.PositiveBigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3, default="usd")
    hourly_floor = models.PositiveIntegerField(default=0)
    service_fee_bps = models.PositiveSmallIntegerField(default=0)
    places = models.PositiveSmallIntegerField(default=1)
    is_remote = models.BooleanField(default=True)
    place = models.CharField(max_length=120, blank=True)
    applications_close_at = models.DateTimeField(null=True, blank=True)
    decisions_due_at = models.DateTimeField(null=True, blank=True)
    work_due_on = models.DateField(null=True, blank=True)
    portfolio_permission = models.CharField(max_length=16, choices=PortfolioPermission, blank=True)
    portfolio_from = models.DateField(null=True, blank=True)
    review_flags = models.JSONField(default=list, blank=True)  # why a moderator must look: [{code, message}]
    review_note = models.TextField(max_length=2_000, blank=True)  # what the moderator asked to change
    close_reason = models.CharField(max_length=10, choices=CloseReason, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    submitted_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    matched_at = models.DateTimeField(null=True, blank=True)  # null while open: matching is still to be done
    searched_at = models.DateTimeField(null=True, blank=True)  # null while open: saved searches are still to be told
    skills = models.ManyToManyField(Skill, through="Competency", related_name="projects")

    objects = ProjectQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["draft", "cancelled"])
                | Q(
                    title__gt="", brief__gt="", deliverable__gt="", portfolio_permission__gt="",
                    field__isnull=False, hours__isnull=False, fee_amount__isnull=False, work_due_on__isnull=False,
                    applications_close_at__isnull=False, decisions_due_at__isnull=False,
                ),
                name="project_complete_unless_draft",
            ),
            models.CheckConstraint(
                condition=Q(hours=None) | Q(hours__gte=10, hours__lte=40), name="project_hours_10_40"
            ),
            models.CheckConstraint(
                condition=Q(fee_amount=None) | Q(hours=None) | Q(fee_amount__gte=F("hours") * F("hourly_floor")),
                name="project_fee_at_least_floor",
            ),
            models.CheckConstraint(condition=Q(places__gte=1, places__lte=20), name="project_places_1_20"),
            models.CheckConstraint(
                condition=Q(decisions_due_at=None) | Q(applications_close_at__lte=F("decisions_due_at")),
                name="project_decides_after_deadline",
            ),
            models.CheckConstraint(
                condition=~Q(portfolio_permission="after_date") | Q(portfolio_from__isnull=False),
                name="project_portfolio_date_given",
            ),
            models.CheckConstraint(
                condition=~Q(status="open") | Q(opened_at__isnull=False), name="project_open_has_opened_at"
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["-opened_at", "-id"], condition=Q(status="open"), name="project_open_newest"),
            models.Index(fields=["applications_close_at"], condition=Q(status="open"), name="project_open_deadline"),
            models.Index(fields=["organization", "-created_at"], name="project_by_organization"),
            models.Index(fields=["opened_at"], condition=Q(status="open", matched_at=None), name="project_to_match"),
            models.Index(fields=["opened_at"], condition=Q(status="open", searched_at=None), name="project_to_search"),
        ]

    def __str__(self):
        return self.title or "Untitled project"

    def get_absolute_url(self):
        return reverse("projects:detail", args=[self.code])

    @property
    def service_fee_amount(self):
        """What the employer pays on top of the fee, per place, in minor units."""
        return percent(self.fee_amount, self.service_fee_bps)

    @property
    def total_amount(self):
        return self.fee_amount + self.service_fee_amount

    @property
    def fee_text(self):
        return format_money(self.fee_amount, self.currency)

    @property
    def hourly_amount(self):
        """The effective hourly rate in minor units, rounded down."""
        return self.fee_amount // self.hours

    @property
    def is_running(self):
        """It has opened and is not over: applications are decided, offers made, criteria clarified."""
        return self.status in (self.Status.OPEN, self.Status.CLOSED)

    def accepts_applications(self, at):
        return self.status == self.Status.OPEN and at < self.applications_close_at


class AcceptanceCriterion(models.Model):
    """One checkable sentence. Together they are the contract: change requests must cite them."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="criteria")
    position = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=300)

    class Meta:
        verbose_name_plural = "acceptance criteria"
        constraints = [
            models.UniqueConstraint(
                fields=["project", "position"], name="criterion_position_once", deferrable=models.Deferrable.DEFERRED
            ),
            models.CheckConstraint(condition=Q(text__gt=""), name="criterion_not_empty"),
        ]

    def __str__(self):
        return self.text


class Competency(models.Model):
    """A Skill at a level that the project asks for, the evidence it wants to see, and how that is judged.

    Until the project is submitted `rubric` and `good_evidence` hold only what was reworded: rubric.py fills the rest
    from the templates. Submitting fixes all of it, and the first application that is sent locks it (a trigger of the
    applications app).
    """

    class AIPolicy(models.TextChoices):
        ALLOWED = "allowed", "Allowed"
        DISCLOSED = "disclosed", "Allowed, when the applicant says what for"
        NOT_ALLOWED = "not_allowed", "Not for this competency"

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="competencies")
    position = models.PositiveSmallIntegerField()
    skill = models.ForeignKey(Skill, on_delete=models.PROTECT, related_name="competencies")
    level = models.PositiveSmallIntegerField(choices=Level, default=Level.WORKING)
    evidence_asked = models.CharField(max_length=300)
    rubric = ArrayField(models.CharField(max_length=RUBRIC_LENGTH), default=list, blank=True)  # four anchored levels
    good_evidence = models.CharField(max_length=RUBRIC_LENGTH, blank=True)
    ai_policy = models.CharField(max_length=11, choices=AIPolicy, default=AIPolicy.DISCLOSED)

    class Meta:
        verbose_name_plural = "competencies"
        constraints = [
            models.UniqueConstraint(fields=["project", "skill"], name="competency_once_per_project"),
            models.UniqueConstraint(
                fields=["project", "position"], name="competency_position_once", deferrable=models.Deferrable.DEFERRED
            ),
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=3), name="competency_level_1_3"),
            models.CheckConstraint(condition=Q(rubric=[]) | Q(rubric__len=4), name="competency_rubric_of_four"),
        ]

    def __str__(self):
        return f"{self.skill} ({self.get_level_display()})"


class Clarification(models.Model):
    """What the organization added to the rubric after the first application: never changed, read by everybody."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="clarifications")
    competency = models.ForeignKey(
        Competency, null=True, blank=True, on_delete=models.CASCADE, related_name="clarifications"
    )  # null: about all of them
    text = models.CharField(max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(text__gt=""), name="clarification_not_empty")]

    def __str__(self):
        return self.text
