"""Pages of the work, by subject."""

from engagements.views.afterwards import dispute, review
from engagements.views.change_orders import (
    accept_change_order,
    change_order,
    propose_change_order,
    refuse_change_order,
    withdraw_change_order,
)
from engagements.views.deliveries import deliver, delivery, extend_review, request_changes
from engagements.views.workspace import file, kickoff, message, mine, workspace

__all__ = [
    "accept_change_order", "change_order", "deliver", "delivery", "dispute", "extend_review", "file",
    "kickoff", "message", "mine", "propose_change_order", "refuse_change_order", "request_changes", "review",
    "withdraw_change_order", "workspace",
]  # fmt: skip
