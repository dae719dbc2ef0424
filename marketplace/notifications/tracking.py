"""What the mail service reports (by anymail's signal, its only way to tell): who no longer takes mail.

Connected by apps.py. The route exists where ANYMAIL_WEBHOOK_SECRET is set, and anymail checks it.
"""

from marketplace.clock import now
from marketplace.notifications.bounces import note_bounce, note_complaint, note_delivery

HARD = {"invalid", "bounced", "unsubscribed"}


def on_tracking(sender, event, **_kwargs):
    if not event.recipient:
        return
    if event.event_type in ("bounced", "rejected"):
        reason = " ".join(str(event.description or event.mta_response or event.reject_reason or "").split())
        is_hard = event.event_type == "bounced" and event.reject_reason in HARD
        note_bounce(event.recipient, reason=reason, is_hard=is_hard, at=now())
    elif event.event_type == "complained":
        note_complaint(event.recipient, at=now())
    elif event.event_type == "delivered":
        note_delivery(event.recipient)
