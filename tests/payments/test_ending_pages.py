"""Cancelling and replacing: the page says exactly who gets what, and that is what happens."""

from datetime import timedelta

import pytest
from django.urls import reverse

from applications.actions import make_offer
from engagements.models import Engagement
from payments.models import Funding, Payout, Refund
from tests.engagements.factories import engage, make_change_order, make_dispute
from tests.factories import NOW, make_application
from tests.payments.factories import make_funding

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture
def working(project, student):
    """Kicked off and paid; the midpoint is NOW + 10 days."""
    engagement = engage(project, student)
    make_funding(engagement, "paid")
    return engagement


@pytest.fixture
def gone(project, student):
    """Paid, and the student did not confirm the kickoff by NOW."""
    engagement = engage(project, student, kickoff_student_at=None, kickoff_due_at=NOW)
    make_funding(engagement, "paid")
    return engagement


def address(name, engagement):
    return reverse(f"payments:{name}", args=[engagement.code])


def read(client, path):
    response = client.get(path)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def money():
    return list(Payout.objects.values_list("amount", flat=True)), list(Refund.objects.values_list("amount", flat=True))


class TestCancel:
    def test_after_the_kickoff_it_costs_the_organization_a_quarter(self, working, owner, client_of):
        client, path = client_of(owner), address("cancel", working)
        body = read(client, path)
        for words in ("$120 goes to Robin Quist", "<strong>$396</strong>", "$12, in proportion", "25%", "50%, not met"):
            assert words in body
        client.post(path, {"reason": "Plans changed.", "student_amount": "12000"})
        working.refresh_from_db()
        assert (working.status, working.released_amount, money()) == ("cancelled", 12_000, ([12_000], [39_600]))

    def test_a_page_from_before_the_midpoint_pays_nothing(self, working, student, owner, client_of, clock):
        clock.move_to(NOW + 11 * DAY, tick=False)
        working.messages.create(author=student, body="Half is done.", sent_at=NOW + 10 * DAY)
        answer = client_of(owner).post(
            address("cancel", working), {"reason": "Plans changed.", "student_amount": "12000"}
        )
        body = answer.content.decode()
        working.refresh_from_db()
        assert (answer.status_code, working.status, money()) == (422, "active", ([], []))
        for words in ("Plans changed.", "$240 goes to Robin Quist", 'name="student_amount" value="24000"'):
            assert words in body

    def test_the_student_gives_up_the_fee(self, working, student, client_of):
        client, path = client_of(student), address("cancel", working)
        body = read(client, path)
        assert "You give up the fee." in body
        assert "<strong>$0</strong>" in body
        assert "$240" not in body
        client.post(path, {"reason": "I am ill.", "student_amount": "0"})
        assert money() == ([], [52_800])

    def test_a_student_cannot_name_an_amount(self, working, student, client_of):
        answer = client_of(student).post(
            address("cancel", working), {"reason": "I am ill.", "student_amount": "48000"}
        )  # fmt: skip
        working.refresh_from_db()
        assert (answer.status_code, working.status, money()) == (422, "active", ([], []))

    def test_before_the_kickoff_all_of_it_goes_back(self, gone, owner, client_of):
        client, path = client_of(owner), address("cancel", gone)
        assert "<strong>$528</strong>, all of it," in read(client, path)
        client.post(path, {"reason": "No data."})
        assert money() == ([], [52_800])

    @pytest.mark.parametrize("reason", ["", "x" * 501])
    def test_keeps_what_was_typed(self, working, owner, client_of, reason):
        answer = client_of(owner).post(address("cancel", working), {"reason": reason, "student_amount": "12000"})
        working.refresh_from_db()
        assert (answer.status_code, working.status) == (422, "active")
        assert reason in answer.content.decode()

    def test_after_a_delivery_it_points_to_a_dispute(self, project, student, owner, client_of):
        engagement = engage(project, student, status="delivered")
        body = read(client_of(owner), address("cancel", engagement))
        assert reverse("engagements:dispute", args=[engagement.code]) in body
        assert 'name="reason"' not in body

    def test_a_bank_payment_under_way_comes_back(self, project, student, owner, client_of):
        engagement = engage(project, student, status="awaiting_funding")
        nothing, words = "Nothing was paid, so nothing is refunded.", "in full when it arrives."
        body = read(client_of(owner), address("cancel", engagement))
        assert (nothing in body, words in body) == (True, False)
        make_funding(engagement, "processing")
        body = read(client_of(owner), address("cancel", engagement))
        assert (nothing in body, f"Goes back to you {words}" in body) == (False, True)
        body = read(client_of(student), address("cancel", engagement))
        assert (nothing in body, f"Goes back to {engagement.organization} {words}" in body) == (False, True)

    def test_during_a_dispute_nobody_is_asked_to_open_one(self, working, student, owner, client_of):
        make_dispute(working, student)
        body = read(client_of(owner), address("cancel", working))
        assert "During a dispute one side cannot cancel. $480 stays held" in body
        assert f'href="{reverse("engagements:dispute", args=[working.code])}"' in body
        assert ("open a dispute" in body.lower(), "A version was delivered" in body) == (False, False)

    def test_what_is_approved_is_not_sent_to_a_dispute(self, project, student, owner, client_of):
        body = read(client_of(owner), address("cancel", engage(project, student, status="approved")))
        assert "there is nothing to cancel any more" in body
        assert "open a dispute" not in body.lower()


