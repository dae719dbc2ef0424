"""A dispute is settled by agreement or by silence: what each side proposes, and when that counts."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from engagements import actions
from engagements.models import SplitProposal
from engagements.queries import agreed_amount, newest_proposals, silent_disputes, unanswered
from marketplace.activity.models import Event
from marketplace.errors import DomainError, InvalidTransition
from tests.engagements.factories import engage
from tests.factories import NOW

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def dispute(project, student, owner):
    engagement = engage(project, student, status="delivered")
    return actions.open_dispute(engagement=engagement, problem="The files do not open.", by=owner, at=NOW)


def propose(dispute, by, amount, at=NOW, note=""):
    return actions.propose_split(dispute=dispute, student_amount=amount, note=note, by=by, at=at)


def status_of(dispute):
    dispute.refresh_from_db()
    dispute.engagement.refresh_from_db()
    return dispute.engagement.status, dispute.resolution, dispute.student_amount


class TestPropose:
    def test_the_newest_of_each_side_counts(self, dispute, student, owner, member):
        propose(dispute, student, 40_000)
        propose(dispute, owner, 10_000, NOW + DAY)
        last = propose(dispute, member, 20_000, NOW + 2 * DAY, " Half of the files open. ")
        amounts = {side: row.student_amount for side, row in newest_proposals(dispute).items()}
        assert amounts == {"student": 40_000, "organization": 20_000}
        assert (unanswered(dispute), last.note) == (last, "Half of the files open.")

    def test_the_same_again_is_one(self, dispute, student):
        assert propose(dispute, student, 40_000) == propose(dispute, student, 40_000, NOW + DAY)
        assert (SplitProposal.objects.count(), Event.objects.filter(verb="split.proposed").count()) == (1, 1)

    def test_the_same_is_an_answer_to_a_newer_one(self, dispute, student, owner):
        propose(dispute, student, 40_000)
        propose(dispute, owner, 10_000)
        propose(dispute, student, 40_000, NOW + DAY)
        assert (SplitProposal.objects.count(), unanswered(dispute).side) == (3, "student")

    @pytest.mark.parametrize("amount", [-1, 48_001])
    def test_only_what_is_open(self, dispute, student, amount):
        with pytest.raises(DomainError) as refusal:
            propose(dispute, student, amount)
        assert (refusal.value.field, SplitProposal.objects.count()) == ("student_amount", 0)

    def test_by_a_side_only(self, dispute, moderator, finance, other_owner):
        for person in (moderator, finance, other_owner):
            with pytest.raises(DomainError):
                propose(dispute, person, 1)
            with pytest.raises(DomainError):
                actions.accept_split(dispute=dispute, by=person, at=NOW)
        assert SplitProposal.objects.count() == 0

    def test_not_when_it_is_settled(self, dispute, student, moderator):
        actions.mark_dispute_resolved(dispute=dispute, student_amount=0, reasons="Empty.", by=moderator, at=NOW)
        with pytest.raises(InvalidTransition):
            propose(dispute, student, 1)
        assert SplitProposal.objects.count() == 0

    def test_a_proposal_is_never_changed(self, dispute, student):
        propose(dispute, student, 40_000)
        with pytest.raises(IntegrityError), transaction.atomic():
            SplitProposal.objects.update(student_amount=48_000)
        with pytest.raises(IntegrityError), transaction.atomic():
            SplitProposal.objects.all().delete()


class TestAgree:
    def test_equal_newest_proposals_settle_it(self, dispute, student, owner):
        propose(dispute, student, 30_000)
        assert actions.settle_agreed(dispute=dispute, by=student, at=NOW) is None
        propose(dispute, owner, 30_000, NOW + DAY)
        settled = actions.settle_agreed(dispute=dispute, by=owner, at=NOW + DAY)
        assert (settled.outcome, settled.resolved_by, settled.resolved_at) == ("split", owner, NOW + DAY)
        assert status_of(dispute) == ("cancelled", "agreed", 30_000)
        assert actions.settle_agreed(dispute=dispute, by=owner, at=NOW + DAY) is None

    @pytest.mark.parametrize(("amount", "status"), [(48_000, "approved"), (0, "cancelled"), (1, "cancelled")])
    def test_accepting_says_the_same(self, dispute, student, owner, amount, status):
        propose(dispute, owner, amount)
        own = actions.accept_split(dispute=dispute, by=student, at=NOW, student_amount=amount)
        assert (own.side, own.student_amount, agreed_amount(dispute)) == ("student", amount, amount)
        actions.settle_agreed(dispute=dispute, by=student, at=NOW)
        assert status_of(dispute) == (status, "agreed", amount)
        assert actions.accept_split(dispute=dispute, by=student, at=NOW + DAY) == own

    def test_an_old_page_accepts_nothing(self, dispute, student, owner):
        propose(dispute, owner, 20_000)
        propose(dispute, owner, 10_000, NOW + DAY)
        with pytest.raises(InvalidTransition):
            actions.accept_split(dispute=dispute, by=student, at=NOW + DAY, student_amount=20_000)
        assert (agreed_amount(dispute), SplitProposal.objects.count()) == (None, 2)

    def test_there_must_be_something_to_accept(self, dispute, student):
        propose(dispute, student, 20_000)
        with pytest.raises(InvalidTransition):
            actions.accept_split(dispute=dispute, by=student, at=NOW)


class TestSilence:
    def test_three_days_without_an_answer(self, dispute, student):
        propose(dispute, student, 40_000, NOW + DAY)
        assert list(silent_disputes(NOW + 4 * DAY - timedelta(seconds=1))) == []
        assert actions.settle_silent(dispute=dispute, at=NOW + 4 * DAY - timedelta(seconds=1)) is None
        assert list(silent_disputes(NOW + 4 * DAY)) == [dispute]
        settled = actions.settle_silent(dispute=dispute, at=NOW + 4 * DAY)
        assert (settled.outcome, settled.resolved_by) == ("split", None)
        assert status_of(dispute) == ("cancelled", "silence", 40_000)
        assert list(silent_disputes(NOW + 9 * DAY)) == []
        assert actions.settle_silent(dispute=dispute, at=NOW + 9 * DAY) is None

    def test_an_answer_turns_the_clock_round(self, dispute, student, owner):
        propose(dispute, student, 40_000)
        propose(dispute, owner, 10_000, NOW + 2 * DAY)
        assert actions.settle_silent(dispute=dispute, at=NOW + 4 * DAY) is None
        actions.settle_silent(dispute=dispute, at=NOW + 5 * DAY)
        assert status_of(dispute) == ("cancelled", "silence", 10_000)

    def test_without_a_proposal_nobody_is_silent(self, dispute):
        assert list(silent_disputes(NOW + 9 * DAY)) == []
        assert actions.settle_silent(dispute=dispute, at=NOW + 9 * DAY) is None

    def test_who_cannot_answer_is_not_silent(self, dispute, student, owner):
        propose(dispute, owner, 0)
        student.suspended_at = NOW
        student.save()
        assert actions.settle_silent(dispute=dispute, at=NOW + 4 * DAY) is None
        assert status_of(dispute) == ("disputed", "", None)


def test_the_clock_opens_a_dispute(project, student, owner):
    engagement = engage(project, student)
    opened = actions.open_dispute(engagement=engagement, problem="Held for 85 days.", by=None, at=NOW)
    engagement.refresh_from_db()
    assert (opened.opened_by, engagement.status) == (None, "disputed")
    assert Event.objects.get(verb="dispute.opened").actor is None
