"""A dispute is talked over in amounts: what the other side proposes, and until when it can be answered."""

from datetime import timedelta

from django.conf import settings

from engagements.notices.telling import money, page, student_of, tell
from engagements.queries import team_of
from engagements.rules import STUDENT
from marketplace.notifications.actions import mark_done

KIND = "engagement.split"


def split_proposed(proposal, at):
    """To the other side, with the day on which silence counts as yes. What was proposed to this side is answered."""
    engagement = proposal.dispute.engagement
    settle_splits(proposal.dispute, at)
    asks = f"{engagement.organization} proposes {amount(proposal)} for you"
    if proposal.side == STUDENT:
        asks = f"{engagement.student} asks for {amount(proposal)}"
    tell(
        answering(proposal), engagement, **asking(proposal), key=f"split:{proposal.pk}", at=at,
        title=f"{asks} in the dispute about “{engagement.project}”",
        first=f"{outcome(proposal)} Answer by {{due}}: without an answer it counts as accepted.",
        more=proposal.note,
    )  # fmt: skip


def split_reminder(proposal, key, at):
    engagement = proposal.dispute.engagement
    tell(
        answering(proposal), engagement, **asking(proposal), key=key, at=at, again=True,
        title=f"Answer by {{due}}: {amount(proposal)} for {named(proposal)}",
        first=f"{outcome(proposal)} Without an answer by {{due}} it counts as accepted.",
    )  # fmt: skip


def asking(proposal):
    engagement = proposal.dispute.engagement
    due_at = proposal.proposed_at + timedelta(days=settings.SPLIT_SILENCE_DAYS)
    return {
        "kind": KIND, "url": page(engagement, "dispute"), "action": "Answer the proposal", "needs_action": True,
        "dates": {"due": due_at}, "due_at": due_at,
    }  # fmt: skip


def answering(proposal):
    """The people who have not spoken last."""
    engagement = proposal.dispute.engagement
    return team_of(engagement) if proposal.side == STUDENT else student_of(engagement)


def named(proposal):
    """The student, as the answering side reads it."""
    return proposal.dispute.engagement.student if proposal.side == STUDENT else "you"


def outcome(proposal):
    """Who gets what of the open fee; the service fee follows in proportion and is on the page."""
    engagement = proposal.dispute.engagement
    rest = money(engagement.unreleased_amount - proposal.student_amount, engagement)
    if proposal.side == STUDENT:
        return f"{amount(proposal)} would go to {engagement.student}, and {rest} with its service fee back to you."
    return f"{amount(proposal)} would go to you, and {rest} back to {engagement.organization}."


def amount(proposal):
    return money(proposal.student_amount, proposal.dispute.engagement)


def settle_splits(dispute, at):
    mark_done(kind=KIND, url=page(dispute.engagement, "dispute"), at=at)
