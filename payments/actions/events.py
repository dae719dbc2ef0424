"""What Stripe tells us: an inbox, then one event at a time. An event only says where to look.

The object is re-fetched before the transaction, its state applied and the event marked handled inside one. Events may
come twice, late, in any order, or never: each `apply_x` brings us to where Stripe is, whatever was told before.
"""

import logging
from datetime import timedelta

from django.db import transaction

from payments import failures
from payments import stripe_gateway as gateway
from payments.actions.bank_payouts import apply_bank_payout
from payments.actions.chargebacks import apply_dispute
from payments.actions.funding import apply_checkout
from payments.actions.onboarding import apply_account
from payments.actions.operations import LEASE, pause
from payments.actions.payouts import apply_transfer
from payments.actions.refunds import apply_refund
from payments.alarms import alarm
from payments.models import EventCursor, Funding, MoneyOperation, StripeEvent
from payments.nudges import nudge

log = logging.getLogger(__name__)
ENDPOINTS = ("platform", "connect", "thin")
OVERLAP = timedelta(minutes=10)  # events are listed a little after they are created
FIRST_LOOK = timedelta(days=3)
ALARM_AFTER_TRIES = 8
BATCH = 100


def receive_event(*, endpoint, payload, signature, at):
    """Verify a webhook's raw body and keep it once. True unless it is forged, unreadable or of the other mode."""
    event = gateway.verified_event(endpoint, payload, signature)
    if event is None:
        log.warning("refused a webhook at %s: bad signature, mode or body (%s bytes)", endpoint, len(payload))
        return False
    keep([event], endpoint, at)
    return True


