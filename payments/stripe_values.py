"""Stripe's answers as small frozen values: only what we act on, independent of the SDK."""

from dataclasses import dataclass, field
from datetime import UTC, datetime


@dataclass(frozen=True)
class Account:
    """`transfers_status` is Stripe's word: active, pending, restricted, rejected, unsupported; ours: closed."""

    id: str
    transfers_status: str
    requirements: list
    operation: str


@dataclass(frozen=True)
class Checkout:
    """`status` is open, complete or expired; `payment_status` paid or unpaid. `stripe_fee` None: not known yet."""

    id: str
    url: str
    status: str
    payment_status: str
    amount: int
    currency: str
    expires_at: datetime
    reference: str
    operation: str
    payment_intent_id: str | None = None
    payment_failed: bool = False
    charge_id: str | None = None
    method: str = ""
    card_hint: str = ""
    stripe_fee: int | None = None


@dataclass(frozen=True)
class Transfer:
    id: str
    amount: int
    currency: str
    destination: str
    operation: str
    amount_reversed: int


@dataclass(frozen=True)
class Refund:
    """`status` is pending, requires_action, succeeded, failed or canceled."""

    id: str
    amount: int
    currency: str
    status: str
    operation: str
    payment_intent_id: str | None
    failure: str


@dataclass(frozen=True)
class Event:
    id: str
    type: str
    livemode: bool
    created_at: datetime
    object_id: str  # what it is about: re-fetched before anything is done
    account_id: str  # the connected account it happened on, or empty
    payload: dict = field(repr=False)


def account_of(row):
    recipient = (row.get("configuration") or {}).get("recipient") or {}
    balance = (recipient.get("capabilities") or {}).get("stripe_balance") or {}
    status = (balance.get("stripe_transfers") or {}).get("status") or "pending"
    entries = (row.get("requirements") or {}).get("entries") or []
    return Account(
        id=row["id"],
        transfers_status="closed" if row.get("closed") else status,
        requirements=[entry["description"] for entry in entries if entry.get("awaiting_action_from") == "user"],
        operation=(row.get("metadata") or {}).get("operation", ""),
    )


def checkout_of(row):
    """Reads the payment only where it was expanded."""
    intent = row.get("payment_intent")
    expanded = intent if isinstance(intent, dict) else {}
    charge = expanded.get("latest_charge")
    charge = charge if isinstance(charge, dict) else {}
    return Checkout(
        id=row["id"],
        url=row.get("url") or "",
        status=row["status"],
        payment_status=row["payment_status"],
        amount=row["amount_total"],
        currency=row["currency"],
        expires_at=datetime.fromtimestamp(row["expires_at"], UTC),
        reference=row.get("client_reference_id") or "",
        operation=(row.get("metadata") or {}).get("operation", ""),
        payment_intent_id=expanded.get("id") or (intent if isinstance(intent, str) else None),
        payment_failed=expanded.get("status") in ("requires_payment_method", "canceled"),
        **_charge_facts(charge, row["currency"]),
    )


def _charge_facts(charge, currency):
    details = charge.get("payment_method_details") or {}
    kind = details.get("type") or ""
    card = details.get("card") or details.get("us_bank_account") or {}
    brand = (card.get("brand") or card.get("bank_name") or kind).replace("_", " ")
    movement = charge.get("balance_transaction")
    known = isinstance(movement, dict) and movement["currency"] == currency
    return {
        "charge_id": charge.get("id"),
        "method": kind,
        "card_hint": f"{brand[:1].upper()}{brand[1:]} ending {card['last4']}"[:40] if card.get("last4") else "",
        "stripe_fee": movement["fee"] if known else None,
    }


def transfer_of(row):
    return Transfer(
        id=row["id"],
        amount=row["amount"],
        currency=row["currency"],
        destination=row["destination"] if isinstance(row["destination"], str) else row["destination"]["id"],
        operation=(row.get("metadata") or {}).get("operation", ""),
        amount_reversed=row.get("amount_reversed") or 0,
    )


def refund_of(row):
    return Refund(
        id=row["id"],
        amount=row["amount"],
        currency=row["currency"],
        status=row["status"],
        operation=(row.get("metadata") or {}).get("operation", ""),
        payment_intent_id=row.get("payment_intent"),
        failure=row.get("failure_reason") or "",
    )


def event_of(row):
    """A snapshot event carries its object, a thin one (v2) only names it."""
    if row["object"] == "v2.core.event":
        created, about = datetime.fromisoformat(row["created"]), row.get("related_object") or {}
    else:
        created, about = datetime.fromtimestamp(row["created"], UTC), row["data"]["object"]
    return Event(
        id=str(row["id"]),
        type=str(row["type"]),
        livemode=bool(row.get("livemode")),
        created_at=created,
        object_id=str(about.get("id") or ""),
        account_id=row.get("account") or "",
        payload=row,
    )
