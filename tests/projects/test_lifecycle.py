"""draft → in_review → open → closed and the ways out: every state of every action."""

from datetime import UTC, datetime, timedelta

import pytest

from marketplace.activity.queries import events_of
from marketplace.errors import DomainError, InvalidTransition, LimitReached
from marketplace.notifications.models import Notification
from projects import actions
from projects.actions.lifecycle import Incomplete
from projects.models import Listing, Project
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)
STATES = list(Project.Status.values)
DATES = {
    "applications_close_at": NOW + timedelta(days=20),
    "decisions_due_at": NOW + timedelta(days=25),
    "work_due_on": (NOW + timedelta(days=60)).date(),
}
ACTIONS = {
    "submit": (lambda project, by: actions.submit_project(project=project, by=by, at=LATER)),
    "open": (lambda project, by: actions.open_project(project=project, by=by, at=LATER, reason="Fine")),
    "return": (lambda project, by: actions.return_to_draft(project=project, by=by, at=LATER, note="Say more")),
    "close": (lambda project, by: actions.close_project(project=project, by=by, at=LATER, reason="employer")),
    "reopen": (lambda project, by: actions.reopen_project(project=project, by=by, at=LATER, **DATES)),
    "cancel": (lambda project, by: actions.cancel_project(project=project, by=by, at=LATER, reason="No budget")),
    "remove": (lambda project, by: actions.remove_project(project=project, by=by, at=LATER, reason="Banned work")),
}
# action: {state before: state after}; a state that is not named refuses, and nothing changes.
TABLE = {
    "submit": {"draft": "open", "in_review": "in_review", "open": "open"},
    "open": {"in_review": "open", "open": "open"},
    "return": {"in_review": "draft", "draft": "draft"},
    "close": {"open": "closed", "closed": "closed"},
    "reopen": {"closed": "open", "open": "open"},
    "cancel": {
        "draft": "cancelled", "in_review": "cancelled", "open": "cancelled", "closed": "cancelled",
        "cancelled": "cancelled",
    },
    "remove": {"in_review": "removed", "open": "removed", "closed": "removed", "removed": "removed"},
}  # fmt: skip


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("name", ACTIONS)
def test_every_action_in_every_state(name, state, organization, owner):
    project = factories.make_project(status=state, organization=organization)
    before = Project.objects.filter(pk=project.pk).values().get()
    expected = TABLE[name].get(state)
    if expected is None:
        with pytest.raises(InvalidTransition):
            ACTIONS[name](project, owner)
    else:
        assert ACTIONS[name](project, owner).status == expected
    after = Project.objects.filter(pk=project.pk).values().get()
    if expected in (None, state):
        assert after == before
        assert not events_of(project).exists()
        assert not Notification.objects.exists()
    else:
        assert after["status"] == expected
        assert after["status_changed_at"] == LATER
        assert events_of(project).count() == 1


@pytest.mark.parametrize("name", ACTIONS)
def test_repeating_is_harmless(name, organization, owner):
    state = next(state for state, after in TABLE[name].items() if state != after)
    project = factories.make_project(status=state, organization=organization)
    ACTIONS[name](project, owner)
    once = everything_about(project)
    ACTIONS[name](project, owner)
    assert everything_about(project) == once


def everything_about(project):
    row = Project.objects.filter(pk=project.pk).values().get()
    return row, list(Notification.objects.order_by("pk").values()), list(events_of(project).values())


def test_a_clean_project_of_a_verified_organization_opens_at_once(organization, owner, settings):
    settings.SERVICE_FEE_BPS, settings.HOURLY_FLOOR = 1_250, 2_500
    project = factories.make_project(status="draft", organization=organization, service_fee_bps=0, hourly_floor=0)
    project = actions.submit_project(project=project, by=owner, at=NOW)
    assert (project.status, project.opened_at, project.submitted_at, project.matched_at) == ("open", NOW, NOW, None)
    assert (project.service_fee_bps, project.hourly_floor) == (1_250, 2_500)
    assert (project.service_fee_amount, project.total_amount) == (6_000, 54_000)
    assert [event.verb for event in events_of(project)] == ["project.opened"]
    assert Listing.objects.get().pk == project.pk


