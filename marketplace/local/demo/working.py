"""The work of the demo: funded on the simulator, kicked off, delivered, changed, approved, paid, reviewed."""

from datetime import timedelta

import requests
from django.conf import settings

from applications.actions import make_offer
from applications.models import Shown
from applications.queries import runners_up_of
from engagements.actions import (
    confirm_kickoff,
    deliver,
    open_dispute,
    propose_change_order,
    request_changes,
    send_message,
    write_review,
)
from engagements.models import Review
from marketplace.local.demo.pace import quietly
from payments.actions import (
    accept_offer,
    approve_delivery,
    cancel_engagement,
    propose_split,
    replace_student,
    run_operation,
    start_funding,
    start_onboarding,
    sync_account,
    sync_checkout,
    sync_refund,
    sync_transfer,
)
from payments.models import PayoutAccount, Refund
from portfolio.actions import open_case, publish_case, save_case
from portfolio.disclosure import disclosure

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
CARD = "4242424242424242"


def simulator(path, **given):
    """A call to the simulator's control API."""
    response = requests.post(f"{settings.STRIPE_API_BASE}/_control/{path}", json=given, timeout=10)
    response.raise_for_status()


class Story:
    """One engagement lived up to `phase`; every step moves `at` forward, never past `until`."""

    ORDER = (
        "awaiting_funding", "funded", "active", "delivered", "changes_requested", "redelivered", "approved", "reviewed",
    )  # fmt: skip

    def __init__(self, application, text, *, phase, at, payer):
        self.application, self.text, self.phase, self.at, self.payer = application, text, phase, at, payer
        self.engagement = None

    def reaches(self, phase):
        return self.ORDER.index(self.phase) >= self.ORDER.index(phase)

    def after(self, **gap):
        self.at += timedelta(**gap)
        return self.at

    @property
    def student(self):
        return self.application.student

    @property
    def manager(self):
        return self.application.project.created_by

    def live(self):
        """Run every step up to the phase. Stops before each step that moves money and yields its moment, so that all
        stories can be told in the order of time, and the numbers of documents follow their dates."""
        with quietly():
            self.engagement = accept_offer(application=self.application, by=self.student.user, at=self.at)
        if self.reaches("funded") and self.engagement.funded_at is None:  # what was kept for a runner-up pays at once
            yield self.after(hours=7)
            self.fund()
        if self.reaches("active"):
            self.kick_off()
        if self.reaches("delivered"):
            self.deliver(0)
        if self.reaches("changes_requested") and "changes" in self.text:
            self.ask_for_changes()
        if self.reaches("redelivered") and len(self.text["deliveries"]) > 1:
            self.deliver(1)
        if self.reaches("approved"):
            yield self.after(days=1, hours=5)
            self.approve()
        if self.reaches("reviewed"):
            self.review()

    def fund(self):
        funding = start_funding(engagement=self.engagement, by=self.payer, at=self.at)
        simulator(f"checkout/{funding.checkout_id}/pay", card=CARD, email=self.payer.email)
        sync_checkout(funding.checkout_id, at=self.after(minutes=2))

    def kick_off(self):
        with quietly():
            confirm_kickoff(engagement=self.engagement, by=self.manager, at=self.after(hours=18))
            confirm_kickoff(engagement=self.engagement, by=self.student.user, at=self.after(hours=3))
            for message in self.text.get("messages", []):
                author = self.manager if message["from"] == "organization" else self.student.user
                send_message(engagement=self.engagement, body=message["text"], by=author, at=self.after(hours=9))

    def deliver(self, number):
        note = self.text["deliveries"][min(number, len(self.text["deliveries"]) - 1)]
        link = f"https://share.example/{self.application.project.code}/version-{number + 1}"
        with quietly():
            deliver(
                engagement=self.engagement, note=note, link=link, by=self.student.user,
                at=self.after(days=3 if number else 5, hours=2),
            )  # fmt: skip

    def ask_for_changes(self):
        changes = self.text["changes"]
        criteria = list(self.application.project.criteria.order_by("position"))
        items = [
            {"criterion": criteria[item["criterion"] - 1], "comment": item["comment"]} for item in changes["items"]
        ]
        with quietly():
            request_changes(
                engagement=self.engagement, items=items, summary=changes["summary"], by=self.manager,
                at=self.after(days=1, hours=4),
            )  # fmt: skip

    def approve(self):
        with quietly():
            [payout] = approve_delivery(engagement=self.engagement, by=self.manager, at=self.at)
        pay_out(payout, at=self.after(minutes=1))
        self.engagement.refresh_from_db()

    def review(self):
        levels = {row.pk: Shown.MEETS for row in self.application.project.competencies.all()}
        best = self.application.project.competencies.order_by("position").first()
        ours, theirs = self.text["by_organization"], self.text["by_student"]
        if ours["rating"] == 5:
            levels[best.pk] = Shown.EXCEEDS
        with quietly():
            self.write(Review.Side.ORGANIZATION, self.manager, ours, levels)
            self.write(Review.Side.STUDENT, self.student.user, theirs, None)
            self.show_in_portfolio()

    def write(self, side, by, words, levels):
        write_review(
            engagement=self.engagement, side=side, rating=words["rating"], again=words["again"], text=words["text"],
            by=by, at=self.after(hours=20), levels=levels,
        )  # fmt: skip

    def show_in_portfolio(self):
        """Within the permission that was fixed before anybody applied."""
        case = open_case(engagement=self.engagement, by=self.student.user, at=self.after(hours=2))
        if disclosure(self.application.project).text:
            case = save_case(case=case, by=self.student.user, at=self.at, **self.text["case"])
        if disclosure(self.application.project).is_open(self.at.date()):
            publish_case(case=case, by=self.student.user, at=self.after(minutes=5))


