"""Stripe's answers as small frozen values: only what we act on, independent of the SDK."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime


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
class Reversal:
    id: str
    amount: int
    currency: str
    operation: str


@dataclass(frozen=True)
class BalanceLine:
    """One line of Stripe's book of our balance: `net` = `amount` − `fee` is what it changes."""

    id: str
    type: str
    amount: int
    fee: int
    net: int
    currency: str
    source: str
    created_at: datetime
    available_on: datetime


@dataclass(frozen=True)
class Dispute:
    """`status` is needs_response, under_review, won, lost or warning_…; `movements`: what it moved on our balance."""

    id: str
    charge_id: str
    status: str
    amount: int
    currency: str
    reason: str
    evidence_due_at: datetime | None
    movements: list

    @property
    def first_status(self):
        """With which our row begins when we hear of it late: it is then moved on to `status`."""
        return "warning_needs_response" if self.status.startswith("warning") else "needs_response"


@dataclass(frozen=True)
class BankPayout:
    """`status` is pending, in_transit, paid, failed or canceled."""

    id: str
    account_id: str
    status: str
    amount: int
    currency: str
    created_at: datetime
    arrives_on: date | None
    failure_code: str


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


def reversal_of(row):
    return Reversal(
        id=row["id"],
        amount=row["amount"],
        currency=row["currency"],
        operation=(row.get("metadata") or {}).get("operation", ""),
    )


def balance_line_of(row):
    source = row.get("source")
    return BalanceLine(
        id=row["id"],
        type=row["type"],
        amount=row["amount"],
        fee=row["fee"],
        net=row["net"],
        currency=row["currency"],
        source=(source["id"] if isinstance(source, dict) else source) or "",
        created_at=_time(row["created"]),
        available_on=_time(row["available_on"]),
    )


def balances_of(row):
    """{currency: (available, pending)} in minor units."""
    sums = {}
    for place, bucket in enumerate(("available", "pending")):
        for part in row[bucket]:
            sums.setdefault(part["currency"], [0, 0])[place] += part["amount"]
    return {currency: tuple(amounts) for currency, amounts in sums.items()}


def dispute_of(row):
    charge = row["charge"]
    due = (row.get("evidence_details") or {}).get("due_by")
    return Dispute(
        id=row["id"],
        charge_id=charge["id"] if isinstance(charge, dict) else charge,
        status=row["status"],
        amount=row["amount"],
        currency=row["currency"],
        reason=row.get("reason") or "",
        evidence_due_at=_time(due) if due else None,
        movements=[balance_line_of(line) for line in row.get("balance_transactions") or []],
    )


def bank_payout_of(row, account_id):
    arrival = row.get("arrival_date")
    return BankPayout(
        id=row["id"],
        account_id=account_id,
        status=row["status"],
        amount=row["amount"],
        currency=row["currency"],
        created_at=_time(row["created"]),
        arrives_on=_time(arrival).date() if arrival else None,
        failure_code=row.get("failure_code") or "",
    )


def _time(seconds):
    return datetime.fromtimestamp(seconds, UTC)


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