def test_an_unverified_organization_goes_to_review_and_moderators_are_told(moderator, owner):
    newcomer = factories.make_organization("Newcomer", owner=owner, verified=False)
    project = factories.make_project(status="draft", organization=newcomer)
    project = actions.submit_project(project=project, by=owner, at=NOW)
    assert (project.status, [flag["code"] for flag in project.review_flags]) == ("in_review", ["unverified"])
    notice = Notification.objects.get()
    assert (notice.recipient, notice.kind, notice.needs_action) == (moderator, "moderation.project_waiting", True)
    assert "Newcomer" in notice.title
    assert not Listing.objects.exists()


def test_a_flagged_text_goes_to_review_whoever_wrote_it(organization, owner):
    project = factories.make_project(status="draft", organization=organization, brief="Do a test task first.")
    project = actions.submit_project(project=project, by=owner, at=NOW)
    assert project.status == "in_review"
    assert project.review_flags[0]["code"] == "bespoke_task"
    assert (project.review_flags[0]["where"], project.review_flags[0]["excerpt"]) == ("outcome", "test task")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"brief": ""}, "brief"), ({"title": ""}, "title"), ({"field": None}, "field"), ({"hours": None}, "hours"),
        ({"fee_amount": None}, "fee"), ({"fee_amount": 20_000, "hourly_floor": 0}, "fee"),
        ({"deliverable": ""}, "deliverable"), ({"portfolio_permission": ""}, "portfolio_permission"),
        ({"portfolio_permission": "after_date", "portfolio_from": NOW.date() + timedelta(days=34)}, "portfolio_from"),
        ({"is_remote": False}, "place"), ({"applications_close_at": NOW}, "applications_close_on"),
        ({"criteria": 2}, "criterion_1"), ({"skills": ["SQL"]}, "skill_1"),
    ],
)  # fmt: skip
def test_an_incomplete_draft_is_not_submitted(fields, field, organization, owner):
    project = factories.make_project(status="draft", organization=organization, **fields)
    with pytest.raises(Incomplete) as caught:
        actions.submit_project(project=project, by=owner, at=NOW)
    assert [problem.field for problem in caught.value.problems] == [field]
    project.refresh_from_db()
    assert (project.status, project.submitted_at) == ("draft", None)


def test_a_project_whose_deadline_passed_in_review_is_not_opened(organization, moderator):
    project = factories.make_project(status="in_review", organization=organization)
    with pytest.raises(DomainError):
        actions.open_project(project=project, by=moderator, at=project.applications_close_at)
    project.refresh_from_db()
    assert project.status == "in_review"


def test_opening_tells_the_organization_and_settles_the_moderators_notice(moderator, owner, member, organization):
    organization.verified_at = None
    organization.save()
    project = factories.make_project(status="draft", organization=organization)
    actions.submit_project(project=project, by=owner, at=NOW)
    actions.open_project(project=project, by=moderator, at=LATER, reason="Real company")
    waiting = Notification.objects.get(kind="moderation.project_waiting")
    assert waiting.done_at == LATER
    told = Notification.objects.filter(kind="project.opened")
    assert {notice.recipient for notice in told} == {owner, member}
    assert "$480 fixed for about 16 hours. Apply by Thu 12 Mar, 15:00 UTC." in told[0].body


def test_a_returned_project_can_be_changed_and_submitted_again(moderator, owner, organization):
    project = factories.make_project(status="in_review", organization=organization)
    actions.return_to_draft(project=project, by=moderator, at=NOW, note="Name the files you provide.")
    notice = Notification.objects.get(kind="project.returned")
    assert (notice.needs_action, notice.done_at, "Name the files" in notice.body) == (True, None, True)
    project = actions.submit_project(project=project, by=owner, at=LATER)
    notice.refresh_from_db()
    assert (project.status, project.review_note, notice.done_at) == ("open", "", LATER)


