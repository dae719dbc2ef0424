"""What one person does at one page, or at Stripe's: the single acts of a story. Each may be tried again.

They raise Broke, NotOffered and NotDone; `attempt` swallows these.
"""

import re
import threading

from marketplace.local.chaos.at_stripe import NotDone
from marketplace.local.chaos.people import Broke, NotOffered, requests_made


class Acts:
    """Of a story with `cast`, `plan`, `dice`, `view` and `stripe`."""

    def attempt(self, act):
        try:
            act()
        except Broke:
            requests_made.note_retry()
        except (NotOffered, NotDone):
            pass

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

    def open_checkout(self):
        order = f"?change_order={self.row['order']}" if self.row["order"] else ""
        answer = self.post(getattr(self.cast, self.plan.payer), f"{self.money}fund/{order}", "pay")
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

    def propose_order(self):
        asked = {
            "title": "One page more", "description": "As the others.", "hours": "4", "fee": "120.50", "extra_days": "2"
        }  # fmt: skip
        self.post(self.cast.owner, f"{self.work}change-orders/new/", "title", lambda form: asked)

    def accept_order(self):
        self.post(self.cast.student, f"{self.work}change-orders/{self.row['order']}/", "answer")

    def replace_student(self):
        self.post(self.cast.owner, f"{self.money}replace/", "replace")

    def offer_again(self):
        """The runner-up is offered the place that is free again, and takes it."""
        code = self.cast.application
        self.attempt(lambda: self.post(self.cast.member, f"/applications/{code}/applicant/offer/", "note"))
        self.post(self.cast.runner_up, f"/applications/{code}/offer/", f"/payments/offers/{code}/accept/")

    def give_back(self):
        self.post(self.cast.finance, f"{self.money}give-back/", "give-back")

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
            chosen = {"outcome": outcome, "reasons": "The criteria say so.", "step": "decide"}
            if outcome == "split":
                chosen["student_amount"] = f"{self.row['fee_amount'] // 2 / 100:.2f}"
            self.post(self.view.moderator, page, "outcome", lambda form: chosen)

    def set_up_payouts(self, student):
        answer = student.submit("/payments/payouts/", "onboard")
        found = re.search(r"/setup/(acct_\w+)/", answer.headers.get("Location", ""))
        if found:
            self.stripe.onboard(found[1], "active")
            student.will_be_paid = "now"
            student.get("/payments/payouts/done/")
