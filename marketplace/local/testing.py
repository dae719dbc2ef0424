"""Servers for one run of the checks or tests: fast, private, gone afterwards, so that any number can run at once."""

import shutil
import sys
import tempfile
import time
from contextlib import contextmanager, suppress

from marketplace.local import environment
from marketplace.local.datadir import DataFolder
from marketplace.local.manage import call, family
from marketplace.local.servers import servers

RUNS = environment.ROOT / ".data-test"


@contextmanager
def temporary_servers(purpose):
    """Yields the data folder and the addresses. Nothing here survives a power cut, and nothing needs to."""
    RUNS.mkdir(exist_ok=True)
    remove_abandoned_runs()
    data = DataFolder(tempfile.mkdtemp(dir=RUNS))
    try:
        with data.locked(purpose), family() as children:
            children.remove_at_the_end(data.path)
            with servers(data, children, durable=False, stop_grace=5) as addresses:
                yield data, addresses
    finally:
        shutil.rmtree(data.path, ignore_errors=True)


def remove_abandoned_runs():
    """A run whose lock is free has ended without tidying up, unless it is about to take its lock."""
    for path in RUNS.iterdir():
        with suppress(OSError):
            young = time.time() - path.stat().st_mtime < 60
            if not young and not DataFolder(path).in_use():
                shutil.rmtree(path)


def pytest(arguments, data, addresses):
    return call([sys.executable, "-m", "pytest", *arguments], environment.for_tests(data, addresses))
