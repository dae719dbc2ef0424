"""The employer pays: once, the amount that was asked for, believed only from Stripe."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse

from engagements.actions import lapse_unfunded, mark_cancelled, send_reminders
from engagements.models import Engagement
from marketplace.errors import InvalidTransition, Unavailable
from marketplace.notifications.models import Notification
from payments import actions, ledger
from payments.models import Funding, MoneyOperation, StripeEvent
from tests.factories import NOW
from tests.payments.factories import fund, make_awaiting, settle
from tests.payments.stripe_stand_in import DEBIT, DECLINED

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def engagement(organization):
    return make_awaiting(organization)


def start(engagement, owner, at=NOW):
    return actions.start_funding(engagement=engagement, by=owner, at=at)


def status_of(engagement):
    return Engagement.objects.values_list("status", flat=True).get(pk=engagement.pk)


def test_the_page_names_the_fee_and_the_service_fee(engagement, owner, simulator):
    funding = start(engagement, owner)
    params = funding.operation.params
    assert params["lines"] == [
        [f"Fee for {engagement.student} / {engagement.project}", 48_000],
        ["Service fee (10%)", 4_800],
    ]
    assert (params["email"], params["transfer_group"]) == (owner.email, engagement.code)
    assert (funding.status, funding.amount, funding.currency) == ("pending", 52_800, "usd")
    assert funding.checkout_url.startswith(simulator.address)


def test_an_open_page_is_used_again(engagement, owner, simulator):
    assert start(engagement, owner).pk == start(engagement, owner, NOW + timedelta(hours=1)).pk
    assert MoneyOperation.objects.count() == 1


def test_a_double_click_opens_one_page(engagement, owner, simulator):
    barrier, addresses = threading.Barrier(3), []

    def click():
        barrier.wait()
        try:
            addresses.append(start(engagement, owner).checkout_url)
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _ in range(3)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert (len(addresses), len(set(addresses))) == (3, 1)
    assert (Funding.objects.count(), MoneyOperation.objects.get().tries) == (1, 1)


def test_the_sweep_hears_of_a_page_that_expired_in_silence(engagement, owner, simulator):
    first = start(engagement, owner)
    simulator.advance(hours=25)
    actions.sync_open_fundings(at=first.expires_at)
    first.refresh_from_db()
    assert first.status == "expired"


def test_the_redirect_alone_proves_nothing(engagement, owner, client_of, simulator):
    funding = start(engagement, owner)
    page = client_of(owner).get(f"/payments/work/{engagement.code}/fund/{funding.code}/").content.decode()
    assert "Processing your payment" in page
    assert "http-equiv" in page
    assert status_of(engagement) == "awaiting_funding"


def test_who_leaves_stripes_page_reads_what_happened(engagement, owner, client_of, simulator, settings):
    funding = start(engagement, owner)
    address = funding.operation.params["cancel_url"].removeprefix(settings.SITE_URL)
    page = client_of(owner).get(address).content.decode()
    assert "You left Stripe’s page without paying" in page
    assert "Nothing was charged" in page
    assert "left Stripe’s page" not in client_of(owner).get(address.split("?")[0]).content.decode()
    assert client_of(owner).post(address).headers["Location"] == funding.checkout_url  # the same page once more
    simulator.pay(funding.checkout_id)  # in another tab
    answer = client_of(owner).get(address)
    assert answer.headers["Location"] == f"/payments/work/{engagement.code}/fund/{funding.code}/"
    assert status_of(engagement) == "active"


def test_nothing_is_said_about_a_payment_that_stripe_does_not_answer_for(engagement, owner, client_of, simulator):
    funding = start(engagement, owner)
    simulator.fault("drop", "/v1/checkout/sessions/*", method="GET", times=None)
    answer = client_of(owner).get(f"/payments/work/{engagement.code}/fund/?left={funding.code}", follow=True)
    assert "Stripe does not answer at the moment" in answer.content.decode()


def test_a_worker_that_died_before_it_knew_the_page_still_funds(engagement, owner, simulator, monkeypatch):
    """Stripe's checkout exists, our row does not know its id: the webhook brings it."""
    from payments.actions import operations

    with monkeypatch.context() as patch:
        patch.setattr(operations, "settle", lambda *args: MoneyOperation.objects.get())
        with pytest.raises(Unavailable):
            start(engagement, owner)
    page = simulator.control("GET", "book")
    assert page["sums"] == {}
    event = latest_checkout(simulator)
    simulator.pay(event)
    settle()
    funding = Funding.objects.get()
    assert (funding.status, funding.checkout_id, status_of(engagement)) == ("paid", event, "active")


