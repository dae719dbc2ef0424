"""Every write of this app, by subject."""

from engagements.actions.clocks import lapse_unfunded, send_reminders
from engagements.actions.deliveries import deliver, extend_review, mark_approved, request_changes
from engagements.actions.disputes import mark_dispute_resolved, open_dispute
from engagements.actions.offers import accept_offer, confirm_kickoff, mark_cancelled, mark_funded, send_message
from engagements.actions.reviews import publish_due_reviews, write_review

__all__ = [
    "accept_offer", "confirm_kickoff", "deliver", "extend_review", "lapse_unfunded", "mark_approved",
    "mark_cancelled", "mark_dispute_resolved", "mark_funded", "open_dispute", "publish_due_reviews",
    "request_changes", "send_message", "send_reminders", "write_review",
]  # fmt: skip
