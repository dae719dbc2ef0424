"""Documents: issued with the fact, numbered without gaps whatever happens, and never changed afterwards."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from marketplace.accounts.models import Organization
from payments import actions
from payments.documents import issuing
from payments.documents.models import Document, DocumentSeries, Kind
from payments.documents.presenting import paper_of
from payments.models import Funding
from tests import factories
from tests.factories import NOW
from tests.payments.factories import deliver, fund, make_awaiting, make_funding, onboard, settle

PAID_TWICE = "Payment that was not needed"


def make_paid(organization, **fields):
    project = factories.make_project(organization=organization, status="closed")
    return make_funding(factories.make_engagement(project=project), status="paid", **fields)


def references():
    return list(Document.objects.order_by("pk").values_list("reference", flat=True))


class TestIssued:
    pytestmark = pytest.mark.django_db(transaction=True)

    def test_an_invoice_with_the_payment(self, organization, owner, simulator):
        engagement = make_awaiting(organization)
        funding = fund(engagement, owner, simulator)
        actions.sync_checkout(funding.checkout_id, at=NOW)
        invoice = Document.objects.get()
        assert (invoice.reference, invoice.amount, invoice.kind) == ("INV-2026-000001", 52_800, "invoice")
        assert invoice.contents["lines"] == [
            {"text": f"Fee for {engagement.student}", "note": engagement.project.title, "amount": 48_000},
            {"text": "Service fee (10%)", "note": "", "amount": 4_800},
        ]
        assert invoice.contents["paid_with"] == "Visa ending 4242"
        assert invoice.contents["recipient"] == {"name": "Acme Analytics", "lines": []}

    def test_a_credit_note_with_the_refund(self, organization, owner, simulator):
        engagement = make_awaiting(organization)
        fund(engagement, owner, simulator)
        engagement.refresh_from_db()
        actions.cancel_engagement(engagement=engagement, by=owner, reason="Our data is not ready.", at=NOW)
        settle()
        settle()
        assert references() == ["INV-2026-000001", "CN-2026-000001"]
        note = Document.objects.get(kind=Kind.CREDIT_NOTE)
        assert (note.amount, note.contents["credits"], note.contents["reason"]) == (
            52_800, "INV-2026-000001", "Our data is not ready.",
        )  # fmt: skip

    def test_a_second_payment_has_an_invoice_and_a_credit_note(self, organization, owner, simulator):
        """So that invoices less credit notes are what the card was charged."""
        engagement = make_awaiting(organization)
        first = actions.start_funding(engagement=engagement, by=owner, at=NOW)
        Funding.objects.filter(pk=first.pk).update(expires_at=NOW)  # its page looked stale
        second = actions.start_funding(engagement=engagement, by=owner, at=NOW)
        for funding in (first, second):
            simulator.pay(funding.checkout_id)
            actions.sync_checkout(funding.checkout_id, at=NOW)
        settle()
        assert sorted(references()) == ["CN-2026-000001", "INV-2026-000001", "INV-2026-000002"]
        surplus = Document.objects.get(reference="INV-2026-000002")
        assert [line["text"] for line in surplus.contents["lines"]] == [PAID_TWICE]
        assert "refunded in full" in paper_of(surplus).notes[0]

    def test_a_payment_advice_with_the_payout(self, organization, owner, simulator):
        engagement = make_awaiting(organization)
        onboard(engagement.student, simulator)
        fund(engagement, owner, simulator)
        actions.approve_delivery(engagement=deliver(engagement), by=owner, at=NOW)
        settle()
        advice = Document.objects.get(kind=Kind.PAYMENT)
        assert (advice.reference, advice.amount, advice.student) == ("PAY-2026-000001", 48_000, engagement.student)
        assert "4242" not in str(advice.contents)
        assert "4800" not in str(advice.contents).replace("48000", "")

    def test_what_moved_before_is_caught_up_once(self, organization, capsys):
        make_paid(organization)
        make_paid(organization)
        call_command("issue_documents")
        call_command("issue_documents")
        assert capsys.readouterr().out == "2 documents issued.\n0 documents issued.\n"
        assert [reference[9:] for reference in references()] == ["000001", "000002"]


class TestNumbers:
    pytestmark = pytest.mark.django_db

    def test_each_year_and_kind_counts_for_itself(self, organization):
        new_year = datetime(2027, 1, 1, tzinfo=UTC)
        for at in (NOW, new_year - timedelta(seconds=1), new_year):
            issuing.issue_for_funding(make_paid(organization), at)
        assert references() == ["INV-2026-000001", "INV-2026-000002", "INV-2027-000001"]

    def test_the_same_fact_has_one_document(self, organization):
        funding = make_paid(organization)
        first, again = issuing.issue_for_funding(funding, NOW), issuing.issue_for_funding(funding, NOW)
        assert first == again
        assert DocumentSeries.objects.get().last_number == 1

    def test_what_is_rolled_back_takes_no_number(self, organization):
        with transaction.atomic():
            issuing.issue_for_funding(make_paid(organization), NOW)
            transaction.set_rollback(True)
        issuing.issue_for_funding(make_paid(organization), NOW)
        assert references() == ["INV-2026-000001"]


@pytest.mark.django_db(transaction=True)
def test_many_at_once_leave_no_gap(organization):
    """Eight connections, some of which roll back after they have taken their number."""
    fundings = [make_paid(organization) for _ in range(24)]

    def issue(place):
        try:
            with transaction.atomic():
                issuing.issue_for_funding(fundings[place], NOW)
                transaction.set_rollback(place % 3 == 0)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(issue, range(24)))
    assert sorted(references()) == [f"INV-2026-{number:06d}" for number in range(1, 17)]
    assert DocumentSeries.objects.get().last_number == 16


class TestFrozen:
    pytestmark = pytest.mark.django_db

    def test_a_later_name_changes_nothing(self, organization, owner):
        issuing.save_billing_details(
            organization=organization, by=owner, at=NOW, legal_name="Acme Analytics, Inc.",
            address="1 Market Street\n\n  Portland, OR 97201 ", tax_id="12-3456789", email="ap@acme.example",
        )  # fmt: skip
        funding = make_paid(organization)
        document = issuing.issue_for_funding(funding, NOW)
        before = paper_of(document)
        issuing.save_billing_details(organization=organization, by=owner, at=NOW, legal_name="Another, Inc.")
        Organization.objects.update(name="Renamed")
        assert paper_of(Document.objects.get()) == before
        assert before.parties[0].lines == (
            "1 Market Street", "Portland, OR 97201", "Tax ID 12-3456789", "ap@acme.example",
        )  # fmt: skip

    def test_the_issuer_is_the_one_of_then(self, organization, settings):
        settings.ISSUER_NAME, settings.ISSUER_ADDRESS, settings.ISSUER_TAX_ID = "Proofwork, Inc.", ["2 Main St"], "98-7"
        document = issuing.issue_for_funding(make_paid(organization), NOW)
        settings.ISSUER_NAME = "Later, Inc."
        paper = paper_of(document)
        assert (paper.site, paper.site_lines) == ("Proofwork, Inc.", ("2 Main St", "Tax ID 98-7"))

    @pytest.mark.parametrize(
        ("rule", "statement"),
        [
            ("stays as it is", "UPDATE payments_document SET amount = 1"),
            ("stays as it is", "DELETE FROM payments_document"),
            ("stays as it is", "DELETE FROM payments_documentseries"),
            ("counts by one", "UPDATE payments_documentseries SET last_number = last_number + 2"),
            ("counts by one", "UPDATE payments_documentseries SET last_number = last_number - 1"),
            ("counts by one", "UPDATE payments_documentseries SET year = 2030"),
            ("has no document", "UPDATE payments_documentseries SET last_number = last_number + 1"),
            (
                "starts at zero",
                "INSERT INTO payments_documentseries (kind, year, last_number) VALUES ('payment', 2026, 7)",
            ),
        ],
    )
    def test_the_database_refuses(self, organization, rule, statement):
        issuing.issue_for_funding(make_paid(organization), NOW)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            with pytest.raises(IntegrityError, match=rule), transaction.atomic():
                cursor.execute(statement)

    @pytest.mark.parametrize("changes", [{"number": 3}, {"kind": "credit_note"}, {"amount": 0}, {"organization": None}])
    def test_a_document_of_its_own_making_is_refused(self, organization, changes):
        document = issuing.issue_for_funding(make_paid(organization), NOW)
        document.pk, document.code, document.reference, document.funding = (
            None,
            "another",
            "INV-1",
            make_paid(organization),
        )
        for name, value in changes.items():
            setattr(document, name, value)
        with pytest.raises(IntegrityError), transaction.atomic():
            document.save(force_insert=True)
