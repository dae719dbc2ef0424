"""Events read back, and webhooks: signed, repeated, lost, doubled, late, out of order."""

import json

import pytest
import stripe

from tests.simulator.conftest import SECRETS, refused, session_params


@pytest.fixture
def settle(simulator):
    return lambda: simulator.control("POST", "webhooks/settle")


def test_signatures_verify_with_the_sdk(client, simulator, inbox, recipient, pay, settle):
    simulator.control("POST", f"accounts/{recipient.id}/onboard")
    pay()
    settle()
    seen = set()
    for endpoint, signature, body in inbox.posts:
        stripe.WebhookSignature.verify_header(body, signature, SECRETS[endpoint], tolerance=60)
        with pytest.raises(stripe.SignatureVerificationError):
            stripe.WebhookSignature.verify_header(body + " ", signature, SECRETS[endpoint], tolerance=60)
        seen.add(endpoint)
    assert seen == {"platform", "connect", "thin"}


def test_a_snapshot_event(client, inbox, pay, settle):
    paid = pay()
    settle()
    posted = next(event for event in inbox.events("platform") if event["type"] == "checkout.session.completed")
    assert (posted["api_version"], posted["livemode"]) == ("2026-10-28.endive", False)
    assert posted["data"]["object"]["id"] == paid["session"]
    assert posted["data"]["object"]["payment_status"] == "paid"
    assert posted["pending_webhooks"] == 1
    found = client.v1.events.retrieve(posted["id"])
    assert (found.type, found.data.object.id, found.pending_webhooks) == (posted["type"], paid["session"], 0)


def test_a_thin_event_parses_and_fetches(client, simulator, inbox, recipient, settle):
    simulator.control("POST", f"accounts/{recipient.id}/onboard")
    settle()
    endpoint, signature, body = next(post for post in inbox.posts if "capability_status_updated" in post[2])
    notification = client.parse_event_notification(body, signature, SECRETS[endpoint])
    assert notification.related_object.id == recipient.id
    assert notification.fetch_related_object().id == recipient.id
    event = notification.fetch_event()
    assert event.data.updated_capability == "stripe_balance.stripe_transfers"
    listed = client.v2.core.events.list({"object_id": recipient.id}).data
    assert [each.id for each in listed][0] == event.id


def test_events_are_read_back_newest_first(client, pay):
    pay()
    types = [event.type for event in client.v1.events.list({"limit": 3}).data]
    assert types == ["checkout.session.completed", "payment_intent.succeeded", "charge.succeeded"]
    filtered = client.v1.events.list({"types": ["charge.succeeded", "payout.paid"]}).data
    assert [event.type for event in filtered] == ["charge.succeeded"]


def test_an_event_names_the_request_behind_it(client, ready, pay):
    params = {"amount": 100, "currency": "usd", "destination": ready.id, "source_transaction": pay()["charge"]}
    made = client.v1.transfers.create(params, {"idempotency_key": "transfer:1:a1"})
    event = client.v1.events.list({"type": "transfer.created"}).data[0]
    assert event.request.idempotency_key == "transfer:1:a1"
    assert event.request.id == made.last_response.request_id


def test_delivery_is_repeated_until_accepted(client, simulator, inbox, settle):
    inbox.status = 500
    client.v1.checkout.sessions.expire(client.v1.checkout.sessions.create(session_params()).id)
    settle()
    tries = len(inbox.posts)
    assert tries >= 1
    inbox.status = 200
    simulator.control("POST", "clock", {"seconds": 5})
    settle()
    assert len(inbox.posts) == tries + 1
    assert {json.loads(body)["id"] for _, _, body in inbox.posts} == {inbox.events("platform")[0]["id"]}
    simulator.control("POST", "clock", {"days": 1})
    settle()
    assert len(inbox.posts) == tries + 1


def test_after_three_days_nobody_tries_any_more(client, simulator, inbox, settle):
    simulator.control("POST", "webhooks", {"outage": True, "retry_seconds": 3600})
    client.v1.checkout.sessions.expire(client.v1.checkout.sessions.create(session_params()).id)
    for _ in range(4):
        settle()
        simulator.control("POST", "clock", {"days": 1})
    settle()
    simulator.control("POST", "webhooks", {"outage": False})
    simulator.control("POST", "clock", {"days": 1})
    settle()
    assert inbox.posts == []
    [delivery] = simulator.control("GET", "deliveries")["deliveries"]
    assert (delivery["state"], delivery["attempts"]) == ("given_up", 4)
    assert [event.type for event in client.v1.events.list().data] == ["checkout.session.expired"]
    undelivered = client.v1.events.list({"delivery_success": False}).data
    assert [event.type for event in undelivered] == ["checkout.session.expired"]


