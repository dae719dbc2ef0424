"""Where an engagement stands and whose turn it is, in the words of whoever reads it.

Works on rows of `queries.with_turn`; asks the database nothing more.
"""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.urls import NoReverseMatch, reverse

from engagements.cancelling import QUIET_DAYS, is_quiet
from engagements.models import ChangeOrder, Engagement
from engagements.rules import ORGANIZATION, STUDENT, may_pay_for, side_of
from marketplace.clock import days
from marketplace.money import format_money

STEPS = ["Agreed", "Funded", "In progress", "Delivered", "Approved", "Paid"]
Status = Engagement.Status


@dataclass(frozen=True)
class Standing:
    """`headline` (+ "by" `due_at`) and `detail` make the status line; `todo` is for Home, when `yours`."""

    word: str
    headline: str
    detail: str = ""
    kind: str = "info"
    due_at: datetime | None = None
    yours: bool = False
    action: str = ""
    url: str = ""
    todo: str = ""
    step: int = 1
    due_word: str = " by"

    @property
    def look(self):
        """The kind of the word alone: what is paid is well, whatever else is asked of the reader."""
        return "success" if self.step > len(STEPS) else self.kind


@dataclass(frozen=True)
class Reading:
    """One engagement as one person reads it at one moment."""

    engagement: Engagement
    side: str | None
    pays: bool
    at: datetime

    @property
    def fee(self):
        return format_money(self.engagement.fee_amount, self.engagement.currency)

    @property
    def open_fee(self):
        """What is not released yet."""
        return self.money(self.engagement.unreleased_amount)

    def money(self, amount):
        return format_money(amount, self.engagement.currency)

    @property
    def other(self):
        """The other side's name."""
        return self.engagement.organization if self.side == STUDENT else self.engagement.student

    @property
    def total(self):
        return format_money(self.engagement.total_amount, self.engagement.currency)

    @property
    def title(self):
        return f"“{self.engagement.project.title}”"

    @property
    def student(self):
        return "you" if self.side == STUDENT else str(self.engagement.student)

    def path(self, name, *more):
        return reverse(f"engagements:{name}", args=[self.engagement.code, *more])


def standing(engagement, user, at):
    """The Standing of `engagement` for `user`."""
    reading = Reading(engagement, side_of(user, engagement), may_pay_for(user, engagement), at)
    return WORDS[engagement.status](reading)


def awaiting_funding(r):
    e = r.engagement
    if e.is_being_paid:
        return being_paid(r, e, r.fee if r.side == STUDENT else r.total)
    if r.pays:
        return Standing(
            "Waiting for your payment", f"Your turn: pay {r.total}",
            f"Otherwise it lapses and {e.student} is free again.", "warning", e.funding_due_at, True,
            f"Pay {r.total}", payment_path("fund", e), f"Pay {r.total} for {r.title}", 1,
        )  # fmt: skip
    if r.side == STUDENT:
        detail = "Do not start before that. Without payment it lapses and you are free."
        headline = f"Waiting for {e.organization} to fund {r.fee}"
        return Standing("Waiting for funding", headline, detail, "info", e.funding_due_at, step=1)
    headline = f"Waiting for an owner or finance member to pay {r.total}"
    return Standing("Waiting for funding", headline, "Work starts then.", "info", e.funding_due_at, step=1)


def being_paid(r, e, amount, url=""):
    """The payer has done their part; a bank debit takes days."""
    if r.side == STUDENT:
        headline = f"The bank of {e.organization} is processing {amount}"
        detail = "Do not start before it has arrived. We tell you when it has, usually within four business days."
    else:
        headline = f"Your bank is processing the payment of {amount}"
        detail = "There is nothing more to pay. It takes up to four business days; we tell you when it has arrived."
    return Standing("Payment on its way", headline, detail, url=url, step=1)


def active(r):
    return delivering(r, 1, "In progress") if r.engagement.kicked_off else kicking_off(r)


