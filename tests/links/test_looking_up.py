"""The row first, the look by a worker, tried again, and never twice at once."""

from datetime import timedelta

import pytest

from marketplace.links import actions
from marketplace.links.fetching import Page, Unreachable
from marketplace.links.models import LinkPreview
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
URL = "https://work.example/churn"


@pytest.fixture
def web(monkeypatch):
    """What the internet answers: a Page, or the error that is raised."""
    answers, asked = {URL: Page("Churn dashboard", "Work")}, []

    def fetch(url):
        asked.append(url)
        if isinstance(answers[url], Exception):
            raise answers[url]
        return answers[url]

    monkeypatch.setattr(actions, "fetch", fetch)
    answers["asked"] = asked
    return answers


def preview():
    return LinkPreview.objects.get(url=URL)


def test_a_link_is_looked_up_once_for_everybody(web):
    for _ in range(3):
        actions.look_up(URL, at=NOW)
    assert (actions.look_up_due(at=NOW), actions.look_up_due(at=NOW)) == (1, 0)
    assert web["asked"] == [URL]
    found = preview()
    assert (found.state, found.title, found.site, found.due_at) == ("ready", "Churn dashboard", "Work", None)
    actions.look_up(URL, at=NOW + timedelta(days=29))
    assert preview().due_at is None
    actions.look_up(URL, at=NOW + timedelta(days=31))
    assert preview().due_at == NOW + timedelta(days=31)


def test_what_may_pass_is_tried_three_times(web):
    web[URL] = Unreachable("its server answered with an error (503)", is_final=False)
    actions.look_up(URL, at=NOW)
    at = NOW
    for tries in (1, 2):
        actions.look_up_due(at=at)
        assert (preview().state, preview().tries) == ("waiting", tries)
        assert actions.look_up_due(at=at) == 0
        at = preview().due_at
    actions.look_up_due(at=at)
    assert (preview().state, preview().due_at) == ("failed", None)
    assert preview().reason == "its server answered with an error (503)"


def test_what_will_not_pass_is_not_tried_again(web):
    web[URL] = Unreachable("there is no such page")
    actions.look_up(URL, at=NOW)
    actions.look_up_due(at=NOW)
    assert (preview().state, preview().tries) == ("failed", 1)


def test_what_a_dead_worker_claimed_is_due_again(web):
    actions.look_up(URL, at=NOW)
    assert len(actions._claim(NOW)) == 1
    assert actions.look_up_due(at=NOW + timedelta(minutes=2)) == 0
    assert actions.look_up_due(at=NOW + timedelta(minutes=4)) == 1
    assert preview().state == "ready"


def test_a_person_may_ask_again_once_a_minute(web):
    web[URL] = Unreachable("there is no such page")
    actions.look_up(URL, at=NOW)
    actions.look_up_due(at=NOW)
    assert not actions.look_again(URL, at=NOW + timedelta(seconds=30))
    assert actions.look_again(URL, at=NOW + timedelta(seconds=90))
    web[URL] = Page("", "work.example")
    actions.look_up_due(at=NOW + timedelta(seconds=90))
    assert preview().state == "ready"


def test_the_student_reads_the_outcome_and_asks_again(web, student, client_of, time_machine):
    time_machine.move_to(NOW, tick=False)
    evidence = factories.make_evidence(student.student)
    client = client_of(student)
    assert "looking whether" not in client.get("/applications/library/").text
    actions.look_up(evidence.url, at=NOW)
    assert "We are looking whether this link opens." in client.get("/applications/library/").text
    web[URL] = Unreachable("there is no such page")
    actions.look_up_due(at=NOW)
    page = client.get("/applications/library/").text
    assert "We could not open this link: there is no such page." in page
    time_machine.move_to(NOW + timedelta(minutes=5), tick=False)
    assert client.post(f"/applications/library/{evidence.code}/link/").status_code == 302
    web[URL] = Page("<b>Churn</b>", "Work & Co", "Why <i>they</i> leave")
    actions.look_up_due(at=NOW + timedelta(minutes=5))
    assert "It opens as “&lt;b&gt;Churn&lt;/b&gt;”, Work &amp; Co." in client.get("/applications/library/").text
    assert "“Why &lt;i&gt;they&lt;/i&gt; leave”" in client.get("/applications/library/").text


def test_a_page_that_names_its_writer_is_hinted_at_before_sending_and_never_shown_to_assessors(
    web, project, client_of, owner, time_machine
):
    time_machine.move_to(NOW, tick=False)
    user = factories.make_user("Quilla Zander", email="qz@people.example")
    student = factories.make_student("Quilla Zander", user=user)
    web[URL] = Page("Churn by Quilla", "Work", "A dashboard by Ms Zander")
    draft = factories.make_application(project=project, student=student, status="draft")
    actions.look_up(URL, at=NOW)
    actions.look_up_due(at=NOW)
    page = client_of(user).get(f"/applications/{draft.code}/check/").text
    assert "The page behind the link for SQL contains “quilla”, “zander”." in page
    draft.status, draft.label, draft.submitted_at = "submitted", "Q", NOW
    draft.save()
    for address in (f"/applications/board/{project.code}/score/1/Q/", f"/applications/{draft.code}/applicant/"):
        assert b"uilla" not in client_of(owner).get(address, follow=True).content


@pytest.mark.parametrize("url", ["http://localhost:3000/", "http://192.168.1.20/report", "http://10.0.0.7:8080/"])
def test_a_link_to_ones_own_network_is_refused_in_the_form(student, client_of, url):
    data = {
        "title": "Report", "url": url, "statement": "I wrote it.", "proves": "That.", "ai_use": "none",
        "skill_1": factories.make_skill("SQL").name, "level_1": "2",
    }  # fmt: skip
    response = client_of(student).post("/applications/library/new/", data)
    assert "opens only on your own computer or network" in response.text
    assert "I wrote it." in response.text