def test_lost_events_can_be_polled_and_resent(client, simulator, inbox, settle):
    simulator.control("POST", "webhooks", {"lose_next": 1})
    for _ in range(2):
        client.v1.checkout.sessions.expire(client.v1.checkout.sessions.create(session_params()).id)
    settle()
    arrived = {event["id"] for event in inbox.events("platform")}
    polled = {event.id for event in client.v1.events.list().data}
    [lost] = polled - arrived
    simulator.control("POST", f"events/{lost}/resend")
    settle()
    assert {event["id"] for event in inbox.events("platform")} == polled


def test_doubled_events(client, simulator, inbox, settle):
    simulator.control("POST", "webhooks", {"duplicate_next": 1})
    client.v1.checkout.sessions.expire(client.v1.checkout.sessions.create(session_params()).id)
    settle()
    ids = [event["id"] for event in inbox.events("platform")]
    assert (len(ids), len(set(ids))) == (2, 1)


def test_knobs_for_some_types_only(simulator, inbox, pay, settle):
    simulator.control("POST", "webhooks", {"loss_rate": 1, "types": ["checkout.session.completed"]})
    pay()
    settle()
    assert sorted(inbox.types("platform")) == ["charge.succeeded", "payment_intent.created", "payment_intent.succeeded"]


def test_an_order_chosen_by_hand(simulator, inbox, pay):
    simulator.control("POST", "webhooks", {"paused": True})
    pay()
    waiting = simulator.control("GET", "deliveries?state=pending")["deliveries"]
    assert inbox.posts == []
    for delivery in waiting:  # newest first: the reverse of what happened
        assert simulator.control("POST", f"deliveries/{delivery['id']}/deliver")["state"] == "delivered"
    assert inbox.types("platform") == [
        "checkout.session.completed",
        "payment_intent.succeeded",
        "charge.succeeded",
        "payment_intent.created",
    ]


def test_late_events(simulator, inbox, pay, settle):
    simulator.control("POST", "webhooks", {"delay_seconds": 60})
    pay()
    settle()
    assert inbox.posts == []
    simulator.control("POST", "clock", {"seconds": 61})
    settle()
    assert len(inbox.posts) == 4


def test_an_unknown_knob_is_refused(simulator):
    assert simulator.try_control("POST", "webhooks", {"chaos": 1})[0] == 400


def test_nothing_is_told_about_what_was_undone(client, simulator, inbox, ready, pay, settle):
    paid = pay()
    settle()
    inbox.clear()
    params = {"amount": 999_999, "currency": "usd", "destination": ready.id, "source_transaction": paid["charge"]}
    refused(client.v1.transfers.create, params)
    settle()
    assert inbox.posts == []


def test_further_endpoints(client, inbox, pay, settle):
    endpoint = client.v1.webhook_endpoints.create({"url": f"{inbox.url}/extra", "enabled_events": ["charge.succeeded"]})
    pay()
    settle()
    extra = [(signature, body) for name, signature, body in inbox.posts if name == "extra"]
    assert [json.loads(body)["type"] for _, body in extra] == ["charge.succeeded"]
    stripe.WebhookSignature.verify_header(extra[0][1], extra[0][0], endpoint.secret)
    assert [each.id for each in client.v1.webhook_endpoints.list().data] == [endpoint.id]
    client.v1.webhook_endpoints.delete(endpoint.id)
    assert refused(client.v1.webhook_endpoints.retrieve, endpoint.id).code == "resource_missing"


def test_lists_by_type(client, pay):
    pay()
    listed = lambda **how: [event.type for event in client.v1.events.list({"limit": 100, **how}).data]  # noqa: E731
    everything = listed()
    assert listed(type="charge.succeeded") == ["charge.succeeded"]
    assert listed(type="charge.*") == [kind for kind in everything if kind.startswith("charge.")]
    assert set(listed(types=["charge.succeeded", "checkout.session.completed"])) == {
        "charge.succeeded",
        "checkout.session.completed",
    }
    assert listed(type="payout.paid") == []
