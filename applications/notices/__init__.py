"""What people are told about applications, and what then needs nobody any more."""

from applications.notices.to_organizations import (
    application_received,
    application_withdrawn,
    decide_soon,
    decisions_lapsed,
    disagreement,
    offer_ended_for_organization,
    offer_lapsed_for_organization,
    settle_decisions,
    settle_disagreement,
)
from applications.notices.to_organizations import (
    offer_declined as tell_offer_declined,
)
from applications.notices.to_students import (
    application_sent,
    application_waitlisted,
    decision_lapsed,
    not_selected,
    offer_ended_for_student,
    offer_expires_soon,
    offer_lapsed_for_student,
    offer_made,
    settle_offer,
    shortlisted,
)

__all__ = [
    "application_received", "application_sent", "application_waitlisted", "application_withdrawn", "decide_soon",
    "decision_lapsed", "decisions_lapsed", "disagreement", "not_selected", "offer_declined", "offer_ended",
    "offer_expires_soon",
    "offer_lapsed", "offer_made", "settle_decisions", "settle_disagreement", "settle_offer", "shortlisted",
]  # fmt: skip


def offer_declined(application, at):
    """The student knows; the organization may offer the place again."""
    settle_offer(application, at)
    tell_offer_declined(application, at)


def offer_lapsed(application, at):
    """Both are told."""
    settle_offer(application, at)
    offer_lapsed_for_student(application, at)
    offer_lapsed_for_organization(application, at)


def offer_ended(application, at):
    """The student's account is suspended. Both are told, each as much as is theirs to know."""
    settle_offer(application, at)
    offer_ended_for_student(application, at)
    offer_ended_for_organization(application, at)
