"""Notification: one row is at once the in-app notice and the queue of the e-mail that tells the same."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from marketplace.db import CodeField
from marketplace.notifications.kinds import group_of

LEASE = timedelta(minutes=5)  # that a worker has for what it took, longer than a task may run; then it is due again


class Notification(models.Model):
    """Written by `notify()` in the transaction of the change it tells about; sent by the sweep.

    `key` makes it one per fact: telling twice is harmless. `email_due_at` null means that no e-mail is to be sent: none
    is wanted, or the address takes none, or it failed for good (then `email_error` says why).
    """

    code = CodeField()
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications", db_index=False
    )  # notification_once_per_fact begins with it
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
    in_digest = models.BooleanField(default=False)  # with the others that are due to this person, in one e-mail
    emailed_at = models.DateTimeField(null=True, blank=True)
    email_attempts = models.PositiveSmallIntegerField(default=0)
    email_error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["recipient", "key"], name="notification_once_per_fact")]
        indexes = [
            models.Index(fields=["recipient", "-created_at", "-id"], name="notification_inbox"),
            # In the order in which they are taken: many are due at the same moment.
            models.Index(
                fields=["in_digest", "email_due_at", "id"],
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


class Pace(models.TextChoices):
    INSTANT = "instant", "At once"
    DAILY = "daily", "Once a day"
    WEEKLY = "weekly", "Once a week"
    OFF = "off", "Never"


class EmailPreferences(models.Model):
    """When a person wants which e-mails; who has no row wants all of them at once.

    Hours are 0 to 23 on the person's own clock. What must be acted on is sent at once, whatever is chosen here.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="email_preferences")
    paces = models.JSONField(default=dict)  # {group of kinds.py: Pace}; at once where there is none
    digest_hour = models.PositiveSmallIntegerField(default=8)
    quiet_from = models.PositiveSmallIntegerField(null=True, blank=True)
    quiet_until = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "e-mail preferences"
        constraints = [
            models.CheckConstraint(
                name="email_preferences_hours",
                condition=Q(digest_hour__lt=24)
                & (
                    Q(quiet_from=None, quiet_until=None)
                    | Q(quiet_from__isnull=False, quiet_until__isnull=False, quiet_from__lt=24, quiet_until__lt=24)
                    & ~Q(quiet_from=models.F("quiet_until"))
                ),
            )
        ]

    def __str__(self):
        return f"E-mail preferences of {self.user_id}"

    def pace_of(self, kind):
        return self.paces.get(group_of(kind), Pace.INSTANT)


class Bounce(models.Model):
    """An address that mail came back from. None is sent to it any more once `is_dead`, until its owner says so."""

    email = models.EmailField(unique=True)  # in small letters
    times = models.PositiveSmallIntegerField(default=0)
    is_dead = models.BooleanField(default=False)
    reason = models.CharField(max_length=300, blank=True)  # what the mail service said
    bounced_at = models.DateTimeField()

    def __str__(self):
        return self.email


class Outage(models.Model):
    """A time in which the mail service took nothing; the current one has no `ended_at`."""

    started_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    error = models.CharField(max_length=300, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(models.Value(1), condition=Q(ended_at=None), name="outage_one_at_a_time")
        ]

    def __str__(self):
        return f"Mail service away since {self.started_at:%Y-%m-%d %H:%M} UTC"
