"""However Stripe's events come (forged, stale, doubled, out of order, late, never), the books end the same.

Everything happened at Stripe already; we have not heard of it. A sequence tells us in its own way, is compared with the
orderly delivery, and is rolled back. 2,000 sequences with --long.
"""

import json
import random
import time
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

import pytest
import stripe
from django.db import connection, transaction
from django.test import Client

from engagements.models import Engagement
from marketplace.clock import now
from payments import actions, ledger
from payments import stripe_gateway as gateway
from payments.actions.operations import claim
from payments.models import CardDispute, Payout, PayoutAccount, Refund, StripeEvent
from tests.payments.conftest import SECRETS
from tests.payments.factories import deliver, fund, make_awaiting, onboard
from tests.payments.race_rows import check_books, outcome
from tests.rounds import rounds

pytestmark = pytest.mark.django_db
LOOKED_UP = (
    "retrieve_checkout", "find_checkout", "payment_intent_of_charge", "retrieve_refund", "retrieve_transfer",
    "retrieve_account", "retrieve_dispute",
)  # fmt: skip
CALLS = {Payout: gateway.create_transfer, Refund: gateway.create_refund}


# --- What happened at Stripe ------------------------------------------------------------------------


@dataclass
class Story:
    """One engagement, and the events that Stripe has of it: [(endpoint, event)], oldest first."""

    name: str
    about: Engagement
    events: list


class Stripe:
    """The simulator, and a way to make each story."""

    def __init__(self, simulator, organization, owner):
        self.simulator, self.organization, self.owner = simulator, organization, owner
        self.accounts, self.known = [], set()

    def tell(self, name, make):
        about = make(self)
        fresh = [row for row in self.listed() if row[1]["id"] not in self.known]
        self.known |= {event["id"] for _endpoint, event in fresh}
        return Story(name, about, fresh)

    def listed(self):
        """Every event so far, oldest first, with the endpoint that hears of it."""
        rows = [("thin", event) for event in self.page("/v2/core/events")]
        rows += [("platform", event) for event in self.page("/v1/events")]
        rows += [("connect", event) for account in self.accounts for event in self.page("/v1/events", account)]
        return rows[::-1]

    def page(self, path, account=None):
        headers = {"Authorization": "Bearer sk_test_simulator", "Stripe-Version": "2026-10-28.endive"}
        headers |= {"Stripe-Account": account} if account else {}
        answer = self.simulator.session.get(f"{self.simulator.address}{path}?limit=100", headers=headers, timeout=20)
        return answer.json()["data"]

    def awaiting(self, *, ready=False):
        engagement = make_awaiting(self.organization)
        if ready:
            self.accounts.append(onboard(engagement.student, self.simulator, at=now()).stripe_id)
        return engagement

    def page_of(self, engagement, **how):
        """A page that was opened, and paid where it is said how."""
        funding = actions.start_funding(engagement=engagement, by=self.owner, at=now())
        return how and self.simulator.pay(funding.checkout_id, **how), funding

    def funded(self, **how):
        engagement = self.awaiting(**how)
        fund(engagement, self.owner, self.simulator, at=now())
        engagement.refresh_from_db()
        return engagement

    def lose_answer(self, model, engagement):
        """A worker makes the call and dies before it can write down what Stripe answered."""
        operation = claim(model.objects.get(operation__engagement=engagement).operation_id, now(), False)
        return CALLS[model](key=operation.idempotency_key, operation=operation.key, **operation.params)


def paid(stripe_side):
    engagement = stripe_side.awaiting()
    stripe_side.page_of(engagement, card="4242424242424242")
    return engagement


def debit(outcome_of_it):
    def make(stripe_side):
        engagement = stripe_side.awaiting()
        _, funding = stripe_side.page_of(engagement, bank="000123456789")
        stripe_side.simulator.control("POST", f"checkout/{funding.checkout_id}/settle", outcome=outcome_of_it)
        return engagement

    return make


