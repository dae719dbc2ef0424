"""The only module that imports `stripe`. Small functions in, frozen values out, failures as payments.failures.

No call is made inside a database transaction: a lock would be held while a stranger thinks, and a rollback would
forget what has happened outside. Blocks opened by Django's TestCase do not count, so tests need nothing special.
Retries are ours (operations.py), never the SDK's: each has a row that says what was sent under which key.
"""

import json
import logging
from functools import lru_cache
from urllib.parse import urlsplit

import stripe
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from marketplace.db import in_transaction
from payments import failures
from payments.stripe_values import (
    account_of,
    balance_line_of,
    balances_of,
    bank_payout_of,
    checkout_of,
    dispute_of,
    event_of,
    refund_of,
    reversal_of,
    transfer_of,
)

logging.getLogger("stripe").setLevel(logging.WARNING)  # it logs every request at INFO
# https://docs.stripe.com/error-codes
TRY_AGAIN = {"idempotency_key_in_use", "lock_timeout", "rate_limit"}
ACCOUNT_NOT_READY = {"insufficient_capabilities_for_transfer", "transfers_not_allowed"}
NOT_NOW = {"charge_disputed"}  # the bank has the payment: wait for what it decides
CHECKOUT_EXPAND = ["payment_intent.latest_charge.balance_transaction"]
ACCOUNT_INCLUDE = ["configuration.recipient", "requirements"]
EVENTS_PER_PAGE = 100


# --- Accounts (v2 recipients) ---------------------------------------------------------------------


def create_account(*, key, operation, email, name, country, currency):
    """A recipient that can be paid by transfers, with Stripe's Express dashboard. Returns an Account."""
    transfers = {"stripe_balance": {"stripe_transfers": {"requested": True}}}
    responsibilities = {"fees_collector": "application", "losses_collector": "application"}
    params = {
        "contact_email": email,
        "display_name": name,
        "dashboard": "express",
        "identity": {"country": country.lower(), "entity_type": "individual"},
        "configuration": {"recipient": {"capabilities": transfers}},
        "defaults": {"currency": currency, "responsibilities": responsibilities},
        "metadata": {"operation": operation},
        "include": ACCOUNT_INCLUDE,
    }
    return account_of(_ask(lambda client: client.v2.core.accounts.create(params, _once(key))))


def create_account_link(account_id, *, refresh_url, return_url):
    """The address of Stripe's hosted onboarding, valid once and for minutes."""
    addresses = {"refresh_url": refresh_url, "return_url": return_url}
    use_case = {"type": "account_onboarding", "account_onboarding": addresses}
    params = {"account": account_id, "use_case": use_case}
    return _ask(lambda client: client.v2.core.account_links.create(params))["url"]


def retrieve_account(account_id):
    params = {"include": ACCOUNT_INCLUDE}
    return account_of(_ask(lambda client: client.v2.core.accounts.retrieve(account_id, params)))


def create_login_link(account_id):
    """The address of the person's own Stripe dashboard, for one visit."""
    return _ask(lambda client: client.v1.accounts.login_links.create(account_id))["url"]


# --- Money in -------------------------------------------------------------------------------------


def create_checkout(
    *, key, operation, reference, lines, currency, transfer_group, success_url, cancel_url, email, metadata
):
    """A hosted Checkout page. `lines` are [name, amount in minor units]. Returns a Checkout.

    The payment methods are chosen in Stripe's dashboard, and the expiry is Stripe's own (24 hours by its clock).
    """
    metadata = {"operation": operation, **metadata}
    params = {
        "mode": "payment",
        "client_reference_id": reference,
        "success_url": success_url,
        "cancel_url": cancel_url,
        "customer_email": email,
        "line_items": [_line(name, amount, currency) for name, amount in lines],
        "payment_intent_data": {"transfer_group": transfer_group, "metadata": metadata},
        "metadata": metadata,
    }
    return checkout_of(_ask(lambda client: client.v1.checkout.sessions.create(params, _once(key))))


def retrieve_checkout(checkout_id):
    """With its payment, charge and Stripe's fee."""
    params = {"expand": CHECKOUT_EXPAND}
    return checkout_of(_ask(lambda client: client.v1.checkout.sessions.retrieve(checkout_id, params)))


