"""The page of a dispute: whose word is next, until when, and what each proposal gives."""

from datetime import timedelta

import pytest
from django.urls import reverse

from engagements import actions
from engagements.next_actions import for_user
from engagements.queries import as_seen_by
from engagements.standing import standing
from engagements.timeline import timeline
from marketplace.notifications.models import Notification
from tests.engagements.factories import count_queries, engage, first_line, make_dispute, make_proposal, told
from tests.factories import NOW

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def dispute(project, student, owner):
    return make_dispute(engage(project, student, status="delivered"), owner)


def read(client, dispute):
    response = client.get(reverse("engagements:dispute", args=[dispute.engagement.code]))
    assert response.status_code == 200
    return response.content.decode()


def shown(dispute, user, at=NOW):
    return standing(as_seen_by(user).get(), user, at)


class TestStanding:
    def test_both_are_asked_to_propose(self, dispute, student, owner):
        for person in (student, owner):
            assert shown(dispute, person).headline == "Your turn: propose how to split the fee"
            assert [action.text for action in for_user(person, NOW)] == [
                f"Propose how to settle the dispute about “{dispute.engagement.project}”"
            ]

    def test_the_other_side_answers(self, dispute, student, owner):
        make_proposal(dispute, "organization", owner, 12_000)
        theirs, ours = shown(dispute, student), shown(dispute, owner)
        assert theirs.headline == "Your turn: Acme Analytics proposes $120 for you; answer"
        assert theirs.detail == "If you do nothing it counts as accepted."
        assert ours.headline == "Waiting for Robin Quist to answer your proposal of $120 for Robin Quist"
        assert (theirs.due_at, ours.due_at, theirs.yours, ours.yours) == (NOW + 3 * DAY, NOW + 3 * DAY, True, False)

    def test_what_was_released_is_not_open(self, dispute, owner, client_of):
        type(dispute.engagement).objects.update(released_amount=18_000)
        assert "$300 of the fee is open and stays held" in read(client_of(owner), dispute)


class TestPage:
    def test_tells_every_proposal(self, dispute, student, owner, moderator, client_of):
        make_proposal(dispute, "organization", owner, 12_000, note="Half is missing.")
        make_proposal(dispute, "student", student, 40_000)
        body = read(client_of(student), dispute)
        for words in ("Acme Analytics: $120 for you", "You: $400 for you", "Half is missing."):
            assert words in body
        assert "Robin Quist: $400 for Robin Quist" in read(client_of(moderator), dispute)

    @pytest.mark.parametrize(
        ("amount", "words"),
        [(48_000, "The fee goes to the student"), (0, "The employer is refunded"), (9_000, "The fee is split")],
    )
    def test_how_it_was_settled(self, dispute, owner, moderator, client_of, amount, words):
        actions.mark_dispute_resolved(
            dispute=dispute, student_amount=amount, reasons="Because of this.", by=moderator, at=NOW
        )
        body = read(client_of(owner), dispute)
        for said in (words, "Because of this.", "Decided by a moderator"):
            assert said in body

    def test_a_moderator_is_led_to_the_decision_until_it_is_made(self, dispute, moderator, client_of):
        page = dispute.engagement.get_absolute_url()
        address = reverse("admin:engagements_dispute_resolve", args=[dispute.pk])
        assert address in client_of(moderator).get(page).content.decode()
        actions.mark_dispute_resolved(
            dispute=dispute, student_amount=0, reasons="Because of this.", by=moderator, at=NOW
        )
        assert address not in client_of(moderator).get(page).content.decode()

    def test_opened_by_the_clock(self, project, student, owner, moderator, client_of):
        opened = actions.open_dispute(
            engagement=engage(project, student), problem="The money was held for 85 days.", by=None, at=NOW
        )
        assert told(student) == told(owner) == ["engagement.disputed"]
        assert "Why it was opened" in read(client_of(owner), opened)

    def test_queries_do_not_grow(self, dispute, student, owner, client_of):
        client, path = client_of(owner), reverse("engagements:dispute", args=[dispute.engagement.code])
        make_proposal(dispute, "student", student, 1)
        client.get(path)
        first = count_queries(client, path)
        make_proposal(dispute, "student", student, 2), make_proposal(dispute, "organization", owner, 3)
        assert count_queries(client, path) == first