def expired(stripe_side):
    engagement = stripe_side.awaiting()
    _, funding = stripe_side.page_of(engagement)
    stripe_side.simulator.control("POST", f"checkout/{funding.checkout_id}/expire")
    return engagement


def paid_too_late(stripe_side):
    engagement = stripe_side.awaiting()
    _, funding = stripe_side.page_of(engagement)
    actions.cancel_engagement(engagement=engagement, by=stripe_side.owner, reason="No data.", at=now())
    stripe_side.simulator.pay(funding.checkout_id)
    return engagement


def transferred(stripe_side):
    engagement = deliver(stripe_side.funded(ready=True), at=now())
    actions.approve_delivery(engagement=engagement, by=stripe_side.owner, at=now())
    stripe_side.lose_answer(Payout, engagement)
    return engagement


def refunded(stripe_side):
    engagement = stripe_side.funded()
    actions.cancel_engagement(engagement=engagement, by=stripe_side.owner, reason="No data.", at=now())
    stripe_side.refund = stripe_side.lose_answer(Refund, engagement)
    return engagement


def refund_failed(stripe_side):
    engagement = refunded(stripe_side)
    stripe_side.simulator.control("POST", f"refunds/{stripe_side.refund.id}/fail")
    return engagement


def disputed(result, make):
    def story(stripe_side):
        engagement = make(stripe_side)
        page = engagement.fundings.get().checkout_id
        charge = gateway.retrieve_checkout(page).charge_id
        opened = stripe_side.simulator.control("POST", f"charges/{charge}/dispute")
        stripe_side.simulator.control("POST", f"disputes/{opened['id']}/{result}")
        return engagement

    return story


def onboarded(stripe_side):
    """The student has a payout that waits for the account, which is ready by now."""
    engagement = deliver(stripe_side.funded(), at=now())
    [payout] = actions.approve_delivery(engagement=engagement, by=stripe_side.owner, at=now())
    student = engagement.student
    actions.start_onboarding(student=student, by=student.user, at=now())
    actions.run_operation(payout.operation_id, at=now())
    stripe_side.simulator.onboard(student.payout_account.stripe_id)
    stripe_side.accounts.append(student.payout_account.stripe_id)
    return engagement


STORIES = {
    "paid by card": paid, "paid by debit": debit("succeeded"), "debit refused": debit("failed"), "expired": expired,
    "paid too late": paid_too_late, "transferred": transferred, "refunded": refunded, "refund failed": refund_failed,
    "disputed and lost": disputed("lose", Stripe.funded), "disputed and won": disputed("win", Stripe.funded),
    "paid, disputed and lost before we heard": disputed("lose", paid), "account is ready": onboarded,
}  # fmt: skip


# --- How it is told ---------------------------------------------------------------------------------


def post(endpoint, event, *, secret=None, age=0, forge=False):
    """Deliver it to the real address. Returns the status."""
    body, at = json.dumps(event), int(time.time()) - age
    signature = stripe.WebhookSignature._compute_signature(f"{at}.{body}", secret or SECRETS[endpoint])
    return Client().post(
        f"/webhooks/stripe/{endpoint}/", body.replace("evt_", "evt_x") if forge else body,
        content_type="application/json", headers={"Stripe-Signature": f"t={at},v1={signature}"},
    ).status_code  # fmt: skip


def attack(chance, endpoint, event):
    """Something that Stripe did not send like this: refused, whatever it is about."""
    how = chance.choice(["forged", "stale", "wrong secret", "other endpoint", "live"])
    wrong = {
        "forged": {"forge": True}, "stale": {"age": 3_600}, "wrong secret": {"secret": "whsec_wrong"}, "live": {},
        "other endpoint": {"secret": SECRETS["connect" if endpoint == "platform" else "platform"]},
    }[how]  # fmt: skip
    return post(endpoint, event | {"livemode": how == "live"}, **wrong)


