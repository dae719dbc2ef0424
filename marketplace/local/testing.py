"""Servers for one run of the checks or tests: fast, private, gone afterwards, so that any number can run at once."""

import shutil
import sys
import tempfile
import time
from contextlib import contextmanager, suppress

from marketplace.local import chromium, environment, simulator_health
from marketplace.local.checks import print_step, run_checks
from marketplace.local.datadir import DataFolder
from marketplace.local.environment import made
from marketplace.local.manage import call, family
from marketplace.local.postgres import remove_outside
from marketplace.local.servers import servers

RUNS = environment.ROOT / ".data-test"
SCALE = environment.ROOT / ".data-scale"  # databases that take minutes to fill are kept for the next run
BENCHES = environment.ROOT / "tests" / "bench"
# A quarter of a machine with 3 GB, as docs/production.md advises; and what a benchmark reads.
LIKE_PRODUCTION = ["shared_buffers=768MB", "shared_preload_libraries=pg_stat_statements", "track_io_timing=on"]


@contextmanager
def temporary_servers(purpose, **options):
    """Yields the data folder and the addresses. Nothing here survives a power cut, and nothing needs to.

    `options` for servers(): a benchmark wants the durability that production pays for.
    """
    RUNS.mkdir(exist_ok=True)
    remove_abandoned_runs()
    data = DataFolder(tempfile.mkdtemp(dir=RUNS))
    try:
        with data.locked(purpose), family(data) as children:
            children.remove_at_the_end(data.path)
            with servers(data, children, **{"durable": False, "stop_grace": 5, **options}) as addresses:
                yield data, addresses
    finally:
        remove_outside(data.path)
        shutil.rmtree(data.path, ignore_errors=True)


@contextmanager
def kept_servers(purpose, **options):
    """As temporary_servers, on a folder that stays."""
    data = DataFolder(SCALE)
    with data.locked(purpose), family(data) as children, servers(data, children, **options) as addresses:
        yield data, addresses


def remove_abandoned_runs():
    """A run whose lock is free has ended without tidying up, unless it is about to take its lock."""
    for path in RUNS.iterdir():
        with suppress(OSError):
            young = time.time() - path.stat().st_mtime < 60
            if not young and not DataFolder(path).in_use():
                shutil.rmtree(path)


def check():
    with temporary_servers("./dev check") as (data, addresses):
        return run_checks(data, addresses)


def test(arguments):
    """All the cheap checks first, then the tests if those are well; the exit code is that of what failed first."""
    began = time.monotonic()
    with temporary_servers("./dev test") as (data, addresses):
        print_step("servers", 0, time.monotonic() - began)
        code = run_checks(data, addresses)
        if code:
            print("The tests were not run: see what failed above.", file=sys.stderr)
            return code
        began = time.monotonic()
        code = pytest(arguments, data, addresses)
        print_step("tests", code, time.monotonic() - began)
        return code


def pytest(arguments, data, addresses):
    """The tests, and after them what the payment simulators that they started say of themselves."""
    variables = environment.for_tests(data, addresses)
    folder = variables[simulator_health.VARIABLE] = environment.made(data / "simulators")
    if chromium.needs_browser(arguments):
        variables["CHROME_BIN"] = chromium.find_or_install()
    code = call([sys.executable, "-m", "pytest", *arguments], variables)
    line, well = simulator_health.summary(folder)
    if line:
        print(line, file=sys.stdout if well else sys.stderr)
    return code or int(not well)


def bench(arguments):
    """Run tests/bench/NAME.py with servers up; its arguments are its own."""
    known = {path.stem: path for path in sorted(BENCHES.glob("[!_]*.py"))}
    name, *rest = arguments or [""]
    if name not in known:
        problem = f"There is no benchmark {name!r}." if name else "Which benchmark?"
        print(f"{problem} There are: {', '.join(known) or 'none yet'}.", file=sys.stderr)
        return 2
    kept = "_scale import" in known[name].read_text()
    made_servers = kept_servers if kept else temporary_servers
    with made_servers(f"./dev bench {name}", durable=True, postgres=LIKE_PRODUCTION) as (data, addresses):
        variables = {**environment.for_tests(data, addresses), "BENCH_FOLDER": made(data / "bench")}
        return call([sys.executable, "-m", f"tests.bench.{name}", *rest], variables)
