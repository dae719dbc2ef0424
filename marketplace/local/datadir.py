"""A data folder: what one local marketplace keeps, who is using it, and where its servers can be reached."""

import fcntl
import json
import os
import secrets
import shutil
import time
from contextlib import contextmanager
from pathlib import Path

# Only these are ever removed: `--data` may name a folder that holds other things too.
OURS = (
    "postgres-*",
    "valkey",
    "redis",
    "media",
    "static",
    "beat",
    "postgres.log",
    "simulator.sqlite3*",
    "simulator.port",
    "keys.json",
    "seeded",
)
JOIN_SECONDS = 60
CLEAN_UP_SECONDS = 8


class DataFolderBusy(Exception):
    pass


class DataFolder:
    def __init__(self, path):
        self.path = Path(path).resolve()
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.state_file = self.path / "running.json"
        self.lock = None

    def __truediv__(self, name):
        return self.path / name

    @contextmanager
    def locked(self, purpose):
        """Own the folder's servers. The kernel frees the lock when its owner and the owner's guardian have ended."""
        with open(self.path / "lock", "a") as lock:
            if not self.take(lock):
                raise DataFolderBusy(self.busy_message())
            self.lock = lock
            self.write_state({"pid": os.getpid(), "purpose": purpose})
            try:
                yield
            finally:
                self.lock = None
                self.state_file.unlink(missing_ok=True)

    def take(self, lock):
        """Try for a moment, as somebody may just be asking; longer while a dead owner's servers are being stopped."""
        end = time.monotonic() + 0.5
        dead_owner = time.monotonic() + CLEAN_UP_SECONDS
        while time.monotonic() < end or (self.owner_is_dead() and time.monotonic() < dead_owner):
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            except BlockingIOError:
                time.sleep(0.05)
        return False

    def owner_is_dead(self):
        try:
            os.kill(self.state().get("pid", os.getpid()), 0)
        except ProcessLookupError:
            return True
        except PermissionError:
            pass
        return False

    def busy_message(self):
        state = self.state()
        who = f"{state['purpose']} (process {state['pid']})" if state else "another ./dev command"
        address = state.get("environment", {}).get("SITE_URL", "") if state.get("purpose") == "./dev run" else ""
        return f"{who} is using {self.path}{', at ' + address if address else ''}."

    def write_state(self, state):
        write_private(self.state_file, json.dumps(state))

    def announce(self, environment):
        """Tell others how to reach the servers that the lock's owner has started."""
        self.write_state({**self.state(), "environment": environment})

    def state(self):
        try:
            return json.loads(self.state_file.read_text())
        except (OSError, ValueError):
            return {}

    @contextmanager
    def joined(self):
        """Use somebody else's running servers; yields their environment, or None where nobody runs any.

        The shared lock makes a short-lived owner wait with stopping them until we are done.
        """
        with open(self.path / "users", "a") as users:
            fcntl.flock(users, fcntl.LOCK_SH)
            yield self.wait_for_environment()

    def wait_for_environment(self):
        end = time.monotonic() + JOIN_SECONDS
        while self.in_use() and not self.owner_is_dead() and time.monotonic() < end:
            environment = self.state().get("environment")
            if environment:
                return environment
            time.sleep(0.05)
        return None

    def wait_for_users(self):
        self.state_file.unlink(missing_ok=True)  # from here on nobody new joins
        with open(self.path / "users", "a") as users:
            fcntl.flock(users, fcntl.LOCK_EX)

    def in_use(self):
        with open(self.path / "lock", "a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def keys(self):
        """Secrets of this data folder only: made once, readable by its owner only."""
        path = self / "keys.json"
        if not path.exists():
            names = (
                "SECRET_KEY",
                "STRIPE_WEBHOOK_SECRET_PLATFORM",
                "STRIPE_WEBHOOK_SECRET_CONNECT",
                "STRIPE_WEBHOOK_SECRET_THIN",
            )
            made = {name: secrets.token_urlsafe(48) for name in names}
            write_private(path, json.dumps({n: v if n == "SECRET_KEY" else f"whsec_{v}" for n, v in made.items()}))
        return json.loads(path.read_text())

    def empty(self):
        for pattern in OURS:
            for path in self.path.glob(pattern):
                shutil.rmtree(path) if path.is_dir() else path.unlink()


def write_private(path, text):
    """Whole or not at all, and never readable by others."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)
