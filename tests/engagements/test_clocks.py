"""Time by itself: what lapses, who is reminded, and that each reminder is written once."""

from datetime import UTC, datetime, timedelta

import pytest

from engagements import actions
from engagements.models import Engagement
from marketplace.notifications.models import Notification
from payments.models import Funding, MoneyOperation
from tests.engagements.factories import engage, first_line, told
from tests.factories import NOW

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def sweep(at):
    return actions.send_reminders(at=at)


class TestLapse:
    def test_unfunded_after_five_days(self, project, student, owner, finance):
        engagement = engage(project, student, status="awaiting_funding")
        assert actions.lapse_unfunded(at=NOW + 5 * DAY - timedelta(seconds=1)) == 0
        assert actions.lapse_unfunded(at=NOW + 5 * DAY) == 1
        assert actions.lapse_unfunded(at=NOW + 6 * DAY) == 0
        engagement.refresh_from_db()
        assert (engagement.status, engagement.cancel_reason) == ("cancelled", "It was not funded in time.")
        assert told(student) == told(owner) == told(finance) == ["engagement.lapsed"]
        assert engagement.application.status == "accepted"

    def test_funded_ones_stay(self, active):
        assert actions.lapse_unfunded(at=NOW + 30 * DAY) == 0
        active.refresh_from_db()
        assert active.status == "active"

    def test_a_payment_being_processed_is_waited_for(self, project, student):
        engagement = engage(project, student, status="awaiting_funding")
        operation = MoneyOperation.objects.create(key="checkout:x", kind="checkout")
        Funding.objects.create(
            engagement=engagement, operation=operation, status="processing", amount=52_800, fee_amount=48_000,
            currency="usd", expires_at=NOW + DAY,
        )  # fmt: skip
        assert actions.lapse_unfunded(at=NOW + 9 * DAY) == 0


class TestFundingReminders:
    def test_two_days_and_one_day_before(self, project, student, owner, finance, member):
        engage(project, student, status="awaiting_funding")
        assert sweep(NOW + 3 * DAY - HOUR) == 0
        assert sweep(NOW + 3 * DAY) == 1
        assert sweep(NOW + 3 * DAY + HOUR) == 0
        assert sweep(NOW + 4 * DAY) == 1
        assert sweep(NOW + 4 * DAY + HOUR) == 0
        assert told(owner) == told(finance) == ["engagement.fund"] * 2
        assert told(member) == told(student) == []

    def test_a_late_sweep_sends_only_the_last(self, project, student, owner):
        engage(project, student, status="awaiting_funding")
        assert sweep(NOW + 4 * DAY + 12 * HOUR) == 1
        assert first_line(owner, "engagement.fund").startswith("$528 is still to be paid.")


class TestKickoff:
    def test_only_who_has_not_confirmed(self, project, student, owner, moderator):
        engage(project, student, kickoff_organization_at=None, due_at=NOW + 30 * DAY)
        assert sweep(NOW + 2 * DAY) == 1
        assert (told(owner), told(student)) == (["engagement.kickoff"], [])
        assert sweep(NOW + 3 * DAY) == 1
        assert told(moderator) == ["moderation.kickoff"]
        assert first_line(moderator, "moderation.kickoff") == "Acme Analytics did not confirm in time; $528 is held."
        assert sweep(NOW + 4 * DAY) == 0