def latest_checkout(simulator):
    """The id of the newest Checkout, as Stripe's API lists it."""
    import stripe

    client = stripe.StripeClient("sk_test_simulator", base_addresses={"api": simulator.address})
    return client.v1.checkout.sessions.list({"limit": 1}).data[0].id


def test_a_declined_card_changes_nothing(engagement, owner, simulator):
    funding = start(engagement, owner)
    simulator.pay(funding.checkout_id, card=DECLINED)
    settle()
    funding.refresh_from_db()
    assert (funding.status, status_of(engagement), ledger.sums()) == ("pending", "awaiting_funding", {})
    simulator.pay(funding.checkout_id)
    settle()
    assert status_of(engagement) == "active"


def test_a_bank_debit_takes_days_and_then_funds(engagement, owner, simulator):
    funding = start(engagement, owner)
    simulator.pay(funding.checkout_id, bank=DEBIT)
    actions.sync_checkout(funding.checkout_id, at=NOW)
    funding.refresh_from_db()
    assert (funding.status, status_of(engagement)) == ("processing", "awaiting_funding")
    with pytest.raises(InvalidTransition):
        start(engagement, owner)
    simulator.control("POST", f"checkout/{funding.checkout_id}/settle", outcome="succeeded")
    settle()
    funding.refresh_from_db()
    assert (funding.status, funding.method, status_of(engagement)) == ("paid", "us_bank_account", "active")


def test_while_the_bank_works_nobody_is_asked_to_pay_again(engagement, owner, client_of, simulator):
    page, home = engagement.get_absolute_url(), "/home/"
    assert "Your turn: pay $528" in client_of(owner).get(page).content.decode()
    funding = start(engagement, owner)
    simulator.pay(funding.checkout_id, bank=DEBIT)
    actions.sync_checkout(funding.checkout_id, at=NOW)
    client = client_of(owner)
    assert "Your bank is processing the payment of $528" in client.get(page).content.decode()
    assert "Pay $528" not in client.get(home).content.decode()
    assert "is waiting to be paid" not in client.get("/payments/", follow=True).content.decode()
    student = client_of(engagement.student.user).get(page).content.decode()
    assert f"The bank of {engagement.organization} is processing $480" in student
    assert send_reminders(at=NOW + timedelta(days=4)) == 0


def test_a_bank_that_refuses_after_the_deadline_leaves_time_to_pay_again(engagement, owner, simulator):
    funding = start(engagement, owner)
    simulator.pay(funding.checkout_id, bank=DEBIT)
    actions.sync_checkout(funding.checkout_id, at=NOW)
    simulator.control("POST", f"checkout/{funding.checkout_id}/settle", outcome="failed", code="insufficient_funds")
    late = NOW + timedelta(days=6)
    actions.sync_checkout(funding.checkout_id, at=late)
    assert lapse_unfunded(at=late + timedelta(days=1)) == 0
    engagement.refresh_from_db()
    assert engagement.funding_due_at == late + timedelta(days=2)
    notice = Notification.objects.get(kind="money.failed")
    assert (notice.due_at, notice.needs_action, notice.done_at) == (engagement.funding_due_at, True, None)
    fund(engagement, owner, simulator, at=late)
    notice.refresh_from_db()
    assert notice.done_at == late


