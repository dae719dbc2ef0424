"""Between a student and projects: saved, not interested, told about, searched for."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.urls import reverse

from marketplace.accounts.models import Student, User
from marketplace.db import CodeField
from marketplace.skills.models import Skill
from projects.models.offer import Project


class SavedProject(models.Model):
    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="saved_projects")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="saves")
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["student", "project"], name="saved_project_once")]

    def __str__(self):
        return f"{self.student} saved {self.project}"


class HiddenProject(models.Model):
    """Not interested: neither suggested nor told of again. The lists that everybody sees still have it."""

    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="hidden_projects")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="+")
    hidden_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["student", "project"], name="hidden_project_once")]

    def __str__(self):
        return f"{self.student} is not interested in {self.project}"


class SavedSearchQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own."""
        return self.filter(student__user_id=user.pk)


class SavedSearch(models.Model):
    """A search that a student wants to hear of: at once, or what was new in a day or a week.

    `query` is the address of the page of results from the "?" on; `text` and `tokens` repeat what it asks, so that
    a project that opens finds its searches in one statement. `tokens`: {group: tokens of which a listing has one}.
    """

    class Pace(models.TextChoices):
        INSTANT = "instant", "As soon as one opens"
        DAILY = "daily", "Once a day"
        WEEKLY = "weekly", "Once a week"
        OFF = "off", "Not by e-mail"

    code = CodeField()
    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="saved_searches")
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=2_000)  # as much as the index of what is unique takes
    pace = models.CharField(max_length=7, choices=Pace, default=Pace.DAILY)
    text = models.CharField(max_length=200, blank=True)
    tokens = models.JSONField(default=dict, blank=True)
    keys = models.GeneratedField(  # a listing that fits has one of them (migration 0017)
        db_persist=True, output_field=ArrayField(models.TextField()),
        expression=models.Func(models.F("text"), models.F("tokens"), function="projects_search_keys"),
    )  # fmt: skip
    told_until = models.DateTimeField()  # projects opened up to then were told of, or are older than the search
    due_at = models.DateTimeField(null=True, blank=True)  # of the next look, for daily and weekly
    created_at = models.DateTimeField()

    objects = SavedSearchQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "saved searches"
        constraints = [
            models.UniqueConstraint(fields=["student", "query"], name="saved_search_once"),
            models.CheckConstraint(
                condition=models.Q(pace__in=["daily", "weekly"], due_at__isnull=False)
                | (~models.Q(pace__in=["daily", "weekly"]) & models.Q(due_at=None)),
                name="saved_search_due_if_regular",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(due_at__isnull=False), name="saved_search_due"),
            GinIndex(fields=["keys"], name="saved_search_keys", fastupdate=False, condition=models.Q(pace="instant")),
        ]

    def __str__(self):
        return self.name

    @property
    def address(self):
        return f"{reverse('projects:browse')}?{self.query}"


class InviteRound(models.Model):
    """The organization had more of those told who fit: how many, never whom it knows of."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="invite_rounds")
    number = models.PositiveSmallIntegerField()  # from 1
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    students = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "number"], name="invite_round_once")]

    def __str__(self):
        return f"{self.project}, round {self.number}"


class Rematch(models.Model):
    """A skill that a student has newly shown: open projects are to be looked at again. Written by a trigger alone."""

    student = models.ForeignKey(Student, on_delete=models.CASCADE, related_name="+")
    skill = models.ForeignKey(Skill, on_delete=models.CASCADE, related_name="+")
    changed_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name_plural = "rematches"
        constraints = [models.UniqueConstraint(fields=["student", "skill"], name="rematch_once")]

    def __str__(self):
        return f"{self.student_id}: {self.skill_id}"


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
