"""Evidence of the library for every competency on one page."""

import pytest
from django.urls import reverse

from applications import actions
from applications.models import Application, Evidence
from tests import factories
from tests.applications.refusing import refused
from tests.factories import NOW

pytestmark = pytest.mark.django_db
FIVE = ("SQL", "Data cleaning", "Python", "Technical writing", "Data visualization")


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def applicant(student, client_of):
    """The browser of a student who counts the pages that are shown."""
    client = client_of(student)
    client.pages = []

    def go(address, data=None):
        response = client.get(address) if data is None else client.post(address, data)
        while response.status_code == 302:
            address = response.headers["Location"]
            response = client.get(address)
        client.pages.append(address)
        return response

    client.go = go
    return client


def choose_url(application):
    return reverse("applications:choose", args=[application.code])


@pytest.fixture
def draft(project, student):
    return factories.make_application(project=project, student=student.student, status="draft", answers=False)


def test_with_a_library_an_application_takes_five_pages_however_much_is_asked(applicant, student):
    project = factories.make_project(skills=FIVE)
    kept = [factories.make_evidence(student.student, f"My {skill}", skills=[skill]) for skill in FIVE]
    applicant.go(project.get_absolute_url())
    page = applicant.go(reverse("applications:start", args=[project.code]), {})
    form = page.context["form"]
    chosen = {field.html_name: field.value() for field in form}
    assert chosen == {f"evidence_{number}": evidence.code for number, evidence in enumerate(kept, 1)}
    page = applicant.go(applicant.pages[-1], chosen)
    page = applicant.go(applicant.pages[-1], {"approach": "First the missing values.", "is_available": "yes"})
    assert "Send application" in page.content.decode()
    application = Application.objects.get()
    applicant.go(reverse("applications:submit", args=[application.code]), {})
    application.refresh_from_db()
    assert application.status == "submitted"
    names = [address.strip("/").split("/")[-1] for address in applicant.pages]
    assert names == [project.code, "evidence", "plan", "check", "submitted"]


def test_what_fits_is_offered_first_and_never_more_than_three(applicant, draft, student):
    for number in range(5):
        factories.make_evidence(student.student, f"Query {number}", skills=["SQL"])
    factories.make_evidence(student.student, "A logo", skills=["Illustration"])
    form = applicant.go(choose_url(draft)).context["form"]
    (_sql, sql, fitting), (_cleaning, cleaning, nothing) = form.questions()
    assert [row.title for row in fitting] == ["Query 4", "Query 3", "Query 2"]
    assert sql.value() == fitting[0].code
    assert (nothing, cleaning.value()) == ([], "later")


def test_an_earlier_answer_stays_chosen_though_others_fit_better(applicant, draft, student):
    logo = factories.make_evidence(student.student, "A logo", skills=["Illustration"])
    factories.make_evidence(student.student, "A query", skills=["SQL"])
    first = draft.project.competencies.order_by("position").first()
    actions.answer_competency(application=draft, competency=first, evidence=logo, by=student, at=NOW)
    form = applicant.go(choose_url(draft)).context["form"]
    assert form["evidence_1"].value() == logo.code


def test_something_else_leads_to_its_own_page_also_when_it_was_answered(applicant, draft, student):
    query = factories.make_evidence(student.student, "A query", skills=["SQL"])
    second = draft.project.competencies.order_by("position").last()
    actions.answer_competency(application=draft, competency=second, evidence=query, by=student, at=NOW)
    applicant.go(choose_url(draft), {"evidence_1": query.code, "evidence_2": query.code})
    assert applicant.pages[-1].endswith("/check/")
    page = applicant.go(choose_url(draft), {"evidence_1": query.code, "evidence_2": "later"})
    assert applicant.pages[-1].endswith("/evidence/2/")
    assert page.context["form"]["choice"].value() == query.code


def test_where_nothing_fits_it_goes_on_to_the_first_competency(applicant, project, draft, student):
    applicant.go(choose_url(draft))
    assert applicant.pages[-1].endswith("/edit/evidence/1/")
    draft.delete()
    factories.make_evidence(student.student, "A logo", skills=["Illustration"])
    applicant.go(reverse("applications:start", args=[project.code]), {})
    assert applicant.pages[-1].endswith("/edit/evidence/1/")


@pytest.mark.parametrize("given", [{}, {"evidence_1": "later"}, {"evidence_1": "nobodys", "evidence_2": "later"}])
def test_a_missing_or_strange_choice_is_named_and_the_others_are_kept(applicant, draft, student, given):
    query = factories.make_evidence(student.student, "A query", skills=["SQL"])
    page = applicant.go(choose_url(draft), given)
    assert page.status_code == 422
    assert page.context["form"].errors
    assert not draft.answers.exists()
    assert Evidence.objects.get() == query


def test_all_or_none_are_saved(draft, student):
    mine = factories.make_evidence(student.student)
    theirs = factories.make_evidence(factories.make_student("Somebody Else"))
    first, second = draft.project.competencies.order_by("position")
    with refused(code="not_yours", field="evidence"):
        actions.choose_evidence(
            application=draft, chosen=[(first, mine), (second, theirs)], by=student, at=NOW
        )  # fmt: skip
    assert not draft.answers.exists()
