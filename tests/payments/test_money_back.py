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
    for reasons in ("", "It opens."):
        refused = client.post(address, {"outcome": "release", "reasons": reasons, "step": "decide"})
        assert (refused.status_code, Dispute.objects.get().resolved_at) == (422, None)
    assert client_of(owner).get(address).status_code == 302  # to the admin's sign-in


REASONS = "The file opens here,\nand every figure is in it."


def test_the_moderator_sees_who_gets_what_before_the_money_moves(dispute, moderator, client_of, simulator):
    address, client = f"/admin/engagements/dispute/{dispute.pk}/resolve/", client_of(moderator)
    chosen = {"outcome": "split", "student_amount": "120", "reasons": REASONS}
    page = client.post(address, chosen).content.decode()
    for words in ("$120.00", "$396.00", "$12.00", "$528.00", "and every figure is in it.", "Decide and move the money"):
        assert words in page
    assert (Dispute.objects.get().resolved_at, Payout.objects.count(), Refund.objects.count()) == (None, 0, 0)
    assert 'value="120"' in client.post(address, chosen | {"step": "change"}).content.decode()
    assert Dispute.objects.get().resolved_at is None
    assert client.post(address, chosen | {"step": "decide"}).status_code == 302
    decided = Dispute.objects.get()
    assert (decided.outcome, decided.student_amount, decided.reasons) == ("split", 12_000, REASONS)
    assert (Payout.objects.get().amount, Refund.objects.get().amount) == (12_000, 39_600)


@pytest.mark.parametrize("outcome", ["release", "refund"])
@pytest.mark.parametrize("step", ["", "decide"])
def test_an_amount_without_a_split_is_refused(dispute, moderator, client_of, outcome, step):
    chosen = {"outcome": outcome, "student_amount": "120", "reasons": REASONS, "step": step}
    page = client_of(moderator).post(f"/admin/engagements/dispute/{dispute.pk}/resolve/", chosen)
    assert (page.status_code, Dispute.objects.get().resolved_at, Payout.objects.count()) == (422, None, 0)
    assert "An amount is for a split only" in page.content.decode()


def test_a_decided_dispute_shows_its_decision_and_no_form(dispute, moderator, client_of):
    actions.resolve_dispute(dispute=dispute, student_amount=12_000, reasons=REASONS, by=moderator, at=NOW)
    address, client = f"/admin/engagements/dispute/{dispute.pk}/resolve/", client_of(moderator)
    page = client.get(address).content.decode()
    for words in ("The fee is split", "$120.00 of the fee", "Decided by a moderator", "and every figure is in it."):
        assert words in page
    assert 'name="outcome"' not in page
    again = client.post(address, {"outcome": "refund", "reasons": REASONS, "step": "decide"}, follow=True)
    assert "settled before, so nothing changed" in again.content.decode()
    assert (Dispute.objects.get().student_amount, Payout.objects.get().amount) == (12_000, 12_000)


def test_what_is_held_leaves_out_what_was_released(funded, owner, moderator, client_of):
    Engagement.objects.filter(pk=funded.pk).update(kickoff_student_at=NOW, kickoff_organization_at=NOW)
    actions.release_part(engagement=funded, amount=18_000, by=owner, at=NOW)
    opened = open_dispute(engagement=deliver(funded), problem="The rest does not open.", by=owner, at=NOW)
    page = client_of(moderator).get(f"/admin/engagements/dispute/{opened.pk}/resolve/").content.decode()
    assert "Held: <strong>$330</strong> ($300 of the fee, $30 service fee); released before: $180" in page


def test_the_money_page_tells_the_dispute_and_how_it_ended(dispute, moderator, owner, client_of, simulator):
    address = f"/payments/work/{dispute.engagement.code}/"
    page = client_of(owner).get(address).content.decode()
    assert "Nobody is paid and nobody is refunded until it is settled." in page
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
