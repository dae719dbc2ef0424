"""Faults on demand: which requests go wrong, when, and how often.

`before` means nothing happened; `after` means Stripe did the work and only the answer was lost.
"""

import fnmatch
import json
import random

from .errors import ApiError

# https://docs.stripe.com/api/errors
ERROR_TYPES = ("api_error", "card_error", "idempotency_error", "invalid_request_error")
KINDS = ("error_500", "timeout", "drop", "rate_limit", "lock_timeout", "delay", "error")


class Faults:
    def __init__(self, sim):
        self.store = sim.store
        self.random = random.Random(1)

    def add(self, spec):
        """Returns the rule as stored. Raises ValueError if it makes no sense."""
        rule = {
            "kind": spec["kind"],
            "method": spec.get("method", "*").upper(),
            "path": spec.get("path", "*"),
            "when": spec.get("when", "before"),
            "rate": float(spec.get("rate", 1)),
            "seconds": float(spec.get("seconds", 30)),
            "stored": bool(spec.get("stored", True)),
            "status": int(spec.get("status", 0)),
            "error": spec.get("error", {}),
        }
        if rule["kind"] not in KINDS or rule["when"] not in ("before", "after"):
            raise ValueError(f"kind must be one of {', '.join(KINDS)}; when: before or after")
        if rule["when"] == "after" and rule["kind"] in ("rate_limit", "lock_timeout", "error"):
            raise ValueError(f"{rule['kind']} can only come before the work")
        told = rule["error"]
        if not isinstance(told, dict) or told.get("type", "api_error") not in ERROR_TYPES:
            raise ValueError(f"error must be an object; its type one of {', '.join(ERROR_TYPES)}")
        if "seed" in spec:
            self.random.seed(spec["seed"])
        times = spec.get("times", 1)
        row = self.store.run("INSERT INTO fault (spec, left, hits) VALUES (?, ?, 0)", json.dumps(rule), times)
        return {"id": row.lastrowid, "times": times, **rule}

    def list(self):
        rows = self.store.rows("SELECT * FROM fault ORDER BY id")
        return [{"id": r["id"], "left": r["left"], "hits": r["hits"], **json.loads(r["spec"])} for r in rows]

    def remove(self, id=None):
        if id:
            self.store.run("DELETE FROM fault WHERE id = ?", id)
        else:
            self.store.run("DELETE FROM fault")

    def take(self, method, path, when):
        """The rule that strikes this request, counted down, or None. Two requests never share one strike."""
        with self.store.lock:
            for row in self.store.rows("SELECT * FROM fault WHERE left IS NULL OR left > 0 ORDER BY id"):
                rule = json.loads(row["spec"])
                if rule["when"] == when and self._strikes(rule, method, path):
                    self.store.run("UPDATE fault SET left = left - 1, hits = hits + 1 WHERE id = ?", row["id"])
                    return rule
        return None

    def _strikes(self, rule, method, path):
        named = rule["method"] in ("*", method) and fnmatch.fnmatchcase(path, rule["path"])
        return named and (rule["rate"] >= 1 or self.random.random() < rule["rate"])


def scripted_error(rule):
    """A fault of kind `error`: any answer of Stripe, for instance {"code": "balance_insufficient"}."""
    error = {"type": "invalid_request_error", "message": "A scripted error.", **rule["error"]}
    message, kind = error.pop("message"), error.pop("type")
    return ApiError(rule["status"] or 400, message, type=kind, **error)
