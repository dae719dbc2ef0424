"""What a person chose, and what follows for the e-mails that wait."""

import json

from django.db import transaction
from django.db.models import Q

from marketplace.notifications.models import LEASE, EmailPreferences, Notification, Pace
from marketplace.notifications.rhythm import DEFAULTS, due


def preferences_of(people):
    """{user id: EmailPreferences} of those who chose anything, in one statement."""
    return {row.user_id: row for row in EmailPreferences.objects.filter(user__in=people)}


def is_off(user, group):
    """Whether this person wants no e-mails of this group of kinds.py."""
    return is_off_in(preferences_of([user]), user.pk, group)


def is_off_in(chosen, user_id, kind):
    """The same of what `preferences_of` gave for several."""
    return chosen.get(user_id, DEFAULTS).pace_of(kind) == Pace.OFF


def as_preferences(paces, *hours):
    """EmailPreferences of what a LEFT JOIN found; `paces` as JSON, or None where there is no row."""
    if paces is None:
        return DEFAULTS
    return EmailPreferences(None, None, json.loads(paces), *hours)


def due_for(person, preferences, kind, needs_action, at):
    """(when the e-mail of a notice is due or None, whether it waits for the digest)."""
    if needs_action:
        return at, False
    return due(preferences.pace_of(kind), person=person, preferences=preferences, at=at)


@transaction.atomic
def choose(user, *, at, paces=None, **hours):
    """Store what `user` chose: `paces` {group: Pace} for those groups, `hours` as EmailPreferences has them.

    What was written and not sent yet follows the new choice.
    """
    EmailPreferences.objects.get_or_create(user=user)
    row = EmailPreferences.objects.select_for_update().get(user=user)
    row.paces |= paces or {}
    for name, hour in hours.items():
        setattr(row, name, hour)
    row.save()
    reschedule(user, row, at)


def turn_off(user, groups, *, at):
    """No more e-mails of these groups; what must be acted on is still sent."""
    choose(user, at=at, paces=dict.fromkeys(groups, Pace.OFF))


def reschedule(user, preferences, at):
    """What waits for a digest or for the end of quiet hours; what a worker has just taken is left to it."""
    waiting = Notification.objects.select_for_update().filter(
        recipient=user, emailed_at=None, email_due_at__gt=at + LEASE, needs_action=False, email_attempts=0
    )
    rows = list(waiting)
    for row in rows:
        row.email_due_at, row.in_digest = due_for(user, preferences, row.kind, False, at)
    Notification.objects.bulk_update(rows, ["email_due_at", "in_digest"])


def send_again(rows, *, at):
    """Make those of `rows` due that were given up, or wait after an error. Returns how many."""
    kept = rows.filter(emailed_at=None).filter(~Q(email_error="") | Q(email_attempts__gt=0))
    return Notification.objects.filter(pk__in=kept.values("pk")).update(email_due_at=at, email_attempts=0)
