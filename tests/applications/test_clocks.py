"""What happens when nobody does anything; each clock at the last minute before it and at its time."""

from datetime import timedelta

import pytest

from applications import actions
from applications.actions import clocks
from applications.models import Application
from applications.tasks import sweep_clocks
from marketplace.activity.models import Event
from marketplace.notifications.models import Notification
from projects.models import Project
from tests import factories
from tests.applications.refusing import refused
from tests.factories import NOW

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
EXPIRES, DECIDES = NOW + timedelta(days=3), NOW + timedelta(days=15)


def make(project, status, **fields):
    return factories.make_application(project=project, status=status, **fields)


def status_of(*applications):
    for application in applications:
        application.refresh_from_db()
    return [application.status for application in applications]


def titles(user):
    return list(Notification.objects.filter(recipient=user).order_by("pk").values_list("title", flat=True))


def test_an_offer_lapses_at_its_time_and_both_are_told(project, student, owner):
    offered = make(project, "offered", student=student.student)
    assert actions.lapse_offers(at=EXPIRES - MINUTE) == 0
    assert actions.lapse_offers(at=EXPIRES) == 1
    assert actions.lapse_offers(at=EXPIRES) == 0
    offered.refresh_from_db()
    assert (offered.status, offered.decided_at) == ("lapsed", EXPIRES)
    assert titles(student) == [f"Your $480 offer for “{project.title}” has expired"]
    assert titles(owner) == [f"Your $480 offer to Robin Quist for “{project.title}” has expired"]


def test_after_a_lapsed_offer_the_runner_up_can_be_offered(project, owner):
    make(project, "offered")
    runner_up = make(project, "shortlisted")
    actions.lapse_offers(at=EXPIRES)
    assert actions.make_offer(application=runner_up, by=owner, at=EXPIRES).status == "offered"


def suspend(user, at):
    user.suspended_at = at
    user.save()


def test_the_offer_of_a_suspended_student_ends_at_once_and_the_runner_up_can_have_it(
    project, student, owner, client_of, time_machine
):
    offered, runner_up = make(project, "offered", student=student.student), make(project, "shortlisted")
    assert actions.end_offers_of_suspended(at=NOW) == 0
    suspend(student, NOW)
    assert (actions.lapse_due(at=NOW + MINUTE), actions.lapse_due(at=NOW + MINUTE)) == (1, 0)
    offered.refresh_from_db()
    assert (offered.status, offered.decided_at, offered.offer_ended_early) == ("lapsed", NOW + MINUTE, True)
    told = {user: Notification.objects.get(recipient=user) for user in (student, owner)}
    assert told[student].title == f"Your $480 offer for “{project.title}” has ended"
    assert told[owner].title == f"Your $480 offer to Robin Quist for “{project.title}” has ended"
    assert "suspended" not in told[owner].body
    assert "1 more person is on your shortlist" in told[owner].body
    time_machine.move_to(NOW + MINUTE, tick=False)
    assert "Offer ended" in client_of(owner).get(f"/applications/board/{project.code}/?tab=ended").text
    page = client_of(student).get(offered.get_absolute_url()).text
    assert ("The offer ended" in page, "The offer expired" in page) == (True, False)
    assert actions.make_offer(application=runner_up, by=owner, at=NOW + MINUTE).status == "offered"


def test_nobody_offers_to_a_suspended_student(project, student, owner):
    shortlisted = make(project, "shortlisted", student=student.student)
    suspend(student, NOW)
    with refused(code="unavailable"):
        actions.make_offer(application=shortlisted, by=owner, at=NOW)


def test_a_passed_decision_date_ends_everything_honestly(project, student, owner):
    waiting, shortlisted = make(project, "submitted", student=student.student), make(project, "shortlisted")
    draft, ended = make(project, "draft"), make(project, "not_selected")
    assert actions.lapse_decisions(at=DECIDES - MINUTE) == 0
    assert actions.lapse_decisions(at=DECIDES) == 2
    assert actions.lapse_decisions(at=DECIDES) == 0
    assert status_of(waiting, shortlisted, draft, ended) == ["lapsed", "lapsed", "draft", "not_selected"]
    notice = Notification.objects.get(recipient=student)
    assert notice.title == f"Acme Analytics did not decide on “{project.title}” in time"
    assert "This says nothing about your evidence." in notice.body
    assert titles(owner) == [f"The decision date of “{project.title}” has passed: 2 applicants told so"]
    event = Event.objects.get(verb="project.decision_lapsed")
    assert (event.subject, event.actor, event.data) == (project, None, {"applications": 2})


