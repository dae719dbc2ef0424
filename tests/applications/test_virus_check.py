"""Evidence whose file waits for the virus scanner, or did not pass it: who sees what, and what can be sent."""

import pytest

from applications import actions
from applications.models import Application, ApplicationEvidence, Evidence
from marketplace.files.actions import settle_check, store_upload
from marketplace.files.kinds import EVIDENCE
from tests import factories
from tests.applications.refusing import refused
from tests.factories import NOW
from tests.files import samples

pytestmark = pytest.mark.django_db
VIRUS = "Eicar-Signature"


@pytest.fixture(autouse=True)
def _now(time_machine, settings):
    time_machine.move_to(NOW, tick=False)
    settings.CLAMD_URL = "tcp://127.0.0.1:1"


def with_file(application):
    """The first answer of the application, and its library item, are a file that is being checked."""
    user = application.student.user
    stored = store_upload(upload=samples.upload("mine.pdf", samples.pdf()), owner=user, allowed=EVIDENCE, at=NOW)
    answer = application.answers.order_by("competency__position").first()
    for rows in (ApplicationEvidence.objects.filter(pk=answer.pk), Evidence.objects.filter(pk=answer.evidence_id)):
        rows.update(kind="file", url="", text="", file=stored)
    return answer, stored


def pages(application, client_of, owner):
    student, assessor = client_of(application.student.user), client_of(owner)
    score = f"/applications/board/{application.project.code}/score/1/{application.label}/"
    return {
        "library": student.get("/applications/library/").content.decode(),
        "own": student.get(application.get_absolute_url()).content.decode(),
        "score": assessor.get(score).content.decode(),
    }


def test_while_it_is_checked_everybody_reads_that_and_nobody_opens_it(project, student, owner, client_of):
    application = factories.make_application(project=project, student=student.student)
    with_file(application)
    for name, page in pages(application, client_of, owner).items():
        assert ("Virus check" in page, name) == (True, name)
        assert "/file/" not in page, name
    for person in (student, owner):
        assert client_of(person).get(f"/applications/{application.code}/evidence/1/").status_code == 404


def test_what_was_found_is_told_to_the_student_and_only_that_it_is_blocked_to_the_assessor(
    project, student, owner, client_of
):
    application = factories.make_application(project=project, student=student.student)
    _, stored = with_file(application)
    settle_check(stored=stored, virus=VIRUS, at=NOW)
    seen = pages(application, client_of, owner)
    assert [(name, "Blocked" in page, VIRUS in page) for name, page in seen.items()] == [
        ("library", True, True), ("own", True, True), ("score", True, False),
    ]  # fmt: skip


def test_a_blocked_file_is_neither_chosen_nor_sent(project, student):
    application = factories.make_application(project=project, student=student.student, status="draft")
    answer, stored = with_file(application)
    settle_check(stored=stored, virus=VIRUS, at=NOW)
    with refused(code="file_blocked"):
        actions.submit_application(application=application, by=student, at=NOW)
    with refused(code="file_blocked", field="evidence"):
        actions.answer_competency(
            application=application, competency=answer.competency, evidence=answer.evidence, by=student, at=NOW
        )
    assert Application.objects.get(pk=application.pk).status == "draft"
