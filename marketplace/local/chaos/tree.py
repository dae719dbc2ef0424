"""The processes below a process, and signals to all of them: PostgreSQL's backends leave their parent's group."""

import contextlib
import os
import signal
import subprocess
from pathlib import Path


def parents():
    """{process: its parent} of this machine."""
    if Path("/proc/self/stat").exists():
        return dict(filter(None, (line_of(path) for path in Path("/proc").glob("[0-9]*/stat"))))
    lines = subprocess.run(["ps", "-axo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout.split("\n")
    return {int(pid): int(parent) for pid, parent in (line.split() for line in lines if line.strip())}


def line_of(path):
    try:
        return int(path.parent.name), int(path.read_text().rpartition(")")[2].split()[1])
    except (OSError, ValueError):  # it has just ended
        return None


def below(pid):
    """Children, grandchildren and so on."""
    known, found, looked_at = parents(), [], {pid}
    while looked_at:
        looked_at = {child for child, parent in known.items() if parent in looked_at}
        found += sorted(looked_at)
    return found


def send(pids, number):
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def kill(pid):
    """The process first, so that it starts nobody anew, then whoever was below it."""
    children = below(pid)
    send([pid, *children], signal.SIGKILL)
