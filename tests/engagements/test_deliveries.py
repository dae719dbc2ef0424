"""Versions, change requests, the extension, the approval: what is possible when, and that a refusal changes nothing."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from engagements import actions
from engagements.models import ChangeRequest, Delivery
from marketplace.activity.models import Event
from marketplace.errors import DomainError, InvalidTransition, LimitReached
from marketplace.notifications.models import Notification
from projects.models import Project
from tests.engagements.factories import engage, first_line, make_change_request, told
from tests.factories import NOW, make_delivery, make_project

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
LINK = "https://work.example/v1"


def items(engagement, *positions, comment="The third file is missing"):
    rows = engagement.project.criteria.filter(position__in=positions)
    return [{"criterion": row, "comment": comment} for row in rows]


class TestDeliver:
    def test_starts_the_review_clock_and_tells_both(self, active, student, owner, member):
        delivery = actions.deliver(engagement=active, note="Done.", link=LINK, by=student, at=NOW)
        active.refresh_from_db()
        assert (delivery.version, active.status, active.review_due_at) == (1, "delivered", NOW + 5 * DAY)
        assert told(owner) == told(member) == ["delivery.review"]
        assert told(student) == ["delivery.sent"]
        assert first_line(owner, "delivery.review") == (
            "Review it by Sat 7 Mar, 15:00 UTC. If you do nothing it is approved then, and $480 is paid out."
        )

    def test_a_double_click_is_one_version(self, active, student):
        first = actions.deliver(engagement=active, note="Done.", link=LINK, by=student, at=NOW)
        second = actions.deliver(engagement=active, note="Done.", link=LINK, by=student, at=NOW)
        assert second == first
        assert Delivery.objects.count() == 1

    def test_versions_count_up(self, delivered, student, owner):
        actions.request_changes(engagement=delivered, items=items(delivered, 0), by=owner, at=NOW)
        second = actions.deliver(engagement=delivered, note="Fixed.", link=LINK, by=student, at=NOW + DAY)
        assert second.version == 2

    @pytest.mark.parametrize("status", ["awaiting_funding", "delivered", "approved", "disputed", "cancelled"])
    def test_refused_in_other_states(self, project, student, status):
        engagement = engage(project, student, status=status)
        before = Delivery.objects.count()
        with pytest.raises(InvalidTransition):
            actions.deliver(engagement=engagement, note="Another", link=LINK, by=student, at=NOW)
        engagement.refresh_from_db()
        assert (engagement.status, Delivery.objects.count()) == (status, before)

    @pytest.mark.parametrize("missing", ["kickoff_student_at", "kickoff_organization_at"])
    def test_refused_before_both_confirmed_the_kickoff(self, project, student, missing):
        engagement = engage(project, student, **{missing: None})
        with pytest.raises(InvalidTransition):
            actions.deliver(engagement=engagement, note="Early", link=LINK, by=student, at=NOW)
        assert Delivery.objects.count() == 0

    @pytest.mark.parametrize(
        ("note", "link", "field"),
        [("", LINK, "note"), ("  ", LINK, "note"), ("x" * 5_001, LINK, "note"), ("Ok", "", "files")],
    )
    def test_refused_input(self, active, student, note, link, field):
        with pytest.raises(DomainError) as refusal:
            actions.deliver(engagement=active, note=note, link=link, by=student, at=NOW)
        active.refresh_from_db()
        assert (refusal.value.field, active.status, Delivery.objects.count()) == (field, "active", 0)

    def test_the_database_refuses_work_before_the_kickoff(self, project, student):
        engagement = engage(project, student, kickoff_student_at=None)
        with pytest.raises(IntegrityError), transaction.atomic():
            type(engagement).objects.filter(pk=engagement.pk).update(
                status="delivered", delivered_at=NOW, review_due_at=NOW + DAY
            )

    def test_the_database_keeps_what_was_delivered(self, delivered):
        with pytest.raises(IntegrityError), transaction.atomic():
            Delivery.objects.update(note="Something else")
        with pytest.raises(IntegrityError), transaction.atomic():
            Delivery.objects.all().delete()
        assert Delivery.objects.get().note == "The CSV and the notebook."


class TestRequestChanges:
    def test_stops_the_clock_and_cites_criteria(self, delivered, owner, student):
        made = actions.request_changes(engagement=delivered, items=items(delivered, 0, 2), by=owner, at=NOW)
        delivered.refresh_from_db()
        assert (delivered.status, delivered.review_due_at) == ("changes_requested", None)
        assert made.items.count() == 2
        notice = Notification.objects.get(recipient=student)
        assert (notice.kind, notice.needs_action) == ("delivery.next", True)
        assert "- Criterion 1 holds: The third file is missing" in notice.body

    def test_a_criterion_that_ends_with_a_full_stop_reads_well(self, organization, owner, student):
        project = make_project(organization=organization, status="draft")
        project.criteria.filter(position=0).update(text="The first row is the header.")
        Project.objects.filter(pk=project.pk).update(status="open", submitted_at=NOW, opened_at=NOW)
        delivered = engage(project, student, status="delivered")
        actions.request_changes(engagement=delivered, items=items(delivered, 0), by=owner, at=NOW)
        body = Notification.objects.get(recipient=student).body
        assert "- The first row is the header: The third file is missing" in body

    def test_leaves_at_least_three_days_for_the_next_version(self, delivered, owner):
        at = delivered.due_at
        delivered.review_due_at = at + DAY
        delivered.save()
        actions.request_changes(engagement=delivered, items=items(delivered, 0), by=owner, at=at)
        delivered.refresh_from_db()
        assert delivered.due_at == at + 3 * DAY

    def test_twice_gives_the_same_request(self, delivered, owner):
        first = actions.request_changes(engagement=delivered, items=items(delivered, 0), by=owner, at=NOW)
        second = actions.request_changes(engagement=delivered, items=items(delivered, 1), by=owner, at=NOW)
        assert second == first
        assert ChangeRequest.objects.count() == 1

    def test_a_third_round_is_refused(self, delivered, owner):
        make_change_request(delivered.deliveries.get(), owner)
        make_change_request(make_delivery(delivered, 2), owner)
        make_delivery(delivered, 3)
        with pytest.raises(LimitReached) as refusal:
            actions.request_changes(engagement=delivered, items=items(delivered, 0), by=owner, at=NOW)
        delivered.refresh_from_db()
        assert "all 2 rounds" in refusal.value.message
        assert (delivered.status, ChangeRequest.objects.count()) == ("delivered", 2)

    def test_needs_a_criterion_of_this_project_with_a_comment(self, delivered, owner):
        other = make_project(organization=delivered.organization)
        foreign = [{"criterion": other.criteria.first(), "comment": "Not ours"}]
        twice = items(delivered, 0) * 2
        bad = [[], foreign, twice, items(delivered, 0, comment=" "), items(delivered, 0, comment="x" * 501)]
        for wrong in bad:
            with pytest.raises(DomainError) as refusal:
                actions.request_changes(engagement=delivered, items=wrong, by=owner, at=NOW)
            assert refusal.value.field == "items"
        delivered.refresh_from_db()
        assert (delivered.status, ChangeRequest.objects.count()) == ("delivered", 0)

    def test_refused_once_the_time_is_over(self, delivered, owner):
        with pytest.raises(InvalidTransition):
            actions.request_changes(engagement=delivered, items=items(delivered, 0), by=owner, at=NOW + 5 * DAY)
        delivered.refresh_from_db()
        assert (delivered.status, ChangeRequest.objects.count()) == ("delivered", 0)

    def test_refused_for_an_older_version(self, delivered, owner):
        make_delivery(delivered, 2)
        with pytest.raises(InvalidTransition):
            actions.request_changes(engagement=delivered, items=items(delivered, 0), by=owner, at=NOW, version=1)
        assert ChangeRequest.objects.count() == 0

    @pytest.mark.parametrize("status", ["active", "approved", "disputed"])
    def test_refused_in_other_states(self, project, student, owner, status):
        engagement = engage(project, student, status=status)
        with pytest.raises(InvalidTransition):
            actions.request_changes(engagement=engagement, items=items(engagement, 0), by=owner, at=NOW)
        engagement.refresh_from_db()
        assert (engagement.status, ChangeRequest.objects.count()) == (status, 0)


class TestExtendReview:
    def test_once_by_three_days(self, delivered, owner, student):
        actions.extend_review(engagement=delivered, by=owner, at=NOW + 4 * DAY)
        delivered.refresh_from_db()
        assert (delivered.review_due_at, delivered.review_extended_at) == (NOW + 8 * DAY, NOW + 4 * DAY)
        assert told(student) == ["delivery.extended"]
        with pytest.raises(LimitReached):
            actions.extend_review(engagement=delivered, by=owner, at=NOW + 5 * DAY)
        delivered.refresh_from_db()
        assert delivered.review_due_at == NOW + 8 * DAY

    def test_not_after_the_end(self, delivered, owner):
        with pytest.raises(InvalidTransition):
            actions.extend_review(engagement=delivered, by=owner, at=NOW + 5 * DAY)
        delivered.refresh_from_db()
        assert delivered.review_extended_at is None

    def test_only_under_review(self, active, owner):
        with pytest.raises(InvalidTransition):
            actions.extend_review(engagement=active, by=owner, at=NOW)


class TestMarkApproved:
    def test_by_a_person(self, delivered, owner, student):
        actions.mark_approved(engagement=delivered, by=owner, at=NOW)
        delivered.refresh_from_db()
        assert (delivered.status, delivered.approved_at, delivered.approved_by) == ("approved", NOW, owner)
        notice = Notification.objects.get(recipient=student)
        assert notice.title == "Acme Analytics approved your delivery: $480 is yours"
        assert told(owner) == ["delivery.approved"]

    def test_twice_is_once(self, delivered, owner):
        actions.mark_approved(engagement=delivered, by=owner, at=NOW)
        actions.mark_approved(engagement=delivered, by=owner, at=NOW + DAY)
        delivered.refresh_from_db()
        assert delivered.approved_at == NOW
        assert Event.objects.filter(verb="delivery.approved").count() == 1

    def test_the_clock_only_when_the_time_is_over(self, delivered, student):
        with pytest.raises(InvalidTransition):
            actions.mark_approved(engagement=delivered, by=None, at=NOW + 5 * DAY - timedelta(seconds=1))
        delivered.refresh_from_db()
        assert delivered.status == "delivered"
        actions.mark_approved(engagement=delivered, by=None, at=NOW + 5 * DAY)
        delivered.refresh_from_db()
        assert (delivered.status, delivered.approved_by) == ("approved", None)
        notice = Notification.objects.get(recipient=student)
        assert notice.title.endswith("was approved automatically: $480 is yours")

    @pytest.mark.parametrize("status", ["awaiting_funding", "active", "changes_requested", "disputed", "cancelled"])
    def test_refused_in_other_states(self, project, student, owner, status):
        engagement = engage(project, student, status=status)
        with pytest.raises(InvalidTransition):
            actions.mark_approved(engagement=engagement, by=owner, at=NOW)
        engagement.refresh_from_db()
        assert (engagement.status, engagement.approved_at) == (status, None)

    def test_what_was_asked_for_is_settled(self, active, student, owner):
        actions.deliver(engagement=active, note="Done.", link=LINK, by=student, at=NOW)
        actions.mark_approved(engagement=active, by=owner, at=NOW + DAY)
        assert Notification.objects.filter(needs_action=True, done_at=None).count() == 0
