"""Reminders about what one side has asked of the other: a change order, a payment for it, a split proposal."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef

from engagements.models import ChangeOrder, Reminder
from engagements.notices import split_reminder
from engagements.notices.change_orders import answer_reminder, pay_reminder
from engagements.queries import being_paid, newest_unanswered
from marketplace.clock import days
from marketplace.sweeps import one_by_one

Status = ChangeOrder.Status
BATCH = 200
BEFORE = timedelta(hours=24)


def remind_of_answers(*, at):
    """A day before a change order or a proposal ends without an answer. Returns how many reminders were sent."""
    asked = orders_due(Status.PROPOSED, "answer_due_at", "order-answer", at)
    unpaid = orders_due(Status.ACCEPTED, "funding_due_at", "order-pay", at)
    silent = proposals_due("split-answer", at)
    return (
        sum(one_by_one(asked, lambda row: remind(row, row.engagement, "order-answer", row.answer_due_at, at)))
        + sum(one_by_one(unpaid, lambda row: remind(row, row.engagement, "order-pay", row.funding_due_at, at)))
        + sum(one_by_one(silent, lambda row: remind(row, row.dispute.engagement, "split-answer", row.proposed_at, at)))
    )


def orders_due(status, field, name, at):
    rows = ChangeOrder.objects.filter(status=status, **{f"{field}__gt": at, f"{field}__lte": at + BEFORE})
    known = Reminder.objects.filter(engagement=OuterRef("engagement"), name=name, deadline=OuterRef(field))
    rows = rows.filter(~Exists(known), ~being_paid(change_order=OuterRef("pk"))).order_by("pk")
    return rows.select_related("engagement__project", "engagement__student__user")[:BATCH]


def proposals_due(name, at):
    """The reminder's deadline is the moment of the proposal: a newer proposal has its own."""
    patience = days(settings.SPLIT_SILENCE_DAYS)
    rows = newest_unanswered().filter(proposed_at__gt=at - patience, proposed_at__lte=at - patience + BEFORE)
    known = Reminder.objects.filter(
        engagement=OuterRef("dispute__engagement"), name=name, deadline=OuterRef("proposed_at")
    )
    rows = rows.filter(~Exists(known)).select_related("dispute__engagement__project", "dispute__engagement__student")
    return rows.order_by(F("proposed_at"), "pk")[:BATCH]


TELL = {"order-answer": answer_reminder, "order-pay": pay_reminder, "split-answer": split_reminder}


@transaction.atomic
def remind(row, engagement, name, deadline, at):
    """Send one, unless another sweep was faster. Returns 1 or 0."""
    sent, created = Reminder.objects.get_or_create(
        engagement=engagement, name=name, deadline=deadline, defaults={"sent_at": at}
    )
    if created:
        TELL[name](row, f"{name}-{sent.pk}", at)
    return int(created)
