"""Pages of the work, by subject."""

from engagements.views.afterwards import dispute, review
from engagements.views.deliveries import deliver, delivery, extend_review, request_changes
from engagements.views.workspace import accept, file, kickoff, message, mine, workspace

__all__ = [
    "accept", "deliver", "delivery", "dispute", "extend_review", "file", "kickoff", "message", "mine",
    "request_changes", "review", "workspace",
]  # fmt: skip
