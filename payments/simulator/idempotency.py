"""Idempotency keys. https://docs.stripe.com/api/idempotent_requests

The first result is kept, errors and 500s included, and replayed for 24 hours of the simulator's clock.
v2 keeps only successes, so that a failed request runs again, and for 30 days:
https://docs.stripe.com/api-v2-overview#idempotency
"""

import hashlib
import json
import threading
from contextlib import contextmanager

from .clock import DAY
from .errors import ApiError

LIFETIME, LIFETIME_V2 = DAY, 30 * DAY


class Idempotency:
    def __init__(self, sim):
        self.sim, self.store = sim, sim.store
        self.in_flight, self.mutex = set(), threading.Lock()

    @contextmanager
    def claim(self, account, key):
        """Holds the key while its request runs; a second request meanwhile gets 409."""
        if key is None:
            yield
            return
        with self.mutex:
            if (account, key) in self.in_flight:
                raise in_use(key)
            self.in_flight.add((account, key))
        try:
            yield
        finally:
            with self.mutex:
                self.in_flight.discard((account, key))

    def replay(self, account, key, endpoint, params):
        """The stored row for this key, or None. Raises ApiError 400 if the request differs."""
        row = self.store.row("SELECT * FROM idempotency WHERE account = ? AND key = ?", account, key)
        if row is None or self.sim.clock.now() - row["created"] >= _lifetime(row["endpoint"]):
            return None
        if row["endpoint"] != endpoint:
            raise _misused(f"the same endpoint they were first used for ('{endpoint}' vs '{row['endpoint']}')", key)
        if row["fingerprint"] != fingerprint(params):
            raise _misused("the same parameters they were first used with", key)
        return row

    def save(self, account, key, endpoint, params, *, status, body, request_id):
        row = (account, key, endpoint, fingerprint(params), status, body, request_id, self.sim.clock.now())
        self.store.run("INSERT OR REPLACE INTO idempotency VALUES (?, ?, ?, ?, ?, ?, ?, ?)", *row)

    def prune(self):
        now = self.sim.clock.now()
        sql = "DELETE FROM idempotency WHERE created <= CASE WHEN endpoint LIKE '/v2/%' THEN ? ELSE ? END"
        self.store.run(sql, now - LIFETIME_V2, now - LIFETIME)

    def forget(self):
        """Everything at once, as if a day had passed."""
        return self.store.run("DELETE FROM idempotency").rowcount


def _lifetime(endpoint):
    return LIFETIME_V2 if endpoint.startswith("/v2/") else LIFETIME


def fingerprint(params):
    return hashlib.sha256(json.dumps(params, sort_keys=True).encode()).hexdigest()


def in_use(key):
    message = (
        f"There is currently another in-progress request using this Idempotent Key '{key}' "
        "(that probably means you submitted twice, and the other request is still going through)."
    )
    return ApiError(409, message, type="idempotency_error", code="idempotency_key_in_use", saved=False)


def _misused(rule, key):
    message = (
        f"Keys for idempotent requests can only be used with {rule}. "
        f"Try using a key other than '{key}' if you meant to execute a different request."
    )
    message = message.replace("used with the same endpoint", "used for the same endpoint")
    return ApiError(400, message, type="idempotency_error", saved=False)
