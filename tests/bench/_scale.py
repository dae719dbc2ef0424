"""A database of its own with a country in it (_country.py), filled once and kept for later runs."""

import os
import sys
import time
from contextlib import contextmanager
from datetime import date, timedelta

from tests.migrated import run_alone

VERSION = "4"  # of what _country.py draws: another one is filled anew
REPEATED = {"accounts", "projects", "skills"}  # apps of what the rebuilt rows repeat, and of these
KEPT = timedelta(days=5)  # then the first applications close


@contextmanager
def scale(*, students, projects):
    """Django set up on the database of this size, which is filled if it is not there yet. `projects`: open ones."""
    name = f"scale_{students}_{projects}"
    server = os.environ["DATABASE_URL"].replace("postgres://", "postgresql://", 1)
    import django

    django.setup()
    from django.db import connection

    connection.close()
    connection.settings_dict["NAME"] = name
    if is_filled(server, name):
        catch_up()
    else:
        began = time.monotonic()
        create(server, name)
        from tests.bench._country import fill

        fill(students, projects, say)
        run_alone(server, f"COMMENT ON DATABASE {name} IS 'filled {VERSION} {date.today()}'")
        say(f"filled in {time.monotonic() - began:.0f} s")
    yield name
    connection.close()


def say(words):
    print(f"{time.strftime('%X')}  {words}", file=sys.stderr, flush=True)


def is_filled(server, name):
    found = run_alone(server, "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", name)
    if not found or not (found[0][0] or "").startswith(f"filled {VERSION} "):
        return False
    return date.today() - date.fromisoformat(found[0][0].split()[-1]) < KEPT


def catch_up():
    """What was filled before the newest migrations: they are applied, and the rows that repeat others made anew."""
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        say("new migrations …")
        call_command("migrate", verbosity=0, skip_checks=True)
    if any(migration.app_label in REPEATED for migration, _backwards in plan):
        call_command("rebuild_rows", stdout=sys.stderr)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def create(server, name):
    run_alone(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    run_alone(server, f"CREATE DATABASE {name}")
    from django.core.management import call_command

    call_command("migrate", verbosity=0, skip_checks=True)
