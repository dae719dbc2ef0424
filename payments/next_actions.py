"""What Home says about money: payout details, and a bank that refuses them.

Paying for an engagement and a payout on hold are told by engagements already.
"""

from django.urls import reverse

from applications.models import Application
from engagements.models import Engagement
from marketplace.activity.next_actions import NextAction
from marketplace.money import format_money
from payments.models import Payout
from payments.queries import RUNNING, bank_payouts_of, payout_account_of, refused_by_bank
from payments.rules import may_set_up_payouts
from payments.standing import ENDED
from payments.words import Transfers

NEAR = [Application.Status.SHORTLISTED, Application.Status.OFFERED]
OPEN = [Engagement.Status.AWAITING_FUNDING, *RUNNING]


def for_user(user, at):
    """Ask a student for payout details once work is in sight (shortlist), and not before."""
    if not may_set_up_payouts(user):
        return []
    account = payout_account_of(user.student)
    refused = refused_by_bank(bank_payouts_of(account)) if account else None
    if refused is not None and account.is_ready:
        amount = format_money(refused.amount, refused.currency)
        return [NextAction("Correct your bank account", reverse("payments:payout_setup"), about=f"It refused {amount}")]
    waits_for_student = account is None or account.transfers_status in (Transfers.UNREQUESTED, Transfers.RESTRICTED)
    held = Payout.objects.filter(student=user.student, status=Payout.Status.HELD)
    if not waits_for_student or held.filter(engagement__status__in=ENDED).exists():
        return []
    reason = part_that_waits(held) or reason_to_ask(user.student)
    if reason is None:
        return []
    text = "Set up payouts" if account is None or account.stripe_id is None else "Finish setting up payouts"
    return [NextAction(f"{text}, so that you can be paid", reverse("payments:payout_setup"), about=reason)]


def part_that_waits(held):
    """A part of a fee that was released early, or None."""
    payout = held.select_related("engagement__project").order_by("pk").first()
    if payout is None:
        return None
    return f"{format_money(payout.amount, payout.currency)} for “{payout.engagement.project}” is waiting for you"


def reason_to_ask(student):
    """The project that makes it worth the five minutes, or None."""
    engagement = Engagement.objects.filter(student=student, status__in=OPEN).select_related("project").first()
    if engagement is not None:
        return f"{engagement.fee_text} for “{engagement.project}”"
    application = Application.objects.filter(student=student, status__in=NEAR).select_related("project").first()
    if application is None:
        return None
    word = "offered to you" if application.status == Application.Status.OFFERED else "you are shortlisted"
    return f"“{application.project}”: {word}"
