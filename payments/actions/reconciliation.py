"""Our ledger against Stripe's book: every balance transaction is in the ledger, in suspense, or too young to worry.

Each line of Stripe's book names the object that moved the money; our postings carry the same name, and the two sums
are equal. What nobody here knows goes to suspense and to a person. What lines do not explain is drift: no payout leaves
until that is over. https://docs.stripe.com/reports/balance-transaction-types
"""

from collections import defaultdict
from datetime import timedelta

from django.db import connection, transaction
from django.db.models import Sum

from marketplace.money import format_money
from marketplace.sweeps import one_by_one
from payments import movements
from payments import stripe_gateway as gateway
from payments.alarms import alarm
from payments.freezing import freeze, thaw
from payments.models import BalanceTransaction, EventCursor, Funding, LedgerEntry, Reconciliation

State = BalanceTransaction.State
OURS = ("payout", "payout_failure", "payout_cancel", "topup", "topup_reversal", *movements.STRIPE_CHARGES)
PATIENCE = timedelta(minutes=10)  # how long our own posting of a line may take: a killed worker, a missed webhook
OVERLAP = timedelta(minutes=10)  # lines are listed a little after they are created
FIRST_LOOK = timedelta(days=30)
BATCH = 500
LOCK = 7_001  # pg advisory lock: one comparison at a time


def reconcile(*, at):
    """Read Stripe's book, match it, and compare the balances. Returns [Reconciliation], one for each currency.

    Call it outside any transaction. Nothing is compared while lines come in at the same moment: the next run does.
    """
    read_book(at=at)
    match_lines(at=at)
    balances = gateway.retrieve_balance()
    if read_book(at=at):
        return []
    return compare(balances, at=at)


def read_book(*, at):
    """Keep the lines of Stripe's book that are new. Returns how many."""
    cursor, _created = EventCursor.objects.get_or_create(name="balance", defaults={"read_until": at - FIRST_LOOK})
    new, newest = 0, cursor.read_until
    batch = []
    for line in gateway.list_balance_transactions(since=cursor.read_until - OVERLAP):
        batch.append(line)
        newest = max(newest, line.created_at)
        if len(batch) == BATCH:
            new, batch = new + keep(batch, at), []
    new += keep(batch, at)
    EventCursor.objects.filter(pk=cursor.pk, read_until__lt=newest).update(read_until=newest)
    return new


