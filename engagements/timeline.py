"""One timeline of events and messages, oldest first."""

from dataclasses import dataclass
from datetime import datetime

from engagements.models import Message
from engagements.queries import named_for
from marketplace.activity.queries import events_of
from marketplace.money import format_money

# verb: (icon, words). "{who}" is the actor; other names come from the event's data.
WORDS = {
    "offer.accepted": ("check", "{who} accepted the offer"),
    "engagement.funded": ("banknote", "{organization} funded the project"),
    "kickoff.confirmed": ("check", "{who} confirmed the kickoff"),
    "kickoff.done": ("rocket", "Work started"),
    "delivery.sent": ("upload", "{who} delivered version {version}"),
    "changes.requested": ("repeat", "{who} asked for changes to version {version}"),
    "review.extended": ("hourglass", "{who} took more time to review"),
    "delivery.approved": ("circle-check", "{who} approved the delivery"),
    "dispute.opened": ("scale", "{who} opened a dispute"),
    "dispute.resolved": ("scale", "{who} decided the dispute: {amount} for {student}"),
    "split.proposed": ("scale", "{who} proposed {amount} for {student}"),
    "change_order.proposed": ("circle-plus", "{who} proposed a change order, {title}: {amount} more"),
    "change_order.accepted": ("check", "{who} accepted the change order {title}"),
    "change_order.refused": ("x", "{who} refused the change order {title}"),
    "change_order.withdrawn": ("undo-2", "{who} withdrew the change order {title}"),
    "change_order.lapsed": ("hourglass", "The change order {title} lapsed"),
    "change_order.funded": ("banknote", "{organization} paid for the change order {title}: {amount} more is held"),
    "engagement.replaced": ("repeat", "{who} replaced the student, who did not answer"),
    "engagement.cancelled": ("ban", "{who} cancelled the engagement"),
    "engagement.lapsed": ("ban", "It was not funded in time and lapsed"),
    "review.written": ("star", "{who} wrote a review"),
    "reviews.published": ("star", "The reviews were published"),
    "payout.paid": ("wallet", "{amount} was paid to {student}"),
    "payout.held": ("hourglass", "The payout is on hold"),
    "refund.done": ("undo-2", "{organization} was refunded"),
}
AUTOMATIC = {
    "delivery.approved": ("circle-check", "Approved automatically: the time to review was over"),
    "dispute.opened": ("scale", "A dispute was opened: the money cannot be held for longer"),
    "dispute.resolved": ("scale", "The dispute was settled by a proposal without an answer: {amount} for {student}"),
}
AGREED = ("scale", "{who} agreed: the dispute is settled with {amount} for {student}")


@dataclass(frozen=True)
class Entry:
    at: datetime
    icon: str
    title: str
    message: Message | None = None
    anchor: str = ""


def timeline(engagement, messages, *, user):
    """Entries for `user` (None: nobody is "You"); events without words for people (machinery) are left out."""
    entries = [entry for event in events_of(engagement) if (entry := told(event, engagement, user))]
    for message in messages:
        who = named_for(user, message.author, engagement)
        entries.append(Entry(message.sent_at, "message-square", f"{who} wrote", message, f"message-{message.code}"))
    return sorted(entries, key=lambda entry: entry.at)


def student_for(user, engagement, event):
    """What the reader reads who gets something."""
    if user is None or user.pk != engagement.student.user_id:
        return str(engagement.student)
    return "yourself" if event.actor_id == user.pk else "you"


def told(event, engagement, user):
    words = AUTOMATIC.get(event.verb) if event.actor_id is None else None
    if event.data.get("resolution") == "agreed":
        words = AGREED
    icon, text = words or WORDS.get(event.verb, ("", ""))
    if not text:
        return None
    who = named_for(user, event.actor, engagement)
    names = {
        "who": who, "organization": str(engagement.organization), "student": student_for(user, engagement, event),
        "amount": format_money(amount_of(event, engagement), engagement.currency),
        "version": event.data.get("version", ""), "title": f"“{event.data.get('title', '')}”",
    }  # fmt: skip
    return Entry(event.at, icon, text.format(**names))


def amount_of(event, engagement):
    """Minor units; older events do not say it, because it was all or nothing."""
    return event.data.get("amount", 0 if event.data.get("outcome") == "refund" else engagement.fee_amount)
