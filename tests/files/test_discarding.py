"""Bytes are stored outside transactions, and what nothing uses in the end goes again, row and bytes."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as site
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse

from applications import actions
from applications.models import Evidence
from engagements.models import Delivery, Message
from marketplace.errors import DomainError
from marketplace.files.actions import NOT_STORED, settle_check, store_upload, stored_for
from marketplace.files.discarding import LEASE, UNUSED, discard, discard_next
from marketplace.files.kinds import DELIVERY, EVIDENCE
from marketplace.files.models import StoredFile
from marketplace.files.previews import draw_next
from marketplace.notifications.models import Notification
from tests import factories
from tests.engagements.factories import engage, make_stored_file
from tests.factories import NOW
from tests.files import samples

pytestmark = pytest.mark.django_db
DAY_LATER = NOW + UNUSED


def on_disk():
    return sorted(path.name for path in Path(site.MEDIA_ROOT).rglob("*") if path.is_file())


def left():
    """(rows, files on disk)"""
    return StoredFile.objects.count(), len(on_disk())


@pytest.fixture
def full_disk(monkeypatch):
    def refuse(self, name, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(FileSystemStorage, "_save", refuse)


def test_nothing_is_stored_inside_a_transaction(student):
    upload = samples.upload("a.csv", b"a,b")
    with transaction.atomic(), pytest.raises(RuntimeError, match="never stored inside"):
        store_upload(upload=upload, owner=student, allowed=DELIVERY, at=NOW)
    assert left() == (0, 0)


def test_what_a_refused_action_was_to_use_is_gone_at_once(student):
    uploads = [samples.upload("a.csv", b"a,b"), samples.upload("b.csv", b"c,d")]
    counted = []

    def act(files):
        counted.append((len(files), left()))
        raise DomainError("No.")

    with pytest.raises(DomainError), stored_for(uploads, owner=student, allowed=DELIVERY, at=NOW) as files:
        act(files)
    assert counted == [(2, (2, 2))]
    assert left() == (0, 0)


def test_the_second_file_that_is_refused_takes_the_first_with_it(student):
    uploads = [samples.upload("a.csv", b"a,b"), samples.upload("b.csv", b"")]
    with pytest.raises(DomainError, match="is empty"), stored_for(uploads, owner=student, allowed=DELIVERY, at=NOW):
        pytest.fail("the block runs with all files or not at all")
    assert left() == (0, 0)


def test_a_full_disk_is_told_and_keeps_what_was_typed(student, project, client_of, full_disk, time_machine):
    time_machine.move_to(NOW, tick=False)
    engagement = engage(project, student)
    path = reverse("engagements:message", args=[engagement.code])
    sent = {"body": "These are the counts", "files": [SimpleUploadedFile("a.csv", b"a,b")], "code": "abcdefghjk"}
    response = client_of(student).post(path, sent)
    page = response.content.decode()
    assert (response.status_code, Message.objects.count()) == (422, 0)
    assert NOT_STORED in page
    assert "These are the counts" in page
    assert StoredFile.objects.get().state == "uploaded"
    assert (discard_next(at=DAY_LATER), left()) == (True, (0, 0))


def test_evidence_whose_file_could_not_be_stored_is_told_too(student, client_of, full_disk):
    factories.make_skill("SQL")
    form = {"title": "Queries", "statement": "I wrote them.", "skill_1": "SQL", "level_1": "2", "proves": "Joins.",
            "ai_use": "none", "file": SimpleUploadedFile("a.csv", b"a,b")}  # fmt: skip
    response = client_of(student).post(reverse("applications:evidence_new"), form)
    assert (NOT_STORED in response.content.decode(), Evidence.objects.count()) == (True, 0)
    assert "I wrote them." in response.content.decode()


def test_a_process_that_dies_after_storing_leaves_it_to_the_sweep(student):
    stored = make_stored_file(student)
    assert discard_next(at=DAY_LATER - timedelta(seconds=1)) is False
    assert (left(), stored.unused_due_at) == ((1, 1), DAY_LATER)
    assert (discard_next(at=DAY_LATER), left()) == (True, (0, 0))
    assert discard_next(at=DAY_LATER) is False


def test_a_sweep_that_dies_after_the_bytes_is_followed_by_another(student, monkeypatch):
    make_stored_file(student)

    def killed(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(StoredFile, "delete", killed)
        with pytest.raises(KeyboardInterrupt):
            discard_next(at=DAY_LATER)
    assert left() == (1, 0)
    assert discard_next(at=DAY_LATER) is False
    assert (discard_next(at=DAY_LATER + LEASE), left()) == (True, (0, 0))


def test_pictures_go_with_the_file(student):
    upload = samples.upload("a.png", samples.png())
    stored = store_upload(upload=upload, owner=student, allowed=DELIVERY, at=NOW)
    draw_next(at=NOW)
    stored.refresh_from_db()
    assert len(on_disk()) == 3
    assert (discard(stored), left()) == (True, (0, 0))


@pytest.mark.parametrize("use", ["message", "delivery", "evidence"])
def test_what_is_used_stays_and_is_not_looked_at_again(student, project, use):
    stored = make_stored_file(student)
    if use == "evidence":
        factories.make_evidence(student.student, kind="file", url="", file=stored)
    elif use == "delivery":
        factories.make_delivery(engage(project, student)).files.add(stored)
    else:
        message = Message.objects.create(engagement=engage(project, student), author=student, sent_at=NOW)
        message.files.add(stored)
    assert (discard(stored), discard_next(at=DAY_LATER), left()) == (False, True, (1, 1))
    stored.refresh_from_db()
    assert stored.unused_due_at is None
    assert discard_next(at=DAY_LATER + UNUSED) is False


@pytest.mark.parametrize(("sent", "kept"), [(True, 2), (False, 1)])
def test_a_replaced_file_goes_unless_an_application_was_sent_with_it(student, project, sent, kept):
    def store(at):
        return store_upload(upload=samples.upload("a.csv", b"a,b"), owner=student, allowed=EVIDENCE, at=at)

    first = store(NOW)
    skill = factories.make_skill("SQL")
    content = {"title": "Queries", "statement": "I wrote them.", "skills": [(skill, 2)], "by": student}
    evidence = actions.add_evidence(student=student.student, file=first, at=NOW, **content)
    if sent:
        application = factories.make_application(project=project, student=student.student)
        application.answers.update(evidence=evidence, kind="file", url="", text="", file=first)
    while discard_next(at=DAY_LATER):
        pass
    actions.edit_evidence(evidence=evidence, file=store(DAY_LATER), at=DAY_LATER, **content)
    while discard_next(at=DAY_LATER + UNUSED):
        pass
    assert (left(), StoredFile.objects.filter(pk=first.pk).exists()) == ((kept, kept), sent)


def test_a_blocked_file_is_told_to_its_owner_once_and_only_there_what_was_found(
    student, owner, project, client_of, settings, time_machine
):
    time_machine.move_to(NOW, tick=False)
    settings.CLAMD_URL = "tcp://127.0.0.1:1"
    delivery = engage(project, student, status="delivered").deliveries.get()
    stored = make_stored_file(student, "counts.csv")
    delivery.files.add(stored)
    for _twice in range(2):
        settle_check(stored=stored, virus="Eicar-Signature", at=NOW)
    told = Notification.objects.get(kind="account.file_blocked")
    workspace = delivery.engagement.get_absolute_url()
    assert (told.recipient, told.title, told.url) == (
        student, "“counts.csv” did not pass the virus check", workspace,
    )  # fmt: skip
    assert "Eicar-Signature" in told.body
    paths = [workspace, reverse("engagements:delivery", args=[delivery.engagement.code, 1])]
    for path in paths:
        mine, theirs = (client_of(user).get(path).content.decode() for user in (student, owner))
        assert ("Eicar-Signature" in mine, "Eicar-Signature" in theirs) == (True, False)
        assert "It did not pass the virus check: ask for a clean copy." in theirs
    assert Delivery.objects.count() == 1


def test_the_notice_about_blocked_evidence_leads_to_where_it_is_replaced(student, settings):
    settings.CLAMD_URL = "tcp://127.0.0.1:1"
    stored = make_stored_file(student)
    evidence = factories.make_evidence(student.student, kind="file", url="", file=stored)
    settle_check(stored=stored, virus="Eicar-Signature", at=NOW)
    assert Notification.objects.get().url == reverse("applications:evidence_edit", args=[evidence.code])
