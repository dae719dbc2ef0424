"""The limits under fire: real connections, real threads, the database decides."""

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from applications import actions
from applications.models import Application, Reconciliation
from applications.queries import disputes_of, place_in_line
from marketplace.errors import DomainError, LimitReached
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(calls):
    """The outcome of each call (its result or its DomainError), all started at the same moment."""
    ready = threading.Barrier(len(calls))

    def run(call):
        try:
            ready.wait(20)
            return call()
        except DomainError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def submit(application, at=NOW):
    return lambda: actions.submit_application(application=application, by=application.student.user, at=at)


def test_fifty_at_once_are_25_live_ones_and_a_waiting_list_in_order():
    project = factories.make_project()
    drafts = [factories.make_application(project=project, status="draft") for _ in range(52)]
    times = itertools.count()
    outcomes = at_once([submit(draft, NOW + timedelta(seconds=next(times))) for draft in drafts])
    assert sum(isinstance(outcome, LimitReached) for outcome in outcomes) == 2
    live = Application.objects.live().filter(project=project)
    assert live.count() == 25
    assert len(set(live.values_list("label", flat=True))) == 25
    waiting = list(Application.objects.waiting().filter(project=project))
    assert [place_in_line(row) for row in waiting] == list(range(1, 26))


def test_when_ten_leave_at_once_ten_move_up_in_order(settings):
    settings.LIVE_APPLICATIONS_PER_PROJECT = 12
    project = factories.make_project()
    live = [factories.make_application(project=project, answers=False) for _ in range(12)]
    waiting = [
        factories.make_application(
            project=project, status="waitlisted", answers=False, queued_at=NOW - timedelta(hours=n)
        )
        for n in range(14)
    ]
    leave = actions.withdraw_application
    at_once([lambda a=a: leave(application=a, by=a.student.user, at=NOW) for a in live[:10]])
    assert Application.objects.live().filter(project=project).count() == 12
    assert list(Application.objects.waiting().filter(project=project)) == waiting[3::-1]


def test_a_student_never_has_more_live_applications_than_theirs(settings):
    settings.LIVE_APPLICATIONS_PER_STUDENT = 2
    student = factories.make_student()
    drafts = [factories.make_application(student=student, status="draft") for _ in range(6)]
    outcomes = at_once([submit(draft) for draft in drafts])
    assert sum(isinstance(outcome, LimitReached) for outcome in outcomes) == 4
    assert Application.objects.live().filter(student=student).count() == 2


def test_starting_at_once_is_one_draft():
    project, student = factories.make_project(), factories.make_student()
    call = lambda: actions.start_application(project=project, by=student.user, at=NOW)  # noqa: E731
    outcomes = at_once([call] * 6)
    assert {outcome.pk for outcome in outcomes} == {Application.objects.get().pk}


def test_one_place_is_offered_once():
    project = factories.make_project()
    owner = project.organization.memberships.get().user
    shortlisted = [factories.make_application(project=project, status="shortlisted") for _ in range(5)]

    def offer(application):
        return lambda: actions.make_offer(application=application, by=owner, at=NOW)

    outcomes = at_once([offer(application) for application in shortlisted])
    assert sum(isinstance(outcome, LimitReached) for outcome in outcomes) == 4
    assert Application.objects.filter(project=project, status="offered").count() == 1


def test_withdrawing_while_being_shortlisted_ends_in_one_of_the_two():
    project = factories.make_project()
    owner = project.organization.memberships.get().user
    application = factories.make_application(project=project)
    factories.make_scores(application, owner)
    student = application.student.user
    at_once([
        lambda: actions.shortlist(application=application, by=owner, at=NOW),
        lambda: actions.withdraw_application(application=application, by=student, at=NOW),
    ])  # fmt: skip
    application.refresh_from_db()
    assert application.status == "withdrawn"  # after the shortlist one may still withdraw; never the other way round


def test_a_score_far_off_and_a_shortlist_at_once_leave_nothing_to_settle_behind_a_shortlist():
    for _ in range(6):
        project = factories.make_project()
        owner = project.organization.memberships.get().user
        member = factories.make_assessor(project.organization)
        application = factories.make_application(project=project)
        factories.make_scores(application, owner, level=3)
        first = project.competencies.order_by("position").first()
        values = {"competency": first, "level": 0, "justification": "The query is copied."}
        outcomes = at_once([
            lambda: actions.shortlist(application=application, by=owner, at=NOW),  # noqa: B023
            lambda: actions.score(application=application, by=member, at=NOW, **values),  # noqa: B023
        ])  # fmt: skip
        assert sum(isinstance(outcome, DomainError) for outcome in outcomes) == 1
        application.refresh_from_db()
        assert (application.status == "shortlisted") is not bool(disputes_of([application]))


def test_two_agreements_at_once_are_one():
    project = factories.make_project()
    owner = project.organization.memberships.get().user
    member = factories.make_assessor(project.organization)
    application = factories.make_application(project=project)
    factories.make_scores(application, owner, level=3)
    factories.make_scores(application, member, level=0)
    first = project.competencies.order_by("position").first()

    def agree(by, level):
        values = {"competency": first, "level": level, "reason": "As we said.", "by": by, "at": NOW}
        return lambda: actions.reconcile(application=application, **values)

    outcomes = at_once([agree(owner, 1), agree(member, 2), agree(owner, 2), agree(member, 1)])
    assert not any(isinstance(outcome, DomainError) for outcome in outcomes)
    assert Reconciliation.objects.get().level in (1, 2)
