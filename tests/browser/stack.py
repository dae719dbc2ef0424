"""The whole site as processes, for the browser tests: web, worker, beat and simulator on a database of their own."""

import os
import re
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import psycopg2.extras

from marketplace.local import environment
from marketplace.local import run as local_run
from marketplace.local.manage import MANAGE, family
from marketplace.local.ports import next_free_port
from marketplace.local.supervisor import Program, Supervisor
from tests import migrated

SECRETS = {f"STRIPE_WEBHOOK_SECRET_{name}": f"whsec_{name.lower()}_browser" for name in ("PLATFORM", "CONNECT", "THIN")}


class Folder:
    """What marketplace.local.run asks of a data folder."""

    def __init__(self, path):
        self.path = Path(path)

    def __truediv__(self, name):
        return self.path / name

    def keys(self):
        return {"SECRET_KEY": "browser-tests-only" * 4, **SECRETS}


class Site:
    """The running site: its address, its database, its mail."""

    def __init__(self, url, database_url, simulator_url, log, settings):
        self.url, self.database_url, self.simulator_url, self.log = url, database_url, simulator_url, log
        self.settings = settings

    def make(self, code):
        """Run Python code on the site's database, with `factories` and `NOW` of tests/factories.py."""
        start = "from tests import factories; from tests.factories import NOW, timedelta"
        done = subprocess.run(
            [*MANAGE, "shell", "-c", f"{start}\n{code}"], env=os.environ | self.settings, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr

    def rows(self, query, *arguments):
        """The rows of a query as dictionaries, from a connection of its own."""
        with (
            psycopg2.connect(self.database_url) as connection,
            connection.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cursor,
        ):
            cursor.execute(query, arguments)
            return [dict(row) for row in cursor.fetchall()]

    def value(self, query, *arguments):
        """The single value of a query; None where there is no row."""
        found = self.rows(query, *arguments)
        return next(iter(found[0].values())) if found else None

    def wait_for(self, query, *arguments, seconds=30):
        """The first true value of the query; workers and webhooks take a moment. Fails with the log's end."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = self.value(query, *arguments)
            if found:
                return found
            time.sleep(0.1)
        raise AssertionError(f"never true: {query} {arguments}\n{self.last_lines()}")

    def last_lines(self):
        return "\n".join(Path(self.log).read_text(errors="replace").splitlines()[-40:])

    def mail(self, to, subject_part):
        """The newest e-mail to that address whose subject contains the part."""
        found = self.wait_for(
            "SELECT max(id) FROM local_outboxmessage WHERE recipients ILIKE %s AND subject ILIKE %s",
            f"%{to}%", f"%{subject_part}%",
        )  # fmt: skip
        return self.rows("SELECT * FROM local_outboxmessage WHERE id = %s", found)[0]

    def link_in_mail(self, to, subject_part):
        return re.search(r"https?://\S+", self.mail(to, subject_part)["text"])[0]


@contextmanager
def running_site(folder, template):
    """Yields a Site whose processes are all real; stops them and drops the database at the end."""
    data = Folder(folder)
    name = f"browser_{os.getpid()}"
    admin_url = os.environ["DATABASE_URL"]
    url = urlsplit(admin_url)._replace(path=f"/{name}").geturl()
    migrated.remove(name)
    migrated.run_alone(admin_url, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    ports = {"web": next_free_port(18000 + os.getpid() % 1000), "simulator": next_free_port(19500 + os.getpid() % 1000)}
    redis = urlsplit(os.environ["REDIS_URL"])._replace(path="/15").geturl()
    settings = environment.for_run(
        data, {"DATABASE_URL": url, "REDIS_URL": redis}, port=ports["web"], simulator_port=ports["simulator"]
    ) | {"DEMO_MODE": "0", "SWEEP_SECONDS": "1"}
    log = Path(folder) / "site.log"
    with family() as children, log.open("w") as out:
        supervisor = Supervisor(children, settings, out=out)
        try:
            start_all(supervisor, data, settings, ports)
            yield Site(settings["SITE_URL"], url, settings["STRIPE_API_BASE"], log, settings)
        finally:
            supervisor.stop_all()
            migrated.remove(name)


def start_all(supervisor, data, settings, ports):
    ready = supervisor.run_once(Program("import_skills", [*MANAGE, "import_skills"], once=True))
    assert ready, "\n".join(supervisor.failed.lines)
    supervisor.start(local_run.simulator(data, settings, ports))
    for program in (local_run.web(ports), local_run.worker(), local_run.beat(data)):
        supervisor.start(program)
    ready = supervisor.watch(until=local_run.site_answers(settings["SITE_URL"]))
    assert ready, "\n".join(supervisor.failed.lines)
