"""How an engagement ends: approved, disputed and decided, cancelled, lapsed."""

from django.urls import reverse

from applications.rules import may_read_board
from engagements.models import Dispute
from engagements.notices.splits import settle_splits
from engagements.notices.telling import (
    either,
    fee,
    moderators,
    money,
    open_fee,
    page,
    payers_and_team,
    settle_all,
    student_of,
    tell,
    total,
)
from engagements.queries import could_take_over, is_being_paid, name_of, team_of
from engagements.rules import ORGANIZATION, STUDENT, side_of
from marketplace.formatting.templatetags import count
from marketplace.notifications.actions import mark_done


def approved(engagement, at):
    """Before the release is written: what was released in parts already is not on its way now."""
    settle_all(engagement, at)
    amount = open_fee(engagement)
    automatic = engagement.approved_by_id is None
    who = f"“{engagement.project}” was approved automatically"
    approver = name_of(engagement.approved_by, engagement)
    first = f"{amount} goes to {engagement.student}."
    if automatic:
        first = f"The time to review was over, so {amount} goes to {engagement.student}."
    tell(
        student_of(engagement) + team_of(engagement), engagement, kind="delivery.approved", key="approved", at=at,
        title=either(
            engagement,
            f"{who if automatic else f'{engagement.organization} approved your delivery'}: {amount} is yours",
            f"{who if automatic else f'{approver} approved “{engagement.project}”'}: "
            f"{amount} goes to {engagement.student}",
        ),
        first=either(engagement, f"{amount} for “{engagement.project}” is yours.", first),
        more=either(
            engagement,
            "Every acceptance criterion counts as met. Next: review the organization, and add the project to your "
            "portfolio.",
            "Next: review the work and confirm the competencies it has shown. It takes three minutes and goes into "
            "the student's portfolio.",
        ),
        url=page(engagement, "review"), action="Write your review",
    )  # fmt: skip


def dispute_opened(dispute, at):
    engagement = dispute.engagement
    settle_all(engagement, at)
    opener, others, ours = sides_of(dispute)
    held = open_fee(engagement)
    common = {
        "kind": "engagement.disputed", "key": f"dispute:{dispute.code}", "at": at, "more": dispute.problem,
        "dates": {"due": dispute.due_at},
    }  # fmt: skip
    first = f"{held} stays held until you agree on a split or a moderator decides, by {{due}}. It is free of charge."
    about = f"“{engagement.project}”"
    title = f"{opener} opened a dispute about {about}" if opener else f"{about}: decide together how the fee is split"
    tell(others, engagement, **common, first=first, title=title)
    tell(ours, engagement, **common, first=first, title=f"Your dispute about {about} is open")
    tell(
        moderators(), engagement, **(common | {"kind": "moderation.dispute"}), due_at=dispute.due_at,
        needs_action=True, action="Open the case", title=f"Dispute: {held}, {about}",
        first=f"{who_against_whom(engagement, opener)} {held} is held; decide by {{due}}.",
    )  # fmt: skip


def who_against_whom(engagement, opener):
    student, organization = engagement.student, engagement.organization
    if opener is None:
        return f"Opened by the clock, between {student} and {organization}."
    return f"Opened by {opener}. The other side is {organization if opener == student else student}."


def sides_of(dispute):
    """(who opened it or None for the clock, the people of the other side, the opener's own people)."""
    engagement = dispute.engagement
    student, team = student_of(engagement), team_of(engagement)
    if dispute.opened_by is None:
        return None, student + team, []
    if side_of(dispute.opened_by, engagement) == STUDENT:
        return engagement.student, team, student
    return engagement.organization, student, team


SETTLED = {
    Dispute.Resolution.DECIDED: "is decided",
    Dispute.Resolution.AGREED: "is settled: both sides agreed",
    Dispute.Resolution.SILENCE: "is settled: a proposal was not answered",
}


