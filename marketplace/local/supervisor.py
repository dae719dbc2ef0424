"""Runs the processes of the site together: all of them, or none.

One ends by itself: all stop, and its last lines are shown; one that `revives` (Celery's worker may end when Valkey
does) starts again, unless it keeps ending. A source file changes: those that read it start again.
After such a restart a process that fails only waits for the next change, because that is somebody typing.
"""

import queue
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from dataclasses import dataclass, field

COLOURS = (36, 33, 35, 32, 34, 31)
LAST_LINES = 40
MOST_ENDS, ENDS_WITHIN = 4, 60.0  # seconds: what ends so often does not come back
REVIVE_AFTER = 1.0  # seconds, doubled each time
STOP_SECONDS = 1.2  # of the three that stopping may take; the servers need the rest


@dataclass
class Program:
    name: str
    command: list
    stop_signal: int = signal.SIGTERM
    once: bool = False  # it may end well by itself, and is not started again
    revives: bool = False  # ended by itself, it is started again
    ends: deque = field(default_factory=lambda: deque(maxlen=MOST_ENDS))
    starts_at: float | None = None  # on time.monotonic()
    child: object = None
    lines: deque = field(default_factory=lambda: deque(maxlen=LAST_LINES))


class Supervisor:
    def __init__(self, family, environment, *, out=None):
        self.family, self.environment, self.out = family, environment, out or sys.stdout
        self.programs, self.waiting, self.lock = {}, set(), threading.Lock()
        self.changes, self.stopping, self.restarted = queue.SimpleQueue(), threading.Event(), False
        self.failed, self.quiet = None, False

    def serve(self, start):
        """Call `start()`, look after what it started, stop it all. Returns 0 when stopped, 1 when something failed.

        `start` returns False as soon as one of its own waits for a program did.
        """
        try:
            if start():
                self.watch()
            if self.failed:
                self.report_failure()
            return 1 if self.failed else 0
        finally:
            self.stop_all()

    # --- Starting and stopping: always in the main thread (see Family) ---

    def start(self, program):
        self.programs[program.name] = program
        self.waiting.discard(program.name)
        program.starts_at = None
        program.lines.clear()
        program.child = self.family.start(
            program.command,
            stop_signal=program.stop_signal,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        threading.Thread(target=self.copy_output, args=(program, program.child), daemon=True).start()

    def stop_all(self):
        self.quiet = True  # what they say while they are being stopped helps nobody
        running = [program.child for program in self.programs.values() if program.child]
        self.family.stop(running, grace=STOP_SECONDS)

    def run_once(self, program):
        """Run it to its end while looking after the others. False where it, or anything else, has failed."""
        self.start(program)
        return self.watch(until=lambda: program.child.poll() == 0)

    def restart(self, names):
        chosen = [program for name, program in self.programs.items() if name in names and not program.once]
        began = time.monotonic()
        self.family.stop([program.child for program in chosen], grace=STOP_SECONDS)
        self.restarted = True
        for program in chosen:
            self.start(program)
        names = ", ".join(program.name for program in chosen)
        self.say("reload", f"started again in {time.monotonic() - began:.1f} s: {names}")

    # --- Watching ---

    def watch(self, *, until=lambda: False):
        """Look after the programs. True when `until()` is; False when stopped or when a program has failed."""
        while not self.stopping.is_set():
            if until():
                return True
            changed = self.next_change()
            if changed:
                self.restart(changed)
            if self.has_failed():
                return False
        return False

    def next_change(self):
        try:
            return self.changes.get(timeout=0.1)
        except queue.Empty:
            return None

    def has_failed(self):
        for program in self.programs.values():
            code = program.child.poll()
            if code is None or program.name in self.waiting or (program.once and code == 0):
                continue
            if program.revives and self.revive(program, code):
                continue
            if not self.restarted or program.once:
                self.failed = program
                return True
            self.waiting.add(program.name)
            self.say("reload", f"{program.name} has stopped (code {code}). It starts again with the next change.")
        return False

    def revive(self, program, code):
        """Start what has ended again, after a moment. False once it has ended too often."""
        at = time.monotonic()
        if program.starts_at is None:
            program.ends.append(at)
            if len(program.ends) == MOST_ENDS and at - program.ends[0] < ENDS_WITHIN:
                return False
            program.starts_at = at + REVIVE_AFTER * 2 ** (len(program.ends) - 1)
            self.say("dev", f"{program.name} ended with code {code}. It starts again.")
        elif at >= program.starts_at:
            self.start(program)
        return True

    def report_failure(self):
        """Say which one and show its last lines once more: the others have been talking since."""
        program = self.failed
        program.child.wait()
        time.sleep(0.1)  # let its last lines arrive
        self.say("dev", f"{program.name} ended with code {program.child.returncode}. Everything stops. Its last lines:")
        with self.lock:
            self.out.write("".join(f"    {line}" for line in program.lines) + "\n")
            self.out.flush()

    # --- Output ---

    def copy_output(self, program, child):
        with child.stdout:
            for line in child.stdout:
                program.lines.append(line)
                if not self.quiet:
                    self.say(program.name, line.rstrip("\n"))

    def say(self, name, text):
        names = [*self.programs, name]
        label = f"{name:<9}|"
        if self.out.isatty():
            label = f"\033[{COLOURS[names.index(name) % len(COLOURS)]}m{label}\033[0m"
        with self.lock:
            self.out.write(f"{label} {text}\n")
            self.out.flush()
