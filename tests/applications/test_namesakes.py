"""Texts that seem to name their writer."""

import pytest

from applications.namesakes import found_in, hints, names_of
from tests import factories

pytestmark = pytest.mark.django_db
NAMES = {"robin", "quist", "françois"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("I wrote the joins.", []),
        ("Robin wrote the joins.", ["robin"]),
        ("by QUIST, Robin", ["quist", "robin"]),
        ("A robin's nest", ["robin"]),
        ("Robinson and quistly", []),
        ("https://code.example/robin-quist/x", ["robin", "quist"]),
        ("françois", ["françois"]),
        ("", []),
        (None, []),
    ],
)
def test_a_name_is_a_whole_word(text, found):
    assert found_in(text, NAMES) == found


def test_names_come_from_name_address_and_portfolio():
    user = factories.make_user("Robin A. Quist", email="rq.bike99@people.example")
    student = factories.make_student("Rob Quist", user=user, slug="rob-the-quist")
    assert names_of(student) == {"robin", "quist", "rob", "bike", "the"}


def test_every_part_of_a_draft_is_looked_at(student, project):
    application = factories.make_application(
        project=project, student=student.student, status="draft", approach="Robin begins.", availability_note="Quist."
    )
    application.answers.update(statement="Mine.", title="Quist's queries", url="https://code.example/robin/q")
    answers = application.answers.select_related("competency__skill").order_by("competency__position")
    found = dict(hints(application, answers))
    assert found == {
        "Your approach": ["robin"], "Your note on availability": ["quist"],
        "The evidence for SQL": ["quist"], "The link for SQL": ["robin"],
        "The evidence for Data cleaning": ["quist"], "The link for Data cleaning": ["robin"],
    }  # fmt: skip
