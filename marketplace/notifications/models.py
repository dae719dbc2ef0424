"""Notification: one row is at once the in-app notice and the queue of the e-mail that tells the same."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from marketplace.db import CodeField


class Notification(models.Model):
    """Written by `notify()` in the transaction of the change it tells about; sent by the sweep.

    `key` makes it one per fact: telling twice is harmless. `email_due_at` null means no e-mail is wanted.
    """

    code = CodeField()
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications")
    key = models.CharField(max_length=160)
    kind = models.CharField(max_length=60)  # "offer.made"
    title = models.CharField(max_length=200)  # who + what; the subject of the e-mail
    body = models.TextField(blank=True)
    reason = models.CharField(max_length=300, blank=True)  # why this person is told
    facts = models.JSONField(default=list, blank=True)  # [[label, value], …] shown as a table in the e-mail
    action = models.CharField(max_length=60, blank=True)  # the button's words
    url = models.CharField(max_length=300, blank=True)  # path on this site
    needs_action = models.BooleanField(default=False)
    due_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)  # what it asked for has happened
    email_due_at = models.DateTimeField(null=True, blank=True)
    emailed_at = models.DateTimeField(null=True, blank=True)
    email_attempts = models.PositiveSmallIntegerField(default=0)
    email_error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["recipient", "key"], name="notification_once_per_fact")]
        indexes = [
            models.Index(fields=["recipient", "-created_at", "-id"], name="notification_inbox"),
            models.Index(
                fields=["email_due_at"],
                condition=Q(emailed_at=None, email_due_at__isnull=False),
                name="notification_due",
            ),
            models.Index(fields=["recipient"], condition=Q(read_at=None), name="notification_unread"),
            models.Index(
                fields=["url"], condition=Q(needs_action=True, done_at=None), name="notification_waiting"
            ),  # mark_done
        ]

    def __str__(self):
        return self.title


class Preference(models.Model):
    """Which e-mails a person turned off, by group (see kinds.py). What must be acted on is always sent."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notification_preferences"
    )
    group = models.CharField(max_length=40)
    email = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "group"], name="preference_once_per_group")]

    def __str__(self):
        return f"{self.user_id}: {self.group}"
