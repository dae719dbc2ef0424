"""The student is paid: once, at once, and told what to do where that is not possible."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from engagements import actions as engagements
from engagements.models import Engagement
from marketplace.activity.queries import events_of
from marketplace.errors import InvalidTransition
from marketplace.notifications.models import Notification
from payments import actions, ledger
from payments.models import LedgerTransaction, MoneyOperation, Payout, Refund, StripeEvent
from tests.factories import NOW, make_delivery, make_member, make_user
from tests.payments.factories import deliver, fund, make_awaiting, make_funding, onboard, settle
from tests.payments.faults.world import at_once

pytestmark = pytest.mark.django_db(transaction=True)
DUE = NOW + timedelta(days=5)  # the review clock of deliver()


@pytest.fixture
def engagement(organization, owner, simulator):
    """Funded, delivered, the student ready to be paid."""
    engagement = make_awaiting(organization)
    onboard(engagement.student, simulator)
    fund(engagement, owner, simulator)
    return deliver(engagement)


@pytest.fixture
def unready(organization, owner, simulator):
    """The same, but the student has never been at Stripe."""
    engagement = make_awaiting(organization)
    fund(engagement, owner, simulator)
    return deliver(engagement)


def money():
    return (
        list(Payout.objects.values_list("status", "amount")),
        list(Refund.objects.values_list("status", "amount")),
        MoneyOperation.objects.count(),
        LedgerTransaction.objects.count(),
    )


def test_approving_twice_pays_once(engagement, owner, member, simulator):
    [first] = actions.approve_delivery(engagement=engagement, by=owner, at=NOW)
    assert actions.approve_delivery(engagement=engagement, by=member, at=NOW) == [first]
    settle()
    assert [row["amount"] for row in simulator.transfers(engagement.code)] == [48_000]


def test_an_old_page_does_not_approve_a_newer_version(engagement, owner):
    make_delivery(engagement, version=2)
    before = money()
    with pytest.raises(InvalidTransition):
        actions.approve_delivery(engagement=engagement, by=owner, at=NOW, version=1)
    assert (money(), Engagement.objects.get().status) == (before, "delivered")


def test_what_was_never_paid_for_releases_nothing(organization, owner):
    engagement = deliver(make_awaiting(organization, funded_at=NOW))
    before = money()
    with pytest.raises(InvalidTransition):
        actions.approve_delivery(engagement=engagement, by=owner, at=NOW)
    assert (money(), Engagement.objects.get().status) == (before, "delivered")


def test_silence_approves_when_the_clock_has_run_out_and_not_before(engagement, simulator):
    assert actions.approve_due(at=DUE - timedelta(minutes=1)) == 0
    assert actions.approve_due(at=DUE) == 1
    assert actions.approve_due(at=DUE) == 0
    engagement.refresh_from_db()
    assert (engagement.approved_at, engagement.approved_by) == (DUE, None)
    settle(DUE)
    assert Payout.objects.get().status == Payout.Status.PAID


def test_both_sides_are_told_with_the_amount(engagement, owner, finance, simulator):
    actions.approve_delivery(engagement=engagement, by=owner, at=NOW)
    settle()
    told = Notification.objects.filter(kind="money.payout_paid")
    assert {row.recipient: row.title for row in told} == {
        engagement.student.user: f"You were paid $480 for “{engagement.project}”",
        owner: f"{engagement.student} was paid $480 for “{engagement.project}”",
        finance: f"{engagement.student} was paid $480 for “{engagement.project}”",
    }
    assert [event.verb for event in events_of(engagement)][-2:] == ["payout.due", "payout.paid"]


def test_who_is_paid_a_part_is_not_told_of_the_full_fee(engagement, owner, simulator):
    part, whole = "Nothing is taken from what you are paid.", "You get the full fee: nothing is taken from it."
    for pay, said in (
        (lambda: actions.release_part(engagement=engagement, amount=10_000, by=owner, at=NOW), part),
        (lambda: actions.approve_delivery(engagement=engagement, by=owner, at=NOW), whole),
    ):
        pay()
        settle()
        notices = Notification.objects.filter(recipient=engagement.student.user, kind="money.payout_paid")
        body = notices.latest("pk").body
        assert [words in body for words in (part, whole)] == [words == said for words in (part, whole)]


def test_without_an_account_the_payout_waits_and_then_goes(unready, owner, simulator):
    actions.approve_delivery(engagement=unready, by=owner, at=NOW)
    settle()
    payout = Payout.objects.get()
    assert (payout.status, payout.operation.status, payout.operation.tries) == ("held", "held", 0)
    assert payout.hold_reason.startswith("Stripe needs your bank details first.")
    notice = Notification.objects.get(kind="money.held")
    assert (notice.recipient, notice.needs_action, notice.url) == (unready.student.user, True, "/payments/payouts/")
    assert "$480" in notice.title
    onboard(unready.student, simulator)
    settle()
    payout.refresh_from_db()
    notice.refresh_from_db()
    assert (payout.status, payout.hold_reason, notice.done_at) == ("paid", "", NOW)
    assert [row["amount"] for row in simulator.transfers(unready.code)] == [48_000]
    assert ledger.sums() == {"usd": 0}


def test_without_a_webhook_the_sweep_confirms(engagement, owner, simulator):
    [payout] = actions.approve_delivery(engagement=engagement, by=owner, at=NOW)
    actions.run_operation(payout.operation_id, at=NOW)
    payout.refresh_from_db()
    assert (payout.status, payout.transfer_id is None) == ("due", False)
    actions.confirm_payouts(at=NOW)
    payout.refresh_from_db()
    assert payout.status == "due"
    actions.confirm_payouts(at=NOW + timedelta(minutes=2))
    payout.refresh_from_db()
    assert payout.status == "paid"


def test_a_bank_debit_is_not_named_as_the_source(organization, owner, simulator):
    engagement = make_awaiting(organization)
    onboard(engagement.student, simulator)
    funding = actions.start_funding(engagement=engagement, by=owner, at=NOW)
    simulator.pay(funding.checkout_id, bank="000123456789")
    simulator.control("POST", f"checkout/{funding.checkout_id}/settle", outcome="succeeded")
    actions.sync_checkout(funding.checkout_id, at=NOW)
    [payout] = actions.approve_delivery(engagement=deliver(engagement), by=owner, at=NOW)
    operation = actions.run_operation(payout.operation_id, at=NOW)
    assert operation.params["source_transaction"] is None


def test_approval_and_change_request_at_once_have_one_winner(engagement, owner):
    criterion = engagement.project.criteria.first()
    items = [{"criterion": criterion, "comment": "The third column is empty."}]
    ends = at_once(
        lambda: actions.approve_delivery(engagement=engagement, by=owner, at=NOW),
        lambda: engagements.request_changes(engagement=engagement, items=items, by=owner, at=NOW),
    )
    engagement.refresh_from_db()
    assert ends == ["InvalidTransition", "done"]
    assert Payout.objects.count() == (1 if engagement.status == "approved" else 0)


def test_the_double_click_on_the_page_is_harmless(engagement, owner, client_of, simulator):
    client = client_of(owner)
    address = f"/payments/work/{engagement.code}/approve/"
    page = client.get(address).content.decode()
    assert "Release $480 to" in page
    pages = [client.post(address, {"version": "1"}, follow=True).content.decode() for _ in range(2)]
    said = f"Approved. $480 goes to {engagement.student}."
    assert ([said in page for page in pages], Payout.objects.count()) == ([True, True], 1)


def test_a_factory_funding_can_be_approved_without_stripe(organization, owner):
    engagement = make_awaiting(organization)
    make_funding(engagement, status="paid")
    Engagement.objects.filter(pk=engagement.pk).update(funded_at=NOW)
    [payout] = actions.approve_delivery(engagement=deliver(engagement), by=owner, at=NOW)
    assert (payout.status, ledger.balance(ledger.payable(engagement), "usd")) == ("due", 48_000)


def statements(act):
    with CaptureQueriesContext(connection) as captured:
        act()
    return len(captured)


def test_a_payout_costs_as_many_statements_however_many_are_told(organization, owner, simulator):
    """Approval, transfer, confirmation. The first payout is left out: it opens accounts and the series of documents."""
    costs = []
    for people in (0, 0, 7):
        [make_member(organization, make_user()) for _ in range(people)]
        engagement = make_awaiting(organization)
        onboard(engagement.student, simulator)
        fund(engagement, owner, simulator)
        settle()
        deliver(engagement)
        approving = statements(lambda e=engagement: actions.approve_delivery(engagement=e, by=owner, at=NOW))
        payout = Payout.objects.get(engagement=engagement)
        sending = statements(lambda p=payout: actions.run_operation(p.operation_id, at=NOW))
        actions.catch_up(at=NOW)
        event = StripeEvent.objects.get(handled_at=None).event_id
        costs.append((approving, sending, statements(lambda e=event: actions.handle_event(e, at=NOW))))
        settle()
    assert costs[1] == costs[2]
    assert costs[1] == (30, 18, 22)
