"""Search among one's own things; of applicants only what their assessors may read."""

from datetime import timedelta

import pytest
from django.urls import reverse

from applications.models import Application
from projects.models import SavedProject
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def found(client, text):
    answer = client.get(reverse("find"), {"q": text})
    assert answer.status_code == 200
    return {group.label: [hit.title for hit in group.hits] for group in answer.context["found"]}


@pytest.fixture
def project(organization, owner):
    return factories.make_project(organization=organization, title="Harbour survey")


@pytest.fixture
def application(project, student):
    return factories.make_application(project=project, student=student.student, label="C", submitted_at=NOW)


def test_a_student_finds_their_own_things_and_nobody_elses(client, student, other_student, application):
    evidence = factories.make_evidence(student.student, title="Harbour dashboard")
    factories.make_evidence(other_student.student, title="Harbour of somebody else")
    other = factories.make_project(organization=application.project.organization, title="Harbour map")
    SavedProject.objects.create(student=student.student, project=other, saved_at=NOW)
    client.force_login(student)
    assert found(client, "harbour") == {
        "Evidence": [evidence.title], "Applications": ["Harbour survey"], "Saved projects": ["Harbour map"],
    }  # fmt: skip
    assert found(client, "HARBOUR dash") == {"Evidence": [evidence.title]}
    client.force_login(other_student)
    assert found(client, "harbour") == {"Evidence": ["Harbour of somebody else"]}


def test_an_applicant_is_found_by_name_only_once_it_is_known(client, student, owner, application):
    name = student.student.display_name
    client.force_login(owner)
    assert found(client, name) == {}
    assert found(client, student.email) == {}
    assert found(client, "harbour") == {"Your projects": ["Harbour survey"], "Applicants": ["Applicant C"]}
    answer = application.answers.first()
    if answer is not None:
        assert found(client, answer.title)["Applicants"] == ["Applicant C"]
    Application.objects.filter(pk=application.pk).update(revealed_at=NOW)
    assert found(client, name) == {"Applicants": [name]}
    page = client.get(reverse("find"), {"q": "harbour"}).content.decode()
    assert reverse("applications:applicant", args=[application.code]) in page


def test_an_applicant_is_found_as_they_are_called(client, owner, project, application):
    other = factories.make_project(organization=project.organization, title="Lighthouse map")
    for label in ("A", "C"):
        factories.make_application(project=other, label=label)
    client.force_login(owner)
    assert found(client, "Applicant C") == {"Applicants": ["Applicant C", "Applicant C"]}
    assert found(client, "applicant c harbour") == {"Applicants": ["Applicant C"]}
    assert found(client, "lighthouse applicant A")["Applicants"] == ["Applicant A"]
    assert found(client, "Applicant") == found(client, "Applicant Q") == {}


def test_who_may_not_read_the_board_finds_no_applicants(client, finance, other_owner, application):
    for user in (finance, other_owner):
        client.force_login(user)
        assert "Applicants" not in found(client, "harbour")
        assert "Applicants" not in found(client, "C")
        assert "Applicants" not in found(client, "Applicant C")


def test_a_draft_and_one_that_was_taken_back_are_no_applicants(client, project, owner, student, other_student):
    factories.make_application(project=project, student=student.student, status="draft", answers=False)
    factories.make_application(project=project, student=other_student.student, status="withdrawn", submitted_at=NOW)
    client.force_login(owner)
    assert found(client, "harbour") == {"Your projects": ["Harbour survey"]}


def test_more_than_a_page_says_so_and_the_questions_do_not_grow(client, student, django_assert_max_num_queries):
    client.force_login(student)
    for number in range(12):
        factories.make_evidence(student.student, title=f"Harbour {number}", created_at=NOW + timedelta(hours=number))
    with django_assert_max_num_queries(6):
        page = client.get(reverse("find"), {"q": "harbour"}).content.decode()
    assert "Harbour 11" in page
    assert "Harbour 1<" not in page
    assert "There are more." in page
    assert "10+ results for" in page
    answer = client.get(reverse("find"), {"q": "harbour 11"})
    assert "1 result for" in answer.content.decode()
    assert [group.number for group in answer.context["found"]] == ["1"]


@pytest.mark.parametrize("text", ["", "%", "_", "\\", "'", "\x00", "x" * 10_000, "a " * 5_000])
def test_anything_may_be_typed(client, student, text):
    client.force_login(student)
    assert found(client, text) == {}