class TestTold:
    def propose(self, dispute, by, amount, at=NOW):
        return actions.propose_split(dispute=dispute, student_amount=amount, by=by, at=at)

    def test_the_other_side_reads_the_amount_and_the_day(self, dispute, student, owner):
        self.propose(dispute, student, 40_000)
        notice = Notification.objects.get(recipient=owner)
        assert (notice.kind, notice.needs_action, notice.due_at) == ("engagement.split", True, NOW + 3 * DAY)
        assert first_line(owner, "engagement.split") == (
            "$400 would go to Robin Quist, and $80 with its service fee back to you. Answer by Thu 5 Mar, 15:00 UTC: "
            "without an answer it counts as accepted."
        )
        self.propose(dispute, owner, 10_000)
        notice.refresh_from_db()
        assert notice.done_at == NOW
        assert first_line(student, "engagement.split").startswith("$100 would go to you, and $380 back to Acme")

    def test_an_agreement_is_told_once(self, dispute, student, owner):
        self.propose(dispute, student, 40_000)
        actions.accept_split(dispute=dispute, by=owner, at=NOW)
        actions.settle_agreed(dispute=dispute, by=owner, at=NOW)
        assert told(student) == ["engagement.dispute_resolved"]
        assert told(owner) == ["engagement.split", "engagement.dispute_resolved"]

    def test_a_reminder_a_day_before_silence_counts(self, dispute, student, owner):
        self.propose(dispute, student, 40_000)
        assert actions.remind_of_answers(at=NOW + 2 * DAY - HOUR) == 0
        assert actions.remind_of_answers(at=NOW + 2 * DAY) == 1
        assert actions.remind_of_answers(at=NOW + 2 * DAY + HOUR) == 0
        assert told(owner) == ["engagement.split"] * 2
        self.propose(dispute, owner, 10_000, NOW + 2 * DAY + HOUR)
        assert actions.remind_of_answers(at=NOW + 2 * DAY + 2 * HOUR) == 0
        assert actions.remind_of_answers(at=NOW + 4 * DAY + HOUR) == 1

    def test_the_timeline(self, dispute, student, owner):
        self.propose(dispute, student, 40_000)
        actions.accept_split(dispute=dispute, by=owner, at=NOW)
        actions.settle_agreed(dispute=dispute, by=owner, at=NOW)
        titles = [entry.title for entry in timeline(dispute.engagement, [], user=student)]
        assert titles == [
            "You proposed $400 for yourself", "Olive Owner proposed $400 for you",
            "Olive Owner agreed: the dispute is settled with $400 for you",
        ]  # fmt: skip
        titles = [entry.title for entry in timeline(dispute.engagement, [], user=owner)]
        assert titles[0] == "Robin Quist proposed $400 for Robin Quist"


class TestVanished:
    def test_the_team_is_told_of_a_missed_kickoff(self, project, student, owner):
        engage(project, student, kickoff_student_at=None)
        actions.send_reminders(at=NOW + 3 * DAY)
        assert told(owner) == ["engagement.vanished"]
        row = as_seen_by(owner).get()
        assert standing(row, owner, NOW + 3 * DAY).headline == "Robin Quist did not confirm the kickoff in time"
        actions.confirm_kickoff(engagement=row, by=student, at=NOW + 3 * DAY)
        assert Notification.objects.get(recipient=owner, kind="engagement.vanished").done_at == NOW + 3 * DAY

    def test_and_of_a_silent_student_who_is_late(self, active, student, owner):
        late = NOW + 22 * DAY
        actions.send_reminders(at=late)
        assert "engagement.vanished" in told(owner)
        assert shown(active, owner, late).action == "Replace the student"
        actions.send_message(engagement=active, body="I am here.", by=student, at=late)
        assert Notification.objects.get(recipient=owner, kind="engagement.vanished").done_at == late
        assert shown(active, owner, late).action == ""

    def test_the_organization_is_asked_to_choose_a_runner_up(self, project, student, owner):
        engagement = engage(project, student, kickoff_student_at=None)
        actions.mark_replaced(engagement=engagement, by=owner, at=NOW + 3 * DAY)
        assert [action.text for action in for_user(owner, NOW + 4 * DAY)] == [f"Offer “{project}” to a runner-up"]
        assert for_user(owner, NOW + 10 * DAY) == for_user(student, NOW + 4 * DAY) == []