def test_taking_it_back_oneself_tells_nobody(owner, organization):
    project = factories.make_project(status="in_review", organization=organization)
    project = actions.return_to_draft(project=project, by=owner, at=NOW)
    assert project.status == "draft"
    assert not Notification.objects.exists()


def test_the_clock_closes_exactly_what_is_due(organization, owner):
    due = factories.make_project(organization=organization, applications_close_at=NOW)
    factories.make_application(project=due)
    running = factories.make_project(organization=organization, applications_close_at=NOW + timedelta(seconds=1))
    draft = factories.make_project(organization=organization, status="draft", applications_close_at=NOW)
    assert actions.close_due(at=NOW) == 1
    assert actions.close_due(at=NOW) == 0
    states = [Project.objects.get(pk=project.pk).status for project in (due, running, draft)]
    assert states == ["closed", "open", "draft"]
    due.refresh_from_db()
    assert (due.close_reason, due.closed_at, events_of(due).get().actor) == ("deadline", NOW, None)
    notice = Notification.objects.get()
    assert (notice.recipient, notice.due_at) == (owner, due.decisions_due_at)
    assert notice.title == "“Clean and map three years of survey answers” is closed: decide on 1 application"


@pytest.mark.parametrize(("status", "words", "may_reopen"), [
    ("not_selected", "is closed", True), ("accepted", "is closed", False),
    ("draft", "is closed without applications", True), (None, "is closed without applications", True),
])  # fmt: skip
def test_a_project_closes_without_applications_only_when_there_were_none(
    status, words, may_reopen, organization, owner
):
    project = factories.make_project(organization=organization, applications_close_at=NOW, title="Tides")
    if status:
        factories.make_application(project=project, status=status)
    actions.close_due(at=NOW)
    notice = Notification.objects.get()
    assert (notice.title, "Reopen it" in notice.body) == (f"“Tides” {words}", may_reopen)


def test_reopening_keeps_the_history_and_matches_again(owner, organization):
    project = factories.make_project(
        status="closed", organization=organization, close_reason="deadline", matched_at=NOW
    )
    project = actions.reopen_project(project=project, by=owner, at=LATER, **DATES)
    assert (project.status, project.opened_at, project.matched_at) == ("open", LATER, None)
    assert (project.closed_at, project.close_reason) == (None, "")
    assert project.applications_close_at == DATES["applications_close_at"]


def test_a_filled_project_is_not_reopened(owner, organization):
    project = factories.make_project(status="closed", organization=organization)
    factories.make_engagement(application=factories.make_application(project=project, status="accepted"))
    with pytest.raises(LimitReached):
        actions.reopen_project(project=project, by=owner, at=LATER, **DATES)
    assert Project.objects.get(pk=project.pk).status == "closed"


def test_a_cancelled_engagement_frees_its_place(owner, organization):
    project = factories.make_project(status="closed", organization=organization)
    application = factories.make_application(project=project, status="accepted")
    factories.make_engagement(application=application, status="cancelled")
    assert actions.reopen_project(project=project, by=owner, at=LATER, **DATES).status == "open"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"applications_close_at": NOW}, "applications_close_on"),
        ({"decisions_due_at": NOW + timedelta(days=2)}, "decisions_due_on"),
        ({"work_due_on": NOW.date()}, "work_due_on"),
    ],
)
def test_reopening_wants_dates_that_fit(changes, field, owner, organization):
    project = factories.make_project(status="closed", organization=organization)
    with pytest.raises(DomainError) as caught:
        actions.reopen_project(project=project, by=owner, at=LATER, **DATES | changes)
    assert caught.value.field == field
    assert Project.objects.get(pk=project.pk).status == "closed"


