"""Suggestions while somebody writes: near names first, the field counts, a person takes each."""

import pytest
from django.core.management import call_command

from marketplace.skills.forms import ids_of, put_skill
from marketplace.skills.models import Skill, SkillAlias, SkillFamily
from marketplace.skills.site_vocabulary import suggest_skills
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def skills():
    names = ["SQL", "Data cleaning", "User interviews", "Copywriting", "Illustration", "Usability testing"]
    return {name: factories.make_skill(name) for name in names}


@pytest.fixture
def taxonomy():
    call_command("import_skills", verbosity=0)


def names(text, **options):
    return [skill.name for skill in suggest_skills(text, **options)]


def test_what_a_text_names_comes_first(taxonomy):
    text = "Twelve user interviews about the shop.\nAnd data cleaning for three exports."
    assert set(names(text, limit=2)) == {"User interviews", "Data cleaning"}
    assert names("A PostgreSQL database", limit=1) == ["PostgreSQL"]


def test_nothing_written_nothing_suggested(taxonomy):
    assert [names(text) for text in ("", "  \n ", "?!")] == [[], [], []]


def test_rather_nothing_than_something_far_fetched(taxonomy):
    few = names("Water the plants.", limit=50)
    assert len(few) < 3


def test_chosen_and_hidden_skills_are_not_suggested(taxonomy):
    text = "Data cleaning with SQL"
    assert {"SQL", "Data cleaning"} <= set(names(text))
    Skill.objects.filter(name="SQL").update(is_active=False)
    assert not {"SQL", "Data cleaning"} & set(names(text, besides=ids_of(["data cleaning", ""])))


def test_the_field_decides_between_near_ones(taxonomy):
    text = "Customers try the app while we watch; a report says what to change."
    design = SkillFamily.objects.get(slug="design")
    of_design = Skill.objects.filter(family=design)
    without, filed = (of_design.filter(name__in=names(text, family=pk)).count() for pk in (None, design.pk))
    assert without < filed


def test_an_imported_skill_is_found_when_it_is_named_word_for_word(skills):
    imported = factories.make_skill("operate a letterpress", source=Skill.Source.ESCO)
    SkillAlias.objects.create(skill=imported, name="Hand typesetting")
    assert names("I learned hand typesetting at a print shop.", limit=1) == ["operate a letterpress"]
    assert "operate a letterpress" not in names("I set type by hand.")


def test_a_suggestion_goes_into_the_first_empty_field(skills):
    typed = {"skill_1": "SQL", "skill_2": " ", "skill_3": ""}
    wanted = str(skills["Copywriting"].pk)
    assert put_skill(typed, list(typed), wanted) == typed | {"skill_2": "Copywriting"}
    assert put_skill(typed, ["skill_1"], wanted) == typed
    assert put_skill(typed, list(typed), "0") == put_skill(typed, list(typed), "x") == typed


def test_the_fragment_leaves_out_what_is_chosen(client_of, student, skills):
    client = client_of(student)
    body = {"text": "I cleaned data with SQL", "have": ["SQL"]}
    page = client.post("/skills/suggest/", body)
    assert page.status_code == 200
    assert 'data-name="Data cleaning"' in page.text
    assert 'data-name="SQL"' not in page.text
    assert client.post("/skills/suggest/", {"text": "x" * 100_000}).status_code == 200


def test_the_posting_form_fills_a_row_and_saves_nothing(client_of, organization, owner, skills):
    project = factories.make_project(
        status="draft", organization=organization, brief="Interview eight users about the form.", skills=[]
    )
    url = f"/projects/{project.code}/edit/competencies/"
    assert 'data-name="User interviews"' in client_of(owner).get(url).text
    body = {"skill_1": "SQL", "evidence_1": "Show a query.", "fill": skills["User interviews"].pk}
    page = client_of(owner).post(url, body)
    assert page.status_code == 200
    assert 'value="User interviews"' in page.text
    assert "Show a query." in page.text
    assert 'data-name="User interviews"' not in page.text
    assert project.competencies.count() == 0


def test_the_evidence_form_suggests_from_what_was_done(client_of, student, skills):
    body = {"title": "Survey", "statement": "I interviewed users.", "fill": skills["User interviews"].pk}
    page = client_of(student).post("/applications/library/new/", body)
    assert page.status_code == 200
    assert 'value="User interviews"' in page.text
    assert "I interviewed users." in page.text
    assert student.student.evidence.count() == 0
