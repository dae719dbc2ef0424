"""Sending e-mails: claim due rows, send, mark. At most one worker holds a row; a failure is tried again later."""

import logging
from datetime import timedelta

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
INLINER = CSSInliner(load_remote_stylesheets=False, keep_style_tags=True, keep_at_rules=True)


@transaction.atomic
def send_batch(*, at):
    """Send up to BATCH due e-mails and return how many rows were handled; rows another worker holds are skipped.

    The row is marked in the same transaction that holds its lock, so a killed worker sends at most the one
    message it was sending twice, and loses none.
    """
    due = Notification.objects.select_for_update(skip_locked=True, of=("self",)).select_related("recipient")
    due = due.filter(emailed_at=None, email_due_at__lte=at, email_attempts__lt=MAX_ATTEMPTS)
    rows = list(due.order_by("email_due_at", "pk")[:BATCH])
    if not rows:
        return 0
    with get_connection() as connection:
        for notification in rows:
            send_one(notification, connection=connection, at=at)
    return len(rows)


def send_one(notification, *, connection, at):
    """Send one and record the outcome; what fails is due again after 1, 2, 4, … minutes."""
    try:
        with transaction.atomic():  # a backend that writes to the database must not break the batch
            compose(notification, connection).send()
    except Exception as error:  # any backend error: keep the row, say why, try again
        log.warning("e-mail %s not sent: %s", notification.code, error)
        notification.email_attempts += 1
        notification.email_error = str(error)[:300]
        notification.email_due_at = at + timedelta(minutes=2**notification.email_attempts / 2)
    else:
        notification.emailed_at, notification.email_error = at, ""
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
