"""An organization's figures come from its rows, and only from enough of them."""

from datetime import timedelta

import pytest
from django.db import connection

from marketplace.formatting.times import in_words
from projects import actions, reliability, tasks
from projects.models import Reliability, ReliabilityDue
from tests import factories
from tests.factories import NOW
from tests.projects.factories import quick_student

pytestmark = pytest.mark.django_db


def decided(project, hours, **fields):
    return factories.make_application(
        project=project, student=quick_student(), answers=False, status="not_selected",
        submitted_at=NOW - timedelta(hours=hours), decided_at=NOW, **fields,
    )  # fmt: skip


def found(organization):
    """The row, once everything that was due is made; nothing else may be wrong then."""
    tasks.sweep_reliability()
    assert (ReliabilityDue.objects.count(), reliability.differences([organization.pk])) == (0, [])
    return Reliability.objects.get(organization=organization)


def test_no_figure_from_fewer_than_three_cases(organization, owner):
    project = factories.make_project(organization=organization, status="closed")
    for hours in (10, 20):
        decided(project, hours)
    figures = found(organization)
    assert (figures.is_known, figures.decision_time, figures.answered_percent) == (False, None, None)


def test_the_median_and_the_share_answered(organization, owner):
    project = factories.make_project(organization=organization, status="closed")
    for hours in (10, 20, 100):
        decided(project, hours)
    factories.make_application(project=project, student=quick_student(), answers=False, status="lapsed", decided_at=NOW)
    factories.make_application(project=project, student=quick_student(), answers=False, status="withdrawn")
    factories.make_application(project=project, student=quick_student(), answers=False)
    figures = found(organization)
    assert (figures.decision_time, figures.answered_percent) == (timedelta(hours=20), 75)


def test_only_what_the_organization_was_asked_and_did_not_answer_counts_against_it(organization, owner):
    """An expired offer was an answer; a waiting list was never read; a cancelled project decides nothing."""
    project = factories.make_project(organization=organization, status="closed")
    for hours in (10, 20, 30):
        decided(project, hours)
    make = {"project": project, "answers": False, "decided_at": NOW}
    factories.make_application(
        student=quick_student(), status="lapsed", revealed_at=NOW, offered_at=NOW, offer_expires_at=NOW, **make
    )
    assert found(organization).answered_percent == 100
    for reason, fields in (("cancelled", {}), ("queue", {"submitted_at": None, "label": "", "queued_at": NOW})):
        factories.make_application(student=quick_student(), status="not_selected", reason=reason, **(make | fields))
    factories.make_application(student=quick_student(), status="lapsed", **make)
    assert found(organization).answered_percent == 80


def test_approval_time_counts_approved_work_only(organization, owner):
    for hours in (2, 30, 90):
        engagement = factories.make_engagement(
            status="approved", delivered_at=NOW, approved_at=NOW + timedelta(hours=hours),
            application=factories.make_application(
                project=factories.make_project(organization=organization, status="closed"),
                student=quick_student(), status="accepted", answers=False,
            ),
        )  # fmt: skip
        assert engagement.organization == organization
    figures = found(organization)
    assert (figures.approval_time, figures.completed) == (timedelta(hours=30), 3)
    assert (figures.hire_percent, figures.projects) == (100, 3)


def test_a_project_counts_once_nobody_waits_for_a_decision(organization, owner):
    """4 of 6 chose a student; the seventh is closed and still being decided, the eighth waits for an answer."""
    for statuses in (*[["accepted"]] * 4, ["not_selected"], ["lapsed"], ["submitted"], ["offered"]):
        project = factories.make_project(organization=organization, status="closed")
        for status in statuses:
            factories.make_application(project=project, student=quick_student(), answers=False, status=status)
    assert found(organization).hire_percent == 67
    project.applications.update(status="accepted")
    assert found(organization).hire_percent == 71


