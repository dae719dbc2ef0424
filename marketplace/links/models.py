"""What a link leads to, looked up once for everybody who uses it. The row comes first; a worker fills it."""

from django.db import models
from django.db.models import Q

from marketplace.db import URLField


class LinkPreview(models.Model):
    """`title`, `site` and `description` when it opened, `reason` when it did not. Its own student sees them."""

    class State(models.TextChoices):
        WAITING = "waiting", "Not looked up yet"
        READY = "ready", "It opens"
        FAILED = "failed", "It does not open"

    url = URLField(max_length=500, unique=True)
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    title = models.CharField(max_length=200, blank=True)
    site = models.CharField(max_length=200, blank=True)
    description = models.CharField(max_length=300, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True, blank=True)  # null: nothing is to be done
    checked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="link_due", condition=Q(due_at__isnull=False))]

    def __str__(self):
        return self.url
