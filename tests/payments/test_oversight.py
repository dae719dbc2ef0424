"""The admin's money pages: what needs a person, the decisions with reasons, and who may make them."""

import pytest

from marketplace.clock import now
from payments import actions, ledger
from payments.models import BalanceTransaction, MoneyFreeze, MoneyOperation, Reconciliation, Refund, Reversal
from tests.factories import NOW
from tests.payments.factories import deliver, fund, make_awaiting, onboard, settle

pytestmark = pytest.mark.django_db(transaction=True)
OVERVIEW = "/admin/payments/reconciliation/"


@pytest.fixture
def paid(organization, owner, simulator):
    """An engagement whose student was paid through the simulator."""
    engagement = make_awaiting(organization)
    onboard(engagement.student, simulator)
    fund(engagement, owner, simulator)
    actions.approve_delivery(engagement=deliver(engagement), by=owner, at=NOW)
    settle()
    return engagement


def test_the_overview_shows_that_the_books_agree(paid, moderator, client_of):
    actions.reconcile(at=NOW)
    page = client_of(moderator).get(OVERVIEW).content.decode()
    assert Reconciliation.objects.get().drift_amount == 0
    for words in ("At Stripe", "Service fees", "Lines of Stripe’s book in suspense".replace("’", "&#x27;")):
        assert words in page
    assert "Payouts are frozen" not in page


def test_a_freeze_stops_payouts_until_it_is_lifted_with_a_reason(organization, owner, simulator, moderator, client_of):
    freeze = actions.freeze(reason="Stripe's balance and our ledger differ.", at=NOW)
    engagement = make_awaiting(organization)
    onboard(engagement.student, simulator)
    fund(engagement, owner, simulator)
    [payout] = actions.approve_delivery(engagement=deliver(engagement), by=owner, at=NOW)
    settle()
    payout.refresh_from_db()
    assert (payout.status, payout.waits_for_student, simulator.transfers(engagement.code)) == ("held", False, [])

    address = f"/admin/payments/moneyfreeze/{freeze.pk}/why/"
    client = client_of(moderator)
    assert "Payouts are frozen" in client.get(OVERVIEW).content.decode()
    assert (client.post(address, {"reason": ""}).status_code, MoneyFreeze.objects.get().lifted_at) == (422, None)
    assert client.post(address, {"reason": "A refund by hand, understood."}).status_code == 302
    settle(now())
    payout.refresh_from_db()
    assert (payout.status, MoneyFreeze.objects.get().lifted_by) == ("paid", moderator)
    assert [row["amount"] for row in simulator.transfers(engagement.code)] == [48_000]


def test_a_moderator_takes_a_payout_back(paid, moderator, simulator, client_of):
    payout = paid.payouts.get()
    address = f"/admin/payments/payout/{payout.pk}/take-back/"
    client = client_of(moderator)
    assert "Take a payout back" in client.get(address).content.decode()
    wrong = {"amount": "480.01", "refund_employer": "yes", "reasons": "Copied."}
    assert (client.post(address, wrong).status_code, Reversal.objects.count()) == (422, 0)
    assert client.post(address, wrong | {"amount": "240"}).status_code == 302
    settle(now())
    payout.refresh_from_db()
    assert (payout.reversed_amount, payout.net_amount, Refund.objects.get().amount) == (24_000, 24_000, 26_400)
    assert Refund.objects.get().status == "done"
    assert (ledger.sums(), ledger.drifted_accounts()) == ({"usd": 0}, [])
    assert ledger.balance(ledger.payable(paid), "usd") == 0
    page = client.get(f"/payments/work/{paid.code}/").content.decode()
    for words in ("Stripe&#x27;s book", "The delivery was approved", "transfer.created", "was taken back"):
        assert words in page
    assert page.index("is taken back") < page.index("was started")  # of one moment: the decision, then the refund
    assert f"Above is what {paid.organization} reads" in page
    MoneyOperation.objects.filter(kind="refund").update(error_code="not_ready")
    operations = client.get("/admin/payments/moneyoperation/?error_code=not_ready")
    assert operations.context["cl"].result_count == 1


@pytest.mark.parametrize("who", ["owner", "student", None])
def test_nobody_else_decides(paid, owner, student, client_of, who):
    freeze = actions.freeze(reason="Drift.", at=NOW)
    client = client_of({"owner": owner, "student": student, None: None}[who])
    payout = paid.payouts.get()
    for address in (f"/admin/payments/moneyfreeze/{freeze.pk}/why/", f"/admin/payments/payout/{payout.pk}/take-back/"):
        assert client.post(address, {"reason": "x", "amount": "1", "reasons": "x"}).status_code == 302  # to the sign-in
    assert (MoneyFreeze.objects.get().lifted_at, Reversal.objects.count()) == (None, 0)


def test_a_line_in_suspense_is_explained_once(moderator, client_of):
    row = BalanceTransaction.objects.create(
        stripe_id="txn_1", type="adjustment", amount=-500, fee=0, net=-500, currency="usd", source="adj_1",
        created_at=NOW, available_on=NOW, seen_at=NOW, state="suspense", suspense_amount=-500,
    )  # fmt: skip
    from payments import movements

    movements.suspense(row, NOW)
    assert ledger.balance("suspense", "usd") == -500
    address = f"/admin/payments/balancetransaction/{row.pk}/why/"
    for _ in range(2):
        assert client_of(moderator).post(address, {"reason": "Stripe's correction."}).status_code == 302
    row.refresh_from_db()
    assert row.explanation.endswith("Stripe's correction.")
    assert (ledger.balance("suspense", "usd"), ledger.balance("loss:written_off", "usd")) == (0, 500)
