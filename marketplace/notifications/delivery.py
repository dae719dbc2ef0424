"""Sending e-mails: claim due rows, send each outside any transaction, mark it. What fails is tried again later."""

import logging
from datetime import timedelta

from celery.exceptions import SoftTimeLimitExceeded
from css_inline import CSSInliner
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.template.loader import render_to_string

from marketplace.notifications.models import Notification
from marketplace.notifications.unsubscribe import unsubscribe_url

log = logging.getLogger(__name__)
BATCH = 50
MAX_ATTEMPTS = 12
LEASE = timedelta(minutes=5)  # longer than a task may run; then the rows of a worker that died are due again
INLINER = CSSInliner(load_remote_stylesheets=False, keep_style_tags=True, keep_at_rules=True)


def send_batch(*, at):
    """Send up to BATCH due e-mails and return how many rows were handled. Call it outside any transaction.

    A claimed row is not due for the time of a lease, so no lock is held while a mail server thinks. A killed worker
    sends at most the one message that it was sending twice, and loses none.
    """
    rows = claim(at)
    if not rows:
        return 0
    connection = get_connection()
    try:
        connection.open()
    except Exception as error:  # the mail server is away, which is no fault of these messages
        log.warning("the mail server does not answer: %s", error)
        Notification.objects.filter(pk__in=[row.pk for row in rows]).update(email_due_at=at)
        return 0
    try:
        for notification in rows:
            send_one(notification, connection=connection, at=at)
    finally:
        connection.close()
    return len(rows)


@transaction.atomic
def claim(at):
    """The due rows that no other worker is claiming, oldest first, put out of the others' reach for a LEASE."""
    due = Notification.objects.select_for_update(skip_locked=True, of=("self",)).select_related("recipient")
    due = due.filter(emailed_at=None, email_due_at__lte=at, email_attempts__lt=MAX_ATTEMPTS)
    rows = list(due.order_by("email_due_at", "pk")[:BATCH])
    Notification.objects.filter(pk__in=[row.pk for row in rows]).update(email_due_at=at + LEASE)
    return rows


def send_one(notification, *, connection, at):
    """Send one and record the outcome; what fails is due again after 1, 2, 4, … minutes."""
    try:
        compose(notification, connection).send()
    except SoftTimeLimitExceeded:  # this run has taken too long: the lease will end
        raise
    except Exception as error:  # any backend error: keep the row, say why, try again
        log.warning("e-mail %s not sent: %s", notification.code, error)
        notification.email_attempts += 1
        notification.email_error = str(error).replace("\x00", "")[:300]
        notification.email_due_at = at + timedelta(minutes=2**notification.email_attempts / 2)
    else:
        notification.emailed_at, notification.email_error, notification.email_due_at = at, "", at
    notification.save(update_fields=["emailed_at", "email_attempts", "email_error", "email_due_at"])


def compose(notification, connection=None):
    """The message: text first, HTML beside it, one button whose address is also written out."""
    context = email_context(notification)
    text = render_to_string("notifications/email.txt", context)
    html = INLINER.inline(render_to_string("notifications/email.html", context))
    headers = {"X-Notification": notification.code}
    if not notification.needs_action:  # RFC 8058: one click, no page in between
        headers["List-Unsubscribe"] = f"<{context['unsubscribe_url']}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message = EmailMultiAlternatives(
        " ".join(notification.title.split()), text, to=[notification.recipient.email], headers=headers,
        connection=connection,
    )  # fmt: skip
    message.attach_alternative(html, "text/html")
    return message


def email_context(notification):
    return {
        "notification": notification,
        "paragraphs": [part.strip() for part in notification.body.split("\n\n") if part.strip()],
        "time_zone": notification.recipient.time_zone,
        "action_url": settings.SITE_URL + notification.url if notification.url else "",
        "unsubscribe_url": settings.SITE_URL + unsubscribe_url(notification),
        "preferences_url": settings.SITE_URL + "/notifications/preferences/",
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
    }
