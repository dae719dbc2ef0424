"""Stops what is left when its owner dies without a word (kill -9), on Linux and macOS alike.

It reads lines from the owner: `+PID SIGNAL` for a process group to watch, `-PID` for one that has ended,
`/PATH` for a folder to remove at the end. The pipe closes when the owner dies, whatever the cause;
then each group's leader gets its signal, and after GRACE seconds whoever is still there is killed.
"""

import contextlib
import os
import shutil
import signal
import sys
import time

GRACE = 2.0


def alive(group):
    try:
        os.killpg(group, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def stop(groups):
    for leader, number in groups.items():
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(leader, number)
    end = time.monotonic() + GRACE
    while any(map(alive, groups)) and time.monotonic() < end:
        time.sleep(0.05)
    for group in groups:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)


def watch(lines):
    groups, folders = {}, []
    for line in lines:
        kind, rest = line[0], line[1:].strip()
        if kind == "+":
            group, number = map(int, rest.split())
            groups[group] = number
        elif kind == "-":
            groups.pop(int(rest), None)
        elif kind == "/":
            folders.append("/" + rest)
    stop(groups)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)  # a Ctrl-C is for the owner, who closes the pipe when done
    watch(sys.stdin)
