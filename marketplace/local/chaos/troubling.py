"""The thread that lets each stream of faults do its next thing when its time has come."""

import contextlib
import random
import threading
import time
import traceback

import psycopg2
import redis

from marketplace.local.chaos.at_stripe import NotDone

NOT_NOW = (NotDone, psycopg2.Error, redis.RedisError)  # what it wants to break is broken already
TICK = 0.02  # seconds


class Troubling:
    def __init__(self, streams, seed):
        """`streams`: {name: generator function of a random.Random}."""
        self.streams, self.seed, self.failures = streams, seed, []
        self.running, self.due = {}, {}
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.go_on, name="troubling", daemon=True)
        self.dice = {name: random.Random(f"{seed}:{name}") for name in streams}
        for name in streams:
            self.begin(name)

    def begin(self, name):
        self.running[name], self.due[name] = self.streams[name](self.dice[name]), 0

    def go_on(self):
        while not self.stopping.wait(TICK):
            for name in list(self.running):
                if self.due[name] <= time.monotonic() and not self.stopping.is_set():
                    self.step(name)
        for name in list(self.running):
            self.close(name)

    def step(self, name):
        try:
            self.due[name] = time.monotonic() + next(self.running[name])
        except StopIteration:
            del self.running[name]
        except NOT_NOW:
            self.begin(name)  # with the dice where they are
            self.due[name] = time.monotonic() + 1
        except Exception:
            self.failures.append(traceback.format_exc())
            del self.running[name]

    def close(self, name):
        """What it could not mend because that is away just now, the end of the run mends (command.py)."""
        with contextlib.suppress(*NOT_NOW):
            self.running.pop(name).close()
