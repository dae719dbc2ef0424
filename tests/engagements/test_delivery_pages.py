"""Delivering when the work has ended meanwhile, and how a version stands later."""

import pytest
from django.urls import reverse

from engagements import actions
from tests.engagements.factories import make_dispute
from tests.factories import NOW

pytestmark = pytest.mark.django_db
TYPED = {"note": "Both maps\n\nand the notes.", "link": "https://work.example/maps"}


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(NOW, tick=False)


def page(engagement, name, *more):
    return reverse(f"engagements:{name}", args=[engagement.code, *more])


def words_of(response):
    return " ".join(response.content.decode().split())


def cancel(work, by, student_amount=0):
    actions.mark_cancelled(engagement=work, by=by, reason="There is no data.", at=NOW, student_amount=student_amount)


class TestTooLate:
    @pytest.mark.parametrize(
        ("end", "said"),
        [
            (lambda work, _student, owner: cancel(work, owner, 12_000), "Olive Owner cancelled this work"),
            (lambda work, student, _owner: cancel(work, student), "You cancelled this work"),
            (lambda work, _student, owner: make_dispute(work, owner), "Nothing can be delivered until it is settled."),
            (
                lambda work, student, _owner: actions.deliver(
                    engagement=work, note="Another tab", link="https://work.example", by=student, at=NOW
                ),
                "Version 1 is being reviewed.",
            ),
        ],
    )
    def test_says_why_and_keeps_what_was_typed(self, active, student, owner, client_of, end, said):
        end(active, student, owner)
        response = client_of(student).post(page(active, "deliver"), TYPED)
        body = words_of(response)
        assert (response.status_code, active.deliveries.filter(note=TYPED["note"]).count()) == (422, 0)
        for words in (said, "It was not sent.", "Both maps", "and the notes.", TYPED["link"]):
            assert words in body
        assert ("There is no data." in body) == ("cancelled" in said)
        assert "It was not sent." not in words_of(client_of(student).get(page(active, "deliver")))

    def test_a_dispute_that_ended_it_names_nobody(self, active, student, owner, moderator, client_of):
        dispute = make_dispute(active, owner)
        actions.mark_dispute_resolved(dispute=dispute, student_amount=0, reasons="Read.", by=moderator, at=NOW)
        body = words_of(client_of(student).get(page(active, "deliver")))
        assert ("This work has ended" in body, "A moderator decided the dispute." in body) == (True, True)
