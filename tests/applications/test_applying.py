"""From the draft to what was sent: who may, what is missing, and the limits."""

from datetime import timedelta

import pytest

from applications import actions
from applications.models import Application
from applications.parts import missing_parts, next_url
from marketplace.activity.models import Event
from marketplace.errors import InvalidTransition, LimitReached
from marketplace.notifications.models import Notification
from tests import factories
from tests.applications.refusing import refused
from tests.factories import NOW

pytestmark = pytest.mark.django_db
AFTER = NOW + timedelta(days=11)


def start(project, user, at=NOW):
    return actions.start_application(project=project, by=user, at=at)


def submit(application, at=NOW):
    return actions.submit_application(application=application, by=application.student.user, at=at)


def save_plan(application, **changes):
    plan = {"approach": "So.", "is_available": True} | changes
    return actions.save_plan(application=application, by=application.student.user, at=NOW, **plan)


@pytest.fixture
def draft(project, student):
    """Everything is done, nothing is sent."""
    return factories.make_application(project=project, student=student.student, status="draft")


def test_starting_twice_is_one_draft(project, student):
    first = start(project, student)
    assert start(project, student) == first
    assert (first.status, first.submitted_at, first.label) == ("draft", None, "")
    assert Event.objects.filter(verb="application.started").count() == 1


@pytest.mark.parametrize("answer", [{"is_adult": False}, {"country": ""}, {"may_contract": None}])
def test_only_eligible_students_start(project, answer):
    user = factories.make_student("Ada Underage", **answer).user
    with refused(code="not_eligible"):
        start(project, user)


def test_a_member_does_not_apply_to_their_own_organization(project, owner):
    factories.make_student("Olive Owner", user=owner)
    with refused(code="own_organization"):
        start(project, owner)


@pytest.mark.parametrize("status", ["draft", "in_review", "closed", "cancelled", "removed"])
def test_only_an_open_project_takes_applications(student, status):
    project = factories.make_project(status=status)
    with refused(InvalidTransition, code="closed"):
        start(project, student)


def test_nothing_starts_after_the_deadline(project, student):
    with refused(InvalidTransition, code="closed"):
        start(project, student, at=project.applications_close_at)


@pytest.mark.parametrize("status", ["not_selected", "lapsed", "declined"])
def test_an_answer_is_final_for_that_project(project, student, status):
    factories.make_application(project=project, student=student.student, status=status)
    with refused(code="answered"):
        start(project, student)


def test_whoever_withdrew_may_apply_again(project, student):
    factories.make_application(project=project, student=student.student, status="withdrawn")
    assert start(project, student).status == "draft"


def test_an_answer_is_a_copy_of_the_evidence(project, student):
    application = start(project, student)
    competency = project.competencies.first()
    evidence = factories.make_evidence(student.student)
    answer = actions.answer_competency(
        application=application, competency=competency, evidence=evidence, by=student, at=NOW
    )
    assert (answer.title, answer.url, answer.statement) == (evidence.title, evidence.url, evidence.statement)
    other = factories.make_evidence(student.student, "Other")
    actions.answer_competency(application=application, competency=competency, evidence=other, by=student, at=NOW)
    assert application.answers.get().title == "Other"


def test_evidence_must_be_ones_own_and_in_use(project, student, other_student):
    application = start(project, student)
    competency = project.competencies.first()
    for evidence in (
        factories.make_evidence(other_student.student),
        factories.make_evidence(student.student, archived_at=NOW),
    ):
        with refused(code="not_yours", field="evidence"):
            actions.answer_competency(
                application=application, competency=competency, evidence=evidence, by=student, at=NOW
            )


def test_a_competency_of_another_project_is_refused(project, student):
    application = start(project, student)
    competency = factories.make_project().competencies.first()
    evidence = factories.make_evidence(student.student)
    with refused(code="other_project"):
        actions.answer_competency(application=application, competency=competency, evidence=evidence, by=student, at=NOW)


@pytest.mark.parametrize(("text", "code"), [("", "required"), ("  ", "required"), ("word " * 151, "too_long")])
def test_the_approach_has_one_to_150_words(draft, text, code):
    with refused(code=code, field="approach"):
        save_plan(draft, approach=text)


def test_what_is_missing_is_named_and_nothing_is_sent(project, student):
    application = start(project, student)
    assert missing_parts(application) == [
        "evidence for SQL", "evidence for Data cleaning", "your approach", "your answer about the dates",
    ]  # fmt: skip
    with refused(code="incomplete") as caught:
        submit(application)
    assert caught.value.message.startswith("Still missing: evidence for SQL, ")


def test_a_no_to_the_dates_cannot_be_sent(draft):
    save_plan(draft, is_available=False)
    with refused(code="incomplete") as caught:
        submit(draft)
    assert caught.value.message == "Still missing: that you can keep the dates."


