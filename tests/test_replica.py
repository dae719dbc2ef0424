"""Two PostgreSQL servers, the second a streaming replica of the first: who reads where, and what happens without it."""

import os
import subprocess
import sys
import textwrap
from contextlib import closing
from types import SimpleNamespace

import psycopg2
import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import OperationalError

from marketplace import replica
from marketplace.local.manage import family
from marketplace.local.postgres import Postgres, private_folder

SCRIPT = """
    import sys
    import time

    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connections
    from django.test import Client
    from django.utils import timezone
    from datetime import timedelta
    from tests import factories

    call_command("migrate", verbosity=0, skip_checks=True)
    at = timezone.now()
    dates = {"submitted_at": at, "opened_at": at, "applications_close_at": at + timedelta(days=5),
             "decisions_due_at": at + timedelta(days=9), "work_due_on": (at + timedelta(days=30)).date()}
    organization = factories.make_organization(owner=factories.make_user("Olive Owner"))
    student = factories.make_student()

    def ask(alias, statement):
        with connections[alias].cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchone()[0] if cursor.description else None

    def wait():
        position = ask("default", "SELECT pg_current_wal_insert_lsn()")
        while not ask("replica", f"SELECT pg_last_wal_replay_lsn() >= '{position}'::pg_lsn"):
            time.sleep(0.02)

    def seen(client, path="/projects/"):
        answer = client.get(path, headers={"X-Forwarded-Proto": "https"}, secure=True)
        assert answer.status_code == 200, answer.status_code
        return sum(title in answer.content.decode() for title in ("First work", "Second work"))

    visitor, person = Client(), Client()
    person.force_login(student.user, backend="marketplace.accounts.adapters.AuthenticationBackend")
    first = factories.make_project(organization=organization, title="First work", **dates)
    wait()
    print("both", seen(visitor), seen(person))
    ask("replica", "SELECT pg_wal_replay_pause()")
    while ask("replica", "SELECT pg_get_wal_replay_pause_state()") != "paused":
        time.sleep(0.02)
    factories.make_project(organization=organization, title="Second work", **dates)
    for path in ("/projects/", "/api/projects/", f"/organizations/{organization.slug}/"):
        print("behind", seen(visitor, path), seen(person, path))
    print("page", seen(visitor, first.get_absolute_url()))
    ask("replica", "SELECT pg_wal_replay_resume()")
    wait()
    print("again", seen(visitor), seen(person))
    print("stop", flush=True)
    sys.stdin.readline()
    for alias in connections:
        connections[alias].close()
    print("without", seen(visitor), seen(person))
"""


@pytest.fixture
def two_servers(tmp_path):
    with family() as children:
        primary = Postgres(tmp_path / "primary", children, durable=False)
        second = Postgres(tmp_path / "replica", children, durable=False)
        for server in (primary, second):
            server.directory.mkdir()
        primary.start()
        copy(primary, second, children)
        yield primary, second
        for server in (second, primary):
            server.stop()


def copy(primary, second, children):
    """The second server begins as a copy of the first and then follows it."""
    children.remove_at_the_end(private_folder(second.socket))
    if os.geteuid() == 0:
        second.use_another_identity()
    options = ["--host", primary.socket, "--username", "postgres", "--checkpoint", "fast", "--write-recovery-conf"]
    assert second.launch(children.run, "pg_basebackup", *options, "--pgdata", second.data) == 0, second.last_words()
    second.begin()
    second.wait_until_ready()


def test_visitors_read_from_the_replica_and_everybody_from_the_primary_without_it(two_servers):
    primary, second = two_servers
    with closing(psycopg2.connect(second.url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT pg_is_in_recovery()")
        assert cursor.fetchone() == (True,)
    environment = {
        **os.environ, "DATABASE_URL": primary.url, "REPLICA_URL": second.url, "ALLOWED_HOSTS": "testserver",
        "PROCESS": "", "DJANGO_SETTINGS_MODULE": "marketplace.settings",
    }  # fmt: skip
    lines = []
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(SCRIPT)], env=environment, text=True, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:  # fmt: skip
        for line in process.stdout:
            if line == "stop\n":
                second.stop()
                process.stdin.write("go on\n")
                process.stdin.flush()
            else:
                lines.append(line.strip())
    assert process.returncode == 0
    assert lines == ["both 1 1", "behind 1 2", "behind 1 2", "behind 1 2", "page 1", "again 2 2", "without 2 2"]


def view(request):
    return replica.Router().db_for_read(None)


@pytest.mark.parametrize(
    ("has_replica", "is_signed_in", "read"),
    [(True, False, "replica"), (True, True, "default"), (False, False, "default")],
)
def test_who_reads_where(has_replica, is_signed_in, read, monkeypatch):
    known = {"default": {}, **({"replica": {}} if has_replica else {})}
    monkeypatch.setattr(replica, "connections", SimpleNamespace(settings=known))
    user = SimpleNamespace(is_authenticated=True) if is_signed_in else AnonymousUser()
    assert replica.from_replica(view)(SimpleNamespace(user=user)) == read
    assert replica.Router().db_for_read(None) == "default"


def test_nothing_is_written_or_migrated_there():
    router = replica.Router()
    assert (router.db_for_write(None), router.allow_migrate("replica", "projects")) == ("default", False)
    assert router.allow_migrate("default", "projects") is True


def test_a_replica_that_is_away_costs_a_try(monkeypatch):
    monkeypatch.setattr(replica, "connections", SimpleNamespace(settings={"replica": {}}))
    asked = []

    def failing(request):
        asked.append(replica.Router().db_for_read(None))
        if asked[-1] == "replica":
            raise OperationalError("gone")
        return "answer"

    assert replica.from_replica(failing)(SimpleNamespace(user=AnonymousUser())) == "answer"
    assert asked == ["replica", "default"]


@pytest.mark.parametrize(("error", "asked"), [(OperationalError("no route to host"), 1), (None, 3)])
def test_a_replica_that_is_away_is_left_alone_for_a_while(error, asked, monkeypatch):
    """A machine without power answers nothing: each page would wait for it as long as connecting may take."""
    monkeypatch.setattr(replica, "connections", SimpleNamespace(settings={"default": {}, "replica": {}}))
    monkeypatch.setattr(replica, "_asked_again_at", 0.0)
    clock, seen = [100.0], []
    monkeypatch.setattr(replica.time, "monotonic", lambda: clock[0])

    @replica.from_replica
    def page(request):
        read = replica.Router().db_for_read(None)
        seen.append(read)
        if error and read == "replica":
            raise error
        return read

    request = SimpleNamespace(user=AnonymousUser())
    for seconds in (0, 1, replica.AWAY - 2):
        clock[0] += seconds
        page(request)
    assert seen.count("replica") == asked
    clock[0] += 2
    page(request)
    assert seen.count("replica") == asked + 1


def test_one_statement_that_fails_says_nothing_about_the_replica(monkeypatch):
    monkeypatch.setattr(replica, "connections", SimpleNamespace(settings={"default": {}, "replica": {}}))
    monkeypatch.setattr(replica, "_asked_again_at", 0.0)

    def page(request):
        if replica.Router().db_for_read(None) == "replica":
            raise OperationalError("conflict with recovery") from SimpleError()
        return "primary"

    assert replica.from_replica(page)(SimpleNamespace(user=AnonymousUser())) == "primary"
    assert replica.is_there()


class SimpleError(Exception):
    pgcode = "40001"