def kicking_off(r):
    e = r.engagement
    if r.side == ORGANIZATION and e.kickoff_student_at is None and e.kickoff_due_at <= r.at:
        return vanished(r, f"{e.student} did not confirm the kickoff in time", 2)
    missing = {STUDENT: e.kickoff_student_at is None, ORGANIZATION: e.kickoff_organization_at is None}
    if r.side and missing[r.side]:
        other = e.organization if r.side == STUDENT else e.student
        detail = (
            "Then work can start." if not missing[ORGANIZATION if r.side == STUDENT else STUDENT]
            else f"Work starts when {other} has confirmed as well."
        )  # fmt: skip
        return Standing(
            "Kickoff", "Your turn: confirm the kickoff", detail, "warning", e.kickoff_due_at, True,
            "Confirm the kickoff", r.path("kickoff"), f"Confirm the kickoff of {r.title}", 2,
        )  # fmt: skip
    names = [str(e.student)] * missing[STUDENT] + [str(e.organization)] * missing[ORGANIZATION]
    headline = f"Waiting for {' and '.join(names)} to confirm the kickoff"
    return Standing("Kickoff", headline, "Work starts then.", "info", e.kickoff_due_at, step=2)


def vanished(r, headline, step):
    detail = f"You can replace {r.engagement.student}: what you paid is kept for a runner-up. Or write once more first."
    return Standing(
        "No answer", headline, detail, "danger", None, True, "Replace the student",
        payment_path("replace", r.engagement), f"{headline}: replace or write, {r.title}", step,
    )  # fmt: skip


def has_vanished(r):
    e = r.engagement
    too_late = e.status == Status.ACTIVE and e.due_at + days(settings.VANISHED_DAYS) <= r.at
    return too_late and is_quiet(e.student_wrote_at, r.at)


def delivering(r, version, word):
    e = r.engagement
    late = r.at >= e.due_at
    if r.side == ORGANIZATION and has_vanished(r):
        return vanished(r, f"{e.student} is late and has not written for {QUIET_DAYS} days", 3)
    if r.side == STUDENT:
        return Standing(
            "Overdue" if late else word, f"{'Overdue' if late else 'Your turn'}: deliver version {version}",
            f"{r.open_fee} is held for you until it is approved.", "danger" if late else "warning", e.due_at, True,
            f"Deliver version {version}", r.path("deliver"), f"Deliver version {version} of {r.title}", 3,
        )  # fmt: skip
    if late:
        word, detail = "Overdue", "The student has been reminded. Ask when it comes."
        headline, kind = f"{e.student} is late with version {version}", "danger"
    else:
        headline, detail, kind = f"{e.student} is working on version {version}", "", "info"
    return Standing(word, headline, detail, kind, e.due_at, step=3, due_word=", due")


def delivered(r):
    e = r.engagement
    version = e.latest_version
    if r.at >= e.review_due_at:
        headline = f"The time to review version {version} is over"
        return Standing("Delivered", headline, "It is being approved automatically.", "info", step=4)
    if r.side == ORGANIZATION:
        return Standing(
            "Delivered", f"Your turn: review version {version}",
            f"If you do nothing it is approved, and {r.open_fee} is paid out.", "warning", e.review_due_at, True,
            f"Review version {version}", r.path("delivery", version), f"Review version {version} of {r.title}", 4,
        )  # fmt: skip
    headline = f"Waiting for {e.organization} to review version {version}"
    return Standing("Delivered", headline, "Without an answer it is approved then.", "info", e.review_due_at, step=4)


def changes_requested(r):
    return delivering(r, r.engagement.latest_version + 1, "Changes requested")


def disputed(r):
    e = r.engagement
    step = 4 if e.latest_version else 3
    if e.proposed_at is not None:
        return answering(r, step)
    if r.side is None or e.dispute_due_at is None:
        detail = f"{r.open_fee} stays held until then. It is free of charge."
        return Standing("Disputed", "A moderator decides", detail, "danger", e.dispute_due_at, step=step)
    detail = f"If you do not agree with {r.other}, a moderator decides by then. {r.open_fee} stays held."
    return Standing(
        "Disputed", "Your turn: propose how to split the fee", detail, "danger", e.dispute_due_at, True,
        "Propose a split", r.path("dispute"), f"Propose how to settle the dispute about {r.title}", step,
    )  # fmt: skip


