"""Which e-mails are due, taken by one worker: locked with SKIP LOCKED, then out of the others' reach for a lease.

Whoever had enough e-mails within a day gets the rest in the next daily digest; what must be acted on does not count.
"""

from collections import Counter
from datetime import timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Q

from marketplace.notifications.bounces import dead_among
from marketplace.notifications.models import LEASE, Notification, Pace
from marketplace.notifications.preferences import is_off_in, preferences_of
from marketplace.notifications.rhythm import DEFAULTS, due

BATCH = 100
DIGESTS = 20  # people in one batch
DAY = timedelta(days=1)
ONE_AT_A_TIME = 0x70776467  # the advisory lock of whoever picks the people for digests
RETURNED = "The address takes no e-mail."


class Letter(NamedTuple):
    """One e-mail: of one notice, or a digest of several to the same person."""

    recipient: object
    rows: list
    is_digest: bool = False


def claim(at):
    """[Letter] of what is due and nobody else is sending, oldest first."""
    return claim_single(at) or claim_digests(at)


def claim_single(at):
    return first_with_letters(single_batch, at)


def claim_digests(at):
    return first_with_letters(digest_batch, at)


def first_with_letters(batch, at):
    """What is in no e-mail after all (a dead address, a full day, read meanwhile) keeps nobody behind it waiting."""
    while (letters := batch(at)) is not None:
        if letters:
            return letters
    return []


@transaction.atomic
def single_batch(at):
    """[Letter] of the oldest that are due; None when none is."""
    rows = list(waiting(at).filter(in_digest=False).order_by("email_due_at", "pk")[:BATCH])
    if not rows:
        return None
    return [Letter(row.recipient, [row]) for row in lease(within_cap(wanted(deliverable(rows)), at), at)]


@transaction.atomic
def digest_batch(at):
    """All that is due to a person is in one e-mail, so one worker at a time picks the people; None when none is."""
    if not _is_alone():
        return None
    some = waiting(at, lock=False).filter(in_digest=True).order_by("email_due_at", "pk")
    people = list(dict.fromkeys(some.values_list("recipient_id", flat=True)[: BATCH * DIGESTS]))[:DIGESTS]
    rows = list(waiting(at).filter(in_digest=True, recipient__in=people).order_by("created_at", "pk"))
    if not rows:
        return None
    by_person = {}
    for row in lease(still_news(wanted(deliverable(rows)), at), at):
        by_person.setdefault(row.recipient, []).append(row)
    return [Letter(person, news, is_digest=True) for person, news in by_person.items()]


def waiting(at, *, lock=True):
    rows = Notification.objects.filter(emailed_at=None, email_due_at__lte=at)
    return rows.select_for_update(skip_locked=True, of=("self",)).select_related("recipient") if lock else rows


def lease(rows, at):
    Notification.objects.filter(pk__in=[row.pk for row in rows]).update(email_due_at=at + LEASE)
    return rows


def deliverable(rows):
    """Without those to addresses that mail came back from, which are given up."""
    dead = dead_among(row.recipient.email for row in rows)
    if not dead:
        return rows
    lost = [row.pk for row in rows if row.recipient.email.lower() in dead]
    Notification.objects.filter(pk__in=lost).update(email_due_at=None, email_error=RETURNED)
    return [row for row in rows if row.pk not in lost]


def wanted(rows):
    """Without those of a group that the person has turned off since they became due."""
    chosen = preferences_of({row.recipient_id for row in rows if not row.needs_action})
    off = [row.pk for row in rows if not row.needs_action and is_off_in(chosen, row.recipient_id, row.kind)]
    if off:
        Notification.objects.filter(pk__in=off).update(email_due_at=None, in_digest=False)
    return [row for row in rows if row.pk not in off]


def still_news(rows, at):
    """Without what was read meanwhile, and without what can no longer be done."""
    past = [row.pk for row in rows if row.read_at or (row.due_at and row.due_at <= at)]
    Notification.objects.filter(pk__in=past).update(email_due_at=None)
    return [row for row in rows if row.pk not in past]


def within_cap(rows, at):
    """Without those beyond what a person gets in a day: they go into the next digest."""
    sent = sent_today({row.recipient_id for row in rows if not row.needs_action}, at)
    kept, over = [], []
    for row in rows:
        sent[row.recipient_id] += not row.needs_action
        is_over = not row.needs_action and sent[row.recipient_id] > settings.EMAILS_PER_DAY
        (over if is_over else kept).append(row)
    if over:
        _to_digest(over, at)
    return kept


def _to_digest(rows, at):
    chosen = preferences_of([row.recipient for row in rows])
    for row in rows:
        preferences = chosen.get(row.recipient_id, DEFAULTS)
        row.email_due_at, row.in_digest = due(Pace.DAILY, person=row.recipient, preferences=preferences, at=at)
    Notification.objects.bulk_update(rows, ["email_due_at", "in_digest"])


def sent_today(people, at):
    """Counter of the e-mails, digests aside, that left within a day to each of `people` (ids) or are leaving now."""
    leaving = Q(emailed_at=None, email_due_at__gt=at, email_due_at__lte=at + LEASE, email_attempts=0)
    rows = Notification.objects.filter(
        Q(emailed_at__gt=at - DAY) | leaving, needs_action=False, in_digest=False,
        recipient__in=people, created_at__gt=at - 3 * DAY,
    )  # fmt: skip
    counts = rows.values_list("recipient_id").annotate(number=Count("pk")).order_by()
    return Counter(dict(counts))


def _is_alone():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
        return cursor.fetchone()[0]
