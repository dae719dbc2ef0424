"""The waiting list: who comes when the queue is full is admitted in order, and hears in the end that nobody read it."""

from datetime import timedelta

import pytest
from django.urls import reverse

from applications import actions
from applications.actions import waiting as waiting_list
from applications.models import Application
from applications.queries import lapses_of, live_of_student
from marketplace.activity.queries import events_of
from marketplace.errors import LimitReached
from projects.models import Project
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def waiting(organization, student, settings):
    """A project for two places with a full queue of two, the student next in line and somebody behind."""
    settings.LIVE_APPLICATIONS_PER_PROJECT = 2
    project = factories.make_project(organization=organization, places=2)
    for _ in range(2):
        factories.make_application(project=project)
    mine = factories.make_application(project=project, student=student.student, status="waitlisted")
    factories.make_application(project=project, status="waitlisted", queued_at=NOW + DAY / 24)
    return mine


def first_of(project):
    return Application.objects.live().filter(project=project).order_by("pk").first()


def statuses(project):
    return list(project.applications.order_by("pk").values_list("status", flat=True))


def withdraw(application, owner):
    actions.withdraw_application(application=application, by=application.student.user, at=NOW)


def decline(application, owner):
    actions.decline_application(application=application, reason="availability", by=owner, at=NOW)


def decline_the_assessed(application, owner):
    factories.make_scores(application, owner)
    actions.decline_rest(project=application.project, reason="evidence", by=owner, at=NOW)


def refuse_the_offer(application, owner):
    offer(application)
    actions.decline_offer(application=application, by=application.student.user, at=NOW)


def let_the_offer_expire(application, owner):
    offer(application, offer_expires_at=NOW)
    actions.lapse_offers(at=NOW)


def accept(application, owner):
    offer(application)
    actions.mark_accepted(application=application, at=NOW)


def offer(application, **fields):
    values = {"revealed_at": NOW, "offered_at": NOW, "offer_expires_at": NOW + DAY} | fields
    Application.objects.filter(pk=application.pk).update(status="offered", **values)


@pytest.mark.parametrize(
    "leave", [withdraw, decline, decline_the_assessed, refuse_the_offer, let_the_offer_expire, accept]
)
def test_whoever_leaves_admits_the_next(waiting, owner, student, leave):
    leave(first_of(waiting.project), owner)
    waiting.refresh_from_db()
    assert (waiting.status, waiting.submitted_at, len(waiting.label)) == ("submitted", NOW, 1)
    assert statuses(waiting.project)[1:] == ["submitted", "submitted", "waitlisted"]
    assert events_of(waiting)[0].verb == "application.admitted"
    notice = student.notifications.get(kind="application.sent")
    assert notice.body.startswith("A place in the queue became free.")
    assert owner.notifications.get(kind="application.received", key=f"received:{waiting.code}")


def test_being_shortlisted_or_offered_frees_nothing(waiting, owner):
    application = first_of(waiting.project)
    factories.make_scores(application, owner)
    actions.shortlist(application=application, by=owner, at=NOW)
    actions.make_offer(application=application, by=owner, at=NOW)
    assert statuses(waiting.project) == ["offered", "submitted", "waitlisted", "waitlisted"]


def test_when_the_places_are_gone_nobody_is_admitted(waiting, owner):
    for application in list(Application.objects.live().filter(project=waiting.project)):
        offer(application)
    accept(first_of(waiting.project), owner)
    assert statuses(waiting.project) == ["accepted", "offered", "waitlisted", "waitlisted"]


def test_sending_while_the_queue_is_full_waits_and_says_so(waiting, owner):
    draft = factories.make_application(project=waiting.project, status="draft")
    for _ in range(2):
        sent = actions.submit_application(application=draft, by=draft.student.user, at=NOW + DAY / 12)
    assert (sent.status, sent.queued_at, sent.submitted_at, sent.label) == ("waitlisted", NOW + DAY / 12, None, "")
    notice = draft.student.user.notifications.get()
    assert notice.title.startswith("You are number 3 on the waiting list for")
    assert not owner.notifications.exists()


def test_nobody_jumps_the_line(waiting, settings):
    """A place is free and nobody was admitted yet: who comes now goes behind those who wait, and all move up."""
    settings.LIVE_APPLICATIONS_PER_PROJECT = 3
    draft = factories.make_application(project=waiting.project, status="draft")
    actions.submit_application(application=draft, by=draft.student.user, at=NOW)
    assert statuses(waiting.project)[2:] == ["waitlisted"] * 3
    assert actions.admit_waiting(at=NOW) == 1
    assert actions.admit_waiting(at=NOW) == 0
    waiting.refresh_from_db()
    assert waiting.status == "submitted"


