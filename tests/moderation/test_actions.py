"""Decisions and reports: the change, the Decision row, the event and the notice, together or not at all."""

from datetime import timedelta

import pytest

from marketplace.activity.queries import events_of
from marketplace.errors import DomainError, InvalidTransition
from marketplace.moderation import actions, rules
from marketplace.moderation.models import Decision, Report
from marketplace.moderation.next_actions import for_user
from marketplace.notifications.models import Notification
from projects.actions import submit_project
from projects.models import Project
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=2)
PROJECT_ACTIONS = {
    "open": (actions.open_project, "in_review", "open", "project.opened"),
    "return": (actions.return_project, "in_review", "draft", "project.returned"),
    "remove": (actions.remove_project, "open", "removed", "project.removed"),
}


@pytest.mark.parametrize("name", PROJECT_ACTIONS)
def test_a_decision_about_a_project(name, organization, owner, moderator):
    action, before, after, verb = PROJECT_ACTIONS[name]
    project = factories.make_project(status=before, organization=organization)
    for _ in range(2):  # repeating changes nothing
        assert action(project=project, by=moderator, reason="Because it is so.", at=LATER).status == after
    decision = Decision.objects.get()
    assert (decision.subject, decision.action, decision.moderator, decision.at) == (project, verb, moderator, LATER)
    assert decision.reason == "Because it is so."
    assert [(event.verb, event.actor) for event in events_of(project)] == [(verb, moderator)]
    assert {notice.recipient for notice in Notification.objects.all()} == {owner}


@pytest.mark.parametrize("name", PROJECT_ACTIONS)
@pytest.mark.parametrize("reason", ["", "   \n"])
def test_nobody_decides_in_silence(name, reason, organization, owner, moderator):
    action, before, _after, _verb = PROJECT_ACTIONS[name]
    project = factories.make_project(status=before, organization=organization)
    with pytest.raises(DomainError):
        action(project=project, by=moderator, reason=reason, at=LATER)
    assert Project.objects.get().status == before
    assert not Decision.objects.exists()
    assert not Notification.objects.exists()


@pytest.mark.parametrize(
    ("name", "state"),
    [("open", "draft"), ("open", "closed"), ("return", "open"), ("remove", "draft"), ("remove", "cancelled")],
)
def test_a_decision_that_no_longer_fits_leaves_no_trace(name, state, organization, owner, moderator):
    project = factories.make_project(status=state, organization=organization)
    with pytest.raises(InvalidTransition):
        PROJECT_ACTIONS[name][0](project=project, by=moderator, reason="Because.", at=LATER)
    assert Project.objects.get().status == state
    assert not Decision.objects.exists()


def test_verifying_an_organization_once(moderator, owner):
    newcomer = factories.make_organization("Newcomer", owner=owner, verified=False)
    for at in (NOW, LATER):
        verified = actions.verify_organization(organization=newcomer, by=moderator, reason="Register checked", at=at)
        assert verified.verified_at == NOW
    assert Decision.objects.get().action == "organization.verified"
    assert [event.verb for event in events_of(newcomer)] == ["organization.verified"]
    assert Notification.objects.get().title == "Newcomer is verified"


def test_verifying_takes_its_flag_from_what_is_in_review(moderator, owner, client_of):
    newcomer = factories.make_organization("Newcomer", owner=owner, verified=False)
    clean, flagged, other = (
        submit_project(project=factories.make_project(status="draft", **fields), by=owner, at=NOW)
        for fields in (
            {"organization": newcomer}, {"organization": newcomer, "brief": "Do a test task first."},
            {"organization": factories.make_organization("Other", verified=False)},
        )
    )  # fmt: skip
    actions.verify_organization(organization=newcomer, by=moderator, reason="Register checked", at=LATER)
    left = {}
    for project in (clean, flagged, other):
        project.refresh_from_db()
        left[project.pk] = [flag["code"] for flag in project.review_flags]
        assert project.status == "in_review"
    assert left == {clean.pk: [], flagged.pk: ["bespoke_task"], other.pk: ["unverified"]}
    assert [event.verb for event in events_of(clean)] == ["project.submitted", "project.unflagged"]
    assert "not verified yet" not in client_of(owner).get(clean.get_absolute_url()).content.decode()


