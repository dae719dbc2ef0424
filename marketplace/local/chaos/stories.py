"""One engagement from the offer to its end: each step is tried until the site says that it happened.

A story is a generator: it does a bit, yields how many seconds it waits, and never sleeps itself.
"""

import contextlib
import re
import threading

from marketplace.local.chaos.at_stripe import NotDone
from marketplace.local.chaos.people import Broke, NotOffered, requests_made

ENDED = ("approved", "cancelled")
LONGEST_PAUSE = 4.0  # seconds
MOST_TRIES = 40


class Over(Exception):
    """It ended in another way than planned: somebody, or the clock, was faster."""


class Story:
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

    def attempt(self, act):
        try:
            act()
        except Broke:
            requests_made.note_retry()
        except (NotOffered, NotDone):
            pass

    def is_past(self, *statuses):
        return lambda row: row["status"] not in statuses

    def post(self, person, path, wanted, answers=lambda form: {}):
        """Fill in a form of the engagement; whoever clicks twice sends it from two tabs at once."""
        if not self.plan.clicks_twice:
            return person.submit(path, wanted, answers)
        other = threading.Thread(target=self.attempt, args=(lambda: person.submit(path, wanted, answers),))
        other.start()
        try:
            return person.submit(path, wanted, answers)
        finally:
            other.join()

    @property
    def row(self):
        return self.view.rows[self.cast.code]

    @property
    def work(self):
        return f"/engagements/{self.cast.code}/"

    @property
    def money(self):
        return f"/payments/work/{self.cast.code}/"

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

    # --- Single acts ---

    def open_checkout(self):
        answer = self.post(getattr(self.cast, self.plan.payer), f"{self.money}fund/", "pay")
        found = re.search(r"/c/pay/(cs_\w+)", answer.headers.get("Location", ""))
        if found:
            self.checkout = found[1]

    def pay_at_stripe(self):
        card = self.cards.pop(0) if len(self.cards) > 1 else self.cards[0]
        if card == "bank":
            self.stripe.pay(self.checkout, bank="000123456789")
            self.stripe.settle_debit(self.checkout, "succeeded")
            return
        payer = getattr(self.cast, self.plan.payer)
        page = f"{self.stripe.address}/c/pay/{self.checkout}"
        back = self.stripe.pay_on_page(page, card, payer.email)
        if back and self.plan.comes_back:
            payer.get(back.removeprefix(self.view.site_url))

    def pay(self):
        """Open the page (again: the site hands out the open one) and pay there."""
        self.open_checkout()
        if self.checkout:
            self.pay_at_stripe()

    def deliver(self):
        entered = {"note": f"Version {(self.row['version'] or 0) + 1}", "link": "https://work.example/v"}
        self.post(self.cast.student, f"{self.work}deliver/", "note", lambda form: entered)

    def request_changes(self):
        def answers(form):
            verdict = min(name for name in form.names if name.startswith("verdict_"))
            return {verdict: "not_yet", verdict.replace("verdict", "comment"): "A column is missing."}

        self.post(self.cast.owner, f"{self.work}deliveries/{self.row['version']}/", "verdict_", answers)

    def approve(self, role):
        self.post(getattr(self.cast, role), f"{self.money}approve/", "version")

    def cancel(self, person=None):
        self.post(
            person or self.cast.owner, f"{self.money}cancel/", "reason", lambda form: {"reason": "Plans changed."}
        )

    def open_dispute(self):
        person = self.dice.choice([self.cast.student, self.cast.owner])
        self.post(person, f"{self.work}dispute/", "problem", lambda form: {"problem": "The second file is empty."})

    def release_part(self):
        """Two steps: the amount, then the page that repeats it. An old page is refused, so nobody releases twice."""
        path, amount = f"{self.money}release/", f"{self.row['fee_amount'] // 3 / 100:.2f}"
        self.post(
            self.cast.owner, path, "amount",
            lambda form: {"amount": amount, "sure": "yes", "released_before": str(self.row["released_amount"])},
        )  # fmt: skip

    def take_back(self):
        if self.row["paid_payout"]:
            page = f"/admin/payments/payout/{self.row['paid_payout']}/take-back/"
            chosen = {
                "amount": f"{self.row['fee_amount'] // 4 / 100:.2f}", "refund_employer": "yes",
                "reasons": "The files turned out to be somebody else's.",
            }  # fmt: skip
            self.view.moderator.submit(page, "refund_employer", lambda form: chosen)

    def resolve(self, outcome):
        if self.row["dispute"]:
            page = f"/admin/engagements/dispute/{self.row['dispute']}/resolve/"
            chosen = {"outcome": outcome, "reasons": "The criteria say so."}
            if outcome == "split":
                chosen["student_amount"] = f"{self.row['fee_amount'] // 2 / 100:.2f}"
            self.post(self.view.moderator, page, "outcome", lambda form: chosen)

    # --- The student's account ---

    def student_gets_ready(self):
        """Who was not ready to be paid sees to it now, unless they never do."""
        student = self.cast.student
        while student.will_be_paid in ("later", "restricted"):
            self.attempt(lambda: self.set_up_payouts(student))
            yield self.plan.pace

    def set_up_payouts(self, student):
        answer = student.submit("/payments/payouts/", "onboard")
        found = re.search(r"/setup/(acct_\w+)/", answer.headers.get("Location", ""))
        if found:
            self.stripe.onboard(found[1], "active")
            student.will_be_paid = "now"
            student.get("/payments/payouts/done/")


def kicked_off(row):
    return row["kickoff_student_at"] and row["kickoff_organization_at"]
