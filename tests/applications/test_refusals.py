"""What the pages say when something cannot be done: nothing is lost and nothing half-saved."""

from datetime import timedelta

import pytest

from applications.models import Application, Evidence
from marketplace.files.models import StoredFile
from tests import factories
from tests.files import samples

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(factories.NOW, tick=False)


def test_eligibility_comes_first_and_leads_back(project, client_of):
    user = factories.make_student("Ada New", is_adult=None, country="", may_contract=None).user
    response = client_of(user).get(f"/applications/start/{project.code}/")
    assert response.headers["Location"] == f"/account/eligibility/?next=%2Fapplications%2Fstart%2F{project.code}%2F"
    assert Application.objects.count() == 0


def test_without_a_student_profile_the_page_offers_one(project, other_owner, client_of):
    page = client_of(other_owner).get(f"/applications/start/{project.code}/").content.decode()
    assert "Open my student profile" in page


@pytest.mark.parametrize(("live", "words"), [(5, "You have 5 live applications"), (0, "")])
def test_a_full_hand_is_said_before_anything_is_begun(project, student, client_of, live, words):
    for _ in range(live):
        factories.make_application(student=student.student, answers=False)
    page = client_of(student).get(f"/applications/start/{project.code}/").content.decode()
    assert ("You cannot apply now" in page, words in page) == (bool(live), True)
    assert ("Start application" in page) is not bool(live)


def test_a_file_that_lies_keeps_the_words_and_stores_nothing(student, client_of):
    factories.make_skill("SQL")
    data = {
        "title": "My title", "statement": "What I did.", "skill_1": "SQL", "level_1": "2",
        "file": samples.upload("work.pdf", b"MZ\x90\x00" + b"\0" * 100),
    }  # fmt: skip
    response = client_of(student).post("/applications/library/new/", data)
    page = response.content.decode()
    assert response.status_code == 422
    assert "“work.pdf” is not a PDF inside" in page
    assert "My title" in page
    assert "What I did." in page
    assert (Evidence.objects.count(), StoredFile.objects.count()) == (0, 0)


def test_script_in_a_text_is_only_text(student, project, owner, client_of):
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    application = factories.make_application(
        project=project, student=student.student, status="draft", approach=evil, availability_note=evil
    )
    application.answers.update(title=evil[:100], statement=evil)
    student_client = client_of(student)
    student_client.post(f"/applications/{application.code}/submit/")
    factories.make_scores(application, owner)
    pages = [
        student_client.get(f"/applications/{application.code}/"),
        client_of(owner).get(f"/applications/{application.code}/applicant/"),
    ]
    for response in pages:
        assert response.status_code == 200
        assert "<script>alert" not in response.content.decode()
        assert "<img src=x" not in response.content.decode()


def test_an_unfinished_draft_is_not_sent_and_says_what_is_missing(project, student, client_of):
    application = factories.make_application(
        project=project, student=student.student, status="draft", answers=False, approach=""
    )
    response = client_of(student).post(f"/applications/{application.code}/submit/", follow=True)
    assert "Still missing: evidence for SQL, evidence for Data cleaning, your approach." in response.content.decode()
    application.refresh_from_db()
    assert application.status == "draft"


@pytest.mark.parametrize(
    ("status", "why"), [("not_selected", "a decision was made"), ("withdrawn", "the application was withdrawn")]
)
def test_an_old_page_of_an_applicant_who_is_not_scored_leads_back_to_the_board(status, why, project, owner, client_of):
    factories.make_application(project=project, status=status)
    response = client_of(owner).post(
        f"/applications/board/{project.code}/score/1/A/", {"level": "2", "justification": "Late."}, follow=True
    )
    assert f"Applicant A is not to be scored any more: {why}." in response.content.decode()


@pytest.mark.parametrize("path", ["score/1/Q/", "score/9/A/", "score/0/A/"])
def test_an_applicant_or_competency_that_does_not_exist_is_404(project, owner, client_of, path):
    factories.make_application(project=project)
    assert client_of(owner).get(f"/applications/board/{project.code}/{path}").status_code == 404


def test_an_expired_offer_shows_no_button(project, student, client_of, time_machine):
    application = factories.make_application(project=project, student=student.student, status="offered")
    time_machine.move_to(factories.NOW + timedelta(days=4), tick=False)
    page = client_of(student).get(f"/applications/{application.code}/offer/").content.decode()
    assert "This offer has expired." in page
    assert "Accept $480" not in page


def test_all_of_an_applicant_is_read_after_ones_own_scores(project, owner, member, client_of):
    application = factories.make_application(project=project)
    factories.make_scores(application, member)
    page = client_of(owner).get(f"/applications/{application.code}/applicant/").content.decode()
    assert "Score the evidence first" in page
    assert "Start with the missing values." not in page
    factories.make_scores(application, owner)
    page = client_of(owner).get(f"/applications/{application.code}/applicant/").content.decode()
    assert "Start with the missing values." in page


def test_the_student_sees_no_levels_before_there_is_an_answer(project, student, owner, client_of):
    application = factories.make_application(project=project, student=student.student)
    factories.make_scores(application, owner, level=0)
    page = client_of(student).get(f"/applications/{application.code}/").content.decode()
    assert "What your evidence showed" not in page
    assert "Not shown" not in page
