"""Telling people. `notify` writes rows; the worker sends what is due (tasks.py)."""

import json
from functools import reduce
from operator import or_

from django.db import connection
from django.db.models import Q, Value
from django.db.models.functions import Coalesce

from marketplace.notifications.models import Notification
from marketplace.notifications.preferences import as_preferences, due_for
from marketplace.notifications.tasks import send_due
from marketplace.notifications.writing import write


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
    words = {"title": title, "body": body, "reason": reason, "facts": facts}
    shared = {"kind": kind, "key": key, "action": action, "url": url, "due_at": due_at, "needs_action": needs_action,
              "created_at": at}  # fmt: skip
    rows, common = [], cut(words)
    for person, preferences in people:
        email_due_at, in_digest = due_for(person, preferences, kind, needs_action, at)
        own = {"recipient_id": person.pk, "email_due_at": email_due_at, "in_digest": in_digest}
        rows.append((cut(words | says(person)) if says else common) | own)
    write(rows, **shared)
    send_due.delay_on_commit()


def cut(words):
    """What fits the columns."""
    facts = json.dumps([list(fact) for fact in words["facts"]])
    return words | {"title": words["title"][:200], "reason": words["reason"][:300], "facts": facts}


UNTOLD = """
SELECT asked.id, p.paces, p.digest_hour, p.quiet_from, p.quiet_until FROM unnest(%(ids)s) AS asked (id)
LEFT JOIN notifications_emailpreferences p ON p.user_id = asked.id
WHERE NOT EXISTS (SELECT FROM notifications_notification n WHERE n.recipient_id = asked.id AND n.key = %(key)s)
"""


def untold(people, key):
    """[(person, EmailPreferences)] of those without a notice of this key, in one statement.

    Sweeps offer a reminder again and again; then nothing is to be done.
    """
    by_id = {person.pk: person for person in people}
    if not by_id:
        return []
    with connection.cursor() as cursor:
        cursor.execute(UNTOLD, {"ids": list(by_id), "key": key})  # planned for as many as they are
        return [(by_id[pk], as_preferences(*chosen)) for pk, *chosen in cursor]


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
