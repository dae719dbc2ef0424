"""From the accepted offer to the last version."""

from engagements.notices.telling import fee, open_fee, page, payers_of, replace_page, student_of, tell, total
from engagements.queries import name_of, team_of
from engagements.rules import STUDENT
from marketplace.notifications.actions import mark_done


def offer_accepted(engagement, at):
    due = {"due": engagement.funding_due_at}
    payers = payers_of(engagement)
    tell(
        payers, engagement, kind="engagement.fund", key="fund", at=at, dates=due, due_at=engagement.funding_due_at,
        title=f"{engagement.student} accepted your offer: fund {total(engagement)} by {{due}}",
        first=f"Pay {total(engagement)} for “{engagement.project}” by {{due}}: {fee(engagement)} for the student and "
        "our service fee.",
        more="Work starts when it is funded. You are refunded in full if you cancel before both sides have confirmed "
        "the kickoff. Without payment the engagement lapses and the student is free again.",
        action=f"Pay {total(engagement)}", needs_action=True,
    )  # fmt: skip
    colleagues = [person for person in team_of(engagement) if person not in payers]
    tell(
        colleagues, engagement, kind="offer.accepted", key="accepted", at=at, dates=due,
        title=f"{engagement.student} accepted your offer for “{engagement.project}”",
        first=f"An owner or finance member pays {total(engagement)} by {{due}}; work starts then.",
    )  # fmt: skip
    tell(
        student_of(engagement), engagement, kind="offer.accepted", key="accepted", at=at, dates=due,
        title=f"You accepted the offer of {engagement.organization}: {fee(engagement)}",
        first=f"{engagement.organization} has until {{due}} to fund your {fee(engagement)}. Do not start before that.",
        more="We tell you the moment it is funded. If it is not, the engagement lapses and you are free.",
    )  # fmt: skip


def funded(engagement, at):
    mark_done(kind="engagement.fund", url=engagement.get_absolute_url(), at=at)
    both = {"due": engagement.kickoff_due_at, "work": engagement.due_at}
    common = {
        "kind": "engagement.kickoff", "key": "kickoff", "at": at, "dates": both, "due_at": engagement.kickoff_due_at,
        "url": page(engagement, "kickoff"), "action": "Confirm the kickoff", "needs_action": True,
    }  # fmt: skip
    tell(
        student_of(engagement), engagement, **common,
        title=f"{engagement.organization} funded “{engagement.project}”: {fee(engagement)} is held for you",
        first=f"{fee(engagement)} is held for you. Confirm the kickoff by {{due}}; the delivery is due by {{work}}.",
    )  # fmt: skip
    tell(
        team_of(engagement), engagement, **common,
        title=f"“{engagement.project}” is funded: confirm the kickoff with {engagement.student}",
        first=f"{total(engagement)} is paid. Confirm the kickoff by {{due}}; the delivery is due by {{work}}.",
    )  # fmt: skip


def kickoff_confirmed(engagement, side, at):
    ours = student_of(engagement) if side == STUDENT else team_of(engagement)
    if side == STUDENT:
        sign_of_life(engagement, at)
    for person in ours:
        mark_done(kind="engagement.kickoff", url=page(engagement, "kickoff"), at=at, recipients=[person])
    if engagement.kicked_off:
        return started(engagement, at)
    who = engagement.student if side == STUDENT else engagement.organization
    others = team_of(engagement) if side == STUDENT else student_of(engagement)
    tell(
        others, engagement, kind="engagement.kickoff_waiting", key="kickoff-waiting", at=at,
        dates={"due": engagement.kickoff_due_at}, due_at=engagement.kickoff_due_at,
        title=f"{who} confirmed the kickoff of “{engagement.project}”: now you",
        first=f"Confirm by {{due}} so that work on the {fee(engagement)} project can start.",
        url=page(engagement, "kickoff"), action="Confirm the kickoff",
    )  # fmt: skip
    return None


def started(engagement, at):
    due = {"due": engagement.due_at}
    tell(
        student_of(engagement), engagement, kind="engagement.started", key="started", at=at, dates=due,
        title=f"Work on “{engagement.project}” has started: deliver by {{due}}",
        first=f"Deliver by {{due}} to earn {fee(engagement)}.",
        more="Both sides have confirmed the acceptance criteria and the dates.",
    )  # fmt: skip
    tell(
        team_of(engagement), engagement, kind="engagement.started", key="started", at=at, dates=due,
        title=f"{engagement.student} has started work on “{engagement.project}”",
        first=f"The delivery for {fee(engagement)} is due by {{due}}.",
        more="Answer questions quickly: it is the best help you can give.",
    )  # fmt: skip


