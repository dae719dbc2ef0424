"""What is forgotten in time, once a day: used keys, delivered webhooks, events older than Stripe keeps them."""

from .clock import DAY
from .resources.events import KEPT
from .timetable import job


class Tidying:
    def __init__(self, sim):
        self.sim, self.store = sim, sim.store

    def schedule_next(self):
        self.sim.timetable.remove("tidy", "")
        self.sim.timetable.add(self.sim.clock.now() + DAY, "tidy", "")

    def run(self):
        self.sim.idempotency.prune()
        old = self.sim.clock.now() - KEPT
        self.store.run("DELETE FROM delivery WHERE state <> 'pending' AND created < ?", old)
        self.store.run("DELETE FROM object WHERE kind IN ('event', 'v2.core.event') AND created < ?", old)


@job("tidy")
def tidy_daily(sim, target, data):
    sim.tidy.run()
    sim.tidy.schedule_next()
