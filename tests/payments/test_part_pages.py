"""Release a part early, give back what was kept for a runner-up, and what the bank did: pages and what they refuse."""

from datetime import timedelta

import pytest

from engagements.models import Engagement
from payments import ledger
from payments.models import BankPayout, Payout, Refund, Split
from tests import factories
from tests.factories import NOW
from tests.payments.factories import make_account, make_funding

pytestmark = pytest.mark.django_db


@pytest.fixture
def engagement(organization, student):
    project = factories.make_project(organization=organization, status="closed")
    engagement = factories.make_engagement(status="active", project=project, student=student.student)
    make_funding(engagement, status="paid")
    return engagement


def address(engagement, page="release"):
    return f"/payments/work/{engagement.code}/{page}/"


def test_a_part_is_released_after_the_amount_was_repeated(engagement, owner, student, client_of):
    client = client_of(owner)
    first = client.post(address(engagement), {"amount": "120"}).content.decode()
    assert "Release $120 to Robin Quist?" in first
    assert ("$12.00" in first, "$360.00" in first, Payout.objects.count()) == (True, True, 0)
    sure = {"amount": "120", "sure": "yes", "released_before": "0"}
    assert client.post(address(engagement), sure).status_code == 302
    assert client.post(address(engagement), sure).status_code == 422  # the second click of a double click
    engagement.refresh_from_db()
    split = Split.objects.get()
    assert (split.student_amount, split.service_fee_amount, split.refund_amount, split.kept_amount) == (
        12_000, 1_200, 0, 39_600,
    )  # fmt: skip
    assert (engagement.released_amount, engagement.status) == (12_000, "active")
    assert ledger.balance(ledger.held(engagement), "usd") == 39_600
    assert "released $120 for" in student.notifications.get(kind="money.released").title
    assert (
        "$120 was released early; $360 is held."
        in client.get(f"/payments/organizations/{engagement.organization.slug}/").content.decode()
    )


@pytest.mark.parametrize("amount", ["", "0", "-5", "480", "1e3", "12.345", "a lot", "480.01"])
def test_another_amount_is_refused_and_kept_in_the_form(engagement, owner, client_of, amount):
    page = client_of(owner).post(address(engagement), {"amount": amount, "sure": "yes", "released_before": "0"})
    assert (page.status_code, Payout.objects.count()) == (422, 0)
    assert f'value="{amount}"' in page.content.decode() or not amount


def test_a_part_that_waits_for_the_student_says_what_to_do(engagement, owner, student, client_of):
    client_of(owner).post(address(engagement), {"amount": "120", "sure": "yes", "released_before": "0"})
    payout = Payout.objects.get()
    payout.move_to("held", at=NOW, hold_reason="Stripe needs your bank details first.", waits_for_student=True)
    page = client_of(student).get(f"/payments/work/{engagement.code}/").content.decode()
    assert ("On hold" in page, "Stripe needs your bank details first." in page) == (True, True)
    assert "See what to do" in page


def test_before_the_kickoff_nothing_is_released(engagement, owner, client_of):
    Engagement.objects.filter(pk=engagement.pk).update(kickoff_student_at=None)
    client = client_of(owner)
    assert "Nothing can be released early now" in client.get(address(engagement)).content.decode()
    sure = {"amount": "120", "sure": "yes", "released_before": "0"}
    assert client.post(address(engagement), sure).status_code == 422
    assert Payout.objects.count() == 0


def test_what_is_kept_for_a_runner_up_is_given_back_on_demand(engagement, owner, client_of):
    Engagement.objects.filter(pk=engagement.pk).update(
        status="cancelled", cancelled_at=NOW, replacement_until=NOW + timedelta(days=7)
    )
    engagement.fundings.update(kept_until=NOW + timedelta(days=7))
    client = client_of(owner)
    money = f"/payments/work/{engagement.code}/"
    assert "Have it refunded now" in client.get(money).content.decode()
    assert "Refund $528 now?" in client.get(address(engagement, "give-back")).content.decode()
    for _ in range(2):
        assert client.post(address(engagement, "give-back")).status_code == 302
    assert [(refund.amount, refund.split.cause) for refund in Refund.objects.all()] == [(52_800, "replacement")]
    assert "Have it refunded now" not in client.get(money).content.decode()


def test_the_student_reads_what_the_bank_did(student, client_of):
    account = make_account(student.student)
    for number, (status, code) in enumerate([("paid", ""), ("failed", "account_closed"), ("in_transit", "")]):
        BankPayout.objects.create(
            account=account, stripe_id=f"po_{number}", status=status, amount=10_000 * (number + 1), currency="usd",
            created_at=NOW, arrives_on=NOW.date(), failure_code=code,
        )  # fmt: skip
    page = client_of(student).get("/payments/payouts/").content.decode()
    for words in ("At your bank", "Refused by your bank", "The account is closed", "$200.00", "On its way"):
        assert words in page
    assert "You are ready" in page
    assert "Your bank refused" not in client_of(student).get("/payments/").content.decode()
    BankPayout.objects.filter(status="in_transit").update(status="failed", failure_code="account_closed")
    page = client_of(student).get("/payments/payouts/").content.decode()
    assert ("correct your bank account" in page, "You are ready" in page) == (True, False)
    page = client_of(student).get("/payments/").content.decode()
    assert ("Your bank refused $300" in page, "Payouts are set up" in page) == (True, False)
