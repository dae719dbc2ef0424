"""People choose when e-mails come; who gets many gets the rest in one; what must be acted on is always sent."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from marketplace.notifications.actions import mark_read, notify
from marketplace.notifications.claiming import BATCH, DIGESTS, LEASE, claim_digests, claim_single
from marketplace.notifications.delivery import send_batch
from marketplace.notifications.models import EmailPreferences, Notification
from marketplace.notifications.preferences import choose, turn_off
from tests.factories import NOW, make_user

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _mail(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def tell(user, number=1, kind="match.found", **changes):
    values = {"title": f"Notice {number}", "at": NOW, "url": f"/projects/{number}/", "reason": "You have shown SQL."}
    notify([user], kind=kind, key=f"{kind}:{number}", **(values | changes))


def send_all(at):
    while send_batch(at=at):
        pass
    return [message.subject for message in mail.outbox]


def due_of(user):
    return set(Notification.objects.filter(recipient=user).values_list("email_due_at", flat=True))


def test_a_daily_digest_is_one_e_mail_in_text_and_html(student):
    choose(student, at=NOW, paces={"match": "daily", "search": "daily"})
    for number in range(3):
        tell(student, number, title=f"Notice <{number}>")
    tell(student, 7, kind="search.found", reason="")
    tell(student, 8, kind="offer.made")
    assert send_all(NOW) == ["Notice 8"]  # offers come at once
    assert send_all(NOW + DAY) == ["Notice 8", "Notice 7, and 3 more notices"]
    digest = mail.outbox[1]
    page = digest.alternatives[0][0]
    assert digest.to == [student.email]
    for part in (digest.body, page):
        assert part.count("/projects/") == 4
        assert "You have shown SQL." in part
        assert "aved searches" in part or "SAVED SEARCHES" in part
    assert "Notice <1>" in digest.body
    assert "Notice &lt;1&gt;" in page
    assert Notification.objects.filter(emailed_at=None).count() == 0
    assert send_all(NOW + 9 * DAY) == ["Notice 8", "Notice 7, and 3 more notices"]


def test_stopping_a_digest_stops_its_groups_by_one_click(client, student):
    choose(student, at=NOW, paces={"match": "daily", "search": "weekly", "offer": "daily"})
    tell(student, 1)
    tell(student, 2, kind="search.found")
    send_all(NOW + 8 * DAY)
    link = mail.outbox[0].extra_headers["List-Unsubscribe"].strip("<>")
    path = link[link.index("/notifications/") :]
    assert "Projects that fit” and “Saved searches" in client.get(path).content.decode()
    assert client.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    student.email_preferences.refresh_from_db()
    assert student.email_preferences.paces == {"match": "off", "search": "off", "offer": "daily"}


def test_what_was_read_or_is_past_is_in_no_digest(student):
    choose(student, at=NOW, paces={"match": "weekly"})
    tell(student, 1)
    tell(student, 2, due_at=NOW + DAY)
    tell(student, 3)
    mark_read(user=student, at=NOW, codes=[Notification.objects.get(key="match.found:1").code])
    assert send_all(NOW + 8 * DAY) == ["Notice 3"]
    assert Notification.objects.filter(email_due_at=None, emailed_at=None).count() == 2


def test_nothing_is_sent_when_all_was_read(student):
    choose(student, at=NOW, paces={"match": "daily"})
    tell(student, 1)
    mark_read(user=student, at=NOW)
    assert send_all(NOW + DAY) == []


def test_more_than_a_days_share_waits_for_the_digest(student, other_student, settings):
    settings.EMAILS_PER_DAY = 2
    for number in range(5):
        tell(student, number)
    tell(student, 8, kind="offer.made", needs_action=True)
    tell(other_student, 9)
    assert sorted(send_all(NOW)) == ["Notice 0", "Notice 1", "Notice 8", "Notice 9"]
    assert send_all(NOW + DAY)[4:] == ["Notice 4, and 2 more notices"]
    tell(student, 10, at=NOW + DAY + timedelta(hours=1))
    assert send_all(NOW + DAY + timedelta(hours=1))[5:] == ["Notice 10"]  # another day


def test_what_is_in_no_e_mail_keeps_nobody_waiting(student, other_student, settings):
    settings.EMAILS_PER_DAY = 1
    for number in range(2 * BATCH + 5):
        tell(student, number)
    tell(other_student, 999)
    assert send_all(NOW) == ["Notice 0", "Notice 999"]
    mail.outbox.clear()
    choose(other_student, at=NOW, paces={"match": "daily"})
    for number in range(DIGESTS):
        reader = make_user(f"Reader {number}")
        choose(reader, at=NOW, paces={"match": "daily"})
        tell(reader, number)
        mark_read(user=reader, at=NOW)
    tell(other_student, 1000)
    assert sorted(send_all(NOW + DAY)) == ["Notice 1000", "Notice 204, and 203 more notices"]


def test_quiet_hours_hold_all_but_what_must_be_acted_on(student):
    student.time_zone = "Europe/Berlin"
    student.save()
    hour = (NOW.hour + 1) % 24  # Berlin is an hour ahead in March
    choose(student, at=NOW, quiet_from=hour, quiet_until=(hour + 3) % 24)
    tell(student, 1)
    tell(student, 2, kind="offer.made", needs_action=True)
    assert send_all(NOW) == ["Notice 2"]
    later = NOW.replace(minute=0, second=0, microsecond=0) + timedelta(hours=3)
    assert send_all(later - timedelta(seconds=1)) == ["Notice 2"]
    assert send_all(later) == ["Notice 2", "Notice 1"]


def test_a_choice_holds_for_what_waits(student):
    choose(student, at=NOW, paces={"match": "weekly"})
    tell(student, 1)
    tell(student, 2, kind="search.found")
    choose(student, at=NOW, paces={"match": "instant"})
    assert sorted(send_all(NOW)) == ["Notice 1", "Notice 2"]
    tell(student, 3)
    choose(student, at=NOW, quiet_from=None, paces={"match": "daily"})
    tell(student, 4)
    turn_off(student, ["match"], at=NOW)
    assert len(send_all(NOW + 9 * DAY)) == 2  # when the others could be sent, nobody wanted them


@pytest.mark.parametrize("pace", ["instant", "daily"])
def test_what_is_due_already_is_not_sent_to_who_has_turned_it_off(student, pace):
    choose(student, at=NOW, paces={"match": pace})
    tell(student, 1)
    tell(student, 2, kind="search.found")
    tell(student, 3, kind="match.found", needs_action=True)
    turn_off(student, ["match"], at=NOW + DAY)  # mail was away for a day
    assert sorted(send_all(NOW + DAY)) == ["Notice 2", "Notice 3"]
    choose(student, at=NOW + DAY, paces={"match": "instant"})
    assert len(send_all(NOW + 9 * DAY)) == 2


def test_what_another_worker_is_sending_counts_for_the_day(student, settings):
    settings.EMAILS_PER_DAY = 3
    for number in range(2):
        tell(student, number)
    assert len(claim_single(NOW)) == 2
    for number in range(2, 5):
        tell(student, number)
    assert [letter.rows[0].title for letter in claim_single(NOW)] == ["Notice 2"]


def test_one_digest_a_person_however_many_workers(student):
    choose(student, at=NOW, paces={"match": "daily"})
    for number in range(60):
        tell(student, number)
    first = claim_digests(NOW + DAY)
    assert [len(letter.rows) for letter in first] == [60]
    assert claim_digests(NOW + DAY) == []
    assert len(claim_digests(NOW + DAY + LEASE)) == 1  # the worker died
    assert len(send_all(NOW + DAY + 3 * LEASE)) == 1
    assert "And 40 more." in mail.outbox[0].body


@pytest.mark.django_db(transaction=True)
def test_whoever_picks_the_people_is_alone():
    user = make_user("Robin Quist")
    choose(user, at=NOW, paces={"match": "daily"})
    tell(user, 1)
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN; SELECT pg_advisory_xact_lock(%s)", [0x70776467])
            assert claim_digests(NOW + DAY) == []
            cursor.execute("ROLLBACK")  # a server that is only hung up on keeps the lock a moment longer
    finally:
        other.close()
    assert len(claim_digests(NOW + DAY)) == 1


@pytest.mark.parametrize("hours", [{"quiet_from": 3}, {"quiet_from": 3, "quiet_until": 3}, {"digest_hour": 24}])
def test_the_database_keeps_hours_sane(student, hours):
    with pytest.raises(IntegrityError), transaction.atomic():
        EmailPreferences.objects.create(user=student, **hours)


def test_the_page_offers_the_groups_of_the_reader_and_keeps_what_was_typed(client_of, student):
    client = client_of(student)
    address = reverse("notifications:preferences")
    form = client.get(address).context["form"]
    assert "match" in form.fields
    assert "project" not in form.fields
    values = {name: form[name].value() if form[name].value() is not None else "" for name in form.fields}
    answer = client.post(address, values | {"match": "weekly", "quiet_from": "22"})
    assert "Choose both hours, or neither." in answer.content.decode()
    assert answer.context["form"]["match"].value() == "weekly"
    answer = client.post(address, values | {"match": "hourly"})
    assert answer.context["form"].errors["match"]
    answer = client.post(address, values | {"quiet_from": "9", "quiet_until": "9"})
    assert answer.context["form"].errors["quiet_until"]
    assert not EmailPreferences.objects.exists()
    values |= {"match": "weekly", "quiet_from": "22", "quiet_until": "7", "digest_hour": "18"}
    assert client.post(address, values).status_code == 302
    saved = EmailPreferences.objects.get(user=student)
    assert (saved.digest_hour, saved.quiet_from, saved.quiet_until) == (18, 22, 7)
    assert saved.pace_of("match.found") == "weekly"
    assert saved.pace_of("offer.made") == "instant"
    assert due_of(student) == set()


def sent_by(page):
    """What a browser sends of the form as it came, hidden fields included."""
    form = page.context["form"]
    shown = {name: "" if form[name].value() is None else str(form[name].value()) for name in form.fields}
    hidden = dict(re.findall(r'<input type="hidden" name="(initial-\w+)"(?: value="(\w*)")?', page.content.decode()))
    assert set(hidden) == {f"initial-{name}" for name in shown}
    return shown | hidden


def test_an_older_tab_undoes_nothing(client_of, student):
    client, address = client_of(student), reverse("notifications:preferences")
    choose(student, at=NOW, paces={"offer": "daily"}, quiet_from=22, quiet_until=7)
    newer, older = (sent_by(client.get(address)) for _ in range(2))
    client.post(address, newer | {"match": "weekly", "digest_hour": "18", "quiet_from": "", "quiet_until": ""})
    assert client.post(address, older | {"offer": "off", "money": "weekly"}).status_code == 302
    saved = EmailPreferences.objects.get(user=student)
    assert saved.paces == {"match": "weekly", "offer": "off", "money": "weekly"}
    assert (saved.digest_hour, saved.quiet_from, saved.quiet_until) == (18, None, None)


def test_quiet_hours_change_together(client_of, student):
    client, address = client_of(student), reverse("notifications:preferences")
    choose(student, at=NOW, quiet_from=22, quiet_until=7)
    older = sent_by(client.get(address))
    choose(student, at=NOW, quiet_from=None, quiet_until=None)
    assert client.post(address, older | {"quiet_from": "23"}).status_code == 302
    saved = EmailPreferences.objects.get(user=student)
    assert (saved.quiet_from, saved.quiet_until) == (23, 7)


def test_saved_searches_are_explained_to_who_may_have_some(client_of, student, owner):
    address = reverse("notifications:preferences")
    pages = {person: client_of(person).get(address).content.decode() for person in (student, owner)}
    said = {person: "Each saved search has a pace" in page for person, page in pages.items()}
    assert said == {student: True, owner: False}
