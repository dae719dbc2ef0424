"""Delivering when the work has ended meanwhile, and how a version stands later."""

import re

import pytest
from django.urls import reverse

from engagements import actions
from tests.engagements.factories import make_dispute
from tests.factories import NOW, make_delivery

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


class TestHowAVersionStands:
    def stands(self, client, engagement, version=1):
        """(the title of the notice about it, whether it leads to the dispute)."""
        response = client.get(page(engagement, "delivery", version))
        assert response.status_code == 200
        title = re.search(r'class="notice-title">([^<]*)<', response.content.decode())
        return title and title[1], page(engagement, "dispute") in response.content.decode()

    def test_under_review_and_approved(self, delivered, owner, student, client_of):
        client = client_of(student)
        assert self.stands(client, delivered)[0].startswith("Waiting for Acme Analytics to review version 1")
        actions.mark_approved(engagement=delivered, by=owner, at=NOW)
        assert self.stands(client, delivered) == ("Approved", False)

    def test_approved_by_the_clock(self, approved, student, client_of):
        assert self.stands(client_of(student), approved) == ("Approved automatically", False)

    def test_an_earlier_version_is_not_the_approved_one(self, approved, student, client_of):
        make_delivery(approved, 2)
        assert self.stands(client_of(student), approved, 2)[0] == "Approved automatically"
        assert self.stands(client_of(student), approved, 1) == (None, False)

    @pytest.mark.parametrize(
        ("amount", "for_student", "for_owner"),
        [
            (0, "Decided by a moderator: $0 of the fee to you", "Decided by a moderator: $0 of the fee to Robin Quist"),
            (48_000, "Approved", "Approved"),
        ],
    )
    def test_a_dispute(self, delivered, student, owner, moderator, client_of, amount, for_student, for_owner):
        dispute = make_dispute(delivered, owner)
        for person in (student, owner, moderator):
            assert self.stands(client_of(person), delivered) == ("A dispute is open", True)
        actions.mark_dispute_resolved(dispute=dispute, student_amount=amount, reasons="Read.", by=moderator, at=NOW)
        assert self.stands(client_of(student), delivered) == (for_student, True)
        assert self.stands(client_of(owner), delivered) == (for_owner, True)

    def test_the_end_without_a_dispute(self, delivered, student, client_of):
        actions.mark_charged_back(engagement=delivered, at=NOW)
        assert self.stands(client_of(student), delivered) == ("This work has ended", False)
