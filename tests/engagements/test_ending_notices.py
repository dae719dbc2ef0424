"""What each side is told of an end: who ended it, and what becomes of the money."""

import pytest
from django.urls import reverse

from engagements import actions
from engagements.queries import as_seen_by
from engagements.standing import standing
from marketplace.notifications.models import Notification
from tests.engagements.factories import engage, first_line, make_dispute
from tests.factories import NOW, make_application, make_member
from tests.payments.factories import make_funding, make_payout

pytestmark = pytest.mark.django_db
CANCELLED = "engagement.cancelled"


def cancel(engagement, by, student_amount=0):
    return actions.mark_cancelled(
        engagement=engagement, by=by, reason="Plans changed.", at=NOW, student_amount=student_amount
    )


class TestWhatGoesBack:
    def test_nothing_was_paid(self, project, student, owner):
        cancel(engage(project, student, status="awaiting_funding"), owner)
        assert first_line(owner, CANCELLED) == "Nothing was paid."

    def test_a_bank_payment_under_way(self, project, student, owner):
        engagement = engage(project, student, status="awaiting_funding")
        make_funding(engagement, "processing")
        cancel(engagement, student)
        words = "$528 is under way from your bank. It comes back to you in full when it arrives."
        assert first_line(owner, CANCELLED) == f"{words} The place is free again."

    def test_to_where_it_was_paid_from(self, project, student, owner):
        cancel(engage(project, student, kickoff_student_at=None), owner)
        assert first_line(owner, CANCELLED) == "$528 is refunded in full to where it was paid from."

    def test_not_in_full_once_a_part_was_released(self, active, student, owner):
        actions.mark_released(engagement=active, amount=5_000, at=NOW)
        cancel(active, student)
        words = "What is still held is refunded to where it was paid from. The place is free again."
        assert first_line(owner, CANCELLED) == words

    def test_a_kill_fee_while_a_change_order_is_being_paid(self, active, owner):
        make_funding(active, "processing")
        cancel(active, owner, 12_000)
        assert first_line(owner, CANCELLED) == (
            "$120 goes to Robin Quist for the work until now. The rest is refunded. The bank payment that is under way "
            "comes back as well when it arrives."
        )


def test_who_cancelled_is_told_so_as_you(active, student, owner, member):
    cancel(active, owner, 12_000)
    titles = [Notification.objects.get(recipient=person, kind=CANCELLED).title for person in (owner, member, student)]
    about, ours = f"cancelled “{active.project}”", str(active.organization)
    assert titles == [f"You {about}", f"{ours} {about}", f"{ours} {about}"]


