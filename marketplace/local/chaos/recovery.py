"""How long it took from a SIGKILL until the same process did its work again, asked from outside."""

import threading
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import requests

from marketplace.local.chaos.stack import WORKERS

LOOK_EVERY = 0.02  # seconds
# Seconds until it answers again, on a machine with two cores, when nothing else that it needs is broken meanwhile.
PROMISED = {"web": 2.0, "worker": 5.0, "postgres": 10.0}


@dataclass
class Kill:
    name: str
    at: float  # time.time
    pid: int  # of the process that was killed
    seconds: float | None = None  # None: not back yet
    alone: bool = True  # nothing else was broken until it was back

    @property
    def kind(self):
        return "worker" if self.name in WORKERS else self.name


class Probes:
    """Does it do its work again? Each answers within half a second."""

    def __init__(self, stack):
        self.stack, self.http = stack, requests.Session()

    def is_back(self, kill):
        if self.stack.children[kill.name].pid == kill.pid:  # its last words do not count
            return False
        probe = getattr(self, f"ask_{kill.name}", None)
        return probe() if probe else self.has_left_a_sign(kill)

    def ask_web(self):
        try:
            return self.http.get(f"{self.stack.site}/healthz", timeout=0.5).status_code == 200
        except requests.RequestException:
            return False

    def ask_valkey(self):
        return self.stack.valkey.answers()

    def ask_postgres(self):
        try:
            connection = psycopg2.connect(self.stack.postgres.url, connect_timeout=1)
        except psycopg2.OperationalError:
            return False
        connection.close()
        return True

    def has_left_a_sign(self, kill):
        """A worker after each task that it has done, beat after each message that it has sent (settings.py)."""
        sign = Path(self.stack.data / "alive" / kill.name)
        return sign.exists() and sign.stat().st_mtime > kill.at


class Recovery:
    """Every kill of the run. Something else that breaks meanwhile makes a time not comparable; it is kept apart."""

    def __init__(self, stack):
        self.probes, self.kills, self.stopping = Probes(stack), [], threading.Event()
        self.lock, self.other_troubles = threading.Lock(), 0
        self.thread = threading.Thread(target=self.watch, name="recovery", daemon=True)

    def note(self, name, at, pid):
        with self.lock:
            alone = self.all_are_back() and not self.other_troubles
            for kill in self.waiting():
                kill.alone = False
            self.kills.append(Kill(name, at, pid, alone=alone))

    def trouble_begins(self):
        with self.lock:
            self.other_troubles += 1
            for kill in self.waiting():
                kill.alone = False

    def trouble_ends(self):
        with self.lock:
            self.other_troubles -= 1

    def waiting(self):
        return [kill for kill in self.kills if kill.seconds is None]

    def all_are_back(self):
        return not self.waiting()

    def watch(self):
        while not self.stopping.is_set():
            for kill in self.waiting():
                if self.probes.is_back(kill):
                    kill.seconds = time.time() - kill.at
            self.stopping.wait(LOOK_EVERY)
