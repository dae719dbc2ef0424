"""Every write of this app, by subject."""

from engagements.actions.change_orders import (
    accept_change_order,
    lapse_change_orders,
    mark_change_order_funded,
    propose_change_order,
    refuse_change_order,
    withdraw_change_order,
)
from engagements.actions.clocks import lapse_unfunded, send_reminders
from engagements.actions.deliveries import deliver, extend_review, mark_approved, request_changes
from engagements.actions.disputes import (
    accept_split,
    mark_dispute_resolved,
    open_dispute,
    propose_split,
    settle_agreed,
    settle_silent,
)
from engagements.actions.endings import (
    mark_cancelled,
    mark_charged_back,
    mark_given_back,
    mark_released,
    mark_replaced,
)
from engagements.actions.offers import accept_offer, confirm_kickoff, give_time_to_pay_again, mark_funded, send_message
from engagements.actions.reviews import publish_due_reviews, write_review
from engagements.actions.waiting import remind_of_answers

__all__ = [
    "accept_change_order", "accept_offer", "accept_split", "confirm_kickoff", "deliver", "extend_review",
    "give_time_to_pay_again", "lapse_change_orders", "lapse_unfunded", "mark_approved", "mark_cancelled",
    "mark_change_order_funded", "mark_charged_back", "mark_dispute_resolved", "mark_funded", "mark_given_back",
    "mark_released", "mark_replaced", "open_dispute", "propose_change_order", "propose_split",
    "publish_due_reviews", "refuse_change_order", "remind_of_answers", "request_changes", "send_message",
    "send_reminders", "settle_agreed", "settle_silent", "withdraw_change_order", "write_review",
]  # fmt: skip
