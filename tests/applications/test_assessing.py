"""Scores: blind, justified, one's own before the others'."""

from datetime import timedelta

import pytest

from applications import actions
from applications.board import Board
from applications.models import Assessment, Score
from marketplace.activity.models import Event
from marketplace.errors import InvalidTransition
from tests import factories
from tests.applications.refusing import refused
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def score(application, by, competency=None, level=2, justification="The query is theirs.", at=NOW):
    competency = competency or application.project.competencies.first()
    return actions.score(
        application=application, competency=competency, level=level, justification=justification, by=by, at=at
    )


@pytest.fixture
def application(project):
    return factories.make_application(project=project)


def test_a_score_is_kept_with_its_reason(application, owner):
    found = score(application, owner, level=3, justification="  Four joins,\n and a test. ")
    assert (found.level, found.justification, found.scored_at) == (3, "Four joins, and a test.", NOW)
    assert found.assessment.assessor == owner


def test_the_same_score_again_changes_nothing(application, owner):
    score(application, owner)
    score(application, owner, at=NOW + timedelta(hours=1))
    assert Score.objects.get().scored_at == NOW
    assert Event.objects.filter(verb="application.scored").count() == 1


def test_a_changed_score_replaces_the_old_one_and_is_logged(application, owner):
    score(application, owner, level=1)
    score(application, owner, level=3)
    assert Score.objects.get().level == 3
    last = Event.objects.filter(verb="application.scored").last()
    assert (last.data["before"], last.data["level"]) == (1, 3)


@pytest.mark.parametrize(
    ("values", "field", "code"),
    [
        ({"level": 4}, "level", "bad_level"),
        ({"level": -1}, "level", "bad_level"),
        ({"justification": "  "}, "justification", "required"),
        ({"justification": "x" * 301}, "justification", "too_long"),
    ],
)
def test_a_score_without_level_or_reason_is_refused(application, owner, values, field, code):
    with refused(code=code, field=field):
        score(application, owner, **values)


def test_a_competency_of_another_project_is_refused(application, owner):
    competency = factories.make_project().competencies.first()
    with refused(code="other_project"):
        score(application, owner, competency)


@pytest.mark.parametrize("status", ["shortlisted", "offered", "accepted", "not_selected", "withdrawn", "lapsed"])
def test_scores_are_fixed_once_a_decision_was_made(project, owner, status):
    application = factories.make_application(project=project, status=status)
    with refused(InvalidTransition):
        score(application, owner)
    assert Assessment.objects.count() == 0


def others_seen(project, user):
    row = Board(project, user).rows[0]
    return [[other.level for other in cell.others] for cell in row.cells], row.hidden_assessors


def test_others_scores_are_hidden_until_ones_own_are_in(application, project, owner, member):
    factories.make_scores(application, member, level=3)
    first, second = project.competencies.order_by("position")
    assert others_seen(project, owner) == ([[], []], 1)
    score(application, owner, first)
    assert others_seen(project, owner) == ([[], []], 1)
    score(application, owner, second)
    assert others_seen(project, owner) == ([[3], [3]], 0)


@pytest.mark.parametrize(("level", "flagged"), [(0, True), (1, True), (2, False), (3, False)])
def test_two_levels_apart_is_flagged(application, project, owner, member, level, flagged):
    factories.make_scores(application, member, level=3)
    factories.make_scores(application, owner, level=level)
    assert Board(project, owner).rows[0].has_gap is flagged


def test_a_hidden_disagreement_is_not_hinted_at(application, project, owner, member, finance):
    factories.make_scores(application, member, level=3)
    factories.make_scores(application, factories.make_user("Third Assessor"), level=0)
    assert Board(project, owner).rows[0].has_gap is False


def test_the_order_is_random_per_assessor_and_competency_and_always_the_same(project, owner, member):
    for _ in range(8):
        factories.make_application(project=project, answers=False)

    def orders(user):
        board = Board(project, user)
        return [[row.applicant.label for row in board.sequence(number)] for number in (1, 2)]

    assert orders(owner) == orders(owner)
    found = [tuple(order) for user in (owner, member) for order in orders(user)]
    assert len(set(found)) == 4
    assert {"".join(sorted(order)) for order in found} == {"ABCDEFGH"}


def test_the_next_score_stays_in_one_competency_and_then_goes_on(project, owner):
    for _ in range(2):
        factories.make_application(project=project)
    first, second = project.competencies.order_by("position")
    seen = []
    after = None
    while (after := Board(project, owner).next_to_score(after)) is not None:
        number, label = after
        seen.append(number)
        score(project.applications.get(label=label), owner, (first, second)[number - 1])
    assert seen == [1, 1, 2, 2]


def test_progress_counts_ones_own_scores(project, owner, member):
    applications = [factories.make_application(project=project) for _ in range(2)]
    factories.make_scores(applications[0], member)
    score(applications[1], owner)
    board = Board(project, owner)
    assert [(number, scored, total) for number, _competency, scored, total in board.progress()] == [
        (1, 1, 2),
        (2, 0, 2),
    ]
    assert (board.scores_left, board.minutes_left) == (3, 4)