class TestWhatTheStudentGets:
    """Whether it can be sent is another question: the payout account may not be there yet."""

    @pytest.mark.parametrize(
        ("amount", "for_student", "for_owner"),
        [
            (48_000, "$480 is yours.", "$480 goes to Robin Quist."),
            (0, "Nothing of the $480 is paid out to you: it goes back to Acme Analytics.", "$528 is refunded to you."),
            (
                20_000,
                "$200 of the $480 is yours. The rest goes back to Acme Analytics.",
                "$200 goes to Robin Quist. The rest is refunded to you.",
            ),
        ],
    )
    def test_of_a_dispute(self, delivered, student, owner, moderator, amount, for_student, for_owner):
        dispute = make_dispute(delivered, owner)
        actions.mark_dispute_resolved(dispute=dispute, student_amount=amount, reasons="Read.", by=moderator, at=NOW)
        kind = "engagement.dispute_resolved"
        assert (first_line(student, kind), first_line(owner, kind)) == (for_student, for_owner)

    def test_of_a_cancellation(self, active, owner, student):
        cancel(active, owner, 12_000)
        words = "$120 is yours for the work until now. You are free for other projects."
        assert first_line(student, CANCELLED) == words

    def test_nothing_more_than_what_was_released(self, active, student):
        actions.mark_released(engagement=active, amount=5_000, at=NOW)
        cancel(active, student)
        assert first_line(student, CANCELLED).startswith("Nothing more is paid for this one.")

    def stands(self, user):
        return standing(as_seen_by(user).get(), user, NOW).detail

    def test_where_it_stands_after_a_lost_dispute(self, delivered, student, owner, moderator):
        dispute = make_dispute(delivered, owner)
        actions.mark_dispute_resolved(dispute=dispute, student_amount=0, reasons="Empty.", by=moderator, at=NOW)
        assert self.stands(student) == "A moderator decided the dispute. Nothing of the $480 is paid out."
        assert self.stands(owner) == "A moderator decided the dispute. $528 is refunded."

    @pytest.mark.parametrize(
        ("payout", "for_student", "for_owner"),
        [
            ({"status": "due"}, "$480 is yours.", "goes to"),
            ({"status": "held", "waits_for_student": True}, "$480 is yours and waits for your payout account.", "goes"),
            ({"status": "held"}, "$480 is yours.", "goes to"),
            ({"status": "paid"}, "$480 went to you.", "went to"),
        ],
    )
    def test_where_it_stands_while_it_cannot_be_sent(self, project, student, owner, payout, for_student, for_owner):
        reason = "We have no data"
        engagement = engage(project, student, status="cancelled", funded_at=NOW, cancel_reason=reason)
        make_payout(engagement, **payout)
        assert self.stands(student) == f"{reason}. {for_student}"
        assert f"{reason}. $480 {for_owner}" in self.stands(owner)

    def test_nothing_is_said_of_an_end_without_a_reason_and_without_money(self, project, student):
        engage(project, student, status="cancelled")
        assert self.stands(student) == ""

    def test_what_is_approved_and_held_is_not_on_its_way(self, approved, owner, student):
        make_payout(approved, "held", waits_for_student=True)
        row = as_seen_by(owner).get()
        assert "$480 goes to Robin Quist" in standing(row, owner, NOW).detail


class TestThePlace:
    """Who cancelled it and who is left decides where the organization is led."""

    @pytest.fixture
    def runner_up(self, project, other_student):
        return make_application(
            project=project, student=other_student.student, status="not_selected", reason="filled", revealed_at=NOW
        )

    def notice(self, person):
        return Notification.objects.get(recipient=person, kind=CANCELLED)

    def test_a_runner_up_may_take_over(self, active, runner_up, student, owner, finance, client_of):
        board = reverse("applications:board", args=[active.project.code]) + "?tab=runners_up"
        cancel(active, student)
        notice = self.notice(owner)
        assert (notice.url, notice.action) == (board, "Choose a runner-up")
        assert notice.body.startswith(
            "$528 is refunded in full to where it was paid from. The place is free: 1 applicant"
        )
        assert self.notice(finance).url == self.notice(student).url == active.get_absolute_url()
        assert [
            f'href="{board}"' in client_of(person).get(active.get_absolute_url()).content.decode()
            for person in (owner, finance, student)
        ] == [True, False, False]
        assert client_of(owner).get(board).context["tab"] == "runners_up"

    def test_nobody_is_left(self, active, student, owner, client_of):
        cancel(active, student)
        notice = self.notice(owner)
        assert (notice.url, notice.action) == (
            reverse("applications:board", args=[active.project.code]),
            "See the applications",
        )
        assert "The place is free again." in notice.body
        assert "Choose a runner-up" not in client_of(owner).get(active.get_absolute_url()).content.decode()

    def test_not_where_the_project_is_over(self, active, runner_up, student, owner):
        type(active.project).objects.filter(pk=active.project.pk).update(status="cancelled")
        cancel(active, student)
        assert self.notice(owner).url == active.get_absolute_url()

    def test_who_cancels_is_led_nowhere_else(self, active, runner_up, owner):
        cancel(active, owner, 12_000)
        assert self.notice(owner).url == active.get_absolute_url()

    def test_a_member_who_applied_is_not_led_to_the_board(self, active, runner_up, student, owner, other_student):
        make_member(active.organization, other_student)
        cancel(active, student)
        assert self.notice(other_student).url == active.get_absolute_url()