def answering(r, step):
    """One side has made the latest proposal; the other answers, or silence counts as yes."""
    e, amount = r.engagement, r.money(r.engagement.proposal_amount)
    due = e.proposed_at + days(settings.SPLIT_SILENCE_DAYS)
    by_student = e.proposal_side == STUDENT
    who, answers = (e.student, e.organization) if by_student else (e.organization, e.student)
    for_whom = "you" if r.side == STUDENT else e.student
    if r.side is None or (r.side == STUDENT) == by_student:
        whose = f"{who}’s" if r.side is None else "your"
        headline = f"Waiting for {answers} to answer {whose} proposal of {amount} for {for_whom}"
        detail = "Without an answer it counts as accepted."
        return Standing("Disputed", headline, detail, "danger", due, step=step)
    asks = f"{who} asks for {amount}" if by_student else f"{who} proposes {amount} for you"
    return Standing(
        "Disputed", f"Your turn: {asks}; answer",
        "If you do nothing it counts as accepted.", "danger", due, True, "Answer the proposal", r.path("dispute"),
        f"Answer the proposal of {amount} for {for_whom} in {r.title}", step,
    )  # fmt: skip


def approved(r):
    money = payout(r)
    return money if money.yours else review(r, money) or money


def review(r, money):
    """The review that the reader has still to write, or None; `money` is the Standing of the payout."""
    until = r.engagement.approved_at + days(settings.DOUBLE_BLIND_DAYS)
    written = {STUDENT: r.engagement.student_reviewed_at, ORGANIZATION: r.engagement.organization_reviewed_at}
    if r.side is None or written[r.side] is not None or r.at >= until:
        return None
    return Standing(
        money.word, "Your turn: write your review", f"{money.headline}.", "warning", until, True,
        f"Review {r.other}", r.path("review"), f"Review {r.other} for {r.title}", money.step,
    )  # fmt: skip


def review_beside(engagement, user, at):
    """The review that `user` has still to write while the payout waits for them as well, or None."""
    r = Reading(engagement, side_of(user, engagement), False, at)
    money = payout(r) if engagement.status == Status.APPROVED else None
    return review(r, money) if money and money.yours else None


def payout(r):
    """What the student gets, from the payout that payments keep."""
    status = r.engagement.payout_status
    if status == "paid":
        to = "you" if r.side == STUDENT else r.engagement.student
        return Standing("Paid", f"Paid: {r.fee} went to {to}", "", "success", step=7)
    if status == "held" and r.side == STUDENT and not r.engagement.payout_waits_for_student:
        return Standing("Approved", f"Approved: {r.fee} is delayed", r.engagement.payout_hold, "info", step=5)
    if status == "held" and r.side == STUDENT:
        reason = r.engagement.payout_hold or "Stripe needs something from you."
        return Standing(
            "Approved", f"Your turn: {r.fee} is waiting for you", reason, "warning", None, True,
            "Set up payouts", payment_path("payout_setup"), f"Set up payouts to receive {r.fee}", 5,
        )  # fmt: skip
    where = f"goes to {r.student}" if status == "held" else f"is on its way to {r.student}"
    return Standing("Approved", f"Approved: {r.fee} {where}", "", "success", step=5)


def cancelled(r):
    e = r.engagement
    waits = e.replacement_until is not None and r.at < e.replacement_until and not e.is_taken_over
    if waits and r.side == ORGANIZATION:
        return Standing(
            "Replaced", f"Your turn: offer the place of {e.student} to a runner-up",
            f"{r.total} is kept for the next student. If nobody has accepted by then, it goes back to you.", "warning",
            e.replacement_until, True, "Choose a runner-up", reverse("applications:board", args=[e.project.code]),
            f"Offer {r.title} to a runner-up", 0,
        )  # fmt: skip
    reason = e.cancel_reason
    if reason and not reason.endswith((".", "!", "?")):
        reason = f"{reason}."
    if r.side == STUDENT and e.replacement_until is not None:
        reason = "There was no answer from you in time, so your place went to somebody else."
    return Standing("Cancelled", "Cancelled", f"{reason}{where_the_money_went(r)}", "neutral", step=0)


