"""Proof that travels: what a student shows of finished projects, within the permission fixed before applying."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from engagements.models import Engagement
from marketplace.accounts.models import Student
from marketplace.db import CodeField, URLField


class CaseQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own always; published ones of public portfolios to everybody."""
        public = Q(published_at__isnull=False, student__portfolio_public=True)
        public &= Q(student__user__suspended_at=None, student__user__is_active=True)
        if not user.is_authenticated:
            return self.filter(public)
        return self if user.is_staff else self.filter(public | Q(student__user_id=user.pk))


class Case(models.Model):
    """One approved engagement as a case card: problem, my part, outcome, artefact."""

    code = CodeField()
    engagement = models.OneToOneField(Engagement, on_delete=models.PROTECT, related_name="case")
    student = models.ForeignKey(Student, on_delete=models.PROTECT, related_name="cases")
    problem = models.TextField(max_length=600, blank=True)
    my_part = models.TextField(max_length=600, blank=True)
    outcome = models.TextField(max_length=600, blank=True)
    artefact_url = URLField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    published_at = models.DateTimeField(null=True, blank=True)  # null: only the student sees it

    objects = CaseQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["student", "-created_at"], name="case_by_student")]

    def __str__(self):
        return f"{self.student}: {self.engagement.project}"
