"""The money pages: what each side reads, and that a page costs the same with one row and with three."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from engagements.models import Engagement
from payments.arrival import arrives_on
from payments.models import MoneyOperation, Refund
from payments.queries import totals_of_organization, totals_of_student
from tests import factories
from tests.engagements.factories import make_dispute
from tests.factories import NOW
from tests.payments.factories import make_account, make_funding, make_operation, make_payout

pytestmark = pytest.mark.django_db


def make_paid(organization, student, status="active", payout=None, **fields):
    """A funded engagement of both, with its payout if `payout` names a status."""
    project = factories.make_project(organization=organization, status="closed")
    engagement = factories.make_engagement(status=status, project=project, student=student, **fields)
    make_funding(engagement, status="paid")
    if payout:
        make_payout(engagement, status=payout)
    return engagement


def make_refund(engagement, status="done"):
    funding = engagement.fundings.get()
    return Refund.objects.create(
        funding=funding, operation=make_operation("refund", engagement), status=status, amount=funding.amount,
        currency="usd", reason="No data.", due_at=NOW, done_at=NOW if status == "done" else None,
    )  # fmt: skip


def read(client_of, user, address):
    answer = client_of(user).get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_student_reads_what_is_held_on_its_way_and_paid(organization, student, client_of):
    make_paid(organization, student.student)
    make_paid(organization, student.student, "approved", "held")
    make_paid(organization, student.student, "approved", "paid")
    page = read(client_of, student, "/payments/")
    for words in ("Held for you", "On hold", "Paid", "You have not set up payouts", "$480.00", "waits for your payout"):
        assert words in page
    assert "$4,800" not in page
    totals = totals_of_student(student.student, NOW)[0]
    assert (totals.pending, totals.available, totals.paid) == (48_000, 48_000, 48_000)
    assert totals_of_student(student.student, NOW + timedelta(days=365))[0].paid == 0


def test_an_organization_reads_where_its_money_is(organization, owner, student, client_of):
    make_paid(organization, student.student)
    make_paid(organization, student.student, "approved", "paid")
    make_refund(make_paid(organization, student.student, "cancelled", funded_at=NOW))
    project = factories.make_project(organization=organization, status="closed")
    factories.make_engagement(status="awaiting_funding", project=project, student=student.student)
    page = read(client_of, owner, f"/payments/organizations/{organization.slug}/")
    for words in ("Held", "Paid out", "Refunded", "Pay $528", "$528 is waiting to be paid"):
        assert words in page
    totals = totals_of_organization(organization)[0]
    assert (totals.funded, totals.held, totals.released, totals.refunded, totals.due) == (
        3 * 52_800, 52_800, 52_800, 52_800, 52_800,
    )  # fmt: skip
    assert totals.funded == totals.held + totals.released + totals.refunded


def test_empty_pages_say_what_comes(owner, student, member, organization, client_of):
    assert "No payments yet" in read(client_of, student, "/payments/")
    assert "Nothing to pay yet" in read(client_of, owner, f"/payments/organizations/{organization.slug}/")
    assert "seen by owners and finance" in read(client_of, member, "/payments/")


def test_the_overview_leads_an_owner_to_the_books(owner, organization, client_of):
    assert client_of(owner).get("/payments/").url == f"/payments/organizations/{organization.slug}/"


def test_the_student_does_not_read_how_the_organization_paid(organization, student, owner, client_of):
    engagement = make_paid(organization, student.student, "approved", "paid")
    address = f"/payments/work/{engagement.code}/"
    theirs, ours = read(client_of, student, address), read(client_of, owner, address)
    assert ("Visa ending 4242" in theirs, "Visa ending 4242" in ours) == (False, True)
    assert ("$52.80" in theirs, "48.00" in ours) == (False, True)
    assert "paid to you" in theirs


def test_staff_read_operations_and_ledger(organization, student, moderator, owner, client_of):
    engagement = make_paid(organization, student.student)
    address = f"/payments/work/{engagement.code}/"
    page = read(client_of, moderator, address)
    assert (MoneyOperation.objects.get().key in page, f"held:{engagement.code}:usd" in page) == (True, True)
    assert "Ledger" not in read(client_of, owner, address)


ROUNDS = [[("approved", "paid")], [("active", None), ("cancelled", None)]]


@pytest.mark.parametrize("who", ["student", "owner"])
def test_three_rows_cost_what_one_does(organization, student, owner, client_of, who):
    make_account(student.student)
    user = {"student": student, "owner": owner}[who]
    address = "/payments/" if who == "student" else f"/payments/organizations/{organization.slug}/"
    client = client_of(user)
    counts = []
    for _ in range(2):
        for status, payout in ROUNDS[len(counts)]:
            make_paid(organization, student.student, status, payout, funded_at=NOW)
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_older_payments_are_on_the_next_page(organization, student, client_of):
    for day in range(22):
        make_paid(organization, student.student, accepted_at=NOW + timedelta(days=day))
    client = client_of(student)
    first = client.get("/payments/")
    assert len(first.context["lines"]) == 20
    second = client.get("/payments/", {"after": first.context["after"]})
    assert len(second.context["lines"]) == 2
    assert second.context["after"] == ""


def test_paying_shows_both_amounts_and_the_deadline(organization, owner, client_of):
    project = factories.make_project(organization=organization, status="closed")
    engagement = factories.make_engagement(status="awaiting_funding", project=project)
    page = read(client_of, owner, f"/payments/work/{engagement.code}/fund/")
    for words in ("$480.00", "$48.00", "$528.00", "Refundable in full until the work starts"):
        assert words in page


def test_cancelling_keeps_what_was_typed(organization, owner, client_of):
    project = factories.make_project(organization=organization, status="closed")
    engagement = factories.make_engagement(status="awaiting_funding", project=project)
    answer = client_of(owner).post(f"/payments/work/{engagement.code}/cancel/", {"reason": "x" * 501})
    assert answer.status_code == 422
    assert "x" * 501 in answer.content.decode()
    assert Engagement.objects.get().status == "awaiting_funding"


@pytest.mark.parametrize(("weekday", "days"), list(enumerate([2, 2, 2, 4, 4, 3, 2])))  # Monday to Sunday
def test_the_bank_takes_two_business_days(weekday, days):
    paid_at = NOW + timedelta(days=weekday)
    assert arrives_on(paid_at) == (paid_at + timedelta(days=days)).date()


@pytest.mark.parametrize(
    "name", ["moneyoperation", "funding", "payout", "refund", "payoutaccount", "stripeevent", "ledgeraccount",
             "ledgertransaction"],
)  # fmt: skip
def test_the_admin_lists_money_and_changes_none(organization, student, moderator, client_of, name):
    engagement = make_paid(organization, student.student, "approved", "paid")
    make_account(student.student)
    make_refund(engagement)
    client = client_of(moderator)
    page = client.get(f"/admin/payments/{name}/")
    assert page.status_code == 200
    assert client.get(f"/admin/payments/{name}/add/").status_code == 403


def test_the_admin_shows_sums(organization, student, moderator, client_of):
    make_paid(organization, student.student, "approved", "paid")
    client = client_of(moderator)
    assert "$480.00" in client.get("/admin/payments/payout/").content.decode()
    accounts = client.get("/admin/payments/ledgeraccount/").content.decode()
    assert "Sum of all entries, USD: <strong>0</strong>" in accounts
    assert "sum of their entries: <strong>none</strong>" in accounts


def test_only_who_may_read_the_dispute_is_led_to_it(organization, student, owner, finance, client_of):
    engagement = make_paid(organization, student.student)
    make_dispute(engagement, student)
    path, shown = reverse("engagements:dispute", args=[engagement.code]), {}
    for person in (student, owner, finance):
        page = read(client_of, person, f"/payments/work/{engagement.code}/")
        assert "until it is settled." in page
        shown[person] = f'href="{path}"' in page
        assert (client_of(person).get(path).status_code == 200) == shown[person]
    assert shown == {student: True, owner: True, finance: False}