def test_paid_after_it_was_cancelled_it_goes_back(engagement, owner, simulator):
    funding = start(engagement, owner)
    mark_cancelled(engagement=engagement, by=owner, reason="No data.", at=NOW)
    simulator.pay(funding.checkout_id)
    settle()
    funding.refresh_from_db()
    assert (funding.status, funding.counts, status_of(engagement)) == ("refunded", False, "cancelled")
    assert ledger.balance("refund_in_transit", "usd") == 0
    assert ledger.sums() == {"usd": 0}


class TestWhatArrivesAfterTheEnd:
    """Every page tells the same of it: the payment's, the organization's books, the workspace."""

    @pytest.fixture
    def funding(self, engagement, owner, simulator):
        """Cancelled while the payer is on Stripe's page."""
        funding = start(engagement, owner)
        mark_cancelled(engagement=engagement, by=owner, reason="No data.", at=NOW)
        return funding

    def money(self, client, engagement, **query):
        """(the word and the amounts of its page, the words of the lines of the books)."""
        detail = client.get(reverse("payments:detail", args=[engagement.code])).context
        books = client.get(reverse("payments:organization", args=[engagement.organization.slug]), query).context
        return detail["line"].word, dict(detail["amounts"]), [line.word for line in books["lines"]]

    def workspace(self, client, engagement):
        return " ".join(client.get(engagement.get_absolute_url()).content.decode().split())

    def test_nothing(self, funding, engagement, owner, client_of):
        word, amounts, lines = self.money(client_of(owner), engagement)
        assert (word, "Refunded to you" in amounts, lines) == ("Not paid", False, [])
        assert "Nothing was paid" in self.workspace(client_of(owner), engagement)

    def test_a_bank_debit(self, funding, engagement, owner, client_of, simulator):
        simulator.pay(funding.checkout_id, bank=DEBIT)
        actions.sync_checkout(funding.checkout_id, at=NOW)
        word, _amounts, lines = self.money(client_of(owner), engagement)
        assert (word, lines) == ("Processing", ["Processing"])
        workspace = self.workspace(client_of(owner), engagement)
        assert "The bank payment of $528 is under way and goes back in full when it arrives." in workspace
        assert "Nothing was paid" not in workspace

    def test_a_card_payment_is_refunded(self, funding, engagement, owner, client_of, simulator):
        simulator.pay(funding.checkout_id)
        settle()
        word, amounts, lines = self.money(client_of(owner), engagement)
        assert (word, amounts["Refunded to you"], lines) == ("Refunded", 52_800, ["Refunded"])
        assert self.money(client_of(owner), engagement, state="refunded")[2] == ["Refunded"]
        assert self.money(client_of(owner), engagement, state="held")[2] == []
        ours, theirs = (self.workspace(client_of(user), engagement) for user in (owner, engagement.student.user))
        page = reverse("payments:detail", args=[engagement.code])
        assert [words in ours for words in ("Nothing was paid", "Refunded to you", page)] == [False, True, True]
        assert [words in theirs for words in ("Refunded to the organization", page)] == [True, False]
        assert "No data. $528 arrived after that and is refunded." in ours


def test_what_is_active_cannot_be_paid_again(engagement, owner, simulator):
    fund(engagement, owner, simulator)
    before = (Funding.objects.count(), MoneyOperation.objects.count())
    with pytest.raises(InvalidTransition):
        start(engagement, owner)
    assert (Funding.objects.count(), MoneyOperation.objects.count()) == before


def test_a_page_for_what_is_over_is_not_made_any_more(engagement, owner, simulator, settings):
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    with pytest.raises(Unavailable):
        start(engagement, owner)
    mark_cancelled(engagement=engagement, by=owner, reason="No data.", at=NOW)
    operation = MoneyOperation.objects.get()
    MoneyOperation.objects.update(status="planned", due_at=NOW)
    settings.STRIPE_API_BASE = simulator.address
    actions.sweep_operations(at=NOW)
    operation.refresh_from_db()
    assert (operation.status, operation.error_code) == ("failed", "not_needed")
    assert StripeEvent.objects.count() == 0
