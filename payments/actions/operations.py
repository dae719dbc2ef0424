"""Every outward call is a row first: planned → sent (committed) → the call → its result (committed).

A process that dies at any point leaves a row that says how far it came, and the sweep takes it from there:
- planned: the call was not made. Make it.
- sent, unknown: it may have been made. The same idempotency key within Stripe's memory of it (24 hours) makes asking
  again harmless; later, or when Stripe replays a stored 500, the object is looked up first, and only its proven
  absence allows a new key.
Lock order: engagement, operation, then the Funding, Payout or Refund that it is for.
"""

import random
import time
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from engagements.models import Engagement
from marketplace.db import lock
from marketplace.sweeps import one_by_one
from payments import failures
from payments.alarms import alarm
from payments.models import MoneyOperation
from payments.nudges import nudge

Status = MoneyOperation.Status
KEY_LIFETIME = timedelta(hours=23)  # Stripe remembers 24: https://docs.stripe.com/api/idempotent_requests
LEASE = timedelta(seconds=settings.MONEY_LEASE_SECONDS)  # longer than a call can take; then another may take the row
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=2), timedelta(hours=1)
BATCH = 100
WAIT_TURNS, WAIT_SECONDS = 30, 0.1
HANDLERS = {}


class NoLongerNeeded(Exception):
    """Raised by a handler's `prepare`: the operation ends as failed without a call, and nobody is alarmed."""


class NotReady(Exception):
    """Raised by a handler's `prepare`: the operation is held; the message is for the person who waits for it."""

    def __init__(self, message, *, code="not_ready"):
        super().__init__(message)
        self.code = code


class Handler:
    """What one kind of operation does. `prepare`, `done` and `stopped` run inside a transaction, the others outside."""

    held_by = frozenset()  # codes of refusals that hold this kind of operation until somebody changes that

    def prepare(self, operation, at):
        """Complete `operation.params` before the first try of an attempt. May raise NotReady, NoLongerNeeded."""

    def call(self, operation):
        """Ask Stripe. Returns a value with an `id`; raises a payments.failures.Failure."""
        raise NotImplementedError

    def find(self, operation):
        """What an earlier try made at Stripe, or None when it is certain that it made nothing."""
        raise NotImplementedError

    def done(self, operation, result, at):
        """Record the effect, in the transaction that marks the operation done."""

    def stopped(self, operation, reason, at):
        """It is held or failed. `reason` is a payments.failures.Failure or NotReady."""


def handles(kind):
    """Class decorator: register the Handler of this kind."""

    def register(handler):
        HANDLERS[kind] = handler()
        return handler

    return register


def plan(*, key, kind, params, at, engagement=None, amount=0, currency="", runs_it_now=False):
    """The row of an intent, in the caller's transaction, and a nudge to run it. The same key returns the same row.

    `runs_it_now`: the caller runs it itself because a person waits, so workers leave it alone for the time of a lease.
    """
    row = MoneyOperation(
        key=key, kind=kind, params=params, engagement=engagement, amount=amount, currency=currency, created_at=at,
        due_at=at + LEASE if runs_it_now else at,
    )  # fmt: skip
    MoneyOperation.objects.bulk_create([row], ignore_conflicts=True)
    operation = MoneyOperation.objects.get(key=key)
    if not runs_it_now:
        nudge("run_operation", operation.pk)
    return operation


def run_operation(operation_id, *, at, eager=False):
    """Bring one operation as far as it will go now and return it. Call it outside any transaction.

    Running twice, also at the same time, is harmless. `eager` does not wait for the pause after a failure.
    """
    operation = claim(operation_id, at, eager)
    if operation is None:
        return MoneyOperation.objects.get(pk=operation_id)
    handler = HANDLERS[operation.kind]
    try:
        found = handler.find(operation) if operation.must_look_up else None
        if operation.must_look_up and found is None:
            start_new_attempt(operation.pk, at)
            operation.refresh_from_db()
        result = found or handler.call(operation)
    except failures.Failure as failure:
        return settle_failure(operation, failure, at)
    return settle(operation, result, at)


def run_while_waiting(operation_id, *, at):
    """Run it for a person who waits for the answer; if another process is asking already (a double click), wait for it.

    Returns the operation, done or not. Call it outside any transaction.
    """
    operation = run_operation(operation_id, at=at, eager=True)
    for _ in range(WAIT_TURNS):
        if operation.status != Status.SENT:
            break
        time.sleep(WAIT_SECONDS)
        operation.refresh_from_db()
    return operation


def sweep_operations(*, at):
    """Run what is due: planned, sent or unknown. Rows that another worker holds are skipped. Returns how many ran."""
    due = MoneyOperation.objects.filter(status__in=MoneyOperation.OPEN, due_at__lte=at)
    ids = list(due.order_by("due_at", "pk").values_list("pk", flat=True)[:BATCH])
    one_by_one(ids, lambda pk: run_operation(pk, at=at))
    return len(ids)


