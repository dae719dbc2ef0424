"""More than the criteria say, for a price: proposed, answered, paid, ended."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from engagements import actions
from engagements.models import ChangeOrder
from marketplace.activity.models import Event
from marketplace.errors import DomainError, InvalidTransition
from tests.engagements.factories import engage
from tests.factories import NOW

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def propose(engagement, by, at=NOW, **fields):
    asked = {
        "title": "A second map", "description": "The same for 2025.", "hours": 4, "fee_amount": 12_000, "extra_days": 7,
    }  # fmt: skip
    return actions.propose_change_order(engagement=engagement, by=by, at=at, **(asked | fields))


def accept(order, student, at=NOW):
    return actions.accept_change_order(change_order=order, by=student, at=at)


def status_of(order):
    order.refresh_from_db()
    return order.status


class TestPropose:
    @pytest.mark.parametrize("status", ["active", "delivered", "changes_requested"])
    def test_fixes_the_price(self, project, student, owner, status):
        order = propose(engage(project, student, status=status), owner)
        assert (order.fee_amount, order.service_fee_amount, order.total_amount) == (12_000, 1_200, 13_200)
        assert (order.status, order.answer_due_at, order.hourly_amount) == ("proposed", NOW + 5 * DAY, 3_000)

    def test_twice_is_one(self, active, owner):
        assert propose(active, owner) == propose(active, owner, NOW + DAY)
        with pytest.raises(InvalidTransition):
            propose(active, owner, hours=5, fee_amount=15_000)
        assert ChangeOrder.objects.count() == 1

    @pytest.mark.parametrize("status", ["awaiting_funding", "disputed", "approved", "cancelled"])
    def test_only_while_work_goes_on(self, project, student, owner, status):
        with pytest.raises(InvalidTransition):
            propose(engage(project, student, status=status), owner)
        assert ChangeOrder.objects.count() == 0

    def test_not_before_the_kickoff(self, project, student, owner):
        with pytest.raises(InvalidTransition):
            propose(engage(project, student, kickoff_student_at=None), owner)

    @pytest.mark.parametrize(
        ("field", "bad"),
        [
            ("title", {"title": " "}), ("title", {"title": "x" * 121}), ("description", {"description": ""}),
            ("description", {"description": "x" * 2_001}), ("hours", {"hours": 0}), ("hours", {"hours": 21}),
            ("extra_days", {"extra_days": 46}), ("extra_days", {"extra_days": -1}), ("fee", {"fee_amount": 7_999}),
            ("fee", {"fee_amount": 1_000_000}), ("fee", {"fee_amount": -1}),
        ],
    )  # fmt: skip
    def test_says_what_is_wrong(self, active, owner, field, bad):
        with pytest.raises(DomainError) as refusal:
            propose(active, owner, **bad)
        assert (refusal.value.field, ChangeOrder.objects.count()) == (field, 0)

    def test_the_database_holds_the_floor_and_one_open_order(self, active, owner):
        order = propose(active, owner)
        with pytest.raises(IntegrityError), transaction.atomic():
            ChangeOrder.objects.filter(pk=order.pk).update(fee_amount=7_999)
        order.pk, order.code = None, "another"
        with pytest.raises(IntegrityError), transaction.atomic():
            order.save(force_insert=True)


class TestAnswer:
    def test_accepted_it_waits_for_the_money(self, active, owner, student):
        order = accept(propose(active, owner), student, NOW + DAY)
        assert (order.status, order.funding_due_at) == ("accepted", NOW + 6 * DAY)
        assert accept(order, student, NOW + 2 * DAY).answered_at == NOW + DAY
        active.refresh_from_db()
        assert active.fee_amount == 48_000

    def test_refused_the_work_goes_on_as_agreed(self, active, owner, student):
        order = propose(active, owner)
        for _ in range(2):
            actions.refuse_change_order(change_order=order, reason=" No time. ", by=student, at=NOW)
        active.refresh_from_db(), order.refresh_from_db()
        assert (active.status, order.status, order.refuse_reason) == ("active", "refused", "No time.")
        with pytest.raises(InvalidTransition):
            accept(order, student)
        assert propose(active, owner, title="Another").status == "proposed"

    @pytest.mark.parametrize("reason", ["", " ", "x" * 501])
    def test_a_refusal_says_why(self, active, owner, student, reason):
        order = propose(active, owner)
        with pytest.raises(DomainError):
            actions.refuse_change_order(change_order=order, reason=reason, by=student, at=NOW)
        assert status_of(order) == "proposed"

    def test_not_after_its_time(self, active, owner, student):
        order = propose(active, owner)
        with pytest.raises(InvalidTransition):
            accept(order, student, NOW + 5 * DAY)
        with pytest.raises(InvalidTransition):
            actions.refuse_change_order(change_order=order, reason="No", by=student, at=NOW + 5 * DAY)
        assert status_of(order) == "proposed"

    def test_withdrawn(self, active, owner, student):
        order = accept(propose(active, owner), student)
        for _ in range(2):
            actions.withdraw_change_order(change_order=order, by=owner, at=NOW)
        assert status_of(order) == "withdrawn"
        with pytest.raises(InvalidTransition):
            actions.mark_change_order_funded(change_order=order, at=NOW)


class TestFunded:
    def fund(self, order, at=NOW + DAY):
        return actions.mark_change_order_funded(change_order=order, at=at)

    def test_adds_to_the_fee_and_moves_the_due_date(self, active, owner, student):
        order = accept(propose(active, owner), student)
        for _ in range(2):
            self.fund(order)
        active.refresh_from_db()
        assert (active.fee_amount, active.service_fee_amount) == (60_000, 6_000)
        assert (active.status, active.due_at) == ("active", NOW + 27 * DAY)
        assert Event.objects.filter(verb="change_order.funded").count() == 1

    def test_the_version_under_review_does_not_hold_it_yet(self, delivered, owner, student):
        self.fund(accept(propose(delivered, owner, extra_days=0), student))
        delivered.refresh_from_db()
        assert (delivered.status, delivered.review_due_at) == ("changes_requested", None)
        assert delivered.due_at == NOW + 20 * DAY
        actions.deliver(engagement=delivered, note="Both maps.", link="https://w.example/2", by=student, at=NOW + DAY)

    def test_no_change_request_is_made_up(self, delivered, owner, student):
        self.fund(accept(propose(delivered, owner), student))
        items = [{"criterion": delivered.project.criteria.first(), "comment": "Missing"}]
        with pytest.raises(InvalidTransition):
            actions.request_changes(engagement=delivered, items=items, by=owner, at=NOW + DAY)

    def test_what_the_student_has_not_accepted_is_not_paid(self, active, owner):
        order = propose(active, owner)
        with pytest.raises(InvalidTransition):
            self.fund(order)
        active.refresh_from_db()
        assert (active.fee_amount, status_of(order)) == (48_000, "proposed")


class TestEnds:
    def test_lapses_unanswered_and_unpaid(self, active, owner, student):
        order = propose(active, owner)
        assert actions.lapse_change_orders(at=NOW + 5 * DAY - timedelta(seconds=1)) == 0
        assert actions.lapse_change_orders(at=NOW + 5 * DAY) == 1
        assert status_of(order) == "lapsed"
        second = accept(propose(active, owner, NOW + 5 * DAY), student, NOW + 6 * DAY)
        assert actions.lapse_change_orders(at=NOW + 10 * DAY) == 0
        assert actions.lapse_change_orders(at=NOW + 11 * DAY) == 1
        assert actions.lapse_change_orders(at=NOW + 11 * DAY) == 0
        assert status_of(second) == "lapsed"

    def test_with_the_engagement(self, delivered, owner, student):
        order = accept(propose(delivered, owner), student)
        actions.mark_approved(engagement=delivered, by=owner, at=NOW)
        assert status_of(order) == "lapsed"

    def test_with_a_dispute(self, active, owner, student):
        order = propose(active, owner)
        actions.open_dispute(engagement=active, problem="It is not what we agreed.", by=student, at=NOW)
        assert status_of(order) == "lapsed"

    def test_with_the_cancellation(self, active, owner, student):
        order = propose(active, owner)
        actions.mark_cancelled(engagement=active, by=student, reason="I am ill.", at=NOW)
        assert status_of(order) == "lapsed"
