"""Texts that seem to name their writer."""

import time

import pytest

from applications.namesakes import found_in, given_away, hints, names_of, school_of, schools_in
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
        ("Ro bin", ["robin"]),
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


@pytest.mark.parametrize(
    ("email", "words"),
    [
        ("r@gmail.com", set()),
        ("r@yahoo.co.uk", set()),
        ("r@outlook.com", set()),
        ("r@northfield.edu", {"northfield"}),
        ("r@students.northfield-college.ac.uk", {"northfieldcollege"}),
        ("r@live.northfield.edu", {"northfield"}),
        ("r@etu.univ-lyon1.fr", {"etu", "lyon"}),
        ("r@students.example", set()),
        ("r@localhost", set()),
        ("", set()),
    ],
)
def test_the_address_behind_the_at_names_the_school(email, words):
    assert school_of(email) == words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("I learned it at the University of California, Berkeley and at home.", ["University of California, Berkeley"]),
        ("At Northfield University I wrote the joins.", ["Northfield University"]),
        ("For St. Mary's College's library.", ["St. Mary's College"]),
        ("My Massachusetts Institute of Technology team", ["Massachusetts Institute of Technology"]),
        ("the London School of Economics and Political Science", ["School of Economics and Political Science"]),
        ("Technische Universität München", ["Technische Universität München"]),
        ("Universidad de Chile. Université Paris-Saclay", ["Universidad de Chile", "Université Paris-Saclay"]),
        ("https://www.cs.northfield.edu/~rq", ["northfield.edu"]),
        ("northfield.ac.uk and again northfield.ac.uk", ["northfield.ac.uk"]),
        ("My University asked a college for its school hall.", []),
        ("At College we used educational.education", []),
        ("I went to University. Then I worked.", []),
        ("", []),
        (None, []),
    ],
)
def test_a_school_is_found_by_how_schools_are_called(text, found):
    assert schools_in(text) == found


def test_a_school_is_named_once():
    words = {"northfield", "northfieldcollege", "robin"}
    text = "Robin, at Northfield College, for northfield.edu"
    assert given_away(text, words) == ["robin", "Northfield College", "northfield.edu"]
    assert given_away("northfield college", words) == ["northfield", "northfieldcollege"]


def test_a_draft_that_names_the_school_says_so(client, student, project):
    student.email = "rq@northfield.edu"
    student.save(update_fields=["email"])
    application = factories.make_application(
        project=project, student=student.student, status="draft", approach="As we did at Northfield.",
    )  # fmt: skip
    application.answers.update(statement="Mine, for Ash University.")
    client.force_login(student)
    page = client.get(f"/applications/{application.code}/check/").content.decode()
    assert "Does this tell who you are, or where you study?" in page
    assert "Your approach contains “northfield”" in page
    assert "The evidence for SQL contains “Ash University”" in page


@pytest.mark.parametrize("text", ["A-" * 5_000, "a-" * 5_000, "Aa " * 3_300, "University of " * 700, "A'. " * 2_500])
def test_a_strange_text_is_read_in_time(text):
    begun = time.process_time()
    given_away(text, {"robin"})
    assert time.process_time() - begun < 0.5
