"""A mail service that is away, refuses, or reports that an address is dead: nothing is lost and nobody is pestered."""

from base64 import b64encode
from datetime import timedelta
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
from anymail.exceptions import AnymailAPIError
from anymail.signals import AnymailTrackingEvent, tracking
from django.core import mail
from django.core.mail.backends import locmem
from django.urls import reverse

from marketplace.notifications.delivery import MAX_ATTEMPTS, is_the_service, send_batch
from marketplace.notifications.models import Bounce, EmailPreferences, Notification, Outage
from tests.factories import NOW
from tests.notifications.test_digests import tell

MINUTE = timedelta(minutes=1)
SERVICE = {"error": None, "only": "", "calls": 0, "opened": 0}


class Backend(locmem.EmailBackend):
    """Raises SERVICE["error"], for messages that have SERVICE["only"] in the subject."""

    def open(self):
        SERVICE["opened"] += 1

    def send_messages(self, messages):
        SERVICE["calls"] += 1
        if SERVICE["error"] is not None and SERVICE["only"] in messages[0].subject:
            raise SERVICE["error"]
        return super().send_messages(messages)


@pytest.fixture(autouse=True)
def service(settings):
    settings.EMAIL_BACKEND = f"{__name__}.Backend"
    SERVICE.update(error=None, only="", calls=0, opened=0)
    return SERVICE


def test_an_outage_costs_attempts_of_one_message_and_one_try_now_and_then(student, other_student, service):
    for number in range(6):
        tell(student if number % 2 else other_student, number)
    service["error"] = ConnectionResetError("gone")
    at = NOW
    tries = []
    for _ in range(240):  # four hours of sweeps
        before = service["calls"]
        send_batch(at=at)
        if service["calls"] > before:
            tries.append(int((at - NOW) / MINUTE))
        at += MINUTE
    assert tries[:6] == [0, 1, 3, 7, 15, 30]
    assert sorted(Notification.objects.values_list("email_attempts", flat=True)) == [0, 0, 0, 0, 0, 1]
    outage = Outage.objects.get()
    assert (outage.ended_at, outage.error, outage.tries) == (None, "gone", len(tries))
    service["error"] = None
    while not send_batch(at=at):
        at += MINUTE
    assert len(mail.outbox) == 6
    outage.refresh_from_db()
    assert outage.ended_at == at


def test_a_connection_that_was_ended_is_opened_again(student, service, monkeypatch):
    tell(student, 1)
    tell(student, 2)
    errors = [SMTPServerDisconnected("too many messages"), None]
    real = Backend.send_messages

    def once(self, messages):
        service["error"] = errors.pop() if errors else None
        return real(self, messages)

    monkeypatch.setattr(Backend, "send_messages", once)
    assert send_batch(at=NOW) == 2
    assert (len(mail.outbox), service["opened"]) == (2, 2)
    assert not Outage.objects.exists()


def test_a_message_that_the_service_cannot_bear_stops_no_other_for_long(student, other_student, service):
    tell(student, 1, title="A poison")
    tell(other_student, 2)
    service.update(error=SMTPServerDisconnected("crash"), only="poison")
    send_batch(at=NOW)
    send_batch(at=NOW + MINUTE)
    assert [message.subject for message in mail.outbox] == ["Notice 2"]
    at, latest = NOW, timedelta()
    for number in range(3, 28):
        at += timedelta(hours=12)
        tell(other_student, number, at=at)
        for minutes in range(0, 60, 5):
            send_batch(at=at + minutes * MINUTE)
        sent_at = Notification.objects.get(title=f"Notice {number}").emailed_at
        latest = max(latest, sent_at - at)
    assert latest <= 20 * MINUTE
    poison = Notification.objects.get(title="A poison")
    assert (poison.email_attempts, poison.email_due_at, poison.emailed_at) == (MAX_ATTEMPTS, None, None)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (AnymailAPIError("busy", status_code=429), True),
        (AnymailAPIError("down", status_code=503), True),
        (AnymailAPIError("no answer"), True),
        (AnymailAPIError("bad address", status_code=422), False),
        (TimeoutError("slow"), True),
        (SMTPServerDisconnected("gone"), True),
        (SMTPRecipientsRefused({"a@b.example": (550, b"no such user")}), False),
        (ValueError("header"), False),
        (None, False),
    ],
)
def test_whose_fault_an_error_is(error, expected):
    assert is_the_service(error) is expected


