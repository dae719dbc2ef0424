"""Gives each process of a test run a Redis database of its own, before the settings are read (see addopts)."""

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
