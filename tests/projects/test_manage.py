"""An organization's own projects: what each asks for, of whom, and what its page says of its applications."""

from datetime import timedelta

import pytest
from django.urls import reverse

from tests import factories
from tests.factories import NOW
from tests.projects.factories import quick_student

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at(time_machine):
    time_machine.move_to(NOW, tick=False)


def apply(project, *statuses):
    for status in statuses:
        factories.make_application(project=project, student=quick_student(), answers=False, status=status)


def steps(client, state="open"):
    """[(step, address)] of the list."""
    answer = client.get(reverse("projects:manage"), {"state": state})
    return [(row.step, row.url) for row in answer.context["rows"]]


def board(project, more=""):
    return f"{reverse('applications:board', args=[project.code])}{more}"


def test_those_who_assess_are_led_to_the_board(client_of, owner, member, project):
    apply(project, "submitted", "submitted", "shortlisted")
    for user in (owner, member):
        client = client_of(user)
        assert steps(client) == [("Assess 2 applications", board(project))]
        assert client.get(board(project)).status_code == 200


def test_finance_is_asked_to_pay_and_led_to_no_page_that_refuses_it(client_of, finance, owner, project):
    client = client_of(finance)
    assert steps(client) == [("No applications yet.", "")]
    apply(project, "submitted")
    assert steps(client) == [("An owner or a member decides on the applications.", "")]
    factories.make_engagement(
        status="awaiting_funding",
        application=factories.make_application(
            project=project, student=quick_student(), answers=False, status="accepted"
        ),
    )  # fmt: skip
    ((step, url),) = steps(client)
    assert (step, url, client.get(url).status_code) == ("Fund 1 place", reverse("engagements:mine"), 200)


def test_a_draft_is_finished_by_those_who_may(client_of, finance, owner, organization):
    draft = factories.make_project(organization=organization, status="draft")
    assert steps(client_of(finance), "drafts") == [("A draft: an owner or a member finishes it.", "")]
    assert steps(client_of(owner), "drafts")[0][1] == reverse("projects:preview", args=[draft.code])


def test_who_applied_is_not_asked_to_assess(client_of, organization, owner):
    project = factories.make_project(organization=organization)
    student = factories.make_student("Mo Both")
    factories.make_application(project=project, student=student, answers=False)
    factories.make_member(organization, student.user)
    client = client_of(student.user)
    assert steps(client) == [("You applied to it yourself: a colleague decides on the applications.", "")]
    answer = client.get(board(project))
    assert answer.status_code == 403
    assert "You applied to this project yourself, so colleagues of yours decide about it." in answer.content.decode()


@pytest.mark.parametrize(
    ("statuses", "step", "more"),
    [
        (["shortlisted"], "Make an offer", "?tab=shortlist"),
        (["shortlisted", "offered"], "No place is left to offer; 1 on the shortlist.", None),
        (["shortlisted", "accepted"], "No place is left to offer; 1 on the shortlist.", None),
        (["offered"], "No application waits for you.", None),
        (["shortlisted", "submitted"], "Assess 1 application", ""),
    ],
)
def test_only_what_is_submitted_is_to_assess(statuses, step, more, client_of, owner, project):
    apply(project, *statuses)
    client = client_of(owner)
    assert steps(client) == [(step, "" if more is None else board(project, more))]
    page = client.get(project.get_absolute_url()).content.decode()
    assert ("to assess" in page) == ("submitted" in statuses)
    assert ("Assess applications" in page) == ("submitted" in statuses)
    assert ("1 on the shortlist" in page) == ("shortlisted" in statuses)


def test_a_moderators_reason_keeps_its_lines(client_of, owner, organization):
    note = f"Two things:\n\n- the fee\n- {'the brief ' * 20}"
    draft = factories.make_project(organization=organization, status="draft", review_note=note)
    client = client_of(owner)
    page = client.get(reverse("projects:edit", args=[draft.code])).content.decode()
    assert "<p>Two things:</p>" in page
    assert "<li>the fee</li>" in page
    (action,) = [one for one in client.get(reverse("home")).context["actions"] if one.urgent]
    assert action.about.startswith("Two things:\n\n- the fee\n")
    assert action.about.endswith("…")


def closed(organization, *statuses):
    project = factories.make_project(
        organization=organization, status="closed", applications_close_at=NOW + timedelta(days=5), closed_at=NOW
    )
    apply(project, *statuses)
    return project


def test_a_closed_project_says_when_it_closed_and_how_many_applied(client_of, owner, visitor, organization):
    project = closed(organization, "not_selected", "not_selected", "accepted")
    for client in (client_of(owner), visitor):
        page = client.get(project.get_absolute_url()).content.decode()
        assert "3 people applied; nobody waits for a decision." in page
        assert "<dt>Applicants</dt><dd>3</dd>" in page
        assert "<dt>Closed</dt>" in page
        assert not any(words in page for words in ("Apply by", "Applications close", "of 25", "Decision by"))
    page = client_of(owner).get(project.get_absolute_url()).content.decode()
    assert "See applications" in page
    assert "Assess applications" not in page


def test_a_closed_project_with_some_to_decide_says_until_when(client_of, owner, organization):
    project = closed(organization, "not_selected", "submitted")
    page = client_of(owner).get(project.get_absolute_url()).content.decode()
    assert "2 people applied; decisions by" in page
    assert "<dt>Decision by</dt>" in page
    assert "Assess applications" in page


@pytest.mark.parametrize(
    ("statuses", "words"),
    [
        ([], "Nobody has applied yet. You can reopen it."),
        (["not_selected"], "Nobody waits for your decision. You can reopen it."),
        (["submitted", "offered"], "You still decide on the 1 application you have. You can reopen it."),
    ],
)
def test_closing_says_what_is_left_to_decide(statuses, words, client_of, owner, project):
    apply(project, *statuses)
    assert words in client_of(owner).get(project.get_absolute_url()).content.decode()