@pytest.mark.parametrize("status", ["submitted", "shortlisted"])
def test_the_decision_date_promised_to_who_waits_does_not_move_later(status, owner, organization):
    project = factories.make_project(status="closed", organization=organization)
    promised = project.decisions_due_at
    factories.make_application(project=project, status=status)
    dates = DATES | {"applications_close_at": promised - timedelta(days=5)}

    def reopen(**changes):
        return actions.reopen_project(project=project, by=owner, at=LATER, **dates | changes)

    with pytest.raises(DomainError, match="1 applicant was promised an answer by Tue 17 Mar 2026") as caught:
        reopen(decisions_due_at=promised + timedelta(days=1))
    assert caught.value.field == "decisions_due_on"
    same_day = promised + timedelta(hours=8)
    with pytest.raises(DomainError, match="cannot be before the application deadline"):
        reopen(decisions_due_at=same_day, applications_close_at=promised + timedelta(hours=4))
    assert reopen(decisions_due_at=same_day).decisions_due_at == promised


def test_with_everybody_answered_the_dates_are_free(owner, organization):
    project = factories.make_project(status="closed", organization=organization)
    factories.make_application(project=project, status="not_selected")
    later = {"decisions_due_at": project.decisions_due_at + timedelta(days=5)}
    assert actions.reopen_project(project=project, by=owner, at=LATER, **DATES | later).status == "open"


def test_the_due_date_promised_to_a_student_does_not_move_earlier(owner, organization):
    project = factories.make_project(status="closed", organization=organization, places=2)
    factories.make_engagement(application=factories.make_application(project=project, status="accepted"))
    earlier = {"work_due_on": project.work_due_on - timedelta(days=1)}
    with pytest.raises(DomainError) as caught:
        actions.reopen_project(project=project, by=owner, at=LATER, **DATES | earlier)
    assert caught.value.field == "work_due_on"


def test_a_project_with_an_accepted_student_is_not_cancelled(owner, organization):
    project = factories.make_project(status="closed", organization=organization)
    factories.make_application(project=project, status="accepted")
    with pytest.raises(DomainError):
        actions.cancel_project(project=project, by=owner, at=LATER, reason="No budget")
    assert Project.objects.get(pk=project.pk).status == "closed"
    assert not events_of(project).exists()


def test_removing_tells_the_organization_why(moderator, owner, organization):
    project = factories.make_project(organization=organization)
    actions.remove_project(project=project, by=moderator, at=LATER, reason="Asks for unpaid work.")
    notice = Notification.objects.get()
    assert (notice.recipient, "Asks for unpaid work." in notice.body) == (owner, True)
    assert not Listing.objects.exists()


def test_saving_for_later_twice_keeps_the_first_date(project, student):
    first = actions.save_for_later(project=project, student=student.student, at=NOW)
    assert actions.save_for_later(project=project, student=student.student, at=LATER).saved_at == first.saved_at == NOW
    actions.unsave(project=project, student=student.student)
    actions.unsave(project=project, student=student.student)
    assert not student.student.saved_projects.exists()


def test_notices_say_dates_in_the_readers_own_time_zone(owner, member, organization):
    """One minute before midnight in New York is tomorrow in UTC, and nobody may be told the later day only."""
    owner.time_zone = "America/New_York"
    owner.save()
    decides = datetime(2026, 3, 18, 3, 59, tzinfo=UTC)
    project = factories.make_project(organization=organization, decisions_due_at=decides)
    factories.make_application(project=project)
    actions.close_due(at=project.applications_close_at)
    said = {user: user.notifications.get(kind="project.closed").body for user in (owner, member)}
    assert said[owner].startswith("Decide by Tue 17 Mar, 23:59 EDT: every applicant")
    assert said[member].startswith("Decide by Wed 18 Mar, 03:59 UTC: every applicant")
    assert "{" not in said[owner] + said[member]
