"""The work: an accepted offer, its kickoff, messages, deliveries, changes, approval, dispute and reviews."""

from engagements.models.deliveries import ChangeOrder, ChangeRequest, ChangeRequestItem, Delivery
from engagements.models.disputes import Dispute, SplitProposal
from engagements.models.reviews import Review, VerifiedCompetency
from engagements.models.work import PEOPLE, Engagement, Message, Reminder, Side

__all__ = [
    "PEOPLE", "ChangeOrder", "ChangeRequest", "ChangeRequestItem", "Delivery", "Dispute", "Engagement", "Message",
    "Reminder", "Review", "Side", "SplitProposal", "VerifiedCompetency",
]  # fmt: skip
