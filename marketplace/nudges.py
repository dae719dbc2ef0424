"""The base of every task: asking a worker to look at a row now. The row is the truth (docs/decisions/0003)."""

import logging
import time
from dataclasses import dataclass

from celery.contrib.django.task import DjangoTask
from django.core.cache import cache
from django.db import connection, transaction

log = logging.getLogger(__name__)
WAIT = 5  # seconds that a message counts as waiting: it may be lost
REST = 10.0  # seconds without a try after the broker did not take a message: a sweep comes every 15


class Nudge(DjangoTask):
    """A task whose `delay_on_commit` never fails: what was committed must not look like a failure.

    `one_waits`: it takes whatever is due, so none is sent while another waits for a worker.
    """

    one_waits = False

    @property
    def waiting(self):
        return f"waiting:{self.name}"

    def before_start(self, *args):
        if self.one_waits:  # before it looks: who finds this gone sends another, who finds it there is looked at
            cache.delete(self.waiting)

    def delay_on_commit(self, *args):
        """Send it when the caller's transaction is committed; the same one only once in a transaction."""
        message = Message(self, args)
        if message not in [waiting for _savepoints, waiting, _robust in connection.run_on_commit]:
            transaction.on_commit(message)


@dataclass(frozen=True)
class Message:
    task: Nudge
    args: tuple

    def __call__(self):
        if not broker.is_resting():
            self.send()

    def send(self):
        try:
            if not self.task.one_waits or cache.add(self.task.waiting, True, WAIT):
                self.task.delay(*self.args)
        except Exception as error:  # whatever the broker's client raises
            broker.rest()
            log.warning("%s%s was not sent, the sweep will find its row: %s", self.task.name, self.args, error)


class Broker:
    """Whether this process tries to reach the broker: one that is away costs a person one wait, not one per notice."""

    def __init__(self):
        self.rests_until = 0.0

    def is_resting(self):
        return time.monotonic() < self.rests_until

    def rest(self):
        self.rests_until = time.monotonic() + REST


broker = Broker()
