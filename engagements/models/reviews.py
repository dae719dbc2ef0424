"""What each side says of the other when the work is done."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from applications.models import Shown
from engagements.models.work import Engagement, Side
from marketplace.db import CodeField
from projects.models import Competency


class Review(models.Model):
    """Double-blind: `published_at` is set when both are in, or after DOUBLE_BLIND_DAYS. Nothing is secret."""

    Side = Side

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