@transaction.atomic
def keep(events, endpoint, at):
    """Write the events that are not known yet, and nudge. Returns how many were new."""
    known = set(StripeEvent.objects.filter(event_id__in=[e.id for e in events]).values_list("event_id", flat=True))
    fresh = [event for event in events if event.id not in known]
    StripeEvent.objects.bulk_create(
        [
            StripeEvent(
                event_id=event.id, endpoint=endpoint, type=event.type[:120], object_id=event.object_id,
                account_id=event.account_id, payload=event.payload, received_at=at, due_at=at,
            )
            for event in fresh
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    for event in fresh:
        nudge("handle_event", event.id)
    return len(fresh)


def handle_event(event_id, *, at):
    """Act on one event of the inbox, once. Returns the StripeEvent. Call it outside any transaction."""
    event = claim(event_id, at)
    if event is None:
        return StripeEvent.objects.get(event_id=event_id)
    fetch, apply = handler_of(event.type)
    try:
        fetched = fetch(event) if fetch else None
        return finish(event.pk, apply, fetched, at)
    except failures.Refused as failure:
        if failure.code == "resource_missing":  # of another account or mode
            return finish(event.pk, ignore_missing, None, at)
        return postpone(event.pk, f"Stripe: {failure.message}", at)
    except failures.Failure as failure:
        return postpone(event.pk, f"Stripe: {failure.message}", at)
    except Exception as error:
        log.exception("event %s (%s)", event.event_id, event.type)
        return postpone(event.pk, f"{type(error).__name__}: {error}", at)


@transaction.atomic
def claim(event_id, at):
    rows = StripeEvent.objects.select_for_update(skip_locked=True).filter(event_id=event_id, handled_at=None)
    event = rows.filter(due_at__lte=at).first()
    if event is not None:
        event.tries, event.due_at = event.tries + 1, at + LEASE
        event.save(update_fields=["tries", "due_at"])
    return event


@transaction.atomic
def finish(pk, apply, fetched, at):
    """The effect and `handled_at`, in one transaction."""
    event = StripeEvent.objects.select_for_update().get(pk=pk)
    if event.handled_at is None:
        event.outcome = outcome_words(apply(event, fetched, at))[:200]
        event.handled_at = at
        event.save(update_fields=["outcome", "handled_at"])
    return event


@transaction.atomic
def postpone(pk, reason, at):
    """Try again after a pause; a person hears of what keeps failing."""
    event = StripeEvent.objects.select_for_update().get(pk=pk)
    if event.handled_at is None:
        event.due_at, event.outcome = at + pause(event.tries), reason[:200]
        event.save(update_fields=["due_at", "outcome"])
        if event.tries >= ALARM_AFTER_TRIES:
            alarm(f"event:{event.event_id}", f"{event.type} {event.event_id} is not handled: {reason}", at=at)
    return event


def sweep_events(*, at):
    """Handle what is due, oldest first. Returns how many were looked at."""
    due = StripeEvent.objects.filter(handled_at=None, due_at__lte=at)
    ids = list(due.order_by("due_at", "pk").values_list("event_id", flat=True)[:BATCH])
    for event_id in ids:
        handle_event(event_id, at=at)
    return len(ids)


@transaction.atomic
def replay_event(*, event, at):
    """Handle it once more: harmless, because it only looks again at what it names."""
    event = StripeEvent.objects.select_for_update().get(pk=event.pk)
    event.handled_at, event.due_at, event.outcome = None, at, ""
    event.save(update_fields=["handled_at", "due_at", "outcome"])
    nudge("handle_event", event.event_id)
    return event


def catch_up(*, at):
    """Read Stripe's own list of events for what no webhook brought. Returns how many were new."""
    cursor, _created = EventCursor.objects.get_or_create(name="platform", defaults={"read_until": at - FIRST_LOOK})
    events = list(gateway.list_events(since=cursor.read_until - OVERLAP))
    new = sum(keep(events[i : i + BATCH], "platform", at) for i in range(0, len(events), BATCH))
    if events:
        newest = max(event.created_at for event in events)
        EventCursor.objects.filter(pk=cursor.pk, read_until__lt=newest).update(read_until=newest)
    return new


# --- What each type of event makes us look at -------------------------------------------------------


def handler_of(kind):
    """(fetch, apply) for an event type. `fetch` may be None; unknown types are kept and nothing more."""
    for prefix, fetch, apply in HANDLERS:
        if kind == prefix or (prefix.endswith(".") and kind.startswith(prefix)):
            return fetch, apply
    return None, ignore


def outcome_words(changed):
    """ "funding: Paid", for the person who reads the inbox; `changed` is a row, None or words already."""
    if changed is None or isinstance(changed, str):
        return changed or "not ours"
    state = "status" if hasattr(changed, "status") else "transfers_status"
    return f"{changed._meta.verbose_name}: {getattr(changed, f'get_{state}_display')()}"


def fetch_checkout(event):
    return gateway.retrieve_checkout(event.object_id)


def fetch_checkout_of_payment(event):
    return gateway.find_checkout(event.object_id)


def fetch_checkout_of_charge(event):
    intent = gateway.payment_intent_of_charge(event.object_id)
    return gateway.find_checkout(intent) if intent else None


def fetch_refund(event):
    return gateway.retrieve_refund(event.object_id)


def fetch_transfer(event):
    return gateway.retrieve_transfer(event.object_id)


def fetch_account(event):
    return gateway.retrieve_account(event.account_id or event.object_id)


def fetch_dispute(event):
    """(Dispute, Checkout or None): with the payment, where that is not known here yet. Events come in any order."""
    dispute = gateway.retrieve_dispute(event.object_id)
    if Funding.objects.filter(charge_id=dispute.charge_id).exists():
        return dispute, None
    intent = gateway.payment_intent_of_charge(dispute.charge_id)
    return dispute, gateway.find_checkout(intent) if intent else None


def fetch_bank_payout(event):
    """Only of connected accounts: what we pay out to our own bank is read from Stripe's book."""
    return gateway.retrieve_bank_payout(event.object_id, event.account_id) if event.account_id else None


def act(apply):
    """An `apply_x(value, at=)` as the table wants it."""
    return lambda event, fetched, at: None if fetched is None else apply(fetched, at=at)


def act_on_dispute(event, fetched, at):
    dispute, checkout = fetched
    if checkout is not None:
        apply_checkout(checkout, at=at)
    return apply_dispute(dispute, at=at)


def ignore(event, fetched, at):
    return "nothing to do"


def ignore_missing(event, fetched, at):
    return "not ours: Stripe knows no such object"


def retry_short_operations(event, fetched, at):
    """Money has become available: what waited for it need not wait for its pause."""
    waiting = MoneyOperation.objects.filter(status=MoneyOperation.Status.PLANNED, error_code="balance_insufficient")
    ids = list(waiting.values_list("pk", flat=True))
    waiting.update(due_at=at)
    for pk in ids:
        nudge("run_operation", pk)
    return f"{len(ids)} operations due"


def call_a_person(event, fetched, at):
    """A fraud warning: kept, and a moderator is told. https://docs.stripe.com/radar/early-fraud-warnings"""
    alarm(f"{event.type}:{event.object_id}", f"Stripe reports {event.type} about {event.object_id}.", at=at)
    return "a moderator was told"


HANDLERS = [
    ("checkout.session.", fetch_checkout, act(apply_checkout)),
    ("payment_intent.", fetch_checkout_of_payment, act(apply_checkout)),
    ("charge.dispute.", fetch_dispute, act_on_dispute),
    ("charge.refund.updated", fetch_refund, act(apply_refund)),
    ("charge.", fetch_checkout_of_charge, act(apply_checkout)),
    ("refund.", fetch_refund, act(apply_refund)),
    ("transfer.", fetch_transfer, act(apply_transfer)),
    ("balance.available", None, retry_short_operations),
    ("radar.early_fraud_warning.created", None, call_a_person),
    ("payout.", fetch_bank_payout, act(apply_bank_payout)),
    ("account.", fetch_account, act(apply_account)),
    ("v2.core.account.", fetch_account, act(apply_account)),
    ("v2.core.account[requirements].updated", fetch_account, act(apply_account)),
    ("v2.core.account[configuration.recipient].capability_status_updated", fetch_account, act(apply_account)),
]
