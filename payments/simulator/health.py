"""What the simulator says of itself: how much was checked against Stripe's schema, and what did not fit.

With a folder given (SIMULATOR_HEALTH), each process keeps its figures in a file of its own there, so that a test run
can add them up whatever became of the process: faults are written at once, plain counts once a second.
"""

import json
import os
import sys
import threading
import time
import traceback
from collections import deque
from pathlib import Path

KEPT = 50  # lines told of what went wrong


class Health:
    def __init__(self, folder=""):
        self.file = Path(folder) / f"{os.getpid()}-{time.time_ns()}.json" if folder else None
        self.mutex = threading.Lock()
        self.counts = {"requests": 0, "answers": 0, "events": 0}
        self.violations = self.bugs = 0
        self.lines = deque(maxlen=KEPT)  # of violations
        self.traces = deque(maxlen=5)  # of bugs
        self.written = None
        self.write()

    def count(self, what):
        """One more of `requests`, `answers` or `events` was held against the schema."""
        with self.mutex:
            self.counts[what] += 1

    def violation(self, lines):
        with self.mutex:
            self.violations += 1
            self.lines.extend(lines)
        print("SCHEMA VIOLATION\n  " + "\n  ".join(lines), file=sys.stderr, flush=True)
        self.write()

    def bug(self, where):
        """Called while the exception is handled."""
        trace = f"{where}\n{traceback.format_exc()}"
        with self.mutex:
            self.bugs += 1
            self.traces.append(trace)
        print(f"BUG IN THE SIMULATOR at {trace}", file=sys.stderr, flush=True)
        self.write()

    def report(self):
        with self.mutex:
            told = {"violations": self.violations, "bugs": self.bugs}
            return {"checked": dict(self.counts), **told, "lines": list(self.lines), "traces": list(self.traces)}

    def write(self):
        """Keeps the figures if they changed. Another name first: a reader never sees half a file."""
        if self.file is None:
            return
        report = json.dumps(self.report())
        with self.mutex:
            if report == self.written:
                return
            draft = self.file.with_suffix(".draft")
            draft.write_text(report)
            draft.replace(self.file)
            self.written = report
