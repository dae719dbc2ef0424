"""Telling people. `notify` writes rows; the worker sends what is due (tasks.py)."""

from functools import reduce
from operator import or_

from django.db.models import Q, Value
from django.db.models.functions import Coalesce

from marketplace.notifications.models import Notification, Preference
from marketplace.notifications.tasks import send_due


def notify(
    recipients,
    *,
    kind,
    key,
    at,
    title="",
    body="",
    reason="",
    facts=(),
    action="",
    url="",
    due_at=None,
    needs_action=False,
    says=None,
):
    """One notification per recipient, in the caller's transaction; a second one with the same key is ignored.

    `facts` are (label, value) strings; `url` a path. `says(person)` returns those of title, body, reason and facts that
    differ from person to person. Returns nothing: the row is the effect.
    """
    people = untold([person for person in recipients if person is not None and person.is_active], key)
    if not people:
        return
    muted = set() if needs_action else muted_by(people, kind)
    words = {"title": title, "body": body, "reason": reason, "facts": facts}
    rows = [
        Notification(
            recipient=person, kind=kind, key=key, action=action, url=url, due_at=due_at, needs_action=needs_action,
            created_at=at, email_due_at=None if person.pk in muted else at,
            **cut(words | (says(person) if says else {})),
        )
        for person in people
    ]  # fmt: skip
    Notification.objects.bulk_create(rows, ignore_conflicts=True)
    send_due.delay_on_commit()


def cut(words):
    return words | {
        "title": words["title"][:200], "reason": words["reason"][:300], "facts": [list(fact) for fact in words["facts"]]
    }  # fmt: skip


def untold(people, key):
    """Those without a notice of this key. Sweeps offer a reminder again and again; then nothing is to be done."""
    told = set(Notification.objects.filter(recipient__in=people, key=key).values_list("recipient_id", flat=True))
    return [person for person in people if person.pk not in told]


def muted_by(people, kind):
    """The ids of those who turned the e-mails of this kind's group off."""
    group = kind.split(".")[0]
    off = Preference.objects.filter(user__in=people, group=group, email=False)
    return set(off.values_list("user_id", flat=True))


def mark_done(*, kind, url, at, recipients=None):
    """What these notices asked for has happened: they no longer need anybody, nor count as unread."""
    mark_all_done([(kind, url)], at=at, recipients=recipients)


def mark_all_done(asked, *, at, recipients=None):
    """As `mark_done`, for several (kind, url)."""
    named = reduce(or_, (Q(kind=kind, url=url) for kind, url in asked))
    rows = Notification.objects.filter(named, needs_action=True, done_at=None)
    if recipients is not None:
        rows = rows.filter(recipient__in=recipients)
    rows.update(done_at=at, read_at=Coalesce("read_at", Value(at)))


def mark_read(*, user, at, codes=None):
    """Mark this person's notices read: those in `codes`, or all."""
    rows = Notification.objects.filter(recipient=user, read_at=None)
    if codes is not None:
        rows = rows.filter(code__in=codes)
    return rows.update(read_at=at)