def test_levels_that_were_scored_are_told_even_then(project, student, owner):
    factories.make_scores(make(project, "submitted", student=student.student), owner, level=2)
    actions.lapse_decisions(at=DECIDES)
    assert Notification.objects.get(recipient=student).facts[0] == ["SQL", "Meets (asked: Working)"]


def lapse(organization, at):
    project = factories.make_project(
        organization=organization, applications_close_at=at - MINUTE, decisions_due_at=at, work_due_on=at.date()
    )
    make(project, "submitted")
    actions.lapse_decisions(at=at)


@pytest.mark.parametrize(("gap", "paused"), [(179, True), (181, False)])
def test_two_lapses_in_180_days_pause_posting(organization, owner, gap, paused):
    second = NOW + timedelta(days=gap)
    lapse(organization, NOW)
    organization.refresh_from_db()
    assert organization.posting_paused_until is None
    lapse(organization, second)
    organization.refresh_from_db()
    assert organization.posting_paused_until == (NOW + timedelta(days=180) if paused else None)
    body = Notification.objects.filter(recipient=owner).latest("pk").body
    assert ("you cannot post new projects until Sat 29 Aug, 15:00 UTC" in body) is paused
    assert Event.objects.filter(verb="organization.posting_paused").count() == paused


def test_a_lapse_of_another_organization_does_not_count(organization, other_owner):
    lapse(other_owner.memberships.get().organization, NOW)
    lapse(organization, NOW)
    organization.refresh_from_db()
    assert organization.posting_paused_until is None


def test_with_every_place_taken_the_others_were_not_selected(project, student):
    make(project, "accepted")
    waiting = make(project, "shortlisted", student=student.student)
    actions.lapse_decisions(at=DECIDES)
    waiting.refresh_from_db()
    assert (waiting.status, waiting.reason) == ("not_selected", "filled")
    assert Event.objects.filter(verb="project.decision_lapsed").count() == 0


def test_a_running_offer_outlives_the_decision_date(project):
    offered = make(project, "offered", offer_expires_at=DECIDES + timedelta(days=1))
    actions.lapse_due(at=DECIDES)
    assert status_of(offered) == ["offered"]


@pytest.mark.parametrize("status", ["cancelled", "removed"])
def test_a_cancelled_project_answers_everybody(organization, student, owner, status):
    project = factories.make_project(organization=organization, status=status)
    live = [make(project, state) for state in ("shortlisted", "offered")]
    live.append(make(project, "submitted", student=student.student))
    draft = make(project, "draft")
    assert actions.answer_cancelled(at=NOW) == 3
    assert actions.answer_cancelled(at=NOW) == 0
    assert status_of(*live, draft) == ["not_selected", "not_selected", "not_selected", "draft"]
    assert live[0].reason == "cancelled"
    assert Notification.objects.get(recipient=student).body.startswith("The project was cancelled.")


def test_a_runner_up_hears_that_the_offer_is_void(organization, student):
    """Told that the places were filled, then offered one, then the project is cancelled: a second answer."""
    project = factories.make_project(organization=organization)
    runner_up = make(project, "shortlisted", student=student.student)
    actions.close_out(project=project, at=NOW)
    make_offer(runner_up)
    Project.objects.filter(pk=project.pk).update(status="cancelled")
    actions.answer_cancelled(at=NOW + MINUTE)
    told = Notification.objects.filter(recipient=student, kind="application.not_selected").order_by("pk")
    assert [notice.body.split(".")[0] for notice in told] == ["All places were filled", "The project was cancelled"]