def test_suspending_and_reinstating_a_person(moderator, student):
    actions.suspend_user(user=student, by=moderator, reason="Off-platform payment", at=NOW)
    actions.suspend_user(user=student, by=moderator, reason="Again", at=LATER)
    student.refresh_from_db()
    assert (student.suspended_at, student.suspension_reason) == (NOW, "Off-platform payment")
    actions.reinstate_user(user=student, by=moderator, reason="Explained", at=LATER)
    actions.reinstate_user(user=student, by=moderator, reason="Explained", at=LATER)
    student.refresh_from_db()
    assert student.suspended_at is None
    assert [row.action for row in Decision.objects.order_by("pk")] == ["user.suspended", "user.reinstated"]


def test_where_to_object_is_true_in_the_inbox_and_in_the_e_mail(moderator, student, project, owner):
    actions.suspend_user(user=student, by=moderator, reason="Off-platform payment", at=NOW)
    actions.remove_project(project=project, by=moderator, reason="Unpaid work", at=NOW)
    told = {row.kind: row.body for row in Notification.objects.filter(recipient__in=[student, owner])}
    assert set(told) == {"account.suspended", "moderation.project_removed"}
    for body in told.values():
        assert body.endswith("If you think that this is a mistake, answer the e-mail about it.")


def make_report(project, by, at=NOW):
    return actions.report(subject=project, by=by, reason="unpaid", details="Asks for a free trial.", at=at)


def test_reporting_twice_is_one_report_until_it_is_decided(project, student, moderator):
    first = make_report(project, student)
    assert make_report(project, student, LATER) == first
    assert Notification.objects.get().recipient == moderator
    actions.dismiss_report(report=first, by=moderator, reason="It is paid.", at=LATER)
    assert make_report(project, student, LATER) != first
    assert Report.objects.count() == 2


@pytest.mark.parametrize(
    ("action", "status"), [(actions.uphold_report, "upheld"), (actions.dismiss_report, "dismissed")]
)
def test_deciding_a_report_tells_the_reporter_only(action, status, project, student, moderator, owner):
    report = make_report(project, student)
    for _ in range(2):
        assert action(report=report, by=moderator, reason="We looked into it.", at=LATER).status == status
    decision = Decision.objects.get()
    assert (decision.action, decision.report, decision.subject) == (f"report.{status}", report, project)
    waiting, told = Notification.objects.order_by("pk")
    assert (waiting.recipient, waiting.done_at) == (moderator, LATER)
    assert (told.recipient, told.body) == (student, "We looked into it.")
    assert Project.objects.get().status == "open"


def test_a_decided_report_is_not_decided_otherwise(project, student, moderator):
    report = make_report(project, student)
    actions.dismiss_report(report=report, by=moderator, reason="It is paid.", at=NOW)
    with pytest.raises(InvalidTransition):
        actions.uphold_report(report=report, by=moderator, reason="No, it is not.", at=LATER)
    assert Report.objects.get().status == "dismissed"
    assert Decision.objects.count() == 1


def test_upholding_may_remove_the_project_at_once(project, student, moderator, owner):
    report = make_report(project, student)
    actions.uphold_and_remove(report=report, by=moderator, reason="Unpaid trial.", at=LATER)
    assert Project.objects.get().status == "removed"
    assert {row.action for row in Decision.objects.filter(report=report)} == {"report.upheld", "project.removed"}
    about_a_person = actions.report(subject=student.student, by=owner, reason="harassment", at=NOW)
    with pytest.raises(DomainError):
        actions.uphold_and_remove(report=about_a_person, by=moderator, reason="x", at=LATER)


def test_a_moderator_decides_nothing_of_their_own(moderator, organization, project, student):
    about_me = Report(reporter=student, subject=factories.make_student("Sam", user=moderator), reason="other")
    assert not rules.may_decide(moderator, moderator)
    assert not rules.may_decide(moderator, about_me)
    factories.make_member(organization, moderator, "member")
    assert not rules.may_decide(moderator, project)
    assert not rules.may_decide(moderator, organization)
    assert rules.may_decide(moderator, student)
    assert not rules.may_decide(student, student)


def test_home_tells_a_moderator_what_waits(moderator, student, organization, owner):
    factories.make_project(status="in_review", organization=organization)
    make_report(factories.make_project(organization=organization), student)
    factories.make_organization("Newcomer", verified=False)
    told = ["Review 1 project", "Decide on 1 report", "Verify 1 organization"]
    assert [action.text for action in for_user(moderator, NOW)] == told
    assert list(for_user(student, NOW)) == []