def foreign(chance, number):
    """Signed by Stripe, about what is not ours."""
    kind, about = chance.choice([
        ("checkout.session.completed", "cs_test_elsewhere"), ("transfer.created", "tr_elsewhere"),
        ("refund.updated", "re_elsewhere"), ("charge.dispute.closed", "du_elsewhere"), ("invoice.paid", "in_1"),
    ])  # fmt: skip
    event = {"id": f"evt_foreign{number}", "object": "event", "type": kind, "created": int(time.time())}
    return post("platform", event | {"livemode": False, "data": {"object": {"id": about, "object": "x"}}})


def sweep():
    while actions.sweep_events(at=now()):
        pass


def play(chance, stories):
    """Tell the stories in a way of its own: some events lost, some twice, in any order, amid what Stripe never sent."""
    events = [event for story in stories for event in story.events]
    lost = chance.choice([0, 0, 0, 0, 0.3, 1])
    told = [event for event in events if chance.random() >= lost]
    deliveries = told + chance.sample(told, len(told) // 3)
    chance.shuffle(deliveries)
    for number, (endpoint, event) in enumerate(deliveries):
        if chance.random() < 0.2:
            assert attack(chance, endpoint, event) == 400
        if chance.random() < 0.1:
            assert foreign(chance, number) == 200
        assert post(endpoint, event) == 200
        if chance.random() < 0.3:
            actions.handle_event(event["id"], at=now())
        if chance.random() < 0.05:
            actions.replay_event(event=StripeEvent.objects.get(event_id=event["id"]), at=now())
    if lost:
        actions.catch_up(at=now())
        actions.sync_waiting_accounts(at=now() + timedelta(hours=2))
    sweep()
    return bool(lost)


def books(story):
    """Where it ended."""
    check_books(story.about)
    disputes = CardDispute.objects.filter(funding__engagement=story.about)
    account = PayoutAccount.objects.filter(student=story.about.student)
    return outcome(story.about) | {
        "account": list(account.values_list("transfers_status", flat=True)),
        "card disputes": list(disputes.values_list("status", "withdrawn", "amount")),
    }


def rolled_back(act):
    """What `act` returns; nothing of what it did stays. Not an atomic block: Stripe is never asked inside one."""
    point = transaction.savepoint()
    try:
        result = act()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # the deferred rules of the ledger
        assert (ledger.sums(), ledger.drifted_accounts()) == ({"usd": 0}, [])
        return result
    finally:
        transaction.savepoint_rollback(point)
        connection.run_on_commit.clear()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@pytest.fixture
def stories(organization, owner, simulator, monkeypatch):
    """All of them have happened; from now on nothing changes at Stripe, so each thing is asked once."""
    stripe_side = Stripe(simulator, organization, owner)
    told = [stripe_side.tell(name, make) for name, make in STORIES.items()]
    for name in LOOKED_UP:
        monkeypatch.setattr(gateway, name, cache(getattr(gateway, name)))
    return told


def test_sequences_end_as_the_orderly_delivery(stories):
    def orderly():
        for story in stories:
            for endpoint, event in story.events:
                assert post(endpoint, event) == 200
                actions.handle_event(event["id"], at=now())
        return {story.name: books(story) for story in stories}

    before = {story.name: books(story) for story in stories}
    canonical = rolled_back(orderly)
    assert [name for name in STORIES if canonical[name] == before[name]] == []
    for seed in range(rounds(12, 2_000)):
        chance = random.Random(seed)
        chosen = chance.sample(stories, chance.randint(1, 3))

        def sequence(chance=chance, chosen=chosen):
            everything = play(chance, chosen)
            heard = {story.name for story in (stories if everything else chosen)}
            looked_at = stories if everything else [*chosen, chance.choice(stories)]
            expected = {row.name: (canonical if row.name in heard else before)[row.name] for row in looked_at}
            return {row.name: books(row) for row in looked_at}, expected

        found, expected = rolled_back(sequence)
        assert found == expected, f"sequence {seed}: {[story.name for story in chosen]}"
