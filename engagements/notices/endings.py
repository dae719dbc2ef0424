"""How an engagement ends: approved, disputed and decided, cancelled, lapsed."""

from engagements.models import Dispute
from engagements.notices.telling import (
    fee,
    moderators,
    page,
    payers_of,
    settle_all,
    student_of,
    tell,
    total,
)
from engagements.queries import name_of, team_of
from engagements.rules import STUDENT, side_of
from marketplace.notifications.actions import mark_done


def approved(engagement, at):
    settle_all(engagement, at)
    automatic = engagement.approved_by_id is None
    who = f"“{engagement.project}” was approved automatically"
    approver = name_of(engagement.approved_by, engagement)
    tell(
        student_of(engagement), engagement, kind="delivery.approved", key="approved", at=at,
        title=f"{who if automatic else f'{engagement.organization} approved your delivery'}: "
        f"{fee(engagement)} on its way",
        first=f"{fee(engagement)} for “{engagement.project}” is on its way to you.",
        more="Every acceptance criterion counts as met. Next: review the organization, and add the project to your "
        "portfolio.",
        url=page(engagement, "review"), action="Write your review",
    )  # fmt: skip
    first = f"{fee(engagement)} is paid out to {engagement.student}."
    if automatic:
        first = f"The time to review was over, so {fee(engagement)} is paid out to {engagement.student}."
    tell(
        team_of(engagement), engagement, kind="delivery.approved", key="approved", at=at, first=first,
        title=f"{who if automatic else f'{approver} approved “{engagement.project}”'}: "
        f"{fee(engagement)} goes to {engagement.student}",
        more="Next: review the work and confirm the competencies it has shown. It takes three minutes and goes into "
        "the student's portfolio.",
        url=page(engagement, "review"), action="Write your review",
    )  # fmt: skip


def dispute_opened(dispute, at):
    engagement = dispute.engagement
    settle_all(engagement, at)
    by_student = side_of(dispute.opened_by, engagement) == STUDENT
    opener = engagement.student if by_student else engagement.organization
    others = team_of(engagement) if by_student else student_of(engagement)
    ours = student_of(engagement) if by_student else team_of(engagement)
    common = {
        "kind": "engagement.disputed", "key": f"dispute:{dispute.code}", "at": at, "more": dispute.problem,
        "dates": {"due": dispute.due_at},
    }  # fmt: skip
    first = f"{fee(engagement)} stays held until a moderator decides, by {{due}}. It is free of charge."
    tell(others, engagement, **common, first=first, title=f"{opener} opened a dispute about “{engagement.project}”")
    tell(ours, engagement, **common, first=first, title=f"Your dispute about “{engagement.project}” is open")
    tell(
        moderators(), engagement, **(common | {"kind": "moderation.dispute"}), due_at=dispute.due_at,
        needs_action=True, action="Open the case", title=f"Dispute: {fee(engagement)}, “{engagement.project}”",
        first=f"{opener} against {engagement.organization if by_student else engagement.student}. "
        f"{fee(engagement)} is held; decide by {{due}}.",
    )  # fmt: skip


def dispute_resolved(dispute, at):
    engagement = dispute.engagement
    mark_done(kind="moderation.dispute", url=engagement.get_absolute_url(), at=at)
    release = dispute.outcome == Dispute.Outcome.RELEASE
    both = {
        "kind": "engagement.dispute_resolved", "key": f"resolved:{dispute.code}", "at": at, "more": dispute.reasons,
        "title": f"The dispute about “{engagement.project}” is decided",
    }  # fmt: skip
    tell(
        student_of(engagement), engagement, **both,
        first=f"{fee(engagement)} is on its way to you." if release else "The organization is refunded.",
    )  # fmt: skip
    tell(
        team_of(engagement), engagement, **both,
        first=f"{fee(engagement)} is paid out to {engagement.student}."
        if release
        else f"{total(engagement)} is refunded to you.",
    )  # fmt: skip


def cancelled(engagement, by, at):
    settle_all(engagement, at)
    by_student = by is not None and side_of(by, engagement) == STUDENT
    who = engagement.student if by_student else engagement.organization
    if by is not None and side_of(by, engagement) is None:
        who = "A moderator"
    paid = engagement.funded_at is not None
    both = {"kind": "engagement.cancelled", "key": "cancelled", "at": at, "more": f"Reason: {engagement.cancel_reason}"}
    tell(
        student_of(engagement), engagement, **both, title=f"{who} cancelled “{engagement.project}”",
        first="You are free for other projects. Nothing is paid for this one.",
    )  # fmt: skip
    tell(
        {person.pk: person for person in team_of(engagement) + payers_of(engagement)}.values(), engagement, **both,
        title=f"{who} cancelled “{engagement.project}”",
        first=f"{total(engagement)} is refunded in full to the card that paid." if paid else "Nothing was paid.",
    )  # fmt: skip


def lapsed(engagement, at):
    settle_all(engagement, at)
    tell(
        student_of(engagement), engagement, kind="engagement.lapsed", key="lapsed", at=at,
        title=f"“{engagement.project}” was not funded in time: you are free",
        first=f"{engagement.organization} did not fund the {fee(engagement)} in time, so the engagement lapsed. "
        "That is not your doing, and it does not count against you.",
    )  # fmt: skip
    tell(
        {person.pk: person for person in team_of(engagement) + payers_of(engagement)}.values(), engagement,
        kind="engagement.lapsed", key="lapsed", at=at,
        title=f"“{engagement.project}” lapsed: {total(engagement)} was not paid in time",
        first=f"{total(engagement)} was due, so the engagement with {engagement.student} lapsed and the place is free "
        "again.",
    )  # fmt: skip
