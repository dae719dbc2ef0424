"""What Home says is next."""

from datetime import timedelta

import pytest

from applications.next_actions import for_user
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def said(user, at=NOW):
    return [(action.text, action.url, action.due_at, action.urgent) for action in for_user(user, at)]


def test_an_offer_is_urgent_and_a_draft_is_not(student, project):
    offered = factories.make_application(project=project, student=student.student, status="offered")
    draft = factories.make_application(student=student.student, status="draft")
    title = project.title
    assert said(student) == [
        (f"Answer the offer for “{title}”", f"/applications/{offered.code}/offer/", NOW + timedelta(days=3), True),
        (f"Finish your application for “{title}”", f"/applications/{draft.code}/edit/",
         NOW + timedelta(days=10), False),
    ]  # fmt: skip


def test_a_draft_of_a_closed_project_is_nothing_to_do(student):
    factories.make_application(student=student.student, status="draft")
    assert said(student, at=NOW + timedelta(days=10)) == []


def test_assessors_see_what_waits_and_when(project, owner, member, finance, other_owner, student):
    for status in ("submitted", "submitted", "shortlisted"):
        factories.make_application(project=project, status=status)
    board = f"/applications/board/{project.code}/"
    expected = [(f"Assess 2 applications for “{project.title}”", board, NOW + timedelta(days=15), False)]
    assert said(owner) == said(member) == expected
    assert said(finance) == said(other_owner) == said(student) == []


def test_it_is_urgent_two_days_before_the_decision_date(project, owner):
    factories.make_application(project=project)
    assert said(owner, at=NOW + timedelta(days=13))[0][3] is True


@pytest.mark.parametrize(("holder", "number"), [(None, 1), ("offered", 0), ("accepted", 0), ("declined", 1)])
def test_a_shortlist_asks_for_an_offer_while_a_place_is_left(project, owner, holder, number):
    factories.make_application(project=project, status="shortlisted")
    if holder:
        factories.make_application(project=project, status=holder)
    texts = [text for text, *_ in said(owner)]
    assert texts == [f"Make an offer for “{project.title}”"] * number