def onboard(student, *, at, outcome="active"):
    """The student fills in Stripe's form (the simulator's), and we ask Stripe how it went."""
    start_onboarding(student=student, by=student.user, at=at)
    account = PayoutAccount.objects.get(student=student)
    simulator(f"accounts/{account.stripe_id}/onboard", outcome=outcome)
    sync_account(account.stripe_id, at=at)


def pay_out(payout, *, at):
    """What the worker does after an approval; a payout without an account to go to is held."""
    run_operation(payout.operation_id, at=at)
    payout.refresh_from_db()
    if payout.transfer_id:
        sync_transfer(payout.transfer_id, at=at + timedelta(minutes=1))


def dispute(engagement, words, *, at, talked_at):
    """The student has opened it, and has just proposed a split that waits for an answer."""
    student, amount = engagement.student.user, engagement.fee_amount * 6 // 10
    with quietly():
        opened = open_dispute(engagement=engagement, problem=words["problem"], by=student, at=at)
        propose_split(dispute=opened, student_amount=amount, note=words["offer"], by=student, at=talked_at)


def ask_for_more(engagement, words, *, by, at):
    """A change order that waits for the student's answer."""
    with quietly():
        propose_change_order(
            engagement=engagement, title=words["title"], description=words["description"], hours=words["hours"],
            fee_amount=100 * words["fee"], extra_days=words["extra_days"], by=by, at=at,
        )  # fmt: skip


def replace(engagement, *, by, at):
    """The student never confirmed the kickoff. Returns a runner-up, who gets the offer an hour later, or None."""
    with quietly():
        replace_student(engagement=engagement, by=by, at=at)
        runner_up = runners_up_of(engagement.project).order_by("pk").first()
        return runner_up and make_offer(application=runner_up, by=by, at=at + HOUR, note="")


def cancel(engagement, reason, *, by, at):
    """Before the work starts: everything that was paid goes back."""
    with quietly():
        cancel_engagement(engagement=engagement, by=by, reason=reason, at=at)
    for refund in Refund.objects.filter(funding__engagement=engagement):
        run_operation(refund.operation_id, at=at)
        refund.refresh_from_db()
        if refund.refund_id:
            sync_refund(refund.refund_id, at=at + timedelta(minutes=1))
