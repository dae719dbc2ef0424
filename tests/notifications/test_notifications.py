"""Telling people: once per fact, in the app and by e-mail, and never lost."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends import locmem
from django.db import connection
from django.urls import reverse

from marketplace.accounts.actions import pause_match_notices, update_student
from marketplace.notifications.actions import mark_done, mark_read, notify
from marketplace.notifications.claiming import LEASE, claim
from marketplace.notifications.delivery import send_batch
from marketplace.notifications.models import EmailPreferences, Notification, Outage
from marketplace.notifications.preferences import turn_off
from marketplace.notifications.unsubscribe import unsubscribe_url
from tests.factories import NOW, make_user


@pytest.fixture(autouse=True)
def _mail(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


class ClosedBackend(locmem.EmailBackend):
    def open(self):
        raise ConnectionRefusedError("nobody listens")


class ThinkingBackend(locmem.EmailBackend):
    """Looks, while it sends, whether a transaction is open and whether another worker would claim the row."""

    seen = []

    def send_messages(self, messages):
        self.seen.append((connection.in_atomic_block, len(claim(NOW))))
        return super().send_messages(messages)


class PoisonBackend(locmem.EmailBackend):
    def send_messages(self, messages):
        if "poison" in messages[0].subject:
            raise ValueError("cannot be sent")
        return super().send_messages(messages)


def tell(user, key="offer:1", **changes):
    values = {
        "kind": "offer.made", "key": key, "title": "Acme offers you $480", "at": NOW, "body": "Answer by Friday.",
        "url": "/applications/abc/", "action": "See the offer", "facts": [("Fee", "$480")],
        "reason": "You applied.",
    } | changes  # fmt: skip
    notify([user], **values)


def test_a_fact_is_told_once(student):
    tell(student)
    tell(student)
    assert Notification.objects.filter(recipient=student).count() == 1


def test_telling_again_asks_no_worker_and_tells_those_who_were_not_told(
    student, other_student, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks() as first:
        tell(student)
    connection.run_on_commit.clear()  # as after a commit
    with django_capture_on_commit_callbacks() as again:
        tell(student)
    assert (len(first), len(again)) == (1, 0)
    notify([student, other_student], kind="offer.made", key="offer:1", title="Acme offers you $480", at=NOW)
    assert set(Notification.objects.values_list("recipient_id", flat=True)) == {student.pk, other_student.pk}
    assert Notification.objects.count() == 2


def test_the_e_mail_says_what_and_why_in_text_and_html(student):
    tell(student)
    assert send_batch(at=NOW) == 1
    message = mail.outbox[0]
    page = message.alternatives[0][0]
    assert (message.subject, message.to) == ("Acme offers you $480", [student.email])
    for part in (message.body, page):
        assert "Answer by Friday." in part
        assert "/applications/abc/" in part
        assert "You applied." in part
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "<script" not in page
    assert send_batch(at=NOW) == 0
    assert len(mail.outbox) == 1


def test_a_reason_that_the_words_give_is_not_said_twice(student):
    tell(student, body="$480 fixed.\n\nYou have shown 2 of 3.", reason="You have shown 2 of 3.")
    send_batch(at=NOW)
    (message,) = mail.outbox
    for part in (message.body, message.alternatives[0][0]):
        assert part.count("You have shown 2 of 3.") == 1


@pytest.mark.parametrize("needs_action", [True, False])
def test_a_date_is_due_only_for_whom_something_is_asked_of(student, needs_action):
    student.time_zone = "America/New_York"
    student.save()
    tell(student, due_at=NOW + timedelta(days=3), needs_action=needs_action)
    send_batch(at=NOW)
    (message,) = mail.outbox
    html = message.alternatives[0][0]
    assert ("Due: " in message.body, ">Due<" in html) == (needs_action, needs_action)
    for part in (message.body, html):  # 15:00 UTC in New York, before the clocks change
        assert ("Thu 5 Mar 2026, 10:00" in part) == needs_action


def test_what_must_be_acted_on_is_sent_even_when_muted(student):
    turn_off(student, ["offer"], at=NOW)
    tell(student, key="update")
    tell(student, key="act", needs_action=True)
    send_batch(at=NOW)
    assert [message.extra_headers["X-Notification"] for message in mail.outbox] == [
        Notification.objects.get(key="act").code
    ]
    assert "List-Unsubscribe" not in mail.outbox[0].extra_headers


def test_a_mail_server_that_does_not_answer_costs_no_attempt(student, settings):
    settings.EMAIL_BACKEND = f"{__name__}.ClosedBackend"
    tell(student)
    assert send_batch(at=NOW) == 0
    row = Notification.objects.get()
    assert (row.emailed_at, row.email_attempts, row.email_due_at) == (None, 0, NOW)
    assert Outage.objects.get().error == "nobody listens"
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert send_batch(at=NOW) == 0  # not before the next try
    assert send_batch(at=NOW + timedelta(minutes=1)) == 1
    assert Outage.objects.get().ended_at == NOW + timedelta(minutes=1)


@pytest.mark.django_db(transaction=True)
def test_no_lock_and_no_transaction_is_held_while_a_mail_server_thinks(settings):
    settings.EMAIL_BACKEND = f"{__name__}.ThinkingBackend"
    ThinkingBackend.seen = []
    user = make_user("Robin Quist")
    tell(user, key="one")
    tell(user, key="two")
    assert send_batch(at=NOW) == 2
    assert ThinkingBackend.seen == [(False, 0), (False, 0)]


def test_what_a_killed_worker_had_claimed_is_sent_after_its_lease(student):
    tell(student)
    assert len(claim(NOW)) == 1  # and then the worker dies
    assert send_batch(at=NOW + LEASE - timedelta(seconds=1)) == 0
    assert send_batch(at=NOW + LEASE) == 1
    assert len(mail.outbox) == 1


def test_one_message_that_cannot_be_sent_stops_no_other(student, settings):
    settings.EMAIL_BACKEND = f"{__name__}.PoisonBackend"
    tell(student, key="first", title="A poison")
    tell(student, key="second", title="A letter")
    assert send_batch(at=NOW) == 2
    assert [message.subject for message in mail.outbox] == ["A letter"]
    assert Notification.objects.get(key="first").email_error == "cannot be sent"


def test_nobody_inactive_is_told(student):
    student.is_active = False
    tell(student)
    assert Notification.objects.count() == 0


def test_done_and_read(student):
    tell(student, needs_action=True)
    mark_done(kind="offer.made", url="/applications/abc/", at=NOW)
    assert Notification.objects.get().done_at == NOW
    assert Notification.objects.get().read_at == NOW  # nobody has to read what is done
    tell(student, key="update")
    assert mark_read(user=make_user("Other"), at=NOW) == 0
    assert mark_read(user=student, at=NOW) == 1
    assert Notification.objects.get(key="update").read_at == NOW


def test_what_is_done_says_so_in_the_inbox(client_of, student):
    tell(student, needs_action=True)
    assert "Nothing left to do" not in client_of(student).get("/notifications/").content.decode()
    mark_done(kind="offer.made", url="/applications/abc/", at=NOW)
    assert "Nothing left to do" in client_of(student).get("/notifications/").content.decode()


def test_one_click_unsubscribe(client, student):
    tell(student)
    url = unsubscribe_url(student.pk, ["offer"])
    assert client.get(url).status_code == 200
    assert EmailPreferences.objects.count() == 0
    answer = client.post(url, {"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, answer.content) == (200, b"unsubscribed")
    assert EmailPreferences.objects.get(user=student).paces == {"offer": "off"}
    assert client.post(url[:-3] + "xx/").status_code == 404


def test_the_inbox_pages_by_keyset_with_constant_queries(client_of, student, query_count):
    client = client_of(student)
    tell(student, key="first")
    few = query_count(client, reverse("notifications:inbox"))
    for number in range(70):
        tell(student, key=f"n{number}", title=f"Notice {number}", at=NOW + timedelta(minutes=number))
    assert query_count(client, reverse("notifications:inbox")) == few
    page = client.get(reverse("notifications:inbox"))
    assert [row.title for row in page.context["updates"]][:2] == ["Notice 69", "Notice 68"]
    older = client.get(reverse("notifications:inbox"), {"before": page.context["more"]})
    assert [row.title for row in older.context["updates"]][0] == "Notice 39"
    assert len(older.context["updates"]) == 30
    last = client.get(reverse("notifications:inbox"), {"before": older.context["more"]})
    assert [row.title for row in last.context["updates"]][-1] == "Acme offers you $480"
    assert last.context["more"] == ""


@pytest.mark.parametrize(("days", "words"), [(None, ""), (14, "are paused until"), (0, "are turned off")])
def test_preferences_tell_of_a_pause_of_matches(client_of, student, time_machine, days, words):
    time_machine.move_to(NOW, tick=False)
    if days:
        pause_match_notices(student=student.student, days=days, at=NOW)
    elif days == 0:
        update_student(student=student.student, by=student, at=NOW, wants_match_notices=False)
    page = client_of(student).get(reverse("notifications:preferences")).content.decode()
    assert ("Notices of projects that fit" in page) == (days is not None)
    assert words in page
    assert ("Mon 16 Mar" in page) == (days == 14)
