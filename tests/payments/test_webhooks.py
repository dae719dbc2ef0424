"""Events from Stripe: signed or refused, kept once, handled once, in any order, late or never."""

from datetime import timedelta

import pytest
import stripe
from django.test import Client

from engagements.models import Engagement
from payments import actions
from payments.actions import events
from payments.models import Funding, LedgerTransaction, PayoutAccount, StripeEvent
from tests.factories import NOW
from tests.payments.factories import fund, make_awaiting, settle
from tests.payments.faults.world import SECRET, send, snapshot

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def funding(organization, owner, simulator):
    """A page that was paid; nobody has told us."""
    funding = actions.start_funding(engagement=make_awaiting(organization), by=owner, at=NOW)
    simulator.pay(funding.checkout_id)
    return funding


def status_of(funding):
    engagement = Engagement.objects.get(pk=funding.engagement_id)
    return Funding.objects.get(pk=funding.pk).status, engagement.status


def test_a_signed_event_is_kept_and_acted_on(funding):
    assert send(snapshot(about=funding.checkout_id)) == 200
    event = StripeEvent.objects.get()
    assert (event.type, event.object_id, event.endpoint) == (
        "checkout.session.completed", funding.checkout_id, "platform",
    )  # fmt: skip
    assert (event.handled_at, status_of(funding)) == (None, ("pending", "awaiting_funding"))
    at = event.due_at
    actions.sweep_events(at=at)
    event.refresh_from_db()
    assert (event.handled_at, status_of(funding)) == (at, ("paid", "active"))
    assert event.outcome == "funding: Paid"


def test_an_event_only_says_where_to_look(organization, owner, simulator):
    """It claims that a page was paid which was not: Stripe is asked, and nothing happens."""
    unpaid = actions.start_funding(engagement=make_awaiting(organization), by=owner, at=NOW)
    send(snapshot(about=unpaid.checkout_id))
    actions.sweep_events(at=StripeEvent.objects.get().due_at)
    assert (StripeEvent.objects.get().handled_at is None, status_of(unpaid)) == (False, ("pending", "awaiting_funding"))


def test_without_a_signature_it_is_refused(db):
    answer = Client().post("/webhooks/stripe/platform/", "{}", content_type="application/json")
    assert (answer.status_code, StripeEvent.objects.count()) == (400, 0)


def test_an_empty_secret_disables_its_endpoint(settings, simulator):
    settings.STRIPE_WEBHOOK_SECRETS = {"platform": SECRET, "connect": "", "thin": ""}
    assert send(snapshot(), endpoint="connect", secret="") == 404
    assert send(snapshot(), endpoint="nowhere") == 404
    assert StripeEvent.objects.count() == 0


def test_handling_twice_is_harmless(funding):
    send(snapshot(about=funding.checkout_id))
    event = StripeEvent.objects.get()
    first = actions.handle_event(event.event_id, at=event.due_at)
    again = actions.handle_event(event.event_id, at=event.due_at + timedelta(hours=1))
    assert (first.tries, again.tries, again.handled_at) == (1, 1, event.due_at)
    actions.replay_event(event=event, at=event.due_at)
    assert actions.handle_event(event.event_id, at=event.due_at).handled_at == event.due_at
    assert LedgerTransaction.objects.filter(kind="funding_received").count() == 1


def test_an_unknown_type_is_kept_and_nothing_more(simulator):
    assert send(snapshot("invoice.paid", about="in_1")) == 200
    at = StripeEvent.objects.get().due_at
    actions.sweep_events(at=at)
    event = StripeEvent.objects.get()
    assert (event.handled_at, event.outcome) == (at, "nothing to do")


def test_while_stripe_is_down_the_event_waits(funding, settings, simulator):
    send(snapshot(about=funding.checkout_id))
    at = StripeEvent.objects.get().due_at
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    actions.sweep_events(at=at)
    event = StripeEvent.objects.get()
    assert (event.handled_at, event.tries) == (None, 1)
    assert at < event.due_at <= at + timedelta(seconds=2)
    settings.STRIPE_API_BASE = simulator.address
    actions.sweep_events(at=event.due_at)
    assert status_of(funding) == ("paid", "active")