def test_it_counts_among_the_students_own(waiting, student):
    assert live_of_student(student.student) == 1


def test_two_days_before_the_decision_it_ends_unread_and_that_is_nobodys_lapse(waiting, student, organization):
    at = waiting.project.decisions_due_at - 2 * DAY
    assert actions.lapse_due(at=at - DAY / 24) == 0
    assert actions.lapse_due(at=at) == 2
    assert actions.lapse_due(at=at) == 0
    waiting.refresh_from_db()
    assert (waiting.status, waiting.reason, waiting.decided_at) == ("not_selected", "queue", at)
    assert "nobody read your application" in student.notifications.get().body
    assert statuses(waiting.project)[:2] == ["submitted", "submitted"]
    assert lapses_of(organization, since=NOW).count() == 0


def test_nobody_moves_up_whom_nobody_could_read_in_time(waiting, owner):
    """Else who answers everybody on the last day gets as many again, and lets them lapse."""
    at = waiting.project.decisions_due_at - 2 * DAY
    first = first_of(waiting.project)
    actions.decline_application(application=first, reason="availability", by=owner, at=at)
    assert actions.admit_waiting(at=at) == 0
    assert statuses(waiting.project) == ["not_selected", "submitted", "waitlisted", "waitlisted"]
    draft = factories.make_application(project=waiting.project, status="draft")
    Project.objects.filter(pk=waiting.project_id).update(applications_close_at=waiting.project.decisions_due_at)
    with pytest.raises(LimitReached, match="nobody moves up any more"):
        actions.submit_application(application=draft, by=draft.student.user, at=at)


def test_full_queues_are_not_in_the_way_of_one_with_a_place(waiting, settings, monkeypatch):
    monkeypatch.setattr(waiting_list, "BATCH", 1)
    later = factories.make_project(
        organization=waiting.project.organization, decisions_due_at=waiting.project.decisions_due_at + DAY
    )
    behind = factories.make_application(project=later, status="waitlisted")
    assert actions.admit_waiting(at=NOW) == 1
    behind.refresh_from_db()
    assert behind.status == "submitted"


def test_a_cancelled_project_answers_the_waiting_too(waiting):
    Project.objects.filter(pk=waiting.project_id).update(status="cancelled", closed_at=NOW)
    assert actions.answer_cancelled(at=NOW) == 4
    waiting.refresh_from_db()
    assert (waiting.status, waiting.reason) == ("not_selected", "cancelled")


def test_the_organization_sees_nothing_of_it(waiting, owner, client_of):
    client = client_of(owner)
    board = client.get(reverse("applications:board", args=[waiting.project.code])).content.decode()
    assert "To review" in board
    assert waiting.code not in board
    for name in ("applicant", "shortlist", "decline", "offer"):
        assert client.get(reverse(f"applications:{name}", args=[waiting.code])).status_code == 404
    assert client.get(reverse("applications:evidence_file", args=[waiting.code, 1])).status_code == 404


def test_its_student_reads_the_place_in_line_and_may_leave(waiting, student, owner, client_of):
    client = client_of(student)
    page = client.get(waiting.get_absolute_url()).content.decode()
    assert "Number 1 on the waiting list" in page
    assert "On the waiting list" in client.get(reverse("applications:mine")).content.decode()
    assert (
        "You are number 1 on the waiting list"
        in client.get(reverse("applications:submitted", args=[waiting.code])).content.decode()
    )
    leave = reverse("applications:withdraw", args=[waiting.code])
    assert "Leave the waiting list?" in client.get(leave).content.decode()
    client.post(leave)
    waiting.refresh_from_db()
    assert waiting.status == "withdrawn"
    assert not owner.notifications.exists()


def test_the_start_and_the_last_page_say_the_number_before_it_is_sent(waiting, client_of):
    person = factories.make_student("Noor Patel").user
    client = client_of(person)
    start = client.get(reverse("applications:start", args=[waiting.project.code])).content.decode()
    assert ("You would be number 3" in start, "Apply for the waiting list" in start) == (True, True)
    draft = factories.make_application(project=waiting.project, student=person.student, status="draft")
    check = reverse("applications:check", args=[draft.code])
    assert "Send to the waiting list" in client.get(check).content.decode()
    assert client.post(reverse("applications:submit", args=[draft.code])).url == reverse(
        "applications:submitted", args=[draft.code]
    )


def test_a_full_list_is_said_before_anything_is_written(waiting, client_of, settings):
    settings.WAITING_APPLICATIONS_PER_PROJECT = 2
    client = client_of(factories.make_student("Noor Patel").user)
    page = client.get(reverse("applications:start", args=[waiting.project.code]))
    assert "The queue and its waiting list of 2 are full." in page.content.decode()
