"""Three examples with a key before the first score: once for each member, short, and open again at any time."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from applications import actions
from applications.calibration import examples, is_complete, matches
from applications.models import Calibration, Score, Shown
from applications.queries import calibration_of
from marketplace.activity.models import Event
from projects.lint import lint_text
from projects.rubric import GENERAL, templates
from tests import factories
from tests.applications.refusing import refused
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def newcomer(organization):
    """A member who has not done it."""
    user = factories.make_user("Nia Newcomer")
    factories.make_member(organization, user, calibrated=False)
    return user


def calibrate(organization, by, level=2, example=None, at=NOW):
    return actions.calibrate(
        organization=organization, example=example or examples()[0], level=level, by=by, at=at
    )  # fmt: skip


def calibrate_all(organization, by):
    for example in examples():
        calibrate(organization, by, level=example.key, example=example)


# --- The examples ---


def test_there_are_three_with_three_keys_in_three_families():
    assert [example.key for example in examples()] == [Shown.DEVELOPING, Shown.MEETS, Shown.EXCEEDS]
    assert len({example.family for example in examples()} - {GENERAL}) == 3
    assert len({example.slug for example in examples()}) == 3


@pytest.mark.parametrize("example", examples(), ids=lambda one: one.slug)
def test_an_example_is_whole_and_short(example):
    assert example.family in templates()
    assert [value for value, _word, _text in example.anchors] == [0, 1, 2, 3]
    words = [example.statement, example.shown, example.why]
    assert 80 <= sum(len(text.split()) for text in words) <= 190
    assert not any("\n\n" in text.strip() or "  " in text for text in words)
    assert [lint_text(text) for text in [*words, example.asked] if lint_text(text)] == []


@pytest.mark.parametrize("example", examples(), ids=lambda one: one.slug)
def test_whoever_sees_it_otherwise_is_told_why(example):
    assert example.remark(example.key) == ""
    assert all(example.remark(level) for level in range(4) if level != example.key)


# --- The rule ---


def test_no_score_before_it_is_done(project, organization, newcomer):
    application = factories.make_application(project=project)
    values = {"application": application, "competency": project.competencies.first(), "level": 2,
              "justification": "The query is theirs.", "by": newcomer, "at": NOW}  # fmt: skip
    with refused(code="not_calibrated"):
        actions.score(**values)
    calibrate(organization, newcomer)
    with refused(code="not_calibrated"):
        actions.score(**values)
    calibrate_all(organization, newcomer)
    assert actions.score(**values) == Score.objects.get()


def test_it_is_done_for_each_organization(organization, newcomer):
    calibrate_all(organization, newcomer)
    other = factories.make_organization("Birch Books")
    factories.make_member(other, newcomer, calibrated=False)
    assert is_complete(calibration_of(newcomer, organization))
    assert calibration_of(newcomer, other) == {}


def test_done_again_the_last_answer_counts_and_the_log_keeps_both(organization, newcomer):
    calibrate(organization, newcomer, level=3)
    calibrate(organization, newcomer, level=3)
    calibrate(organization, newcomer, level=1)
    assert Calibration.objects.get(membership__user=newcomer).level == 1
    events = Event.objects.filter(verb="membership.calibrated").order_by("pk")
    assert [(event.data["before"], event.data["level"], event.data["key"]) for event in events] == [
        (None, 3, 1), (3, 1, 1),
    ]  # fmt: skip
    assert matches(calibration_of(newcomer, organization)) == 1


def test_only_who_assesses_calibrates(organization, finance, student):
    for user in (finance, student):
        with refused(code="not_assessor"):
            calibrate(organization, user)


def test_what_is_no_answer_is_refused(organization, newcomer):
    with refused(code="bad_level", field="level"):
        calibrate(organization, newcomer, level=4)
    with refused(code="no_example"):
        calibrate(organization, newcomer, example="polished-app")


@pytest.mark.parametrize("change", ["level = 4", "level = -1", "example = 'plain-sheet'"])
def test_the_database_keeps_the_rules(organization, newcomer, change):
    calibrate_all(organization, newcomer)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE applications_calibration SET {change} WHERE example = 'polished-app'")


# --- The pages ---


def page_of(project, number, query=""):
    return reverse("applications:calibrate", args=[project.code, number]) + query


def test_score_mode_leads_to_it_and_it_leads_back(project, newcomer, client_of):
    application = factories.make_application(project=project)
    client = client_of(newcomer)
    for name, args in (("score_next", []), ("score", [1, application.label])):
        answer = client.get(reverse(f"applications:{name}", args=[project.code, *args]))
        assert answer.headers["Location"] == page_of(project, 1)
    for number, example in enumerate(examples(), 1):
        page = client.get(page_of(project, number)).content.decode()
        assert "The answer key:" not in page
        assert client.post(page_of(project, number), {"level": "2"}).headers["Location"] == page_of(project, number)
        page = client.get(page_of(project, number)).content.decode()
        assert f"The answer key: {example.key_word}" in page
        assert ("Next example" in page) is (number < 3)
    assert "You scored 1 of 3 as the answer key does." in page
    assert "/score/1/" in client.get(reverse("applications:score_next", args=[project.code])).headers["Location"]


def test_a_score_that_was_sent_without_it_is_not_lost(project, newcomer, client_of):
    application = factories.make_application(project=project)
    url = reverse("applications:score", args=[project.code, 1, application.label])
    page = client_of(newcomer).post(url, {"level": "2", "justification": "The query is theirs."}).content.decode()
    assert "do the calibration" in page
    assert "The query is theirs." in page


def test_an_answer_without_a_level_is_asked_for_again(project, newcomer, client_of):
    answer = client_of(newcomer).post(page_of(project, 1))
    assert answer.status_code == 422
    assert "Choose one of the four levels." in answer.content.decode()


def test_it_is_done_again_from_the_first_to_the_last(project, owner, client_of):
    client = client_of(owner)
    assert "The answer key:" in client.get(page_of(project, 1)).content.decode()
    assert "The answer key:" not in client.get(page_of(project, 1, "?again=1")).content.decode()
    answer = client.post(page_of(project, 1, "?again=1"), {"level": "3"})
    page = client.get(answer.headers["Location"]).content.decode()
    assert "The answer key sees it otherwise." in page
    assert f"{page_of(project, 2)}?again=1" in page


@pytest.mark.parametrize("number", [0, 4])
def test_there_is_no_other_example(project, owner, client_of, number):
    assert client_of(owner).get(page_of(project, number)).status_code == 404


def test_the_board_says_what_comes_first_and_offers_it_again(project, owner, newcomer, client_of):
    board = reverse("applications:board", args=[project.code])
    assert "Calibrate meanwhile" in client_of(newcomer).get(board).content.decode()
    assert "Calibrate meanwhile" not in client_of(owner).get(board).content.decode()
    factories.make_application(project=project)
    assert "3 examples with an answer key" in client_of(newcomer).get(board).content.decode()
    assert (
        "Calibration: you scored 3 of 3 examples as their answer key does."
        in client_of(owner).get(board).content.decode()
    )
