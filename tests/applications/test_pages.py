"""The flow as two people click through it: nobody skips a page, and the next page is the one the last leads to."""

from datetime import date

import pytest
from django.urls import reverse

from applications.models import Application, Evidence
from marketplace.activity.models import Event
from tests import factories
from tests.files import samples

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(factories.NOW, tick=False)


def url(name, *args):
    return reverse(f"applications:{name}", args=args)


def post(client, address, data=None, status=302):
    response = client.post(address, data or {})
    assert response.status_code == status, response.content.decode()[:2_000]
    return response.headers.get("Location", "")


def get(client, address, status=200):
    response = client.get(address)
    assert response.status_code == status, (address, response.headers.get("Location"))
    return response.content.decode()


def test_a_student_applies_with_new_and_with_kept_evidence(student, project, client_of):
    client = client_of(student)
    factories.make_evidence(student.student, "Old queries", skills=("SQL",))
    assert "Before you apply" in get(client, url("start", project.code))
    step = post(client, url("start", project.code))
    application = Application.objects.get()
    assert step == url("choose", application.code)
    assert "Old queries" in get(client, step)
    step = post(client, step, {"evidence_1": Evidence.objects.get().code, "evidence_2": "later"})
    assert step == url("answer", application.code, 2)
    get(client, step)
    new = {
        "choice": "new", "title": "Survey cleaned", "statement": "I wrote the rules for missing answers.",
        "proves": "That I leave no gap unexplained.", "team": "two classmates", "ai_use": "used",
        "ai_used_for": "grammar of the notes",
        "file": samples.upload("Robin Quist survey.pdf", samples.pdf()),
    }  # fmt: skip
    step = post(client, step, new)
    assert step == url("plan", application.code)
    assert Evidence.objects.filter(student=student.student).count() == 2
    get(client, step)
    step = post(client, step, {"approach": "First the missing values.", "is_available": "yes", "note": "No Sundays."})
    assert step == url("check", application.code)
    page = get(client, step)
    assert "First the missing values." in page
    for words in ("evidence-2.pdf", "That I leave no gap unexplained.", "two classmates", "grammar of the notes"):
        assert words in page
    assert "Send application" in page
    step = post(client, url("submit", application.code))
    assert step == url("submitted", application.code)
    assert f'class="reference">{application.code}<' in get(client, step)
    application.refresh_from_db()
    assert application.status == "submitted"
    assert "Received" in get(client, url("mine"))
    assert "Received" in get(client, url("detail", application.code))


def test_an_assessor_scores_compares_shortlists_and_offers(owner, project, client_of):
    applications = [factories.make_application(project=project) for _ in range(3)]
    client = client_of(owner)
    assert "3 applicants" not in get(client, url("board", project.code))
    step = client.get(url("score_next", project.code)).headers["Location"]
    for _ in range(6):
        assert "/score/" in step
        get(client, step)
        step = post(client, step, {"level": "2", "justification": "The query is theirs."})
    assert step == url("compare", project.code)
    assert "The query is theirs." in get(client, step)
    chosen = applications[1]
    assert "Shortlist Applicant B?" in get(client, url("shortlist", chosen.code))
    step = post(client, url("shortlist", chosen.code))
    assert step == url("applicant", chosen.code)
    assert chosen.student.display_name in get(client, step)
    assert Event.objects.filter(verb="application.revealed", actor=owner).count() == 1
    assert f"Offer $480 to {chosen.student.display_name}?" in get(client, url("offer", chosen.code))
    step = post(client, url("offer", chosen.code), {"note": "Your queries are clear."})
    assert step == url("board", project.code) + "?tab=offered"
    assert "$480" in get(client, step)
    get(client, url("decline_rest", project.code))
    post(client, url("decline_rest", project.code), {"reason": "stronger", "feedback": "Thank you."})
    assert sorted(Application.objects.values_list("status", flat=True)) == ["not_selected", "not_selected", "offered"]
    for tab in ("review", "shortlist", "offered", "ended"):
        get(client, url("board", project.code) + f"?tab={tab}")
    get(client, url("compare", project.code))


def test_a_student_reads_the_offer_and_declines_it(student, project, client_of, owner):
    application = factories.make_application(project=project, student=student.student, status="offered")
    factories.make_scores(application, owner)
    client = client_of(student)
    page = get(client, url("offer_view", application.code))
    assert "Accept $480" in page
    assert reverse("payments:accept_offer", args=[application.code]) in page
    get(client, url("offer_decline", application.code))
    step = post(client, url("offer_decline", application.code))
    assert "You declined the offer" in get(client, step)


def test_the_offer_names_the_day_from_which_the_work_may_be_shown(student, organization, client_of):
    project = factories.make_project(
        organization=organization, portfolio_permission="after_date", portfolio_from=date(2026, 6, 1)
    )
    application = factories.make_application(project=project, student=student.student, status="offered")
    page = get(client_of(student), url("offer_view", application.code))
    assert "Show everything from <time" in page
    assert "Mon 1 Jun</time> on; until then only the credential" in page


def test_a_decision_tells_reason_feedback_and_levels(student, project, client_of, owner):
    application = factories.make_application(
        project=project, student=student.student, status="not_selected", feedback="Show the query itself."
    )
    factories.make_scores(application, owner, level=1)
    page = get(client_of(student), url("detail", application.code))
    for words in ("Others showed the competencies more strongly", "Show the query itself.", "Developing", "Working"):
        assert words in page
    assert "The query is theirs." not in page  # the justification is the organization's own


@pytest.mark.parametrize("name", ["library", "evidence_new", "mine"])
def test_empty_pages_say_what_to_do(student, client_of, name):
    get(client_of(student), url(name))


def test_an_offer_leads_the_list_and_accepted_work_is_one_click_away(student, client_of, owner):
    accepted = factories.make_application(student=student.student, status="accepted")
    engagement = factories.make_engagement(application=accepted)
    offered = factories.make_application(student=student.student, status="offered")
    waiting = factories.make_application(student=student.student, status="submitted")
    page = get(client_of(student), url("mine"))
    assert page.index(url("offer_view", offered.code)) < page.index(url("detail", waiting.code))
    assert engagement.get_absolute_url() in page
    detail = get(client_of(student), url("detail", accepted.code))
    assert f'href="{engagement.get_absolute_url()}"' in detail
    assert "You accepted the offer" in detail


def test_work_that_was_cancelled_is_not_accepted_any_more(student, client_of, query_count):
    client, counts = client_of(student), []
    for _ in range(2):
        accepted = factories.make_application(student=student.student, status="accepted")
        engagement = factories.make_engagement(application=accepted, status="cancelled")
        counts.append([query_count(client, address) for address in (url("mine"), "/find/?q=survey")])
    assert counts[0] == counts[1]
    page = get(client, url("mine"))
    assert (page.count("Work cancelled"), "Accepted" in page, "ended 2 March 2026" in page) == (2, False, True)
    assert "Work cancelled" in get(client, "/find/?q=survey")
    detail = get(client, url("detail", accepted.code))
    assert (detail.count("The work was cancelled"), "Funding, kickoff" in detail) == (2, False)
    assert f'href="{engagement.get_absolute_url()}"' in detail
