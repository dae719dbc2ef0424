"""Work outside the acceptance criteria: proposed with a price, accepted or refused, paid, and then part of the job.

Not during a dispute: opening one ends an open order, so that the money it is about stays the same.
"""

from django.conf import settings
from django.db import transaction

from engagements.models import ChangeOrder, Engagement
from engagements.notices import change_orders as notices
from engagements.queries import is_being_paid
from marketplace.activity.actions import record
from marketplace.clock import days
from marketplace.db import lock
from marketplace.errors import DomainError, InvalidTransition
from marketplace.money import format_money, percent
from marketplace.sweeps import one_by_one
from projects.sections import fee_problems

Status = ChangeOrder.Status
TELL = {
    "proposed": notices.proposed, "accepted": notices.accepted, "refused": notices.refused,
    "withdrawn": notices.withdrawn, "lapsed": notices.lapsed, "funded": notices.funded,
}  # fmt: skip
RUNNING = [Engagement.Status.ACTIVE, Engagement.Status.DELIVERED, Engagement.Status.CHANGES_REQUESTED]
BATCH = 200


@transaction.atomic
def propose_change_order(*, engagement, title, description, hours, fee_amount, by, at, extra_days=0):
    """Ask for more than the criteria say: `fee_amount` minor units for `hours`, the delivery `extra_days` later.

    One open order at a time; sending the same again returns it. Raises DomainError, InvalidTransition.
    """
    engagement = lock(Engagement, engagement.pk)
    words = {"title": title.strip(), "description": description.strip()}
    asked = words | {"hours": hours, "fee_amount": fee_amount, "extra_days": extra_days}
    running = engagement.change_orders.filter(status__in=ChangeOrder.OPEN).first()
    if running is not None:
        if all(getattr(running, name) == value for name, value in asked.items()):
            return running
        raise InvalidTransition("One change order is open already. Withdraw it before you propose another.")
    if engagement.status not in RUNNING or not engagement.kicked_off:
        raise InvalidTransition("A change order is possible between the kickoff and the approval.")
    check_order(engagement, **asked)
    project = engagement.project
    order = engagement.change_orders.create(
        **asked, currency=engagement.currency, proposed_by=by, proposed_at=at, status_changed_at=at,
        service_fee_amount=percent(fee_amount, project.service_fee_bps), hourly_floor=settings.HOURLY_FLOOR,
        answer_due_at=at + days(settings.CHANGE_ORDER_DAYS),
    )  # fmt: skip
    order.engagement = engagement
    tell_all("proposed", order, engagement, by, at)
    return order


def check_order(engagement, *, title, description, hours, fee_amount, extra_days):
    for field, text, most in (("title", title, 120), ("description", description, 2_000)):
        if not text:
            raise DomainError("Say what is to be done beyond the acceptance criteria.", field=field)
        if len(text) > most:
            raise DomainError(f"Use at most {most:,} characters; this has {len(text):,}.", field=field)
    for field, value, (least, most) in (
        ("hours", hours, settings.CHANGE_ORDER_HOURS), ("extra_days", extra_days, settings.CHANGE_ORDER_EXTRA_DAYS)
    ):  # fmt: skip
        if not least <= value <= most:
            raise DomainError(f"Choose from {least} to {most}.", field=field)
    for field, problem in fee_problems(hours, fee_amount):
        raise DomainError(problem, field=field)
    if engagement.fee_amount + fee_amount > settings.MAX_FEE:
        most = format_money(settings.MAX_FEE, engagement.currency)
        raise DomainError(f"With the fee of the project this is more than {most}.", field="fee")


@transaction.atomic
def accept_change_order(*, change_order, by, at):
    """The student agrees: the organization has FUNDING_DAYS to pay. Accepting twice is harmless."""
    engagement, order = lock_order(change_order)
    if order.status == Status.ACCEPTED:
        return order
    refuse_unless_answerable(order, at)
    order.move_to(Status.ACCEPTED, at=at, answered_at=at, funding_due_at=at + days(settings.FUNDING_DAYS))
    tell_all("accepted", order, engagement, by, at)
    return order