def test_three_refusals_of_the_mail_server_end_it_until_the_owner_says_so(client_of, student, service):
    service["error"] = SMTPRecipientsRefused({student.email: (550, b"no such user")})
    for number in range(3):
        tell(student, number)
    assert send_batch(at=NOW) == 3
    assert Bounce.objects.get(is_dead=True).email == student.email.lower()
    tell(student, 4)
    assert send_batch(at=NOW + timedelta(days=1)) == 0
    assert set(Notification.objects.values_list("email_due_at", flat=True)) == {None}
    service["error"] = None
    client = client_of(student)
    for name in ("inbox", "preferences"):
        assert "come back" in client.get(reverse(f"notifications:{name}")).content.decode()
    assert client.post(reverse("notifications:try_again")).status_code == 302
    assert "come back" not in client.get(reverse("notifications:inbox")).content.decode()
    tell(student, 5)
    assert send_batch(at=NOW) == 1


def report(user, **values):
    event = AnymailTrackingEvent(recipient=user.email.upper(), **values)
    tracking.send(sender=None, event=event, esp_name="Test")


def test_reports_of_the_mail_service(student, other_student):
    report(student, event_type="deferred", reject_reason="timed_out")
    assert not Bounce.objects.exists()
    report(student, event_type="bounced", reject_reason="timed_out", description="mailbox full")
    assert not Bounce.objects.get().is_dead
    report(student, event_type="delivered")
    assert not Bounce.objects.exists()
    report(student, event_type="bounced", reject_reason="bounced", description="no such\x00 user")
    assert (Bounce.objects.get().is_dead, Bounce.objects.get().reason) == (True, "no such user")
    report(other_student, event_type="complained")
    assert set(EmailPreferences.objects.get(user=other_student).paces.values()) == {"off"}
    tell(other_student, 1)
    tell(other_student, 2, kind="offer.made", needs_action=True)
    assert send_batch(at=NOW) == 1


@pytest.mark.parametrize(
    ("backend", "secret", "sent", "status"),
    [
        ("anymail.backends.postmark.EmailBackend", "name:word", "name:word", 200),
        ("anymail.backends.postmark.EmailBackend", "name:word", "name:guess", 400),
        ("anymail.backends.postmark.EmailBackend", "", "name:word", 404),
        ("django.core.mail.backends.smtp.EmailBackend", "name:word", "name:word", 404),
    ],
)
def test_only_the_mail_service_may_report(client, student, settings, backend, secret, sent, status):
    settings.EMAIL_BACKEND, settings.ANYMAIL = backend, {"WEBHOOK_SECRET": secret}
    body = {
        "RecordType": "Bounce", "Type": "HardBounce", "TypeCode": 1, "ID": 1, "Email": student.email, "MessageID": "1",
        "Description": "unknown user", "BouncedAt": "2026-03-02T10:00:00Z", "Details": "550",
    }  # fmt: skip
    headers = {"Authorization": "Basic " + b64encode(sent.encode()).decode()}
    answer = client.post(reverse("mail_reports"), body, content_type="application/json", headers=headers)
    assert answer.status_code == status
    assert Bounce.objects.filter(email=student.email.lower(), is_dead=True).exists() is (status == 200)


def test_the_admin_lists_what_was_given_up_and_tries_again(client_of, moderator, student):
    tell(student, 1)
    tell(student, 2)
    Notification.objects.filter(key__endswith=":1").update(email_due_at=None, email_error="too odd", email_attempts=12)
    client = client_of(moderator)
    address = reverse("admin:notifications_notification_changelist")
    page = client.get(address, {"email": "failed"}).content.decode()
    assert "Notice 1" in page
    assert "Notice 2" not in page
    chosen = list(Notification.objects.values_list("pk", flat=True))
    client.post(address, {"action": "try_again", "_selected_action": chosen})
    row = Notification.objects.get(key__endswith=":1")
    assert (row.email_attempts, row.emailed_at) == (0, None)
    assert row.email_due_at is not None
    assert Notification.objects.get(key__endswith=":2").email_due_at == NOW  # was not touched
