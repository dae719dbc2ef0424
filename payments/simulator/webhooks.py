"""Delivers events to the site, signed, at least once, in no promised order.

https://docs.stripe.com/webhooks#retries — retried with growing pauses for three days.
Signatures: https://docs.stripe.com/webhooks#verify-manually (they carry real time, not the simulator's).
"""

import hashlib
import hmac
import http.client
import json
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from .clock import DAY

GIVE_UP_AFTER = 3 * DAY
LONGEST_PAUSE = 3600
WORKERS = 4
KNOBS = {
    "paused": False,  # queue, deliver nothing
    "outage": False,  # every attempt fails as if the site were down
    "delay_seconds": 0,  # wait before the first attempt
    "jitter_seconds": 0,  # plus a random part, which also reorders
    "lose_next": 0,  # the next n events are never delivered
    "duplicate_next": 0,  # the next n events are delivered twice
    "loss_rate": 0,
    "duplicate_rate": 0,
    "retry_seconds": 1,  # the first pause; doubles up to an hour
    "types": [],  # if given, knobs that lose or double apply only to these types
}


class Webhooks:
    def __init__(self, sim, site, secrets):
        self.sim, self.store = sim, sim.store
        self.site, self.secrets = (site or "").rstrip("/"), secrets
        self.random = random.Random(1)
        self.knobs = {**KNOBS, **self.store.setting("webhooks", {})}
        self.wake, self.stopping = threading.Event(), False
        self.sending, self.mutex = set(), threading.Lock()
        self.pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="webhook")
        self.queued = False
        self.store.after_commit.append(self._wake_if_queued)

    def turn(self, changes):
        """Sets knobs. Raises ValueError for one that does not exist."""
        unknown = set(changes) - set(KNOBS) - {"seed"}
        if unknown:
            raise ValueError(f"unknown knob: {', '.join(sorted(unknown))}")
        if "seed" in changes:
            self.random.seed(changes.pop("seed"))
        self.knobs |= changes
        self.store.set_setting("webhooks", self.knobs)
        self.wake.set()
        return self.knobs

    def queue(self, event, scope):
        """Writes one delivery per endpoint, in the transaction of what happened."""
        endpoints = list(self._endpoints(event, scope))
        if "pending_webhooks" in event:
            event = event | {"pending_webhooks": len(endpoints)}
        for url, secret in endpoints:
            if self._strikes("lose", event["type"]):
                self._write(event, scope, url, secret, "lost", 0)
                continue
            pause = self.knobs["delay_seconds"] + self.random.random() * self.knobs["jitter_seconds"]
            self._write(event, scope, url, secret, "pending", pause)
            if self._strikes("duplicate", event["type"]):
                self._write(event, scope, url, secret, "pending", pause)

    def resend(self, event_id):
        """Another delivery of an event to wherever it went, as the dashboard's Resend does."""
        sql = "SELECT DISTINCT endpoint, url, secret, type, body FROM delivery WHERE event = ?"
        rows = self.store.rows(sql, event_id)
        for row in rows:
            self._insert(event_id, row["type"], row["endpoint"], row["url"], row["secret"], row["body"], "pending", 0)
        return len(rows)

    def run(self):
        """The delivery loop; ends when `stopping` is set."""
        while not self.stopping:
            self.wake.wait(timeout=0.5)
            self.wake.clear()
            if not self.stopping and not self.knobs["paused"]:
                self._send_due()

    def _wake_if_queued(self):
        if self.queued:
            self.queued = False
            self.wake.set()

    def stop(self):
        self.stopping = True
        self.wake.set()
        self.pool.shutdown(wait=False, cancel_futures=True)

    def settle(self, seconds=10):
        """Waits until nothing that is due is undelivered. Returns whether that happened."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.wake.set()
            if not self._due() and not self.sending:
                return True
            time.sleep(0.02)
        return False

    def deliver_one(self, row):
        """One attempt now, in this thread."""
        status, error = self._attempt(row)
        with self.store.transaction():
            self._note(row, status, error)

    def _send_due(self):
        for row in self._due():
            with self.mutex:
                if row["id"] in self.sending:
                    continue
                self.sending.add(row["id"])
            self.pool.submit(self._deliver, row)

    def _due(self):
        now = self.sim.clock.now() + 0.999
        sql = "SELECT * FROM delivery WHERE state = 'pending' AND due <= ? ORDER BY due, id LIMIT 100"
        return self.store.rows(sql, now)

    def _deliver(self, row):
        try:
            self.deliver_one(row)
        except Exception:
            self.sim.report_bug(f"delivery {row['id']}")
        finally:
            with self.mutex:
                self.sending.discard(row["id"])
            self.wake.set()

    def _attempt(self, row):
        if self.knobs["outage"]:
            return None, "outage (scripted)"
        address = urlsplit(row["url"])
        kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
        connection = kind(address.netloc, timeout=10)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
            "Stripe-Signature": signature(row["body"], row["secret"], int(time.time())),
        }
        try:
            connection.request("POST", address.path or "/", row["body"].encode(), headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status, None
        except (OSError, http.client.HTTPException) as error:
            return None, f"{type(error).__name__}: {error}"[:200]
        finally:
            connection.close()

    def _note(self, row, status, error):
        attempts = row["attempts"] + 1
        now = self.sim.clock.now()
        delivered = status is not None and 200 <= status < 300
        if delivered:
            state, due = "delivered", row["due"]
        elif now - row["created"] >= GIVE_UP_AFTER:
            state, due = "given_up", row["due"]
        else:
            pause = min(self.knobs["retry_seconds"] * 2 ** min(attempts - 1, 20), LONGEST_PAUSE)
            state, due = "pending", now + pause
        sql = "UPDATE delivery SET state = ?, due = ?, attempts = ?, last_status = ?, last_error = ? WHERE id = ?"
        self.store.run(sql, state, due, attempts, status, error, row["id"])

    def _endpoints(self, event, scope):
        if self.site and self.secrets.get(scope):
            yield f"{self.site}/webhooks/stripe/{scope}/", self.secrets[scope]
        for endpoint in self.store.where("webhook_endpoint") if scope != "thin" else ():
            wanted = event["type"] in endpoint["enabled_events"] or "*" in endpoint["enabled_events"]
            if wanted and endpoint["_connect"] == (scope == "connect"):
                yield endpoint["url"], endpoint["_secret"]

    def _strikes(self, what, kind):
        if self.knobs["types"] and kind not in self.knobs["types"]:
            return False
        if self.knobs[f"{what}_next"] > 0:
            self.turn({f"{what}_next": self.knobs[f"{what}_next"] - 1})
            return True
        rate = self.knobs["loss_rate" if what == "lose" else "duplicate_rate"]
        return rate > 0 and self.random.random() < rate

    def _write(self, event, scope, url, secret, state, pause):
        self._insert(event["id"], event["type"], scope, url, secret, json.dumps(event), state, pause)

    def _insert(self, event_id, kind, scope, url, secret, body, state, pause):
        now = self.sim.clock.now()
        sql = """INSERT INTO delivery (event, type, endpoint, url, secret, body, state, due, created)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"""
        self.store.run(sql, event_id, kind, scope, url, secret, body, state, now + pause, now)
        self.queued = True


def signature(body, secret, timestamp):
    digest = hmac.new(secret.encode(), f"{timestamp}.{body}".encode(), hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={digest}"
