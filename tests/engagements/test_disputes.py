"""A dispute stops the clocks; one moderator decides once."""

from datetime import timedelta

import pytest

from engagements import actions
from engagements.models import Dispute
from engagements.rules import may_resolve
from marketplace.errors import DomainError, InvalidTransition
from tests.engagements.factories import engage, first_line, told
from tests.factories import NOW, make_member

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def dispute(engagement, by):
    return actions.open_dispute(engagement=engagement, problem="The files do not open.", by=by, at=NOW)


class TestOpenDispute:
    @pytest.mark.parametrize("status", ["active", "delivered", "changes_requested"])
    def test_stops_every_clock(self, project, student, owner, moderator, status):
        engagement = engage(project, student, status=status)
        opened = dispute(engagement, owner)
        engagement.refresh_from_db()
        assert (engagement.status, engagement.review_due_at, opened.due_at) == ("disputed", None, NOW + 10 * DAY)
        assert told(student) == told(owner) == ["engagement.disputed"]
        assert told(moderator) == ["moderation.dispute"]
        sides = f"Opened by {engagement.organization}. The other side is {engagement.student}. "
        assert first_line(moderator, "moderation.dispute").startswith(sides)

    def test_the_moderator_reads_who_disputes_with_whom(self, delivered, student, moderator):
        dispute(delivered, student)
        sides = f"Opened by {delivered.student}. The other side is {delivered.organization}. "
        assert first_line(moderator, "moderation.dispute").startswith(sides)

    def test_twice_is_one(self, delivered, student, owner):
        assert dispute(delivered, student) == dispute(delivered, owner)
        assert Dispute.objects.count() == 1

    @pytest.mark.parametrize("status", ["awaiting_funding", "approved", "cancelled"])
    def test_refused_in_other_states(self, project, student, status):
        engagement = engage(project, student, status=status)
        with pytest.raises(InvalidTransition):
            dispute(engagement, student)
        engagement.refresh_from_db()
        assert (engagement.status, Dispute.objects.count()) == (status, 0)

    def test_not_after_the_time_to_review(self, delivered, owner):
        with pytest.raises(InvalidTransition):
            actions.open_dispute(engagement=delivered, problem="Late", by=owner, at=NOW + 5 * DAY)
        delivered.refresh_from_db()
        assert (delivered.status, Dispute.objects.count()) == ("delivered", 0)

    @pytest.mark.parametrize("problem", ["", "  ", "x" * 4_001])
    def test_says_what_is_wrong(self, delivered, owner, problem):
        with pytest.raises(DomainError) as refusal:
            actions.open_dispute(engagement=delivered, problem=problem, by=owner, at=NOW)
        assert (refusal.value.field, Dispute.objects.count()) == ("problem", 0)


class TestResolve:
    def resolve(self, opened, moderator, student_amount=48_000, reasons="Version 1 meets every criterion."):
        return actions.mark_dispute_resolved(
            dispute=opened, student_amount=student_amount, reasons=reasons, by=moderator, at=NOW + DAY
        )

    @pytest.mark.parametrize(
        ("amount", "outcome", "status"),
        [(48_000, "release", "approved"), (0, "refund", "cancelled"), (20_000, "split", "cancelled")],
    )
    def test_moves_the_engagement(self, delivered, owner, student, moderator, amount, outcome, status):
        decided = self.resolve(dispute(delivered, owner), moderator, amount)
        delivered.refresh_from_db()
        assert (delivered.status, decided.outcome, decided.resolution) == (status, outcome, "decided")
        assert told(student)[-1] == told(owner)[-1] == "engagement.dispute_resolved"

    def test_what_is_left_counts_after_a_partial_release(self, delivered, owner, moderator):
        actions.mark_released(engagement=delivered, amount=18_000, at=NOW)
        opened = dispute(delivered, owner)
        with pytest.raises(DomainError):
            self.resolve(opened, moderator, 30_001)
        assert self.resolve(opened, moderator, 30_000).outcome == "release"

    def test_two_moderators(self, delivered, owner, moderator):
        opened = dispute(delivered, owner)
        self.resolve(opened, moderator)
        assert self.resolve(opened, moderator).resolved_at == NOW + DAY
        with pytest.raises(InvalidTransition):
            self.resolve(opened, moderator, 0)
        delivered.refresh_from_db()
        assert delivered.status == "approved"

    @pytest.mark.parametrize(("amount", "reasons"), [(48_000, " "), (48_001, "More"), (-1, "Less")])
    def test_needs_a_possible_amount_and_reasons(self, delivered, owner, moderator, amount, reasons):
        opened = dispute(delivered, owner)
        with pytest.raises(DomainError):
            self.resolve(opened, moderator, amount, reasons)
        delivered.refresh_from_db()
        assert (delivered.status, Dispute.objects.get().resolved_at) == ("disputed", None)

    def test_only_a_moderator_on_neither_side(self, delivered, owner, student, moderator):
        opened = dispute(delivered, owner)
        assert [may_resolve(person, opened) for person in (moderator, owner, student)] == [True, False, False]
        make_member(delivered.organization, moderator)
        del moderator._memberships
        assert may_resolve(moderator, opened) is False
