"""What time does by itself: unfunded engagements lapse, people are reminded. Reviews' clock is in reviews.py,
automatic approval in payments (it moves money).

Where a sweep comes late and several thresholds have passed, only the last reminder is sent.
"""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import DateTimeField, DurationField, Exists, ExpressionWrapper, F, OuterRef, Q

from engagements import notices
from engagements.cancelling import QUIET_DAYS
from engagements.models import Engagement, Message, Reminder
from engagements.queries import being_paid
from marketplace.activity.actions import record
from marketplace.clock import days
from marketplace.sweeps import one_by_one

Status = Engagement.Status
BATCH = 500
KICKED_OFF = Q(kickoff_student_at__isnull=False, kickoff_organization_at__isnull=False)


def hours(count):
    return timedelta(hours=count)


def lapse_unfunded(*, at):
    """Cancel what was not funded in time, unless a payment is being processed. Returns how many lapsed."""
    due = unpaid().filter(funding_due_at__lte=at)
    ids = due.values_list("pk", flat=True).order_by("pk")[:BATCH]
    return sum(one_by_one(ids, lambda pk: lapse(pk, at)))


def unpaid():
    """What waits for its payment; not what a bank is working on."""
    rows = Engagement.objects.filter(status=Status.AWAITING_FUNDING)
    return rows.exclude(being_paid(engagement=OuterRef("pk")))


@transaction.atomic
def lapse(pk, at):
    """Returns 1, or 0 when another sweep holds the row or somebody was faster."""
    engagement = Engagement.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=pk).first()
    if engagement is None or not unpaid().filter(pk=pk).exists():
        return 0
    engagement.move_to(Status.CANCELLED, at=at, cancelled_at=at, cancel_reason="It was not funded in time.")
    record("engagement.lapsed", actor=None, subject=engagement, at=at)
    notices.lapsed(engagement, at)
    return 1


def send_reminders(*, at):
    """Every reminder that is due and was not sent. Returns how many were sent."""
    sent = 0
    for name, deadline, due, tell in plan(at):
        known = Reminder.objects.filter(engagement=OuterRef("pk"), name=name, deadline=OuterRef(deadline))
        rows = due.with_people().filter(~Exists(known)).order_by("pk")[:BATCH]
        sent += sum(one_by_one(rows, lambda row, rest=(name, deadline, tell): remind(row, *rest, at)))
    return sent


@transaction.atomic
def remind(engagement, name, deadline, tell, at):
    """Send one, unless another sweep was faster. `deadline`: the name of its field. Returns 1 or 0."""
    row, created = Reminder.objects.get_or_create(
        engagement=engagement, name=name, deadline=getattr(engagement, deadline), defaults={"sent_at": at}
    )
    if created:
        tell(engagement, f"{name}-{row.pk}", at)
    return int(created)


def plan(at):
    """(name, the field with the deadline, the engagements that are due, the notice)."""
    return [*before_work(at), *during_work(at), *during_review(at)]


def before_work(at):
    waiting = Engagement.objects.exclude(KICKED_OFF).filter(status=Status.ACTIVE)
    missed = waiting.filter(kickoff_student_at=None)
    pay, confirm = notices.funding_reminder, notices.kickoff_reminder
    return [
        ("funding-2-days", "funding_due_at", due_within(unpaid(), "funding_due_at", at, 24, 48), pay),
        ("funding-1-day", "funding_due_at", due_within(unpaid(), "funding_due_at", at, 0, 24), pay),
        ("kickoff-1-day", "kickoff_due_at", due_within(waiting, "kickoff_due_at", at, 0, 24), confirm),
        ("kickoff-overdue", "kickoff_due_at", waiting.filter(kickoff_due_at__lte=at), notices.kickoff_overdue),
        ("kickoff-missed", "kickoff_due_at", missed.filter(kickoff_due_at__lte=at), notices.vanished),
    ]  # fmt: skip


def during_work(at):
    working = Engagement.objects.filter(KICKED_OFF, status__in=[Status.ACTIVE, Status.CHANGES_REQUESTED])
    half = ExpressionWrapper((F("due_at") - F("funded_at")) / 2, output_field=DurationField())
    midpoint = ExpressionWrapper(F("funded_at") + half, output_field=DateTimeField())
    midway = working.filter(status=Status.ACTIVE, due_at__gt=at).annotate(midpoint_at=midpoint)
    heard = Message.objects.filter(
        engagement=OuterRef("pk"), author_id=OuterRef("student__user_id"), sent_at__gte=OuterRef("midpoint_at")
    )
    wrote = Message.objects.filter(
        engagement=OuterRef("pk"), author_id=OuterRef("student__user_id"), sent_at__gt=at - days(QUIET_DAYS)
    )
    lost = working.filter(~Exists(wrote), status=Status.ACTIVE, due_at__lte=at - days(settings.VANISHED_DAYS))
    quiet = midway.filter(~Exists(heard), midpoint_at__lte=at - hours(48))
    return [
        ("check-in", "funded_at", midway.filter(midpoint_at__lte=at), notices.check_in),
        ("gone-quiet", "funded_at", quiet, notices.gone_quiet),
        ("delivery-2-days", "due_at", due_within(working, "due_at", at, 24, 48), notices.delivery_due_soon),
        ("delivery-1-day", "due_at", due_within(working, "due_at", at, 0, 24), notices.delivery_due_soon),
        ("delivery-overdue", "due_at", working.filter(due_at__lte=at), notices.delivery_overdue),
        ("vanished", "due_at", lost, notices.vanished),
    ]


def during_review(at):
    """24 hours, 72 hours and 4 days after a version arrived; a day before the end of an extended review."""
    running = Engagement.objects.filter(status=Status.DELIVERED, review_due_at__gt=at)
    extended = running.filter(review_extended_at__isnull=False)
    tell = notices.review_reminder
    return [
        ("review-24-hours", "delivered_at", since(running, at, 24, 72), tell),
        ("review-72-hours", "delivered_at", since(running, at, 72, 96), tell),
        ("review-4-days", "delivered_at", since(running, at, 96, 24 * 365), tell),
        ("review-last-day", "review_due_at", due_within(extended, "review_due_at", at, 0, 24), tell),
    ]


def due_within(rows, field, at, more_than, at_most):
    """Rows whose deadline is more than `more_than` and at most `at_most` hours away."""
    return rows.filter(**{f"{field}__gt": at + hours(more_than), f"{field}__lte": at + hours(at_most)})


def since(rows, at, at_least, less_than):
    """Rows whose latest version arrived at least `at_least` and less than `less_than` hours ago."""
    return rows.filter(delivered_at__lte=at - hours(at_least), delivered_at__gt=at - hours(less_than))
