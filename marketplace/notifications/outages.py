"""When the mail service takes nothing: nobody's message is at fault, so all wait and one try is made now and then."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import F

from marketplace.db import storable
from marketplace.notifications.models import Outage

LONGEST = 15  # minutes between two tries


def current():
    return Outage.objects.filter(ended_at=None).first()


def note(outage, error, at):
    """Another try failed: the next is after 1, 2, 4, 8 and then every 15 minutes. `outage`: the current one or None."""
    words = storable(error) or type(error).__name__
    if outage is None:
        try:
            with transaction.atomic():
                Outage.objects.create(started_at=at, tries=1, next_try_at=at + timedelta(minutes=1), error=words)
            return
        except IntegrityError:  # another worker noticed just now
            outage = current()
    if outage is not None and outage.next_try_at <= at:
        pause = timedelta(minutes=min(2**outage.tries, LONGEST))
        rows = Outage.objects.filter(pk=outage.pk, ended_at=None)
        rows.update(tries=F("tries") + 1, next_try_at=at + pause, error=words)


def end(outage, at):
    Outage.objects.filter(pk=outage.pk, ended_at=None).update(ended_at=at)
