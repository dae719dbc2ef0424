"""What is due when: settlements, expiring sessions, delayed debits, bank payouts.

Work runs in the order of its due time with the clock held at that moment, so that jumping three days
ahead gives the same history as waiting three days. It runs before whatever else happens (Simulator.work): no request
ever sees a moment whose earlier work is still to be done, and what is created later is never older.
"""

import json

HANDLERS = {}


def job(kind):
    """Registers `handler(sim, target, data)` for a kind of job."""

    def register(handler):
        HANDLERS[kind] = handler
        return handler

    return register


class Timetable:
    def __init__(self, sim):
        self.sim, self.store = sim, sim.store

    def add(self, due, kind, target, **data):
        sql = "INSERT INTO job (due, kind, target, data) VALUES (?, ?, ?, ?)"
        self.store.run(sql, due, kind, target, json.dumps(data))

    def remove(self, kind, target):
        self.store.run("DELETE FROM job WHERE kind = ? AND target = ?", kind, target)

    def run_due(self):
        """Runs everything that is due by now, also what that work itself schedules. Returns how many."""
        ran = 0
        with self.store.transaction():
            until = self.sim.clock.now()
            while self._run_next(until):
                ran += 1
        return ran

    def _run_next(self, until):
        """A job that fails is a bug, told once and set aside: it must not hold up everything after it."""
        row = self.store.row("SELECT * FROM job WHERE due <= ? ORDER BY due, id LIMIT 1", until)
        if row is None:
            return False
        self.store.run("DELETE FROM job WHERE id = ?", row["id"])
        try:
            with self.store.savepoint(), self.sim.clock.at(row["due"]):
                HANDLERS[row["kind"]](self.sim, row["target"], json.loads(row["data"]))
        except Exception:
            self.sim.report_bug(f"job {row['kind']} for {row['target']}")
        return True
