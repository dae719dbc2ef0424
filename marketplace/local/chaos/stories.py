"""One engagement from the offer to its end: each step is tried until the site says that it happened.

A story is a generator: it does a bit, yields how many seconds it waits, and never sleeps itself.
"""

import contextlib
import threading
from dataclasses import replace

from marketplace.local.chaos.acts import Acts

ENDED = ("approved", "cancelled")
ORDER_OVER = ("funded", "withdrawn", "lapsed")
LONGEST_PAUSE = 4.0  # seconds
MOST_TRIES = 40


class Over(Exception):
    """It ended in another way than planned: somebody, or the clock, was faster."""


class Story(Acts):
    def __init__(self, cast, plan, dice, view, stripe):
        self.cast, self.plan, self.dice, self.view, self.stripe = cast, plan, dice, view, stripe
        self.cards, self.checkout, self.over = list(plan.cards), None, False

    # --- Moving on ---

    def live(self):
        with contextlib.suppress(Over):
            yield from getattr(self, self.plan.ending)()
        yield from self.student_gets_ready()
        self.over = True

    def reach(self, done, act):
        """Act until the site says `done(row)`."""
        pause = self.plan.pace
        while not done(self.row):
            if self.row["status"] in ENDED:
                raise Over
            self.attempt(act)
            yield self.dice.uniform(0.6, 1.2) * pause
            pause = min(pause * 1.4, LONGEST_PAUSE)

    def insist(self, done, act):
        """As `reach`, whether the engagement has ended or not; what never happens is left to the audit."""
        for _ in range(MOST_TRIES):
            if done(self.row):
                return
            self.attempt(act)
            yield self.plan.pace

    def is_past(self, *statuses):
        return lambda row: row["status"] not in statuses

    # --- Endings ---

    def approved(self):
        yield from self.worked()
        yield from self.reach(self.is_past("delivered"), lambda: self.approve(self.dice.choice(["owner", "member"])))

    def approved_by_the_clock(self):
        yield from self.worked()

    def never_funded(self):
        yield self.plan.pace

    def cancelled_before_funding(self):
        yield self.plan.pace
        yield from self.reach(self.is_past("awaiting_funding"), self.cancel)

    def cancelled_and_paid_after(self):
        """The payment page is open when the other side cancels; it is paid all the same, and goes back."""
        yield from self.reach(lambda row: self.checkout is not None, self.open_checkout)
        yield from self.reach(self.is_past("awaiting_funding"), self.cancel)
        self.attempt(self.pay_at_stripe)
        yield self.plan.pace

    def cancelled_against_a_payment(self):
        yield from self.reach(lambda row: self.checkout is not None, self.open_checkout)
        yield from self.at_once(self.cancel, self.pay_at_stripe)
        yield from self.reach(self.is_past("awaiting_funding"), self.pay)

    def cancelled_before_kickoff(self):
        yield from self.funded()
        yield from self.reach(lambda row: row["status"] == "cancelled" or kicked_off(row), self.cancel)

    def given_up_by_the_student(self):
        yield from self.kicked_off()
        yield from self.reach(self.is_past("active"), lambda: self.cancel(self.cast.student))

    def dispute_released(self):
        yield from self.disputed()
        yield from self.reach(self.is_past("disputed"), lambda: self.resolve("release"))

    def dispute_refunded(self):
        yield from self.disputed()
        yield from self.reach(self.is_past("disputed"), lambda: self.resolve("refund"))

    def dispute_split(self):
        yield from self.disputed()
        yield from self.reach(self.is_past("disputed"), lambda: self.resolve("split"))

    def cancelled_with_a_kill_fee(self):
        yield from self.kicked_off()
        yield from self.reach(self.is_past("active"), self.cancel)

    def approved_in_parts(self):
        yield from self.kicked_off()
        yield from self.reach(lambda row: row["released_amount"], self.release_part)
        yield from self.worked()
        yield from self.reach(self.is_past("delivered"), lambda: self.approve("owner"))

    def cancelled_after_a_part(self):
        """What is left of the fee goes back; the part stays with the student."""
        yield from self.kicked_off()
        yield from self.reach(lambda row: row["released_amount"], self.release_part)
        yield from self.reach(self.is_past("active"), lambda: self.cancel(self.cast.student))

    def taken_back(self):
        """Paid, and a moderator decides that a part of it goes back: reversed first, refunded second."""
        yield from self.approved()
        yield from self.insist(lambda row: row["reversals"], self.take_back)

    def with_a_change_order(self):
        yield from self.ordered()
        yield from self.reach(lambda row: row["order_status"] in ORDER_OVER, self.pay)
        yield from self.worked()
        yield from self.reach(self.is_past("delivered"), lambda: self.approve("owner"))

    def approved_against_a_change_order(self):
        """Its payment page is open when the delivery is approved: it is paid before that, or goes back in full."""
        yield from self.ordered()
        yield from self.worked()
        self.checkout = None
        yield from self.reach(lambda row: self.checkout or row["order_status"] in ORDER_OVER, self.open_checkout)
        yield from self.at_once(lambda: self.approve("owner"), self.pay_at_stripe)
        while self.row["status"] not in ENDED:
            yield from self.reach(lambda row: row["status"] == "delivered", self.deliver)
            yield from self.reach(self.is_past("delivered"), lambda: self.approve("owner"))

    def replaced(self):
        """The student never confirms the kickoff; a runner-up takes over what was paid, and does the work."""
        yield from self.vanished()
        yield from self.insist(lambda row: row["successor"], self.offer_again)
        if self.row["successor"]:
            self.cast = replace(self.cast, code=self.row["successor"], student=self.cast.runner_up)
            yield from self.approved()

    def replaced_by_nobody(self):
        yield from self.vanished()
        yield from self.insist(lambda row: row["replacement_until"] and not row["kept_until"], self.give_back)

    def charged_back_and_lost(self):
        yield from self.kicked_off()
        yield from self.charged_back("lose")

    def charged_back_and_won(self):
        """While the bank looks at it the work goes on and is approved; the student is paid after the bank's answer."""
        yield from self.worked()
        yield from self.charged_back("win", meanwhile=lambda: self.approve("owner"))
        yield from self.reach(self.is_past("delivered"), lambda: self.approve("owner"))

    def charged_back_after_approval(self):
        yield from self.approved()
        yield from self.charged_back(self.dice.choice(["win", "lose"]))

    def approved_against_a_dispute(self):
        yield from self.worked()
        yield from self.at_once(lambda: self.approve("owner"), self.open_dispute)
        yield from self.reach(self.is_past("delivered"), lambda: self.approve("owner"))
        yield from self.reach(self.is_past("disputed"), lambda: self.resolve("refund"))

    # --- The way there ---

    def funded(self):
        yield from self.reach(self.is_past("awaiting_funding"), self.pay)

    def kicked_off(self):
        yield from self.funded()
        for side, person in (("student", self.cast.student), ("organization", self.cast.member)):
            yield from self.reach(
                lambda row, side=side: row[f"kickoff_{side}_at"] or row["status"] != "active",
                lambda person=person: self.post(
                    person, f"{self.work}kickoff/", "agreed", lambda form: {"agreed": "on"}
                ),
            )

    def worked(self):
        """Delivered, with as many rounds of changes as planned."""
        yield from self.kicked_off()
        for version in range(1, self.plan.rounds + 2):
            yield from self.reach(lambda row, wanted=version: (row["version"] or 0) >= wanted, self.deliver)
            if version <= self.plan.rounds:
                yield from self.reach(
                    lambda row, wanted=version: row["status"] != "delivered" or (row["version"] or 0) > wanted,
                    self.request_changes,
                )

    def ordered(self):
        """More work than agreed: proposed and accepted, not yet paid."""
        yield from self.kicked_off()
        yield from self.reach(lambda row: row["order"], self.propose_order)
        yield from self.reach(lambda row: row["order_status"] != "proposed", self.accept_order)

    def vanished(self):
        yield from self.funded()
        vanishes = lambda: self.view.let_kickoff_pass(self.cast.code)  # noqa: E731
        yield from self.reach(lambda row: row["kickoff_due_at"] < row["funded_at"], vanishes)
        with contextlib.suppress(Over):
            yield from self.reach(lambda row: row["replacement_until"], self.replace_student)

    def disputed(self):
        yield from self.worked()
        yield from self.reach(self.is_past("delivered"), self.open_dispute)

    def charged_back(self, result, meanwhile=None):
        """The payer's bank takes the payment back; later it decides. Both are known when the site has heard of them."""
        stripe = self.stripe
        yield from self.insist(lambda row: row["card_dispute"], lambda: stripe.charge_back(self.row["charge"]))
        if meanwhile:
            self.attempt(meanwhile)
        yield self.plan.pace
        close = lambda: stripe.close_chargeback(self.row["card_dispute"], result)  # noqa: E731
        yield from self.insist(lambda row: row["card_dispute_closed_at"], close)

    def at_once(self, *acts):
        threads = [threading.Thread(target=self.attempt, args=(act,)) for act in acts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        yield self.plan.pace

    def student_gets_ready(self):
        """Who was not ready to be paid sees to it now, unless they never do."""
        student = self.cast.student
        while student.will_be_paid in ("later", "restricted"):
            self.attempt(lambda: self.set_up_payouts(student))
            yield self.plan.pace


def kicked_off(row):
    return row["kickoff_student_at"] and row["kickoff_organization_at"]