def message_sent(message, side, at):
    """The words themselves: most messages are answered from the e-mail's button."""
    engagement = message.engagement
    if side == STUDENT:
        sign_of_life(engagement, at)
    others = team_of(engagement) if side == STUDENT else student_of(engagement)
    count = message.files.count()
    attached = f"{count} file{'' if count == 1 else 's'} attached." if count else ""
    author = name_of(message.author, engagement)
    if side != STUDENT:
        author = f"{author} of {engagement.organization}"
    tell(
        others, engagement, kind="engagement.message", key=f"message:{message.code}", at=at,
        title=f"{author} wrote about “{engagement.project}”", first=message.body[:1_000] or attached,
        more=attached if message.body else "", url=f"{engagement.get_absolute_url()}#message-{message.code}",
        action="Read and answer",
    )  # fmt: skip


def sign_of_life(engagement, at):
    """Nobody has to think about replacing the student."""
    mark_done(kind="engagement.vanished", url=replace_page(engagement), at=at)


def delivered(delivery, at):
    engagement = delivery.engagement
    sign_of_life(engagement, at)
    mark_done(kind="delivery.next", url=page(engagement, "deliver"), at=at)
    due = {"due": engagement.review_due_at}
    tell(
        team_of(engagement), engagement, kind="delivery.review", key=f"delivered:{delivery.version}", at=at, dates=due,
        due_at=engagement.review_due_at, needs_action=True, action=f"Review version {delivery.version}",
        title=f"{engagement.student} delivered version {delivery.version} of “{engagement.project}”",
        first=f"Review it by {{due}}. If you do nothing it is approved then, and {open_fee(engagement)} is paid out.",
        more=delivery.note[:1_000], url=page(engagement, "delivery", delivery.version),
    )  # fmt: skip
    tell(
        student_of(engagement), engagement, kind="delivery.sent", key=f"delivered:{delivery.version}", at=at,
        dates=due, title=f"You delivered version {delivery.version} of “{engagement.project}”",
        first=f"{engagement.organization} reviews it by {{due}}. Without an answer it is approved then, and your "
        f"{open_fee(engagement)} is paid out.",
        url=page(engagement, "delivery", delivery.version), action="See the version",
    )  # fmt: skip


def changes_requested(change_request, at):
    engagement, version = change_request.engagement, change_request.delivery.version
    mark_done(kind="delivery.review", url=page(engagement, "delivery", version), at=at)
    items = change_request.items.select_related("criterion").order_by("criterion__position")
    lines = [f"- {item.criterion.text.rstrip('.:;, ')}: {item.comment}" for item in items]
    missing = "\n".join(lines) + (f"\n\n{change_request.summary}" if change_request.summary else "")
    due = {"due": engagement.due_at}
    who = name_of(change_request.requested_by, engagement)
    tell(
        student_of(engagement), engagement, kind="delivery.next", key=f"changes:{version}", at=at, dates=due,
        due_at=engagement.due_at, needs_action=True, action=f"Deliver version {version + 1}",
        title=f"{engagement.organization} asks for changes to version {version} of “{engagement.project}”",
        first=f"Deliver version {version + 1} by {{due}}; {open_fee(engagement)} stays held for you.", more=missing,
        url=page(engagement, "deliver"),
    )  # fmt: skip
    tell(
        team_of(engagement), engagement, kind="delivery.changes", key=f"changes:{version}", at=at, dates=due,
        title=f"{who} asked {engagement.student} for changes to “{engagement.project}”",
        first=f"Version {version + 1} is due by {{due}}. The review clock starts again when it arrives.", more=missing,
        url=page(engagement, "delivery", version), action="See the request",
    )  # fmt: skip


def review_extended(engagement, at):
    version = engagement.deliveries.order_by("-version").values_list("version", flat=True).first()
    due = {"due": engagement.review_due_at}
    tell(
        student_of(engagement), engagement, kind="delivery.extended", key="extended", at=at, dates=due,
        title=f"{engagement.organization} needs more time to review “{engagement.project}”",
        first=f"It is approved by {{due}} at the latest, unless changes are requested; "
        f"{open_fee(engagement)} stays held.",
    )  # fmt: skip
    tell(
        team_of(engagement), engagement, kind="delivery.extended", key="extended", at=at, dates=due,
        title=f"You have until {{due}} to review “{engagement.project}”",
        first=f"Review it by {{due}}. If you do nothing it is approved then, and {open_fee(engagement)} is paid out.",
        url=page(engagement, "delivery", version), action="Review the version",
    )  # fmt: skip