def find_checkout(payment_intent_id):
    """The Checkout that made this payment, or None for a payment that is not ours."""
    params = {"payment_intent": payment_intent_id, "limit": 1}
    found = _ask(lambda client: client.v1.checkout.sessions.list(params))["data"]
    return retrieve_checkout(found[0]["id"]) if found else None


def payment_intent_of_charge(charge_id):
    return _ask(lambda client: client.v1.charges.retrieve(charge_id)).get("payment_intent")


# --- Money out ------------------------------------------------------------------------------------


def create_transfer(*, key, operation, amount, currency, destination, source_transaction, transfer_group, metadata):
    """From our balance to a connected account. Returns a Transfer.

    `source_transaction` (a card charge, or None) lets it succeed before the charge settles; Stripe also refuses more
    than the charge has left, a second guard against paying twice.
    """
    params = {
        "amount": amount,
        "currency": currency,
        "destination": destination,
        "transfer_group": transfer_group,
        "metadata": {"operation": operation, **metadata},
    }
    if source_transaction:
        params["source_transaction"] = source_transaction
    return transfer_of(_ask(lambda client: client.v1.transfers.create(params, _once(key))))


def retrieve_transfer(transfer_id):
    return transfer_of(_ask(lambda client: client.v1.transfers.retrieve(transfer_id)))


def find_transfer(transfer_group, operation):
    """The transfer this operation made, or None: how absence is proved before a new key is used."""
    return _find("transfers", {"transfer_group": transfer_group}, operation, transfer_of)


def create_refund(*, key, operation, payment_intent, amount, metadata):
    """Back to where the payment came from. Returns a Refund."""
    params = {
        "payment_intent": payment_intent,
        "amount": amount,
        "reason": "requested_by_customer",
        "metadata": {"operation": operation, **metadata},
    }
    return refund_of(_ask(lambda client: client.v1.refunds.create(params, _once(key))))


def retrieve_refund(refund_id):
    return refund_of(_ask(lambda client: client.v1.refunds.retrieve(refund_id)))


def find_refund(payment_intent, operation):
    return _find("refunds", {"payment_intent": payment_intent}, operation, refund_of)


def create_reversal(*, key, operation, transfer, amount, metadata):
    """Take a part of a transfer back from the connected account. Returns a Reversal."""
    params = {"amount": amount, "metadata": {"operation": operation, **metadata}}
    return reversal_of(_ask(lambda client: client.v1.transfers.reversals.create(transfer, params, _once(key))))


def find_reversal(transfer, operation):
    """The reversal this operation made, or None. A transfer has few: one page of 100 holds them."""
    params = {"limit": EVENTS_PER_PAGE}
    rows = _ask(lambda client: client.v1.transfers.reversals.list(transfer, params))["data"]
    return next((found for found in map(reversal_of, rows) if found.operation == operation), None)


# --- What Stripe holds, and what banks do ---------------------------------------------------------


def retrieve_dispute(dispute_id):
    """With what it moved on our balance."""
    return dispute_of(_ask(lambda client: client.v1.disputes.retrieve(dispute_id)))


def retrieve_bank_payout(payout_id, account_id):
    """A payout from a connected account to its bank."""
    options = {"stripe_account": account_id}
    return bank_payout_of(_ask(lambda client: client.v1.payouts.retrieve(payout_id, options=options)), account_id)


def list_bank_payouts(account_id):
    """The newest payouts of a connected account to its bank, one page."""
    options = {"stripe_account": account_id}
    rows = _ask(lambda client: client.v1.payouts.list({"limit": 20}, options))["data"]
    return [bank_payout_of(row, account_id) for row in rows]


def retrieve_balance():
    """{currency: (available, pending)} of our own balance, in minor units."""
    return balances_of(_ask(lambda client: client.v1.balance.retrieve()))


def list_balance_transactions(*, since):
    """Lines of Stripe's book of our balance created at or after `since`, newest first, all pages."""
    yield from map(balance_line_of, _pages("balance_transactions", {"created": {"gte": int(since.timestamp())}}))


# --- Events ---------------------------------------------------------------------------------------


