"""What goes wrong, one stream for each kind, each with dice of its own: the seed decides what and in which order.

A stream is a generator: it breaks something, yields how long that lasts, and mends it in a `finally`, so that closing
the stream mends everything.
"""

from contextlib import contextmanager

import psycopg2
import redis

from marketplace.local.chaos.stack import SITE, STRIPE_TIMEOUT_SECONDS, WORKERS

KILLED = {"worker1": 18, "worker2": 18, "web": 20, "beat": 12, "valkey": 16, "postgres": 16}
FROZEN = ["web", *WORKERS, "beat", "valkey", "postgres", "simulator"]
LONGER_THAN_PATIENCE = STRIPE_TIMEOUT_SECONDS + 1.0  # seconds
# (kind, when, share, what else): what Stripe may do to one call.
AT_STRIPE = [
    ("timeout", "before", 8, {"seconds": LONGER_THAN_PATIENCE}),
    ("timeout", "after", 14, {"seconds": LONGER_THAN_PATIENCE}),
    ("drop", "before", 8, {}),
    ("drop", "after", 16, {}),
    ("error_500", "before", 6, {"stored": True}),
    ("error_500", "before", 6, {"stored": False}),
    ("error_500", "after", 10, {"stored": True}),
    ("rate_limit", "before", 8, {}),
    ("lock_timeout", "before", 4, {"status": 429}),
    ("lock_timeout", "before", 4, {"status": 409}),
    ("delay", "before", 8, {"seconds": 1.5, "times": 3}),
    ("delay", "after", 8, {"seconds": 1.5, "times": 3}),
    ("error", "before", 5, {"status": 400, "error": {"code": "balance_insufficient", "message": "Not enough."}}),
]
PATHS = {
    ("POST", "/v1/transfers"): 30,
    ("POST", "/v1/refunds"): 20,
    ("POST", "/v1/transfers/*/reversals"): 10,
    ("POST", "/v1/checkout/sessions"): 15,
    ("GET", "/v1/*"): 25,
    ("*", "/v2/*"): 5,
}
MOST_WAITING = 14  # faults at Stripe that no call has met yet
HOUR, NIGHT = 3_600, 25 * 3_600
MOST_HOURS, MOST_NIGHTS = 10, 3  # of clock jumps in a run: review and funding clocks must not run out for everybody


