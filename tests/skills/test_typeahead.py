import pytest
from django.urls import reverse

from tests.factories import make_skill

pytestmark = pytest.mark.django_db
URL = reverse("skills:typeahead")


@pytest.fixture
def skill():
    skill = make_skill("Data cleaning", description="Finds and fixes.")
    skill.aliases.create(name="Data scrubbing")
    return skill


def test_a_visitor_gets_options_as_html(visitor, skill):
    response = visitor.get(URL, {"q": "data scr"})
    assert response.status_code == 200
    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert response["Cache-Control"] == "public, max-age=300"
    assert "Accept" in response["Vary"]
    html = response.content.decode()
    assert html.count('role="option"') == 1
    assert 'data-name="Data cleaning"' in html
    assert "also “Data scrubbing”" in html


def test_who_asks_for_json_gets_json(visitor, skill):
    response = visitor.get(URL, {"q": "data cl"}, headers={"Accept": "application/json"})
    assert response.json() == {
        "skills": [
            {
                "name": "Data cleaning",
                "slug": skill.slug,
                "kind": "skill",
                "family": skill.family.name,
                "matched": "Data cleaning",
                "description": "Finds and fixes.",
            }
        ]
    }


def test_names_are_escaped(visitor):
    make_skill("Data <b>bold</b>")
    assert "<b>" not in visitor.get(URL, {"q": "data"}).content.decode()


@pytest.mark.parametrize("query", [{}, {"q": ""}, {"q": "\x00"}, {"q": "x" * 10_000}])
def test_nothing_typed_gives_an_empty_list(visitor, skill, query):
    response = visitor.get(URL, query)
    assert (response.status_code, response.content.decode().strip()) == (200, "")


def test_it_only_reads(visitor, skill):
    assert visitor.post(URL, {"q": "data"}).status_code == 405


@pytest.mark.parametrize("count", [1, 3])
def test_the_number_of_queries_does_not_grow(visitor, django_assert_max_num_queries, count):
    for number in range(count):
        make_skill(f"Data craft {number}")
    with django_assert_max_num_queries(3):
        visitor.get(URL, {"q": "data"})
