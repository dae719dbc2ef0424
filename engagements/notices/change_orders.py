"""More work for more money: asked, answered, paid, ended. Amounts and deadlines first."""

from django.urls import NoReverseMatch, reverse

from engagements.models import ChangeOrder
from engagements.notices.telling import money, page, payers_and_team, payers_of, student_of, tell
from engagements.queries import team_of
from marketplace.notifications.actions import mark_all_done, mark_done

Status = ChangeOrder.Status
ANSWER, PAY = "engagement.change_order", "engagement.fund_change_order"


def proposed(order, at):
    engagement = order.engagement
    tell(
        student_of(engagement), engagement, kind=ANSWER, key=f"order:{order.code}", at=at, **answering(order),
        title=f"{engagement.organization} asks for more work on “{engagement.project}”: {order.fee_text} more",
        first=f"{order.fee_text} more for about {order.hours} hours: “{order.title}”. Answer by {{due}}.",
        more=f"{order.description}\n\nYou may refuse. Then the work goes on as it was agreed, for the same fee.",
    )  # fmt: skip


def answering(order):
    return {
        "url": page(order.engagement, "change_order", order.code), "action": "Answer the change order",
        "needs_action": True, "dates": {"due": order.answer_due_at}, "due_at": order.answer_due_at,
    }  # fmt: skip


def answer_reminder(order, key, at):
    tell(
        student_of(order.engagement), order.engagement, kind=ANSWER, key=key, at=at, again=True, **answering(order),
        title=f"Answer by {{due}}: {order.fee_text} more for “{order.title}”",
        first=f"{order.fee_text} more is offered for “{order.title}”. Without an answer by {{due}} the change order "
        "lapses and nothing changes.",
    )  # fmt: skip


def accepted(order, at):
    settle_answer(order, at)
    engagement, total = order.engagement, money(order.total_amount, order.engagement)
    payers = payers_of(engagement)
    tell(
        payers, engagement, kind=PAY, key=f"order-pay:{order.code}", at=at, **paying(order),
        title=f"{engagement.student} accepted “{order.title}”: pay {total} by {{due}}",
        first=f"Pay {total} by {{due}}: {order.fee_text} for {engagement.student} and our service fee.",
        more="The extra work starts when it is paid. Without payment the change order lapses and nothing changes.",
    )  # fmt: skip
    colleagues = [person for person in team_of(engagement) if person not in payers]
    tell(
        colleagues, engagement, kind="engagement.order_accepted",
        key=f"order-accepted:{order.code}", at=at, dates={"due": order.funding_due_at}, url=own_page(order),
        title=f"{engagement.student} accepted the change order “{order.title}”", action="See the change order",
        first=f"An owner or finance member pays {total} by {{due}}; the extra work starts then.",
    )  # fmt: skip


def paying(order):
    return {
        "url": pay_page(order), "action": f"Pay {money(order.total_amount, order.engagement)}", "needs_action": True,
        "dates": {"due": order.funding_due_at}, "due_at": order.funding_due_at,
    }  # fmt: skip


def pay_reminder(order, key, at):
    total = money(order.total_amount, order.engagement)
    tell(
        payers_of(order.engagement), order.engagement, kind=PAY, key=key, at=at, again=True, **paying(order),
        title=f"Pay {total} by {{due}} for “{order.title}”",
        first=f"{total} is still to be paid for the change order. By {{due}} it lapses and nothing changes.",
    )  # fmt: skip


def refused(order, at):
    settle_answer(order, at)
    engagement = order.engagement
    tell(
        team_of(engagement), engagement, kind="engagement.order_refused", key=f"order-refused:{order.code}", at=at,
        title=f"{engagement.student} refused the change order “{order.title}”", url=own_page(order),
        first=f"The {order.fee_text} is not to be paid; the work goes on as it was agreed.",
        more=f"Reason: {order.refuse_reason}", action="See the change order",
    )  # fmt: skip


def withdrawn(order, at):
    settle_answer(order, at)
    engagement = order.engagement
    tell(
        student_of(engagement), engagement, kind="engagement.order_withdrawn", key=f"order-withdrawn:{order.code}",
        at=at, url=own_page(order), action="See the change order",
        title=f"{engagement.organization} withdrew the change order “{order.title}”",
        first=f"The {order.fee_text} more is off. The work goes on as it was agreed.",
    )  # fmt: skip


def lapsed(order, at):
    """Never answered, or never paid; or the engagement came first to its end or to a dispute."""
    settle_answer(order, at)
    engagement = order.engagement
    if engagement.status not in (engagement.Status.ACTIVE, engagement.Status.DELIVERED,
                                 engagement.Status.CHANGES_REQUESTED):  # fmt: skip
        return  # what ended it is told already
    why = "It was not answered in time." if order.answered_at is None else "It was not paid in time."
    tell(
        student_of(engagement) + payers_and_team(engagement), engagement, kind="engagement.order_lapsed",
        key=f"order-lapsed:{order.code}", at=at, url=own_page(order), action="See the change order",
        title=f"The change order “{order.title}” lapsed",
        first=f"{why} The {order.fee_text} more is off, and the work goes on as it was agreed.",
    )  # fmt: skip


def funded(order, at):
    mark_done(kind=PAY, url=pay_page(order), at=at)
    engagement, due = order.engagement, {"due": order.engagement.due_at}
    whole = money(engagement.fee_amount, engagement)
    tell(
        student_of(engagement), engagement, kind="engagement.order_funded", key=f"order-funded:{order.code}", at=at,
        dates=due, title=f"“{order.title}” is paid: {order.fee_text} more is held for you", url=own_page(order),
        first=f"Your fee is {whole} now, and the delivery is due by {{due}}. You can start with the extra work.",
        action="See the change order",
    )  # fmt: skip
    tell(
        team_of(engagement), engagement, kind="engagement.order_funded", key=f"order-funded:{order.code}", at=at,
        dates=due, title=f"“{order.title}” is paid and part of the work now", url=own_page(order),
        first=f"{engagement.student} gets {whole} in all; the delivery is due by {{due}}.",
        action="See the change order",
    )  # fmt: skip


def settle_answer(order, at):
    """Nobody has to answer or pay any more."""
    mark_all_done([(ANSWER, own_page(order)), (PAY, pay_page(order)), ("money.failed", pay_page(order))], at=at)


def own_page(order):
    return page(order.engagement, "change_order", order.code)


def pay_page(order):
    """A page of payments, by name: that app stands above this one."""
    try:
        return f"{reverse('payments:fund', args=[order.engagement.code])}?change_order={order.code}"
    except NoReverseMatch:
        return own_page(order)
