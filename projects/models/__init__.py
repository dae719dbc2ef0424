"""What an employer offers, what a student makes of it, and the rows that repeat both for lists and matching."""

from projects.models.interest import HiddenProject, InviteRound, Match, Rematch, SavedProject, SavedSearch
from projects.models.offer import (
    APPLICATION_SENT,
    RUBRIC_LENGTH,
    AcceptanceCriterion,
    Clarification,
    Competency,
    Project,
)
from projects.models.rows import ASKED_PLACES, Candidate, Listing, Reliability, ReliabilityDue, SearchWord, SkillCount

__all__ = [
    "APPLICATION_SENT", "ASKED_PLACES", "RUBRIC_LENGTH", "AcceptanceCriterion", "Candidate", "Clarification",
    "Competency", "HiddenProject", "InviteRound", "Listing", "Match", "Project", "Reliability", "ReliabilityDue",
    "Rematch", "SavedProject", "SavedSearch", "SearchWord", "SkillCount",
]  # fmt: skip
