"""Child processes in groups of their own, so that stopping one stops its whole family and none outlives us."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
PLAIN_PYTHON = [sys.executable, "-I", "-S"]


class Guardian:
    """The process that cleans up after a `kill -9` of this one; see guardian.py.

    It keeps `lock` open, so that nobody else starts on the same data before it is done.
    """

    def __init__(self, lock=None):
        self.process = subprocess.Popen(
            [*PLAIN_PYTHON, str(HERE / "guardian.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=[lock.fileno()] if lock else [],
            text=True,
            bufsize=1,
        )

    def tell(self, line):
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(line + "\n")

    def close(self):
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        self.process.wait()


class Family:
    """The children of this process. Start them from the main thread: Linux ties a child's life to that thread."""

    def __init__(self, lock=None):
        self.guardian = Guardian(lock)

    def start(self, command, *, stop_signal=signal.SIGTERM, identity="same", **options):
        """Start `command`; `stop_signal` is what asks it to end, also when this process dies."""
        child = subprocess.Popen(
            [*launch_command(stop_signal, os.getpid(), identity), *map(str, command)],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            **options,
        )
        child.stop_signal = stop_signal
        self.guardian.tell(f"+{child.pid} {int(stop_signal)}")
        return child

    def run(self, command, **options):
        """Start it, wait for its end, return its exit code."""
        child = self.start(command, **options)
        try:
            return child.wait()
        finally:
            self.stop([child], grace=2)

    def remove_at_the_end(self, folder):
        self.guardian.tell(str(Path(folder).resolve()))

    def stop(self, children, *, grace):
        """Ask all of them, wait `grace` seconds altogether, then kill: the leader first gets the chance to tidy up."""
        for child in children:
            child.send_signal(child.stop_signal)  # does nothing to one that has ended
        end = time.monotonic() + grace
        for child in children:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(max(0.05, end - time.monotonic()))
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
            self.guardian.tell(f"-{child.pid}")

    def close(self):
        self.guardian.close()


def launch_command(stop_signal, parent, identity):
    return [*PLAIN_PYTHON, str(HERE / "launch.py"), str(int(stop_signal)), str(parent), identity]


def may_use_user_namespaces():
    nothing = [*launch_command(signal.SIGTERM, 0, "namespace"), *PLAIN_PYTHON, "-c", ""]
    return sys.platform == "linux" and subprocess.run(nothing, capture_output=True).returncode == 0
