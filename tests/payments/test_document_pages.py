"""Pages of documents: found by number and project, the same words on page and PDF, hostile names kept text."""

import csv
import io

import pytest

from payments.documents import issuing
from payments.documents.models import BillingDetails, Document
from tests import factories
from tests.factories import NOW
from tests.payments.factories import make_funding, make_payout
from tests.payments.test_pages import make_refund, read
from tests.test_papers import pages_of

pytestmark = pytest.mark.django_db


def make_invoice(organization, title="Clean and map three years of survey answers"):
    project = factories.make_project(organization=organization, status="closed", title=title)
    funding = make_funding(factories.make_engagement(project=project), status="paid")
    return issuing.issue_for_funding(funding, NOW)


def make_credit_note(invoice):
    return issuing.issue_for_refund(make_refund(invoice.engagement), NOW)


def books(organization, rest=""):
    return f"/payments/organizations/{organization.slug}/documents/{rest}"


def read_csv(client, address):
    answer = client.get(address)
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_page_and_pdf_say_the_same(organization, owner, client_of):
    invoice = make_invoice(organization)
    page = read(client_of, owner, f"/payments/documents/{invoice.code}/")
    answer = client_of(owner).get(f"/payments/documents/{invoice.code}/pdf/")
    assert answer["Content-Disposition"] == 'attachment; filename="inv-2026-000001.pdf"'
    (text,), _ = pages_of(answer.content)
    for words in ("Invoice", "INV-2026-000001", "Acme Analytics", "Visa ending 4242", "$480.00", "$48.00", "$528.00",
                  "2 March 2026", "No tax was charged"):  # fmt: skip
        assert (words in page, words in text) == (True, True), words


def test_a_credit_note_names_its_invoice(organization, owner, client_of):
    note = make_credit_note(make_invoice(organization))
    page = read(client_of, owner, f"/payments/documents/{note.code}/")
    for words in ("CN-2026-000001", "INV-2026-000001", "Refunded to", "Reason: No data."):
        assert words in page


def test_the_student_reads_the_own_advice_and_no_more(organization, owner, student, client_of):
    project = factories.make_project(organization=organization, status="closed")
    engagement = factories.make_engagement(status="approved", project=project, student=student.student)
    issuing.issue_for_funding(make_funding(engagement, status="paid"), NOW)
    advice = issuing.issue_for_payout(make_payout(engagement), NOW)
    page = read(client_of, student, f"/payments/documents/{advice.code}/")
    assert ("Robin Quist" in page, "$480.00" in page, "4242" in page) == (True, True, False)
    theirs = read(client_of, student, f"/payments/work/{engagement.code}/")
    ours = read(client_of, owner, f"/payments/work/{engagement.code}/")
    assert ("PAY-2026-000001" in theirs, "INV-2026-000001" in theirs) == (True, False)
    assert ("PAY-2026-000001" in ours, "INV-2026-000001" in ours) == (False, True)


@pytest.mark.parametrize(
    ("words", "found"),
    [("", [2, 1]), ("000002", [2]), ("inv-2026", [2, 1]), ("survey", [1]), ("CHURN dash", [2]), ("nothing", [])],
)
def test_the_list_is_searched_by_number_and_project(organization, other_owner, owner, client_of, words, found):
    make_invoice(organization)
    make_invoice(organization, "Churn dashboard")
    make_invoice(other_owner.memberships.get().organization, "Churn dashboard of others")
    answer = client_of(owner).get(books(organization), {"q": words})
    assert [document.number for document in answer.context["documents"]] == found
    assert ("Nothing found" in answer.content.decode()) == (not found)


def test_an_empty_list_says_what_comes(organization, owner, client_of):
    assert "No invoices yet" in read(client_of, owner, books(organization))