@transaction.atomic
def keep(lines, at):
    ids = [line.id for line in lines]
    known = set(BalanceTransaction.objects.filter(stripe_id__in=ids).values_list("stripe_id", flat=True))
    fresh = [line for line in lines if line.id not in known]
    BalanceTransaction.objects.bulk_create(
        [
            BalanceTransaction(
                stripe_id=line.id, type=line.type[:60], amount=line.amount, fee=line.fee, net=line.net,
                currency=line.currency, source=line.source or line.id, created_at=line.created_at,
                available_on=line.available_on, seen_at=at,
            )
            for line in fresh
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    return len(fresh)


# --- Matching -------------------------------------------------------------------------------------


def match_lines(*, at):
    """Match what is not matched yet; what stays unknown for too long goes to suspense."""
    rows = BalanceTransaction.objects.exclude(state=State.MATCHED).order_by("source")
    one_by_one(list(rows.values_list("source", flat=True).distinct()), lambda source: match_source(source, at))


@transaction.atomic
def match_source(source, at):
    """All lines about one object together: what they change at Stripe is what our postings about it say, or not yet."""
    rows = list(BalanceTransaction.objects.select_for_update().filter(source=source).order_by("pk"))
    new = [row for row in rows if row.state == State.NEW]
    if any(row.fee or row.type in OURS for row in new):  # more than one movement may follow
        movements.lock_for_book(rows[0].currency)
    for row in new:
        book_ours(row, at)
    net, booked = sum(row.net for row in rows), posted(source)
    if net == booked:
        for row in rows:
            match(row, at)
        return
    if new and all(row.seen_at <= at - PATIENCE for row in new) and not is_on_its_way(source):
        into_suspense(new, net - booked - sum(row.suspense_amount for row in rows), at)


def is_on_its_way(source):
    """A bank debit is in Stripe's book from the start, and is taken off again there if it fails days later."""
    return Funding.objects.filter(charge_id=source, status=Funding.Status.PROCESSING).exists()


def book_ours(row, at):
    """What nothing but Stripe's book tells us: our own bank, Stripe's charges, a fee that was not known yet."""
    if row.type in OURS:
        movements.bank_moved(row, at)
    paid = Funding.objects.filter(charge_id=row.source, paid_at__isnull=False)
    funding = paid.select_related("engagement").first() if row.fee else None
    if funding is not None and row.type in ("charge", "payment"):
        movements.stripe_fee(funding, row.fee, row.currency, at)


def posted(source):
    """What our ledger says that was moved at Stripe for this object, in minor units."""
    entries = LedgerEntry.objects.filter(transaction__source=source, account__code__startswith="stripe:")
    return entries.aggregate(sum=Sum("amount", default=0))["sum"]


def match(row, at):
    if row.suspense_amount:
        movements.suspense_cleared(row, at)
    if row.state != State.MATCHED:
        row.state, row.suspense_amount = State.MATCHED, 0
        row.save(update_fields=["state", "suspense_amount"])


def into_suspense(rows, amount, at):
    """Somebody did it in Stripe's dashboard, or it is something that we do not know: a person finds out."""
    for row in rows:
        row.state, row.suspense_amount = State.SUSPENSE, amount if row == rows[-1] else 0
        row.save(update_fields=["state", "suspense_amount"])
    if amount:
        movements.suspense(rows[-1], at)
    last = rows[-1]
    moved = format_money(last.net, last.currency, trim=False)
    message = f"Stripe's book has a {last.type} of {moved} that is not in our ledger ({last.stripe_id}, {last.source})."
    alarm(f"suspense:{last.stripe_id}", message, at=at)


@transaction.atomic
def explain(*, row, explanation, by, at):
    """A person says what a line in suspense was; it becomes our gain or loss. Returns the BalanceTransaction."""
    row = BalanceTransaction.objects.select_for_update().get(pk=row.pk)
    if row.state == State.SUSPENSE and not row.explanation:
        row.explanation = f"{by}: {explanation.strip()}"[:500]
        row.save(update_fields=["explanation"])
        if row.suspense_amount:
            movements.suspense_written_off(row, at)
    return row


# --- Comparing ------------------------------------------------------------------------------------


@transaction.atomic
def compare(balances, *, at):
    """`balances`: {currency: (available, pending)} as Stripe says. Returns one Reconciliation for each currency."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    figures = ledger_figures()
    if any(unexplained(found) for found in figures.values()):
        reopen_changed(at)
        figures = ledger_figures()
    runs = [compare_one(currency, *amounts, figures, at) for currency, amounts in sorted(balances.items())]
    for run, is_new in runs:
        settle_lines(run, at)
        if run.drift_amount and not is_new:  # twice the same: not a matter of the moment
            amount = format_money(run.drift_amount, run.currency, trim=False)
            freeze(reason=f"Stripe's balance and our ledger differ by {amount}.", at=at)
    if runs and not any(run.drift_amount for run, _ in runs):
        thaw(reason="The books agree again.", by=None, at=at)
    return [run for run, _ in runs]


FIGURES = """
WITH fresh AS (SELECT DISTINCT source FROM payments_balancetransaction WHERE state = 'new'),
stripe AS (
    SELECT e.currency, e.amount, t.source
    FROM payments_ledgerentry e
    JOIN payments_ledgeraccount a ON a.id = e.account_id AND a.code LIKE 'stripe:%'
    JOIN payments_ledgertransaction t ON t.id = e.transaction_id AND t.source <> ''
)
SELECT currency, 'ledger', sum(balance) FROM payments_ledgeraccount WHERE code LIKE 'stripe:%' GROUP BY 1
UNION ALL SELECT currency, 'listed', sum(net) FROM payments_balancetransaction GROUP BY 1
UNION ALL SELECT currency, 'not_posted', sum(net - suspense_amount) FROM payments_balancetransaction
    WHERE source IN (SELECT source FROM fresh) GROUP BY 1
UNION ALL SELECT currency, 'not_posted', -sum(amount) FROM stripe WHERE source IN (SELECT source FROM fresh) GROUP BY 1
UNION ALL SELECT currency, 'not_listed', sum(amount) FROM stripe s
    WHERE NOT EXISTS (SELECT 1 FROM payments_balancetransaction b WHERE b.source = s.source) GROUP BY 1
"""

CHANGED = """
WITH lines AS (
    SELECT source, sum(net - suspense_amount) AS net FROM payments_balancetransaction GROUP BY 1
), booked AS (
    SELECT t.source, sum(e.amount) AS amount
    FROM payments_ledgerentry e
    JOIN payments_ledgeraccount a ON a.id = e.account_id AND a.code LIKE 'stripe:%%'
    JOIN payments_ledgertransaction t ON t.id = e.transaction_id AND t.source <> ''
    GROUP BY 1
)
UPDATE payments_balancetransaction SET state = 'new', seen_at = %s
WHERE suspense_amount = 0 AND source IN (
    SELECT source FROM lines LEFT JOIN booked USING (source) WHERE lines.net <> COALESCE(booked.amount, 0)
)
"""


def ledger_figures():
    """{currency: {"ledger", "listed", "not_posted", "not_listed"}} in minor units, in one statement: one snapshot."""
    figures = defaultdict(lambda: defaultdict(int))
    with connection.cursor() as cursor:
        cursor.execute(FIGURES)
        for currency, name, amount in cursor.fetchall():
            figures[currency][name] += int(amount)
    return figures


def unexplained(found):
    """What neither side's lines account for."""
    return found["ledger"] - found["not_listed"] + found["not_posted"] - found["listed"]


def reopen_changed(at):
    """Something was posted about objects that were matched already (a refund came back): match them again."""
    with connection.cursor() as cursor:
        cursor.execute(CHANGED, [at])


def compare_one(currency, available, pending, figures, at):
    """(Reconciliation, whether it differs from the last one). An unchanged one only moves its date."""
    found = figures[currency]
    missing, odd = available + pending - found["listed"], unexplained(found)
    values = {
        "stripe_available": available, "stripe_pending": pending, "ledger_amount": found["ledger"],
        "not_posted_amount": found["not_posted"], "not_listed_amount": found["not_listed"],
        "drift_amount": missing - odd or missing,
    }  # fmt: skip
    last = Reconciliation.objects.filter(currency=currency).order_by("-at", "-pk").first()
    if last is not None and all(getattr(last, name) == value for name, value in values.items()):
        last.at = at
        last.save(update_fields=["at"])
        return last, False
    repeated = last is not None and last.drift_amount == values["drift_amount"] != 0
    return Reconciliation.objects.create(currency=currency, at=at, **values), not repeated


def settle_lines(run, at):
    """What Stripe has made available since the last run moves from pending to available in the ledger."""
    lines = BalanceTransaction.objects.select_for_update().filter(
        settled_at=None, available_on__lte=at, currency=run.currency
    )
    lines = lines.exclude(state=State.NEW)
    net = sum(line.net for line in lines)
    if net:
        movements.settled(run, net, at)
    lines.update(settled_at=at)
