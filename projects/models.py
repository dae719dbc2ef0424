"""What an employer offers: a Project, its acceptance criteria and its competencies."""

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from marketplace.accounts.models import Organization, Student
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

    def for_page(self):
        """The row of a project page, and what around.py must know to read the rest."""
        asked = Competency.objects.filter(project=models.OuterRef("pk")).order_by("position").values("skill_id")
        return self.select_related("organization", "field").annotate(asked_skills=ArraySubquery(asked))

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


class SavedProject(models.Model):
    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="saved_projects")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="saves")
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["student", "project"], name="saved_project_once")]

    def __str__(self):
        return f"{self.student} saved {self.project}"


class Match(models.Model):
    """A student was told about a project, and why: the log of who was told (DISCOVERY: fair exposure)."""

    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="matches")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="matches")
    score = models.FloatField()  # 0–1
    shown = models.JSONField()  # [[skill name, level word, shown in], …]
    missing = models.JSONField(default=list)  # [skill name, …]
    matched_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "matches"
        constraints = [models.UniqueConstraint(fields=["student", "project"], name="match_once")]
        indexes = [models.Index(fields=["student", "matched_at"], name="match_of_student")]

    def __str__(self):
        return f"{self.student} ↔ {self.project}"


class Reliability(models.Model):
    """What an organization did so far, as its projects show it; made by reliability.py. None: too few cases to say."""

    organization = models.OneToOneField(
        Organization, primary_key=True, on_delete=models.CASCADE, related_name="reliability"
    )
    decision_time = models.DurationField(null=True)  # median from application to decision
    answered_percent = models.PositiveSmallIntegerField(null=True)  # of the applications it had to decide
    approval_time = models.DurationField(null=True)  # median from delivery to approval
    hire_percent = models.PositiveSmallIntegerField(null=True)  # of its closed projects with applications
    completed = models.PositiveIntegerField(default=0)  # approved engagements
    projects = models.PositiveIntegerField(default=0)  # ever opened

    class Meta:
        verbose_name_plural = "reliability"

    def __str__(self):
        return f"{self.organization_id}: {self.answered_percent} % answered"

    @property
    def is_known(self):
        figures = (self.decision_time, self.answered_percent, self.approval_time, self.hire_percent)
        return any(figure is not None for figure in figures)


class ReliabilityDue(models.Model):
    """A change after which an organization's figures are made anew. Triggers write it, each change a row of its own:
    so no change waits for another."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_constraint=False)

    def __str__(self):
        return str(self.organization_id)


class Listing(models.Model):
    """An open project as browse and search see it. Written by the triggers of migration 0003 and by nothing else.

    One row per open project of an organization that is not suspended, so that a page of results, its total and every
    facet are answered in one statement. `tokens` hold what filters ask about (search/filters.py), `asked` each skill at
    its level as skill × 8 + level, `card` what a list prints.
    """

    project = models.OneToOneField(Project, primary_key=True, on_delete=models.CASCADE, related_name="listing")
    field = models.ForeignKey(SkillFamily, on_delete=models.CASCADE, related_name="+")
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    opened_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    fee_amount = models.PositiveBigIntegerField()
    hours = models.PositiveSmallIntegerField()
    is_remote = models.BooleanField()
    level = models.PositiveSmallIntegerField(choices=Level)  # the highest that a competency asks for
    skill_ids = ArrayField(models.BigIntegerField())
    asked = ArrayField(models.IntegerField())
    tokens = ArrayField(models.IntegerField())
    document = SearchVectorField()
    words = models.TextField()  # lower-case title, skills, field, organization: for spelling mistakes
    card = models.JSONField()

    class Meta:
        indexes = [
            models.Index(fields=["-opened_at", "-project"], name="listing_newest"),
            models.Index(fields=["closes_at", "project"], name="listing_closing"),
            models.Index(fields=["-fee_amount", "-project"], name="listing_pay"),
            GinIndex(fields=["document", "tokens"], name="listing_search", fastupdate=False),
        ]

    def __str__(self):
        return self.words[:60]


class Candidate(models.Model):
    """A student as matching sees them. Written by the triggers of migration 0006 and by nothing else.

    Who has shown a skill at level 3 holds the tokens of levels 1 to 3, each skill × 8 + level; so "all of these at the
    level asked for" is one containment.
    """

    student = models.OneToOneField(Student, primary_key=True, on_delete=models.CASCADE, related_name="candidate")
    tokens = ArrayField(models.IntegerField())
    may_be_told = models.BooleanField()
    is_newcomer = models.BooleanField()  # no completed project here yet

    class Meta:
        indexes = [
            GinIndex(fields=["tokens"], name="candidate_tokens", fastupdate=False, condition=Q(may_be_told=True)),
        ]

    def __str__(self):
        return str(self.student_id)


class SkillCount(models.Model):
    """How many students have shown a skill, for those skills where counting takes long; written by a task."""

    skill = models.OneToOneField(Skill, primary_key=True, on_delete=models.CASCADE, related_name="+")
    students = models.PositiveIntegerField()

    def __str__(self):
        return f"{self.skill_id}: {self.students}"
