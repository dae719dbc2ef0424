"""The simulator's own time: real time plus an offset that only moves forward."""

import time
from contextlib import contextmanager
from datetime import UTC, datetime

DAY = 86_400


class Clock:
    def __init__(self, store):
        self.store = store
        self.offset = store.setting("clock_offset", 0)
        self.frozen = None

    def now(self):
        """Unix seconds."""
        return self.frozen if self.frozen is not None else int(time.time() + self.offset)

    def advance(self, seconds):
        self.offset += seconds
        self.store.set_setting("clock_offset", self.offset)

    @contextmanager
    def at(self, moment):
        """Does scheduled work at the moment it was due, though it runs later."""
        self.frozen = moment
        try:
            yield
        finally:
            self.frozen = None


def iso(seconds):
    """How the v2 API writes a time."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
