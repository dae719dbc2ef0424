"""Evidence, the application that submits it, and the blind assessment of it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from applications.fairness import Quarter
from marketplace.accounts.models import Membership, Organization, Student
from marketplace.db import CodeField, StatusModel, URLField
from marketplace.files.models import StoredFile
from marketplace.skills.models import Level, Skill
from projects.models import Competency, Project


class EvidenceQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The library is private to its student; assessors see the copies inside applications."""
        return self.filter(student__user_id=user.pk) if user.is_authenticated else self.none()


class EvidenceContent(models.Model):
    """What one piece of evidence says: in the library as it is now, in an application as it was sent."""

    class Kind(models.TextChoices):
        LINK = "link", "Link"
        FILE = "file", "File"
        TEXT = "text", "Text"

    class AIUse(models.TextChoices):
        """Empty: the student was not asked yet, as with evidence from before the question."""

        NONE = "none", "No, I made it without AI"
        USED = "used", "Yes"

    title = models.CharField(max_length=120)
    kind = models.CharField(max_length=4, choices=Kind)
    url = URLField(max_length=500, blank=True)
    file = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(max_length=10_000, blank=True)
    statement = models.TextField(max_length=1_500)  # what I did: at most 150 words, counted by the form
    proves = models.CharField(max_length=200, blank=True)
    team = models.CharField(max_length=150, blank=True)  # who else worked on it: roles, no names
    ai_use = models.CharField(max_length=4, choices=AIUse, blank=True)
    ai_used_for = models.CharField(max_length=200, blank=True)
    version = models.PositiveSmallIntegerField(default=1)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="link", url__gt="", file=None, text="")
                | Q(kind="file", url="", file__isnull=False, text="")
                | Q(kind="text", url="", file=None, text__gt=""),
                name="%(class)s_link_file_or_text",
            ),
            models.CheckConstraint(
                condition=Q(ai_use="used", ai_used_for__gt="") | (~Q(ai_use="used") & Q(ai_used_for="")),
                name="%(class)s_ai_use_says_what_for",
            ),
            models.CheckConstraint(condition=Q(version__gte=1), name="%(class)s_version_from_1"),
        ]

    @property
    def ai(self):
        """What the student says about AI; empty when nobody asked yet."""
        if self.ai_use == self.AIUse.USED:
            return f"AI was used: {self.ai_used_for}"
        return "No AI was used" if self.ai_use else ""


class Evidence(EvidenceContent):
    """One reusable item of a student's library: a link, a file or a text, and which competencies it shows.

    An edit after it was sent raises `version`; the applications that were sent hold the earlier ones.
    """

    code = CodeField()
    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="evidence")
    created_at = models.DateTimeField(default=timezone.now)
    archived_at = models.DateTimeField(null=True, blank=True)
    skills = models.ManyToManyField(Skill, through="EvidenceSkill", related_name="+")

    objects = EvidenceQuerySet.as_manager()

    class Meta(EvidenceContent.Meta):
        abstract = False
        verbose_name_plural = "evidence"
        indexes = [models.Index(fields=["student", "-created_at"], name="evidence_by_student")]

    def __str__(self):
        return self.title

    def file_url(self):
        return reverse("applications:evidence_edit", args=[self.code])


class EvidenceSkill(models.Model):
    evidence = models.ForeignKey(Evidence, on_delete=models.CASCADE, related_name="evidence_skills")
    skill = models.ForeignKey(Skill, on_delete=models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField(choices=Level, default=Level.WORKING)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["evidence", "skill"], name="evidence_skill_once")]

    def __str__(self):
        return f"{self.skill_id} in {self.evidence_id}"


class ApplicationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own in every state; to members of the organization what was submitted; to staff everything."""
        if not user.is_authenticated:
            return self.none()
        if user.is_staff:
            return self
        received = Q(project__organization__in=Organization.objects.of_member(user), submitted_at__isnull=False)
        return self.filter(Q(student__user_id=user.pk) | received)

    def live(self):
        return self.filter(status__in=Application.LIVE)

    def sent(self):
        """Sent by the student: received by the organization, or on the waiting list."""
        return self.filter(Q(submitted_at__isnull=False) | Q(queued_at__isnull=False))

    def waiting(self):
        """The waiting list, in the order in which places become free."""
        return self.filter(status=Application.Status.WAITLISTED).order_by("queued_at", "pk")

    def blind_to(self, user):
        """Sent to an organization of this person's and not revealed yet: a moderator among them judges blind too."""
        ours = Organization.objects.of_member(user)
        return self.filter(project__organization__in=ours, submitted_at__isnull=False, revealed_at=None)


