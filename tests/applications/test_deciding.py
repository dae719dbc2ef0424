"""Shortlist, decline, offer: what each needs, what it reveals, what it refuses."""

from datetime import timedelta

import pytest

from applications import actions
from applications.models import Application
from applications.queries import places_left
from marketplace.activity.models import Event
from marketplace.errors import InvalidTransition, LimitReached
from marketplace.notifications.models import Notification
from marketplace.skills.models import StudentSkill
from tests import factories
from tests.applications.refusing import refused
from tests.factories import NOW

pytestmark = pytest.mark.django_db
ALL = list(Application.Status)


@pytest.fixture
def application(project, student):
    return factories.make_application(project=project, student=student.student)


@pytest.fixture
def assessed(application, owner):
    factories.make_scores(application, owner)
    return application


def in_state(project, status):
    return factories.make_application(project=project, status=status)


def test_the_shortlist_reveals_and_logs_it(assessed, owner, student):
    for _ in range(2):
        actions.shortlist(application=assessed, by=owner, at=NOW)
    assessed.refresh_from_db()
    assert (assessed.status, assessed.revealed_at) == ("shortlisted", NOW)
    event = Event.objects.get(verb="application.revealed")
    assert (event.actor, event.subject, event.at) == (owner, assessed, NOW)
    notice = Notification.objects.get(recipient=student)
    assert notice.kind == "application.shortlisted"
    assert notice.facts == [["SQL", "Meets (asked: Working)"], ["Data cleaning", "Meets (asked: Working)"]]


@pytest.mark.parametrize("status", ["cancelled", "removed"])
def test_a_project_that_is_gone_reveals_nobody(assessed, owner, status):
    type(assessed.project).objects.filter(pk=assessed.project_id).update(status=status)
    with pytest.raises(InvalidTransition, match=status):
        actions.shortlist(application=assessed, by=owner, at=NOW)
    assessed.refresh_from_db()
    assert (assessed.status, assessed.revealed_at) == ("submitted", None)


def test_nobody_is_shortlisted_unscored(application, owner):
    with refused(code="not_assessed"):
        actions.shortlist(application=application, by=owner, at=NOW)
    competency = application.project.competencies.first()
    actions.score(
        application=application, competency=competency, level=2, justification="One of two.", by=owner, at=NOW
    )
    with refused(code="not_assessed"):
        actions.shortlist(application=application, by=owner, at=NOW)


@pytest.mark.parametrize("status", [s for s in ALL if s not in ("submitted", "shortlisted")])
def test_only_received_applications_are_shortlisted(project, owner, status):
    application = in_state(project, status)
    factories.make_scores(application, owner)
    with refused(InvalidTransition):
        actions.shortlist(application=application, by=owner, at=NOW)


@pytest.mark.parametrize(("level", "strength"), [(3, 2), (2, 2), (1, None), (0, None)])
def test_what_met_the_level_becomes_assessed_evidence(application, owner, level, strength):
    factories.make_scores(application, owner, level=level)
    actions.shortlist(application=application, by=owner, at=NOW)
    row = StudentSkill.objects.filter(student=application.student, skill__name="SQL").first()
    assert (row.strength if row else None) == strength


def test_assessed_evidence_never_lowers_a_finished_project(assessed, owner):
    factories.make_student_skill(assessed.student, "SQL", level=3, strength=3, shown_in="A project here")
    actions.shortlist(application=assessed, by=owner, at=NOW)
    row = StudentSkill.objects.get(student=assessed.student, skill__name="SQL")
    assert (row.level, row.strength, row.shown_in) == (3, 3, "A project here")


@pytest.mark.parametrize("status", ["submitted", "shortlisted"])
def test_a_decline_carries_reason_feedback_and_levels(project, student, owner, status):
    application = factories.make_application(project=project, student=student.student, status=status)
    factories.make_scores(application, owner, level=1)
    for _ in range(2):
        actions.decline_application(
            application=application, reason="evidence", feedback=" Show the query. ", by=owner, at=NOW
        )
    application.refresh_from_db()
    assert (application.status, application.reason, application.feedback, application.decided_at) == (
        "not_selected", "evidence", "Show the query.", NOW,
    )  # fmt: skip
    notice = Notification.objects.get(recipient=student)
    assert notice.title == f"Acme Analytics did not select you for “{project.title}”"
    assert "The evidence did not show a competency at the level asked for." in notice.body
    assert "Show the query." in notice.body
    assert notice.facts[0] == ["SQL", "Developing (asked: Working)"]


@pytest.mark.parametrize("reason", ["evidence", "stronger"])
def test_a_reason_on_merit_needs_scores(application, owner, reason):
    with refused(code="not_assessed"):
        actions.decline_application(application=application, reason=reason, by=owner, at=NOW)


def test_availability_needs_no_scores(application, owner):
    declined = actions.decline_application(application=application, reason="availability", by=owner, at=NOW)
    assert declined.status == "not_selected"


@pytest.mark.parametrize("reason", ["", "filled", "cancelled", "nonsense"])
def test_other_reasons_are_not_for_choosing(assessed, owner, reason):
    with refused(code="bad_reason", field="reason"):
        actions.decline_application(application=assessed, reason=reason, by=owner, at=NOW)
    with refused(code="bad_reason", field="reason"):
        actions.decline_rest(project=assessed.project, reason=reason, by=owner, at=NOW)