def where_the_money_went(r):
    """A sentence, or nothing where nothing was paid. Kept for a runner-up it may still be on the way."""
    e = r.engagement
    if e.funded_at is None:
        return what_came_late(r)
    if e.released_amount:
        return what_the_student_got(r)
    if r.side == STUDENT:
        return f" Nothing of the {r.fee} is paid out."
    if e.replacement_until is not None:
        still = r.at < e.replacement_until
        return f" {r.total} {'is held for the next student' if still else 'went to the next student or back to you'}."
    return f" {r.total} is refunded."


def what_came_late(r):
    """Of what was never funded: the money was on its way when it ended. Nothing that the student has to know."""
    if r.side == STUDENT:
        return ""
    if r.engagement.is_being_paid:
        return f" The bank payment of {r.total} is under way and goes back in full when it arrives."
    return f" {r.total} arrived after that and is refunded." if r.engagement.was_paid_late else ""


def what_the_student_got(r):
    """Of a cancelled engagement; what waits for the student's payout account has not gone anywhere yet."""
    e, paid = r.engagement, r.money(r.engagement.released_amount)
    if r.side != STUDENT:
        return f" {paid} {'went' if e.payout_status == 'paid' else 'goes'} to {e.student}, the rest is refunded."
    if e.payout_waits_for_student:
        return f" {paid} is yours and waits for your payout account."
    return f" {paid} went to you." if e.payout_status == "paid" else f" {paid} is yours."


def order_standing(order, user, at):
    """What an open change order asks of `user`, beside the Standing of its engagement."""
    e = order.engagement
    r = Reading(e, side_of(user, e), may_pay_for(user, e), at)
    url, total = r.path("change_order", order.code), format_money(order.total_amount, order.currency)
    if order.is_being_paid:
        amount = order.fee_text if r.side == STUDENT else total
        return being_paid(r, e, f"{amount} for “{order.title}”", url)
    if order.status == ChangeOrder.Status.ACCEPTED:
        headline = f"Waiting for {e.organization} to pay for “{order.title}”"
        if not r.pays:
            return Standing(
                "Change order", headline, "The extra work starts then.", "info", order.funding_due_at, url=url
            )
        return Standing(
            "Change order", f"Your turn: pay {total} for “{order.title}”", "Otherwise the change order lapses.",
            "warning", order.funding_due_at, True, f"Pay {total}", pay_path(order), f"Pay {total} for “{order.title}”",
        )  # fmt: skip
    if r.side != STUDENT:
        headline = f"Waiting for {e.student} to answer the change order “{order.title}”"
        detail = f"{order.fee_text} more for about {order.hours} h. Without an answer it lapses."
        return Standing("Change order", headline, detail, "info", order.answer_due_at, url=url)
    return Standing(
        "Change order", f"Your turn: answer the change order “{order.title}”",
        f"{order.fee_text} more for about {order.hours} h. You may refuse; without an answer it lapses.", "warning",
        order.answer_due_at, True, "Answer the change order", url, f"Answer the change order “{order.title}”",
    )  # fmt: skip


def pay_path(order):
    path = payment_path("fund", order.engagement)
    return f"{path}?change_order={order.code}" if path != order.engagement.get_absolute_url() else path


def payment_path(name, engagement=None):
    """A page of payments, by name: that app stands above this one."""
    try:
        return reverse(f"payments:{name}", args=[engagement.code] if engagement else [])
    except NoReverseMatch:
        return engagement.get_absolute_url() if engagement else reverse("home")


WORDS = {
    Status.AWAITING_FUNDING: awaiting_funding,
    Status.ACTIVE: active,
    Status.DELIVERED: delivered,
    Status.CHANGES_REQUESTED: changes_requested,
    Status.DISPUTED: disputed,
    Status.APPROVED: approved,
    Status.CANCELLED: cancelled,
}
