"""Suggestions while somebody types a search for projects."""

from datetime import timedelta

import pytest
from django.urls import reverse

from projects.search import front, suggesting
from tests import factories
from tests.factories import NOW
from tests.test_crawlers import offered

pytestmark = pytest.mark.django_db
URL = reverse("projects:suggest")


def suggested(client, text):
    answer = client.get(URL, {"q": text}, headers={"accept": "application/json"})
    assert answer.status_code == 200
    found = answer.json()
    return [row["name"] for row in found["skills"]], [row["title"] for row in found["projects"]]


def test_competencies_and_titles_that_begin_so(client):
    project = offered(title="Survey of the harbour porpoises", brief="Anything about spreadsheets.")
    offered(title="Harbouring doubts", status="draft")
    skill = project.competencies.first().skill
    assert suggested(client, "harbou") == ([], [project.title])
    assert suggested(client, "Porpoise survey") == ([], [project.title])
    assert suggested(client, "survey porp") == ([], [project.title])
    assert suggested(client, "spreadsheets") == (
        [],
        [],
    )  # in the brief alone: the search finds it, a title does not say so
    assert suggested(client, skill.name.lower()[:4])[0] == [skill.name]
    assert suggested(client, "ha") == ([], [])


def test_as_options_that_lead_there(client):
    project = offered(title='Harbour <b>"study"')
    skill = project.competencies.first().skill
    html = client.get(URL, {"q": "harbour"}).content.decode()
    assert f'data-href="{project.get_absolute_url()}"' in html
    assert "Harbour &lt;b&gt;&quot;study&quot;" in html
    html = client.get(URL, {"q": skill.name}).content.decode()
    assert f'data-href="{reverse("projects:browse")}?skill={skill.slug}"' in html


@pytest.mark.parametrize("few", [0, 1, 50])
def test_the_newest_come_first_wherever_they_are_found(client, monkeypatch, few):
    monkeypatch.setattr(front, "FEW", few)
    titles = [
        offered(title=f"Harbour {number}", opened_at=NOW - timedelta(days=7 - number)).title for number in range(7)
    ]
    monkeypatch.setattr(front, "STEPS", 2)
    first = front.first_of("opened_at", NOW)
    monkeypatch.setattr(front, "kept", {"opened_at": front.Kept(NOW, first)})
    found = [title for _code, title, _name in suggesting.titles("harbour", NOW)]
    assert found == titles[::-1][: suggesting.PROJECTS]


@pytest.mark.parametrize(
    "text",
    ["", "   ", "'", "a & b:*", "!!!", "\x00\x08", "x" * 10_000, "' | 'y", "<->", "ünïcode", "100%", "日本語です"],
)
def test_anything_may_be_typed(client, text):
    offered()
    assert suggested(client, text) == ([], []) or text in ("100%",)


def test_it_costs_two_questions(client, django_assert_max_num_queries):
    for number in range(5):
        offered(title=f"Harbour {number}")
    with django_assert_max_num_queries(4):
        suggested(client, "harbour")


def test_competencies_that_more_projects_ask_for_come_first_and_others_not_at_all(client, organization):
    for name, number in {"Data entry": 0, "Data mining": 1, "Data modeling": 2}.items():
        for _project in range(number):
            offered(organization=organization, skills=[name, "SQL"])
        offered(organization=organization, skills=[name, "SQL"], status="closed")
    assert suggested(client, "data")[0] == ["Data modeling", "Data mining"]
    assert suggested(client, "data mining")[0][0] == "Data mining"
    assert suggested(client, "data entry")[0] == []


@pytest.mark.parametrize("newest", [1, 2])
def test_what_only_older_projects_ask_for_comes_last(organization, monkeypatch, newest):
    monkeypatch.setattr(suggesting, "NEWEST", newest)
    monkeypatch.setattr(suggesting, "kept", {})
    for name, days in (("Data entry", 3), ("Data mining", 2), ("Data modeling", 1)):
        opened_at = NOW - timedelta(days=days)
        factories.make_project(organization=organization, skills=["SQL", name], opened_at=opened_at)
    factories.make_project(organization=organization, skills=["SQL", "Data ethics"], status="closed")
    for _again in range(2):
        found = [skill.name for skill in suggesting.asked_for("data", NOW)]
        assert set(found[:newest]) == set(["Data modeling", "Data mining"][:newest])
        assert set(found) == {"Data entry", "Data mining", "Data modeling"}
    assert suggesting.kept["asked"].at == NOW