class TestReplace:
    def test_says_what_happens_and_keeps_the_money(self, gone, project, owner, other_student, client_of):
        make_application(
            project=project, student=other_student.student, status="not_selected", reason="filled", revealed_at=NOW
        )
        client, path = client_of(owner), address("replace", gone)
        body = read(client, path)
        for words in ("Replace Robin Quist?", "$528 is kept for the next student for 7 days", "1 applicant could take"):
            assert words in body
        answer = client.post(path)
        gone.refresh_from_db()
        assert answer.url == reverse("applications:board", args=[project.code]) + "?tab=runners_up"
        assert (gone.status, gone.replacement_until, money()) == ("cancelled", NOW + 7 * DAY, ([], []))
        assert client.get(path).url == answer.url

    def test_the_runner_up_starts_on_the_same_money(self, gone, project, owner, other_student, client_of):
        client_of(owner).post(address("replace", gone))
        runner_up = make_application(
            project=project, student=other_student.student, status="not_selected", reason="filled", revealed_at=NOW
        )
        make_offer(application=runner_up, by=owner, at=NOW)
        accept = reverse("payments:accept_offer", args=[runner_up.code])
        answer = client_of(other_student).post(accept, follow=True)
        assert "$480 is held for you already: confirm the kickoff." in answer.content.decode()
        second = Engagement.objects.get(application=runner_up)
        assert (second.status, Funding.objects.get(counts=True).engagement) == ("active", second)
        assert money() == ([], [])

    def test_who_has_not_vanished(self, working, owner, client_of):
        client, path = client_of(owner), address("replace", working)
        assert "cannot be replaced now" in read(client, path)
        client.post(path)
        working.refresh_from_db()
        assert (working.status, working.replacement_until) == ("active", None)

    def test_the_workspace_leads_there_when_it_is_time(self, gone, working_elsewhere, owner, student, client_of):
        link = f'href="{address("replace", gone)}"'
        assert link in read(client_of(owner), gone.get_absolute_url())
        assert link not in read(client_of(student), gone.get_absolute_url())
        assert address("replace", working_elsewhere) not in read(
            client_of(owner), working_elsewhere.get_absolute_url()
        )  # fmt: skip

    @pytest.fixture
    def working_elsewhere(self, organization, other_student):
        from tests.factories import make_project

        return engage(make_project(organization=organization), other_student)


class TestPayForAChangeOrder:
    def test_shows_its_amounts(self, working, owner, finance, member, client_of):
        order = make_change_order(working, owner, "accepted")
        path = f"{address('fund', working)}?change_order={order.code}"
        body = read(client_of(finance), path)
        for words in ("Pay for the change order", "$120.00", "$12.00", "$132.00", "7 days later than agreed"):
            assert words in body
        assert client_of(member).get(path).status_code == 403

    @pytest.mark.parametrize("status", ["proposed", "funded", "refused", "withdrawn", "lapsed"])
    def test_nothing_to_pay(self, working, owner, client_of, status):
        order = make_change_order(working, owner, status)
        answer = client_of(owner).get(f"{address('fund', working)}?change_order={order.code}")
        assert (answer.status_code, answer.url) == (302, address("detail", working))

    def test_of_another_engagement(self, working, owner, client_of):
        assert client_of(owner).get(f"{address('fund', working)}?change_order=nosuchcode").status_code == 404
