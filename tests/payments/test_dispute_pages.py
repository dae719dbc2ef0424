"""A dispute settled by its two sides: what each step shows, keeps and moves."""

import pytest
from django.urls import reverse

from engagements.models import Engagement, SplitProposal
from payments.models import Payout, Refund
from payments.shares import shares_of
from tests.engagements.factories import engage, make_dispute, make_proposal
from tests.factories import NOW
from tests.payments.factories import make_funding

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def dispute(project, student, owner):
    engagement = engage(project, student, status="delivered")
    make_funding(engagement, "paid")
    return make_dispute(engagement, owner)


def address(name, dispute, query=""):
    return reverse(f"payments:{name}", args=[dispute.engagement.code]) + query


def read(client, path):
    response = client.get(path)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def money():
    return list(Payout.objects.values_list("amount", flat=True)), list(Refund.objects.values_list("amount", flat=True))


@pytest.mark.parametrize(
    ("amount", "parts"),
    [(0, (0, 0, 52_800)), (12_000, (12_000, 1_200, 39_600)), (1, (1, 0, 52_799)), (48_000, (48_000, 4_800, 0)),
     (99_999, (48_000, 4_800, 0))],
)  # fmt: skip
def test_the_shares_make_up_what_is_held(dispute, amount, parts):
    shares = shares_of(dispute.engagement, amount)
    assert (shares.student, shares.service_fee, shares.refund) == parts
    assert shares.held == sum(parts) == 52_800


class TestPropose:
    def test_shows_what_it_means_before_it_is_sent(self, dispute, student, owner, client_of):
        client, path = client_of(student), address("propose_split", dispute)
        checked = client.post(path, {"student_amount": "120", "note": "A quarter is there."}).content.decode()
        for words in ("$120.00", "$396.00", "$12.00", "$528.00", "A quarter is there.", "Send the proposal"):
            assert words in checked
        assert SplitProposal.objects.count() == 0
        sent = client.post(path, {"student_amount": "120", "note": "A quarter is there.", "step": "send"})
        assert sent.url == reverse("engagements:dispute", args=[dispute.engagement.code])
        proposal = SplitProposal.objects.get()
        assert (proposal.side, proposal.student_amount, proposal.note) == ("student", 12_000, "A quarter is there.")
        assert money() == ([], [])

    def test_changing_it_keeps_what_was_typed(self, dispute, student, client_of):
        typed = {"student_amount": "120.50", "note": "A quarter is there.", "step": "change"}
        answer = client_of(student).post(address("propose_split", dispute), typed)
        body = answer.content.decode()
        assert (answer.status_code, SplitProposal.objects.count()) == (200, 0)
        for words in ('value="120.50"', "A quarter is there.", "Continue"):
            assert words in body

    @pytest.mark.parametrize("amount", ["", "-1", "480.01", "much", "1e9", "120.505"])
    @pytest.mark.parametrize("step", ["", "send"])
    def test_an_impossible_amount(self, dispute, student, client_of, amount, step):
        typed = {"student_amount": amount, "note": "Kept word for word.", "step": step}
        answer = client_of(student).post(address("propose_split", dispute), typed)
        assert (answer.status_code, SplitProposal.objects.count()) == (422, 0)
        assert "Kept word for word." in answer.content.decode()

    def test_the_same_as_the_other_settles_it(self, dispute, student, owner, client_of):
        make_proposal(dispute, "organization", owner, 12_000)
        client, path = client_of(student), address("propose_split", dispute)
        assert "This settles the dispute" in client.post(path, {"student_amount": "120"}).content.decode()
        client.post(path, {"student_amount": "120", "step": "send"})
        dispute.refresh_from_db()
        assert (dispute.resolution, dispute.student_amount, money()) == ("agreed", 12_000, ([12_000], [39_600]))

    def test_the_amount_while_it_is_typed(self, dispute, student, owner, client_of):
        path = address("split_shares", dispute)
        assert "$396.00" in read(client_of(student), path + "?student_amount=120")
        assert "You are refunded" in read(client_of(owner), path + "?student_amount=120")
        for odd in ("", "?student_amount=", "?student_amount=999", "?student_amount=x"):
            assert "Write an amount from 0 to $480" in read(client_of(student), path + odd)

    def test_without_an_open_dispute(self, project, student, client_of):
        engagement = engage(project, student)
        for name in ("propose_split", "accept_split"):
            answer = client_of(student).get(reverse(f"payments:{name}", args=[engagement.code]))
            assert (answer.status_code, answer.url) == (302, reverse("engagements:dispute", args=[engagement.code]))


class TestAccept:
    def test_repeats_the_amounts_then_divides(self, dispute, student, owner, client_of):
        make_proposal(dispute, "student", student, 30_000, note="Most of it is there.")
        client, path = client_of(owner), address("accept_split", dispute)
        body = read(client, path)
        for words in ("Accept $300 for Robin Quist?", "$300.00", "$198.00", "$30.00", "Most of it is there."):
            assert words in body
        client.post(path, {"student_amount": "30000"})
        dispute.refresh_from_db()
        assert (dispute.resolution, dispute.resolved_by, money()) == ("agreed", owner, ([30_000], [19_800]))
        assert Engagement.objects.get(pk=dispute.engagement_id).released_amount == 30_000

    def test_an_old_page_settles_nothing(self, dispute, student, owner, client_of):
        make_proposal(dispute, "student", student, 30_000)
        make_proposal(dispute, "student", student, 40_000)
        answer = client_of(owner).post(address("accept_split", dispute), {"student_amount": "30000"}, follow=True)
        dispute.refresh_from_db()
        assert "has proposed another amount meanwhile" in answer.content.decode()
        assert (dispute.resolved_at, money()) == (None, ([], []))

    def test_a_double_click_divides_once(self, dispute, student, owner, client_of):
        make_proposal(dispute, "student", student, 48_000)
        for _ in range(2):
            client_of(owner).post(address("accept_split", dispute), {"student_amount": "48000"})
        assert money() == ([48_000], [])

    def test_nothing_to_accept_yet(self, dispute, owner, client_of):
        answer = client_of(owner).get(address("accept_split", dispute), follow=True)
        assert "Robin Quist has not proposed anything yet." in answer.content.decode()

    def test_the_dispute_page_leads_there(self, dispute, student, owner, client_of):
        page = reverse("engagements:dispute", args=[dispute.engagement.code])
        propose, accept = address("propose_split", dispute), address("accept_split", dispute)
        assert f'href="{propose}"' in read(client_of(owner), page)
        make_proposal(dispute, "student", student, 48_000)
        assert f'href="{accept}"' in read(client_of(owner), page)
        assert f'href="{accept}"' not in read(client_of(student), page)