@pytest.mark.parametrize("status", ["draft", "offered", "accepted", "declined", "withdrawn", "lapsed"])
def test_what_is_not_waiting_is_not_declined(project, owner, status):
    application = in_state(project, status)
    factories.make_scores(application, owner)
    with refused(InvalidTransition):
        actions.decline_application(application=application, reason="stronger", by=owner, at=NOW)


def test_declining_the_rest_spares_the_shortlist_and_the_unscored(project, owner):
    scored = [factories.make_application(project=project) for _ in range(2)]
    for application in scored:
        factories.make_scores(application, owner)
    chosen, unscored = in_state(project, "shortlisted"), factories.make_application(project=project)
    factories.make_scores(chosen, owner)
    declined = actions.decline_rest(project=project, reason="stronger", by=owner, at=NOW)
    assert declined == scored
    states = {row.pk: row.status for row in project.applications.all()}
    assert [states[row.pk] for row in (*scored, chosen, unscored)] == [
        "not_selected", "not_selected", "shortlisted", "submitted",
    ]  # fmt: skip


def test_an_offer_stands_for_three_days(project, student, owner):
    application = factories.make_application(project=project, student=student.student, status="shortlisted")
    for hours in (0, 5):
        actions.make_offer(application=application, note=" Welcome. ", by=owner, at=NOW + timedelta(hours=hours))
    application.refresh_from_db()
    assert (application.status, application.offered_at, application.offer_expires_at, application.offer_note) == (
        "offered", NOW, NOW + timedelta(days=3), "Welcome.",
    )  # fmt: skip
    notice = Notification.objects.get(recipient=student)
    assert notice.title == f"Acme Analytics offers you $480 for “{project.title}”"
    assert (notice.needs_action, notice.due_at) == (True, NOW + timedelta(days=3))
    assert notice.body.startswith("$480 fixed for about 16 hours. Answer by Thu 5 Mar")


@pytest.mark.parametrize("status", [s for s in ALL if s not in ("shortlisted", "offered")])
def test_offers_come_from_the_shortlist_only(project, owner, status):
    application = in_state(project, status)
    with refused(InvalidTransition):
        actions.make_offer(application=application, by=owner, at=NOW)


@pytest.mark.parametrize("holder", ["offered", "accepted"])
def test_no_offer_without_a_place(project, owner, holder):
    in_state(project, holder)
    application = in_state(project, "shortlisted")
    with refused(LimitReached, code="no_places"):
        actions.make_offer(application=application, by=owner, at=NOW)


@pytest.mark.parametrize("holder", ["declined", "lapsed", "withdrawn"])
def test_a_place_that_came_back_is_offered_again(project, owner, holder):
    in_state(project, holder)
    application = in_state(project, "shortlisted")
    assert actions.make_offer(application=application, by=owner, at=NOW).status == "offered"


def test_a_cancelled_engagement_frees_its_place(project):
    application = in_state(project, "accepted")
    assert places_left(project) == 0
    factories.make_engagement(application=application, status="cancelled")
    assert places_left(project) == 1


@pytest.mark.parametrize("status", ["cancelled", "removed"])
def test_no_offer_for_a_project_that_is_gone(owner, organization, status):
    project = factories.make_project(organization=organization, status=status)
    application = in_state(project, "shortlisted")
    with refused(InvalidTransition):
        actions.make_offer(application=application, by=owner, at=NOW)


def test_declining_an_offer_frees_the_place_and_settles_the_notice(project, student, owner):
    application = factories.make_application(project=project, student=student.student, status="shortlisted")
    runner_up = in_state(project, "shortlisted")
    actions.make_offer(application=application, by=owner, at=NOW)
    for _ in range(2):
        actions.decline_offer(application=application, by=student, at=NOW)
    application.refresh_from_db()
    assert (application.status, application.decided_at) == ("declined", NOW)
    assert Notification.objects.get(kind="offer.made").done_at == NOW
    told = Notification.objects.get(kind="offer.declined", recipient=owner)
    assert told.title == f"Robin Quist declined your $480 offer for “{project.title}”"
    assert "1 more person is on your shortlist" in told.body
    assert actions.make_offer(application=runner_up, by=owner, at=NOW).status == "offered"


@pytest.mark.parametrize("status", [s for s in ALL if s not in ("offered", "declined")])
def test_only_an_offer_can_be_declined(project, status):
    application = in_state(project, status)
    with refused(InvalidTransition):
        actions.decline_offer(application=application, by=application.student.user, at=NOW)


def test_accepting_marks_and_settles(project, student, owner):
    application = factories.make_application(project=project, student=student.student, status="shortlisted")
    actions.make_offer(application=application, by=owner, at=NOW)
    for _ in range(2):
        actions.mark_accepted(application=application, at=NOW)
    application.refresh_from_db()
    assert (application.status, application.decided_at) == ("accepted", NOW)
    assert Notification.objects.get(kind="offer.made").done_at == NOW


def test_when_the_places_are_filled_everybody_gets_their_levels(project, student, owner):
    waiting = factories.make_application(project=project, student=student.student)
    factories.make_scores(waiting, owner, level=2)
    kept = [in_state(project, status) for status in ("accepted", "draft", "withdrawn", "lapsed")]
    assert actions.close_out(project=project, at=NOW) == [waiting]
    waiting.refresh_from_db()
    assert (waiting.status, waiting.reason) == ("not_selected", "filled")
    notice = Notification.objects.get(recipient=student)
    assert notice.body.startswith("All places were filled.")
    assert notice.facts[0] == ["SQL", "Meets (asked: Working)"]
    assert [Application.objects.get(pk=row.pk).status for row in kept] == [row.status for row in kept]
    assert actions.close_out(project=project, at=NOW) == []
