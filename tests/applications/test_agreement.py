"""Quadratic-weighted kappa: published figures, the definition by brute force, and what the organization reads."""

from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from applications.agreement import FEWEST_PAIRS, agreement_of, weighted_kappa
from applications.queries import double_scores
from tests import factories
from tests.factories import NOW

# Agresti (1990), table 2.12: 91 couples, husband by wife, four levels. R's vcd, Fleiss-Cohen weights: 0.332.
COUPLES = [[7, 7, 2, 3], [2, 8, 3, 7], [1, 5, 4, 9], [2, 8, 9, 14]]
# R's irr, data "anxiety", raters 1 and 2, squared weights: 0.297.
ANXIETY = ("33345523522615221243", "36462424332333221334")

levels = st.integers(0, 3)


def test_a_published_table_of_four_levels():
    pairs = [(row, column) for row, cells in enumerate(COUPLES) for column, n in enumerate(cells) for _ in range(n)]
    assert round(weighted_kappa(pairs), 3) == 0.332


def test_published_ratings_of_two_raters():
    assert round(weighted_kappa([(int(one), int(two)) for one, two in zip(*ANXIETY, strict=True)]), 3) == 0.297


def by_definition(pairs):
    """Σ w·observed and Σ w·expected over the cells of the table, with w = 1 − (i − j)² / 9."""
    n = len(pairs)
    agreed = expected = 0
    for i in range(4):
        for j in range(4):
            weight = 1 - (i - j) ** 2 / 9
            agreed += weight * pairs.count((i, j)) / n
            expected += weight * sum(a == i for a, _ in pairs) / n * sum(b == j for _, b in pairs) / n
    return (agreed - expected) / (1 - expected)


@given(st.lists(st.tuples(levels, levels), min_size=2, max_size=40))
def test_it_is_the_definition(pairs):
    assume(len({level for pair in pairs for level in pair}) > 1)
    assert weighted_kappa(pairs) == pytest.approx(by_definition(pairs))


@given(st.lists(st.lists(levels, min_size=1, max_size=4), min_size=10, max_size=20))
def test_the_order_of_the_assessors_makes_no_difference(groups):
    found, turned = agreement_of(groups), agreement_of([group[::-1] for group in groups])
    assert (found.pairs, found.same) == (turned.pairs, turned.same)
    assert found.kappa == pytest.approx(turned.kappa)


def test_the_same_levels_are_one_and_opposite_ones_less_than_nothing():
    assert agreement_of([[0, 0], [3, 3]] * 5).kappa == 1
    assert agreement_of([[0, 3]] * 10).kappa == -1


def test_too_few_double_scores_give_no_number():
    found = agreement_of([[1, 2]] * (FEWEST_PAIRS - 1) + [[3]])
    assert (found.pairs, found.is_enough, found.kappa) == (9, False, None)
    assert agreement_of([]).pairs == 0


def test_three_assessors_are_three_pairs():
    assert agreement_of([[1, 2, 2]]).pairs == 3


def test_one_and_the_same_level_gives_no_number():
    found = agreement_of([[2, 2]] * 12)
    assert (found.is_enough, found.kappa, found.percent_same) == (True, None, 100)


@pytest.mark.parametrize(
    ("groups", "word"),
    [([[0, 0], [3, 3]] * 5, "Very strong"), ([[0, 1], [2, 3]] * 5, "Strong"), ([[0, 3]] * 10, "Weak")],
)
def test_the_number_has_a_word(groups, word):
    assert agreement_of(groups).word == word


@pytest.mark.django_db
def test_double_scores_are_those_of_the_organization_and_of_the_last_year(project, organization, owner, member):
    for level in (1, 3):
        application = factories.make_application(project=project)
        factories.make_scores(application, owner, level=level)
        factories.make_scores(application, member, level=2)
    factories.make_scores(factories.make_application(project=project), owner)  # alone
    factories.make_scores(factories.make_application(), owner)  # elsewhere
    found = double_scores(organization, since=NOW - timedelta(days=1))
    assert sorted(sorted(levels) for levels in found) == [[1, 2], [1, 2], [2, 3], [2, 3]]
    assert double_scores(organization, since=NOW + timedelta(days=1)) == []