class Application(StatusModel):
    """A student's bid for a place, made of evidence. Until shortlist an assessor knows it as "Applicant C"."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        WAITLISTED = "waitlisted", "On the waiting list"
        SUBMITTED = "submitted", "Received"
        SHORTLISTED = "shortlisted", "Shortlisted"
        OFFERED = "offered", "Offered"
        ACCEPTED = "accepted", "Accepted"
        NOT_SELECTED = "not_selected", "Not selected"
        DECLINED = "declined", "Offer declined"
        WITHDRAWN = "withdrawn", "Withdrawn"
        LAPSED = "lapsed", "Lapsed"

    class Reason(models.TextChoices):
        """Why not selected: part of the feedback that everybody gets."""

        EVIDENCE = "evidence", "The evidence did not show a competency at the level asked for"
        STRONGER = "stronger", "Others showed the competencies more strongly"
        AVAILABILITY = "availability", "The availability did not fit the dates"
        FILLED = "filled", "All places were filled"
        CANCELLED = "cancelled", "The project was cancelled"
        QUEUE = "queue", "No place in the queue became free, so nobody read it"

    LIVE = [Status.SUBMITTED, Status.SHORTLISTED, Status.OFFERED]
    UNANSWERED = [Status.WAITLISTED, *LIVE]
    RUNNING = [Status.DRAFT, *UNANSWERED, Status.ACCEPTED]
    TRANSITIONS = {
        Status.DRAFT: {Status.SUBMITTED, Status.WAITLISTED, Status.WITHDRAWN},
        Status.WAITLISTED: {Status.SUBMITTED, Status.NOT_SELECTED, Status.WITHDRAWN},
        Status.SUBMITTED: {Status.SHORTLISTED, Status.NOT_SELECTED, Status.WITHDRAWN, Status.LAPSED},
        Status.SHORTLISTED: {Status.OFFERED, Status.NOT_SELECTED, Status.WITHDRAWN, Status.LAPSED},
        Status.OFFERED: {Status.ACCEPTED, Status.DECLINED, Status.LAPSED, Status.NOT_SELECTED},
        Status.NOT_SELECTED: {Status.OFFERED},  # a runner-up, when a place that was taken is free again
    }

    code = CodeField()
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="applications")
    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="applications")
    status = models.CharField(max_length=12, choices=Status, default=Status.DRAFT)
    label = models.CharField(max_length=4, blank=True)  # "C": drawn at random among the free letters at submission
    approach = models.TextField(max_length=1_500, blank=True)  # at most 150 words
    is_available = models.BooleanField(null=True, blank=True)  # confirms the hours and the dates
    availability_note = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    queued_at = models.DateTimeField(null=True, blank=True)  # sent while the queue was full
    submitted_at = models.DateTimeField(null=True, blank=True)  # the organization has it from here on
    revealed_at = models.DateTimeField(null=True, blank=True)  # from here on the organization knows the name
    offered_at = models.DateTimeField(null=True, blank=True)
    offer_expires_at = models.DateTimeField(null=True, blank=True)
    offer_note = models.TextField(max_length=1_000, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=12, choices=Reason, blank=True)
    feedback = models.TextField(max_length=1_000, blank=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["student", "project"],
                condition=Q(status__in=["draft", "waitlisted", "submitted", "shortlisted", "offered", "accepted"]),
                name="application_one_live_per_project",
            ),
            models.UniqueConstraint(
                fields=["project", "label"], condition=Q(label__gt=""), name="application_label_once_per_project"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["shortlisted", "offered", "accepted"]) | Q(revealed_at__isnull=False),
                name="application_reveal_is_logged",
            ),
            models.CheckConstraint(
                condition=~Q(status="not_selected") | Q(reason__gt=""), name="application_decision_has_reason"
            ),
            models.CheckConstraint(
                condition=~Q(status="offered") | Q(offer_expires_at__isnull=False), name="application_offer_expires"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "withdrawn"])
                | Q(submitted_at__isnull=False, label__gt="")
                | Q(status__in=["waitlisted", "not_selected"], queued_at__isnull=False, submitted_at=None, label=""),
                name="application_submitted_has_label",
            ),
        ]
        indexes = [
            models.Index(fields=["project", "status"], name="application_by_project"),
            models.Index(fields=["student", "-created_at"], name="application_by_student"),
            models.Index(
                fields=["project", "queued_at", "id"], condition=Q(status="waitlisted"), name="application_waiting"
            ),
            models.Index(fields=["offer_expires_at"], condition=Q(status="offered"), name="application_offers_running"),
        ]

    def __str__(self):
        return f"Applicant {self.label}" if self.label else "Draft application"

    def get_absolute_url(self):
        """The student's own page of it."""
        return reverse("applications:detail", args=[self.code])

    @property
    def offer_ended_early(self):
        """Before its time, and by nobody's answer: the student was suspended."""
        lapsed = self.status == self.Status.LAPSED and self.offered_at is not None
        return lapsed and self.decided_at < self.offer_expires_at

    @property
    def is_runner_up(self):
        """Turned down only because the places were filled: may be offered one that is free again."""
        return self.status == self.Status.NOT_SELECTED and self.reason == self.Reason.FILLED


