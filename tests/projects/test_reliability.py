"""An organization's figures come from its rows, and only from enough of them."""

from datetime import timedelta

import pytest

from projects.queries import in_words, reliability
from tests import factories
from tests.factories import NOW
from tests.projects.factories import quick_student

pytestmark = pytest.mark.django_db


def decided(project, hours, **fields):
    return factories.make_application(
        project=project, student=quick_student(), answers=False, status="not_selected",
        submitted_at=NOW - timedelta(hours=hours), decided_at=NOW, **fields,
    )  # fmt: skip


def test_no_figure_from_fewer_than_three_cases(organization, owner):
    project = factories.make_project(organization=organization, status="closed")
    for hours in (10, 20):
        decided(project, hours)
    found = reliability(organization)
    assert (found.is_known, found.decision_time, found.answered_percent) == (False, None, None)


def test_the_median_and_the_share_answered(organization, owner):
    project = factories.make_project(organization=organization, status="closed")
    for hours in (10, 20, 100):
        decided(project, hours)
    factories.make_application(project=project, student=quick_student(), answers=False, status="lapsed", decided_at=NOW)
    factories.make_application(project=project, student=quick_student(), answers=False, status="withdrawn")
    factories.make_application(project=project, student=quick_student(), answers=False)
    found = reliability(organization)
    assert (found.decision_time, found.decides_in) == (timedelta(hours=20), "20 hours")
    assert found.answered_percent == 75


def test_only_what_the_organization_was_asked_and_did_not_answer_counts_against_it(organization, owner):
    """An expired offer was an answer; a waiting list was never read; a cancelled project decides nothing."""
    project = factories.make_project(organization=organization, status="closed")
    for hours in (10, 20, 30):
        decided(project, hours)
    make = {"project": project, "answers": False, "decided_at": NOW}
    factories.make_application(
        student=quick_student(), status="lapsed", revealed_at=NOW, offered_at=NOW, offer_expires_at=NOW, **make
    )
    assert reliability(organization).answered_percent == 100
    for reason, fields in (("cancelled", {}), ("queue", {"submitted_at": None, "label": "", "queued_at": NOW})):
        factories.make_application(student=quick_student(), status="not_selected", reason=reason, **(make | fields))
    factories.make_application(student=quick_student(), status="lapsed", **make)
    assert reliability(organization).answered_percent == 80


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
    found = reliability(organization)
    assert (found.approval_time, found.completed) == (timedelta(hours=30), 3)
    assert (found.hire_percent, found.projects) == (100, 3)


def test_other_organizations_do_not_count(organization, owner, other_owner):
    project = factories.make_project(organization=other_owner.memberships.get().organization, status="closed")
    for hours in (1, 2, 3):
        decided(project, hours)
    assert not reliability(organization).is_known


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
