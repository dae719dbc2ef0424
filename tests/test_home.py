"""Home: what each kind of person finds there, in a constant number of queries."""

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.urls import reverse
from django.utils import timezone

from marketplace.accounts.actions import block, suspend_user
from marketplace.home import reason
from projects.actions import hide
from projects.models import Match
from tests import factories
from tests.factories import NOW

HOME = reverse("home")


def soon(**fields):
    """Dates of a project that is open now: Home asks the real clock."""
    at = timezone.now()
    return {
        "applications_close_at": at + timedelta(days=10), "decisions_due_at": at + timedelta(days=15),
        "work_due_on": (at + timedelta(days=35)).date(),
    } | fields  # fmt: skip


def a_match(student, title="Map the survey", **fields):
    project = factories.make_project(title=title, **soon(**fields))
    told = [["SQL", "Practiced", "Churn dashboard"], ["Data cleaning", "Practiced", "Churn dashboard"]]
    return Match.objects.create(student=student, project=project, score=0.9, shown=told, matched_at=timezone.now())


def one_of_each_for_a_student(student):
    a_match(student)
    closed = factories.make_project(status="closed", **soon())
    for status in ("offered", "submitted", "shortlisted", "draft"):
        factories.make_application(project=factories.make_project(**soon()), student=student, status=status)
    for status in ("active", "awaiting_funding", "changes_requested", "approved"):
        application = factories.make_application(
            project=factories.make_project(status="closed"), student=student, status="accepted"
        )
        factories.make_engagement(application=application, status=status, due_at=timezone.now() + timedelta(days=5))
    return closed


def one_of_each_for_an_organization(organization):
    draft = factories.make_project(organization=organization, status="draft", created_at=timezone.now())
    factories.make_application(project=factories.make_project(organization=organization, **soon()))
    for status in ("active", "awaiting_funding", "delivered", "approved"):
        project = factories.make_project(organization=organization, status="closed")
        factories.make_engagement(project=project, status=status, due_at=timezone.now() + timedelta(days=5))
    return draft


def page_of(client, user):
    return client(user).get(HOME)


def test_a_new_student_finds_three_steps_and_what_is_new(client_of, db):
    student = factories.make_student("Ada King", headline="")
    project = factories.make_project(title="Translate a flyer", **soon())
    page = page_of(client_of, student.user)
    assert [(step.title, step.done) for step in page.context["steps"]] == [
        ("Say who you are", False), ("Add your first evidence", False), ("Apply to a project", False),
    ]  # fmt: skip
    assert [(card.pk, why) for card, why in page.context["suggestions"]] == [(project.pk, "")]
    html = page.content.decode()
    assert html.count("button-primary") == 1
    assert "New projects" in html
    assert "Nothing waits for you" not in html


def test_what_is_new_leaves_out_what_a_student_does_not_want(client_of, student, owner):
    hidden, blocked, left = (factories.make_project(title=title, **soon()) for title in ("Hidden", "Blocked", "Left"))
    hide(project=hidden, student=student.student, at=NOW)
    block(student=student.student, organization=blocked.organization, side="student", by=student, at=NOW)
    assert [card.pk for card, _why in page_of(client_of, student).context["suggestions"]] == [left.pk]


def test_steps_go_when_they_are_done(client_of, student):
    student.student.headline = "Maps"
    student.student.save()
    factories.make_evidence(student.student)
    steps = page_of(client_of, student).context["steps"]
    assert [step.done for step in steps] == [True, True, False]
    factories.make_application(student=student.student)
    assert page_of(client_of, student).context["steps"] == []


def test_a_new_employer_founds_an_organization_first(client_of, db):
    page = page_of(client_of, factories.make_user("Bo Marsh"))
    assert page.context["next_step"].url_name == "accounts:organization_new"
    assert page.content.decode().count("button-primary") == 1


def test_a_student_is_told_why_a_project_fits(client_of, student):
    match = a_match(student.student)
    for name in ("SQL", "Data cleaning"):
        factories.make_student_skill(student.student, name)
    page = page_of(client_of, student)
    assert [(card.pk, why) for card, why in page.context["suggestions"]] == [
        (match.project.pk, "SQL and Data cleaning")
    ]
    assert "You have shown SQL and Data cleaning." in page.content.decode()


