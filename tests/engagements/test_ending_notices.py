"""What each side is told of an end: who ended it, and what becomes of the money."""

import pytest

from engagements import actions
from marketplace.notifications.models import Notification
from tests.engagements.factories import engage, first_line
from tests.factories import NOW
from tests.payments.factories import make_funding

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
        assert first_line(owner, CANCELLED) == words

    def test_to_where_it_was_paid_from(self, project, student, owner):
        cancel(engage(project, student, kickoff_student_at=None), owner)
        assert first_line(owner, CANCELLED) == "$528 is refunded in full to where it was paid from."

    def test_not_in_full_once_a_part_was_released(self, active, student, owner):
        actions.mark_released(engagement=active, amount=5_000, at=NOW)
        cancel(active, student)
        assert first_line(owner, CANCELLED) == "What is still held is refunded to where it was paid from."

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
