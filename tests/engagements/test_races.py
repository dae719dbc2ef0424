"""Two requests at the same moment, on real connections: one wins, the other is refused or gets the same result."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from engagements import actions
from engagements.models import ChangeRequest, Delivery, Engagement, Review
from marketplace.errors import DomainError
from tests.engagements.factories import engage
from tests.factories import NOW, make_application

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)


def together(*calls):
    """Each call on its own connection, started at once. Returns results and DomainErrors in the order of `calls`."""
    start = Barrier(len(calls))

    def run(call):
        try:
            start.wait(timeout=10)
            return call()
        except DomainError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result(timeout=30) for future in [pool.submit(run, call) for call in calls]]


def refusals(results):
    return sum(isinstance(result, DomainError) for result in results)


def test_two_students_and_one_place(project, student, other_student):
    people = (student, other_student)
    offers = [make_application(project=project, student=person.student, status="offered") for person in people]
    results = together(
        lambda: actions.accept_offer(application=offers[0], by=student, at=NOW),
        lambda: actions.accept_offer(application=offers[1], by=other_student, at=NOW),
    )
    assert refusals(results) == 1
    assert Engagement.objects.count() == 1
    assert sorted(project.applications.values_list("status", flat=True)) == ["accepted", "not_selected"]


def test_a_double_click_on_accept(project, student):
    offer = make_application(project=project, student=student.student, status="offered")
    first, second = together(*[lambda: actions.accept_offer(application=offer, by=student, at=NOW)] * 2)
    assert first == second
    assert Engagement.objects.count() == 1


def test_delivering_twice(active_now, student):
    results = together(
        *[lambda: actions.deliver(engagement=active_now, note="A", link="https://w.example", by=student, at=NOW)] * 2
    )
    assert refusals(results) == 0
    assert Delivery.objects.count() == 1


def test_asking_for_changes_and_approving(under_review, owner, member):
    items = [{"criterion": under_review.project.criteria.first(), "comment": "Missing"}]
    results = together(
        lambda: actions.request_changes(engagement=under_review, items=items, by=owner, at=NOW),
        lambda: actions.mark_approved(engagement=under_review, by=member, at=NOW),
    )
    under_review.refresh_from_db()
    assert refusals(results) == 1
    assert (under_review.status, ChangeRequest.objects.count()) in [("approved", 0), ("changes_requested", 1)]


def test_the_clock_and_a_person_approve(under_review, owner):
    at = NOW + 5 * DAY
    together(
        lambda: actions.mark_approved(engagement=under_review, by=None, at=at),
        lambda: actions.mark_approved(engagement=under_review, by=owner, at=at),
    )
    under_review.refresh_from_db()
    assert (under_review.status, under_review.approved_at) == ("approved", at)


def test_both_reviews_at_once_are_published_once(project, student, owner):
    engagement = engage(project, student, status="approved")
    levels = {row.pk: 2 for row in engagement.project.competencies.all()}
    common = {"engagement": engagement, "rating": 5, "again": True, "text": "Good.", "at": NOW}
    results = together(
        lambda: actions.write_review(side="student", by=student, **common),
        lambda: actions.write_review(side="organization", by=owner, levels=levels, **common),
    )
    assert refusals(results) == 0
    assert Review.objects.filter(published_at=NOW).count() == 2


def test_both_accept_each_others_proposal(active_now, student, owner):
    """The later one finds the amount changed by the earlier: one settles, nobody gets another amount."""
    dispute = actions.open_dispute(engagement=active_now, problem="It is late.", by=owner, at=NOW)
    for person, amount in ((student, 40_000), (owner, 10_000)):
        actions.propose_split(dispute=dispute, student_amount=amount, by=person, at=NOW)

    def accept(person, amount):
        actions.accept_split(dispute=dispute, by=person, at=NOW, student_amount=amount)
        return actions.settle_agreed(dispute=dispute, by=person, at=NOW)

    together(lambda: accept(student, 10_000), lambda: accept(owner, 40_000))
    actions.settle_agreed(dispute=dispute, by=owner, at=NOW)
    dispute.refresh_from_db()
    assert dispute.student_amount in (10_000, 40_000)


def test_silence_and_a_moderator(active_now, student, owner, moderator):
    dispute = actions.open_dispute(engagement=active_now, problem="It is late.", by=owner, at=NOW)
    actions.propose_split(dispute=dispute, student_amount=40_000, by=student, at=NOW)
    at = NOW + 3 * DAY
    results = together(
        lambda: actions.settle_silent(dispute=dispute, at=at),
        lambda: actions.mark_dispute_resolved(
            dispute=dispute, student_amount=0, reasons="Nothing was made.", by=moderator, at=at
        ),
    )
    dispute.refresh_from_db()
    won_by_silence = results[0] is not None
    assert refusals(results) == int(won_by_silence)
    assert dispute.student_amount == (40_000 if won_by_silence else 0)


def test_a_change_order_is_paid_and_withdrawn(active_now, student, owner):
    order = actions.propose_change_order(
        engagement=active_now, title="More", description="A second map.", hours=2, fee_amount=6_000, by=owner, at=NOW
    )
    actions.accept_change_order(change_order=order, by=student, at=NOW)
    results = together(
        lambda: actions.mark_change_order_funded(change_order=order, at=NOW),
        lambda: actions.withdraw_change_order(change_order=order, by=owner, at=NOW),
    )
    active_now.refresh_from_db(), order.refresh_from_db()
    assert refusals(results) == 1
    assert (order.status, active_now.fee_amount) in [("funded", 54_000), ("withdrawn", 48_000)]


def test_two_change_orders_at_once(active_now, owner, member):
    asked = {"description": "A second map.", "hours": 2, "fee_amount": 6_000, "at": NOW}
    results = together(
        lambda: actions.propose_change_order(engagement=active_now, title="One", by=owner, **asked),
        lambda: actions.propose_change_order(engagement=active_now, title="Two", by=member, **asked),
    )
    assert (refusals(results), active_now.change_orders.count()) == (1, 1)


def test_replaced_while_the_student_confirms_the_kickoff(project, student, owner):
    engagement = engage(project, student, kickoff_student_at=None)
    at = NOW + 3 * DAY
    results = together(
        lambda: actions.confirm_kickoff(engagement=engagement, by=student, at=at),
        lambda: actions.mark_replaced(engagement=engagement, by=owner, at=at),
    )
    engagement.refresh_from_db()
    assert refusals(results) == 1
    assert (engagement.status, engagement.kickoff_student_at) in [("active", at), ("cancelled", None)]


@pytest.fixture
def active_now(project, student):
    return engage(project, student)


@pytest.fixture
def under_review(project, student):
    return engage(project, student, status="delivered")