class ApplicationEvidence(EvidenceContent):
    """The evidence for one competency, as it was when sent: later edits of the library do not change it."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="answers")
    competency = models.ForeignKey(Competency, on_delete=models.PROTECT, related_name="answers")
    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="uses")

    class Meta(EvidenceContent.Meta):
        abstract = False
        constraints = [
            *EvidenceContent.Meta.constraints,
            models.UniqueConstraint(fields=["application", "competency"], name="answer_once_per_competency"),
        ]

    def __str__(self):
        return f"{self.application_id}: {self.competency_id}"


class FairnessReport(models.Model):
    """What was published about one calendar quarter, once and for all: a second look would show who moved.

    `figures` has what docs/fairness.md allows and no count below it, so deleting answers later needs no change here.
    """

    starts_on = models.DateField(unique=True)
    published_at = models.DateTimeField()
    figures = models.JSONField()

    class Meta:
        default_permissions = ("view",)

    def __str__(self):
        return str(Quarter.of(self.starts_on))


class Shown(models.IntegerChoices):
    """The four-level anchored scale of every assessment, relative to the level the project asks for."""

    NOT_SHOWN = 0, "Not shown"
    DEVELOPING = 1, "Developing"
    MEETS = 2, "Meets"
    EXCEEDS = 3, "Exceeds"


class Assessment(models.Model):
    """One assessor's scores for one application."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="assessments")
    assessor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="assessments")
    started_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["application", "assessor"], name="assessment_once_per_assessor")]

    def __str__(self):
        return f"{self.assessor_id} on {self.application_id}"


class Score(models.Model):
    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="scores")
    competency = models.ForeignKey(Competency, on_delete=models.PROTECT, related_name="scores")
    level = models.PositiveSmallIntegerField(choices=Shown)
    blind_level = models.PositiveSmallIntegerField(choices=Shown)  # the last one given before others' were shown
    justification = models.CharField(max_length=300)
    scored_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assessment", "competency"], name="score_once_per_competency"),
            models.CheckConstraint(
                condition=Q(level__gte=0, level__lte=3, blind_level__gte=0, blind_level__lte=3), name="score_level_0_3"
            ),
            models.CheckConstraint(condition=Q(justification__gt=""), name="score_is_justified"),
        ]

    def __str__(self):
        return f"{self.competency_id}: {self.get_level_display()}"


class Reconciliation(models.Model):
    """The one level that the assessors agreed on where their scores were too far apart. It counts instead of them."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="reconciliations")
    competency = models.ForeignKey(Competency, on_delete=models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField(choices=Shown)
    reason = models.CharField(max_length=300)
    agreed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    agreed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "competency"], name="reconciliation_once_per_competency"),
            models.CheckConstraint(condition=Q(level__gte=0, level__lte=3), name="reconciliation_level_0_3"),
            models.CheckConstraint(condition=Q(reason__gt=""), name="reconciliation_has_reason"),
        ]

    def __str__(self):
        return f"{self.competency_id}: {self.get_level_display()}, agreed"


class Calibration(models.Model):
    """What a member saw in one example of the calibration, the last time they did it."""

    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="calibrations")
    example = models.CharField(max_length=40)  # slug in data/calibration.toml
    level = models.PositiveSmallIntegerField(choices=Shown)
    scored_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["membership", "example"], name="calibration_once_per_example"),
            models.CheckConstraint(condition=Q(level__gte=0, level__lte=3), name="calibration_level_0_3"),
        ]

    def __str__(self):
        return f"{self.example}: {self.get_level_display()}"