def make_offer(application):
    owner = application.project.organization.memberships.first()
    by = owner.user if owner else factories.make_assessor(application.project.organization)
    actions.make_offer(application=application, by=by, at=NOW)


def test_the_organization_is_reminded_once_at_48_and_once_at_24_hours(project, owner, member, finance):
    make(project, "submitted")
    actions.send_reminders(at=DECIDES - timedelta(hours=49))
    assert titles(owner) == []
    for hours in (48, 47, 24, 1):
        actions.send_reminders(at=DECIDES - timedelta(hours=hours))
    assert titles(owner) == [f"Decide on 1 application for “{project.title}” by Tue 17 Mar, 15:00 UTC"] * 2
    assert titles(member) == titles(owner)
    assert titles(finance) == []


def test_who_was_reminded_is_not_in_the_way_of_others(organization, owner, student, monkeypatch):
    monkeypatch.setattr(clocks, "BATCH", 1)
    projects = [
        factories.make_project(organization=organization, decisions_due_at=DECIDES + n * MINUTE) for n in range(3)
    ]
    for project in projects:
        make(project, "submitted")
    for minute in (3, 2, 1):
        actions.send_reminders(at=DECIDES - timedelta(hours=40) + minute * MINUTE)
    assert len(titles(owner)) == 3
    for minute in range(2):
        offered = make(projects[0], "offered", student=student.student, offer_expires_at=EXPIRES + minute * MINUTE)
        Application.objects.filter(pk=offered.pk).update(status="offered")
        actions.send_reminders(at=EXPIRES - MINUTE)
        Application.objects.filter(pk=offered.pk).update(status="declined")
    assert len(titles(student)) == 2


def test_a_late_sweep_reminds_once(project, owner):
    make(project, "submitted")
    for minute in (5, 4):
        actions.send_reminders(at=DECIDES - minute * MINUTE)
    assert len(titles(owner)) == 1


def test_new_dates_are_reminded_of_anew(project, owner):
    make(project, "submitted")
    actions.send_reminders(at=DECIDES - timedelta(hours=48))
    later = DECIDES + timedelta(days=20)
    Project.objects.filter(pk=project.pk).update(decisions_due_at=later)
    actions.send_reminders(at=later - timedelta(hours=49))
    assert len(titles(owner)) == 1
    actions.send_reminders(at=later - timedelta(hours=48))
    assert len(titles(owner)) == 2


def test_the_reminder_needs_nobody_once_all_is_decided(project, owner):
    application = make(project, "submitted")
    actions.send_reminders(at=DECIDES - timedelta(hours=48))
    notice = Notification.objects.get(recipient=owner)
    assert (notice.needs_action, notice.done_at) == (True, None)
    actions.decline_application(application=application, reason="availability", by=owner, at=NOW)
    notice.refresh_from_db()
    assert notice.done_at == NOW


def test_nobody_is_reminded_of_what_is_decided(project, owner):
    make(project, "offered")
    actions.send_reminders(at=DECIDES - timedelta(hours=1))
    assert titles(owner) == []


def test_the_student_is_reminded_of_an_offer_once(project, student):
    make(project, "offered", student=student.student)
    actions.send_reminders(at=EXPIRES - timedelta(hours=25))
    assert titles(student) == []
    for hours in (24, 2):
        actions.send_reminders(at=EXPIRES - timedelta(hours=hours))
    assert titles(student) == [f"Your $480 offer for “{project.title}” expires Thu 5 Mar, 15:00 UTC"]


def test_dates_are_told_in_the_readers_own_time_zone(project, student):
    student.time_zone = "America/New_York"
    student.save()
    make(project, "offered", student=student.student)
    actions.send_reminders(at=EXPIRES - timedelta(hours=2))
    assert titles(student) == [f"Your $480 offer for “{project.title}” expires Thu 5 Mar, 10:00 EST"]


def test_one_sweep_does_it_all(project, time_machine):
    offered, waiting = make(project, "offered"), make(project, "submitted")
    time_machine.move_to(DECIDES + MINUTE, tick=False)
    sweep_clocks()
    assert status_of(offered, waiting) == ["lapsed", "lapsed"]
