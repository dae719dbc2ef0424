"""From rows to the published report: what counts, what is kept, who reads it, and that it never changes."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from applications.actions import publish_fairness
from applications.fairness import Quarter
from applications.fairness_counts import counts_of
from applications.models import Application, FairnessReport
from applications.tasks import sweep_fairness
from marketplace.accounts.actions import describe_self, forget_self_description
from projects.models import Match
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
QUARTER = Quarter.of(NOW)
LATER = QUARTER.reported_at


def make_students(count, **answers):
    found = [factories.make_student(f"Person {number}") for number in range(count)]
    for student in found:
        if answers:
            describe_self(student=student, answers=answers, at=NOW)
    return found


def apply(students, status="not_selected", **fields):
    """One application each, all in one project."""
    project = factories.make_project(status="closed")
    rows = [
        Application(
            project=project, student=student, status=status, label=f"A{number}",
            **({"submitted_at": NOW, "reason": "stronger", "decided_at": NOW + timedelta(days=4)} | fields),
        )
        for number, student in enumerate(students)
    ]  # fmt: skip
    return Application.objects.bulk_create(rows)


SHORTLISTED = {"revealed_at": NOW + timedelta(days=2)}


@pytest.fixture
def scene():
    """40 women of whom 10 are shortlisted, 30 men of whom 20 are, 30 who said nothing of whom none is."""
    women, men, silent = make_students(40, gender="woman"), make_students(30, gender="man"), make_students(30)
    for shortlisted, others in ((women[:10], women[10:]), (men[:20], men[20:]), ([], silent)):
        apply(shortlisted, **SHORTLISTED)
        apply(others)
    return women, men


def published():
    publish_fairness(at=LATER)
    return FairnessReport.objects.get().figures


def rows_of(figures, label="Gender"):
    found = next(question for question in figures["questions"] if question["label"] == label)
    return {row["group"]: row for row in found["rows"]}


def test_pass_rates_and_the_four_fifths_ratio(scene):
    rows = rows_of(published())
    assert rows["Woman"]["stages"][:2] == [[40, None, None], [10, [0.25, 0.25], [0.375, 0.375]]]
    assert rows["Man"]["stages"][1] == [20, [0.667, 0.667], [1.0, 1.0]]
    assert rows["Non-binary"]["stages"][0] == [None, None, None]
    assert published()["everybody"]["stages"][1][:2] == [30, [0.3, 0.3]]


def test_days_to_the_first_answer(scene):
    rows = rows_of(published())
    assert (rows["Woman"]["median"], rows["Woman"]["p90"]) == (4.0, 4.0)
    assert (rows["Man"]["median"], rows["Man"]["p90"]) == (2.0, 4.0)
    assert rows["Non-binary"]["median"] is None


def test_exposure(scene):
    women, men = scene
    for student in [*women, *men]:
        factories.make_student_skill(student)
    project = factories.make_project()
    told = [*women[:20], *men[:15]]
    Match.objects.bulk_create(
        [Match(project=project, student=student, score=1, shown=[], matched_at=NOW) for student in told]
    )
    rows = rows_of(published())
    assert rows["Woman"]["told"] == [[40, None, None], [20, [0.5, 0.5], [1.0, 1.0]]]
    assert (rows["Woman"]["gini"], rows["Woman"]["mean"]) == (0.5, 0.5)
    assert published()["everybody"]["told"][0][0] == 70


def test_what_nobody_decided_on_counts_nowhere():
    students = make_students(3, gender="woman")
    apply(students[:1], status="withdrawn", reason="")
    apply(students[1:2], reason="cancelled")
    apply(students[2:], status="withdrawn", reason="", **SHORTLISTED)
    assert counts_of(QUARTER)["gender", "woman"].selection.units == (1, 1, 0, 0)


def test_a_quarter_is_counted_to_the_moment():
    student = make_students(1, age="18-20")
    first, last = QUARTER.starts_at, QUARTER.ends_at
    for moment in (first - timedelta(seconds=1), first, last - timedelta(seconds=1), last):
        apply(student, submitted_at=moment, decided_at=moment)
    assert counts_of(QUARTER)["age", "18-20"].selection.units[0] == 2
    assert counts_of(QUARTER.next())["age", "18-20"].selection.units[0] == 1


def test_two_statements_whatever_the_number(scene):
    with CaptureQueriesContext(
        connection,
    ) as seen:
        counts_of(QUARTER)
    assert len(seen) == 2


def test_nothing_below_ten_is_kept_anywhere():
    """A group of nine, and one passed of eleven: neither number is in the row."""
    apply(make_students(9, disability="yes"))
    some = make_students(41, disability="no")
    apply(some[:1], **SHORTLISTED)
    apply(some[1:])
    apply(make_students(20))
    kept = json.dumps(list(rows_of(published(), "Disability")["Yes"].values()))
    assert not any(sign.isdigit() for sign in kept)
    assert rows_of(published(), "Disability")["No"]["stages"][1] == [None, [0.0, 0.22], None]


def test_published_once_and_for_all(scene):
    women, _ = scene
    before = published()
    forget_self_description(student=women[0])
    sweep_fairness()
    assert FairnessReport.objects.get(starts_on=QUARTER.first_day).figures == before


def test_nothing_before_its_time(scene):
    assert publish_fairness(at=LATER - timedelta(seconds=1)) == 0
    assert publish_fairness(at=LATER) == 1
    assert publish_fairness(at=LATER) == 0
    assert publish_fairness(at=LATER + timedelta(days=92)) == 1


def test_an_empty_marketplace_publishes_nothing():
    assert publish_fairness(at=LATER) == 0


def page(report, name="change"):
    return reverse(f"admin:applications_fairnessreport_{name}", args=[report.pk])


@pytest.fixture
def report(scene):
    published()
    return FairnessReport.objects.get()


def test_the_page_says_it_in_words(report, client_of, moderator):
    html = client_of(moderator).get(page(report)).content.decode()
    for words in ("January to March 2026", "10 (25%)", "0.38 · below 4/5", "20 (67%)"):
        assert words in html
    assert "Nothing is shown by group" not in html


def test_a_report_without_groups_says_why(client_of, moderator):
    apply(make_students(3, gender="man"))
    published()
    html = client_of(moderator).get(page(FairnessReport.objects.get())).content.decode()
    assert "In no group of any question were there 10 students who said so." in html


def test_a_list_without_reports_says_why(client_of, moderator):
    html = client_of(moderator).get(reverse("admin:applications_fairnessreport_changelist")).content.decode()
    assert "None is out yet" in html


def test_the_file(report, client_of, moderator):
    response = client_of(moderator).get(page(report, "csv"))
    text = b"".join(response.streaming_content).decode().removeprefix("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text)))
    found = next(row for row in rows if row["Group"] == "Woman" and row["Measure"] == "shortlisted")
    assert (found["Count"], found["Lowest rate"], found["Lowest ratio"]) == ("10", "0.25", "0.375")
    assert found["Against four fifths"] == "below 4/5"
    assert 'filename="fairness-2026-01-01.csv"' in response["Content-Disposition"]


def test_only_staff_with_the_permission(report, client_of, student, owner):
    staff = factories.make_user("Stella Staff", is_staff=True)
    for name in ("change", "csv"):
        answers = [client_of(user).get(page(report, name)).status_code for user in (None, student, owner, staff)]
        assert answers == [302, 302, 302, 403]
    staff.user_permissions.add(Permission.objects.get(codename="view_fairnessreport"))
    assert client_of(staff).get(page(report)).status_code == 200
    assert client_of(staff).get(page(report, "csv")).status_code == 200


def test_the_page_takes_as_many_queries_for_any_report(report, client_of, moderator, query_count):
    first = query_count(client_of(moderator), page(report))
    publish_fairness(at=datetime(2028, 1, 1, tzinfo=UTC))
    assert query_count(client_of(moderator), page(report)) == first
