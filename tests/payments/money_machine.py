"""One engagement's money, by whatever happens in whatever order. test_state_machine.py runs it."""

from datetime import UTC, datetime, timedelta
from unittest import mock

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from engagements import actions as engagements
from engagements.cancelling import kill_fee
from engagements.models import Dispute
from marketplace.errors import DomainError
from payments import actions, ledger
from payments import stripe_gateway as gateway
from payments.actions import events, operations
from payments.models import CardDispute, Funding, MoneyOperation, Payout, Refund, Reversal, StripeEvent
from tests.payments.factories import make_awaiting, onboard, settle
from tests.payments.faults.world import Killed, killed
from tests.payments.money_checks import check_rows, check_stripe

HOUR = timedelta(hours=1)
SHARE = st.sampled_from([0.0, 0.01, 0.33, 0.5, 0.999, 1.0])
FAULTS = [
    ("error_500", "before"),
    ("error_500", "after"),
    ("drop", "before"),
    ("drop", "after"),
    ("rate_limit", "before"),
]
STAGES = ["delivered", "delivered", "working", "working", "unpaid"]
CALLS = ["/v1/transfers", "/v1/refunds", "/v1/transfers/*/reversals", "/v1/checkout/sessions"]


class Cast:
    """What all runs share: the simulator, the people, and a clock that only goes forward."""

    simulator = organization = owner = moderator = at = None
    runs = steps = 0


def attempt(action, **arguments):
    """Do it if it is possible now; None if it is refused."""
    try:
        return action(at=Cast.at, **arguments)
    except DomainError:
        return None


def die_in_done(handler):
    """The effect is written and the worker dies before the commit."""
    done = handler.done

    def do_and_die(*args):
        done(*args)
        raise Killed

    return mock.patch.object(handler, "done", do_and_die)


KILLS = {
    "not": lambda handler: mock.patch.object(handler, "held_by", handler.held_by),
    "before the call": lambda handler: mock.patch.object(handler, "call", killed),
    "after the call": lambda handler: mock.patch.object(operations, "settle", killed),
    "before the commit": die_in_done,
}


