"""A place that was taken is free again: the board leads to those who were closed out, and the offer says so."""

from datetime import timedelta

import pytest
from django.urls import reverse

from applications import actions
from applications.board import Board
from applications.queries import days_to_work, runners_up_of
from marketplace.accounts.actions import block
from marketplace.errors import InvalidTransition
from marketplace.notifications.models import Notification
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def filled(project, student):
    """The place was taken by the student of the cast, and is free again."""
    taken = factories.make_application(project=project, student=student.student, status="accepted")
    factories.make_engagement(application=taken, status="cancelled")
    return project


def closed_out(project, **fields):
    return factories.make_application(project=project, status="not_selected", **({"reason": "filled"} | fields))


def read(client, name, code, query=""):
    response = client.get(reverse(f"applications:{name}", args=[code]) + query)
    assert response.status_code == 200
    return response.content.decode()


def test_only_those_who_were_judged_and_not_turned_down(filled, owner):
    listed, judged, unjudged = closed_out(filled, revealed_at=NOW), closed_out(filled), closed_out(filled)
    turned_down = closed_out(filled, reason="stronger")
    factories.make_scores(judged, owner)
    board = Board(filled, owner)
    assert {row.applicant.code for row in board.in_tab("runners_up")} == {listed.code, judged.code}
    assert {row.applicant.code for row in board.in_tab("ended")} == {unjudged.code, turned_down.code}
    assert ("runners_up", "Runners-up", 2) in board.tabs()


@pytest.mark.parametrize("side", ["student", "organization"])
def test_after_a_block_nobody_is_offered_the_place(side, filled, owner, student, client_of):
    """Nor is a name shown that was not shown before; the board does not say why."""
    judged = closed_out(filled)
    factories.make_scores(judged, owner)
    block(student=judged.student, organization=filled.organization, side=side, by=owner, at=NOW)
    assert not Board(filled, owner).in_tab("runners_up")
    assert not runners_up_of(filled).exists()
    with pytest.raises(InvalidTransition, match="No offer can be made to this applicant"):
        actions.make_offer(application=judged, by=owner, at=NOW)
    judged.refresh_from_db()
    assert (judged.status, judged.revealed_at) == ("not_selected", None)
    assert "locked" not in read(client_of(owner), "applicant", judged.code)


def test_no_tab_while_the_place_is_taken(project, student, owner):
    factories.make_application(project=project, student=student.student, status="accepted")
    closed_out(project, revealed_at=NOW)
    board = Board(project, owner)
    assert ("runners_up" in [name for name, _label, _count in board.tabs()], len(board.in_tab("ended"))) == (False, 1)


def test_the_board_leads_to_the_offer(filled, owner, client_of):
    runner_up = closed_out(filled, revealed_at=NOW)
    offer = reverse("applications:offer", args=[runner_up.code])
    client = client_of(owner)
    assert f'href="{offer}"' in read(client, "board", filled.code, "?tab=runners_up")
    assert f'href="{offer}"' in read(client, "applicant", runner_up.code)
    assert "was told that all places were filled" in read(client, "offer", runner_up.code)
    assert client.post(offer, {"note": "Still free?"}).status_code == 302
    runner_up.refresh_from_db()
    assert (runner_up.status, runner_up.offer_note) == ("offered", "Still free?")


def test_an_unrevealed_runner_up_stays_blind_until_the_offer(filled, owner, client_of):
    runner_up = closed_out(filled)
    factories.make_scores(runner_up, owner)
    page = read(client_of(owner), "offer", runner_up.code)
    assert runner_up.student.display_name not in page
    assert "and reveals who it is" in page


def test_who_was_turned_down_has_no_offer_page(filled, owner, client_of):
    turned_down = closed_out(filled, reason="stronger", revealed_at=NOW)
    answer = client_of(owner).get(reverse("applications:offer", args=[turned_down.code]))
    assert (answer.status_code, answer.url) == (302, reverse("applications:applicant", args=[turned_down.code]))


def test_the_student_reads_that_a_place_is_free_again(filled, owner, other_student, client_of):
    runner_up = closed_out(filled, revealed_at=NOW, student=other_student.student)
    actions.make_offer(application=runner_up, by=owner, at=NOW)
    notice = Notification.objects.get(recipient=other_student)
    assert "A place that was taken is free again." in notice.body
    filled.work_due_on = NOW.date()
    filled.save()
    page = " ".join(read(client_of(other_student), "offer_view", runner_up.code).split())
    assert "deliver within 3 days of accepting." in page


def test_an_offer_that_shows_the_name_says_so(filled, owner, other_student, client_of):
    """Who was never shortlisted is known by name from the offer on."""
    runner_up = closed_out(filled, student=other_student.student)
    factories.make_scores(runner_up, owner)
    actions.make_offer(application=runner_up, by=owner, at=NOW + DAY)
    words = "They see your name, your e-mail address and your portfolio from now on."
    assert words in Notification.objects.get(recipient=other_student, kind="offer.made").body
    assert "Your name was shown to the organization" in read(client_of(other_student), "detail", runner_up.code)
    known = closed_out(filled, revealed_at=NOW)
    type(runner_up).objects.filter(pk=runner_up.pk).update(status="declined")
    actions.make_offer(application=known, by=owner, at=NOW + DAY)
    assert words not in Notification.objects.get(recipient=known.student.user, kind="offer.made").body


def test_a_second_offer_is_told_again(filled, owner, other_student):
    runner_up = closed_out(filled, revealed_at=NOW, student=other_student.student)
    actions.make_offer(application=runner_up, by=owner, at=NOW)
    type(runner_up).objects.update(status="not_selected", reason="filled")
    actions.make_offer(application=runner_up, by=owner, at=NOW + DAY)
    assert Notification.objects.filter(recipient=other_student, kind="offer.made").count() == 2


def test_the_time_to_work_is_that_of_who_left(project, student):
    """Posted: due 35 days after NOW. A late offer leaves the shortest time; a takeover what the first one had."""
    assert [days_to_work(project, NOW + number * DAY) for number in (0, 32, 33)] == [None, None, 3]
    taken = factories.make_application(project=project, student=student.student, status="accepted")
    factories.make_engagement(
        application=taken, status="cancelled", funded_at=NOW, due_at=NOW + 20 * DAY,
        replacement_until=NOW + 30 * DAY,
    )  # fmt: skip
    assert [days_to_work(project, NOW + number * DAY) for number in (15, 16, 30)] == [None, 20, None]
