"""Lists cost the same number of queries for one row and for three."""

import pytest

from applications.queries import levels_of, library_of
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(factories.NOW, tick=False)


@pytest.fixture
def one_and_three(query_count, client_of):
    """`(user, url, add)`: the queries of a page with one row and with three."""

    def count(user, url, add):
        client = client_of(user)
        add()
        one = query_count(client, url)
        add(), add()
        return one, query_count(client, url)

    return count


def test_the_library(one_and_three, student):
    one, three = one_and_three(student, "/applications/library/",
        lambda: factories.make_evidence(student.student, skills=("SQL", "Excel")),
    )  # fmt: skip
    assert one == three


def test_my_applications(one_and_three, student):
    def add():
        factories.make_application(student=student.student, status="submitted")
        factories.make_application(student=student.student, status="not_selected")

    one, three = one_and_three(student, "/applications/", add)
    assert one == three


@pytest.mark.parametrize(
    ("path", "status"),
    [("", "submitted"), ("?tab=shortlist", "shortlisted"), ("?tab=offered", "offered"), ("?tab=ended", "not_selected"),
     ("compare/", "submitted"), ("decline-rest/", "submitted")],
)  # fmt: skip
def test_the_board(one_and_three, project, owner, member, path, status):
    def add():
        application = factories.make_application(project=project, status=status)
        for assessor in (owner, member):
            factories.make_scores(application, assessor)

    one, three = one_and_three(owner, f"/applications/board/{project.code}/{path}", add)
    assert one == three


def test_settling(one_and_three, project, owner, member):
    application = factories.make_application(project=project)
    factories.make_scores(application, owner, level=3)
    path = f"/applications/{application.code}/applicant/settle/1/"
    levels = iter((1, 0, 1))
    one, three = one_and_three(owner, path,
        lambda: factories.make_scores(application, factories.make_user("Another"), level=next(levels)),
    )  # fmt: skip
    assert one == three


def test_score_mode(one_and_three, project, owner):
    factories.make_application(project=project, label="Z")
    one, three = one_and_three(owner, f"/applications/board/{project.code}/score/1/Z/",
        lambda: factories.make_application(project=project, label="", status="draft") and _received(project),
    )  # fmt: skip
    assert one == three


def _received(project):
    used = project.applications.exclude(label="").count()
    project.applications.filter(status="draft").update(
        status="submitted", label="ABCDEFGH"[used], submitted_at=factories.NOW
    )


def test_the_task_list_and_the_answer_page(one_and_three, student, project):
    application = factories.make_application(project=project, student=student.student, status="draft")
    for page in ("edit/", "edit/evidence/", "edit/evidence/1/", "edit/plan/", "check/"):
        one, three = one_and_three(student, f"/applications/{application.code}/{page}",
            lambda: factories.make_evidence(student.student),
        )  # fmt: skip
        assert one == three, page


def test_home_with_many_things_to_do(one_and_three, student, owner, organization):
    def add():
        factories.make_application(student=student.student, status="offered")
        factories.make_application(project=factories.make_project(organization=organization))

    for user in (student, owner):
        one, three = one_and_three(user, "/home/", add)
        assert one == three, user


def test_levels_are_the_low_median_of_the_assessors(project, owner, member):
    application = factories.make_application(project=project)
    first = project.competencies.order_by("position").first()
    for user, level in ((owner, 1), (member, 3), (factories.make_user("Third Assessor"), 2)):
        factories.make_scores(application, user, level=level)
    assert levels_of([application])[application.pk][first.pk] == 2
    factories.make_scores(application, factories.make_user("Fourth Assessor"), level=1)
    assert levels_of([application])[application.pk][first.pk] == 1


def test_evidence_that_answers_two_competencies_was_sent_in_one_application(student, project):
    application = factories.make_application(project=project, student=student.student)
    one = application.answers.first().evidence
    application.answers.update(evidence=one)
    assert application.answers.count() == 2
    assert {row.pk: row.sent for row in library_of(student.student)}[one.pk] == 1
