"""What people are told about their work together: both sides, at every step, amounts and deadlines first."""

from engagements.notices.endings import approved, cancelled, dispute_opened, dispute_resolved, lapsed, replaced
from engagements.notices.reminders import (
    check_in,
    delivery_due_soon,
    delivery_overdue,
    funding_reminder,
    gone_quiet,
    kickoff_overdue,
    kickoff_reminder,
    review_reminder,
    vanished,
)
from engagements.notices.reviews import review_written, reviews_published
from engagements.notices.splits import split_proposed, split_reminder
from engagements.notices.steps import (
    changes_requested,
    delivered,
    funded,
    kickoff_confirmed,
    message_sent,
    offer_accepted,
    review_extended,
)
from engagements.notices.telling import settle_all

__all__ = [
    "approved", "cancelled", "changes_requested", "check_in", "delivered", "delivery_due_soon", "delivery_overdue",
    "dispute_opened", "dispute_resolved", "funded", "funding_reminder", "gone_quiet", "kickoff_confirmed",
    "kickoff_overdue", "kickoff_reminder", "lapsed", "message_sent", "offer_accepted", "replaced", "review_extended",
    "review_reminder", "review_written", "reviews_published", "settle_all", "split_proposed", "split_reminder",
    "vanished",
]  # fmt: skip
