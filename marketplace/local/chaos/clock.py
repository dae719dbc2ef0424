"""The clock of the site's processes: real time plus an offset that the harness writes into a file.

Only processes that run with marketplace.local.chaos.settings read it; the product knows nothing of it.
"""

import json
import os
from datetime import UTC, datetime, timedelta


class Offsets:
    """The file: seconds for everybody, and a small difference of one process's own."""

    def __init__(self, path):
        self.path = path
        self.everybody, self.own = 0.0, {}

    def jump(self, seconds):
        self.everybody += seconds
        self.write()

    def set_skew(self, process, seconds):
        self.own[process] = seconds
        self.write()

    def write(self):
        """Whole or not at all: it is read at any moment."""
        draft = self.path.with_name(self.path.name + ".new")
        draft.write_text(json.dumps({"everybody": self.everybody, **self.own}))
        draft.replace(self.path)

    def now(self):
        return datetime.now(UTC) + timedelta(seconds=self.everybody)


def shifted(now, path, process):
    """`now` as that process sees it."""

    def shifted_now():
        return now() + timedelta(seconds=seconds_of(path, process))

    return shifted_now


def seconds_of(path, process):
    try:
        handle = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return 0
    try:
        found = json.loads(os.read(handle, 4096))
    finally:
        os.close(handle)
    return found["everybody"] + found.get(process, 0)