def dispute_resolved(dispute, at):
    """Before the money is divided: the engagement still has the whole open fee."""
    engagement = dispute.engagement
    mark_done(kind="moderation.dispute", url=engagement.get_absolute_url(), at=at)
    settle_splits(dispute, at)
    amount, held = money(dispute.student_amount, engagement), open_fee(engagement)
    both = {
        "kind": "engagement.dispute_resolved", "key": f"resolved:{dispute.code}", "at": at, "more": dispute.reasons,
        "title": f"The dispute about “{engagement.project}” {SETTLED[dispute.resolution]}",
    }  # fmt: skip
    to_student, to_team = {
        Dispute.Outcome.RELEASE: (f"{amount} is yours.", f"{amount} goes to {engagement.student}."),
        Dispute.Outcome.REFUND: (
            f"Nothing of the {held} is paid out to you: it goes back to {engagement.organization}.",
            f"{still_held(engagement)} is refunded to you.",
        ),
        Dispute.Outcome.SPLIT: (
            f"{amount} of the {held} is yours. The rest goes back to {engagement.organization}.",
            f"{amount} goes to {engagement.student}. The rest is refunded to you.",
        ),
    }[dispute.outcome]
    tell(student_of(engagement), engagement, **both, first=to_student)
    tell(team_of(engagement), engagement, **both, first=to_team)


def still_held(engagement):
    """The open fee with its service fee, where nothing was released; else without a number that is for the books."""
    return total(engagement) if engagement.released_amount == 0 else "What is still held"


def cancelled(engagement, by, student_amount, at):
    settle_all(engagement, at)
    by_student = by is not None and side_of(by, engagement) == STUDENT
    who = engagement.student if by_student else engagement.organization
    if by is not None and side_of(by, engagement) is None:
        who = "A moderator"
    amount = money(student_amount, engagement)
    both = {
        "kind": "engagement.cancelled", "key": "cancelled", "at": at, "more": f"Reason: {engagement.cancel_reason}",
        "title": lambda person: f"{'You' if person == by else who} cancelled “{engagement.project}”",
    }  # fmt: skip
    more = " more" if engagement.released_amount else ""
    paid = f"{amount} is yours for the work until now." if student_amount else f"Nothing{more} is paid for this one."
    tell(student_of(engagement), engagement, **both, first=f"{paid} You are free for other projects.")
    back, people = what_goes_back(engagement, student_amount), payers_and_team(engagement)
    free = None if by and side_of(by, engagement) == ORGANIZATION else could_take_over(engagement)
    choosing = [person for person in people if free is not None and may_read_board(person, engagement.project)]
    tell([person for person in people if person not in choosing], engagement, **both, first=back)
    if choosing:
        tell(choosing, engagement, **both, **leading_to_the_board(engagement, free), first=f"{back} {place_free(free)}")


def place_free(runners_up):
    many = f": {count(runners_up, 'applicant')} could take over" if runners_up else " again"
    return f"The place is free{many}."


def leading_to_the_board(engagement, runners_up):
    board = reverse("applications:board", args=[engagement.project.code])
    if runners_up:
        return {"url": f"{board}?tab=runners_up", "action": "Choose a runner-up"}
    return {"url": board, "action": "See the applications"}


def what_goes_back(engagement, student_amount):
    """What the organization reads of its money when it is cancelled, before the money is divided."""
    arriving = is_being_paid(engagement)
    if engagement.funded_at is None:
        coming = f"{total(engagement)} is under way from your bank. It comes back to you in full when it arrives."
        return coming if arriving else "Nothing was paid."
    in_full = "" if engagement.released_amount else " in full"
    back = f"{still_held(engagement)} is refunded{in_full} to where it was paid from."
    if student_amount:
        part = money(student_amount, engagement)
        back = f"{part} goes to {engagement.student} for the work until now. The rest is refunded."
    return f"{back} The bank payment that is under way comes back as well when it arrives." if arriving else back


def replaced(engagement, at):
    settle_all(engagement, at)
    both = {
        "kind": "engagement.replaced",
        "key": "replaced",
        "at": at,
        "dates": {"until": engagement.replacement_until},
    }
    tell(
        student_of(engagement), engagement, **both,
        title=f"{engagement.organization} replaced you on “{engagement.project}”",
        first=f"Nothing is paid for this one, because {engagement.organization} had no answer from you in time. You "
        "are free for other projects.",
    )  # fmt: skip
    tell(
        payers_and_team(engagement), engagement, **both,
        title=f"{engagement.student} is replaced: offer “{engagement.project}” to a runner-up",
        first=f"What you paid, {total(engagement)}, is kept for the next student until {{until}}. If nobody has "
        "accepted by then, it goes back to you.",
        url=reverse("applications:board", args=[engagement.project.code]), action="Choose a runner-up",
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
        payers_and_team(engagement), engagement,
        kind="engagement.lapsed", key="lapsed", at=at,
        title=f"“{engagement.project}” lapsed: {total(engagement)} was not paid in time",
        first=f"{total(engagement)} was due, so the engagement with {engagement.student} lapsed and the place is free "
        "again.",
    )  # fmt: skip
