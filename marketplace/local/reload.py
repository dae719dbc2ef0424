"""Which programs have to start again after a change of a source file."""

import threading
from pathlib import Path

from watchfiles import watch

from marketplace.local.environment import ROOT

FOLDERS = (
    "marketplace",
    "projects",
    "applications",
    "engagements",
    "payments",
    "portfolio",
    "templates",
    "static",
)
SUFFIXES = {".py", ".html", ".jinja", ".txt", ".css", ".js", ".svg", ".json", ".csv"}
EVERYTHING = {"web", "worker", "beat"}


def watch_sources(supervisor):
    """Put the names of the programs to restart into the supervisor's queue, for as long as it runs."""

    def run():
        folders = [ROOT / name for name in FOLDERS if (ROOT / name).is_dir()]
        for changes in watch(*folders, stop_event=supervisor.stopping, debounce=400, watch_filter=is_source):
            names = set().union(*(readers_of(Path(path)) for _, path in changes))
            supervisor.changes.put(names)

    threading.Thread(target=run, daemon=True).start()


def is_source(_change, path):
    return Path(path).suffix in SUFFIXES and "__pycache__" not in path


def readers_of(path):
    inside = path.relative_to(ROOT)
    if inside.is_relative_to("payments/simulator"):
        return {"simulator"}
    if inside.parts[0] == "static":
        return {"web"}
    if path.suffix != ".py":
        return {"web", "worker"}  # the worker renders e-mail
    return EVERYTHING
