"""Money back: cancelling before the work, disputes decided by a moderator, refunds that fail."""

import pytest
from django.urls import reverse

from engagements.actions import open_dispute
from engagements.models import Dispute, Engagement
from marketplace.errors import DomainError, InvalidTransition
from payments import actions, ledger
from payments.models import LedgerTransaction, MoneyOperation, Payout, Refund
from tests.factories import NOW
from tests.payments.factories import deliver, fund, make_awaiting, onboard, settle

pytestmark = pytest.mark.django_db(transaction=True)
Outcome = Dispute.Outcome


@pytest.fixture
def funded(organization, owner, simulator):
    engagement = make_awaiting(organization)
    onboard(engagement.student, simulator)
    fund(engagement, owner, simulator)
    engagement.refresh_from_db()
    return engagement


@pytest.fixture
def dispute(funded, owner):
    engagement = deliver(funded)
    return open_dispute(engagement=engagement, problem="The file does not open.", by=owner, at=NOW)


def cancel(engagement, by, reason="Our data is not ready."):
    return actions.cancel_engagement(engagement=engagement, by=by, reason=reason, at=NOW)


def money():
    return tuple(model.objects.count() for model in (Payout, Refund, MoneyOperation, LedgerTransaction))


def test_before_the_funding_no_money_moves(organization, owner, db):
    engagement = make_awaiting(organization)
    before = money()
    cancel(engagement, owner)
    engagement.refresh_from_db()
    assert (engagement.status, money()) == ("cancelled", before)


def test_cancelling_twice_refunds_once(funded, owner, simulator):
    cancel(funded, owner)
    cancel(funded, owner)
    settle()
    assert [row["amount"] for row in simulator.refunds(funded.code)] == [52_800]
    assert Refund.objects.get().status == "done"


def test_the_student_may_step_back_before_the_work(funded, simulator):
    cancel(funded, funded.student.user, "I cannot make the dates.")
    settle()
    assert [row["amount"] for row in simulator.refunds(funded.code)] == [52_800]


def test_after_the_work_has_started_the_organization_is_sent_to_a_dispute(funded, owner):
    Engagement.objects.filter(pk=funded.pk).update(kickoff_student_at=NOW, kickoff_organization_at=NOW)
    before = money()
    with pytest.raises(InvalidTransition, match="dispute"):
        cancel(funded, owner)
    funded.refresh_from_db()
    assert (funded.status, money()) == ("active", before)


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501])
def test_a_reason_is_asked_for(funded, owner, reason):
    before = money()
    with pytest.raises(DomainError):
        cancel(funded, owner, reason)
    funded.refresh_from_db()
    assert (funded.status, money()) == ("active", before)


def test_a_dispute_decided_for_the_student_pays_the_student(dispute, moderator, simulator):
    actions.resolve_dispute(dispute=dispute, student_amount=48_000, reasons="It opens.", by=moderator, at=NOW)
    actions.resolve_dispute(dispute=dispute, student_amount=48_000, reasons="It opens.", by=moderator, at=NOW)
    settle()
    code = dispute.engagement.code
    assert [row["amount"] for row in simulator.transfers(code)] == [48_000]
    assert (simulator.refunds(code), Payout.objects.get().status) == ([], "paid")


def test_a_dispute_decided_for_the_organization_refunds_it(dispute, moderator, simulator):
    actions.resolve_dispute(dispute=dispute, student_amount=0, reasons="It is empty.", by=moderator, at=NOW)
    settle()
    code = dispute.engagement.code
    assert [row["amount"] for row in simulator.refunds(code)] == [52_800]
    assert (simulator.transfers(code), Payout.objects.count()) == ([], 0)
    assert ledger.sums() == {"usd": 0}


def test_what_a_dispute_has_ended_is_not_cancelled_once_more(dispute, owner, moderator, client_of, simulator):
    actions.resolve_dispute(dispute=dispute, student_amount=0, reasons="Nothing was done.", by=moderator, at=NOW)
    page = client_of(owner).post(reverse("payments:cancel", args=[dispute.engagement.code]), {"reason": "No data."})
    assert page.status_code == 422
    assert "This engagement is cancelled already" in page.content.decode()
    assert Refund.objects.count() == 1


def test_a_disputed_delivery_is_not_approved(dispute, owner):
    before = money()
    with pytest.raises(InvalidTransition):
        actions.approve_delivery(engagement=dispute.engagement, by=owner, at=NOW)
    assert money() == before


def test_the_moderators_page_asks_for_outcome_and_reasons(dispute, moderator, owner, client_of, simulator):
    address = f"/admin/engagements/dispute/{dispute.pk}/resolve/"
    client = client_of(moderator)
    page = client.get(address).content.decode()
    engagement = dispute.engagement
    assert f"The fee goes to the student: $480 to {engagement.student}" in page
    assert f"The employer is refunded: $528 to {engagement.organization}, the service fee included" in page
    empty = client.post(address, {"outcome": "release", "reasons": ""})
    assert (empty.status_code, Dispute.objects.get().resolved_at) == (422, None)
    assert client.post(address, {"outcome": "release", "reasons": "It opens."}).status_code == 302
    assert (Dispute.objects.get().outcome, Payout.objects.count()) == ("release", 1)
    assert client_of(owner).get(address).status_code == 302  # to the admin's sign-in


def test_the_money_page_tells_the_dispute_and_how_it_ended(dispute, moderator, owner, client_of, simulator):
    address = f"/payments/work/{dispute.engagement.code}/"
    page = client_of(owner).get(address).content.decode()
    assert "Nobody is paid and nobody is refunded until a moderator has decided." in page
    assert f"{dispute.opened_by} opened a dispute" in page
    actions.resolve_dispute(dispute=dispute, student_amount=0, reasons="It is empty.", by=moderator, at=NOW)
    page = client_of(owner).get(address).content.decode()
    assert f"Decided by a moderator: $0 for {dispute.engagement.student}" in page
    assert "It is empty." in page


def test_the_reason_of_a_cancellation_is_said_once(funded, owner, client_of, simulator):
    cancel(funded, owner)
    page = client_of(owner).get(f"/payments/work/{funded.code}/").content.decode()
    funded.refresh_from_db()
    assert page.count(funded.cancel_reason) == 1
    assert page.index("Cancelled</") < page.index("A refund of $528 was started")


def test_moderators_read_the_ledger_in_money(funded, moderator, client_of, simulator):
    entries = LedgerTransaction.objects.get(kind="funding_received")
    page = client_of(moderator).get(f"/admin/payments/ledgertransaction/{entries.pk}/change/").content.decode()
    assert page.count("$528.00") == 2
    assert "<p>-52800" not in page


def test_moderators_read_the_sums_of_operations_by_kind(funded, moderator, client_of, simulator):
    page = client_of(moderator).get("/admin/payments/moneyoperation/").content.decode()
    assert "Create checkout: <strong>$528.00</strong>" in page
    assert "Sum of what is listed" not in page


def test_a_refund_told_by_the_webhook_before_our_answer_was_stored(funded, owner, simulator):
    cancel(funded, owner)
    simulator.fault("timeout", "/v1/refunds", when="after", seconds=2)
    settle()
    refund = Refund.objects.get()
    assert (refund.status, refund.operation.status) == ("done", "done")
    assert [row["amount"] for row in simulator.refunds(funded.code)] == [52_800]
    assert LedgerTransaction.objects.filter(kind="refund_sent").count() == 1