def verified_event(endpoint, payload, signature):
    """The Event in a webhook's raw body, or None if it is forged, unreadable or of the other mode (live, test).

    Snapshot events (v1) and thin ones (v2) are signed alike: https://docs.stripe.com/webhooks#verify-manually
    """
    secret = settings.STRIPE_WEBHOOK_SECRETS[endpoint]
    try:
        stripe.WebhookSignature.verify_header(payload.decode(), signature, secret, stripe.Webhook.DEFAULT_TOLERANCE)
        event = event_of(json.loads(payload))
    except (stripe.SignatureVerificationError, ValueError, KeyError, TypeError):
        return None
    return event if event.livemode == is_live() else None


def list_events(*, since):
    """Events created at or after `since` (an aware datetime), newest first, all pages (Stripe keeps 30 days)."""
    yield from map(event_of, _pages("events", {"created": {"gte": int(since.timestamp())}}))


# --- The client -----------------------------------------------------------------------------------


def is_live():
    return "_live_" in settings.STRIPE_SECRET_KEY


def refuse_inside_transaction():
    """Raise NetworkInTransaction if a database transaction is open on this connection."""
    if in_transaction():
        raise failures.NetworkInTransaction("Stripe is never called inside a database transaction.")


def _ask(request):
    """One request to Stripe as a plain dict. Raises a payments.failures.Failure."""
    refuse_inside_transaction()
    client = _client(
        settings.STRIPE_SECRET_KEY,
        settings.STRIPE_API_BASE,
        settings.STRIPE_API_VERSION,
        settings.STRIPE_TIMEOUT_SECONDS,
    )
    try:
        return request(client).to_dict()
    except stripe.StripeError as error:
        raise _failure(error) from error


@lru_cache(maxsize=8)
def _client(key, base, version, timeout):
    host = urlsplit(base).hostname or "api.stripe.com"
    if "_live_" in key and not host.endswith(".stripe.com"):
        raise ImproperlyConfigured("A live key goes to Stripe only: unset STRIPE_API_BASE or use a test key.")
    if not key:
        raise ImproperlyConfigured("STRIPE_SECRET_KEY is not set.")
    return stripe.StripeClient(
        key,
        base_addresses={"api": base} if base else None,
        stripe_version=version,
        max_network_retries=0,
        http_client=stripe.RequestsClient(timeout=timeout),
    )


def _failure(error):
    """Stripe's error as one of ours: https://docs.stripe.com/api/errors and docs/payments.md."""
    told = error.json_body.get("error") if isinstance(error.json_body, dict) else None
    told = told if isinstance(told, dict) else {}  # the SDK drops the code of a 409 and a 429
    code, status = error.code or told.get("code") or "", error.http_status
    known = {"code": code or type(error).__name__, "status": status}
    message = (error.user_message or str(error))[:500]
    no_answer = isinstance(error, stripe.APIConnectionError) or status is None or status >= 500
    if no_answer or status in (409, 429) or code in TRY_AGAIN:
        replayed = {name.lower(): value for name, value in error.headers.items()}.get("idempotent-replayed") == "true"
        return failures.Unknown(message, replayed=replayed, **known)
    if isinstance(error, stripe.IdempotencyError):
        return failures.Bug(message, **known)
    if code == "balance_insufficient" or status == 401:
        return failures.NotYet(message, **known)
    if code in ACCOUNT_NOT_READY | NOT_NOW or code.startswith("account_") or status == 403:
        return failures.Held(message, **known)
    return failures.Refused(message, **known)


def _find(collection, filters, operation, convert):
    """The first object of a filtered list whose metadata names this operation, or None."""
    rows = _pages(collection, filters)
    return next((convert(row) for row in rows if (row.get("metadata") or {}).get("operation") == operation), None)


def _pages(collection, filters):
    """The rows of a v1 list, page after page. https://docs.stripe.com/api/pagination"""
    params = filters | {"limit": EVENTS_PER_PAGE}
    while True:
        page = _ask(lambda client: getattr(client.v1, collection).list(params))  # noqa: B023  (called at once)
        yield from page["data"]
        if not page["has_more"]:
            return
        params = params | {"starting_after": page["data"][-1]["id"]}


def _line(name, amount, currency):
    price = {"currency": currency, "unit_amount": amount, "product_data": {"name": name}}
    return {"quantity": 1, "price_data": price}


def _once(key):
    return {"idempotency_key": key}
