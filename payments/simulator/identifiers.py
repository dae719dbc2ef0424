"""Ids that look like Stripe's: a prefix per kind and a random tail."""

import secrets
import string

ALPHABET = string.digits + string.ascii_letters
PLATFORM = "acct_1SimPlatform0000"

KIND_OF_PREFIX = {
    "acct": "account",
    "ch": "charge",
    "cs": "checkout.session",
    "dp": "dispute",
    "du": "dispute",
    "evt": "event",
    "issfr": "radar.early_fraud_warning",
    "li": "item",
    "pi": "payment_intent",
    "po": "payout",
    "py": "charge",
    "pyr": "refund",
    "re": "refund",
    "tr": "transfer",
    "trr": "transfer_reversal",
    "tu": "topup",
    "txn": "balance_transaction",
    "we": "webhook_endpoint",
}


def new_id(prefix, length=24):
    return f"{prefix}_" + "".join(ALPHABET[byte % 62] for byte in secrets.token_bytes(length))


def kind_of(id):
    return KIND_OF_PREFIX.get(id.split("_", 1)[0])
