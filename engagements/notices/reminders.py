"""What the clocks say. `key` is chosen by the sweep, so that each reminder is sent once."""

from engagements.notices.telling import (
    fee,
    moderators,
    open_fee,
    page,
    payers_of,
    replace_page,
    student_of,
    tell,
    total,
)
from engagements.queries import team_of

ASK = {"needs_action": True, "again": True}  # something is still to be done: this takes the earlier notice's place


def funding_reminder(engagement, key, at):
    tell(
        payers_of(engagement), engagement, kind="engagement.fund", key=key, at=at, **ASK,
        dates={"due": engagement.funding_due_at}, due_at=engagement.funding_due_at,
        title=f"Fund “{engagement.project}” by {{due}}: {total(engagement)}",
        first=f"{total(engagement)} is still to be paid. By {{due}} the engagement with {engagement.student} lapses.",
        action=f"Pay {total(engagement)}",
    )  # fmt: skip


def kickoff_reminder(engagement, key, at):
    tell(
        waiting_for_kickoff(engagement), engagement, kind="engagement.kickoff", key=key, at=at, **ASK,
        dates={"due": engagement.kickoff_due_at}, due_at=engagement.kickoff_due_at,
        title=f"Confirm the kickoff of “{engagement.project}” by {{due}}",
        first=f"Work on the {fee(engagement)} project starts when both sides have confirmed; yours is due by {{due}}.",
        url=page(engagement, "kickoff"), action="Confirm the kickoff",
    )  # fmt: skip


def kickoff_overdue(engagement, key, at):
    missing = []
    if engagement.kickoff_student_at is None:
        missing.append(str(engagement.student))
    if engagement.kickoff_organization_at is None:
        missing.append(str(engagement.organization))
    tell(
        waiting_for_kickoff(engagement), engagement, kind="engagement.kickoff", key=key, at=at, **ASK,
        title=f"The kickoff of “{engagement.project}” is overdue", url=page(engagement, "kickoff"),
        first=f"Confirm it now, or cancel: {total(engagement)} is held. A moderator has been told.",
        action="Confirm the kickoff",
    )  # fmt: skip
    tell(
        moderators(), engagement, kind="moderation.kickoff", key=key, at=at, **ASK, action="Open the case",
        title=f"Kickoff overdue: {fee(engagement)}, “{engagement.project}”",
        first=f"{' and '.join(missing)} did not confirm in time; {total(engagement)} is held.",
    )  # fmt: skip


def waiting_for_kickoff(engagement):
    people = [] if engagement.kickoff_student_at else student_of(engagement)
    return people + ([] if engagement.kickoff_organization_at else team_of(engagement))


def check_in(engagement, key, at):
    due = {"due": engagement.due_at}
    tell(
        student_of(engagement), engagement, kind="engagement.check_in", key=key, at=at, dates=due,
        title=f"Halfway through “{engagement.project}”: how is it going?",
        first=f"The delivery for {fee(engagement)} is due by {{due}}. Send {engagement.organization} two sentences: "
        "what is done, what is next.",
        url=f"{engagement.get_absolute_url()}#write", action="Write an update",
    )  # fmt: skip
    tell(
        team_of(engagement), engagement, kind="engagement.check_in", key=key, at=at, dates=due,
        title=f"Halfway through “{engagement.project}” with {engagement.student}",
        first="The delivery is due by {due}. If something about the criteria is unclear, now is the time to say so.",
        url=f"{engagement.get_absolute_url()}#write", action="Write a message",
    )  # fmt: skip


def gone_quiet(engagement, key, at):
    tell(
        moderators(), engagement, kind="moderation.quiet", key=key, at=at, **ASK, action="Open the case",
        dates={"due": engagement.due_at}, title=f"No sign of life at midpoint: “{engagement.project}”",
        first=f"{engagement.student} has neither written nor delivered since the midpoint; "
        f"{open_fee(engagement)} is held, "
        "the delivery is due by {due}.",
    )  # fmt: skip


def delivery_due_soon(engagement, key, at):
    tell(
        student_of(engagement), engagement, kind="delivery.next", key=key, at=at, dates={"due": engagement.due_at},
        due_at=engagement.due_at, **ASK, title=f"Deliver “{engagement.project}” by {{due}}",
        first=f"{open_fee(engagement)} is held for you; the delivery is due by {{due}}. If you need longer, tell "
        f"{engagement.organization} now.", url=page(engagement, "deliver"), action="Deliver",
    )  # fmt: skip


def delivery_overdue(engagement, key, at):
    due = {"due": engagement.due_at}
    tell(
        student_of(engagement), engagement, kind="delivery.next", key=key, at=at, dates=due, **ASK,
        title=f"The delivery of “{engagement.project}” is overdue",
        first=f"It was due by {{due}}. Deliver now, or tell {engagement.organization} when it comes; "
        f"{open_fee(engagement)} is still held for you.",
        url=page(engagement, "deliver"), action="Deliver",
    )  # fmt: skip
    tell(
        team_of(engagement), engagement, kind="delivery.overdue", key=key, at=at, dates=due,
        title=f"The delivery of “{engagement.project}” is overdue",
        first=f"{engagement.student} was due by {{due}} and has been reminded. Your {total(engagement)} is held; ask "
        "when it comes, or open a dispute.",
    )  # fmt: skip


def vanished(engagement, key, at):
    """To the organization: the student has missed the kickoff, or is late without a word; a runner-up may take over."""
    late = engagement.kicked_off
    what = "is late and has not written for days" if late else "did not confirm the kickoff in time"
    tell(
        team_of(engagement), engagement, kind="engagement.vanished", key=key, at=at, needs_action=True, again=True,
        title=f"{engagement.student} {what}: you can replace them on “{engagement.project}”",
        first=f"Your {total(engagement)} is kept while you offer the project to a runner-up, or write once more first.",
        url=replace_page(engagement), action="Replace the student",
    )  # fmt: skip


def review_reminder(engagement, key, at):
    version = engagement.deliveries.order_by("-version").values_list("version", flat=True).first()
    tell(
        team_of(engagement), engagement, kind="delivery.review", key=key, at=at, **ASK,
        dates={"due": engagement.review_due_at}, due_at=engagement.review_due_at,
        title=f"Review version {version} of “{engagement.project}” by {{due}}",
        first=f"{engagement.student} is waiting. If you do nothing it is approved by {{due}}, and "
        f"{open_fee(engagement)} is paid out.",
        url=page(engagement, "delivery", version), action=f"Review version {version}",
    )  # fmt: skip