def test_a_worker_killed_while_handling_leaves_it_to_the_next(funding, monkeypatch):
    send(snapshot(about=funding.checkout_id))
    at = StripeEvent.objects.get().due_at
    with monkeypatch.context() as patch:
        patch.setattr(events, "finish", lambda *args: (_ for _ in ()).throw(KeyboardInterrupt()))
        with pytest.raises(KeyboardInterrupt):
            actions.sweep_events(at=at)
    assert (StripeEvent.objects.get().handled_at, status_of(funding)) == (None, ("pending", "awaiting_funding"))
    actions.sweep_events(at=at)  # still leased
    assert StripeEvent.objects.get().handled_at is None
    actions.sweep_events(at=at + timedelta(minutes=5))
    assert status_of(funding) == ("paid", "active")


def test_what_keeps_failing_is_told_to_a_person(funding, moderator, settings):
    send(snapshot(about=funding.checkout_id))
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    at = StripeEvent.objects.get().due_at
    for hour in range(9):
        actions.sweep_events(at=at + timedelta(hours=2 * hour))
    assert [row.kind for row in moderator.notifications.all()] == ["moderation.money"]


def test_lost_events_are_caught_up(funding):
    assert actions.catch_up(at=NOW) > 0
    assert actions.catch_up(at=NOW) == 0
    settle()
    assert status_of(funding) == ("paid", "active")
    assert StripeEvent.objects.filter(handled_at=None).count() == 0


def test_a_thin_event_about_an_account(student, simulator):
    actions.start_onboarding(student=student.student, by=student, at=NOW)
    account = PayoutAccount.objects.get()
    simulator.onboard(account.stripe_id)
    thin = {
        "id": "evt_test_1", "object": "v2.core.event", "livemode": False, "created": "2026-03-02T15:00:00.000Z",
        "type": "v2.core.account[configuration.recipient].capability_status_updated",
        "related_object": {"id": account.stripe_id, "type": "v2.core.account"},
    }  # fmt: skip
    assert send(thin, endpoint="thin", secret="whsec_thin_for_tests") == 200
    actions.sweep_events(at=StripeEvent.objects.get().due_at)
    account.refresh_from_db()
    assert account.transfers_status == "active"


def test_an_event_of_a_connected_account(student, simulator):
    actions.start_onboarding(student=student.student, by=student, at=NOW)
    account = PayoutAccount.objects.get()
    simulator.onboard(account.stripe_id, "restricted")
    event = snapshot("account.updated", about=account.stripe_id, account=account.stripe_id)
    assert send(event, endpoint="connect", secret="whsec_connect_for_tests") == 200
    actions.sweep_events(at=StripeEvent.objects.get().due_at)
    account.refresh_from_db()
    assert (account.transfers_status, account.requirements) == ("restricted", ["individual.verification.document"])


def test_a_card_dispute_is_told_to_a_person(organization, owner, simulator, moderator):
    funding = fund(make_awaiting(organization), owner, simulator)
    simulator.control("POST", f"charges/{funding.charge_id}/dispute")
    settle()
    assert [row.kind for row in moderator.notifications.all()] == ["moderation.money"]
    assert funding.card_disputes.get().status == "needs_response"


def test_the_simulators_own_webhooks_arrive(organization, owner, simulator, live_server):
    """Signed by the simulator, delivered over HTTP to the real address."""
    client = stripe.StripeClient("sk_test_simulator", base_addresses={"api": simulator.address})
    endpoint = client.v1.webhook_endpoints.create(
        {"url": f"{live_server.url}/webhooks/stripe/platform/", "enabled_events": ["checkout.session.completed"]}
    )
    from django.conf import settings as live

    live.STRIPE_WEBHOOK_SECRETS["platform"] = endpoint.secret
    try:
        funding = actions.start_funding(engagement=make_awaiting(organization), by=owner, at=NOW)
        simulator.pay(funding.checkout_id)
        assert simulator.control("POST", "webhooks/settle") == {"settled": True}
    finally:
        live.STRIPE_WEBHOOK_SECRETS["platform"] = SECRET
    event = StripeEvent.objects.get()
    assert (event.type, event.object_id) == ("checkout.session.completed", funding.checkout_id)
    actions.handle_event(event.event_id, at=event.due_at)
    assert status_of(funding) == ("paid", "active")
