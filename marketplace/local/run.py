"""`./dev run`: the whole site on this machine, under one supervisor."""

import importlib
import shutil
import signal
import sys
import urllib.error
import urllib.request

from marketplace.local import environment
from marketplace.local.manage import DEFAULT_PORT, DEFAULT_SIMULATOR_PORT, MANAGE, family
from marketplace.local.ports import next_free_port
from marketplace.local.reload import watch_sources
from marketplace.local.servers import remove_everything, servers
from marketplace.local.supervisor import Program, Supervisor

PYTHON = sys.executable
AS_ROOT = ["-W", "ignore:You're running the worker with superuser privileges"]
SEED = environment.ROOT / "marketplace/local/management/commands/seed_demo.py"


def run(data, *, port=None, fresh=False, demo=True):
    """Returns the exit code: 0 when somebody stopped it, 1 when a part of it failed."""
    with data.locked("./dev run"), family(data) as children:
        if fresh:
            remove_everything(data)
        ports = choose_ports(data, port)
        with servers(data, children, stop_grace=1) as addresses:
            settings = environment.for_run(data, addresses, port=ports["web"], simulator_port=ports["simulator"])
            data.announce({key: value for key, value in settings.items() if key not in environment.inherited()})
            supervisor = Supervisor(children, settings)
            stop_on_signals(supervisor)
            code = supervisor.serve(lambda: start(supervisor, data, settings, ports, demo))
        print("Stopped.", flush=True)
        return code


def choose_ports(data, port):
    """The simulator keeps its port from run to run: links to its pages are stored in the database."""
    wanted = port or DEFAULT_PORT
    web = next_free_port(wanted)
    if web != wanted:
        print(f"Port {wanted} is taken: using {web}.", flush=True)
    remembered = data / "simulator.port"
    before = int(remembered.read_text()) if remembered.exists() else DEFAULT_SIMULATOR_PORT
    simulator = next_free_port(before if before != web else web + 1)
    remembered.write_text(str(simulator))
    return {"web": web, "simulator": simulator}


def stop_on_signals(supervisor):
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: supervisor.stopping.set())


def start(supervisor, data, settings, ports, demo):
    """True once the site is up and its demo people are there; False when stopped or failed on the way."""
    for program in (simulator(data, settings, ports), web(ports)):  # they need no tables in order to start
        supervisor.start(program)
    if not supervisor.run_once(Program("migrate", [*MANAGE, "migrate", "--verbosity=0", "--skip-checks"], once=True)):
        return False
    if not supervisor.watch(until=site_answers(settings["SITE_URL"])):
        return False
    if not (seed(supervisor, data, settings) if demo else only_skills(supervisor)):
        return False
    for program in (worker(), beat(data)):  # not before: the clocks would act on stories that are half told
        supervisor.start(program)
    watch_sources(supervisor)
    print(welcome(settings, data, demo_people() if demo else []), flush=True)
    return True


def simulator(data, settings, ports):
    secrets = ",".join(
        f"{name}={settings[f'STRIPE_WEBHOOK_SECRET_{name.upper()}']}" for name in ("platform", "connect", "thin")
    )
    options = {
        "--port": ports["simulator"],
        "--data": data / "simulator.sqlite3",
        "--site": f"http://127.0.0.1:{ports['web']}",
        "--secrets": secrets,
    }
    words = [str(word) for pair in options.items() for word in pair]
    return Program("simulator", [PYTHON, "-m", "payments.simulator", *words])


def web(ports):
    address = ["--host", "127.0.0.1", "--port", str(ports["web"])]
    threads = ["--workers", "1", "--blocking-threads", "8", "--log-level", "error"]
    threads += ["--workers-kill-timeout", "1"]  # one that is still starting does not hear that it should stop
    return Program(
        "web", [PYTHON, "-m", "granian", "--interface", "wsgi", *address, *threads, "marketplace.wsgi:application"]
    )


def worker():
    options = ["--concurrency", "2", "--loglevel", "WARNING", "--without-gossip", "--without-mingle"]
    command = [PYTHON, *AS_ROOT, "-m", "celery", "--app", "marketplace", "--quiet", "worker", *options]
    return Program("worker", command, revives=True)


def beat(data):
    folder = data / "beat"
    shutil.rmtree(folder, ignore_errors=True)  # a schedule that another version wrote may not be readable
    folder.mkdir(mode=0o700)
    options = ["--loglevel", "WARNING", "--schedule", str(folder / "schedule"), "--pidfile="]
    command = [PYTHON, "-m", "celery", "--app", "marketplace", "--quiet", "beat", *options]
    return Program("beat", command, revives=True)


def site_answers(address):
    def ask():
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=1):  # noqa: S310 - an address of our own
                return True
        except urllib.error.HTTPError:
            return True  # it answers; what it says is on its pages
        except OSError:
            return False

    return ask


def seed(supervisor, data, settings):
    """Fill an empty marketplace with demo people, once for this data folder. False where that failed."""
    marker = data / "seeded"
    if marker.exists() or not SEED.exists():
        if marker.exists() and marker.read_text() != "whole":
            print("The demo is incomplete: making it was interrupted. ./dev run --fresh begins again.", flush=True)
        return True
    print(f"The site is up at {settings['SITE_URL']} and is being filled with demo people …", flush=True)
    marker.write_text("begun")
    if not supervisor.run_once(Program("seed", [*MANAGE, "seed_demo"], once=True)):
        return False
    marker.write_text("whole")
    return True


def only_skills(supervisor):
    """Without a demo: what nobody can post or apply without. Importing it again changes nothing."""
    return supervisor.run_once(Program("skills", [*MANAGE, "import_skills"], once=True))


def welcome(settings, data, people):
    site = settings["SITE_URL"]
    lines = [
        "",
        "  Proofwork is running",
        "",
        f"    Site             {site}",
        *(f"    {'Sign in as' if number == 0 else '':<16} {line}" for number, line in enumerate(people)),
        f"    Mail viewer      {site}/dev/outbox/",
        f"    Stripe simulator {settings['STRIPE_API_BASE']}",
        f"    Data             {data.path}",
        "",
        "    Changes of the code are picked up by themselves. Ctrl-C stops everything.",
        "",
    ]
    return "\n".join(lines)


def demo_people():
    try:
        people = importlib.import_module("marketplace.local.demo.people").PEOPLE
    except ImportError:
        return []
    return [f"{person.name:<16} {person.label}" for person in people]
