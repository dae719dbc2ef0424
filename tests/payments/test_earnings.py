"""A student's money: years of the own time zone, several payouts, what was taken back, filters."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from payments.documents import issuing
from payments.models import Payout, Reversal
from payments.queries import earnings_of
from payments.standing import amounts_for_student, line_for_student
from payments.statements.earnings import earnings_of_year
from tests import factories
from tests.factories import NOW
from tests.payments.factories import make_operation, make_payout
from tests.payments.test_document_pages import read_csv
from tests.payments.test_pages import make_paid, make_refund, read
from tests.test_papers import pages_of

pytestmark = pytest.mark.django_db
AT = datetime(2027, 2, 1, tzinfo=UTC)


def make_half(engagement, paid_at=NOW, cause="partial_release", status="paid"):
    """A payout of half of the fee, $240: the first half keeps the rest, any other cause refunds it."""
    amounts = {"student_amount": 24_000, "service_fee_amount": 2_400}
    if not engagement.splits.exists():
        amounts["kept_amount" if cause == "partial_release" else "refund_amount"] = 26_400
    funding = engagement.fundings.get()
    split = engagement.splits.create(
        funding=funding, cause=cause, currency="usd", held_amount=sum(amounts.values()), decided_at=NOW, **amounts
    )
    payout = make_payout(engagement, status=status, split=split, amount=24_000)
    Payout.objects.filter(pk=payout.pk).update(paid_at=paid_at if status == "paid" else None)
    payout.refresh_from_db()
    return payout


def take_back(payout, amount, moderator, at=NOW, status="done"):
    Reversal.objects.create(
        payout=payout, operation=make_operation("reversal", payout.engagement), status=status, amount=amount,
        currency="usd", reasons="The files were copied.", decided_by=moderator, due_at=at,
        done_at=at if status in ("done", "borne") else None,
    )  # fmt: skip
    if status == "done":
        Payout.objects.filter(pk=payout.pk).update(reversed_amount=amount)


def lines(student, year):
    return [(line.gross, line.reversed, line.net) for line in earnings_of_year(student, year)]


def test_the_year_begins_at_midnight_where_the_student_is(organization, student):
    student.time_zone = "America/Los_Angeles"
    student.save()
    engagement = make_paid(organization, student.student)
    midnight = datetime(2027, 1, 1, 8, tzinfo=UTC)
    make_half(engagement, midnight - timedelta(seconds=1))
    make_half(engagement, midnight)
    assert (lines(student.student, 2026), lines(student.student, 2027)) == (
        [(24_000, 0, 24_000)],
        [(24_000, 0, 24_000)],
    )


def test_what_was_taken_back_counts_in_its_own_year(organization, student, moderator):
    payout = make_half(make_paid(organization, student.student))
    take_back(payout, 5_000, moderator, at=datetime(2027, 1, 5, tzinfo=UTC))
    assert lines(student.student, 2026) == [(24_000, 0, 24_000)]
    assert lines(student.student, 2027) == [(0, 5_000, -5_000)]


def test_what_did_not_happen_does_not_count(organization, student, other_student, moderator):
    payout = make_half(make_paid(organization, student.student))
    take_back(payout, 5_000, moderator, status="borne")
    make_half(make_paid(organization, student.student), status="held")
    make_half(make_paid(organization, other_student.student))
    assert lines(student.student, 2026) == [(24_000, 0, 24_000)]


@time_machine.travel(AT, tick=False)
def test_page_pdf_and_csv_say_the_same(organization, student, moderator, client_of):
    organization.name = "=2+5+cmd|' /C calc'!A0"
    organization.save()
    payout = make_half(make_paid(organization, student.student))
    document = issuing.issue_for_payout(payout, NOW)
    make_half(payout.engagement, NOW + timedelta(days=10))
    take_back(payout, 5_000, moderator, at=NOW + timedelta(days=20))
    page = read(client_of, student, "/payments/earnings/2026/")
    answer = client_of(student).get("/payments/earnings/2026/pdf/")
    assert answer["Content-Disposition"] == 'attachment; filename="earnings-2026.pdf"'
    text = " ".join(pages_of(answer.content)[0]).replace("–", "−")
    for words in (
        "Robin Quist",
        "$240.00",
        "−$50.00",
        "$480.00",
        "$430.00",
        document.reference,
        "no tax form",
        "to your Stripe account for your work.",
        "Total, USD",
    ):
        assert (words in page, words in text) == (True, True), words
    rows = read_csv(client_of(student), "/payments/earnings/2026/csv/")
    assert [(row["date"], row["kind"], row["gross"], row["reversed"], row["net"]) for row in rows] == [
        ("2026-03-02", "paid", "240.00", "0.00", "240.00"), ("2026-03-12", "paid", "240.00", "0.00", "240.00"),
        ("2026-03-22", "taken back", "0.00", "50.00", "-50.00"),
    ]  # fmt: skip
    assert rows[0]["organization"] == "'=2+5+cmd|' /C calc'!A0"
    assert (rows[0]["document"], rows[1]["document"], rows[0]["currency"]) == (document.reference, "", "USD")


@time_machine.travel(AT, tick=False)
def test_years_lead_to_each_other(student, client_of):
    assert client_of(student).get("/payments/earnings/").url == "/payments/earnings/2027/"
    page = read(client_of, student, "/payments/earnings/2027/")
    assert ("Nothing was paid to you in 2027." in page, "/payments/earnings/2026/" in page) == (True, True)
    for year in (2025, 2028, 0, 99999):
        for rest in ("", "pdf/", "csv/"):
            assert client_of(student).get(f"/payments/earnings/{year}/{rest}").status_code == 404


@time_machine.travel(AT, tick=False)
def test_three_rows_cost_what_one_does(organization, student, moderator, query_count, client_of):
    client, counts = client_of(student), []
    for number in (1, 2):
        for _ in range(number):
            take_back(make_half(make_paid(organization, student.student)), 100, moderator)
        counts.append(query_count(client, "/payments/earnings/2026/"))
    assert counts[0] == counts[1]


class TestSeveralPayouts:
    def test_a_part_that_was_released_early(self, organization, student):
        engagement = make_paid(organization, student.student, released_amount=24_000)
        make_half(engagement)
        row = earnings_of(student.student).get()
        assert amounts_for_student(row) == [
            ("Agreed fee", 48_000), ("Released to you", 24_000), ("Held for you", 24_000), ("Taken by us", 0),
            ("You receive", 48_000),
        ]  # fmt: skip
        assert (line_for_student(row).gross_amount, line_for_student(row).net_amount) == (48_000, 48_000)

    def test_a_split_that_gave_a_half(self, organization, student, moderator):
        engagement = make_paid(organization, student.student, "cancelled", released_amount=24_000, funded_at=NOW)
        take_back(make_half(engagement, cause="dispute"), 4_000, moderator)
        row = earnings_of(student.student).get()
        assert amounts_for_student(row) == [
            ("Agreed fee", 48_000), ("Released to you", 24_000), ("Taken back", -4_000), ("Taken by us", 0),
            ("You receive", 20_000),
        ]  # fmt: skip
        assert (line_for_student(row).gross_amount, line_for_student(row).net_amount) == (24_000, 20_000)

    def test_what_went_back_is_nothing_for_the_student(self, organization, student, client_of):
        make_paid(organization, student.student, "cancelled", funded_at=NOW)
        line = line_for_student(earnings_of(student.student).get())
        assert (line.gross_amount, line.net_amount) == (0, 0)
        assert "of $480.00" in read(client_of, student, "/payments/")


class TestFilters:
    @pytest.fixture
    def paid(self, organization, student):
        """One of each state, in 2026; one that was paid in 2027."""
        make_paid(organization, student.student)
        for status in ("due", "held", "paid"):
            make_paid(organization, student.student, "approved", status)
        make_paid(organization, student.student, "cancelled", funded_at=NOW)
        later = make_paid(organization, student.student, "approved", "paid")
        later.payouts.update(paid_at=datetime(2027, 1, 10, tzinfo=UTC))
        return later

    @time_machine.travel(AT, tick=False)
    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ({}, 6), ({"state": "held"}, 1), ({"state": "on_its_way"}, 1), ({"state": "on_hold"}, 1),
            ({"state": "paid"}, 2), ({"state": "refunded"}, 1), ({"year": "2026"}, 6), ({"year": "2027"}, 1),
            ({"year": "2027", "state": "held"}, 0), ({"year": "1999", "state": "nonsense"}, 6),
        ],
    )  # fmt: skip
    def test_a_student_narrows_by_state_and_year(self, paid, student, client_of, query, found):
        answer = client_of(student).get("/payments/", query)
        assert len(answer.context["lines"]) == found
        assert ("No payments like that" in answer.content.decode()) == (not found)

    @time_machine.travel(AT, tick=False)
    @pytest.mark.parametrize(
        ("state", "found"), [("", 7), ("to_pay", 1), ("held", 1), ("released", 4), ("refunded", 0)]
    )
    def test_an_organization_narrows_too(self, paid, organization, owner, client_of, state, found):
        project = factories.make_project(organization=organization, status="closed")
        factories.make_engagement(status="awaiting_funding", project=project)
        answer = client_of(owner).get(f"/payments/organizations/{organization.slug}/", {"state": state})
        assert len(answer.context["lines"]) == found

    def test_the_next_page_keeps_the_filter(self, organization, student, client_of):
        for day in range(21):
            make_paid(organization, student.student, accepted_at=NOW + timedelta(days=day))
        page = read(client_of, student, "/payments/?state=held")
        assert "?state=held&amp;after=" in page


def test_books_of_others_are_offered(organization, student, client_of):
    factories.make_member(organization, student, "finance")
    assert f"/payments/organizations/{organization.slug}/" in read(client_of, student, "/payments/")
    page = read(client_of, student, f"/payments/organizations/{organization.slug}/")
    assert ("Your earnings" in page, "Other books" in page) == (True, True)


def test_a_refund_that_is_sent_again_has_one_credit_note(organization, student):
    first = make_refund(make_paid(organization, student.student))
    note = issuing.issue_for_refund(first, NOW)
    again = make_refund(first.funding.engagement)
    first.sent_again_as = again
    first.save()
    assert issuing.issue_for_refund(again, NOW) == note
    assert issuing.issue_missing(at=NOW) == 1  # the invoice