def test_older_ones_are_on_the_next_page(organization, owner, client_of):
    for _ in range(22):
        make_invoice(organization, "Churn dashboard")
    client = client_of(owner)
    first = client.get(books(organization), {"q": "churn"})
    assert len(first.context["documents"]) == 20
    second = client.get(books(organization), {"q": "churn", "after": first.context["after"]})
    assert ([row.number for row in second.context["documents"]], second.context["after"]) == ([2, 1], "")
    assert f"?q=churn&amp;after={first.context['after']}" in first.content.decode()


@pytest.mark.parametrize("after", ["nonsense", "x" * 300])
def test_a_wrong_cursor_is_the_first_page(organization, owner, client_of, after):
    make_invoice(organization)
    answer = client_of(owner).get(books(organization), {"after": after})
    assert (answer.status_code, len(answer.context["documents"])) == (200, 1)


def test_the_csv_sums_to_what_was_paid_and_runs_nothing(organization, owner, client_of):
    make_credit_note(make_invoice(organization, '=HYPERLINK("http://evil.example")'))
    make_invoice(organization)
    rows = read_csv(client_of(owner), books(organization, "csv/"))
    assert [(row["number"], row["amount"], row["currency"]) for row in rows] == [
        ("INV-2026-000002", "528.00", "USD"), ("CN-2026-000001", "-528.00", "USD"),
        ("INV-2026-000001", "528.00", "USD"),
    ]  # fmt: skip
    assert rows[2]["project"] == '\'=HYPERLINK("http://evil.example")'
    assert rows[1]["credits"] == "INV-2026-000001"
    assert len(read_csv(client_of(owner), books(organization, "csv/?q=hyperlink"))) == 2


@pytest.mark.parametrize("page", ["documents", "document"])
def test_three_rows_cost_what_one_does(organization, owner, query_count, client_of, page):
    client, counts = client_of(owner), []
    for rows in (1, 2):
        for _ in range(rows):
            invoice = make_invoice(organization)
        address = books(organization) if page == "documents" else f"/payments/documents/{invoice.code}/"
        counts.append(query_count(client, address))
    assert counts[0] == counts[1]


class TestBilling:
    def test_it_is_on_the_next_invoice(self, organization, finance, client_of):
        details = {
            "legal_name": "Acme, Inc.", "address": " 1 Market Street \r\n\r\nPortland", "tax_id": "12-3", "email": "",
        }  # fmt: skip
        address = f"/payments/organizations/{organization.slug}/billing/"
        assert client_of(finance).post(address, details).status_code == 302
        assert BillingDetails.objects.get().updated_by == finance
        recipient = make_invoice(organization).contents["recipient"]
        assert recipient == {"name": "Acme, Inc.", "lines": ["1 Market Street", "Portland", "Tax ID 12-3"]}

    def test_what_was_typed_stays_with_its_error(self, organization, owner, client_of):
        address = f"/payments/organizations/{organization.slug}/billing/"
        answer = client_of(owner).post(address, {"legal_name": "Acme", "address": "\n".join("1234567"), "email": "no"})
        page = answer.content.decode()
        assert (answer.status_code, BillingDetails.objects.count()) == (422, 0)
        for words in ("Use at most 6 lines.", "Enter a valid email address.", "1\n2\n3\n4\n5\n6\n7"):
            assert words in page.replace("\r", "")

    def test_it_begins_with_the_name(self, organization, owner, client_of):
        page = read(client_of, owner, f"/payments/organizations/{organization.slug}/billing/")
        assert 'value="Acme Analytics"' in page


def test_the_admin_lists_documents(organization, moderator, client_of):
    make_invoice(organization)
    for name in ("document", "billingdetails"):
        assert client_of(moderator).get(f"/admin/payments/{name}/").status_code == 200
        assert client_of(moderator).get(f"/admin/payments/{name}/add/").status_code == 403
    change = client_of(moderator).get(f"/admin/payments/document/{Document.objects.get().pk}/change/")
    assert (change.status_code, "INV-2026-000001" in change.content.decode()) == (200, True)
