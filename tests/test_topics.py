"""Public pages of competencies and fields."""

import pytest
from django.urls import reverse

from marketplace.skills.models import Skill, SkillAlias, SkillFamily, SkillRelation, StudentSkill
from tests import factories
from tests.test_crawlers import offered

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    return offered(title="Clean the sales data")


def skill_of(project):
    return project.competencies.order_by("position").first().skill


def page(client, name, *args, query=""):
    answer = client.get(reverse(name, args=args) + query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_competency_says_what_it_means_and_who_asks_for_it(client, project):
    skill = skill_of(project)
    Skill.objects.filter(pk=skill.pk).update(description="Asking tables questions.")
    SkillAlias.objects.create(skill=skill, name="Structured query language, the <b>")
    html = page(client, "skill", skill.slug)
    assert "Asking tables questions." in html
    assert "Structured query language, the &lt;b&gt;" in html
    assert "Clean the sales data" in html
    assert all(word in html for word in ("Foundational", "Working", "Advanced", "Good evidence:"))
    assert 'content="noindex' not in html


def test_one_that_nobody_asks_for_is_not_indexed(client, project):
    other = Skill.objects.create(name="Falconry", slug="falconry")
    html = page(client, "skill", other.slug)
    assert 'content="noindex, follow"' in html
    assert "None at the moment" in html
    assert client.get(reverse("skill", args=["falconry-of-old"])).status_code == 404
    Skill.objects.filter(pk=other.pk).update(is_active=False)
    assert client.get(reverse("skill", args=["falconry"])).status_code == 404


def test_related_ones_are_linked_while_they_are_active(client, project):
    skill = skill_of(project)
    broader = Skill.objects.create(name="Asking questions", slug="asking-questions")
    gone = Skill.objects.create(name="Gone", slug="gone", is_active=False)
    for other in (broader, gone):
        SkillRelation.objects.create(skill=skill, broader=other)
    html = page(client, "skill", skill.slug)
    assert reverse("skill", args=["asking-questions"]) in html
    assert reverse("skill", args=["gone"]) not in html
    assert skill.name in page(client, "skill", "asking-questions")


def test_a_student_sees_what_they_have_shown(client, project):
    student = factories.make_student()
    StudentSkill.objects.create(student=student, skill=skill_of(project), level=2, updated_at=factories.NOW)
    client.force_login(student.user)
    html = page(client, "skill", skill_of(project).slug)
    assert f"You have shown {skill_of(project).name} at working level." in html
    assert "Post a project" not in html


def test_a_field_shows_its_projects_and_what_they_ask_for(client, project):
    offered(title="Elsewhere", field=SkillFamily.objects.create(name="Botany", slug="botany"))
    html = page(client, "field", project.field.slug)
    assert "Clean the sales data" in html
    assert "Elsewhere" not in html
    assert reverse("skill", args=[skill_of(project).slug]) in html
    assert "1 open project" in html


def test_all_competencies_by_field_and_by_search(client, project):
    skill = skill_of(project)
    html = page(client, "topics")
    assert reverse("field", args=[project.field.slug]) in html
    assert "1 open project" in html
    found = client.get(reverse("topics"), {"q": skill.name.upper()})
    assert (found.status_code, found["Location"]) == (302, reverse("skill", args=[skill.slug]))
    html = page(client, "topics", query=f"?q={skill.name[:2]}")
    assert reverse("skill", args=[skill.slug]) in html
    assert 'content="noindex"' in html
    html = page(client, "topics", query="?q=%3Cscript%3Exyzzy%00" + "x" * 5_000)
    assert "No competency is called that" in html
    assert "<script>xyzzy" not in html


def test_their_queries_do_not_grow(client, project, django_assert_max_num_queries):
    skill, field = skill_of(project), project.field
    for _repeat in range(2):
        with django_assert_max_num_queries(3):
            page(client, "skill", skill.slug)
        with django_assert_max_num_queries(3):
            page(client, "field", field.slug)
        with django_assert_max_num_queries(3):
            page(client, "topics")
        for number in range(5):
            offered(title=f"Another {number}")
            Skill.objects.create(name=f"More {number}{_repeat}", slug=f"more-{number}{_repeat}", family=skill.family)
