"""Addresses that mail comes back from, and people who call it spam."""

from django.contrib.auth import get_user_model
from django.db import transaction

from marketplace.db import storable
from marketplace.notifications.kinds import GROUPS
from marketplace.notifications.models import Bounce
from marketplace.notifications.preferences import turn_off

SOFT_BOUNCES = 3  # a full mailbox or a busy server comes back, too: only this many in a row count as a dead address


@transaction.atomic
def note_bounce(email, *, reason, is_hard, at):
    """A message to `email` came back. `is_hard`: the mail service says that there is no such address."""
    Bounce.objects.get_or_create(email=email.lower(), defaults={"bounced_at": at})
    row = Bounce.objects.select_for_update().get(email=email.lower())
    row.times, row.bounced_at, row.reason = row.times + 1, at, storable(reason)
    row.is_dead = row.is_dead or is_hard or row.times >= SOFT_BOUNCES
    row.save()


def note_delivery(email):
    """It takes mail after all, so earlier bounces count no more."""
    Bounce.objects.filter(email=email.lower()).delete()


def note_complaint(email, *, at):
    """Somebody called an e-mail spam: they get none but those that must be acted on."""
    for user in get_user_model().objects.filter(email__iexact=email):
        turn_off(user, GROUPS, at=at)


def dead_among(emails):
    """Those of `emails`, in small letters, that take no mail."""
    asked = {email.lower() for email in emails}
    return set(Bounce.objects.filter(email__in=asked, is_dead=True).values_list("email", flat=True)) if asked else set()


def dead_address(user):
    """The Bounce of this person's address, or None while it takes mail."""
    return Bounce.objects.filter(email=user.email.lower(), is_dead=True).first()
