"""A site as in production, around a database of its own: the simulator, a web process for its webhooks, two workers."""

import os
import subprocess
import sys
import time
import urllib.request
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

from marketplace.local.manage import family
from marketplace.local.redis_server import free_port
from tests.migrated import run_alone

PYTHON = sys.executable
FOLDER = Path(os.environ.get("BENCH_FOLDER", "."))
WORKERS = 2
running = {}  # name → process


@contextmanager
def running_site(only=None, **environment):
    """Yields when Django is set up here and everything answers. This process's settings are those of the others.

    `only`: the names of the programs that are needed; `environment`: further settings.
    """
    with ExitStack() as stack:
        children = stack.enter_context(family())
        make_database()
        web, simulator = free_port(), free_port()
        os.environ |= {
            "SITE_URL": f"http://127.0.0.1:{web}",
            "ALLOWED_HOSTS": "127.0.0.1",
            "STRIPE_API_BASE": f"http://127.0.0.1:{simulator}",
            "EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",  # a mail server that nobody waits for
        } | environment
        subprocess.run([PYTHON, "manage.py", "migrate", "--verbosity=0", "--skip-checks"], check=True)
        wanted = [program for program in programs_of(web, simulator) if only is None or program[0] in only]
        programs = [start(children, *program) for program in wanted]
        stack.callback(children.stop, programs, grace=5)
        for name, port in (("web", web), ("simulator", simulator)):
            if name in running:
                wait_for(port, programs)
        import django

        django.setup()
        yield


def make_database():
    address = urlsplit(os.environ["DATABASE_URL"])
    for statement in ("DROP DATABASE IF EXISTS proofwork_bench WITH (FORCE)", "CREATE DATABASE proofwork_bench"):
        run_alone(os.environ["DATABASE_URL"], statement)
    os.environ["DATABASE_URL"] = address._replace(path="/proofwork_bench").geturl()


def programs_of(web, simulator):
    secrets = ",".join(
        f"{name}={os.environ[f'STRIPE_WEBHOOK_SECRET_{name.upper()}']}" for name in ("platform", "connect", "thin")
    )
    simulated = ["--port", simulator, "--data", FOLDER / "simulator.sqlite3", "--site", os.environ["SITE_URL"]]
    granian = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", web, "--workers", "1", "--log-level", "error"]
    worker = ["--app", "marketplace", "--quiet", "worker", "--concurrency", WORKERS, "--loglevel", "WARNING"]
    return [
        ("simulator", "payments.simulator", *simulated, "--secrets", secrets),
        ("web", "granian", *granian, "--blocking-threads", "2", "marketplace.wsgi:application"),
        ("worker", "celery", *worker, "--without-gossip", "--without-mingle"),
    ]


def start(children, name, module, *arguments):
    log = (FOLDER / f"{name}.log").open("w")
    with log:
        command = [PYTHON, "-W", "ignore", "-m", module, *arguments]
        child = children.start(command, stdout=log, stderr=log, env=os.environ)
    child.name = name
    running[name] = child
    return child


def cpu_by_program():
    """{program: seconds of CPU that it and its children have used so far}; zeros where the system does not tell."""
    used = dict.fromkeys([*running, "postgres"], 0.0)
    names = {child.pid: name for name, child in running.items()}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = path.read_text().rpartition(")")[2].split()
            name = names.get(int(fields[3]))  # the session
            if name is None and "proofwork_bench" in path.with_name("cmdline").read_text():
                name = "postgres"
            if name is not None:
                used[name] += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return used | {"approving": time.process_time()}


def wait_for(port, programs, path="", seconds=30):
    end = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}", timeout=2):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            stopped = [child.name for child in programs if child.poll() is not None]
            if stopped or time.monotonic() > end:
                raise SystemExit(f"It did not start: {last_words()}") from None
            time.sleep(0.1)


def last_words():
    """What the programs complained about, for whoever reads that something was left undone."""
    return "".join(f"--- {path.name}\n{path.read_text()[-3000:]}" for path in sorted(FOLDER.glob("*.log")))
