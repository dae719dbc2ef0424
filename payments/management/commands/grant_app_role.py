"""manage.py grant_app_role NAME: let the site's database role work with every table, and only append to the ledger.

Run as the owner of the tables after each migration. The role exists already (CREATE ROLE … LOGIN PASSWORD …), owns
nothing and is no superuser: an owner could switch the ledger's triggers off.
"""

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from psycopg2 import sql

from payments.models import LedgerAccount, LedgerEntry, LedgerTransaction

APPEND = {LedgerTransaction: "SELECT, INSERT", LedgerEntry: "SELECT, INSERT", LedgerAccount: "SELECT, INSERT, UPDATE"}
WORK = "SELECT, INSERT, UPDATE, DELETE"


class Command(BaseCommand):
    help = "Grants a database role what the site needs: every table to work with, the ledger to append to."

    def add_arguments(self, parser):
        parser.add_argument("role", help="an existing role that is neither owner nor superuser")

    def handle(self, *, role, **options):
        with transaction.atomic(), connection.cursor() as cursor:
            refuse_powerful(cursor, role)
            for table, privileges in tables():
                grant(cursor, role, table, privileges)
            name = sql.Identifier(role)
            cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(name))
            cursor.execute(sql.SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}").format(name))
        self.stdout.write(f"{role} works with every table and only appends to the ledger.")


def refuse_powerful(cursor, role):
    """Raise CommandError for a role that does not exist, or for which no grant would be a limit."""
    cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = %s", [role])
    found = cursor.fetchone()
    if found is None:
        raise CommandError(f"There is no role {role}. Make it first: CREATE ROLE {role} LOGIN PASSWORD '…'")
    cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tableowner = %s", [role])
    if found[0] or cursor.fetchone()[0]:
        raise CommandError(f"{role} is a superuser or owns tables, so that nothing limits it. Use a role of its own.")


def tables():
    """(table, privileges) of every model and many-to-many table, and of Django's own record of migrations."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy:
            yield model._meta.db_table, APPEND.get(model, WORK)
    yield "django_migrations", "SELECT"


def grant(cursor, role, table, privileges):
    """Exactly these: what was granted before is taken away first."""
    names = {"table": sql.Identifier(table), "role": sql.Identifier(role)}
    cursor.execute(sql.SQL("REVOKE ALL ON {table} FROM {role}").format(**names))
    cursor.execute(sql.SQL(f"GRANT {privileges} ON {{table}} TO {{role}}").format(**names))
