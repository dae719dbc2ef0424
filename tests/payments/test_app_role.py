"""The site's own database role: it works, and it cannot touch what the ledger has kept."""

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction

from payments import ledger
from payments.models import LedgerTransaction
from tests.factories import NOW, make_user

pytestmark = pytest.mark.django_db
ROLE = "proofwork_app_test"


@pytest.fixture
def as_app():
    """Everything after this runs as the granted role, in this test's transaction; the role is rolled back with it."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {ROLE}")
        call_command("grant_app_role", ROLE, verbosity=0)
        post("first")
        cursor.execute(f"SET LOCAL ROLE {ROLE}")


def post(key):
    amounts = {"stripe:pending": 500, "held:abc": -500}
    ledger.post(kind=LedgerTransaction.Kind.FUNDING_RECEIVED, key=key, at=NOW, currency="usd", amounts=amounts)


def test_it_works_and_appends(as_app):
    post("second")
    make_user("Olive Owner")
    assert (ledger.balance("held:abc", "usd"), ledger.sums()) == (1_000, {"usd": 0})


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE payments_ledgerentry SET amount = 1",
        "DELETE FROM payments_ledgerentry",
        "TRUNCATE payments_ledgerentry CASCADE",
        "UPDATE payments_ledgertransaction SET kind = 'suspense'",
        "DELETE FROM payments_ledgertransaction",
        "DELETE FROM payments_ledgeraccount",
        "ALTER TABLE payments_ledgerentry DISABLE TRIGGER ALL",
        "DROP TRIGGER ledger_entry_applies ON payments_ledgerentry",
        "ALTER TABLE payments_ledgeraccount DROP CONSTRAINT ledger_no_overdraft",
        "DROP TABLE payments_ledgerentry",
        "CREATE OR REPLACE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE sql AS ''",
        "SET session_replication_role = replica",
    ],
)
def test_what_was_written_stays(as_app, statement):
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert (ledger.balance("held:abc", "usd"), LedgerTransaction.objects.count()) == (500, 1)


def test_a_role_that_nothing_limits_is_refused():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        (owner,) = cursor.fetchone()
    with pytest.raises(CommandError, match="nothing limits it"):
        call_command("grant_app_role", owner)
    with pytest.raises(CommandError, match="There is no role"):
        call_command("grant_app_role", "nobody_at_all")