def test_continue_leads_to_the_next_unfinished_part_and_then_to_the_check(project, student):
    application = start(project, student)
    assert next_url(application) == f"/applications/{application.code}/edit/evidence/1/"
    assert next_url(application, after="evidence-1") == f"/applications/{application.code}/edit/evidence/2/"
    factories.add_answers(application)
    application = Application.objects.get(pk=application.pk)
    assert next_url(application, after="evidence-2") == f"/applications/{application.code}/edit/plan/"
    save_plan(application)
    application = Application.objects.get(pk=application.pk)
    assert next_url(application) == f"/applications/{application.code}/check/"


def test_sending_draws_a_letter_and_tells_both_sides(draft, owner, member, finance):
    application = submit(draft)
    assert (application.status, application.submitted_at, application.status_changed_at) == ("submitted", NOW, NOW)
    assert application.label in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    told = Notification.objects.order_by("pk").values_list("recipient__name", "kind")
    assert sorted(told) == [
        ("Mel Member", "application.received"), ("Olive Owner", "application.received"),
        ("Robin Quist", "application.sent"),
    ]  # fmt: skip


def test_sending_twice_is_once(draft):
    first = submit(draft)
    again = submit(draft, at=NOW + timedelta(hours=1))
    assert (again.label, again.submitted_at) == (first.label, NOW)
    assert Notification.objects.filter(kind="application.sent").count() == 1


def test_nothing_is_sent_after_the_deadline(draft):
    with refused(InvalidTransition, code="closed"):
        submit(draft, at=AFTER)


def test_what_was_sent_cannot_be_edited(draft):
    application, user = submit(draft), draft.student.user
    competency, evidence = draft.project.competencies.first(), factories.make_evidence(draft.student)
    for change in (
        lambda: save_plan(application),
        lambda: actions.answer_competency(
            application=application, competency=competency, evidence=evidence, by=user, at=NOW
        ),
    ):
        with refused(InvalidTransition):
            change()


def test_letters_are_never_used_twice(project):
    labels = [submit(factories.make_application(project=project, status="draft")).label for _ in range(12)]
    assert len(set(labels)) == 12


def test_after_z_come_two_letters(project):
    for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ":
        factories.make_application(project=project, status="withdrawn", label=letter, answers=False)
    assert len(submit(factories.make_application(project=project, status="draft")).label) == 2


def test_the_sixth_live_application_is_refused(draft):
    for status in ("submitted", "shortlisted", "offered", "submitted", "submitted"):
        factories.make_application(student=draft.student, status=status, answers=False)
    with refused(LimitReached, code="student_limit") as caught:
        submit(draft)
    assert caught.value.message.startswith("You have 5 live applications")


def test_ended_applications_do_not_count(draft):
    for status in ("not_selected", "withdrawn", "lapsed", "declined", "accepted", "draft"):
        factories.make_application(student=draft.student, status=status, answers=False)
    assert submit(draft).status == "submitted"


def test_the_twenty_sixth_live_application_waits_and_the_fifty_first_is_refused(draft, settings):
    settings.LIVE_APPLICATIONS_PER_PROJECT, settings.WAITING_APPLICATIONS_PER_PROJECT = 3, 1
    for _ in range(3):
        factories.make_application(project=draft.project, answers=False)
    factories.make_application(project=draft.project, status="withdrawn", label="Z", answers=False)
    other = factories.make_application(project=draft.project, status="draft")
    assert submit(other).status == "waitlisted"
    with refused(LimitReached, code="project_limit"):
        submit(draft)
    late = factories.make_student("Late Comer").user
    with refused(LimitReached, code="project_limit"):
        start(draft.project, late)


@pytest.mark.parametrize("status", ["submitted", "shortlisted"])
def test_withdrawing_tells_the_organization_and_frees_the_place(project, student, owner, status):
    application = factories.make_application(project=project, student=student.student, status=status)
    for _ in range(2):
        actions.withdraw_application(application=application, by=student, at=NOW)
    application.refresh_from_db()
    assert (application.status, application.decided_at) == ("withdrawn", NOW)
    name = "Robin Quist" if status == "shortlisted" else "Applicant A"
    notice = Notification.objects.get(recipient=owner)
    assert notice.title == f"{name} withdrew from “{project.title}”"


def test_throwing_a_draft_away_tells_nobody(draft, owner):
    actions.withdraw_application(application=draft, by=draft.student.user, at=NOW)
    assert Notification.objects.count() == 0
    with refused(InvalidTransition):
        submit(draft)


@pytest.mark.parametrize("status", ["offered", "accepted", "not_selected", "declined", "lapsed"])
def test_what_is_decided_cannot_be_withdrawn(student, status):
    application = factories.make_application(student=student.student, status=status)
    with refused(InvalidTransition):
        actions.withdraw_application(application=application, by=student, at=NOW)
