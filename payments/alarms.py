"""What a person must look at. In the log for machines, and as a notice that needs each moderator until it is read."""

import logging

from django.urls import reverse

from marketplace.accounts.models import User
from marketplace.notifications.actions import notify

log = logging.getLogger("payments.alarm")


def alarm(key, message, *, at, engagement=None):
    """Once per `key` (at most 140 characters are told apart). Inside or outside a transaction."""
    log.error("%s: %s", key, message)
    url = reverse("admin:payments_reconciliation_changelist")  # all that needs a person, each with its list
    if engagement is not None:
        url = reverse("payments:detail", args=[engagement.code])
    notify(
        User.objects.filter(is_staff=True, is_active=True), kind="moderation.money", key=f"alarm:{key}"[:160], at=at,
        title=f"Money needs you: {message}"[:200], body=message, reason="You are a moderator.", action="Open the case",
        url=url, needs_action=True,
    )  # fmt: skip
