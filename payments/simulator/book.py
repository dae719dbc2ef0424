"""The simulator's double-entry book: what the platform and each connected account hold.

A balance transaction moves money on one account; its counterpart is where the money came from or went to
(card networks, Stripe's fees, a bank, or the clearing account between two Stripe accounts), so that all
entries of a currency sum to zero. https://docs.stripe.com/reports/balance-transaction-types
"""

from .identifiers import new_id

CARDS, FEES, BANK, DISPUTES, CLEARING = "card_networks", "stripe_fees", "bank", "disputes", "between_accounts"


class Book:
    def __init__(self, sim):
        self.sim, self.store = sim, sim.store

    def record(self, account, kind, amount, *, source, currency, against, available_on=None, **details):
        """Moves `amount` minor units (negative: out) and takes `fee`. Returns the balance transaction.

        Further details: `fee` and the `fee_name` it goes by, `description`, `category` if not that of the kind.
        """
        now, fee = self.sim.clock.now(), details.get("fee", 0)
        available_on = max(available_on or now, now)
        pending = available_on > now
        txn = {
            "id": new_id("txn"),
            "object": "balance_transaction",
            "amount": amount,
            "available_on": available_on,
            "balance_type": "payments",
            "created": now,
            "currency": currency,
            "description": details.get("description"),
            "exchange_rate": None,
            "fee": fee,
            "fee_details": [_fee_line(fee, currency, details.get("fee_name"))] if fee else [],
            "net": amount - fee,
            "reporting_category": details.get("category") or REPORTING.get(kind, kind),
            "source": source,
            "status": "pending" if pending else "available",
            "type": kind,
        }
        self.store.add(txn, account)
        bucket = "pending" if pending else "available"
        self._enter(txn, account, bucket, amount - fee)
        self._enter(txn, against, "outside", -amount)
        if fee:
            self._enter(txn, FEES, "outside", fee)
        if pending:
            self.sim.timetable.add(available_on, "settle", txn["id"])
        return txn

    def settle(self, txn):
        """Pending money becomes available. https://docs.stripe.com/payouts#settlement-timing"""
        account = self.store.owner(txn["id"])
        self._enter(txn, account, "pending", -txn["net"])
        self._enter(txn, account, "available", txn["net"])
        txn["status"] = "available"
        self.store.save(txn)

    def amount(self, account, bucket, currency):
        sql = "SELECT amount FROM balance WHERE account = ? AND bucket = ? AND currency = ?"
        row = self.store.row(sql, account, bucket, currency)
        return row["amount"] if row else 0

    def currencies(self, account):
        rows = self.store.rows("SELECT DISTINCT currency FROM balance WHERE account = ?", account)
        return sorted(row["currency"] for row in rows) or ["usd"]

    def is_empty(self, account):
        rows = self.store.rows("SELECT amount FROM balance WHERE account = ? AND bucket <> 'outside'", account)
        return not any(row["amount"] for row in rows)

    def sums(self):
        """Per currency the sum of all entries: zero, or the book is broken."""
        rows = self.store.rows("SELECT currency, SUM(amount) AS total FROM entry GROUP BY currency")
        return {row["currency"]: row["total"] for row in rows}

    def balances(self):
        rows = self.store.rows("SELECT * FROM balance ORDER BY account, bucket, currency")
        return [dict(row) for row in rows]

    def _enter(self, txn, account, bucket, amount):
        currency, now = txn["currency"], self.sim.clock.now()
        sql = "INSERT INTO entry (txn, account, bucket, currency, amount, at) VALUES (?, ?, ?, ?, ?, ?)"
        self.store.run(sql, txn["id"], account, bucket, currency, amount, now)
        self.store.run(
            "INSERT INTO balance VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET amount = amount + excluded.amount",
            *(account, bucket, currency, amount),
        )


def _fee_line(fee, currency, name):
    line = {"amount": fee, "application": None, "currency": currency, "type": "stripe_fee"}
    return line | {"description": name or "Stripe processing fees"}


REPORTING = {
    "adjustment": "dispute",
    "payment": "charge",
    "payment_failure_refund": "charge_failure",
    "payout_cancel": "payout_reversal",
    "payout_failure": "payout_reversal",
    "transfer_refund": "transfer_reversal",
    "payment_refund": "refund",
}
