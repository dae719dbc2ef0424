"""The simulator's own time: real time plus an offset that only moves forward.

It never goes back, not even when the machine's clock is set back: lists are read by time, and a later object that
looks older would be missed.
"""

import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime

DAY = 86_400


class Clock:
    def __init__(self, store):
        self.store = store
        self.offset = store.setting("clock_offset", 0)
        self.latest = 0
        self.held = threading.local()  # other threads keep reading the time as it is

    def now(self):
        """Unix seconds."""
        held = getattr(self.held, "at", None)
        if held is not None:
            return held
        self.latest = max(self.latest, int(time.time() + self.offset))
        return self.latest

    def advance(self, seconds):
        self.offset += seconds
        self.store.set_setting("clock_offset", self.offset)

    def restart(self):
        self.offset = self.latest = 0

    @contextmanager
    def at(self, moment):
        """Does scheduled work at the moment it was due, though it runs later."""
        before, self.held.at = getattr(self.held, "at", None), moment
        try:
            yield
        finally:
            self.held.at = before


def iso(seconds):
    """How the v2 API writes a time."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
