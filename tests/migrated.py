"""One database that has all migrations, made once for a run: copying it takes a second, where migrating takes ten."""

import os
import subprocess
from contextlib import closing
from urllib.parse import urlsplit

import psycopg2

from marketplace.local.environment import ROOT
from marketplace.local.manage import MANAGE

RUN = "TEST_RUN"  # what the processes of one run call it
LOCK = 20261130  # any number that nothing else locks


def run_alone(url, statement, *values):
    """In no transaction, as CREATE DATABASE wants it. Returns the rows, if it has any."""
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else None


def server():
    return os.environ["DATABASE_URL"]


def begin():
    """Before the first process of a run starts the others."""
    if RUN not in os.environ:
        os.environ[RUN] = str(os.getpid())
        remove(name())  # of a run that was killed, and had this number by chance


def end():
    if os.environ[RUN] == str(os.getpid()):
        remove(name())


def name():
    return f"migrated_{os.environ[RUN]}"


def template():
    """The name of this run's migrated database: whoever asks first makes it, and the others wait."""
    with closing(psycopg2.connect(server())) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])  # until the connection closes
        cursor.execute("SELECT count(*) FROM pg_database WHERE datname = %s", [name()])
        if not cursor.fetchone()[0]:
            make()
    return name()


def make():
    """It gets its name at the end: what failed half way is not taken for migrated."""
    unfinished = f"{name()}_unfinished"
    remove(unfinished)
    run_alone(server(), f'CREATE DATABASE "{unfinished}"')
    environment = os.environ | {"DATABASE_URL": urlsplit(server())._replace(path=f"/{unfinished}").geturl()}
    subprocess.run([*MANAGE, "migrate", "--verbosity=0", "--skip-checks"], env=environment, cwd=ROOT, check=True)
    run_alone(server(), f'ALTER DATABASE "{unfinished}" RENAME TO "{name()}"')


def remove(database):
    run_alone(server(), f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
