"""Events: snapshots (v1), thin notifications (v2), each queued for the endpoints that want it.

https://docs.stripe.com/api/events and https://docs.stripe.com/event-destinations
"""

from .clock import iso
from .identifiers import PLATFORM, new_id
from .rendering import show


class Events:
    def __init__(self, sim):
        self.sim, self.store = sim, sim.store
        self.request = None  # {"id", "idempotency_key"} of the API call at work

    def emit(self, kind, body, account=PLATFORM, previous=None):
        """Records what happened to an object as it is now."""
        snapshot = show(self.sim, body)
        self.sim.must_fit(snapshot.get("object"), snapshot, f"event {kind}")
        event = {
            "id": new_id("evt"),
            "object": "event",
            "api_version": self.sim.schema.version,
            "created": self.sim.clock.now(),
            "data": {"object": snapshot} | ({"previous_attributes": previous} if previous else {}),
            "livemode": False,
            "pending_webhooks": 0,
            "request": self.request or {"id": None, "idempotency_key": None},
            "type": kind,
        }
        if account != PLATFORM:
            event["account"] = account
        self.sim.must_fit("event", event, f"event {kind}")
        self.store.add(event, account)
        self.sim.webhooks.queue(event, "platform" if account == PLATFORM else "connect")
        return event

    def emit_thin(self, kind, account_id, data=None):
        """A v2 event carries no object, only where to fetch it."""
        now = self.sim.clock.now()
        event = {
            "id": new_id("evt_test"),
            "object": "v2.core.event",
            "type": kind,
            "livemode": False,
            "created": iso(now),
            "context": None,
            "reason": self._reason(),
            "related_object": {
                "id": account_id,
                "type": "v2.core.account",
                "url": f"/v2/core/accounts/{account_id}",
            },
        }
        self.sim.must_fit("v2.core.event", event, f"event {kind}")
        self.store.add({**event, "data": data or {}}, PLATFORM, created=now)
        self.sim.webhooks.queue(event, "thin")
        return event

    def _reason(self):
        request = self.request
        if not request:
            return None
        key = request["idempotency_key"] or ""
        return {"type": "request", "request": {"id": request["id"], "idempotency_key": key}}
