"""The ledger: double entry, kept true by PostgreSQL (migrations/0002_ledger.py), written through `post` only.

Debits are positive, credits negative. An account is named by what it holds and its currency: "held:<engagement>:usd".
"""

from django.db import connection, transaction
from django.db.models import Sum

from payments.models import LedgerAccount, LedgerEntry, LedgerTransaction

DEBIT, CREDIT = 1, -1
# The first word of an account's name → which side makes it grow, and whether it may fall below zero.
CHART = {
    "stripe": (DEBIT, True),  # money at Stripe; a chargeback can take more than is there
    "held": (CREDIT, False),  # funded, not yet released: owed to either side
    "payable": (CREDIT, False),  # approved: owed to the student
    "revenue": (CREDIT, True),
    "expense": (DEBIT, True),
    "refund_in_transit": (CREDIT, False),  # owed to an employer, on its way back
    "dispute": (DEBIT, False),  # taken by a card dispute, may come back
    "loss": (DEBIT, True),
    "suspense": (CREDIT, True),  # not understood yet: a person must look
    "bank": (DEBIT, True),  # our own bank account, as far as Stripe pays out to it or is topped up from it
}


class LedgerConflict(Exception):
    """The key was already used for other entries. A bug: nothing was written."""


@transaction.atomic(savepoint=False)
def post(*, kind, key, at, currency, amounts, engagement=None, source=""):
    """Write one transaction, together with the fact it records; the same key and amounts again change nothing.

    `amounts`: {account name without currency: minor units, debit positive}, summing to zero; zeros are left out.
    `source`: the Stripe object that its balance transaction names, where money moved at Stripe.
    Raises LedgerConflict for a key that says something else, django.db.IntegrityError where a rule is broken; then the
    whole transaction is lost, the fact with its movement.
    """
    amounts = {name: amount for name, amount in amounts.items() if amount}
    number = _insert(key, kind, engagement, at, source or "")
    if number is None:
        _refuse_other(key, kind, amounts)
        return
    accounts = lock_accounts(amounts, currency)
    LedgerEntry.objects.bulk_create(
        LedgerEntry(transaction_id=number, account=account, amount=amounts[name], currency=currency)
        for name, account in sorted(accounts.items(), key=lambda item: item[1].pk)
    )


def lock_accounts(names, currency):
    """{name: LedgerAccount}, opened where missing, locked in the order of their ids: nobody waits in a circle."""
    codes = {code_of(name, currency): name for name in names}
    missing = set(codes) - set(LedgerAccount.objects.filter(code__in=codes).values_list("code", flat=True))
    LedgerAccount.objects.bulk_create([_new_account(code, currency) for code in sorted(missing)], ignore_conflicts=True)
    rows = LedgerAccount.objects.select_for_update().filter(code__in=codes).order_by("pk")
    return {codes[row.code]: row for row in rows}


def balance(name, currency):
    """In minor units, positive on the account's own side; 0 for an account that was never used."""
    return LedgerAccount.objects.filter(code=code_of(name, currency)).values_list("balance", flat=True).first() or 0


def locked_balance(name, currency):
    """As `balance`, with the account locked until the transaction ends: nobody else spends it meanwhile."""
    return lock_accounts([name], currency)[name].balance


def balances(prefix, currency):
    """{account name: balance} of every account whose name starts with `prefix`."""
    rows = LedgerAccount.objects.filter(code__startswith=prefix, currency=currency).order_by("code")
    return {row.code.removesuffix(f":{currency}"): row.balance for row in rows}


def sums():
    """{currency: sum of all entries}: zero each, or the ledger is broken."""
    rows = LedgerEntry.objects.values("currency").annotate(total=Sum("amount")).order_by("currency")
    return {row["currency"]: row["total"] for row in rows}


def drifted_accounts():
    """Codes of accounts whose kept balance is not the sum of their entries: empty, or the ledger is broken."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.code FROM payments_ledgeraccount a LEFT JOIN payments_ledgerentry e ON e.account_id = a.id"
            " GROUP BY a.id HAVING a.balance <> COALESCE(SUM(e.amount), 0) * a.normal ORDER BY a.code"
        )
        return [code for (code,) in cursor.fetchall()]


def code_of(name, currency):
    return f"{name}:{currency}"


def held(engagement):
    return f"held:{engagement.code}"


def payable(row):
    """Of a Payout or an Engagement: the account of its student."""
    return f"payable:{row.student_id}"


def _new_account(code, currency):
    normal, allow_negative = CHART[code.split(":")[0]]
    return LedgerAccount(code=code, currency=currency, normal=normal, allow_negative=allow_negative)


INSERT = """
INSERT INTO payments_ledgertransaction (key, kind, engagement_id, at, reference, source, database_transaction)
VALUES (%s, %s, %s, %s, '{}', %s, 0) ON CONFLICT (key) DO NOTHING RETURNING id
"""


def _insert(key, kind, engagement, at, source):
    """The id of the new transaction, or None where the key is taken: one statement, without a savepoint."""
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [key, kind, engagement and engagement.pk, at, source])
        row = cursor.fetchone()
    return row and row[0]


def _refuse_other(key, kind, amounts):
    """Raises LedgerConflict unless the key was used for the same."""
    row = LedgerTransaction.objects.get(key=key)
    entries = row.entries.select_related("account")
    written = {entry.account.code.removesuffix(f":{entry.currency}"): entry.amount for entry in entries}
    if row.kind != kind or written != amounts:
        raise LedgerConflict(f"{row.key} was posted as {row.kind} {written}, not {kind} {amounts}")
