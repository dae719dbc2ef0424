"""The door to Stripe: what it refuses, and how Stripe's errors become ours."""

import pytest
import stripe
from django.core.exceptions import ImproperlyConfigured

from payments import failures
from payments import stripe_gateway as gateway
from payments.stripe_values import checkout_of, event_of


def test_a_live_key_goes_to_stripe_only(settings, db):
    settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE = "sk_live_shape_only", "http://127.0.0.1:9"
    with pytest.raises(ImproperlyConfigured):
        gateway.retrieve_account("acct_any")


def test_without_a_key_nothing_is_asked(settings, db):
    settings.STRIPE_SECRET_KEY = ""
    with pytest.raises(ImproperlyConfigured):
        gateway.retrieve_account("acct_any")


def error(kind, status, code=None, headers=None):
    body = {"error": {"code": code, "message": "No."}}
    if kind in (stripe.InvalidRequestError, stripe.CardError):
        return kind("No.", "param", code, http_status=status, json_body=body, headers=headers or {})
    return kind("No.", http_status=status, json_body=body, headers=headers or {}, code=code)


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (stripe.APIConnectionError("No."), failures.Unknown),
        (error(stripe.APIError, 500), failures.Unknown),
        (error(stripe.APIError, 503), failures.Unknown),
        (error(stripe.RateLimitError, 429, "rate_limit"), failures.Unknown),
        (error(stripe.InvalidRequestError, 400, "lock_timeout"), failures.Unknown),
        (error(stripe.APIError, 409, "idempotency_key_in_use"), failures.Unknown),
        (error(stripe.IdempotencyError, 400), failures.Bug),
        (error(stripe.InvalidRequestError, 400, "balance_insufficient"), failures.NotYet),
        (error(stripe.AuthenticationError, 401), failures.NotYet),
        (error(stripe.InvalidRequestError, 400, "insufficient_capabilities_for_transfer"), failures.Held),
        (error(stripe.InvalidRequestError, 400, "transfers_not_allowed"), failures.Held),
        (error(stripe.InvalidRequestError, 400, "account_invalid"), failures.Held),
        (error(stripe.PermissionError, 403), failures.Held),
        (error(stripe.InvalidRequestError, 400, "charge_disputed"), failures.Held),
        (error(stripe.InvalidRequestError, 404, "resource_missing"), failures.Refused),
    ],
)
def test_the_table_of_errors(raised, expected):
    assert type(gateway._failure(raised)) is expected


def test_a_replayed_500_says_so():
    fresh, stored = error(stripe.APIError, 500), error(stripe.APIError, 500, headers={"Idempotent-Replayed": "true"})
    assert (gateway._failure(fresh).replayed, gateway._failure(stored).replayed) == (False, True)


def test_a_checkout_without_its_payment_expanded():
    row = {
        "id": "cs_1", "url": None, "status": "complete", "payment_status": "unpaid", "amount_total": 100,
        "currency": "usd", "expires_at": 0, "client_reference_id": None, "metadata": None, "payment_intent": "pi_1",
    }  # fmt: skip
    checkout = checkout_of(row)
    assert (checkout.payment_intent_id, checkout.charge_id, checkout.stripe_fee) == ("pi_1", None, None)


def test_thin_and_snapshot_events_read_alike():
    thin = {
        "id": "evt_1", "object": "v2.core.event", "type": "v2.core.account.closed", "livemode": False,
        "created": "2026-03-02T15:00:00.000Z", "related_object": {"id": "acct_1", "type": "v2.core.account"},
    }  # fmt: skip
    snapshot = {
        "id": "evt_2", "object": "event", "type": "account.updated", "livemode": False, "created": 1772463600,
        "account": "acct_1", "data": {"object": {"id": "acct_1"}},
    }  # fmt: skip
    first, second = event_of(thin), event_of(snapshot)
    assert (first.object_id, first.created_at) == (second.object_id, second.created_at)
    assert (first.account_id, second.account_id) == ("", "acct_1")
