"""The ledger's rules, attacked through raw SQL: what Python promises, PostgreSQL keeps."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction

from payments import ledger
from payments.ledger import LedgerConflict
from payments.models import LedgerAccount, LedgerEntry, LedgerTransaction
from tests.factories import NOW

pytestmark = pytest.mark.django_db
KIND = LedgerTransaction.Kind.FUNDING_RECEIVED


def post(key="one", amounts=None, currency="usd", **fields):
    amounts = amounts or {"stripe:pending": 500, "held:abc": -500}
    ledger.post(**({"kind": KIND, "key": key, "at": NOW, "currency": currency, "amounts": amounts} | fields))
    return LedgerTransaction.objects.get(key=key)


def sql(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()[0] if cursor.description else None


def refused(rule, *steps):
    """Run the steps in a savepoint: PostgreSQL must refuse them with a message that names the rule. Nothing changes."""
    before = state()

    def run():
        with transaction.atomic():
            for step in steps:
                step()
            check_now()

    with pytest.raises(IntegrityError, match=rule):
        run()
    sql("SET CONSTRAINTS ALL DEFERRED")
    assert state() == before


def check_now():
    sql("SET CONSTRAINTS ALL IMMEDIATE")


def open_transaction(key="raw"):
    return sql(
        "INSERT INTO payments_ledgertransaction (key, kind, at, reference, database_transaction)"
        " VALUES (%s, 'funding_received', now(), '{}', 0) RETURNING id",
        key,
    )


def enter(transaction_id, account, amount, currency="usd"):
    sql(
        "INSERT INTO payments_ledgerentry (transaction_id, account_id, amount, currency) VALUES (%s, %s, %s, %s)",
        transaction_id, account.pk, amount, currency,
    )  # fmt: skip


def state():
    return (
        list(LedgerAccount.objects.order_by("pk").values_list("code", "balance", "currency", "normal")),
        LedgerTransaction.objects.count(),
        LedgerEntry.objects.count(),
    )


@pytest.fixture
def accounts():
    """Two accounts with 500 on each, from one transaction."""
    post()
    return LedgerAccount.objects.get(code="stripe:pending:usd"), LedgerAccount.objects.get(code="held:abc:usd")


def test_a_posting_moves_both_balances(accounts):
    assert ledger.balance("stripe:pending", "usd") == 500
    assert ledger.balance("held:abc", "usd") == 500
    assert ledger.sums() == {"usd": 0}
    assert ledger.drifted_accounts() == []


def test_the_same_key_again_changes_nothing(accounts):
    before = state()
    assert post().pk == LedgerTransaction.objects.get().pk
    assert state() == before


@pytest.mark.parametrize(
    "changes", [{"amounts": {"stripe:pending": 400, "held:abc": -400}}, {"kind": LedgerTransaction.Kind.REFUND_SENT}]
)
def test_the_same_key_for_something_else_is_a_conflict(accounts, changes):
    before = state()
    with pytest.raises(LedgerConflict), transaction.atomic():
        post(**changes)
    assert state() == before


def test_an_overdraft_is_refused(accounts):
    refused("ledger_no_overdraft", lambda: post("two", {"held:abc": 501, "payable:1": -501}))


def raw(*entries):
    """A transaction and entries (account, amount, currency), written by hand."""
    number = open_transaction()
    for entry in entries:
        enter(number, *entry)
    return number


def test_a_transaction_must_sum_to_zero(accounts):
    first, second = accounts
    refused("does not balance", lambda: raw((first, 100), (second, -99)))


def test_a_sum_of_zero_over_two_currencies_is_not_zero(accounts):
    first, _second = accounts
    post("euro", {"stripe:pending": 500, "held:eur": -500}, currency="eur")
    euro = LedgerAccount.objects.get(code="stripe:pending:eur")
    refused("does not balance", lambda: raw((first, 100), (euro, -100, "eur")))


def test_a_transaction_without_entries_is_refused(accounts):
    refused("does not balance", raw)


def test_checking_early_does_not_let_a_late_entry_through(accounts):
    """After SET CONSTRAINTS IMMEDIATE each later entry is checked by itself."""
    first, second = accounts

    def attack():
        number = raw((first, 100), (second, -100))
        check_now()
        enter(number, first, 50)

    refused("does not balance", attack)


def test_an_entry_is_in_the_currency_of_its_account(accounts):
    first, _second = accounts
    refused("currency", lambda: raw((first, 100, "eur")))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE payments_ledgerentry SET amount = amount + 1",
        "UPDATE payments_ledgerentry SET account_id = account_id",
        "DELETE FROM payments_ledgerentry",
        "TRUNCATE payments_ledgerentry",
        "UPDATE payments_ledgertransaction SET kind = 'refund_sent'",
        "DELETE FROM payments_ledgertransaction",
        "TRUNCATE payments_ledgertransaction CASCADE",
        "DELETE FROM payments_ledgeraccount",
        "TRUNCATE payments_ledgeraccount CASCADE",
        "UPDATE payments_ledgeraccount SET balance = balance + 1",
        "UPDATE payments_ledgeraccount SET currency = 'eur'",
        "UPDATE payments_ledgeraccount SET allow_negative = true",
        "UPDATE payments_ledgeraccount SET normal = -normal",
        "UPDATE payments_ledgeraccount SET code = code || 'x'",
        "INSERT INTO payments_ledgeraccount (code, currency, normal, allow_negative, balance)"
        " VALUES ('held:gift:usd', 'usd', -1, false, 100)",
    ],
)
def test_history_is_never_rewritten(accounts, statement):
    check_now()  # nothing is pending that would hinder a TRUNCATE by itself
    refused("ledger", lambda: sql(statement))


def test_one_account_per_code(accounts):
    refused(
        "ledger_account_code_once",
        lambda: LedgerAccount.objects.create(code="held:abc:usd", currency="eur", normal=-1),
    )


def test_an_entry_of_nothing_is_refused(accounts):
    first, _second = accounts
    refused("ledger_entry_not_zero", lambda: raw((first, 0)))


@pytest.mark.django_db(transaction=True)
def test_nothing_is_added_to_a_finished_transaction():
    number = post().pk
    first, second = LedgerAccount.objects.order_by("pk")
    refused("no entries later", lambda: enter(number, first, 100), lambda: enter(number, second, -100))


@pytest.mark.django_db(transaction=True)
def test_opposite_orders_do_not_wait_for_each_other():
    """Two threads post between the same accounts in both directions, many times: no deadlock, nothing lost."""
    post("start", {"stripe:pending": 10_000, "held:a": -5_000, "held:b": -5_000})
    barrier, problems = threading.Barrier(2), []

    def run(source, target):
        barrier.wait()
        try:
            for number in range(20):
                with transaction.atomic():
                    post(f"{source}:{number}", {source: 10, target: -10})
        except Exception as error:
            problems.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in [("held:a", "held:b"), ("held:b", "held:a")]]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert problems == []
    assert ledger.balances("held:", "usd") == {"held:a": 5_000, "held:b": 5_000}
    assert ledger.drifted_accounts() == []


@pytest.mark.django_db(transaction=True)
def test_the_same_key_at_once_is_posted_once():
    barrier, rows, problems = threading.Barrier(4), [], []

    def run():
        barrier.wait()
        try:
            with transaction.atomic():
                rows.append(post().pk)
        except Exception as error:
            problems.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert (problems, len(set(rows))) == ([], 1)
    assert ledger.balance("held:abc", "usd") == 500