class TestWork:
    def test_midpoint_and_silence(self, active, student, owner, moderator):
        assert sweep(NOW + 10 * DAY - HOUR) == 0
        assert sweep(NOW + 10 * DAY) == 1
        assert told(student) == told(owner) == ["engagement.check_in"]
        assert sweep(NOW + 12 * DAY) == 1
        assert told(moderator) == ["moderation.quiet"]

    def test_a_word_from_the_student_is_enough(self, active, student, moderator):
        sweep(NOW + 10 * DAY)
        actions.send_message(engagement=active, body="Half done.", by=student, at=NOW + 11 * DAY)
        assert sweep(NOW + 12 * DAY) == 0
        assert told(moderator) == []

    def test_the_delivery(self, project, student, owner):
        engage(project, student, due_at=NOW + 4 * DAY)
        assert sweep(NOW + 2 * DAY) == 2  # with the check-in
        assert sweep(NOW + 3 * DAY) == 1
        assert sweep(NOW + 4 * DAY) == 1
        assert sweep(NOW + 5 * DAY) == 0
        assert told(student) == ["engagement.check_in", "delivery.next", "delivery.next", "delivery.next"]
        assert told(owner) == ["engagement.check_in", "delivery.overdue"]


class TestReview:
    def test_after_24_hours_72_hours_and_four_days(self, delivered, owner, member, student, finance):
        moments = [NOW + 23 * HOUR, NOW + DAY, NOW + 2 * DAY, NOW + 3 * DAY, NOW + 4 * DAY, NOW + 5 * DAY]
        assert [sweep(at) for at in moments] == [0, 1, 0, 1, 1, 0]
        assert told(owner) == told(member) == ["delivery.review"] * 3
        assert told(student) == told(finance) == []

    def test_the_last_day_of_an_extended_review(self, delivered, owner):
        actions.extend_review(engagement=delivered, by=owner, at=NOW + HOUR)
        Notification.objects.all().delete()
        assert [sweep(NOW + days * DAY) for days in (1, 3, 4, 5, 6, 7, 8)] == [1, 1, 1, 0, 0, 1, 0]

    def test_the_next_version_has_reminders_of_its_own(self, delivered, owner, student):
        sweep(NOW + DAY)
        rows = [{"criterion": delivered.project.criteria.first(), "comment": "Missing"}]
        actions.request_changes(engagement=delivered, items=rows, by=owner, at=NOW + 2 * DAY)
        actions.deliver(engagement=delivered, note="Two", link="https://work.example/2", by=student, at=NOW + 3 * DAY)
        Notification.objects.all().delete()
        assert sweep(NOW + 4 * DAY) == 1

    def test_dates_are_told_in_each_persons_zone_across_the_change_of_clocks(self, project, student, owner, member):
        """Delivered on Friday 6 March, due five days later: New York is an hour on by then, Berlin is not."""
        owner.time_zone, member.time_zone = "America/New_York", "Europe/Berlin"
        owner.save(), member.save()
        engagement = engage(project, student)
        at = datetime(2026, 3, 6, 15, 0, tzinfo=UTC)
        actions.deliver(engagement=engagement, note="Done", link="https://work.example/1", by=student, at=at)
        engagement.refresh_from_db()
        assert engagement.review_due_at - at == timedelta(hours=120)
        assert first_line(owner, "delivery.review").startswith("Review it by Wed 11 Mar, 11:00 EDT.")
        assert first_line(member, "delivery.review").startswith("Review it by Wed 11 Mar, 16:00 CET.")


def test_a_suspended_member_is_still_told(project, student, suspended):
    engage(project, student, status="awaiting_funding")
    sweep(NOW + 4 * DAY)
    assert told(suspended) == ["engagement.fund"]


def test_nothing_is_due_for_what_has_ended(project, student):
    for status in ("approved", "cancelled", "disputed"):
        engage(project, student, status=status)
        student.student.applications.update(status="withdrawn")
    assert Engagement.objects.count() == 3
    assert sweep(NOW + 90 * DAY) == 0


def test_a_reminder_takes_the_place_of_what_asked_before(active, student, owner):
    actions.deliver(engagement=active, note="Done", link="https://work.example/1", by=student, at=NOW)
    sweep(NOW + DAY)
    asking = Notification.objects.filter(recipient=owner, needs_action=True).order_by("pk")
    assert list(asking.values_list("done_at", flat=True)) == [NOW + DAY, None]
