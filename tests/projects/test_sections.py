"""The task list's own rules, as tables: dates, fee, what is missing."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from projects.models import Project
from projects.rate import rate_in_words, rate_of_text
from projects.sections import SECTIONS, fee_problems, problems, schedule_problems, states
from tests import factories
from tests.factories import NOW

CLOSE, DECIDE = NOW + timedelta(days=10), NOW + timedelta(days=15)
DECIDED = DECIDE.date()


@pytest.mark.parametrize(
    ("close", "decide", "due", "fields"),
    [
        (CLOSE, DECIDE, DECIDED + timedelta(days=20), []),
        (CLOSE, CLOSE, CLOSE.date() + timedelta(days=3), []),
        (CLOSE, DECIDE, DECIDED + timedelta(days=3), []),
        (CLOSE, DECIDE, DECIDED + timedelta(days=45), []),
        (CLOSE, DECIDE, DECIDED + timedelta(days=2), ["work_due_on"]),
        (CLOSE, DECIDE, DECIDED + timedelta(days=46), ["work_due_on"]),
        (CLOSE, DECIDE, date(2020, 1, 1), ["work_due_on"]),
        (NOW + timedelta(hours=24), NOW + timedelta(days=2), NOW.date() + timedelta(days=9), []),
        (NOW + timedelta(hours=23), DECIDE, DECIDED + timedelta(days=9), ["applications_close_on"]),
        (NOW - timedelta(days=1), DECIDE, DECIDED + timedelta(days=9), ["applications_close_on"]),
        (
            NOW + timedelta(days=62),
            NOW + timedelta(days=63),
            NOW.date() + timedelta(days=70),
            ["applications_close_on"],
        ),
        (CLOSE, CLOSE - timedelta(hours=1), CLOSE.date() + timedelta(days=9), ["decisions_due_on"]),
        (CLOSE, CLOSE + timedelta(days=14), CLOSE.date() + timedelta(days=30), []),
        (CLOSE, CLOSE + timedelta(days=15), CLOSE.date() + timedelta(days=30), ["decisions_due_on"]),
        (CLOSE, CLOSE - timedelta(hours=1), date(2020, 1, 1), ["decisions_due_on"]),
        (
            NOW - timedelta(days=9),
            NOW - timedelta(days=10),
            DECIDED,
            ["applications_close_on", "decisions_due_on"],
        ),
        (None, None, None, ["applications_close_on", "decisions_due_on", "work_due_on"]),
    ],
)
def test_schedule(close, decide, due, fields):
    assert [field for field, _message in schedule_problems(close, decide, due, NOW)] == fields


def test_the_days_between_which_work_may_be_due_are_named():
    close = decide = NOW.replace(month=12, day=25)
    [(_field, message)] = schedule_problems(close, decide, decide.date(), close - timedelta(days=9))
    assert message == "The work is due 3 to 45 days after the decision date: Mon 28 Dec 2026 to Mon 8 Feb 2027."


@pytest.mark.parametrize(
    ("hours", "fee", "refused"),
    [(12, 24_000, False), (12, 23_999, True), (40, 80_000, False), (10, 1_000_000, False), (10, 1_000_001, True)],
)
def test_the_floor_and_the_ceiling_of_the_fee(hours, fee, refused):
    assert bool(list(fee_problems(hours, fee))) == refused


@pytest.mark.parametrize(
    ("hours", "fee", "words", "refused"),
    [
        (12, 24_000, "$240 ÷ 12 h = $20/h", False),
        (16, 48_000, "$480 ÷ 16 h = $30/h", False),
        (13, 48_000, "$480 ÷ 13 h ≈ $36.92/h", False),
        (14, 40_000, "$400 ÷ 14 h ≈ $28.57/h", False),
        (16, 47_200, "$472 ÷ 16 h = $29.50/h", False),
        (12, 23_900, "$239 ÷ 12 h ≈ $19.91/h", True),
        (9, 48_000, "$480 ÷ 9 h ≈ $53.33/h", True),
        (41, 100_000, "$1,000 ÷ 41 h ≈ $24.39/h", True),
        (None, 24_000, "", False),
        (12, None, "", False),
        (0, 24_000, "", False),
        (-3, 24_000, "", False),
    ],
)
def test_the_effective_rate_never_promises_more(hours, fee, words, refused):
    rate = rate_in_words(hours, fee)
    assert (rate.words, bool(rate.problem)) == (words, refused)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "words", "refused"),
    [
        ("hours=12&fee=400", "$400 ÷ 12 h ≈ $33.33/h", False),
        ("hours=4&fee=120", "Plan with 10 to 40 hours.", True),
        ("of=change_order&hours=4&fee=120", "$120 ÷ 4 h = $30/h", False),
    ],
)
def test_the_live_rate_is_green_only_within_the_hours(client_of, query, words, refused):
    page = client_of(factories.make_user()).get(f"{reverse('projects:rate')}?{query}").content.decode()
    assert words in page
    assert ("notice-danger" in page, "notice-success" in page) == (refused, not refused)


@pytest.mark.parametrize("typed", [("", ""), ("twelve", "240"), ("12", "lots"), ("12", None), ("1e3", "1"), ("٣", "x")])
def test_the_rate_of_nonsense_is_no_rate(typed):
    assert rate_of_text(*typed).words == ""


@pytest.mark.django_db
def test_a_complete_draft_has_no_problem_and_an_empty_one_lists_every_part():
    complete = factories.make_project(status="draft")
    assert problems(complete, NOW) == []
    assert set(states(complete, NOW).values()) == {"done"}
    empty = Project.objects.create(organization=complete.organization, created_by=complete.created_by, title="Idea")
    assert states(empty, NOW) == dict.fromkeys(SECTIONS, "todo") | {"outcome": "progress"}
    assert [problem.field for problem in problems(empty, NOW)] == [
        "field", "brief", "deliverable", "criterion_1", "skill_1", "hours", "fee", "applications_close_on",
        "decisions_due_on", "work_due_on", "portfolio_permission",
    ]  # fmt: skip


@pytest.mark.django_db
def test_a_draft_whose_deadline_passed_needs_new_dates():
    draft = factories.make_project(status="draft")
    assert [problem.field for problem in problems(draft, NOW + timedelta(days=10))] == ["applications_close_on"]
    assert states(draft, NOW + timedelta(days=10))["pay"] == "progress"
