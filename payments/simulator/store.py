"""SQLite: one connection, one lock, every request one transaction.

With the write-ahead log a killed process loses nothing that it had answered for.
Objects are kept as Stripe shows them; fields that start with "_" are ours and never shown.
"""

import json
import sqlite3
import threading
from contextlib import contextmanager

TABLES = """
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS object (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
    account TEXT NOT NULL, created INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS object_kind ON object (kind, seq);
CREATE INDEX IF NOT EXISTS object_group ON object (kind, json_extract(body, '$.transfer_group'));
CREATE INDEX IF NOT EXISTS object_intent ON object (kind, json_extract(body, '$.payment_intent'));
CREATE INDEX IF NOT EXISTS object_charge ON object (kind, json_extract(body, '$.charge'));
CREATE INDEX IF NOT EXISTS object_destination ON object (kind, json_extract(body, '$.destination'));
CREATE INDEX IF NOT EXISTS object_source ON object (kind, json_extract(body, '$.source'));
CREATE INDEX IF NOT EXISTS object_transfer ON object (kind, json_extract(body, '$.transfer'));
CREATE INDEX IF NOT EXISTS object_related ON object (kind, json_extract(body, '$.related_object.id'));
CREATE INDEX IF NOT EXISTS object_type ON object (kind, account, json_extract(body, '$.type'), created, seq);
CREATE INDEX IF NOT EXISTS object_moment ON object (kind, account, created, seq);
CREATE INDEX IF NOT EXISTS object_waiting ON object (kind, json_extract(body, '$.pending_reason'));
CREATE INDEX IF NOT EXISTS object_origin ON object (kind, json_extract(body, '$.source_transaction'));
CREATE TABLE IF NOT EXISTS entry (
    id INTEGER PRIMARY KEY, txn TEXT NOT NULL, account TEXT NOT NULL, bucket TEXT NOT NULL,
    currency TEXT NOT NULL, amount INTEGER NOT NULL, at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS balance (
    account TEXT, bucket TEXT, currency TEXT, amount INTEGER NOT NULL, PRIMARY KEY (account, bucket, currency));
CREATE TABLE IF NOT EXISTS job (
    id INTEGER PRIMARY KEY, due INTEGER NOT NULL, kind TEXT NOT NULL, target TEXT NOT NULL, data TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS job_due ON job (due);
CREATE TABLE IF NOT EXISTS idempotency (
    account TEXT, key TEXT, endpoint TEXT NOT NULL, fingerprint TEXT NOT NULL, status INTEGER NOT NULL,
    body TEXT NOT NULL, request_id TEXT NOT NULL, created INTEGER NOT NULL, PRIMARY KEY (account, key));
CREATE TABLE IF NOT EXISTS delivery (
    id INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL, type TEXT NOT NULL, endpoint TEXT NOT NULL,
    url TEXT NOT NULL, secret TEXT NOT NULL, body TEXT NOT NULL, state TEXT NOT NULL, due REAL NOT NULL,
    created INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, last_status INTEGER, last_error TEXT);
CREATE INDEX IF NOT EXISTS delivery_due ON delivery (state, due);
CREATE INDEX IF NOT EXISTS delivery_event ON delivery (event);
CREATE TABLE IF NOT EXISTS fault (id INTEGER PRIMARY KEY, spec TEXT NOT NULL, left INTEGER, hits INTEGER NOT NULL);
"""
NAMES = ["setting", "object", "entry", "balance", "job", "idempotency", "delivery", "fault"]


class Store:
    def __init__(self, path):
        self.db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self.db.row_factory = sqlite3.Row
        self.lock = threading.RLock()
        self.depth = 0
        self.after_commit = []
        self.db.execute("PRAGMA busy_timeout=2000")
        # Exclusive, since the clock and the claimed keys live in this process: a second one must not start.
        self.db.execute("PRAGMA locking_mode=EXCLUSIVE")
        self.db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;")
        self.db.executescript(TABLES)

    @contextmanager
    def transaction(self):
        """Nested use joins the outer transaction."""
        with self.lock:
            if self.depth == 0:
                self.db.execute("BEGIN IMMEDIATE")
            self.depth += 1
            try:
                yield
            except BaseException:
                if self.depth == 1:
                    self.db.execute("ROLLBACK")
                raise
            else:
                if self.depth == 1:
                    self.db.execute("COMMIT")
            finally:
                self.depth -= 1
            outermost = self.depth == 0
        if outermost:
            for callback in self.after_commit:
                callback()

    @contextmanager
    def savepoint(self):
        """Undoes what is inside when an exception leaves it; the transaction around it goes on."""
        self.db.execute("SAVEPOINT attempt")
        try:
            yield
        except BaseException:
            self.db.execute("ROLLBACK TO attempt")
            self.db.execute("RELEASE attempt")
            raise
        self.db.execute("RELEASE attempt")

    def rows(self, sql, *values):
        with self.lock:
            return self.db.execute(sql, values).fetchall()

    def row(self, sql, *values):
        with self.lock:
            return self.db.execute(sql, values).fetchone()

    def run(self, sql, *values):
        with self.lock:
            return self.db.execute(sql, values)

    def setting(self, name, default=None):
        row = self.row("SELECT value FROM setting WHERE name = ?", name)
        return json.loads(row["value"]) if row else default

    def set_setting(self, name, value):
        self.run("INSERT OR REPLACE INTO setting VALUES (?, ?)", name, json.dumps(value))

    def add(self, body, account, kind=None, created=None):
        """`created` in Unix seconds, for the objects of v2 that write it in words."""
        created = body["created"] if created is None else created
        kind = kind or body["object"]
        sql = "INSERT INTO object (id, kind, account, created, body) VALUES (?, ?, ?, ?, ?)"
        self.run(sql, body["id"], kind, account, created, json.dumps(body))
        return body

    def save(self, body):
        self.run("UPDATE object SET body = ? WHERE id = ?", json.dumps(body), body["id"])
        return body

    def find(self, kind, id, account=None):
        """The object, or None; with an account, only if it belongs to it."""
        row = self.row("SELECT body, account FROM object WHERE id = ? AND kind = ?", id, kind)
        if row is None or (account and row["account"] != account):
            return None
        return json.loads(row["body"])

    def owner(self, id):
        row = self.row("SELECT account FROM object WHERE id = ?", id)
        return row["account"] if row else None

    def where(self, kind, **fields):
        """All objects of a kind with these values, oldest first."""
        sql = "SELECT body FROM object WHERE kind = ?"
        for name in fields:
            sql += f" AND json_extract(body, '$.{name}') = ?"
        return [json.loads(row["body"]) for row in self.rows(sql + " ORDER BY seq", kind, *fields.values())]

    def clear(self):
        for name in NAMES:
            self.run(f"DELETE FROM {name}")  # noqa: S608

    def close(self):
        with self.lock:
            self.db.close()