class Faults:
    """`tally` counts what was done. `gap`: seconds between two kills, which sets the pace of everything."""

    def __init__(self, stack, stripe, recovery, offsets, tally, gap):
        self.stack, self.stripe, self.recovery, self.offsets = stack, stripe, recovery, offsets
        self.tally, self.gap = tally, gap
        self.jumps_left, self.nights_left = MOST_HOURS * HOUR, MOST_NIGHTS  # also when a stream begins anew

    def streams(self):
        return {
            "kills": self.kills, "calls": self.calls, "webhooks": self.webhooks, "freezes": self.freezes,
            "database": self.database, "valkey": self.flushes, "clock": self.clock, "nights": self.nights,
        }  # fmt: skip

    @contextmanager
    def trouble(self, name):
        self.tally[name] += 1
        self.recovery.trouble_begins()
        try:
            yield
        finally:
            self.recovery.trouble_ends()

    # --- Processes ---

    def kills(self, dice):
        while True:
            yield dice.uniform(0.5, 1.5) * self.gap
            name, waits = dice.choices(list(KILLED), list(KILLED.values()))[0], dice.random() < 0.85
            one_below = name in (*WORKERS, "postgres") and dice.random() < 0.2
            for _ in range(100 if waits else 0):  # mostly one at a time, so that each recovery can be timed
                if self.recovery.all_are_back() and not self.recovery.other_troubles:
                    break
                yield 0.1
            if one_below:
                self.tally["pool process or backend killed"] += 1
                self.stack.kill_one_below(name, dice)
            else:
                self.recovery.note(name, *self.stack.kill(name))

    def freezes(self, dice):
        """SIGSTOP, and after a while SIGCONT: the process notices nothing but a jump in time."""
        while True:
            yield dice.uniform(1, 3) * self.gap
            name, seconds = dice.choice(FROZEN), dice.uniform(0.5, 4)
            with self.trouble(f"{name.rstrip('12')} frozen"):
                self.stack.freeze(name)
                try:
                    yield seconds
                finally:
                    self.stack.thaw(name)

    # --- At Stripe and on the way from it ---

    def calls(self, dice):
        """One call (or a few) goes wrong; which one it hits depends on who asks next."""
        waiting = []
        while True:
            yield dice.uniform(0.1, 0.3) * self.gap
            kind, when, _share, more = dice.choices(AT_STRIPE, [share for *_, share, _ in AT_STRIPE])[0]
            method, path = dice.choices(list(PATHS), list(PATHS.values()))[0]
            more = more | ({"path": "/v1/*", "method": "*"} if kind == "delay" else {"path": path, "method": method})
            waiting.append(self.stripe.break_once(kind=kind, when=when, **more))
            if len(waiting) > MOST_WAITING:
                self.collect(waiting.pop(0))

    def collect(self, only=None):
        """Count how often faults have struck, and take them away."""
        for fault in self.stripe.faults():
            if only in (None, fault["id"]):
                self.tally[f"Stripe: {fault['kind']} {fault['when']}"] += fault["hits"]
                self.stripe.mend(fault["id"])

    def webhooks(self, dice):
        """Lost, doubled, late and out of order; sometimes none at all for a while."""
        self.stripe.turn_webhooks(seed=dice.randrange(1_000_000))
        quiet = {"loss_rate": 0, "duplicate_rate": 0, "jitter_seconds": 0, "paused": False, "outage": False}
        try:
            while True:
                knobs = {
                    "loss_rate": dice.choice([0, 0.1, 0.3, 0.6]), "duplicate_rate": dice.choice([0, 0.2, 0.5]),
                    "jitter_seconds": dice.choice([0, 2, 8]), "outage": dice.random() < 0.12,
                }  # fmt: skip
                self.tally["webhooks: outage"] += knobs["outage"]
                self.stripe.turn_webhooks(**quiet | knobs)
                yield dice.uniform(0.5, 2) * self.gap
        finally:
            self.stripe.turn_webhooks(**quiet)

    # --- PostgreSQL and Valkey ---

    def database(self, dice):
        """Every connection taken, or every connection cut."""
        while True:
            yield dice.uniform(3, 6) * self.gap
            if dice.random() < 0.5:
                self.tally["database connections cut"] += 1
                cut(self.stack.postgres.url)
                continue
            held = []
            with self.trouble("database full"):
                try:
                    take_all(self.stack.postgres.url, held)
                    yield dice.uniform(1.5, 4)
                finally:
                    for connection in held:
                        connection.close()

    def flushes(self, dice):
        while True:
            yield dice.uniform(3, 6) * self.gap
            redis.Redis.from_url(self.stack.valkey.url, socket_timeout=1).flushall()
            self.tally["FLUSHALL"] += 1

    # --- Time ---

    def clock(self, dice):
        """Jumps of the site's clock and of Stripe's, not together; now and then one process is a little off."""
        while True:
            yield dice.uniform(2, 5) * self.gap
            kind, seconds = dice.choice(["site", "Stripe", "skew"]), dice.uniform(60, 1.5 * HOUR)
            process, skew = dice.choice(SITE), dice.uniform(-40, 40)
            self.tally["clock jumps"] += 1
            if kind == "skew" or seconds > self.jumps_left:
                self.offsets.set_skew(process, skew)
            elif kind == "site":
                self.jumps_left -= seconds
                self.offsets.jump(seconds)
            else:
                self.jumps_left -= seconds
                self.stripe.advance(int(seconds))

    def nights(self, dice):
        """The whole site is down for a day: every key is forgotten when it comes back."""
        while self.nights_left:
            yield dice.uniform(12, 24) * self.gap
            self.nights_left -= 1
            with self.trouble("a day without the site"):
                try:
                    for name in SITE:
                        self.stack.kill(name, keep_down=True)
                    yield LONGER_THAN_PATIENCE  # whatever was under way at Stripe comes to its end
                    self.stripe.advance(NIGHT)
                    self.stripe.forget_keys()
                    self.offsets.jump(NIGHT)
                finally:
                    self.stack.let_up()
                yield 4  # until it is up again


def cut(url):
    """End every other connection of the database."""
    connection = psycopg2.connect(url, connect_timeout=2)
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            )
    finally:
        connection.close()


def take_all(url, held):
    """Open connections until none is left, cut those of others once, and take theirs too."""
    for last in (False, True):
        try:
            while True:
                held.append(psycopg2.connect(url, connect_timeout=2))
        except psycopg2.OperationalError:
            if last or not held:
                return
        ours = [connection.info.backend_pid for connection in held]
        with held[0].cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE backend_type = 'client backend' AND NOT pid = ANY(%s)",
                [ours],
            )
