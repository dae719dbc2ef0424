"""The statistics of the fairness report: definitions by brute force, and an attacker who knows the rules."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from applications.fairness import FEWEST, Cell, Funnel, Quarter, cells, gini, quarters, ratios, verdict

amounts = st.lists(st.integers(0, 40), min_size=1, max_size=60)


def histogram(values):
    return {value: values.count(value) for value in set(values)}


@given(amounts)
def test_gini_is_half_the_mean_difference_over_the_mean(values):
    """Σ |xᵢ − xⱼ| / (2 n² mean)."""
    total = sum(values)
    differences = sum(abs(one - other) for one in values for other in values)
    expected = differences / (2 * len(values) * total) if total else 0
    assert gini(histogram(values)) == pytest.approx(expected)
    assert 0 <= gini(histogram(values)) < 1


@given(amounts, st.integers(1, 5))
def test_gini_sees_shares_and_not_sizes(values, factor):
    assert gini(histogram([value * factor for value in values])) == pytest.approx(gini(histogram(values)))
    assert gini(histogram(values * factor)) == pytest.approx(gini(histogram(values)))


def test_gini_of_nobody_of_one_and_of_all_to_one():
    assert gini({}) is None
    assert gini({0: 5}) == 0
    assert gini({7: 1}) == 0
    assert gini({0: 9, 10: 1}) == pytest.approx(0.9)


def test_the_example_of_the_uniform_guidelines():
    """From the questions and answers of the EEOC: 48 of 80 and 12 of 40 are 60 % and 30 %, which is half as often."""
    compared = ratios({"White": (48 / 80, 48 / 80), "Black": (12 / 40, 12 / 40)})
    assert compared["Black"] == (pytest.approx(0.5), pytest.approx(0.5))
    assert verdict(compared["Black"]) == "below"
    assert verdict(compared["White"]) == "within"


rates = st.dictionaries(st.sampled_from("abcdef"), st.none() | st.floats(0, 1).map(lambda rate: (rate, rate)))


@given(rates)
def test_the_highest_rate_is_one_and_nobody_is_above(values):
    known = [ratio for ratio in ratios(values).values() if ratio is not None]
    assert not known or max(low for low, _ in known) == pytest.approx(1)
    assert all(0 <= low == high for low, high in known)
    assert len(known) != 1


def test_a_range_is_below_only_when_all_of_it_is():
    compared = ratios({"a": (0.6, 0.6), "b": (0, 0.3), "c": (0, 0.55), "d": (0.5, 1)})
    assert {name: verdict(ratio) for name, ratio in compared.items()} == {
        "a": "within", "b": "below", "c": "unclear", "d": "within",
    }  # fmt: skip


def funnel(*counts):
    """One application a person: as many units as people."""
    stopped = (0, *(before - after for before, after in pairwise(counts)))
    return Funnel(counts, counts, stopped)


def added(*funnels):
    return Funnel(*(tuple(map(sum, zip(*part, strict=True))) for part in zip(*map(parts, funnels), strict=True)))


def parts(one):
    return one.units, one.people, one.stopped


SILENT = funnel(200, 100, 50, 25)


def shown(*groups, silent=SILENT):
    named = dict(zip("abcdef", groups, strict=False))
    return cells(named, added(*groups, silent))


def test_large_groups_are_shown_with_the_rate_from_the_stage_before():
    assert shown(funnel(60, 30, 20, 10))["a"] == [
        Cell(60), Cell(30, (0.5, 0.5)), Cell(20, (20 / 30, 20 / 30)), Cell(10, (0.5, 0.5)),
    ]  # fmt: skip


def test_a_group_of_nine_is_hidden_everywhere():
    assert shown(funnel(9, 5, 1, 0), funnel(60, 30, 20, 10))["a"] == [Cell()] * 4


def test_few_who_passed_are_a_range_and_end_the_row():
    assert shown(funnel(30, 4, 2, 1))["a"] == [Cell(30), Cell(None, (0, 0.3)), Cell(), Cell()]


def test_few_who_did_not_pass_are_a_range_too():
    assert shown(funnel(30, 27, 15, 2))["a"][1] == Cell(None, (0.7, 1))


def test_none_and_all_of_a_large_group_are_said():
    assert shown(funnel(30, 0, 0, 0))["a"][:3] == [Cell(30), Cell(0, (0, 0)), Cell(0)]
    assert shown(funnel(30, 30, 30, 30))["a"][1] == Cell(30, (1, 1))


def test_the_only_small_group_takes_the_next_smallest_with_it():
    """Else: everybody less those shown are the nine."""
    nobody = funnel(0, 0, 0, 0)
    found = shown(funnel(9, 0, 0, 0), funnel(40, 20, 10, 0), funnel(80, 40, 20, 10), silent=nobody)
    assert [found[name][0].count for name in "abc"] == [None, None, 80]


def test_those_who_did_not_say_are_no_small_rest_either():
    found = shown(funnel(40, 20, 10, 0), funnel(80, 40, 20, 10), silent=funnel(3, 1, 1, 0))
    assert [found[name][0].count for name in "ab"] == [None, 80]


counts = st.tuples(*[st.integers(0, 60)] * 3).map(lambda numbers: funnel(*sorted(numbers, reverse=True)))


@given(st.lists(counts, min_size=1, max_size=5), st.integers(0, 30))
def test_no_hidden_count_can_be_computed(groups, silent):
    """What somebody knows who has all totals and every shown cell: what is hidden may be anything from 1 to 9."""
    silent = funnel(silent, silent // 2, silent // 4)
    table, everybody = shown(*groups, silent=silent), added(*groups, silent)
    for stage in range(3):
        known = {name for name in table if table[name][stage].count is not None}
        rests = [whole_less_known(everybody.units, groups, known, stage)]
        if stage:
            before = whole_less_known(everybody.units, groups, known, stage - 1)
            rests.append(before - rests[0])
        hidden = [name for name in table if name not in known]
        for rest in rests:
            if not known or rest == 0:
                continue
            others = len(hidden) - 1
            assert rest - max(others, 0) >= FEWEST - 1, (table, rest)


def whole_less_known(whole, groups, known, stage):
    return whole[stage] - sum(
        group.units[stage] for name, group in zip("abcdef", groups, strict=False) if name in known
    )


@given(st.lists(counts, min_size=1, max_size=5), st.integers(0, 60))
def test_what_is_shown_is_true_and_about_ten_or_nobody(groups, silent):
    table = shown(*groups, silent=funnel(silent, silent // 2, silent // 4))
    for name, group in zip("abcdef", groups, strict=False):
        for stage, cell in enumerate(table[name]):
            if cell.count is not None:
                assert cell.count == group.units[stage]
                assert cell.count >= FEWEST or (stage and cell.count == 0)
            if cell.rate is not None:
                low, high = cell.rate
                assert low <= group.units[stage] / group.units[stage - 1] <= high


def test_many_applications_of_few_people_are_hidden():
    busy = Funnel((50, 20), (9, 9), (0, 9))
    assert cells({"a": busy}, added(busy, funnel(100, 50)))["a"] == [Cell()] * 2


def test_quarters_follow_each_other_without_a_gap_or_an_overlap():
    first = Quarter(2025, 4)
    assert first.ends_at == first.next().starts_at == datetime(2026, 1, 1, tzinfo=UTC)
    assert str(first.next()) == "January to March 2026"
    assert {Quarter.of(datetime(2026, month, 28, tzinfo=UTC)).number for month in (4, 5, 6)} == {2}


def test_a_quarter_is_reported_sixty_days_after_its_end():
    begun = datetime(2025, 11, 20, tzinfo=UTC)
    assert quarters(begun, reported_by=datetime(2026, 3, 2, tzinfo=UTC)) == [Quarter(2025, 4)]
    assert quarters(begun, reported_by=datetime(2026, 3, 1, 23, 59, tzinfo=UTC)) == []
