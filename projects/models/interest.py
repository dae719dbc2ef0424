"""Between one student and one project: saved, not interested, told about."""

from django.db import models

from marketplace.accounts.models import Student
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