@pytest.mark.parametrize(
    ("part", "whole", "percent"),
    [(4, 6, 67), (1, 3, 33), (999, 1_000, 99), (1, 1_000, 1), (0, 3, 0), (3, 3, 100), (2, 2, None), (0, 0, None)],
)
def test_percent_is_rounded_and_all_and_none_mean_it(part, whole, percent):
    assert reliability._percent(part, whole) == percent


@pytest.mark.parametrize("cases", [2, 3])
def test_the_organizations_page_shows_what_its_projects_show(cases, client, organization, owner):
    project = factories.make_project(organization=organization, status="closed")
    for hours in range(10, 10 + cases):
        decided(project, hours)
    found(organization)
    pages = [client.get(one.get_absolute_url()).content.decode() for one in (organization, project)]
    for page in pages:
        assert ("applicants answered on time" in page) == (cases == 3)
        assert ("<dd>100 %</dd>" in page) == (cases == 3)
        assert ("Too few projects so far" in page) == (cases == 2)


def test_the_page_of_a_new_organization_has_no_figures(client, organization):
    assert "Too few projects so far" in client.get(organization.get_absolute_url()).content.decode()


def test_other_organizations_do_not_count(organization, owner, other_owner):
    project = factories.make_project(organization=other_owner.memberships.get().organization, status="closed")
    for hours in (1, 2, 3):
        decided(project, hours)
    tasks.sweep_reliability()
    assert not Reliability.objects.filter(organization=organization).exists()
    assert Reliability.objects.get().answered_percent == 100


def test_every_change_of_state_makes_the_figures_due(organization, owner):
    project = factories.make_project(organization=organization)
    due = []

    def count():
        due.append(ReliabilityDue.objects.filter(organization=organization).count())
        ReliabilityDue.objects.all().delete()

    count()
    application = factories.make_application(project=project, student=quick_student(), answers=False)
    count()
    application.approach = "Another one."
    application.save()
    count()
    engagement = factories.make_engagement(application=application)
    application.refresh_from_db()
    count()
    engagement.status = "cancelled"
    engagement.cancelled_at = NOW
    engagement.save()
    count()
    project.refresh_from_db()
    actions.close_project(project=project, by=owner, at=NOW, reason="employer")
    count()
    assert [number > 0 for number in due] == [True, True, False, True, True, True]


def test_figures_that_fail_stay_due_and_stop_no_others(organization, owner, other_owner, monkeypatch, caplog):
    other = factories.make_organization("Other", owner=other_owner)
    for one in (organization, other):
        factories.make_project(organization=one)
    plain = reliability.figures

    def fails(organization_id):
        if organization_id == organization.pk:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 / 0")
        return plain(organization_id)

    monkeypatch.setattr(reliability, "figures", fails)
    assert reliability.refresh_due() == 1
    assert list(Reliability.objects.values_list("organization", flat=True)) == [other.pk]
    assert set(ReliabilityDue.objects.values_list("organization", flat=True)) == {organization.pk}
    assert "is left for the next sweep" in caplog.text
    monkeypatch.setattr(reliability, "figures", plain)
    assert reliability.refresh_due() == 1


def test_figures_that_no_trigger_made_due_are_found_and_put_right(organization, owner, caplog):
    project = factories.make_project(organization=organization, status="closed")
    for hours in (10, 20, 30):
        decided(project, hours)
    assert found(organization).answered_percent == 100
    Reliability.objects.update(answered_percent=7)
    assert reliability.check(at_most=50) == [organization.pk]
    assert "put right" in caplog.text
    assert (found(organization).answered_percent, reliability.check(at_most=50)) == (100, [])


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (None, None),
        (timedelta(minutes=10), "under an hour"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(hours=35), "35 hours"),
        (timedelta(hours=36), "2 days"),
        (timedelta(days=3, hours=2), "3 days"),
    ],
)
def test_in_words(span, words):
    assert in_words(span) == words
