"""The kill fee, the student who vanished, what was released."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from applications.actions import make_offer
from applications.queries import places_left as places_to_offer
from engagements import actions
from engagements.cancelling import has_vanished, kill_fee
from engagements.models import Engagement
from engagements.queries import places_left
from marketplace.activity.models import Event
from marketplace.errors import DomainError, InvalidTransition, LimitReached
from tests.engagements.factories import engage, told
from tests.factories import NOW, make_application, make_project, make_scores

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


class TestKillFee:
    """Funded at NOW, due at NOW + 20 days: the midpoint is NOW + 10 days."""

    def cancel(self, engagement, by, student_amount, at=NOW):
        return actions.mark_cancelled(
            engagement=engagement, by=by, reason="Changed plans.", at=at, student_amount=student_amount
        )

    def test_by_the_milestones_met(self, active, owner, student):
        assert kill_fee(active, owner, NOW) == 12_000
        assert kill_fee(active, owner, NOW + 11 * DAY) == 12_000
        active.messages.create(author=student, body="Half of it.", sent_at=NOW + 10 * DAY)
        assert kill_fee(active, owner, NOW + 11 * DAY) == 24_000

    def test_a_word_before_the_midpoint_is_not_the_check_in(self, active, owner, student):
        active.messages.create(author=student, body="Hello.", sent_at=NOW + 9 * DAY)
        active.messages.create(author=owner, body="How is it?", sent_at=NOW + 11 * DAY)
        assert kill_fee(active, owner, NOW + 11 * DAY) == 12_000

    def test_what_was_released_counts(self, active, owner):
        actions.mark_released(engagement=active, amount=5_000, at=NOW)
        active.refresh_from_db()
        assert kill_fee(active, owner, NOW) == 7_000
        actions.mark_released(engagement=active, amount=10_000, at=NOW)
        active.refresh_from_db()
        assert kill_fee(active, owner, NOW) == 0

    def test_rounds_half_up_and_follows_the_settings(self, active, owner, settings):
        settings.KILL_FEE_BPS = (1_000, 2_000)
        Engagement.objects.filter(pk=active.pk).update(fee_amount=48_005)
        active.refresh_from_db()
        assert kill_fee(active, owner, NOW) == 4_801

    def test_free_before_the_kickoff_and_for_the_student(self, project, student, owner, other_student):
        waiting = engage(project, student, kickoff_student_at=None)
        assert kill_fee(waiting, owner, NOW) == 0
        assert kill_fee(engage(project, other_student), other_student, NOW) == 0

    def test_the_organization_pays_exactly_that(self, active, owner, student):
        for other in (0, 11_999, 12_001, 48_000):
            with pytest.raises(InvalidTransition):
                self.cancel(active, owner, other)
        active.refresh_from_db()
        assert active.status == "active"
        self.cancel(active, owner, 12_000)
        active.refresh_from_db()
        assert (active.status, active.released_amount) == ("cancelled", 0)
        assert told(student) == told(owner) == ["engagement.cancelled"]
        assert Event.objects.get(verb="engagement.cancelled").data["student_amount"] == 12_000
        self.cancel(active, owner, 0)

    def test_a_page_from_before_the_midpoint(self, active, owner, student):
        active.messages.create(author=student, body="Half of it.", sent_at=NOW + 10 * DAY)
        with pytest.raises(InvalidTransition) as refusal:
            self.cancel(active, owner, 12_000, NOW + 10 * DAY)
        assert (refusal.value.code, "$240" in refusal.value.message) == ("kill_fee", True)


class TestReplace:
    def replace(self, engagement, by, at):
        return actions.mark_replaced(engagement=engagement, by=by, at=at)

    @pytest.fixture
    def no_kickoff(self, project, student):
        return engage(project, student, kickoff_student_at=None)

    def test_who_did_not_confirm_the_kickoff(self, no_kickoff, owner, student):
        with pytest.raises(InvalidTransition):
            self.replace(no_kickoff, owner, NOW + 3 * DAY - timedelta(seconds=1))
        for late in range(2):
            done = self.replace(no_kickoff, owner, NOW + (3 + late) * DAY)
            assert (done.status, done.replacement_until) == ("cancelled", NOW + 10 * DAY)
        assert told(student) == told(owner) == ["engagement.replaced"]
        assert Event.objects.filter(verb="engagement.replaced").count() == 1

    def test_the_organization_that_forgot_the_kickoff_replaces_nobody(self, project, student, owner):
        engagement = engage(project, student, kickoff_organization_at=None)
        assert has_vanished(engagement, NOW + 30 * DAY) is False

    def test_who_is_late_and_silent(self, active, owner, student):
        active.messages.create(author=student, body="Soon.", sent_at=NOW + 20 * DAY)
        late = NOW + 22 * DAY
        assert [has_vanished(active, at) for at in (late, NOW + 23 * DAY - timedelta(seconds=1))] == [False, False]
        assert has_vanished(active, NOW + 23 * DAY) is True
        active.messages.create(author=owner, body="Where are you?", sent_at=NOW + 22 * DAY)
        assert has_vanished(active, NOW + 23 * DAY) is True

    @pytest.mark.parametrize("status", ["awaiting_funding", "delivered", "changes_requested", "disputed", "approved"])
    def test_nobody_else(self, project, student, owner, status):
        engagement = engage(project, student, status=status)
        with pytest.raises(InvalidTransition):
            self.replace(engagement, owner, NOW + 90 * DAY)
        engagement.refresh_from_db()
        assert (engagement.status, engagement.replacement_until) == (status, None)

    def test_frees_the_place(self, no_kickoff, project, owner):
        assert (places_left(project), places_to_offer(project)) == (0, 0)
        self.replace(no_kickoff, owner, NOW + 3 * DAY)
        assert (places_left(project), places_to_offer(project)) == (1, 1)

    def test_the_next_student_gets_as_long(self, project, owner, student, other_student):
        first = engage(project, student, due_at=NOW + 40 * DAY)
        at = NOW + 43 * DAY
        self.replace(first, owner, at)
        offer = make_application(
            project=project, student=other_student.student, status="offered", offer_expires_at=at + 3 * DAY
        )
        second = actions.accept_offer(application=offer, by=other_student, at=at)
        assert second.due_at == at + 40 * DAY
        assert actions.mark_funded(engagement=second, at=at + DAY).due_at == at + 41 * DAY


class TestRunnerUp:
    @pytest.fixture
    def runner_up(self, project, other_student):
        return make_application(
            project=project, student=other_student.student, status="not_selected", reason="filled", revealed_at=NOW
        )

    @pytest.fixture
    def freed(self, project, student):
        return engage(project, student, status="cancelled")

    def test_is_offered_the_place(self, freed, runner_up, owner, other_student):
        for _ in range(2):
            offered = make_offer(application=runner_up, by=owner, at=NOW + DAY)
        assert (offered.status, offered.reason, offered.decided_at) == ("offered", "", None)
        assert (offered.revealed_at, told(other_student)) == (NOW, ["offer.made"])
        assert actions.accept_offer(application=offered, by=other_student, at=NOW + DAY).status == "awaiting_funding"

    def test_not_while_the_place_is_taken(self, project, student, runner_up, owner):
        engage(project, student)
        with pytest.raises(LimitReached):
            make_offer(application=runner_up, by=owner, at=NOW)
        runner_up.refresh_from_db()
        assert runner_up.status == "not_selected"

    @pytest.mark.parametrize("reason", ["evidence", "stronger", "availability", "cancelled"])
    def test_not_who_was_turned_down(self, freed, runner_up, owner, reason):
        type(runner_up).objects.update(reason=reason)
        with pytest.raises(InvalidTransition):
            make_offer(application=runner_up, by=owner, at=NOW)

    def test_who_was_never_shortlisted_is_judged_first_and_revealed_now(self, freed, runner_up, owner):
        type(runner_up).objects.filter(pk=runner_up.pk).update(revealed_at=None)
        with pytest.raises(DomainError) as refusal:
            make_offer(application=runner_up, by=owner, at=NOW)
        assert refusal.value.code == "not_assessed"
        make_scores(runner_up, owner)
        assert make_offer(application=runner_up, by=owner, at=NOW + DAY).revealed_at == NOW + DAY
        assert Event.objects.filter(verb="application.revealed").count() == 1

    def test_not_beside_a_new_application(self, freed, runner_up, project, owner, other_student):
        make_application(project=project, student=other_student.student, status="submitted")
        with pytest.raises(InvalidTransition):
            make_offer(application=runner_up, by=owner, at=NOW)

    def test_not_of_a_cancelled_project(self, organization, owner):
        project = make_project(organization=organization, status="cancelled")
        runner_up = make_application(project=project, status="not_selected", reason="filled", revealed_at=NOW)
        with pytest.raises(InvalidTransition):
            make_offer(application=runner_up, by=owner, at=NOW)


class TestReleased:
    def test_adds_up_to_the_fee_at_most(self, active):
        actions.mark_released(engagement=active, amount=40_000, at=NOW)
        actions.mark_released(engagement=active, amount=8_000, at=NOW)
        active.refresh_from_db()
        assert (active.released_amount, active.unreleased_amount) == (48_000, 0)
        with pytest.raises(InvalidTransition):
            actions.mark_released(engagement=active, amount=1, at=NOW)

    @pytest.mark.parametrize("amount", [0, -1, 48_001])
    def test_nothing_else(self, active, amount):
        with pytest.raises(InvalidTransition):
            actions.mark_released(engagement=active, amount=amount, at=NOW)
        active.refresh_from_db()
        assert active.released_amount == 0

    def test_the_database_holds_it(self, active):
        with pytest.raises(IntegrityError), transaction.atomic():
            Engagement.objects.filter(pk=active.pk).update(released_amount=48_001)
        with pytest.raises(IntegrityError), transaction.atomic():
            Engagement.objects.filter(pk=active.pk).update(replacement_until=NOW)
