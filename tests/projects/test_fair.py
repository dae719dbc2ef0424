"""Who is told: fairly among those who fit, found without looking at everybody."""

import random
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from marketplace.skills.models import StudentSkill
from projects import denormalised, matching
from projects.matching import fair, pool
from projects.matching.scoring import Scored
from projects.models import Match
from tests import factories
from tests.factories import NOW
from tests.projects.factories import quick_student


def scored(student_id, score, *, newcomer=True, month=0, week=0):
    return Scored(student_id, score, newcomer, month, week)


def test_a_quarter_of_the_places_is_for_newcomers():
    known = [scored(number, 0.9, newcomer=False) for number in range(10)]
    new = [scored(100 + number, 0.6 - number / 100) for number in range(5)]
    chosen = fair.choose([*known, *new], 8)
    assert [pk for pk, _score in chosen] == [0, 1, 2, 3, 4, 5, 100, 101]


def test_newcomers_who_are_there_anyway_fill_it():
    both = [scored(number, 0.9, newcomer=number % 2 == 0) for number in range(8)]
    assert [pk for pk, _score in fair.choose([*both, scored(9, 0.8)], 8)] == list(range(8))


def test_who_was_told_often_comes_after_an_equal_but_not_after_a_far_weaker_one():
    chosen = fair.choose([scored(1, 0.9, month=20), scored(2, 0.9), scored(3, 0.5)], 2)
    assert {pk for pk, _score in chosen} == {1, 2}
    assert [pk for pk, _score in fair.choose([scored(1, 0.9, month=20), scored(2, 0.9)], 1)] == [2]


@pytest.mark.parametrize(("week", "told"), [(9, True), (10, False)])
def test_who_had_enough_this_week_is_left_out(week, told):
    assert bool(fair.choose([scored(1, 0.9, month=week, week=week)], 8)) == told


@given(
    some.lists(some.tuples(some.integers(0, 1000), some.booleans(), some.integers(0, 30), some.integers(0, 12))),
    some.integers(1, 40),
)
def test_choosing_keeps_its_rules(rows, places):
    everybody = [scored(pk, points / 1000, newcomer=new, month=month, week=week)
                 for pk, (points, new, month, week) in enumerate(rows)]  # fmt: skip
    chosen = fair.choose(everybody, places)
    ids = [pk for pk, _score in chosen]
    allowed = [one for one in everybody if one.week < 10]
    assert len(ids) == len(set(ids)) == min(places, len(allowed))
    assert [score for _pk, score in chosen] == sorted((score for _pk, score in chosen), reverse=True)
    new = sum(everybody[pk].is_newcomer for pk in ids)
    assert new >= min(len(ids) / 4, sum(one.is_newcomer for one in allowed))


@pytest.mark.django_db
def test_equal_students_are_told_equally_often(organization, owner):
    students = [quick_student(f"S{number}") for number in range(30)]
    for student in students:
        for skill in ("SQL", "Data cleaning"):
            factories.make_student_skill(student, skill)
    for _ in range(15):
        assert len(matching.match_project(factories.make_project(organization=organization), NOW)) == 8
    assert [student.matches.count() for student in students] == [4] * 30


@pytest.mark.django_db
def test_what_was_told_long_ago_weighs_nothing(organization, owner):
    student = quick_student()
    for skill in ("SQL", "Data cleaning"):
        factories.make_student_skill(student, skill)
    for days in (8, 31):
        project = factories.make_project(organization=organization)
        Match.objects.create(student=student, project=project, score=1, shown=[], matched_at=NOW - timedelta(days=days))
    project = factories.make_project(organization=organization)
    (found,) = matching.score(pool.asked_of(project), [student.pk], NOW)
    assert (found.month, found.week) == (1, 0)


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(5))
def test_the_pool_is_who_covers_most_and_never_more(seed, organization, owner):
    chance = random.Random(seed)
    skills = [factories.make_skill(f"Skill {number}") for number in range(6)]
    students = [quick_student(f"S{number}") for number in range(60)]
    for student in students:
        for skill in chance.sample(skills, chance.randint(0, 6)):
            factories.make_student_skill(student, skill, level=chance.randint(1, 3))
    project = factories.make_project(organization=organization, skills=chance.sample(skills, chance.randint(2, 5)))
    asked = pool.asked_of(project)
    weight = {(one.skill_id, one.level): one.weight for one in asked}

    def covered(pk):
        held = dict(StudentSkill.objects.filter(student=pk).values_list("skill_id", "level"))
        return round(sum(weight[pair] for pair in weight if held.get(pair[0], 0) >= pair[1]), 9)

    best = sorted((covered(student.pk) for student in students), reverse=True)
    best = [points for points in best if points >= 0.6 * sum(weight.values()) - 1e-9]
    assert best
    for at_most in (1, 7, 60):
        found = pool.find(pool.before(project), at_most=at_most)
        assert len(found) == len(set(found))
        assert [covered(pk) for pk in found] == best[:at_most]
    for at_most in (3, 60):
        assert pool.count_fitting(asked, at_most=at_most) == min(len(best), at_most)


@pytest.mark.django_db
def test_each_project_enters_the_circle_elsewhere(organization, owner):
    for number in range(20):
        student = quick_student(f"S{number}")
        for skill in ("SQL", "Data cleaning"):
            factories.make_student_skill(student, skill)
    projects = [factories.make_project(organization=organization) for _ in range(12)]
    orders = [pool.find(pool.before(project), at_most=20) for project in projects]
    assert len({order[0] for order in orders}) > 3
    assert {frozenset(order) for order in orders} == {frozenset(orders[0])}
    assert all(order[order.index(orders[0][0]) :] + order[: order.index(orders[0][0])] == orders[0] for order in orders)


@pytest.mark.django_db
def test_a_skill_of_many_is_weighed_by_its_count(organization, owner, monkeypatch):
    for _ in range(4):
        factories.make_student_skill(quick_student(), "SQL")
    project = factories.make_project(organization=organization)
    exact = pool.asked_of(project)
    monkeypatch.setattr(pool, "COUNTED", 2)
    denormalised.count_students(2)
    with_counts = pool.asked_of(project)
    assert [one.token for one in exact] == [one.token for one in with_counts]
    assert with_counts[0].weight < with_counts[1].weight  # SQL is common, Data cleaning is not