@transaction.atomic
def claim(operation_id, at, eager):
    """Mark it sent before anything is sent, or return None: it is finished, held, not due, or in another's hands."""
    due = Q(due_at__lte=at)
    due |= ~Q(status=Status.SENT) if eager else Q(pk=None)
    rows = MoneyOperation.objects.select_for_update(skip_locked=not eager).filter(status__in=MoneyOperation.OPEN)
    operation = rows.filter(due, pk=operation_id).first()
    if operation is None:
        return None
    if operation.status == Status.PLANNED:
        if not prepare(operation, at):
            return None
        operation.first_sent_at = at
    elif at - operation.first_sent_at >= KEY_LIFETIME:
        operation.must_look_up = True
    operation.move_to(
        Status.SENT, at=at, tries=operation.tries + 1, due_at=at + LEASE, params=operation.params,
        first_sent_at=operation.first_sent_at, must_look_up=operation.must_look_up,
    )  # fmt: skip
    return operation


def prepare(operation, at):
    """False when there is nothing to send (any more, or yet)."""
    handler = HANDLERS[operation.kind]
    try:
        handler.prepare(operation, at)
    except NoLongerNeeded as reason:
        operation.move_to(Status.FAILED, at=at, error_code="not_needed", error=str(reason)[:500])
    except NotReady as reason:
        operation.move_to(Status.HELD, at=at, due_at=at, error_code=reason.code, error=str(reason)[:500])
        handler.stopped(operation, reason, at)
    else:
        return True
    return False


@transaction.atomic
def start_new_attempt(operation_id, at):
    """Nothing came of the old key, which is proved: a new one may be used."""
    operation = lock(MoneyOperation, operation_id)
    operation.attempt, operation.first_sent_at, operation.must_look_up = operation.attempt + 1, at, False
    operation.save(update_fields=["attempt", "first_sent_at", "must_look_up"])


@transaction.atomic
def settle(operation, result, at):
    """Record what Stripe did, once, together with its effect here."""
    operation = lock_operation(operation)
    if operation.status != Status.DONE:
        operation.move_to(Status.DONE, at=at, stripe_id=result.id, error="", error_code="")
    elif operation.stripe_id != result.id:
        alarm(f"second:{operation.key}", f"{operation.key} exists twice: {operation.stripe_id}, {result.id}", at=at)
        return operation
    HANDLERS[operation.kind].done(operation, result, at)
    return operation


@transaction.atomic
def settle_failure(operation, failure, at):
    """The error → action table of docs/payments.md."""
    operation = lock_operation(operation)
    if operation.status != Status.SENT:  # a webhook or another worker knew better meanwhile
        return operation
    noted = {"error_code": failure.code[:80], "error": failure.message[:500]}
    later = at + pause(operation.tries)
    if isinstance(failure, failures.Unknown):
        look_up = operation.must_look_up or failure.replayed
        operation.move_to(Status.UNKNOWN, at=at, due_at=later, must_look_up=look_up, **noted)
        return operation
    if isinstance(failure, failures.Bug):  # what the key did when it was used first is not known
        operation.move_to(Status.FAILED, at=at, must_look_up=True, **noted)
        alarm(f"bug:{operation.key}", f"{operation.key} is frozen: {failure.message}", at=at)
        HANDLERS[operation.kind].stopped(operation, failure, at)
        return operation
    return settle_refusal(operation, failure, later, noted, at)


def settle_refusal(operation, failure, later, noted, at):
    """Stripe said no, which proves that this key moved nothing: the next try takes a new one."""
    noted["attempt"] = operation.attempt + 1
    held = isinstance(failure, failures.Held) or failure.code in HANDLERS[operation.kind].held_by
    if isinstance(failure, failures.NotYet) and not held:
        operation.move_to(Status.PLANNED, at=at, due_at=later, **noted)
        alarm(f"not_yet:{operation.key}", f"{operation.key} waits: {failure.message}", at=at)
        return operation
    if held:
        operation.move_to(Status.HELD, at=at, due_at=later, **noted)
    else:
        operation.move_to(Status.FAILED, at=at, **noted)
        alarm(f"failed:{operation.key}", f"{operation.key} needs a person: {failure.message}", at=at)
    HANDLERS[operation.kind].stopped(operation, failure, at)
    return operation


@transaction.atomic
def resume(operation_id, *, at, look_up=False, runs_it_now=False):
    """Plan a held or failed operation again. `look_up`: first ask Stripe whether it did happen after all."""
    operation = lock_operation(MoneyOperation.objects.only("engagement").get(pk=operation_id))
    if operation.status in (Status.HELD, Status.FAILED):
        due_at = at + LEASE if runs_it_now else at
        operation.move_to(Status.PLANNED, at=at, due_at=due_at, must_look_up=look_up or operation.must_look_up)
        if not runs_it_now:
            nudge("run_operation", operation.pk)
    return operation


def lock_operation(operation, *related):
    """The operation, re-read and locked after its engagement: the order in which every action of this app locks.

    `related`: what comes along with the engagement.
    """
    engagement = lock(Engagement, operation.engagement_id, *related) if operation.engagement_id else None
    operation = lock(MoneyOperation, operation.pk)
    if engagement is not None:
        operation.engagement = engagement
    return operation


def pause(tries):
    """How long to wait before the next try: doubling, up to an hour, with jitter so that they do not come in step."""
    longest = min(FIRST_PAUSE * 2 ** min(tries - 1, 20), LONGEST_PAUSE)
    return longest * random.uniform(0.5, 1)  # noqa: S311
