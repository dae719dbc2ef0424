"""What a test run has before the settings are read (see addopts): a Redis database for each process, and `--long`."""

import os
from urllib.parse import urlsplit

REDIS_DATABASES = 16


def database_of(worker):
    """gw0 → 1, gw1 → 2 …; 0 stays with a run that is one process only."""
    number = int(worker.removeprefix("gw") or -1) + 1 if worker else 0
    return number % REDIS_DATABASES


if "REDIS_URL" in os.environ:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    os.environ["REDIS_URL"] = urlsplit(os.environ["REDIS_URL"])._replace(path=f"/{database_of(worker)}").geturl()


def pytest_addoption(parser):
    parser.addoption(
        "--long", action="store_true", help="races, random sequences and the like in many more rounds (tests/rounds.py)"
    )


def pytest_configure(config):
    """Before any test is imported, in each process of the run: `LONG_TESTS=1` says the same."""
    if config.getoption("long"):
        os.environ["LONG_TESTS"] = "1"
