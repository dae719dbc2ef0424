"""Sending e-mails: claim what is due, send each outside any transaction, mark it. What fails is tried again later."""

import logging
from datetime import timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused

from anymail.exceptions import AnymailAPIError
from celery.exceptions import SoftTimeLimitExceeded
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import get_connection
from django.db import connection

from marketplace.db import WAIT_FOR_NO_DISK, storable
from marketplace.notifications import outages
from marketplace.notifications.bounces import note_bounce
from marketplace.notifications.claiming import claim
from marketplace.notifications.messages import compose
from marketplace.notifications.models import Notification

log = logging.getLogger(__name__)
MAX_ATTEMPTS = 12
BUSY = {401, 403, 408, 425, 429}  # HTTP: the service does not want us now, whatever the message
SENT = """
UPDATE notifications_notification SET emailed_at = %(at)s, email_due_at = %(at)s, email_error = ''
WHERE id = ANY(%(ids)s)
"""


def send_batch(*, at):
    """Send a batch of due e-mails and return how many were handled. Call it outside any transaction.

    A claimed row is not due for the time of a lease, so no lock is held while a mail server thinks. A killed worker
    sends at most the one message that it was sending twice, and loses none.
    """
    outage = outages.current()
    if outage is not None and outage.next_try_at > at:
        return 0
    letters = claim(at)
    return send_letters(letters, outage=outage, at=at) if letters else 0


def send_letters(letters, *, outage, at):
    service = get_connection()
    try:
        service.open()
    except Exception as error:  # the mail service is away, which is no fault of these messages
        return give_back(letters, error, outage=outage, at=at)
    try:
        for number, letter in enumerate(letters):
            error = attempt(letter, service)
            if outage is None and is_the_service(error):
                error = attempt_again(letter, service)
            if is_the_service(error):
                if outage is None:  # it took mail until now: perhaps it is this message that it cannot bear
                    failed(letter, error, at)
                refused = letter if outage is not None else None
                return give_back(letters[number + 1 :], error, outage=outage, at=at, refused=refused) or number
            if outage is not None:
                outages.end(outage, at)
                outage = None
            sent(letter, at) if error is None else failed(letter, error, at)
    finally:
        service.close()
    return len(letters)


def attempt(letter, service):
    """The error that sending raised, or None."""
    try:
        compose(letter, service).send()
    except SoftTimeLimitExceeded:  # this run has taken too long: the lease will end
        raise
    except Exception as error:
        return error
    return None


def attempt_again(letter, service):
    """On a new connection: servers end one after so many messages."""
    try:
        service.close()
        service.open()
    except Exception as error:
        return error
    return attempt(letter, service)


def is_the_service(error):
    """Whether the mail service is at fault, not the message: then the next message would fail as well."""
    if isinstance(error, AnymailAPIError):
        return error.status_code is None or error.status_code in BUSY or error.status_code >= 500
    if isinstance(error, ImproperlyConfigured):
        return True
    return isinstance(error, OSError) and not isinstance(error, SMTPRecipientsRefused | SMTPDataError)


def give_back(letters, error, *, outage, at, refused=None):
    """They are due when the service is tried next, `refused` after the others. Returns 0: none was handled."""
    log.warning("the mail service takes nothing: %s", error)
    rows_of(*letters).update(email_due_at=at)
    if refused is not None:
        rows_of(refused).update(email_due_at=at + timedelta(minutes=1))
    outages.note(outage, error, at)
    return 0


def sent(letter, at):
    """One short commit for each e-mail, and not waited for: what a power cut undoes is sent once more."""
    with connection.cursor() as cursor:
        cursor.execute(WAIT_FOR_NO_DISK + SENT, {"at": at, "ids": [row.pk for row in letter.rows]})


def failed(letter, error, at):
    """Due again after 1, 2, 4, … minutes; after MAX_ATTEMPTS a moderator decides (notifications in the admin)."""
    attempts = letter.rows[0].email_attempts + 1
    log.warning("e-mail %s not sent: %s", letter.rows[0].code, error)
    rows_of(letter).update(
        email_attempts=attempts,
        email_error=storable(error),
        email_due_at=at + timedelta(minutes=2**attempts / 2) if attempts < MAX_ATTEMPTS else None,
    )
    if isinstance(error, SMTPRecipientsRefused):
        for code, words in error.recipients.values():
            if code >= 500:
                note_bounce(letter.recipient.email, reason=f"{code} {words!r}", is_hard=False, at=at)


def rows_of(*letters):
    return Notification.objects.filter(pk__in=[row.pk for letter in letters for row in letter.rows])
