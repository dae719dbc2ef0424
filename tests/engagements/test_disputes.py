"""A dispute stops the clocks; one moderator decides once."""

from datetime import timedelta

import pytest

from engagements import actions
from engagements.models import Dispute
from engagements.rules import may_resolve
from marketplace.errors import DomainError, InvalidTransition
from tests.engagements.factories import engage, told
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
    def resolve(self, opened, moderator, outcome="release", reasons="Version 1 meets every criterion."):
        return actions.mark_dispute_resolved(
            dispute=opened, outcome=outcome, reasons=reasons, by=moderator, at=NOW + DAY
        )

    @pytest.mark.parametrize(("outcome", "status"), [("release", "approved"), ("refund", "cancelled")])
    def test_moves_the_engagement(self, delivered, owner, student, moderator, outcome, status):
        self.resolve(dispute(delivered, owner), moderator, outcome)
        delivered.refresh_from_db()
        assert delivered.status == status
        assert told(student)[-1] == told(owner)[-1] == "engagement.dispute_resolved"

    def test_two_moderators(self, delivered, owner, moderator):
        opened = dispute(delivered, owner)
        self.resolve(opened, moderator)
        assert self.resolve(opened, moderator).resolved_at == NOW + DAY
        with pytest.raises(InvalidTransition):
            self.resolve(opened, moderator, "refund")
        delivered.refresh_from_db()
        assert delivered.status == "approved"

    @pytest.mark.parametrize(("outcome", "reasons"), [("release", " "), ("split", "Half each"), ("", "Because")])
    def test_needs_an_outcome_and_reasons(self, delivered, owner, moderator, outcome, reasons):
        opened = dispute(delivered, owner)
        with pytest.raises(DomainError):
            self.resolve(opened, moderator, outcome, reasons)
        delivered.refresh_from_db()
        assert (delivered.status, Dispute.objects.get().resolved_at) == ("disputed", None)

    def test_only_a_moderator_on_neither_side(self, delivered, owner, student, moderator):
        opened = dispute(delivered, owner)
        assert [may_resolve(person, opened) for person in (moderator, owner, student)] == [True, False, False]
        make_member(delivered.organization, moderator)
        del moderator._roles
        assert may_resolve(moderator, opened) is False
