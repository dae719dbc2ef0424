"""The simulator as one object: its parts and what they share."""

import threading
import time
from collections import deque
from contextlib import contextmanager

from .api import Api
from .book import Book
from .clock import Clock
from .control import Control
from .errors import ApiError
from .events import Events
from .faults import Faults, scripted_error
from .health import Health
from .idempotency import Idempotency
from .identifiers import kind_of
from .resources import accounts, payouts
from .schema_check import Schema
from .store import Store
from .tidying import Tidying
from .timetable import Timetable
from .webhooks import KNOBS, Webhooks

TICK = 0.25  # seconds between looks at the timetable
HEALTH_EVERY = 1  # seconds


class Simulator:
    def __init__(self, data=":memory:", site="", secrets=None, merchant="Proofwork", public_url="", health=""):
        self.schema, self.health = Schema(), Health(health)
        self.store = Store(data)
        self.site, self.secrets, self.merchant = site, secrets or {}, merchant
        self.public_url = public_url.rstrip("/")
        self.requests = deque(maxlen=200)
        self.stopping = threading.Event()
        self._assemble()

    def _assemble(self):
        self.clock = Clock(self.store)
        self.timetable = Timetable(self)
        self.book = Book(self)
        self.idempotency = Idempotency(self)
        self.faults = Faults(self)
        self.tidy = Tidying(self)
        self.webhooks = Webhooks(self, self.site, self.secrets)
        self.events = Events(self)
        self.api = Api(self)
        self.control = Control(self)
        self.deliverer = threading.Thread(target=self.webhooks.run, name="deliverer", daemon=True)

    def start(self):
        with self.store.transaction():
            payouts.schedule_next(self)
            self.tidy.schedule_next()
        self.deliverer.start()
        threading.Thread(target=self._tick, name="timetable", daemon=True).start()

    def stop(self):
        self.stopping.set()
        self.webhooks.stop()
        self.store.close()
        self.health.write()

    def reset(self):
        """Forgets everything, the clock and the knobs included."""
        with self.store.transaction():
            self.store.clear()
            self.clock.restart()
            self.webhooks.turn(dict(KNOBS))
            payouts.schedule_next(self)
            self.tidy.schedule_next()
        self.requests.clear()

    def advance(self, seconds):
        """Moves the clock and does what that makes due. Returns how many jobs ran."""
        with self.store.transaction():
            self.clock.advance(seconds)
            ran = self.timetable.run_due()
        self.webhooks.wake.set()
        return ran

    @contextmanager
    def work(self):
        """One transaction, begun when all that was due before it has been done."""
        with self.store.transaction():
            self.timetable.run_due()
            yield

    def sleep(self, seconds):
        self.stopping.wait(seconds)

    def retrieve_any(self, id):
        """An object by id alone, for expanding."""
        kind = kind_of(id)
        if kind == "account":
            return accounts.v1_account(self, id)
        return self.store.find(kind, id)

    def scripted_error(self, rule):
        return scripted_error(rule)

    def must_fit(self, name, body, where):
        """An object that leaves the simulator otherwise than as an answer: in an event, or the event itself."""
        self.no_violation(self.schema.problems_of(name, body), where)
        self.health.count("events")

    def no_violation(self, problems, where):
        """What is out of schema is a bug of the simulator: counted, shouted, answered with 500."""
        if not problems:
            return
        lines = [f"{where}: {problem.param} {problem.kind} {problem.detail}" for problem in problems]
        self.health.violation(lines)
        raise ApiError(500, "Out of schema: " + "; ".join(lines), type="api_error", saved=False)

    def report_bug(self, where):
        if not self.stopping.is_set():
            self.health.bug(where)

    def log(self, request, answer):
        line = {"at": self.clock.now(), "method": request.method, "path": request.path, "status": answer.status}
        self.requests.appendleft(line | {"dropped": answer.drop, "id": answer.headers["Request-Id"]})

    def _tick(self):
        written = time.monotonic()
        while not self.stopping.wait(TICK):
            try:
                self.timetable.run_due()
            except Exception:
                self.report_bug("timetable")
            if time.monotonic() >= written + HEALTH_EVERY:
                self.health.write()
                written = time.monotonic()