def test_what_was_applied_to_is_no_suggestion_but_waits_for_a_decision(client_of, student):
    match = a_match(student.student)
    factories.make_application(project=match.project, student=student.student)
    page = page_of(client_of, student)
    assert page.context["suggestions"] == []
    assert [row["application"].project for row in page.context["applications"]] == [match.project]


@pytest.mark.parametrize(("names", "words"), [(["SQL"], "SQL"), (["A", "B", "C"], "A, B and C")])
def test_a_reason_reads_as_a_sentence(names, words):
    assert reason(SimpleNamespace(skills=[*((name, True) for name in names), ("Figma", False)])) == words


def test_both_sides_see_the_same_work_each_in_their_words(client_of, student, owner, organization):
    project = factories.make_project(organization=organization, status="closed")
    application = factories.make_application(project=project, student=student.student, status="accepted")
    review_by = timezone.now() + timedelta(days=2)
    factories.make_engagement(application=application, status="delivered", review_due_at=review_by)
    [(engagement, now, side)] = page_of(client_of, student).context["running"]
    assert (side, now.yours, now.step) == ("student", False, 4)
    page = page_of(client_of, owner)
    [(same, now, side)] = page.context["running"]
    assert (same, side, now.yours) == (engagement, "organization", True)
    assert page.context["actions"][0].text.startswith("Review version 1 of")


def test_your_turns_come_first(client_of, student):
    later = timezone.now() + timedelta(days=9)
    for status, due in (("awaiting_funding", later - timedelta(days=8)), ("active", later)):
        application = factories.make_application(
            project=factories.make_project(status="closed"), student=student.student, status="accepted"
        )
        factories.make_engagement(application=application, status=status, due_at=due)
    found = page_of(client_of, student).context["running"]
    assert [now.yours for _engagement, now, _side in found] == [True, False]


def test_five_actions_and_the_rest_on_request(client_of, owner, organization):
    for number in range(7):
        factories.make_project(
            organization=organization, status="closed", title=f"Project {number}",
            decisions_due_at=timezone.now() + timedelta(days=number + 3),
        )  # fmt: skip
    for project in organization.projects.all():
        factories.make_application(project=project)
    page = page_of(client_of, owner)
    shown = [re.search(r"Project \d", action.text)[0] for action in page.context["actions"]]
    assert shown == [f"Project {number}" for number in range(5)]
    assert len(page.context["more_actions"]) == 2
    assert "Show 2 more" in page.content.decode()


def test_a_suspended_person_reads_why(client_of, student, moderator):
    suspend_user(user=student, reason="Asked to be paid outside", by=moderator, at=factories.NOW)
    factories.make_application(student=student.student, status="offered")  # to read, not to answer
    page = page_of(client_of, student)
    assert (page.context["steps"], page.context["actions"]) == ([], [])
    assert "Asked to be paid outside" in page.content.decode()


def test_a_moderator_finds_the_queue(client_of, moderator):
    factories.make_project(status="in_review")
    page = page_of(client_of, moderator)
    assert page.context["steps"] == []
    assert [action.text for action in page.context["actions"]] == ["Review 1 project"]
    assert reverse("moderation:queue") in page.content.decode()


def test_who_pays_is_not_asked_to_post(client_of, finance):
    page = page_of(client_of, finance)
    assert (page.context["steps"], page.context["may_post"]) == ([], False)
    words = page.content.decode()
    assert "We tell you when a project is to be funded" in words
    assert "when an application arrives" not in words


def test_the_students_home_asks_the_same_number_of_queries(client_of, student, query_count):
    client = client_of(student)
    one_of_each_for_a_student(student.student)
    few = query_count(client, HOME)
    for _ in range(2):
        one_of_each_for_a_student(student.student)
    assert query_count(client, HOME) == few


def test_the_employers_home_asks_the_same_number_of_queries(client_of, owner, organization, query_count):
    client = client_of(owner)
    one_of_each_for_an_organization(organization)
    few = query_count(client, HOME)
    for _ in range(2):
        one_of_each_for_an_organization(organization)
    assert query_count(client, HOME) == few


def test_the_header_asks_the_same_number_of_queries_for_many_organizations(client_of, owner, query_count):
    client, url = client_of(owner), reverse("about")
    few = query_count(client, url)
    for number in range(3):
        factories.make_organization(f"More {number}", owner=owner)
    assert query_count(client, url) == few
