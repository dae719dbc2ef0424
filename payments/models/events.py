"""What Stripe tells us, and how far we have listened."""

from django.db import models
from django.db.models import Q
from django.utils import timezone


class StripeEvent(models.Model):
    """The inbox: every verified webhook once; `handled_at` is set in the transaction of its effect."""

    event_id = models.CharField(max_length=255, unique=True)
    endpoint = models.CharField(max_length=10)  # platform, connect, thin
    type = models.CharField(max_length=120)
    object_id = models.CharField(max_length=255, blank=True)
    account_id = models.CharField(max_length=255, blank=True)  # the connected account it happened on
    payload = models.JSONField()
    received_at = models.DateTimeField(default=timezone.now)
    handled_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=200, blank=True)
    tries = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["due_at"], condition=Q(handled_at=None), name="stripe_event_to_handle")]

    def __str__(self):
        return f"{self.type} {self.event_id}"


class EventCursor(models.Model):
    """How far the catch-up poll has read Stripe's list of events, by Stripe's clock."""

    name = models.CharField(max_length=20, unique=True)
    read_until = models.DateTimeField()

    def __str__(self):
        return f"{self.name}: {self.read_until:%Y-%m-%d %H:%M}"