class MoneyMachine(RuleBasedStateMachine):
    @initialize(stage=st.sampled_from(STAGES))
    def begin(self, stage):
        """A new engagement, mostly paid already. Stripe's clock moves on: its lists then hold only this run."""
        Cast.at += 10 * HOUR
        Cast.runs += 1
        Cast.simulator.advance(hours=1)
        self.started = Cast.simulator.control("GET", "clock")["now"]
        self.known, self.waiting = set(), []
        self.engagement = make_awaiting(
            Cast.organization, accepted_at=Cast.at, funding_due_at=Cast.at + 240 * HOUR, due_at=Cast.at + 480 * HOUR
        )
        self.student = self.engagement.student.user
        onboard(self.engagement.student, Cast.simulator, at=Cast.at)
        if stage != "unpaid":
            self.fund(page_is_stale=False, redirected=True)
            self.work(deliver=stage == "delivered")

    def status(self):
        self.engagement.refresh_from_db()
        return self.engagement.status

    def mine(self, model, path="engagement"):
        return model.objects.filter(**{path: self.engagement}).order_by("pk")

    # --- The people -----------------------------------------------------------------------------

    @rule(page_is_stale=st.booleans(), redirected=st.booleans())
    def fund(self, page_is_stale, redirected):
        if page_is_stale:
            self.mine(Funding).filter(status="pending").update(expires_at=Cast.at)
        funding = attempt(actions.start_funding, engagement=self.engagement, by=Cast.owner)
        if funding is not None:
            Cast.simulator.pay(funding.checkout_id)
            if redirected:
                attempt(lambda at: actions.sync_checkout(funding.checkout_id, at=at))

    @rule(deliver=st.booleans())
    def work(self, deliver):
        for person in (self.student, Cast.owner):
            attempt(engagements.confirm_kickoff, engagement=self.engagement, by=person)
        if deliver:
            attempt(
                engagements.deliver, engagement=self.engagement, note="v1", link="https://w.example", by=self.student
            )

    @rule(twice=st.booleans())
    def approve(self, twice):
        for _ in range(1 + twice):
            attempt(actions.approve_delivery, engagement=self.engagement, by=Cast.owner)

    @rule()
    def approve_by_the_clock(self):
        Cast.at += 121 * HOUR
        actions.approve_due(at=Cast.at)

    @rule(share=SHARE)
    def release_part(self, share):
        self.status()
        amount = int(self.engagement.unreleased_amount * share)
        attempt(actions.release_part, engagement=self.engagement, amount=amount, by=Cast.owner)

    @precondition(lambda self: self.status() == "active")
    @rule(by_student=st.booleans())
    def cancel(self, by_student):
        by = self.student if by_student else Cast.owner
        fee = kill_fee(self.engagement, by, Cast.at)
        attempt(actions.cancel_engagement, engagement=self.engagement, by=by, reason="No.", student_amount=fee)

    @rule(by_clock=st.booleans())
    def dispute(self, by_clock):
        by = None if by_clock else Cast.owner
        attempt(engagements.open_dispute, engagement=self.engagement, problem="It is empty.", by=by)

    @precondition(lambda self: self.status() == "disputed")
    @rule(share=SHARE, twice=st.booleans())
    def split(self, share, twice):
        dispute, amount = self.mine(Dispute).last(), int(self.engagement.unreleased_amount * share)
        for offer in (amount, amount, 0)[: 1 + 2 * twice]:
            attempt(
                actions.resolve_dispute, dispute=dispute, student_amount=offer, reasons="So it is.", by=Cast.moderator
            )

    @precondition(lambda self: self.status() == "disputed")
    @rule(share=SHARE)
    def agree(self, share):
        dispute, amount = self.mine(Dispute).last(), int(self.engagement.unreleased_amount * share)
        attempt(actions.propose_split, dispute=dispute, student_amount=amount, by=Cast.owner)
        attempt(actions.accept_split, dispute=dispute, by=self.student)

    @rule(share=SHARE, refund=st.booleans())
    def take_back(self, share, refund):
        payout = self.mine(Payout).filter(status="paid").last()
        if payout is not None:
            amount = int(payout.net_amount * share)
            attempt(
                actions.take_back, payout=payout, amount=amount, reasons="Copied.", by=Cast.moderator,
                refund_employer=refund,
            )  # fmt: skip

    @rule(bear=st.booleans())
    def mend(self, bear):
        """A moderator sends again what came back or stopped, or gives up taking it back."""
        for refund in self.mine(Refund, "funding__engagement").filter(status="failed"):
            attempt(actions.send_refund_again, refund=refund)
        for reversal in self.mine(Reversal, "payout__engagement").filter(status__in=["held", "failed"]):
            if bear:
                attempt(actions.bear_loss, reversal=reversal, by=Cast.moderator)
            else:
                attempt(actions.retry_reversal, reversal=reversal)

    # --- Stripe and the banks -------------------------------------------------------------------

    @rule(share=st.sampled_from([1.0, 1.0, 0.4]))
    def open_chargeback(self, share):
        funding = self.mine(Funding).filter(charge_id__isnull=False).last()
        disputed = funding and CardDispute.objects.filter(funding=funding).exists()
        if funding is not None and not disputed and not self.unheard_disputes():
            amount = int(funding.amount * share)
            Cast.simulator.control("POST", f"charges/{funding.charge_id}/dispute", amount=amount)

    def unheard_disputes(self):
        group = Cast.simulator.book()["groups"].get(self.engagement.code, {"disputes": []})
        return group["disputes"]

    @rule(how=st.sampled_from(["win", "lose"]))
    def end_chargeback(self, how):
        for row in self.unheard_disputes():
            if row["status"] == "needs_response":
                Cast.simulator.control("POST", f"disputes/{row['id']}/{how}")

    @rule()
    def refund_comes_back(self):
        refund = self.mine(Refund, "funding__engagement").filter(refund_id__isnull=False).last()
        if refund is not None:
            Cast.simulator.control("POST", f"refunds/{refund.refund_id}/fail")

    @rule(status=st.sampled_from(["restricted", "active"]))
    def account_changes(self, status):
        account = self.engagement.student.payout_account
        Cast.simulator.control("POST", f"accounts/{account.stripe_id}/capability", status=status)

    @rule(fault=st.sampled_from(FAULTS), path=st.sampled_from(CALLS), stored=st.booleans())
    def stripe_stumbles(self, fault, path, stored):
        kind, when = fault
        Cast.simulator.fault(kind, path, when=when, stored=stored)

    # --- Webhooks -------------------------------------------------------------------------------

    def listen(self):
        """What Stripe has to tell about this run and nobody has heard."""
        since = datetime.fromtimestamp(self.started, UTC)
        fresh = [event for event in gateway.list_events(since=since) if event.id not in self.known]
        self.known |= {event.id for event in fresh}
        self.waiting += sorted(fresh, key=lambda event: event.created_at)

    @rule(pick=st.integers(0, 10**6), times=st.integers(1, 2), dies=st.booleans())
    def deliver_webhook(self, pick, times, dies):
        """Any of them: in order or not, once or twice; and the worker may die over it."""
        self.listen()
        if self.waiting:
            event = self.waiting.pop(pick % len(self.waiting))
            for _ in range(times):
                events.keep([event], "platform", Cast.at)
            self.handle(event.id, dies)

    def handle(self, event_id, dies):
        try:
            with mock.patch.object(events, "finish", killed if dies else events.finish):
                actions.handle_event(event_id, at=Cast.at)
        except Killed:
            return

    @rule(count=st.integers(1, 5))
    def lose_webhooks(self, count):
        self.listen()
        del self.waiting[:count]

    @rule()
    def replay_webhook(self):
        event = StripeEvent.objects.filter(handled_at__isnull=False).last()
        if event is not None:
            actions.replay_event(event=event, at=Cast.at)
            self.handle(event.event_id, dies=False)

    # --- Workers and clocks ---------------------------------------------------------------------

    @rule(kill=st.sampled_from(sorted(KILLS)), again=st.booleans())
    def run_worker(self, kill, again):
        operation = self.mine(MoneyOperation).filter(status__in=MoneyOperation.OPEN).first()
        if operation is None:
            return
        for _ in range(1 + again):
            try:
                with KILLS[kill](operations.HANDLERS[operation.kind]):
                    actions.run_operation(operation.pk, at=Cast.at, eager=True)
            except Killed:
                continue

    @rule(hours=st.sampled_from([1 / 30, 1, 5, 24, 72]))
    def advance(self, hours):
        Cast.at += hours * HOUR
        Cast.simulator.advance(hours=hours)

    @rule()
    def sweep(self):
        settle(Cast.at, rounds=1)
        self.ask_stripe()

    def ask_stripe(self):
        for step in (
            actions.confirm_payouts, actions.confirm_refunds, actions.sync_open_fundings, actions.settle_lost_disputes,
            actions.sync_waiting_accounts, actions.settle_silent_disputes,
        ):  # fmt: skip
            step(at=Cast.at)

    @rule()
    def reconcile(self):
        assert [run.drift_amount for run in actions.reconcile(at=Cast.at)] == [0]

    # --- What must hold -------------------------------------------------------------------------

    @invariant()
    def our_rows_and_our_ledger_agree(self):
        Cast.steps += 1
        if hasattr(self, "engagement"):
            self.engagement.refresh_from_db()
            check_rows(self.engagement)

    def teardown(self):
        """Everything recovers; then nothing is under way, and Stripe's book says the same as ours."""
        if not hasattr(self, "engagement"):
            return
        Cast.simulator.control("DELETE", "faults")
        self.account_changes("active")
        for _ in range(6):
            Cast.at += 5 * HOUR
            actions.catch_up(at=Cast.at)
            actions.sweep_events(at=Cast.at)
            self.ask_stripe()
            self.resume_what_waits_for_a_person()
            settle(Cast.at)
        self.check_the_end()

    def resume_what_waits_for_a_person(self):
        for payout in self.mine(Payout).filter(operation__status="failed"):
            actions.resume_payout(payout=payout, at=Cast.at, look_up=True)
        for refund in self.mine(Refund, "funding__engagement").filter(operation__status="failed", status="due"):
            actions.resume(refund.operation_id, at=Cast.at, look_up=True)

    def check_the_end(self):
        self.engagement.refresh_from_db()
        assert list(self.mine(MoneyOperation).filter(status__in=["sent", "unknown"])) == []
        check_rows(self.engagement)
        book = Cast.simulator.book()
        if self.engagement.code in book["groups"]:
            check_stripe(self.engagement, book["groups"][self.engagement.code])
        assert [run.drift_amount for run in actions.reconcile(at=Cast.at)] == [0]
        assert (ledger.sums(), ledger.drifted_accounts()) == ({"usd": 0}, [])
        assert Cast.simulator.platform_balance() == sum(ledger.balances("stripe:", "usd").values())