@transaction.atomic
def refuse_change_order(*, change_order, reason, by, at):
    """The student says no and why; the work goes on as it was agreed. Refusing twice is harmless."""
    engagement, order = lock_order(change_order)
    if order.status == Status.REFUSED:
        return order
    refuse_unless_answerable(order, at)
    reason = reason.strip()
    if not reason:
        raise DomainError("Say why, in a sentence: the organization reads it.", field="reason")
    if len(reason) > 500:
        raise DomainError(f"Use at most 500 characters; this has {len(reason)}.", field="reason")
    order.move_to(Status.REFUSED, at=at, answered_at=at, refuse_reason=reason)
    tell_all("refused", order, engagement, by, at)
    return order


def refuse_unless_answerable(order, at):
    if order.status != Status.PROPOSED:
        raise InvalidTransition(f"This change order is {order.get_status_display().lower()} now.")
    if at >= order.answer_due_at:
        raise InvalidTransition("The time to answer this change order is over.")


@transaction.atomic
def withdraw_change_order(*, change_order, by, at):
    """The organization takes it back, as long as it is not paid. Withdrawing twice is harmless."""
    engagement, order = lock_order(change_order)
    if order.status == Status.WITHDRAWN:
        return order
    if order.status == Status.ACCEPTED and is_being_paid(engagement):
        raise InvalidTransition("A payment is being processed, so this can no longer be withdrawn.")
    order.move_to(Status.WITHDRAWN, at=at)
    tell_all("withdrawn", order, engagement, by, at)
    return order


@transaction.atomic
def mark_change_order_funded(*, change_order, at):
    """It was paid: it adds to the fee and moves the due date. Repeating is harmless.

    A version under review does not hold the new work yet, so its clock stops and the next version is due.
    Raises InvalidTransition when it ended meanwhile; the caller then refunds.
    """
    engagement, order = lock_order(change_order)
    if order.status == Status.FUNDED:
        return order
    order.move_to(Status.FUNDED, at=at, funded_at=at)
    engagement.fee_amount += order.fee_amount
    engagement.service_fee_amount += order.service_fee_amount
    engagement.due_at += days(order.extra_days)
    engagement.save(update_fields=["fee_amount", "service_fee_amount", "due_at"])
    if engagement.status == Engagement.Status.DELIVERED:
        due_at = max(engagement.due_at, at + days(settings.PROJECT_WORK_DAYS[0]))
        engagement.move_to(Engagement.Status.CHANGES_REQUESTED, at=at, review_due_at=None, due_at=due_at)
    tell_all("funded", order, engagement, None, at)
    return order


def lapse_change_orders(*, at):
    """End what was not answered, or not paid, in time, unless a payment is being processed. Returns how many."""
    due = ChangeOrder.objects.filter(status=Status.PROPOSED, answer_due_at__lte=at)
    due |= ChangeOrder.objects.filter(status=Status.ACCEPTED, funding_due_at__lte=at)
    return sum(one_by_one(due.order_by("pk")[:BATCH], lambda order: lapse_change_order(order, at)))


@transaction.atomic
def lapse_change_order(change_order, at):
    """Returns 1, or 0 when somebody was faster."""
    engagement, order = lock_order(change_order)
    deadline = {Status.PROPOSED: order.answer_due_at, Status.ACCEPTED: order.funding_due_at}.get(order.status)
    if deadline is None or deadline > at or (order.status == Status.ACCEPTED and is_being_paid(engagement)):
        return 0
    lapse_order(order, engagement, at)
    return 1


def end_change_orders(engagement, at):
    """The engagement ends, or is disputed: what is open ends with it. The engagement is locked."""
    for order in engagement.change_orders.select_for_update().filter(status__in=ChangeOrder.OPEN):
        order.engagement = engagement
        lapse_order(order, engagement, at)


def lapse_order(order, engagement, at):
    was = order.status
    order.move_to(Status.LAPSED, at=at)
    tell_all("lapsed", order, engagement, None, at, was=was)


def lock_order(change_order):
    """(engagement, change order), locked parent first and joined."""
    engagement = lock(Engagement, change_order.engagement_id)
    order = lock(ChangeOrder, change_order.pk)
    order.engagement = engagement
    return engagement, order


def tell_all(step, order, engagement, by, at, **data):
    record(
        f"change_order.{step}", actor=by, subject=engagement, at=at, order=order.code, title=order.title,
        amount=order.fee_amount, **data,
    )  # fmt: skip
    TELL[step](order, at)
